//! From an address to what owns it: vmaddr -> image -> segment -> section -> symbol.
//!
//! [`ImageIndex`] answers the first three, [`SymbolIndex`] the last; both live in memory that the
//! caller gives, are built once in O(n log n), and answer in O(log n). [`Lookup`] asks both.
//!
//! # Who owns an address
//! Of a collection's images the first one given is the outer one, the others are nested.
//! 1. A segment of 0 bytes contains nothing: nested images have many, at addresses that others own.
//! 2. An address in exactly one segment of nested images belongs to that image.
//! 3. An address in several of them belongs to none of their images, but as one in none of them to the
//!    outer image, where that has a segment there: all nested images of a collection share one
//!    `__LINKEDIT`, and no single one owns a byte of it.
//! 4. Within the outer image, the first segment in load-command order that contains the address has
//!    it, as in [`map`](crate::map).
//! 5. A section has an address if it contains it and belongs to the owning image; of several the first.
use macho_core::{MachO, Section, Segment, Symbol, VmAddr};

mod images;
mod symbols;

pub use images::{ImageIndex, Owner, Piece};
pub use symbols::{Located, SymbolIndex, SymbolKey};

/// Everything that is known about one vmaddr.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Which of the images that the index was built from: 0 is the outer one.
    pub number: usize,
    /// The image.
    pub image: MachO<'a>,
    /// The image's segment that contains the vmaddr.
    pub segment: Segment<'a>,
    /// The image's section that contains it; `None` between sections.
    pub section: Option<Section<'a>>,
    /// The symbol at or before it in that section, and the bytes from the symbol to the vmaddr.
    pub symbol: Option<(Symbol<'a>, u64)>,
}

/// An [`ImageIndex`] and a [`SymbolIndex`] over the same images.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a, 's> {
    /// Which image, segment and section.
    pub images: ImageIndex<'a, 's>,
    /// Which symbol.
    pub symbols: SymbolIndex<'a, 's>,
}

impl<'a> Lookup<'a, '_> {
    /// What owns `vmaddr`; `None` where no segment contains it.
    ///
    /// Costs two searches and a walk over the load commands of the one image.
    pub fn place(&self, vmaddr: VmAddr) -> Option<Place<'a>> {
        let owner = self.images.owner(vmaddr)?;
        let image = self.images.image(owner.image)?;
        let nth = |number: u32| usize::try_from(number).ok();
        let segment = image.segments().nth(nth(owner.segment)?)?;
        let section = owner
            .section
            .and_then(|number| image.sections().nth(nth(number.checked_sub(1)?)?));
        let symbol = self
            .symbols
            .at_or_before(vmaddr)
            .filter(|located| located.image == owner.image)
            .map(|located| (located.symbol, located.offset));
        Some(Place {
            number: owner.image,
            image,
            segment,
            section,
            symbol,
        })
    }
}
