//! An address map with a table of pages in the caller's memory: three loads answer nearly any
//! vmaddr.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::address_map::AddressMap;
use super::cells::{MapCell, Sorted};
use super::outcome::{Outcome, Translation};
use crate::error::{Error, Structure};
use crate::pages::{FourNumbers, Pages};

/// Memory for [`PageIndex::build`]: 16 bytes for four pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageCell([u64; 2]);

impl PageCell {
    /// An empty cell.
    pub const EMPTY: Self = Self([0; 2]);
}

impl FourNumbers for PageCell {
    #[inline]
    fn halves(&self) -> [u64; 2] {
        self.0
    }

    fn set_halves(&mut self, halves: [u64; 2]) {
        self.0 = halves;
    }
}

/// An [`AddressMap`] with a table of pages.
#[derive(Clone)]
pub struct PageIndex<'a> {
    map: AddressMap<'a>,
    sorted: Sorted<'a>,
    pages: Pages<'a, PageCell>,
}

impl fmt::Debug for PageIndex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageIndex")
            .field("map", &self.map)
            .field("page_size", &self.page_size())
            .field("pages", &self.pages.len())
            .finish()
    }
}

impl<'a> PageIndex<'a> {
    /// Fills `memory` with a number for each page of `map`, which must be a sorted one
    /// ([`AddressMap::sorted_in`]). A page that holds a boundary is answered by a search.
    ///
    /// Pages are as small as the memory allows, 4 KiB at least. One cell is enough for an
    /// answer, and a cell for each 64 KiB from the first to the last segment is as fast as it gets.
    ///
    /// # Errors
    /// `BufferTooSmall`: without a cell, or, of the address map, if that is not sorted.
    pub fn build(map: &AddressMap<'a>, memory: &'a mut [PageCell]) -> Result<Self, Error> {
        let sorted = map.sorted()?;
        if memory.is_empty() {
            return Err(Error::too_small(Structure::PageIndex, 1));
        }
        Ok(Self {
            map: map.clone(),
            sorted,
            pages: Pages::build(sorted.starts(), memory),
        })
    }

    /// The map that this index speeds up.
    pub fn map(&self) -> &AddressMap<'a> {
        &self.map
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        self.pages.page_size()
    }

    #[inline]
    fn find(&self, addr: u64) -> Option<&'a MapCell> {
        match self.pages.range(addr, self.sorted.len()) {
            // No boundary in the page.
            (before, after) if before == after => self.sorted.get(before.checked_sub(1)?),
            _ => self.search(addr),
        }
    }

    /// In a page with a boundary: a function of its own, so that the others'
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
