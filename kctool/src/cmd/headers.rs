//! `kc headers`: the Mach-O header and every load command, field by field.
use std::io::Write as _;

use macho_core::{CpuType, Header, LoadCommand, MachO};
use serde_json::{Map, Value, json};

use crate::cli::Headers;
use crate::container::arch_name;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{hex, shown};
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod fields;

pub(super) fn run(args: &Headers, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut memory = ImageMemory::default();
        let image = images::select(memory.mapped(cache)?, args.image.as_deref())?;
        let file = &args.input.file;
        let mut report = Report::list("headers", args.report, file, streams).of(payload);
        let done = list(&image, &mut report);
        report.end(done)
    })
}

fn list(image: &MachO<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let header = header_json(image);
    if report.is_json() {
        report.answer(&header)?;
        return image.load_commands().try_for_each(|command| {
            let row = command_json(&command, image.header().cputype, report);
            report.row(&row)
        });
    }
    write_text(report.remark()?, &header, 0)?;
    for command in image.load_commands() {
        let object = command_json(&command, image.header().cputype, report);
        let out = report.text()?;
        writeln!(out)?;
        write_text(out, &object, 0)?;
    }
    Ok(())
}

/// The fields of `mach_header_64`.
pub(super) fn header_json(image: &MachO<'_>) -> Value {
    let Header {
        cputype,
        cpusubtype,
        capabilities,
        filetype,
        ncmds,
        sizeofcmds,
        flags,
    } = image.header();
    json!({
        "file_offset": hex(image.file_offset().get()),
        "arch": arch_name(cputype, cpusubtype),
        "cputype": cputype.to_string(),
        "cpusubtype": cpusubtype.0,
        "capabilities": hex(capabilities),
        "filetype": filetype.to_string(),
        "ncmds": ncmds,
        "sizeofcmds": sizeofcmds,
        "flags": hex(flags.bits()),
        "flag_names": flags.iter_names().map(|(name, _)| name).collect::<Vec<_>>(),
    })
}

fn command_json(command: &LoadCommand<'_>, cputype: CpuType, report: &mut Report<'_, '_>) -> Value {
    let mut object = Map::new();
    object.insert("cmd".to_owned(), command.kind().to_string().into());
    object.insert("cmdsize".to_owned(), command.bytes().len().into());
    object.insert("file_offset".to_owned(), hex(command.file_offset().get()));
    let damage = match fields::add(command, cputype, &mut object) {
        Ok(()) => Value::Null,
        Err(error) => report.damaged(error, None),
    };
    if report.is_json() || !damage.is_null() {
        object.insert("damage".to_owned(), damage);
    }
    Value::Object(object)
}

/// The same document as text: a name and a value a line, what lies inside indented.
fn write_text(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), Failure> {
    let indent = depth * 4;
    let Value::Object(fields) = value else {
        return Ok(writeln!(out, "{:indent$}{}", "", shown("", value))?);
    };
    for (name, value) in fields {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    writeln!(out, "{:indent$}{name}:", "")?;
                    write_text(out, item, depth + 1)?;
                }
            }
            Value::Object(_) => {
                writeln!(out, "{:indent$}{name}:", "")?;
                write_text(out, value, depth + 1)?;
            }
            _ => writeln!(out, "{:indent$}{name:14} {}", "", shown(name, value))?,
        }
    }
    Ok(())
}
