//! An address map with a table of pages in the caller's memory: one load answers nearly any vmaddr.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::address_map::AddressMap;
use super::cells::{MapCell, Sorted};
use super::outcome::{Outcome, Translation};
use crate::error::{Error, Structure};

/// Memory for [`PageIndex::build`]: 4 bytes for a page.
// What the table says of a page:
//
//   31        12 11       0
//    file page    stretch
//
// The file page is where the page's first byte lies in the file, in pages, if the page is mapped
// as a whole and lies there on a multiple of its size; else `NO_FILE_PAGE`. The stretch is the
// number of the only one in the page, `MANY` if there are more.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageCell(u32);

/// The smallest page: 4 KiB.
const SMALLEST_SHIFT: u32 = 12;

impl PageCell {
    /// An empty cell.
    pub const EMPTY: Self = Self(0);

    const FILE_PAGE_SHIFT: u32 = 12;
    const NO_FILE_PAGE: u32 = 0xf_ffff;
    const MANY: u32 = 0xfff;
    /// Says nothing of the page: the stretches are searched.
    const SEARCH: Self = Self(u32::MAX);

    fn new(file_page: Option<u64>, stretch: usize) -> Self {
        let stretch = u32::try_from(stretch)
            .ok()
            .filter(|stretch| *stretch < Self::MANY);
        let file_page = file_page
            .and_then(|page| u32::try_from(page).ok())
            .filter(|page| *page < Self::NO_FILE_PAGE);
        Self(
            file_page.unwrap_or(Self::NO_FILE_PAGE) << Self::FILE_PAGE_SHIFT
                | stretch.unwrap_or(Self::MANY),
        )
    }

    #[inline]
    fn file_page(self) -> Option<u64> {
        let has_one = self.0 < Self::NO_FILE_PAGE << Self::FILE_PAGE_SHIFT;
        has_one.then_some(u64::from(self.0 >> Self::FILE_PAGE_SHIFT))
    }

    #[inline]
    fn stretch(self) -> Option<usize> {
        let number = self.0 & Self::MANY;
        usize::try_from(number)
            .ok()
            .filter(|_| number != Self::MANY)
    }
}

/// An [`AddressMap`] with a table of pages.
#[derive(Clone)]
pub struct PageIndex<'a> {
    map: AddressMap<'a>,
    sorted: Sorted<'a>,
    cells: &'a [PageCell],
    /// Bytes of a page are `1 << shift`, and `mask` is one less.
    shift: u32,
    mask: u64,
}

impl fmt::Debug for PageIndex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageIndex")
            .field("map", &self.map)
            .field("page_size", &self.page_size())
            .field("pages", &self.cells.len())
            .finish()
    }
}

impl<'a> PageIndex<'a> {
    /// Fills `memory` with an entry for each page of `map`, which must be a sorted one
    /// ([`AddressMap::sorted_in`]). A page that holds a boundary is answered by a search.
    ///
    /// Pages are as large as the segments' common alignment, 4 KiB at least, and larger if the
    /// memory is too small for that. One cell is enough for an answer, and a cell for each page
    /// from the first to the last segment is as fast as it gets: for each 16 KiB of a kernelcache.
    ///
    /// # Errors
    /// `BufferTooSmall`: without a cell, or, of the address map, if that is not sorted.
    pub fn build(map: &AddressMap<'a>, memory: &'a mut [PageCell]) -> Result<Self, Error> {
        let sorted = map.sorted()?;
        let (shift, count) = pages_of(&sorted, memory.len());
        let cells = memory
            .get_mut(..count.max(1))
            .ok_or_else(|| Error::too_small(Structure::PageIndex, 1))?;
        fill(&sorted, shift, cells);
        Ok(Self {
            map: map.clone(),
            sorted,
            cells,
            shift,
            mask: mask(shift),
        })
    }

    /// The map that this index speeds up.
    pub fn map(&self) -> &AddressMap<'a> {
        &self.map
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        1_u64.wrapping_shl(self.shift)
    }

    /// How far `addr` is from the first page.
    #[inline]
    const fn delta(&self, addr: u64) -> u64 {
        addr.wrapping_sub(self.sorted.origin)
    }

    /// What the table says of the page that lies `delta` from the first.
    #[inline]
    fn cell(&self, delta: u64) -> Option<PageCell> {
        let page = usize::try_from(delta.wrapping_shr(self.shift)).ok()?;
        self.cells.get(page).copied()
    }

    #[inline]
    fn find(&self, addr: u64) -> Option<&'a MapCell> {
        match self.cell(self.delta(addr)).and_then(PageCell::stretch) {
            Some(number) => self.sorted.get(number),
            None => self.search(addr),
        }
    }

    /// In a page with a boundary, and outside of the table: a function of its own, so that the
    /// others' answer stays small enough to inline.
    #[cold]
    #[inline(never)]
    fn search(&self, addr: u64) -> Option<&'a MapCell> {
        self.sorted.find(addr)
    }

    /// What lies at `vmaddr`: the answer of [`AddressMap::outcome`].
    #[inline]
    pub fn outcome(&self, vmaddr: VmAddr) -> Outcome {
        let delta = self.delta(vmaddr.get());
        match self.cell(delta).and_then(PageCell::file_page) {
            Some(page) => {
                let into = delta & self.mask;
                Outcome::Mapped(FileOffset::new(page.wrapping_shl(self.shift) | into))
            }
            None => self.outcome_of_stretch(vmaddr.get()),
        }
    }

    /// Where the table does not say it all.
    #[inline(never)]
    fn outcome_of_stretch(&self, addr: u64) -> Outcome {
        match self.find(addr) {
            Some(stretch) => stretch.outcome(addr),
            None => Outcome::Unmapped,
        }
    }

    /// What lies at `vmaddr`, and in which segment: the answer of [`AddressMap::translate`].
    #[inline]
    pub fn translate(&self, vmaddr: VmAddr) -> Translation {
        match self.find(vmaddr.get()) {
            Some(stretch) => stretch.translation(vmaddr),
            None => Translation::unmapped(vmaddr),
        }
    }
}

/// The bits of an address below its page.
const fn mask(shift: u32) -> u64 {
    !u64::MAX.wrapping_shl(shift)
}

/// The pages of the table, which has room for `room`: their size as a shift, and how many.
fn pages_of(sorted: &Sorted<'_>, room: usize) -> (u32, usize) {
    let Some(last) = sorted.pieces().last() else {
        return (SMALLEST_SHIFT, 0);
    };
    let steps = sorted.pieces().fold(0, |steps, piece| {
        steps | piece.start.wrapping_sub(sorted.origin) | piece.file_offset.unwrap_or(0)
    });
    let span = last.start.wrapping_sub(sorted.origin);
    // Smaller pages than the alignment would only make the table larger. A shift of 63 leaves two.
    let finest = steps.trailing_zeros().clamp(SMALLEST_SHIFT, 63);
    (finest..64)
        .find_map(|shift| {
            let last = usize::try_from(span.wrapping_shr(shift)).ok()?;
            let count = last.checked_add(1).filter(|count| *count <= room)?;
            Some((shift, count))
        })
        .unwrap_or((SMALLEST_SHIFT, 0))
}

/// Writes the table.
fn fill(sorted: &Sorted<'_>, shift: u32, cells: &mut [PageCell]) {
    let relative = |start: u64| start.wrapping_sub(sorted.origin);
    let mut pieces = (0..usize::MAX).zip(sorted.pieces()).peekable();
    // The stretch that holds the first byte of the page.
    let mut current = None;
    let mut first = Some(0_u64);
    for cell in cells {
        *cell = PageCell::SEARCH;
        let Some(start) = first else { continue };
        while let Some(piece) = pieces.next_if(|(_, piece)| relative(piece.start) <= start) {
            current = Some(piece);
        }
        first = start.checked_add(1_u64.wrapping_shl(shift));
        let (Some(end), Some((_, next))) = (first, pieces.peek()) else {
            // Here is the last stretch, or the address space ends: addresses below the first
            // stretch come out as such pages.
            continue;
        };
        let Some((number, piece)) = current else {
            continue;
        };
        if relative(next.start) >= end {
            let into = start.wrapping_sub(relative(piece.start));
            let offset = piece.file_offset.map(|offset| offset.wrapping_add(into));
            let offset = offset.filter(|offset| offset & mask(shift) == 0);
            *cell = PageCell::new(offset.map(|offset| offset.wrapping_shr(shift)), number);
        }
    }
}
