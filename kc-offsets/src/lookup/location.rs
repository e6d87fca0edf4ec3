//! What a look-up says of an address.
use core::fmt;

use macho_core::{MachO, Section, Segment, VmAddr};

use super::cell::LookupCell;
use super::names::NamedAddress;
use super::stretches::Owner;
use crate::images::Images;

/// The bounds of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Function {
    /// The number of the image whose table lists it.
    pub image: usize,
    /// Its first instruction.
    pub start: VmAddr,
    /// The first byte after it: the next function's start, or the end of its section. Padding counts as
    /// the function's.
    pub end: VmAddr,
}

impl Function {
    /// The function of a cell, in a stretch that ends at `last`.
    pub(super) fn new(cell: LookupCell, next: Option<LookupCell>, last: u64) -> Self {
        // The end of memory is not an address; nothing there can be a function's.
        let end = last.saturating_add(1);
        let next = next.map_or(u64::MAX, LookupCell::start);
        Self {
            image: cell.image(),
            start: VmAddr::new(cell.start()),
            end: VmAddr::new(end.min(next)),
        }
    }
}

/// Everything that is known about one vmaddr.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Location<'a> {
    /// The number of the image that owns it.
    pub image: usize,
    /// That image.
    pub macho: MachO<'a>,
    /// The image's segment that contains it.
    pub segment: Segment<'a>,
    /// The image's section that contains it; `None` between sections.
    pub section: Option<Section<'a>>,
    /// The function that contains it.
    pub function: Option<Function>,
    /// What names it.
    pub name: Option<NamedAddress<'a>>,
    /// Bytes from the start of the name to it; 0 without a name.
    pub offset: u64,
}

impl fmt::Debug for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Location")
            .field("image", &self.image)
            .field("segment", &self.segment.name())
            .field("section", &self.section.map(|section| section.name()))
            .field("function", &self.function)
            .field("name", &self.name)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// The image, segment and section of an owner, with what else is known.
pub(super) fn location<'a>(
    images: Images<'a, '_>,
    owner: Owner,
    function: Option<Function>,
    name: Option<(NamedAddress<'a>, u64)>,
) -> Option<Location<'a>> {
    let macho = images.get(owner.image)?.macho?;
    let nth = |number: u32| usize::try_from(number).ok();
    let segment = macho.segments().nth(nth(owner.segment)?)?;
    let section = owner
        .section
        .and_then(|number| macho.sections().nth(nth(number.checked_sub(1)?)?));
    Some(Location {
        image: owner.image,
        macho,
        segment,
        section,
        function,
        name: name.map(|(name, _)| name),
        offset: name.map_or(0, |(_, offset)| offset),
    })
}
