//! The caller's memory in which an [`AddressMap`](super::address_map::AddressMap) keeps its
//! stretches sorted.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::outcome::{Outcome, Translation};
use super::range::Stretch;

/// Memory for [`AddressMap::sorted_in`](crate::AddressMap::sorted_in): 288 bytes for eight
/// stretches of addresses.
#[derive(Clone, Copy, Default)]
pub struct MapCell {
    keys: [i32; Self::STRETCHES],
    stretches: [Packed; Self::STRETCHES],
}

impl MapCell {
    /// An empty cell, all zeros: a `static` of them takes no room in an image.
    pub const EMPTY: Self = Self {
        keys: [0; Self::STRETCHES],
        stretches: [Packed::EMPTY; Self::STRETCHES],
    };

    /// Stretches in a cell: as many keys as two vectors of 128 bits hold.
    pub(super) const STRETCHES: usize = 8;
}

impl fmt::Debug for MapCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapCell").finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PackedKind {
    #[default]
    Unmapped,
    Mapped,
    ZeroFill,
    PastEndOfFile,
}

/// A stretch of vmaddrs with one answer, as the search keeps it; it ends where the next begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packed {
    pub(super) start: u64,
    /// Mapped only: file offset = vmaddr + bias, modulo 2^64.
    bias: u64,
    /// 0 if mapped, else all ones: turns any file offset into [`NOT_IN_FILE`](crate::NOT_IN_FILE).
    absent: u64,
    segment: u32,
    kind: PackedKind,
}

impl Packed {
    const EMPTY: Self = Self {
        start: 0,
        bias: 0,
        absent: 0,
        segment: 0,
        kind: PackedKind::Unmapped,
    };

    /// What lies outside of all.
    pub(super) const UNMAPPED: Self = Self {
        absent: u64::MAX,
        ..Self::EMPTY
    };

    fn new(stretch: Stretch) -> Self {
        let (kind, bias) = match stretch.outcome {
            Outcome::Mapped(offset) => {
                (PackedKind::Mapped, offset.get().wrapping_sub(stretch.start))
            }
            Outcome::ZeroFill => (PackedKind::ZeroFill, 0),
            Outcome::PastEndOfFile => (PackedKind::PastEndOfFile, 0),
            Outcome::Unmapped => (PackedKind::Unmapped, 0),
        };
        Self {
            start: stretch.start,
            bias,
            absent: match kind {
                PackedKind::Mapped => 0,
                _ => u64::MAX,
            },
            segment: stretch.segment.unwrap_or(u32::MAX),
            kind,
        }
    }

    /// The file offset or [`NOT_IN_FILE`](crate::NOT_IN_FILE), and 1 or 0, without a branch.
    #[inline]
    pub(super) fn offset_or_absent(&self, addr: u64) -> (FileOffset, usize) {
        let offset = addr.wrapping_add(self.bias) | self.absent;
        (FileOffset::new(offset), usize::from(self.absent == 0))
    }

    #[inline]
    pub(super) fn outcome(&self, addr: u64) -> Outcome {
        match self.kind {
            PackedKind::Mapped => Outcome::Mapped(FileOffset::new(addr.wrapping_add(self.bias))),
            PackedKind::ZeroFill => Outcome::ZeroFill,
            PackedKind::PastEndOfFile => Outcome::PastEndOfFile,
            PackedKind::Unmapped => Outcome::Unmapped,
        }
    }

    #[inline]
    pub(super) fn translation(&self, vmaddr: VmAddr) -> Translation {
        let outcome = self.outcome(vmaddr.get());
        Translation {
            vmaddr,
            outcome,
            segment: match outcome {
                Outcome::Unmapped => None,
                _ => Some(self.segment),
            },
        }
    }
}

/// Sorted stretches, searched without a branch on the data: every key is compared, the count of
/// those at or below is the stretch. For the few dozen of a kernelcache this beats a binary search,
/// because compilers turn it into vector compares.
#[derive(Clone, Copy)]
pub(super) struct Sorted<'s> {
    /// vmaddr of the first stretch.
    pub(super) origin: u64,
    /// A key is (vmaddr - origin) >> shift; every stretch starts at a multiple of 1 << shift.
    shift: u32,
    cells: &'s [MapCell],
    count: usize,
}

impl<'s> Sorted<'s> {
    /// Sorts `stretches` (ascending, adjoining) into `cells`, which have room for them. `None` if
    /// they span more than 2^31 steps of their common alignment.
    pub(super) fn build(
        cells: &'s mut [MapCell],
        stretches: impl Iterator<Item = Stretch>,
    ) -> Option<Self> {
        let mut slots = cells.iter_mut().flat_map(|cell| &mut cell.stretches);
        let mut count = 0_usize;
        let mut origin = 0_u64;
        let mut steps = 0_u64;
        for stretch in stretches {
            if count == 0 {
                origin = stretch.start;
            }
            steps |= stretch.start.wrapping_sub(origin);
            *slots.next()? = Packed::new(stretch);
            count = count.checked_add(1)?;
        }
        let shift = steps.trailing_zeros().min(32);
        let mut left = count;
        for cell in cells.iter_mut() {
            // Keys that no address reaches fill the last cell up.
            cell.keys = [i32::MAX; MapCell::STRETCHES];
            for (key, stretch) in cell.keys.iter_mut().zip(&cell.stretches).take(left) {
                *key = i32::try_from(stretch.start.wrapping_sub(origin) >> shift)
                    .ok()
                    .filter(|key| *key != i32::MAX)?;
            }
            left = left.saturating_sub(MapCell::STRETCHES);
        }
        Some(Self {
            origin,
            shift,
            cells,
            count,
        })
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'s Packed> + use<'s> {
        let all = self.cells.iter().flat_map(|cell| &cell.stretches);
        all.take(self.count)
    }

    /// The stretch with this number.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&'s Packed> {
        let cell = self.cells.get(index / MapCell::STRETCHES)?;
        cell.stretches.get(index % MapCell::STRETCHES)
    }

    /// The stretch that holds `addr`; `None` outside of all.
    #[inline]
    pub(super) fn find(&self, addr: u64) -> Option<&'s Packed> {
        // The shift is at most 32; the wrapping one is the same instruction and has no panic.
        let key = addr.checked_sub(self.origin)?.wrapping_shr(self.shift);
        // Past 2^31 steps lies the last stretch: it ends only where the address space does, or
        // it is the gap above the highest segment.
        let key = i32::try_from(key).unwrap_or(i32::MAX).min(LAST_KEY);
        let mut at_or_below = 0_u32;
        for cell in self.cells {
            for other in cell.keys {
                at_or_below = at_or_below.wrapping_add(u32::from(other <= key));
            }
        }
        let index = usize::try_from(at_or_below).ok()?.checked_sub(1)?;
        self.get(index)
    }
}

/// The largest key that padding does not equal.
const LAST_KEY: i32 = i32::MAX - 1;
