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

mod scan;

use scan::{Found, has_no_section};

pub(super) fn run(args: &Strings, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("strings", args.report, file, streams).of(payload);
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

/// The shortest text that is shown of bytes that need not be strings, as of `strings`.
const SHORTEST: usize = 4;

fn list(
    args: &Strings,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let needle = args.contains.as_deref().unwrap_or_default().as_bytes();
    let mut memory = ImageMemory::default();
    let images = memory.mapped(cache)?;
    let mut charge = Charge::new(cache);
    report.heading("vmaddr              string");
    let selected = images::selected(images, args.image.as_deref())?;
    let is_alone = selected.len() == 1;
    for image in selected {
        let id = image.id.map(images::plain);
        let macho = match image.macho {
            Ok(macho) => macho,
            Err(error) => {
                damaged(report, error, id.as_ref())?;
                continue;
            }
        };
        let is_bare = has_no_section(&macho);
        if is_bare && !is_alone {
            // The outer image of a collection: its segments have the bytes of the others.
            continue;
        }
        let is_scanned = args.all_sections || is_bare;
        let bytes = if is_scanned {
            scan::size(&macho)
        } else {
            string_bytes(&macho)
        };
        if let Err(error) = charge.take(bytes, &macho) {
            damaged(report, error, id.as_ref())?;
            continue;
        }
        let shortest = args.min.unwrap_or(if is_scanned { SHORTEST } else { 1 });
        let is_wanted = |bytes: &[u8]| shortest <= bytes.len() && contains(bytes, needle);
        if is_scanned {
            for found in scan::strings(&macho).filter(|found| is_wanted(found.bytes)) {
                write(found, id.as_ref(), report)?;
            }
        } else {
            for string in c_strings(&macho).filter(|string| is_wanted(string.bytes)) {
                let found = Found {
                    vmaddr: string.vmaddr,
                    file_offset: string.file_offset,
                    bytes: string.bytes,
                };
                write(found, id.as_ref(), report)?;
            }
        }
    }
    Ok(())
}

/// Whether `needle` is a part of the string. Every string contains the empty one.
fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || bytes.windows(needle.len()).any(|part| part == needle)
}

fn write(
    found: Found<'_>,
    id: Option<&String>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    if report.is_json() {
        return report.row(&json!({
            "vmaddr": hex(found.vmaddr.get()),
            "file_offset": hex(found.file_offset.get()),
            "string": text(Name::new(found.bytes)),
            "image": id,
            "damage": null,
        }));
    }
    let shown = Printable(found.bytes);
    Ok(writeln!(report.text()?, "{}  {shown}", found.vmaddr)?)
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
