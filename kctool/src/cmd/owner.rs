//! `kc owner`: which image, segment, section and symbol own an address.
use kc_offsets::{
    AddressMap, Error, ImageCell, ImageIndex, KernelCache, Location, Lookup, SymbolCell,
    SymbolIndex,
};
use macho_core::{FileOffset, MachO, SlidVmAddr, Slide, VmAddr};
use serde_json::{Value, json};

use crate::cli::Owner;
use crate::failure::Failure;
use crate::image::{note_damage, outcome_name};
use crate::json::{self, hex, hex_or_null, plain};
use crate::kexts;
use crate::printable::Printable;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Owner, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let (listed, damage) = kexts::list(cache);
        note_damage(&damage, streams)?;
        let mut ids: Vec<Option<&str>> = vec![None];
        let mut images: Vec<MachO<'_>> = vec![cache.image()];
        for kext in &listed {
            if let Some(image) = kext.image() {
                ids.push(Some(&kext.id));
                images.push(image);
            }
        }
        // 2,048 cells hold 16,384 pages, which pay off for many addresses.
        let pages = if args.addresses.len() > 64 { 2048 } else { 0 };
        let needed = |asked: Option<Error>| asked.and_then(Error::needed).unwrap_or(0);
        let least = needed(ImageIndex::build(&images, &mut []).err());
        let mut owners = vec![ImageCell::EMPTY; least.saturating_add(pages)];
        let needed = needed(SymbolIndex::build(&images, &mut []).err());
        let mut symbols = vec![SymbolCell::EMPTY; needed];
        let lookup = Lookup::new(
            ImageIndex::build(&images, &mut owners)?,
            SymbolIndex::build(&images, &mut symbols)?,
        );
        let rows = Rows {
            args,
            cache,
            map: cache.address_map(),
            ids: &ids,
            lookup,
        };
        if args.json {
            let all: Vec<Value> = args.addresses.iter().map(|&at| rows.json(at)).collect();
            return json::write(streams.stdout, &Value::Array(all));
        }
        for &at in &args.addresses {
            writeln!(streams.stdout, "{}", rows.line(at))?;
        }
        Ok(())
    })
}

struct Rows<'r, 'a> {
    args: &'r Owner,
    cache: &'r KernelCache<'a>,
    map: AddressMap<'a>,
    ids: &'r [Option<&'r str>],
    lookup: Lookup<'a, 'r>,
}

impl<'a> Rows<'_, 'a> {
    fn vmaddr(&self, at: u64) -> VmAddr {
        Slide::new(self.args.slide.unwrap_or(0)).remove(SlidVmAddr::new(at))
    }

    fn id(&self, location: &Location<'a>) -> Option<&str> {
        self.ids.get(location.number).copied().flatten()
    }

    fn json(&self, at: u64) -> Value {
        let vmaddr = self.vmaddr(at);
        let outcome = self.map.outcome(vmaddr);
        let location = self.lookup.locate(vmaddr);
        let location = location.as_ref();
        let symbol = location.and_then(|location| location.symbol);
        let name = symbol.and_then(|(symbol, _)| symbol.name().ok());
        let section = location.and_then(|location| location.section);
        let mut object = json!({
            "vmaddr": hex(vmaddr.get()),
            "image": location.and_then(|location| self.id(location)),
            "segment": location.map(|location| plain(location.segment.name())),
            "section": section.map(|section| plain(section.name())),
            "symbol": name.map(plain),
            "symbol_offset": symbol.map(|(_, offset)| offset),
            "file_offset": hex_or_null(outcome.file_offset().map(FileOffset::get)),
            "outcome": outcome_name(outcome),
        });
        if self.args.slide.is_some() {
            object["slid"] = hex(at);
        }
        object
    }

    fn line(&self, at: u64) -> String {
        let vmaddr = self.vmaddr(at);
        let mut parts = vec![format!("vmaddr {vmaddr}")];
        if self.args.slide.is_some() {
            parts.push(format!("slid {}", SlidVmAddr::new(at)));
        }
        let outcome = self.map.outcome(vmaddr);
        if let Some(location) = self.lookup.locate(vmaddr) {
            match self.id(&location) {
                Some(id) => parts.push(format!("image {}", Printable(id.as_bytes()))),
                None => parts.push(self.cache.shape().name().to_owned()),
            }
            parts.push(format!("segment {}", location.segment.name()));
            if let Some(section) = location.section {
                parts.push(format!("section {}", section.name()));
            }
            if let Some((symbol, offset)) = location.symbol {
                match symbol.name() {
                    Ok(name) if offset == 0 => parts.push(format!("symbol {name}")),
                    Ok(name) => parts.push(format!("symbol {name}+{offset:#x}")),
                    Err(error) => parts.push(format!("symbol without a name ({error})")),
                }
            }
        }
        match outcome.file_offset() {
            Some(offset) => parts.push(format!("file offset {:#x}", offset.get())),
            None => parts.push(outcome_name(outcome).to_owned()),
        }
        parts.join(", ")
    }
}
