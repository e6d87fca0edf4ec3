//! What data points to an address.
use core::iter::FusedIterator;

use macho_core::fixup::{ChainedSlots, Fixup, Target};
use macho_core::raw::fixup::PointerFormat;
use macho_core::segment::Segments;
use macho_core::{FileOffset, MachO, VmAddr};

use super::regions::Region;
use super::xref::Targets;
use crate::error::Error;

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

/// Where chained fixups point, as far as one image says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bases {
    /// vmaddr of the header.
    base: Option<VmAddr>,
    /// The lowest vmaddr, from which a collection's own level counts.
    lowest: Option<VmAddr>,
    /// Whether the image starts to run: then it is the primary collection, level 0.
    is_primary: bool,
}

impl Bases {
    pub(super) fn new(image: &MachO<'_>) -> Self {
        Self {
            base: image.base(),
            lowest: image.segments().map(|segment| segment.vmaddr()).min(),
            is_primary: matches!(image.thread_state(), Ok(Some(_))),
        }
    }

    /// The vmaddr of a target; `None` where it lies in another file.
    pub(super) fn vmaddr(&self, format: PointerFormat, target: Target) -> Option<VmAddr> {
        let (base, offset) = match target {
            Target::VmAddr(vmaddr) => return Some(vmaddr),
            // These two count from the base of a dyld shared cache.
            Target::VmOffset(_)
                if format == PointerFormat::DYLD_CHAINED_PTR_32_CACHE
                    || format == PointerFormat::DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE =>
            {
                return None;
            }
            Target::VmOffset(offset) => (self.base?, offset.get()),
            Target::Cache { level, offset } => {
                let own = self.is_primary == (level == 0);
                (self.lowest.filter(|_| own)?, offset.get())
            }
            Target::Segment { .. } => return None,
        };
        Some(VmAddr::new(base.get().wrapping_add(offset)))
    }
}

/// The pointers of an image to an address of a range, in ascending order for each segment.
///
/// With chained fixups those are the slots whose target it is; of a collection they cover every image inside. Without any they
/// are the 8-byte words, at addresses that are multiples of 8, that have the address as their value: of a static kernel, say.
/// A damaged chain is an error, and the walk goes on behind it.
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
    Slots(ChainedSlots<'a>, Bases),
    Words {
        segments: Segments<'a>,
        region: Option<Region<'a>>,
        /// Bytes into the region.
        at: usize,
    },
}

impl<'a> PointerXrefs<'a> {
    /// The pointers of `image` to an address of `targets`.
    ///
    /// # Errors
    /// As [`MachO::chained_fixups`].
    pub fn new(image: &MachO<'a>, targets: impl Into<Targets<'a>>) -> Result<Self, Error> {
        let source = match image.chained_fixups()? {
            Some(fixups) => Source::Slots(fixups.slots(image), Bases::new(image)),
            None => Source::Words {
                segments: image.segments(),
                region: None,
                at: 0,
            },
        };
        Ok(Self {
            source,
            targets: targets.into(),
        })
    }
}

fn next_slot(
    slots: &mut ChainedSlots<'_>,
    bases: &Bases,
    targets: &Targets<'_>,
) -> Option<Result<PointerXref, Error>> {
    loop {
        let slot = match slots.next()? {
            Ok(slot) => slot,
            Err(error) => return Some(Err(error.into())),
        };
        let Fixup::Rebase { target, auth } = slot.fixup() else {
            continue;
        };
        let format = slots.starts().map(|starts| starts.pointer_format);
        let target = format.and_then(|format| bases.vmaddr(format, target));
        if let Some(target) = target.filter(|target| targets.contains(*target)) {
            return Some(Ok(PointerXref {
                vmaddr: slot.vmaddr,
                file_offset: slot.file_offset,
                target,
                signed: auth.is_some(),
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
            Source::Slots(slots, bases) => next_slot(slots, bases, &self.targets),
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
