//! `kc symbols`: the symbol tables, as nm shows them.
use std::io::Write as _;

use kc_offsets::KernelCache;
use macho_core::{MachO, SymbolTable, SymbolType};
use serde_json::{Value, json};

use crate::charge::Charge;
use crate::cli::Symbols;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::Row;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;
use crate::symbols::{Names, SectionTable, symbol_table, vmaddr};

mod bridge;

pub(super) fn run(args: &Symbols, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("symbols", args.report, file, streams).of(payload);
        let done = match args.format {
            Some(format) => bridge::list(args, format, cache, &mut report),
            None => list(args, cache, &mut report),
        };
        report.end(done)
    })
}

fn list(
    args: &Symbols,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    report.heading("vmaddr             t name");
    let mut memory = ImageMemory::default();
    let images = memory.mapped(cache)?;
    let mut charge = Charge::new(cache);
    let mut is_first = true;
    for image in images::selected(images, args.image.as_deref())? {
        let id = image.id.map(images::plain);
        if !report.is_json() {
            // A heading for each image inside, as nm has for the members of an archive.
            if let Some(id) = id.as_ref().filter(|_| args.image.is_none()) {
                let gap = if is_first { "" } else { "\n" };
                writeln!(report.remark()?, "{gap}{id}:")?;
                is_first = false;
            }
        }
        match symbol_table(&image, &mut charge) {
            Ok((macho, table)) => of_image(args, &macho, &table, id.as_ref(), report)?,
            Err(error) => {
                let damage = report.damaged(error, id.clone());
                if report.is_json() {
                    report.row(&lost_json(id.as_ref(), &damage))?;
                }
            }
        }
    }
    Ok(())
}

fn of_image<'a>(
    args: &Symbols,
    macho: &MachO<'a>,
    table: &SymbolTable<'a>,
    id: Option<&String>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let sections = SectionTable::new(macho);
    let mut names = Names::default();
    let symbols = table.iter();
    for symbol in symbols.filter(|symbol| args.debug || symbol.stab().is_none()) {
        let letter = sections.letter(&symbol);
        let name = names.name(table.strings().bytes(), &symbol);
        let damage = match name {
            Ok(_) => Value::Null,
            Err(error) => report.damaged(error, id.cloned()),
        };
        if report.is_json() {
            let name = name.ok();
            let name = name.map(|name| report.names.shown(name.as_bytes()).to_string());
            let section = symbol.section().and_then(|number| sections.get(number));
            let section =
                section.map(|section| format!("{},{}", section.segment_name(), section.name()));
            let has_type = symbol.stab().is_some() || symbol.kind() == SymbolType::N_INDR;
            let if_typed = |number: u16| has_type.then_some(u64::from(number));
            Row::new(report.row_start()?)
                .text("name", name.as_deref())?
                .hex("vmaddr", vmaddr(&symbol))?
                .text("type", Some(letter.encode_utf8(&mut [0; 4])))?
                .text("section", section.as_deref())?
                .text("image", id.map(String::as_str))?
                .number("size", symbol.is_common().then(|| symbol.value()))?
                .number("n_type", if_typed(symbol.n_type().into()))?
                .number("n_desc", if_typed(symbol.n_desc()))?
                .end(&damage)?;
            report.row_end()?;
            continue;
        }
        let shown = name.map(|name| report.names.shown(name.as_bytes()));
        let out = report.text()?;
        match vmaddr(&symbol) {
            Some(vmaddr) => write!(out, "{vmaddr:#018x} {letter} ")?,
            None => write!(out, "{:18} {letter} ", "")?,
        }
        match shown {
            Ok(name) => writeln!(out, "{name}")?,
            Err(_) => writeln!(out, "{DAMAGED}")?,
        }
    }
    Ok(())
}

/// Shown in place of a name: no name is printed so.
const DAMAGED: &str = "\\{damaged}";

/// The row of an image whose table cannot be read.
fn lost_json(id: Option<&String>, damage: &Value) -> Value {
    json!({
        "name": null,
        "vmaddr": null,
        "type": null,
        "section": null,
        "image": id,
        "size": null,
        "n_type": null,
        "n_desc": null,
        "damage": damage,
    })
}
