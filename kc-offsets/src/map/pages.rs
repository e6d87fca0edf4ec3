//! A page table in the caller's buffer: two loads answer any vmaddr.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::storage::{Piece, Pieces};
use super::{AddressMap, Outcome, Translation};

/// The entry of a page in which one piece ends and another begins.
const MIXED: u8 = u8::MAX;

/// The smallest page that a table uses: 16 KiB, the unit of arm64 kernel segments.
const SMALLEST_SHIFT: u32 = 14;

/// An [`AddressMap`] with a page table of one byte a page.
#[derive(Clone)]
pub struct PageIndex<'a> {
    map: AddressMap<'a>,
    pieces: Pieces<'a>,
    shift: u32,
    table: &'a [u8],
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
    /// Fills `table` with one byte for each page of `map`; pages are as small as the buffer
    /// allows, 16 KiB at least. A page that holds a boundary is answered by a search.
    ///
    /// `None` where the map keeps no sorted pieces ([`AddressMap::with_storage`] makes them), has
    /// 255 or more of them, or where the buffer is empty.
    pub fn build(map: &AddressMap<'a>, table: &'a mut [u8]) -> Option<Self> {
        let pieces = map.pieces?;
        if pieces.sorted.len() >= usize::from(MIXED) || table.is_empty() {
            return None;
        }
        // The last piece is the gap above everything, or ends at 2^64: either way the table
        // need not reach into it.
        let span = pieces.sorted.last()?.start.wrapping_sub(pieces.origin);
        let mut shift = SMALLEST_SHIFT;
        let pages = loop {
            let pages = span.checked_shr(shift)?;
            match usize::try_from(pages) {
                Ok(pages) if pages < table.len() => break pages,
                _ => shift = shift.checked_add(1)?,
            }
        };
        let table = table.get_mut(..=pages)?;
        let mut ends = pieces.sorted.iter().skip(1);
        let mut end = ends.next();
        let mut id = 0_u8;
        let mut page_start = 0_u64;
        let page_last = (1_u64.checked_shl(shift)?).wrapping_sub(1);
        for entry in table.iter_mut() {
            let last = page_start.saturating_add(page_last);
            *entry = id;
            // Every piece that starts in this page, bounded by the pieces in all.
            while let Some(piece) = end {
                let start = piece.start.wrapping_sub(pieces.origin);
                if start > last {
                    break;
                }
                id = id.saturating_add(1);
                *entry = if start == page_start { id } else { MIXED };
                end = ends.next();
            }
            page_start = last.saturating_add(1);
        }
        Some(Self {
            map: map.clone(),
            pieces,
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
    fn find(&self, addr: u64) -> Option<&'a Piece> {
        // Checked: below the first piece lies nothing, even where the last page passes 2^64.
        let page = addr
            .checked_sub(self.pieces.origin)?
            .wrapping_shr(self.shift);
        let id = usize::try_from(page)
            .ok()
            .and_then(|page| self.table.get(page));
        match id {
            Some(&MIXED) | None => self.pieces.find(addr),
            Some(&id) => self.pieces.sorted.get(usize::from(id)),
        }
    }

    /// What lies at `vmaddr`: the answer of [`AddressMap::outcome`].
    #[inline]
    pub fn outcome(&self, vmaddr: VmAddr) -> Outcome {
        match self.find(vmaddr.get()) {
            Some(piece) => piece.outcome(vmaddr.get()),
            None => Outcome::Unmapped,
        }
    }

    /// What lies at `vmaddr`, and in which segment: the answer of [`AddressMap::translate`].
    #[inline]
    pub fn translate(&self, vmaddr: VmAddr) -> Translation {
        match self.find(vmaddr.get()) {
            Some(piece) => piece.translation(vmaddr),
            None => Translation {
                vmaddr,
                outcome: Outcome::Unmapped,
                segment: None,
            },
        }
    }

    /// [`AddressMap::translate_slice`] by way of the table.
    pub fn translate_slice(&self, vmaddrs: &[VmAddr], out: &mut [FileOffset]) -> usize {
        let mut mapped = 0_usize;
        for (vmaddr, out) in vmaddrs.iter().zip(out) {
            let addr = vmaddr.get();
            let piece = self.find(addr).unwrap_or(&Piece::UNMAPPED);
            let (offset, one) = piece.offset_or_absent(addr);
            *out = offset;
            mapped = mapped.wrapping_add(one);
        }
        mapped
    }
}
