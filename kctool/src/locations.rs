//! Names for addresses: the image that owns one, and what names it.
use kc_offsets::{AddressName, KernelCache, Location, Lookup, LookupOptions, NamedAddress};
use macho_core::VmAddr;
use serde_json::Value;

use crate::failure::Failure;
use crate::images::{self, ImageMemory, LookupMemory};
use crate::json;
use crate::printable::MOST_NAME;

/// The memory of [`Locations`].
#[derive(Default)]
pub(crate) struct LocationMemory<'a> {
    images: ImageMemory<'a>,
    lookup: LookupMemory,
}

/// The images and names of a kernelcache, by address.
#[derive(Clone, Copy)]
pub(crate) struct Locations<'a, 's> {
    lookup: Lookup<'a, 's>,
}

impl<'a, 's> Locations<'a, 's> {
    pub(crate) fn new(
        cache: &KernelCache<'a>,
        memory: &'s mut LocationMemory<'a>,
    ) -> Result<Self, Failure> {
        let images = memory.images.mapped(cache)?;
        // Without names there is less to say, and no reason to refuse.
        let lookup = memory
            .lookup
            .build(images, LookupOptions::default(), |_, _| {})?;
        Ok(Self { lookup })
    }

    pub(crate) const fn lookup(&self) -> Lookup<'a, 's> {
        self.lookup
    }

    /// The id of the image that owns the address; none of what only the outer one has.
    pub(crate) fn image(&self, vmaddr: u64) -> Option<String> {
        let owner = self.lookup.owner(VmAddr::new(vmaddr))?;
        self.lookup.images().get(owner.image).and_then(images::id)
    }

    /// `symbol+0x10`.
    pub(crate) fn symbol(&self, vmaddr: u64) -> Option<String> {
        let (name, offset) = self.lookup.name_at(VmAddr::new(vmaddr))?;
        shown(&name, offset)
    }

    /// The addresses of the symbols, stubs and slots with that name.
    pub(crate) fn named(&self, name: &str) -> Vec<u64> {
        let found = self.lookup.named(name.as_bytes());
        sorted(found.map(|found| found.vmaddr.get()))
    }

    /// The addresses of the symbols with that name.
    pub(crate) fn symbols_named(&self, name: &str) -> Vec<u64> {
        let found = self.lookup.named(name.as_bytes());
        let symbols = found.filter(|found| matches!(found.name, AddressName::Symbol(..)));
        sorted(symbols.map(|found| found.vmaddr.get()))
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

fn sorted(found: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut all: Vec<u64> = found.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The name, as it is printed beside an address; none that is damaged.
pub(crate) fn plain(name: &NamedAddress<'_>) -> Option<String> {
    let text = json::plain(name.name.name_prefix(MOST_NAME + 1)?);
    Some(match name.name {
        AddressName::Stub(_) => format!("stub for {text}"),
        AddressName::Slot(_) => format!("slot for {text}"),
        _ => text,
    })
}

fn shown(name: &NamedAddress<'_>, offset: u64) -> Option<String> {
    let text = plain(name)?;
    Some(match offset {
        0 => text,
        _ => format!("{text}+{offset:#x}"),
    })
}

/// The name of a location, without its offset.
pub(crate) fn name(location: &Location<'_>) -> Option<String> {
    location.name.as_ref().and_then(plain)
}
