//! What data points to an address.
use core::iter::FusedIterator;

use macho_core::{
    FileOffset, Fixup, Layout, MachO, Pointers, SectionType, Sections, Segment, Segments, Slots,
    VmAddr, VmProt,
};

use super::regions::Region;
use super::xref::Wanted;
use crate::error::Error;
use crate::image_fixups::{CollectionFixups, ImageFixups};
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
/// They are the slots, of whatever mechanism, whose target it is; a collection's outer image has
/// those of every image inside. Without any fixup they are the 8-byte words, at addresses that are
/// multiples of 8, that have the address as their value: of a static kernel, say. They are looked
/// for in sections except strings, and in segments without sections except `__LINKEDIT` and the
/// image's load commands. In memory whose fixups have been applied they are the words of writable
/// segments, at multiples of 4 (`kmod_info` is packed to 4), that are it without slide and
/// authentication code. Damage is an error, and the walk goes on behind it. Costs one pass over the
/// fixups, or over the segments.
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
    Slots {
        current: Option<(Slots<'a>, RebaseTargets)>,
        images: CollectionFixups<'a>,
    },
    Words {
        /// Fixups that cannot be read; `None` of memory whose fixups have been applied.
        damaged: Option<CollectionFixups<'a>>,
        current: Option<(Slots<'a>, RebaseTargets)>,
        parts: Parts<'a>,
        region: Option<Region<'a>>,
        /// Bytes into the region.
        at: usize,
        layout: Layout,
    },
}

impl<'a> PointerXrefs<'a> {
    /// The pointers of `image` to an address of `wanted`.
    pub fn new(image: &MachO<'a>, wanted: impl Into<Wanted<'a>>) -> Self {
        let images = CollectionFixups::new(image);
        let has_slots = |of: ImageFixups<'_>| of.fixups.slots().any(|slot| slot.is_ok());
        let source = if images.clone().any(|of| of.is_ok_and(has_slots)) {
            Source::Slots {
                current: None,
                images,
            }
        } else {
            let is_applied = image.layout().has_fixups_applied();
            Source::Words {
                damaged: Some(images).filter(|_| !is_applied),
                current: None,
                parts: Parts::new(image),
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

/// The next slot of an image, or of the image after it.
fn next_slot<'a>(
    current: &mut Option<(Slots<'a>, RebaseTargets)>,
    images: &mut CollectionFixups<'a>,
    wanted: &Wanted<'_>,
) -> Option<Result<PointerXref, Error>> {
    loop {
        let Some((slots, rebases)) = current else {
            match images.next()? {
                Ok(of) => *current = Some((of.fixups.slots(), of.targets)),
                Err(error) => return Some(Err(error)),
            }
            continue;
        };
        let slot = match slots.next() {
            Some(Ok(slot)) => slot,
            Some(Err(error)) => return Some(Err(error.into())),
            None => {
                *current = None;
                continue;
            }
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

/// Whether pointers may lie in a segment. dyld refuses fixups in one that is not writable at load
/// (`common/MachOAnalyzer.cpp`, `invalidRebaseState`), and symbols hold the same numbers.
fn may_point(segment: &Segment<'_>, layout: Layout) -> bool {
    let writable = segment.initprot().contains(VmProt::VM_PROT_WRITE);
    segment.name() != "__LINKEDIT" && (writable || !layout.has_fixups_applied())
}

/// The parts of an image in which words may be pointers: its sections except strings, and segments
/// without sections except `__LINKEDIT` and the load commands.
#[derive(Clone, Debug)]
struct Parts<'a> {
    segments: Segments<'a>,
    current: Option<(Region<'a>, Sections<'a>)>,
    layout: Layout,
    /// Where the load commands lie, and where they end.
    commands: (FileOffset, u64),
}

impl<'a> Parts<'a> {
    fn new(image: &MachO<'a>) -> Self {
        let commands = u64::from(image.header().sizeofcmds).saturating_add(32);
        Self {
            segments: image.segments(),
            current: None,
            layout: image.layout(),
            commands: (image.file_offset(), commands),
        }
    }

    /// What follows the load commands, if the region begins with them.
    fn without_commands(&self, region: Region<'a>) -> Region<'a> {
        let (start, len) = self.commands;
        if region.file_offset != start {
            return region;
        }
        let skip = usize::try_from(len).unwrap_or(usize::MAX);
        let (vmaddr, file_offset) = region.place(skip);
        Region {
            vmaddr,
            file_offset,
            bytes: region.bytes.get(skip..).unwrap_or_default(),
        }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Region<'a>;

    fn next(&mut self) -> Option<Region<'a>> {
        loop {
            if let Some((whole, sections)) = &mut self.current {
                let part = sections
                    .filter(|section| section.kind() != SectionType::S_CSTRING_LITERALS)
                    .find_map(|section| whole.part(section.vmaddr(), section.size()));
                if part.is_some() {
                    return part;
                }
            }
            let layout = self.layout;
            let segment = self.segments.find(|segment| may_point(segment, layout))?;
            let whole = Region::of_segment(&segment);
            if segment.nsects() == 0 {
                self.current = None;
                return Some(self.without_commands(whole));
            }
            self.current = Some((whole, segment.sections()));
        }
    }
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
            Source::Slots { current, images } => next_slot(current, images, &self.wanted),
            Source::Words {
                damaged,
                current,
                parts,
                region,
                at,
                layout,
            } => loop {
                // No slot can be read, but that there are some is not passed over.
                if let Some(images) = damaged {
                    match next_slot(current, images, &self.wanted) {
                        None => *damaged = None,
                        found => return found,
                    }
                }
                let found = region.and_then(|region| next_word(&region, at, *layout, &self.wanted));
                if let Some(found) = found {
                    return Some(Ok(found));
                }
                let next = parts.next()?;
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
