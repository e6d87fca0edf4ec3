//! What data points to an address.
use core::iter::FusedIterator;

use macho_core::{
    FileOffset, Fixup, Layout, MachO, Pointers, Segment, Segments, Slots, VmAddr, VmProt,
};

use super::regions::Region;
use super::xref::Wanted;
use crate::error::Error;
use crate::pac::strip_pac;
use crate::pointer::unslid;
use crate::target::RebaseTargets;

/// A pointer to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
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
/// rebase they are the 8-byte words, at addresses that are multiples of 8, that have the address as their value: of a static kernel, say. In
/// memory whose fixups have been applied they are the words of writable segments, at multiples of 4 (`kmod_info` is packed to 4), that are it
/// without slide and authentication code.
/// Damage is an error, and the walk goes on behind it. Costs one pass over the fixups, or over the segments.
#[derive(Clone, Debug)]
#[must_use]
pub struct PointerXrefs<'a> {
    source: Source<'a>,
    wanted: Wanted<'a>,
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
        layout: Layout,
    },
}

impl<'a> PointerXrefs<'a> {
    /// The pointers of `image` to an address of `wanted`.
    pub fn new(image: &MachO<'a>, wanted: impl Into<Wanted<'a>>) -> Self {
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
                layout: image.layout(),
            }
        };
        Self {
            source,
            wanted: wanted.into(),
        }
    }
}

fn next_slot(
    slots: &mut Slots<'_>,
    rebases: &RebaseTargets,
    wanted: &Wanted<'_>,
) -> Option<Result<PointerXref, Error>> {
    loop {
        let slot = match slots.next()? {
            Ok(slot) => slot,
            Err(error) => return Some(Err(error.into())),
        };
        let target = rebases.of_slot(&slot);
        if let Some(target) = target.filter(|target| wanted.contains(*target)) {
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

/// Bytes from one word that may be a pointer to the next.
const fn stride(layout: Layout) -> usize {
    if layout.has_fixups_applied() { 4 } else { 8 }
}

/// Whether pointers may lie in a segment. dyld refuses fixups in one that is not writable at load (`common/MachOAnalyzer.cpp`,
/// `invalidRebaseState`), and in the others are load commands and symbols, which hold the same numbers.
fn may_point(segment: &Segment<'_>, layout: Layout) -> bool {
    !layout.has_fixups_applied() || segment.initprot().contains(VmProt::VM_PROT_WRITE)
}

/// The next word of the region whose value is in the range.
fn next_word(
    region: &Region<'_>,
    at: &mut usize,
    layout: Layout,
    wanted: &Wanted<'_>,
) -> Option<PointerXref> {
    while let Some(word) = region.bytes.get(*at..)?.first_chunk() {
        let start = *at;
        *at = start.saturating_add(stride(layout));
        let value = u64::from_le_bytes(*word);
        let target = unslid(layout, value);
        if wanted.contains(target) {
            let (vmaddr, file_offset) = region.place(start);
            return Some(PointerXref {
                vmaddr,
                file_offset,
                target,
                signed: is_signed(layout, value),
            });
        }
    }
    None
}

/// Whether a pointer in memory has an authentication code.
fn is_signed(layout: Layout, pointer: u64) -> bool {
    match layout {
        Layout::Mapped(Pointers::Applied { va_bits, .. }) => {
            strip_pac(pointer, va_bits).get() != pointer
        }
        _ => false,
    }
}

impl Iterator for PointerXrefs<'_> {
    type Item = Result<PointerXref, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Slots(slots, rebases) => next_slot(slots, rebases, &self.wanted),
            Source::Words {
                segments,
                region,
                at,
                layout,
            } => loop {
                let found = region.and_then(|region| next_word(&region, at, *layout, &self.wanted));
                if let Some(found) = found {
                    return Some(Ok(found));
                }
                let next = segments.find(|segment| may_point(segment, *layout))?;
                let next = Region::of_segment(&next);
                // To the first multiple of the stride, which is a power of two.
                let mask = stride(*layout).wrapping_sub(1);
                let start = usize::try_from(next.vmaddr.get() & 7).unwrap_or(0);
                *at = start.wrapping_neg() & mask;
                *region = Some(next);
            },
        }
    }
}

impl FusedIterator for PointerXrefs<'_> {}
