//! Names for addresses: the image that owns one, and what names it.
use kc_offsets::{
    AddressName, Function, KernelCache, Location, Lookup, LookupOptions, NamedAddress,
};
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

    /// `symbol+0x10`; `fn_ADDR+0x10` in a function whose start no symbol names.
    pub(crate) fn symbol(&self, vmaddr: u64) -> Option<String> {
        if let Some((name, offset)) = self.lookup.name_at(VmAddr::new(vmaddr)) {
            return shown(&name, offset);
        }
        let function = self.lookup.function_at(VmAddr::new(vmaddr))?;
        Some(in_function(&function, vmaddr))
    }

    /// The name of what a call leads to. If no function starts are known there, the call itself
    /// says that a function starts at its target.
    pub(crate) fn called(&self, vmaddr: u64) -> Option<String> {
        let at = VmAddr::new(vmaddr);
        let is_named = match self.lookup.name_at(at) {
            Some((_, 0)) => true,
            _ => self.lookup.function_at(at).is_some(),
        };
        if is_named {
            return self.symbol(vmaddr);
        }
        self.lookup.owner(at).map(|_| function_name(vmaddr))
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
    Some(with_offset(plain(name)?, offset))
}

fn with_offset(name: String, offset: u64) -> String {
    match offset {
        0 => name,
        _ => format!("{name}+{offset:#x}"),
    }
}

/// What a function is called that no symbol names.
pub(crate) fn function_name(start: u64) -> String {
    format!("fn_{start:x}")
}

fn in_function(function: &Function, vmaddr: u64) -> String {
    let start = function.start.get();
    with_offset(function_name(start), vmaddr.wrapping_sub(start))
}

/// The name of a location, and the bytes from its start to `vmaddr`.
pub(crate) fn name(location: &Location<'_>, vmaddr: VmAddr) -> Option<(String, u64)> {
    if let Some(name) = &location.name {
        return Some((plain(name)?, location.offset));
    }
    let start = location.function?.start.get();
    Some((function_name(start), vmaddr.get().wrapping_sub(start)))
}
