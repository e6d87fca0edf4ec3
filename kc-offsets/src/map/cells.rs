//! The caller's memory in which an [`AddressMap`](super::address_map::AddressMap) keeps its
//! stretches sorted.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use super::outcome::{Outcome, Translation};
use super::range::Stretch;

/// Memory for [`AddressMap::sorted_in`](crate::AddressMap::sorted_in): 32 bytes for a stretch of
/// addresses, or for the keys of eight.
///
/// One type serves for both, since a search is fast with all keys side by side, and the caller
/// should not have to bring two slices.
#[derive(Clone, Copy, Default)]
#[repr(align(8))]
pub struct MapCell {
    words: [u32; Self::KEYS],
}

impl MapCell {
    /// An empty cell, all zeros: a `static` of them takes no room in an image.
    pub const EMPTY: Self = Self {
        words: [0; Self::KEYS],
    };

    /// Keys in a cell: as many as two vectors of 128 bits hold.
    const KEYS: usize = 8;

    /// Cells that so many stretches need.
    pub(super) const fn needed(stretches: usize) -> usize {
        stretches.saturating_add(stretches.div_ceil(Self::KEYS))
    }

    #[inline]
    fn pack(stretch: &Packed) -> Self {
        let ([start, start_high], [bias, bias_high]) =
            (halves(stretch.start), halves(stretch.bias));
        let (segment, kind) = (stretch.segment, stretch.kind.number());
        Self {
            words: [start, start_high, bias, bias_high, segment, kind, 0, 0],
        }
    }

    #[inline]
    fn unpack(&self) -> Packed {
        let [start, start_high, bias, bias_high, segment, kind, _, _] = self.words;
        Packed {
            start: joined(start, start_high),
            bias: joined(bias, bias_high),
            segment,
            kind: PackedKind::of(kind),
        }
    }

    #[inline]
    pub(super) fn outcome(&self, addr: u64) -> Outcome {
        let Packed { bias, kind, .. } = self.unpack();
        match kind {
            PackedKind::Mapped => Outcome::Mapped(FileOffset::new(addr.wrapping_add(bias))),
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
                _ => Some(self.unpack().segment),
            },
        }
    }
}

#[inline]
fn halves(value: u64) -> [u32; 2] {
    [value, value >> 32].map(|half| u32::try_from(half & 0xffff_ffff).unwrap_or(0))
}

#[inline]
fn joined(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The same bits. Keys are compared as signed numbers, which SSE2 can do and unsigned ones not.
#[inline]
const fn signed(word: u32) -> i32 {
    i32::from_ne_bytes(word.to_ne_bytes())
}

impl fmt::Debug for MapCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapCell").finish_non_exhaustive()
    }
}

/// In the order of [`Outcome`], so that the one becomes the other without a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PackedKind {
    Mapped,
    ZeroFill,
    PastEndOfFile,
    Unmapped,
}

impl PackedKind {
    const fn number(self) -> u32 {
        match self {
            Self::Mapped => 0,
            Self::ZeroFill => 1,
            Self::PastEndOfFile => 2,
            Self::Unmapped => 3,
        }
    }

    #[inline]
    const fn of(number: u32) -> Self {
        match number {
            0 => Self::Mapped,
            1 => Self::ZeroFill,
            2 => Self::PastEndOfFile,
            _ => Self::Unmapped,
        }
    }
}

/// A stretch of vmaddrs with one answer, as the search keeps it; it ends where the next begins.
#[derive(Clone, Copy, Debug)]
struct Packed {
    start: u64,
    /// Mapped only: file offset = vmaddr + bias, modulo 2^64.
    bias: u64,
    segment: u32,
    kind: PackedKind,
}

/// Where a stretch starts: in memory and, if it is mapped, in the file.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) file_offset: Option<u64>,
}

impl Packed {
    fn piece(&self) -> Piece {
        let file_offset = self.start.wrapping_add(self.bias);
        Piece {
            start: self.start,
            file_offset: (self.kind == PackedKind::Mapped).then_some(file_offset),
        }
    }

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
            segment: stretch.segment.unwrap_or(u32::MAX),
            kind,
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
    /// The last cell is filled up with keys that no address reaches.
    keys: &'s [MapCell],
    stretches: &'s [MapCell],
}

impl<'s> Sorted<'s> {
    /// Sorts `count` `stretches` (ascending, adjoining) into `cells`, which are as many as they
    /// need. `None` if they span more than 2^31 steps of their common alignment.
    pub(super) fn build(
        cells: &'s mut [MapCell],
        count: usize,
        stretches: impl Iterator<Item = Stretch>,
    ) -> Option<Self> {
        let (packed, keys) = cells.split_at_mut_checked(count)?;
        let mut origin = None;
        let mut steps = 0_u64;
        for (cell, stretch) in packed.iter_mut().zip(stretches) {
            let origin = *origin.get_or_insert(stretch.start);
            steps |= stretch.start.wrapping_sub(origin);
            *cell = MapCell::pack(&Packed::new(stretch));
        }
        let origin = origin.unwrap_or(0);
        let shift = steps.trailing_zeros().min(32);
        for (cell, packed) in keys.iter_mut().zip(packed.chunks(MapCell::KEYS)) {
            cell.words = [UNREACHED; MapCell::KEYS];
            for (key, cell) in cell.words.iter_mut().zip(packed) {
                let steps = cell.unpack().start.wrapping_sub(origin) >> shift;
                *key = u32::try_from(steps).ok().filter(|key| *key < UNREACHED)?;
            }
        }
        Some(Self {
            origin,
            shift,
            keys,
            stretches: packed,
        })
    }

    /// Where each starts, ascending.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> + use<'s> {
        self.stretches.iter().map(|cell| cell.unpack().piece())
    }

    /// The stretch with this number.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&'s MapCell> {
        self.stretches.get(index)
    }

    /// The stretch that holds `addr`; `None` outside of all.
    #[inline]
    pub(super) fn find(&self, addr: u64) -> Option<&'s MapCell> {
        // The shift is at most 32; the wrapping one is the same instruction and has no panic.
        let key = addr.checked_sub(self.origin)?.wrapping_shr(self.shift);
        // Past 2^31 steps lies the last stretch: it ends only where the address space does, or
        // it is the gap above the highest segment.
        let key = i32::try_from(key).unwrap_or(i32::MAX).min(LAST_KEY);
        let mut at_or_below = [0_u32; MapCell::KEYS];
        for cell in self.keys {
            for (count, other) in at_or_below.iter_mut().zip(cell.words) {
                *count = count.wrapping_add(u32::from(signed(other) <= key));
            }
        }
        let at_or_below = at_or_below
            .iter()
            .fold(0_u32, |sum, count| sum.wrapping_add(*count));
        let index = usize::try_from(at_or_below).ok()?.checked_sub(1)?;
        self.get(index)
    }
}

/// The largest key that a stretch or an address has.
const LAST_KEY: i32 = i32::MAX - 1;

/// The key that fills up, above all others.
const UNREACHED: u32 = 0x7fff_ffff;
