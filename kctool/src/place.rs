//! Names for addresses: the image that holds one, and the symbol before it.
use kc_offsets::{Error, ImageCell, ImageIndex, KernelCache};
use macho_core::{MachO, Name, VmAddr};
use serde_json::Value;

use crate::damage::Damage;
use crate::failure::Failure;
use crate::image::images;
use crate::symbols::{Names, SymbolIndex};

/// What [`Places`] are made from, and the memory of their index.
pub(crate) struct PlaceStorage<'a> {
    names: Names,
    images: Vec<MachO<'a>>,
    /// The entry ids of the images; none of the outer one.
    ids: Vec<Option<Name<'a>>>,
    cells: Vec<ImageCell>,
}

impl<'a> PlaceStorage<'a> {
    pub(crate) fn new(cache: &KernelCache<'a>) -> Result<Self, Failure> {
        // Without an image there is less to say, and no reason to refuse.
        let all = images(cache, None, &mut Damage::default())?;
        let (ids, images): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let asked = ImageIndex::build(&images, &mut []).err();
        let needed = asked.and_then(Error::needed).unwrap_or(0);
        Ok(Self {
            names: Names::new(cache),
            images,
            ids,
            cells: vec![ImageCell::EMPTY; needed],
        })
    }
}

/// The images and symbols of a collection, by address.
pub(crate) struct Places<'a, 's> {
    symbols: SymbolIndex<'a>,
    images: ImageIndex<'a, 's>,
    ids: &'s [Option<Name<'a>>],
}

impl<'a, 's> Places<'a, 's> {
    pub(crate) fn new(storage: &'s mut PlaceStorage<'a>) -> Result<Self, Failure> {
        let mut symbols = SymbolIndex::default();
        for image in &storage.images {
            // Without symbols there is less to say, and no reason to refuse.
            drop(symbols.add(image, &mut storage.names));
        }
        symbols.sort();
        Ok(Self {
            symbols,
            images: ImageIndex::build(&storage.images, &mut storage.cells)?,
            ids: &storage.ids,
        })
    }

    /// The entry id of the image that holds the address; none of what only the outer one holds.
    pub(crate) fn image(&self, vmaddr: u64) -> Option<String> {
        let owner = self.images.owner(VmAddr::new(vmaddr))?;
        self.ids.get(owner.image)?.map(|id| id.to_string())
    }

    /// `symbol+0x10`.
    pub(crate) fn symbol(&self, vmaddr: u64) -> Option<String> {
        let (name, distance) = self.symbols.before(vmaddr)?;
        Some(match distance {
            0 => name.to_owned(),
            _ => format!("{name}+{distance:#x}"),
        })
    }

    /// The addresses of the symbol with that name.
    pub(crate) fn named(&self, name: &str) -> Vec<u64> {
        let labels = self.symbols.from(0).iter();
        let mut all: Vec<u64> = labels
            .filter(|label| label.name == name)
            .map(|label| label.vmaddr)
            .collect();
        all.dedup();
        all
    }

    /// The two as JSON.
    pub(crate) fn describe(&self, vmaddr: u64, object: &mut Value) {
        object["image"] = self.image(vmaddr).into();
        object["symbol"] = self.symbol(vmaddr).into();
    }

    /// The two as text, with two spaces before each.
    pub(crate) fn text(&self, vmaddr: u64) -> String {
        let mut text = String::new();
        let parts = [self.image(vmaddr), self.symbol(vmaddr)];
        for part in parts.into_iter().flatten() {
            text.push_str("  ");
            text.push_str(&part);
        }
        text
    }
}
