//! Masked bytes in the segments of an image, at any address.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{MachO, Segments};

use super::find::CodeMatch;
use super::regions::Region;

/// Places that are compared at once.
const BLOCK: usize = 32;

/// Bytes that follow one another, of which some bits may be anything.
///
/// A halfword, a word or a quadword is its little-endian bytes:
///
/// ```
/// use kc_offsets::code::MaskedBytes;
///
/// // A pointer to 0xfffffe00_07?????? at any offset.
/// let mask = 0xffff_ffff_ff00_0000_u64.to_le_bytes();
/// let value = 0xffff_fe00_0700_0000_u64.to_le_bytes();
/// let pointer = MaskedBytes::new(&mask, &value).ok_or("lengths differ")?;
/// let data = [0, 0, 0, 0x40, 0x12, 0, 7, 0, 0xfe, 0xff, 0xff, 0];
/// assert_eq!(pointer.find_iter(&data).collect::<Vec<_>>(), [3]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct MaskedBytes<'p> {
    mask: &'p [u8],
    value: &'p [u8],
    /// The byte with the most bits, which is looked for first.
    anchor: (u8, u8),
    anchor_at: usize,
}

impl<'p> MaskedBytes<'p> {
    /// The bytes that are `value` in the bits of `mask`; bits of `value` outside of it do not
    /// count. `None` if there are none, or more of one than of the other.
    pub fn new(mask: &'p [u8], value: &'p [u8]) -> Option<Self> {
        if mask.len() != value.len() {
            return None;
        }
        let mut own: Option<Self> = None;
        let mut at = 0_usize;
        for (bits, byte) in mask.iter().zip(value) {
            if own.is_none_or(|own| own.anchor.0.count_ones() < bits.count_ones()) {
                own = Some(Self {
                    mask,
                    value,
                    anchor: (*bits, byte & bits),
                    anchor_at: at,
                });
            }
            at = at.wrapping_add(1);
        }
        own
    }

    /// Whether the bytes that begin with these match.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        let pairs = self.mask.iter().zip(self.value).zip(bytes);
        bytes.len() >= self.mask.len()
            && pairs
                .map(|((mask, value), byte)| (byte ^ value) & mask)
                .all(|wrong| wrong == 0)
    }

    /// The offsets of all matches in `bytes`, in ascending order, overlapping ones too.
    ///
    /// Takes one pass over the bytes, many at once, and a comparison of all bytes wherever the one
    /// with the most bits matches.
    pub const fn find_iter<'b>(self, bytes: &'b [u8]) -> MaskedMatches<'b, 'p> {
        MaskedMatches {
            masked: self,
            bytes,
            next: 0,
        }
    }
}

/// Offsets in bytes, in ascending order. Made by [`MaskedBytes::find_iter`].
#[derive(Clone)]
#[must_use]
pub struct MaskedMatches<'b, 'p> {
    masked: MaskedBytes<'p>,
    bytes: &'b [u8],
    /// The first offset that was not looked at.
    next: usize,
}

impl fmt::Debug for MaskedMatches<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskedMatches")
            .field("masked", &self.masked)
            .field("bytes", &self.bytes.len())
            .field("next", &self.next)
            .finish()
    }
}

impl Iterator for MaskedMatches<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let MaskedBytes {
            anchor: (mask, value),
            anchor_at,
            ..
        } = self.masked;
        loop {
            let anchors = self.bytes.get(self.next.checked_add(anchor_at)?..)?;
            // A block without the byte has no match.
            let block: Option<&[u8; BLOCK]> = anchors.first_chunk();
            let any = |block: &[u8; BLOCK]| {
                let same = block.iter().map(|byte| u8::from(byte & mask == value));
                same.fold(0, |any, own| any | own) != 0
            };
            if block.is_some_and(|block| !any(block)) {
                self.next = self.next.wrapping_add(BLOCK);
                continue;
            }
            let block = anchors.get(..BLOCK).unwrap_or(anchors);
            let Some(skip) = block.iter().position(|byte| byte & mask == value) else {
                // Only what is less than a block gets here.
                self.next = self.bytes.len();
                return None;
            };
            let at = self.next.wrapping_add(skip);
            self.next = at.wrapping_add(1);
            if self.masked.matches(self.bytes.get(at..)?) {
                return Some(at);
            }
        }
    }
}

impl FusedIterator for MaskedMatches<'_, '_> {}

/// The places in an image where masked bytes match, segment by segment and ascending in each; a
/// match does not go from one segment on into the next. Of each segment the bytes that the file
/// has, and no more than it has in memory.
#[derive(Clone)]
#[must_use]
pub struct DataMatches<'a, 'p> {
    segments: Segments<'a>,
    current: Option<(Region<'a>, MaskedMatches<'a, 'p>)>,
    masked: MaskedBytes<'p>,
}

impl fmt::Debug for DataMatches<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataMatches")
            .field("masked", &self.masked)
            .field("region", &self.current.as_ref().map(|(region, _)| region))
            .finish_non_exhaustive()
    }
}

impl<'a, 'p> DataMatches<'a, 'p> {
    /// The places in the segments of `image`.
    pub fn new(image: &MachO<'a>, masked: MaskedBytes<'p>) -> Self {
        Self {
            segments: image.segments(),
            current: None,
            masked,
        }
    }
}

impl Iterator for DataMatches<'_, '_> {
    type Item = CodeMatch;

    fn next(&mut self) -> Option<CodeMatch> {
        loop {
            if let Some((region, matches)) = &mut self.current {
                if let Some(at) = matches.next() {
                    let (vmaddr, file_offset) = region.place(at);
                    return Some(CodeMatch {
                        vmaddr,
                        file_offset,
                    });
                }
            }
            let region = Region::of_segment(&self.segments.next()?);
            self.current = Some((region, self.masked.find_iter(region.bytes)));
        }
    }
}

impl FusedIterator for DataMatches<'_, '_> {}
