//! The caller's memory in which an [`AddressMap`](super::AddressMap) keeps its pieces sorted.
use macho_core::{FileOffset, VmAddr};

#[cfg(doc)]
use super::NOT_IN_FILE;
use super::range::Stretch;
use super::{Outcome, Translation};

/// Room for the sorted pieces of an address map: a segment takes one piece, one more for a
/// zero-filled tail, one for a gap below it.
///
/// The caller owns it and may put it in a `static`. `N` is the most pieces it can hold; the
/// default serves every published kernelcache (a primary collection has about 25 segments and no gaps).
/// With `N` = 64 it takes 2.3 KiB.
#[derive(Clone, Debug)]
pub struct MapStorage<const N: usize = 64> {
    pub(super) keys: [i32; N],
    pub(super) pieces: [Piece; N],
}

impl<const N: usize> MapStorage<N> {
    /// Empty storage.
    pub const fn new() -> Self {
        Self {
            keys: [i32::MAX; N],
            pieces: [Piece::UNMAPPED; N],
        }
    }
}

impl<const N: usize> Default for MapStorage<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PieceKind {
    Mapped,
    ZeroFill,
    PastEndOfFile,
    Unmapped,
}

/// One stretch of vmaddrs with one answer; a piece ends where the next begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: u64,
    /// Mapped only: file offset = vmaddr + bias, modulo 2^64.
    bias: u64,
    /// 0 where mapped, else all ones: turns any file offset into [`NOT_IN_FILE`].
    absent: u64,
    segment: u32,
    kind: PieceKind,
}

impl Piece {
    pub(super) const UNMAPPED: Self = Self {
        start: 0,
        bias: 0,
        absent: u64::MAX,
        segment: 0,
        kind: PieceKind::Unmapped,
    };

    fn new(stretch: Stretch) -> Self {
        let (kind, bias) = match stretch.outcome {
            Outcome::Mapped(offset) => {
                (PieceKind::Mapped, offset.get().wrapping_sub(stretch.start))
            }
            Outcome::ZeroFill => (PieceKind::ZeroFill, 0),
            Outcome::PastEndOfFile => (PieceKind::PastEndOfFile, 0),
            Outcome::Unmapped => (PieceKind::Unmapped, 0),
        };
        Self {
            start: stretch.start,
            bias,
            absent: match kind {
                PieceKind::Mapped => 0,
                _ => u64::MAX,
            },
            segment: stretch.segment.unwrap_or(u32::MAX),
            kind,
        }
    }

    /// The file offset or [`NOT_IN_FILE`], and 1 or 0, without a branch.
    #[inline]
    pub(super) fn offset_or_absent(&self, addr: u64) -> (FileOffset, usize) {
        let offset = addr.wrapping_add(self.bias) | self.absent;
        (FileOffset::new(offset), usize::from(self.absent == 0))
    }

    #[inline]
    pub(super) fn outcome(&self, addr: u64) -> Outcome {
        match self.kind {
            PieceKind::Mapped => Outcome::Mapped(FileOffset::new(addr.wrapping_add(self.bias))),
            PieceKind::ZeroFill => Outcome::ZeroFill,
            PieceKind::PastEndOfFile => Outcome::PastEndOfFile,
            PieceKind::Unmapped => Outcome::Unmapped,
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

/// Sorted pieces, searched without a branch on the data: every key is compared, the count of
/// those at or below is the piece. For the few dozen pieces of a kernelcache this beats a binary
/// search, because compilers turn it into vector compares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pieces<'s> {
    /// vmaddr of the first piece.
    pub(super) origin: u64,
    /// A key is (vmaddr - origin) >> shift; every piece starts at a multiple of 1 << shift.
    pub(super) shift: u32,
    keys: &'s [i32],
    pub(super) sorted: &'s [Piece],
}

impl<'s> Pieces<'s> {
    /// Sorts `stretches` (ascending, adjoining, from address 0) into `storage`; `None` where they
    /// do not fit or span more than 2^31 steps of their common alignment.
    pub(super) fn build<const N: usize>(
        storage: &'s mut MapStorage<N>,
        stretches: impl Iterator<Item = Stretch>,
    ) -> Option<Self> {
        let mut count = 0_usize;
        for stretch in stretches {
            // Before the first segment there is nothing to keep: pieces start at the first one.
            if count == 0 && stretch.outcome == Outcome::Unmapped {
                continue;
            }
            *storage.pieces.get_mut(count)? = Piece::new(stretch);
            count = count.checked_add(1)?;
        }
        let pieces = storage.pieces.get(..count)?;
        let origin = pieces.first()?.start;
        let steps = pieces
            .iter()
            .fold(0, |bits, piece| bits | piece.start.wrapping_sub(origin));
        let shift = steps.trailing_zeros().min(32);
        // Round up with keys that no address reaches: whole vectors, no tail loop.
        let padded = count.checked_next_multiple_of(LANES)?.min(N);
        let keys = storage.keys.get_mut(..padded)?;
        keys.fill(i32::MAX);
        for (key, piece) in keys.iter_mut().zip(pieces) {
            *key = i32::try_from(piece.start.wrapping_sub(origin) >> shift)
                .ok()
                .filter(|key| *key != i32::MAX)?;
        }
        Some(Self {
            origin,
            shift,
            keys,
            sorted: pieces,
        })
    }

    /// The piece that holds `addr`; `None` outside of all.
    #[inline]
    pub(super) fn find(&self, addr: u64) -> Option<&'s Piece> {
        // The shift is at most 32; the wrapping one is the same instruction and has no panic.
        let key = addr.checked_sub(self.origin)?.wrapping_shr(self.shift);
        // Past 2^31 steps lies the last piece: it ends only where the address space does, or
        // it is the gap above the highest segment.
        let key = i32::try_from(key).unwrap_or(i32::MAX).min(LAST_KEY);
        let mut at_or_below = 0_u32;
        for other in self.keys {
            at_or_below = at_or_below.wrapping_add(u32::from(*other <= key));
        }
        let index = usize::try_from(at_or_below).ok()?.checked_sub(1)?;
        self.sorted.get(index)
    }
}

/// Keys are padded to this many.
const LANES: usize = 8;

/// The largest key that padding does not equal.
const LAST_KEY: i32 = i32::MAX - 1;
