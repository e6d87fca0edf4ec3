//! A page table in the caller's memory: two loads answer any vmaddr.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::address_map::AddressMap;
use super::cells::{MapCell, Sorted};
use super::outcome::{Outcome, Translation};
use crate::error::{Error, Limit, Structure};

/// Memory for [`PageIndex::build`]: a byte for one page.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageCell(u8);

impl PageCell {
    /// An empty cell.
    pub const EMPTY: Self = Self(0);
}

/// The entry of a page in which one stretch ends and another begins.
const MIXED: u8 = u8::MAX;

/// The smallest page that a table uses: 16 KiB, the unit of arm64 kernel segments.
const SMALLEST_SHIFT: u32 = 14;

/// The largest: two of them cover all addresses.
const LARGEST_SHIFT: u32 = 63;

/// An [`AddressMap`] with a page table of one byte a page.
#[derive(Clone)]
pub struct PageIndex<'a> {
    map: AddressMap<'a>,
    sorted: Sorted<'a>,
    shift: u32,
    table: &'a [PageCell],
}

impl fmt::Debug for PageIndex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageIndex")
            .field("map", &self.map)
            .field("page_size", &self.page_size())
            .field("pages", &self.table.len())
            .finish()
    }
}

impl<'a> PageIndex<'a> {
    /// Fills `memory` with one cell for each page of `map`, which must be a sorted one
    /// ([`AddressMap::sorted_in`]). A page that holds a boundary is answered by a search.
    ///
    /// Pages are as small as the memory allows, 16 KiB at least. One or two cells are enough for an
    /// answer, and a cell for each 16 KiB from the first to the last segment is as fast as it gets.
    ///
    /// # Errors
    /// `BufferTooSmall`: without a cell, or, of the address map, if that is not sorted.
    /// `CountTooLarge` for 255 stretches of memory or more.
    pub fn build(map: &AddressMap<'a>, memory: &'a mut [PageCell]) -> Result<Self, Error> {
        let sorted = map.sorted()?;
        if sorted.len() >= usize::from(MIXED) {
            return Err(Error::limit(Limit::Count, Structure::PageIndex));
        }
        // The last stretch is the gap above everything, or ends at 2^64: either way the table
        // need not reach into it.
        let last = sorted.starts().last().unwrap_or(sorted.origin);
        let span = last.wrapping_sub(sorted.origin);
        let pages = |shift| usize::try_from(span.wrapping_shr(shift)).ok();
        let fits = |shift: &u32| pages(*shift).is_some_and(|pages| pages < memory.len());
        let found = (SMALLEST_SHIFT..=LARGEST_SHIFT).find(fits);
        let shift = found.unwrap_or(LARGEST_SHIFT);
        let needed = pages(shift).map_or(usize::MAX, |pages| pages.saturating_add(1));
        let table = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::PageIndex, needed))?;
        let mut ends = sorted.starts().skip(1);
        let mut end = ends.next();
        let mut id = 0_u8;
        let mut page_start = 0_u64;
        let page_last = 1_u64.wrapping_shl(shift).wrapping_sub(1);
        for entry in table.iter_mut() {
            let last = page_start.saturating_add(page_last);
            *entry = PageCell(id);
            // Every stretch that starts in this page, bounded by the stretches in all.
            while let Some(start) = end {
                let start = start.wrapping_sub(sorted.origin);
                if start > last {
                    break;
                }
                id = id.saturating_add(1);
                *entry = PageCell(if start == page_start { id } else { MIXED });
                end = ends.next();
            }
            page_start = last.saturating_add(1);
        }
        Ok(Self {
            map: map.clone(),
            sorted,
            shift,
            table,
        })
    }

    /// The map that this index speeds up.
    pub fn map(&self) -> &AddressMap<'a> {
        &self.map
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        1_u64.checked_shl(self.shift).unwrap_or(0)
    }

    #[inline]
    fn find(&self, addr: u64) -> Option<&'a MapCell> {
        // Checked: below the first stretch lies nothing, even if the last page passes 2^64.
        let page = addr
            .checked_sub(self.sorted.origin)?
            .wrapping_shr(self.shift);
        let id = usize::try_from(page)
            .ok()
            .and_then(|page| self.table.get(page));
        match id {
            Some(&PageCell(MIXED)) | None => self.search(addr),
            Some(&PageCell(id)) => self.sorted.get(usize::from(id)),
        }
    }

    /// In a page with a boundary, or above the last page: a function of its own, so that the others'
    /// answer stays small enough to inline.
    #[cold]
    #[inline(never)]
    fn search(&self, addr: u64) -> Option<&'a MapCell> {
        self.sorted.find(addr)
    }

    /// What lies at `vmaddr`: the answer of [`AddressMap::outcome`].
    #[inline]
    pub fn outcome(&self, vmaddr: VmAddr) -> Outcome {
        match self.find(vmaddr.get()) {
            Some(stretch) => stretch.outcome(vmaddr.get()),
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

    /// [`AddressMap::translate_slice`] by way of the table.
    pub fn translate_slice(&self, vmaddrs: &[VmAddr], out: &mut [FileOffset]) -> usize {
        let mut mapped = 0_usize;
        for (vmaddr, out) in vmaddrs.iter().zip(out) {
            let addr = vmaddr.get();
            let stretch = self.find(addr).unwrap_or(&MapCell::UNMAPPED);
            let (offset, one) = stretch.offset_or_absent(addr);
            *out = offset;
            mapped = mapped.wrapping_add(one);
        }
        mapped
    }
}
