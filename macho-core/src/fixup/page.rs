//! The pages of a segment, and the chains of one page.
//!
//! A chain starts where a page's `page_start` says and goes on by each slot's own `next`. Three rules
//! bound the walk, and with them each slot is met once: addresses ascend through a page, a chain
//! stays in its page (XNU's pager refuses one that leaves it, `osfmk/vm/vm_dyld_pager.c`), and slots
//! share no byte. A chain that breaks a rule is an error at what led there, a slot or a start; its
//! page is then given up.
use crate::addr::VmAddr;
use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::chained::SegmentStarts;
use crate::fixup::pointer::PointerBits;
use crate::fixup::slot::{Mechanism, Slot};
use crate::raw::fixup::{
    DYLD_CHAINED_PTR_START_LAST, DYLD_CHAINED_PTR_START_MULTI, DYLD_CHAINED_PTR_START_NONE,
};
use crate::segment::Segment;

/// Where no slot can be: past every window.
const NOWHERE: usize = usize::MAX;

/// The pages of one segment, not yet walked.
#[derive(Clone)]
pub(super) struct Pages<'a> {
    /// The segment's bytes in the file.
    pub(super) data: Bytes<'a>,
    vmaddr: u64,
    pub(super) starts: SegmentStarts<'a>,
    pub(super) bits: PointerBits,
    /// The page to start next.
    page: u16,
}

/// The chains of one page. SegmentFinder count from the start of the segment.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    /// The segment's bytes up to where the slots of this page end.
    window: &'a [u8],
    /// Where the next slot is, as far as what led there says.
    at: usize,
    /// Where the slot before is; [`NOWHERE`] at the start of a chain.
    before: usize,
    end: usize,
    /// The end of the last slot of the chain before.
    floor: usize,
    /// The word that says where the current chain starts.
    cause: u16,
    /// The word that says where the next chain of this page starts.
    list: Option<u16>,
}

impl Page<'_> {
    /// A page without chains.
    pub(super) const NONE: Self = Self {
        window: &[],
        at: NOWHERE,
        before: NOWHERE,
        end: 0,
        floor: 0,
        cause: 0,
        list: None,
    };

    /// The next slot of the current chain: its position and its bytes. `None` at the end of the chain
    /// and where it breaks; [`Pages::turn`] knows which.
    #[inline]
    pub(super) fn step(&mut self, bits: PointerBits) -> Option<(usize, u64)> {
        let at = self.at;
        let raw = read(self.window, at, bits.size)?;
        let next = bits.next(raw);
        self.before = at;
        // A shorter step than a slot ends the chain, or breaks it.
        self.at = if next < bits.size {
            NOWHERE
        } else {
            at.wrapping_add(next)
        };
        Some((at, raw))
    }
}

/// A slot of 4 or 8 bytes.
#[inline]
fn read(data: &[u8], at: usize, size: usize) -> Option<u64> {
    let tail = data.get(at..)?;
    if size == 4 {
        let bytes = tail.first_chunk::<4>()?;
        return Some(u64::from(u32::from_le_bytes(*bytes)));
    }
    tail.first_chunk::<8>()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        starts: SegmentStarts<'a>,
        segment: &Segment<'a>,
        base: Option<VmAddr>,
    ) -> Result<Self, Error> {
        if segment.load_command().input().layout().has_fixups_applied() {
            return Err(starts.error(ErrorKind::FixupsApplied, 0));
        }
        let Some(bits) = starts.pointer_format.pointer_bits() else {
            return Err(starts.error(ErrorKind::UnknownFormat, 6));
        };
        // A slot may reach into the next page, whose first start is looked at, but not past that page.
        if usize::from(starts.page_size) < bits.size {
            return Err(starts.error(ErrorKind::UnknownFormat, 4));
        }
        let vmaddr = segment.vmaddr().get();
        if base.is_some_and(|base| base.get().wrapping_add(starts.segment_offset) != vmaddr) {
            return Err(starts.error(ErrorKind::SegmentOffsetMismatch, 8));
        }
        Ok(Self {
            // No more than is in memory, so that no address of a slot wraps.
            data: segment.backed(),
            vmaddr,
            starts,
            bits,
            page: 0,
        })
    }

    /// The slot at this position, as [`Page::step`] found it.
    #[inline]
    pub(super) fn slot(&self, bits: PointerBits, (at, raw): (usize, u64)) -> Slot {
        let at = widen(at);
        let vmaddr = VmAddr::new(self.vmaddr.wrapping_add(at));
        let found = (vmaddr, self.data.file_offset(at), raw);
        let max = self.starts.max_valid_pointer;
        Slot::link(found, Mechanism::Chained, bits.format, max)
    }

    /// Goes on where [`Page::step`] found no slot: to the page's next chain, or to the next page
    /// that has one. `None` after the last page. An error gives the page up.
    #[inline(never)]
    pub(super) fn turn(&mut self, page: &mut Page<'a>) -> Option<Result<(), Error>> {
        match self.next_chain(page) {
            Ok(true) => Some(Ok(())),
            Ok(false) => self.next_page(page),
            Err(error) => {
                *page = Page::NONE;
                Some(Err(error))
            }
        }
    }

    /// Goes to the next chain of the same page; whether there is one.
    fn next_chain(&self, page: &mut Page<'a>) -> Result<bool, Error> {
        if page.at != NOWHERE {
            return Err(self.broken(page));
        }
        if let Some(raw) = read(self.data.data(), page.before, self.bits.size) {
            if self.bits.next(raw) != 0 {
                return Err(self.error(ErrorKind::Overlap, page));
            }
            page.floor = page.before.saturating_add(self.bits.size);
        }
        let Some(word) = page.list else {
            return Ok(false);
        };
        let (start, list) = self.list_entry(word, word.saturating_sub(1))?;
        self.begin(page, start, word, list)?;
        Ok(true)
    }

    /// Goes to the first chain of the next page that has one.
    fn next_page(&mut self, page: &mut Page<'a>) -> Option<Result<(), Error>> {
        *page = Page::NONE;
        loop {
            let number = self.page;
            let first = self.first_start(number)?;
            self.page = number.checked_add(1)?;
            let Some(first) = first else { continue };
            return Some(first.and_then(|(start, word, list)| {
                let size = usize::from(self.starts.page_size);
                page.end = usize::from(self.page).saturating_mul(size);
                // A slot may reach into the next page, but not into that page's first slot.
                let next = match self.first_start(self.page) {
                    Some(Some(Ok((next, ..)))) => usize::from(next),
                    _ => usize::MAX,
                };
                let reach = next.min(self.bits.size.saturating_sub(1));
                let all = self.data.data();
                page.window = all.get(..page.end.saturating_add(reach)).unwrap_or(all);
                self.begin(page, start, word, list)
            }));
        }
    }

    /// Goes to the start of a chain of this page.
    fn begin(
        &self,
        page: &mut Page<'a>,
        start: u16,
        word: u16,
        list: Option<u16>,
    ) -> Result<(), Error> {
        page.at = page
            .end
            .saturating_sub(usize::from(self.starts.page_size))
            .saturating_add(usize::from(start));
        (page.before, page.cause, page.list) = (NOWHERE, word, list);
        if page.at < page.floor {
            return Err(self.error(ErrorKind::Overlap, page));
        }
        Ok(())
    }

    /// The first start of a page, the word that says so, and the word that says the next one. `None`
    /// after the last page, and inside it for a page without chains.
    #[expect(
        clippy::type_complexity,
        reason = "no page, no chain, no start: three answers"
    )]
    fn first_start(&self, page: u16) -> Option<Option<Result<(u16, u16, Option<u16>), Error>>> {
        let start = self.starts.page_start(page)?;
        if start == DYLD_CHAINED_PTR_START_NONE {
            return Some(None);
        }
        if start & DYLD_CHAINED_PTR_START_MULTI == 0 {
            return Some(Some(Ok((start, page, None))));
        }
        let word = start & !DYLD_CHAINED_PTR_START_MULTI;
        let entry = self.list_entry(word, page);
        Some(Some(entry.map(|(start, list)| (start, word, list))))
    }

    /// Reads a word of a page's own list, which the word `from` led to, and says which one is next.
    fn list_entry(&self, word: u16, from: u16) -> Result<(u16, Option<u16>), Error> {
        let Some(start) = self.starts.word(word) else {
            const WHAT: Structure = Structure::DyldChainedStartsInSegment;
            let cause = self.starts.word_offset(from);
            return Err(Error::new(ErrorKind::IndexOutOfBounds, WHAT, cause));
        };
        let is_last = start & DYLD_CHAINED_PTR_START_LAST != 0;
        let list = if is_last { None } else { word.checked_add(1) };
        Ok((start & !DYLD_CHAINED_PTR_START_LAST, list))
    }

    /// Why there is no slot at `at`.
    #[cold]
    fn broken(&self, page: &Page<'_>) -> Error {
        let kind = if page.at >= page.end {
            ErrorKind::ChainLeavesPage
        } else if read(self.data.data(), page.at, self.bits.size).is_none() {
            ErrorKind::SlotOutsideSegment
        } else {
            // With the next page's first slot.
            ErrorKind::Overlap
        };
        self.error(kind, page)
    }

    /// An error at what led to `at`: the slot before, or the start.
    fn error(&self, kind: ErrorKind, page: &Page<'_>) -> Error {
        if page.before == NOWHERE {
            const WHAT: Structure = Structure::DyldChainedStartsInSegment;
            return Error::new(kind, WHAT, self.starts.word_offset(page.cause));
        }
        let before = widen(page.before);
        self.data.error(kind, Structure::DyldChainedPtr, before)
    }
}
