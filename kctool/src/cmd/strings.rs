//! `kc strings`: the C strings of every image.
use std::io::Write as _;

use kc_offsets::KernelCache;
use kc_offsets::code::c_strings;
use macho_core::Name;
use serde_json::{Value, json};

use crate::charge::{Charge, string_bytes};
use crate::cli::Strings;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{hex, text};
use crate::printable::Printable;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Strings, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("strings", args.report, file, streams).of(payload);
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(
    args: &Strings,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let needle = args.contains.as_deref().unwrap_or_default().as_bytes();
    let mut memory = ImageMemory::default();
    let images = memory.mapped(cache)?;
    let mut charge = Charge::new(cache);
    for image in images::selected(images, args.image.as_deref())? {
        let id = image.id.map(images::plain);
        let macho = match image.macho {
            Ok(macho) => macho,
            Err(error) => {
                damaged(report, error, id.as_ref())?;
                continue;
            }
        };
        if let Err(error) = charge.take(string_bytes(&macho), &macho) {
            damaged(report, error, id.as_ref())?;
            continue;
        }
        for string in c_strings(&macho).filter(|string| string.contains(needle)) {
            if report.is_json() {
                report.row(&json!({
                    "vmaddr": hex(string.vmaddr.get()),
                    "file_offset": hex(string.file_offset.get()),
                    "string": text(Name::new(string.bytes)),
                    "image": id,
                    "damage": null,
                }))?;
                continue;
            }
            let shown = Printable(string.bytes);
            writeln!(report.text()?, "{}  {shown}", string.vmaddr)?;
        }
    }
    Ok(())
}

/// A row of what is missing.
fn damaged(
    report: &mut Report<'_, '_>,
    error: impl Into<Failure>,
    id: Option<&String>,
) -> Result<(), Failure> {
    let damage = report.damaged(error, id.cloned());
    if !report.is_json() {
        return Ok(());
    }
    report.row(&json!({
        "vmaddr": Value::Null,
        "file_offset": Value::Null,
        "string": Value::Null,
        "image": id,
        "damage": damage,
    }))
}
