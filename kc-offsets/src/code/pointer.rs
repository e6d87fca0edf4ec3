//! What data points to an address.
use core::iter::FusedIterator;

use macho_core::fixup::{Fixup, Slots};
use macho_core::segment::Segments;
use macho_core::{FileOffset, MachO, VmAddr};

use super::regions::Region;
use super::xref::Targets;
use crate::error::Error;
use crate::target::RebaseTargets;

/// A pointer to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PointerXref {
    /// Where the pointer is.
    pub vmaddr: VmAddr,
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// What it points to.
    pub target: VmAddr,
    /// Whether it is signed (arm64e).
    pub signed: bool,
}

/// The pointers of an image to an address, in the order of its fixups.
///
/// They are the slots, of whatever mechanism, whose target it is; a collection's outer image has those of every image inside. Without any
/// rebase they are the 8-byte words, at addresses that are multiples of 8, that have the address as their value: of a static kernel, say.
/// Damage is an error, and the walk goes on behind it. Costs one pass over the fixups, or over the segments.
#[derive(Clone, Debug)]
pub struct PointerXrefs<'a> {
    source: Source<'a>,
    targets: Targets<'a>,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no allocator to box with"
)]
enum Source<'a> {
    Slots(Slots<'a>, RebaseTargets),
    Words {
        segments: Segments<'a>,
        region: Option<Region<'a>>,
        /// Bytes into the region.
        at: usize,
    },
}

impl<'a> PointerXrefs<'a> {
    /// The pointers of `image` to an address of `targets`.
    pub fn new(image: &MachO<'a>, targets: impl Into<Targets<'a>>) -> Self {
        let slots = image.fixups().slots();
        let rebases = slots
            .clone()
            .any(|slot| slot.is_ok_and(|slot| matches!(slot.fixup(), Fixup::Rebase { .. })));
        let source = if rebases {
            Source::Slots(slots, RebaseTargets::new(image))
        } else {
            Source::Words {
                segments: image.segments(),
                region: None,
                at: 0,
            }
        };
        Self {
            source,
            targets: targets.into(),
        }
    }
}

fn next_slot(
    slots: &mut Slots<'_>,
    rebases: &RebaseTargets,
    targets: &Targets<'_>,
) -> Option<Result<PointerXref, Error>> {
    loop {
        let slot = match slots.next()? {
            Ok(slot) => slot,
            Err(error) => return Some(Err(error.into())),
        };
        let target = rebases.of_slot(&slot);
        if let Some(target) = target.filter(|target| targets.contains(*target)) {
            let signed = matches!(slot.fixup(), Fixup::Rebase { auth: Some(_), .. });
            return Some(Ok(PointerXref {
                vmaddr: slot.vmaddr,
                file_offset: slot.file_offset,
                target,
                signed,
            }));
        }
    }
}

/// The next word of the region whose value is in the range.
fn next_word(region: &Region<'_>, at: &mut usize, targets: &Targets<'_>) -> Option<PointerXref> {
    let rest = region.bytes.get(*at..)?;
    for chunk in rest.chunks_exact(8) {
        let start = *at;
        *at = start.saturating_add(8);
        let value = chunk
            .first_chunk()
            .map_or(0, |chunk| u64::from_le_bytes(*chunk));
        if targets.contains(VmAddr::new(value)) {
            let (vmaddr, file_offset) = region.place(start);
            return Some(PointerXref {
                vmaddr,
                file_offset,
                target: VmAddr::new(value),
                signed: false,
            });
        }
    }
    None
}

impl Iterator for PointerXrefs<'_> {
    type Item = Result<PointerXref, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Slots(slots, rebases) => next_slot(slots, rebases, &self.targets),
            Source::Words {
                segments,
                region,
                at,
            } => loop {
                if let Some(found) = region.and_then(|region| next_word(&region, at, &self.targets))
                {
                    return Some(Ok(found));
                }
                let next = Region::of_segment(&segments.next()?);
                // To the first multiple of 8.
                *at = usize::try_from(next.vmaddr.get().wrapping_neg() & 7).unwrap_or(0);
                *region = Some(next);
            },
        }
    }
}

impl FusedIterator for PointerXrefs<'_> {}
