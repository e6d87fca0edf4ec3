//! Patches: changes to a copied image, checked as a whole before the first is made.
use core::fmt;

use macho_core::{FileOffset, VmAddr};

use crate::map::AddressMap;
use crate::sort::sort_by_key;

/// Where a patch is: a byte has an address in memory or in the file, and no third one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatchPlace {
    /// At an unslid address.
    VmAddr(VmAddr),
    /// So many bytes from the start of the outermost file.
    FileOffset(FileOffset),
}

/// One change: which bytes are expected, and which take the place of some of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Patch<'p> {
    /// Where the expected bytes start.
    pub place: PatchPlace,
    /// The bytes that must be there.
    pub expected: &'p [u8],
    /// The bits of each that count, as many bytes as `expected`; all where it is empty.
    pub mask: &'p [u8],
    /// Bytes into `expected` at which the new ones start.
    pub skip: usize,
    /// The new bytes, which must not go past the expected ones.
    pub replacement: &'p [u8],
}

impl<'p> Patch<'p> {
    /// Puts `replacement` where `expected` starts, whose every bit counts.
    pub const fn new(place: PatchPlace, expected: &'p [u8], replacement: &'p [u8]) -> Self {
        Self {
            place,
            expected,
            mask: &[],
            skip: 0,
            replacement,
        }
    }
}

impl fmt::Debug for Patch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patch")
            .field("place", &self.place)
            .field("expected", &self.expected.len())
            .field("mask", &self.mask.len())
            .field("skip", &self.skip)
            .field("replacement", &self.replacement.len())
            .finish()
    }
}

/// Why a set of patches is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatchErrorKind {
    /// It expects nothing, its mask has another length, or its new bytes go past the expected ones.
    BadPatch,
    /// Not all of its bytes are in the file.
    NotMapped,
    /// Another byte is there.
    Mismatch {
        /// Where it lies, from the start of the outermost file.
        file_offset: FileOffset,
        /// The byte that was expected, with 0 for bits that do not count.
        expected: u8,
        /// The byte that is there.
        found: u8,
    },
    /// It shares bytes with another one.
    Overlap {
        /// The index of the other one.
        other: usize,
    },
    /// The caller's memory has fewer cells than there are patches.
    BufferTooSmall {
        /// How many suffice.
        needed: usize,
    },
}

/// A patch that is refused, and with it the whole set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PatchError {
    patch: usize,
    kind: PatchErrorKind,
}

impl PatchError {
    /// Why.
    pub const fn kind(self) -> PatchErrorKind {
        self.kind
    }

    /// The index of the patch.
    pub const fn patch(self) -> usize {
        self.patch
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "patch {}: ", self.patch)?;
        match self.kind {
            PatchErrorKind::BadPatch => {
                f.write_str("expected bytes, mask and new bytes do not fit each other")
            }
            PatchErrorKind::NotMapped => f.write_str("not all of its bytes are in the file"),
            PatchErrorKind::Mismatch {
                file_offset,
                expected,
                found,
            } => write!(
                f,
                "{found:#04x} instead of {expected:#04x} at file offset {:#x}",
                file_offset.get()
            ),
            PatchErrorKind::Overlap { other } => write!(f, "shares bytes with patch {other}"),
            PatchErrorKind::BufferTooSmall { needed } => {
                write!(f, "memory too small, {needed} cells are needed")
            }
        }
    }
}

impl core::error::Error for PatchError {}

/// A patch whose bytes were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct PlacedPatch {
    /// The index of the patch.
    pub patch: usize,
    /// Where its expected bytes start, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// How many.
    pub len: usize,
}

/// Checks a set of patches: that each one's bytes are in the file and are the expected ones, and
/// that no two share a byte.
///
/// `file` is the outermost file, and `map` the addresses of the image in it. The answer lies in
/// `memory`, which needs a cell for each patch, in ascending order of file offset. Costs one step
/// for each byte, and a sort.
///
/// # Errors
/// The first patch that does not fit. One that overlaps another counts as the later in the file.
pub fn check_patches<'s>(
    patches: &[Patch<'_>],
    map: &AddressMap<'_>,
    file: &[u8],
    memory: &'s mut [PlacedPatch],
) -> Result<&'s [PlacedPatch], PatchError> {
    for (index, patch) in patches.iter().enumerate() {
        let error = |kind| PatchError { patch: index, kind };
        let Some(cell) = memory.get_mut(index) else {
            let needed = patches.len();
            return Err(error(PatchErrorKind::BufferTooSmall { needed }));
        };
        let file_offset = compare(patch, map, file).map_err(error)?;
        *cell = PlacedPatch {
            patch: index,
            file_offset,
            len: patch.expected.len(),
        };
    }
    let Some(placed) = memory.get_mut(..patches.len()) else {
        return Ok(&[]);
    };
    sort_by_key(placed, |placed| (placed.file_offset, placed.patch));
    for (before, after) in placed.iter().zip(placed.iter().skip(1)) {
        let gap = after.file_offset.checked_distance_from(before.file_offset);
        let len = u64::try_from(before.len).unwrap_or(u64::MAX);
        if gap.is_none_or(|gap| gap < len) {
            return Err(PatchError {
                patch: after.patch,
                kind: PatchErrorKind::Overlap {
                    other: before.patch,
                },
            });
        }
    }
    Ok(placed)
}

/// Checks a set of patches as [`check_patches`] does, and makes them in `file`: all or none.
///
/// ```
/// use kc_offsets::code::{Patch, PatchPlace, PlacedPatch, apply_patches};
/// use kc_offsets::AddressMap;
/// use macho_core::FileOffset;
///
/// let mut file = [0x1f, 0x20, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6];
/// let map = AddressMap::from_ranges(&[], FileOffset::new(8));
/// let place = PatchPlace::FileOffset(FileOffset::new(0));
/// let patch = Patch::new(place, &[0x1f, 0x20, 0x03, 0xd5], &[0x20, 0x00, 0x80, 0x52]);
/// let mut memory = [PlacedPatch::default(); 1];
/// apply_patches(&[patch], &map, &mut file, &mut memory)?;
/// assert_eq!(file, [0x20, 0x00, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6]);
/// // A second time, the bytes are others: nothing is changed.
/// assert!(apply_patches(&[patch], &map, &mut file, &mut memory).is_err());
/// # Ok::<(), kc_offsets::code::PatchError>(())
/// ```
///
/// # Errors
/// As [`check_patches`]; then no byte of the file has changed.
pub fn apply_patches<'s>(
    patches: &[Patch<'_>],
    map: &AddressMap<'_>,
    file: &mut [u8],
    memory: &'s mut [PlacedPatch],
) -> Result<&'s [PlacedPatch], PatchError> {
    let placed = check_patches(patches, map, file, memory)?;
    for place in placed {
        let patch = patches.get(place.patch);
        debug_assert!(patch.is_some(), "the check has given its number");
        let Some(patch) = patch else { continue };
        let start = usize::try_from(place.file_offset.get()).unwrap_or(usize::MAX);
        let into = file.get_mut(start.saturating_add(patch.skip)..);
        let into = into.and_then(|rest| rest.get_mut(..patch.replacement.len()));
        debug_assert!(into.is_some(), "the check has read the bytes there");
        if let Some(into) = into {
            into.copy_from_slice(patch.replacement);
        }
    }
    Ok(placed)
}

/// Where the patch's bytes are, if they are the expected ones.
fn compare(
    patch: &Patch<'_>,
    map: &AddressMap<'_>,
    file: &[u8],
) -> Result<FileOffset, PatchErrorKind> {
    let len = patch.expected.len();
    let end = patch.skip.checked_add(patch.replacement.len());
    let fits = len > 0 && end.is_some_and(|end| end <= len);
    if !fits || !patch.mask.is_empty() && patch.mask.len() != len {
        return Err(PatchErrorKind::BadPatch);
    }
    let bytes = u64::try_from(len).unwrap_or(u64::MAX);
    let start = match patch.place {
        PatchPlace::FileOffset(offset) => Some(offset),
        PatchPlace::VmAddr(vmaddr) => map.translate_block(vmaddr, bytes),
    };
    let found = start.and_then(|start| {
        let rest = file.get(usize::try_from(start.get()).ok()?..)?;
        Some((start, rest.get(..len)?))
    });
    let Some((start, found)) = found else {
        return Err(PatchErrorKind::NotMapped);
    };
    let masks = patch.mask.iter().copied().chain(core::iter::repeat(0xff));
    for (index, ((found, expected), mask)) in
        (0_u64..).zip(found.iter().zip(patch.expected).zip(masks))
    {
        if (found ^ expected) & mask != 0 {
            return Err(PatchErrorKind::Mismatch {
                file_offset: FileOffset::new(start.get().saturating_add(index)),
                expected: expected & mask,
                found: *found,
            });
        }
    }
    Ok(start)
}
