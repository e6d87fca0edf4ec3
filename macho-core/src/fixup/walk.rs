//! The walk over the slots of all chains.
//!
//! A chain starts where a page's `page_start` says and goes on by each slot's own `next`. Three rules
//! bound the walk, and with them each slot is met once: addresses ascend through a whole segment, a
//! chain stays in its page (XNU's pager refuses one that leaves it, `osfmk/vm/vm_dyld_pager.c`), and
//! slots share no byte. A chain that breaks a rule is an error at what led there, a slot or a start;
//! the walk then goes on with the next page.
use core::iter::FusedIterator;

use crate::addr::VmAddr;
use crate::bytes::{Bytes, widen};
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::chained::{ChainedFixups, SegmentStarts, SegmentStartsIter};
use crate::fixup::pointer::NextField;
use crate::fixup::slot::{Slot, Source};
use crate::macho::MachO;
use crate::raw::fixup::{
    DYLD_CHAINED_PTR_START_LAST, DYLD_CHAINED_PTR_START_MULTI, DYLD_CHAINED_PTR_START_NONE,
};
use crate::segment::{Segment, Segments};

/// The slots of one segment, in ascending order of address. Made by [`SegmentStarts::slots`].
///
/// Yields at most one item for each slot and each page: the work is linear in the segment's bytes
/// and in `page_count`. After an error the walk goes on with the next page.
#[derive(Clone, Debug)]
pub struct SegmentSlots<'a> {
    /// The segment's bytes in the file.
    data: Bytes<'a>,
    vmaddr: u64,
    starts: SegmentStarts<'a>,
    /// Bytes of a slot.
    slot_size: u64,
    next_field: NextField,
    /// The page to start next.
    page: u16,
    /// The word of the current page's own list to start next; `None` for a page with one chain.
    list: Option<u16>,
    /// Whether a slot lies at `at`, as far as what led there says.
    in_chain: bool,
    /// The next slot, in bytes from the start of the segment, as `page_end` and `floor` are.
    at: u64,
    page_end: u64,
    /// The end of the slot before.
    floor: u64,
    /// Whether a start led to `at`, and not the slot before.
    at_start: bool,
    /// The start of the chain: where it lies in the outermost file.
    cause: u64,
}

impl<'a> SegmentSlots<'a> {
    fn new(
        starts: SegmentStarts<'a>,
        segment: &Segment<'a>,
        base: Option<VmAddr>,
    ) -> Result<Self, Error> {
        let format = starts.pointer_format;
        let (Some(slot_size), Some(next_field)) = (format.slot_size(), format.next_field()) else {
            return Err(starts.error(ErrorKind::UnknownFormat, 6));
        };
        if starts.page_size == 0 {
            return Err(starts.error(ErrorKind::UnknownFormat, 4));
        }
        let vmaddr = segment.vmaddr().get();
        if base.is_some_and(|base| base.get().wrapping_add(starts.segment_offset) != vmaddr) {
            return Err(starts.error(ErrorKind::SegmentOffsetMismatch, 8));
        }
        // No more than is in memory, so that no address of a slot wraps.
        let size = segment.filesize().min(segment.vmsize());
        Ok(Self {
            data: segment
                .load_command()
                .file()
                .clamped(segment.fileoff(), size),
            vmaddr,
            starts,
            slot_size,
            next_field,
            page: 0,
            list: None,
            in_chain: false,
            at: 0,
            page_end: 0,
            floor: 0,
            at_start: false,
            cause: 0,
        })
    }

    /// Where the chains of this segment start.
    pub const fn starts(&self) -> &SegmentStarts<'a> {
        &self.starts
    }

    /// Goes to the start of the next chain; `None` after the last one.
    fn start_chain(&mut self) -> Option<Result<(), Error>> {
        let (start, word) = match self.list {
            Some(word) => match self.list_entry(word, word.saturating_sub(1)) {
                Ok(start) => (start, word),
                Err(error) => return Some(Err(error)),
            },
            None => match self.start_page()? {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            },
        };
        let size = u64::from(self.starts.page_size);
        // The page of this chain is the one before the next.
        self.page_end = u64::from(self.page).saturating_mul(size);
        self.at = self
            .page_end
            .saturating_sub(size)
            .saturating_add(u64::from(start));
        self.cause = self.starts.word_offset(word);
        self.at_start = true;
        self.in_chain = true;
        Some(Ok(()))
    }

    /// The first start of the next page that has one, and the word that says so.
    fn start_page(&mut self) -> Option<Result<(u16, u16), Error>> {
        loop {
            let page = self.page;
            let start = self.starts.page_start(page)?;
            self.page = page.checked_add(1)?;
            if start == DYLD_CHAINED_PTR_START_NONE {
                continue;
            }
            if start & DYLD_CHAINED_PTR_START_MULTI == 0 {
                return Some(Ok((start, page)));
            }
            let word = start & !DYLD_CHAINED_PTR_START_MULTI;
            return Some(self.list_entry(word, page).map(|start| (start, word)));
        }
    }

    /// Reads a word of a page's own list, which the word `from` led to, and says which one is next.
    fn list_entry(&mut self, word: u16, from: u16) -> Result<u16, Error> {
        let Some(start) = self.starts.word(word) else {
            const WHAT: Structure = Structure::DyldChainedStartsInSegment;
            self.list = None;
            let cause = self.starts.word_offset(from);
            return Err(Error::new(ErrorKind::IndexOutOfBounds, WHAT, cause));
        };
        let last = start & DYLD_CHAINED_PTR_START_LAST != 0;
        self.list = if last { None } else { word.checked_add(1) };
        Ok(start & !DYLD_CHAINED_PTR_START_LAST)
    }

    /// The slot at `at`, and on to the next one of its chain; `None` where no slot may be.
    #[inline]
    fn slot(&mut self) -> Option<Slot> {
        let at = self.at;
        if at >= self.page_end || at < self.floor {
            return None;
        }
        let raw = read(self.data, at, self.slot_size)?;
        // No sum overflows: `at` is below the length of `data`.
        let file_offset = self.data.file_offset(at);
        let next = self.next_field.bytes(raw);
        self.in_chain = next != 0;
        self.at = at.wrapping_add(next);
        self.floor = at.wrapping_add(self.slot_size);
        Some(Slot {
            vmaddr: VmAddr::new(self.vmaddr.wrapping_add(at)),
            file_offset,
            raw,
            source: Source::Chained {
                format: self.starts.pointer_format,
                max_valid_pointer: self.starts.max_valid_pointer,
            },
        })
    }

    /// Starts chains until there is a slot or an error.
    #[inline(never)]
    fn next_chain(&mut self) -> Option<Result<Slot, Error>> {
        if !self.in_chain {
            if let Err(error) = self.start_chain()? {
                return Some(Err(error));
            }
        }
        let item = match self.slot() {
            Some(slot) => Ok(slot),
            None => Err(self.broken()),
        };
        self.at_start = false;
        Some(item)
    }

    /// Why there is no slot at `at`. Gives the page up.
    #[cold]
    fn broken(&mut self) -> Error {
        self.in_chain = false;
        self.list = None;
        let kind = if self.at >= self.page_end {
            ErrorKind::ChainLeavesPage
        } else if self.at < self.floor {
            ErrorKind::Overlap
        } else {
            ErrorKind::SlotOutsideSegment
        };
        if self.at_start {
            const WHAT: Structure = Structure::DyldChainedStartsInSegment;
            return Error::new(kind, WHAT, self.cause);
        }
        let before = self.floor.saturating_sub(self.slot_size);
        self.data.error(kind, Structure::DyldChainedPtr, before)
    }
}

/// A slot of 4 or 8 bytes.
#[inline]
fn read(data: Bytes<'_>, at: u64, size: u64) -> Option<u64> {
    let tail = data.data().get(usize::try_from(at).ok()?..)?;
    if size == 4 {
        let bytes = tail.first_chunk::<4>()?;
        return Some(u64::from(u32::from_le_bytes(*bytes)));
    }
    tail.first_chunk::<8>()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

impl Iterator for SegmentSlots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.in_chain {
            if let Some(slot) = self.slot() {
                return Some(Ok(slot));
            }
        }
        self.next_chain()
    }
}

impl FusedIterator for SegmentSlots<'_> {}

impl<'a> SegmentStarts<'a> {
    /// Walks the chains of this segment of `image`, which must be the image that the starts are of.
    /// Costs one step for each load command, besides the walk itself.
    ///
    /// # Errors
    /// `IndexOutOfBounds` where the image has no such segment, `UnknownFormat` for a pointer format
    /// or page size that cannot be walked, `SegmentOffsetMismatch` where `segment_offset` does not
    /// lead from the image's base to the segment. (An image whose header no segment maps has no base,
    /// and there `segment_offset` is ignored.)
    pub fn slots(&self, image: &MachO<'a>) -> Result<SegmentSlots<'a>, Error> {
        match image.segments().nth(self.segment_index) {
            Some(segment) => SegmentSlots::new(*self, &segment, image.base()),
            None => Err(self.no_segment()),
        }
    }
}

/// The slots of all segments of an image: segment by segment, in each in ascending order of
/// address. Made by [`ChainedFixups::slots`].
///
/// Damage is an item, and the walk goes on behind it: behind a page, or behind a segment that cannot
/// be walked at all. Hostile tables do not make it long: segments together have no more bytes than
/// the file and no more pages than their table has words, and a segment that would exceed that is an
/// `Overlap`.
#[derive(Clone, Debug)]
pub struct ChainedSlots<'a> {
    base: Option<VmAddr>,
    table: SegmentStartsIter<'a>,
    segments: Segments<'a>,
    /// Index of the segment that `segments` yields next.
    next_segment: usize,
    current: Option<SegmentSlots<'a>>,
    /// Bytes of the file that no segment so far has taken.
    bytes_left: u64,
    /// Words of the table that no segment so far has taken.
    words_left: u64,
}

impl<'a> ChainedFixups<'a> {
    /// Walks the chains of all segments of `image`, which must be the image that the fixups are of.
    pub fn slots(&self, image: &MachO<'a>) -> ChainedSlots<'a> {
        ChainedSlots {
            base: image.base(),
            table: self.segments(),
            segments: image.segments(),
            next_segment: 0,
            current: None,
            bytes_left: widen(image.file().len()),
            words_left: self.bytes.len() / 2,
        }
    }
}

impl<'a> ChainedSlots<'a> {
    /// Where the chains of the segment start that the last item is from; `None` before the first
    /// item, and where that is an error about a whole segment.
    pub fn starts(&self) -> Option<&SegmentStarts<'a>> {
        self.current.as_ref().map(SegmentSlots::starts)
    }

    #[inline(never)]
    fn first_of_next_segment(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            self.current = None;
            match self.next_segment()? {
                Ok(slots) => {
                    if let Some(item) = self.current.insert(slots).next() {
                        return Some(item);
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn next_segment(&mut self) -> Option<Result<SegmentSlots<'a>, Error>> {
        let starts = match self.table.next()? {
            Ok(starts) => starts,
            Err(error) => return Some(Err(error)),
        };
        // The table's indexes ascend.
        let ahead = starts.segment_index.saturating_sub(self.next_segment);
        self.next_segment = starts.segment_index.saturating_add(1);
        let Some(segment) = self.segments.nth(ahead) else {
            return Some(Err(starts.no_segment()));
        };
        Some(self.take_segment(starts, &segment))
    }

    fn take_segment(
        &mut self,
        starts: SegmentStarts<'a>,
        segment: &Segment<'a>,
    ) -> Result<SegmentSlots<'a>, Error> {
        let slots = SegmentSlots::new(starts, segment, self.base)?;
        let bytes = self.bytes_left.checked_sub(slots.data.len());
        let words = self
            .words_left
            .checked_sub(u64::from(slots.starts.page_count));
        let (Some(bytes), Some(words)) = (bytes, words) else {
            return Err(slots.starts.error(ErrorKind::Overlap, 0));
        };
        (self.bytes_left, self.words_left) = (bytes, words);
        Ok(slots)
    }
}

impl Iterator for ChainedSlots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(slots) = &mut self.current {
            if let Some(item) = slots.next() {
                return Some(item);
            }
        }
        self.first_of_next_segment()
    }
}

impl FusedIterator for ChainedSlots<'_> {}
