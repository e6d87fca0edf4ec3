//! From an address to what owns it: [`Lookup`] asks an [`ImageIndex`] and a [`SymbolIndex`].
use macho_core::{MachO, Section, Segment, Symbol, VmAddr};

mod images;
mod symbols;

pub use images::{ImageCell, ImageIndex, Owner};
pub use symbols::{Located, SymbolCell, SymbolIndex};

/// Everything that is known about one vmaddr.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Location<'a> {
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

/// vmaddr -> image, segment, section and symbol: an [`ImageIndex`] and a [`SymbolIndex`] over the same images.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a, 's> {
    images: ImageIndex<'a, 's>,
    symbols: SymbolIndex<'a, 's>,
}

impl<'a, 's> Lookup<'a, 's> {
    /// Asks both indices, which are over the same images.
    pub const fn new(images: ImageIndex<'a, 's>, symbols: SymbolIndex<'a, 's>) -> Self {
        Self { images, symbols }
    }

    /// Which image, segment and section.
    pub const fn images(&self) -> ImageIndex<'a, 's> {
        self.images
    }

    /// Which symbol.
    pub const fn symbols(&self) -> SymbolIndex<'a, 's> {
        self.symbols
    }

    /// What owns `vmaddr`; `None` if no segment contains it.
    ///
    /// Costs two searches and a walk over the load commands of the one image.
    pub fn locate(&self, vmaddr: VmAddr) -> Option<Location<'a>> {
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
        Some(Location {
            number: owner.image,
            image,
            segment,
            section,
            symbol,
        })
    }
}
