//! `kc symbols`: the symbol tables, as nm shows them.
use std::io::Write as _;

use kc_offsets::ImageText;
use macho_core::{MachO, Name, Symbol, SymbolType};
use serde_json::{Value, json};

use crate::cli::Symbols;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{self, hex_or_null, text};
use crate::question::with_image;
use crate::streams::Streams;
use crate::symbols::{Names, SectionTable};

pub(super) fn run(args: &Symbols, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut all = Vec::new();
        let mut reader = Reader {
            args,
            names: Names::new(cache),
            damage: Damage::default(),
        };
        let mut memory = ImageMemory::default();
        let images = memory.mapped(cache)?;
        let images = images::selected(images, args.image.as_deref(), &mut reader.damage)?;
        for (number, (id, image)) in images.into_iter().enumerate() {
            if args.json {
                collect(&mut reader, id, &image, &mut all);
            } else {
                // A heading for each image inside, as nm has for the members of an archive.
                let id = id.filter(|_| args.image.is_none());
                if let Some(id) = id {
                    let gap = if number > 1 { "\n" } else { "" };
                    writeln!(streams.stdout, "{gap}{id}:")?;
                }
                list(&mut reader, &image, streams)?;
            }
        }
        if args.json {
            json::write(streams.stdout, &Value::Array(all))?;
        }
        reader.damage.outcome(streams)
    })
}

/// What is read, and what could not be.
struct Reader<'r> {
    args: &'r Symbols,
    names: Names,
    damage: Damage,
}

impl Reader<'_> {
    /// The symbols to show, each with its letter and its name. A table that is damaged has none; a damaged name costs its symbol.
    fn shown<'a>(
        &mut self,
        image: &MachO<'a>,
        sections: &SectionTable<'a>,
    ) -> impl Iterator<Item = (Symbol<'a>, char, Name<'a>)> {
        let debug = self.args.debug;
        let (names, damage) = (&mut self.names, &mut self.damage);
        let symbols = image.symbols();
        let symbols = symbols.map_err(|error| damage.add(error)).ok();
        symbols
            .into_iter()
            .flatten()
            .filter(move |symbol| debug || symbol.stab().is_none())
            .filter_map(move |symbol| match names.name(&symbol) {
                Ok(name) => Some((symbol, sections.letter(&symbol), name)),
                Err(error) => {
                    damage.add(error);
                    None
                }
            })
    }
}

/// An undefined symbol has no address; a common one has a size in its place.
fn vmaddr(symbol: &Symbol<'_>) -> Option<u64> {
    (!symbol.is_undefined() && !symbol.is_common()).then(|| symbol.value())
}

fn list(
    reader: &mut Reader<'_>,
    image: &MachO<'_>,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let sections = SectionTable::new(image);
    let mut out = Vec::new();
    for (symbol, letter, name) in reader.shown(image, &sections) {
        match vmaddr(&symbol) {
            Some(vmaddr) => write!(out, "{vmaddr:#018x} {letter} ")?,
            None => write!(out, "{:18} {letter} ", "")?,
        }
        writeln!(out, "{name}")?;
        if out.len() > 1 << 16 {
            streams.stdout.write_all(&out)?;
            out.clear();
        }
    }
    Ok(streams.stdout.write_all(&out)?)
}

fn collect(
    reader: &mut Reader<'_>,
    id: Option<ImageText<'_>>,
    image: &MachO<'_>,
    all: &mut Vec<Value>,
) {
    let sections = SectionTable::new(image);
    for (symbol, letter, name) in reader.shown(image, &sections) {
        let section = symbol.section().and_then(|number| sections.get(number));
        let section =
            section.map(|section| format!("{},{}", section.segment_name(), section.name()));
        let mut object = json!({
            "name": text(name),
            "vmaddr": hex_or_null(vmaddr(&symbol)),
            "type": letter.to_string(),
            "section": section,
            "image": id.map(images::plain),
        });
        if symbol.is_common() {
            object["size"] = symbol.value().into();
        }
        if symbol.stab().is_some() || symbol.kind() == SymbolType::N_INDR {
            object["n_type"] = symbol.n_type().into();
            object["n_desc"] = symbol.n_desc().into();
        }
        all.push(object);
    }
}
