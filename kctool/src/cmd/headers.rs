//! `kc headers`: the Mach-O header and every load command, field by field.
use macho_core::{Header, LoadCommand, MachO};
use serde_json::{Map, Value, json};

use crate::cli::Headers;
use crate::container::arch_name;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{self, hex};
use crate::question::with_image;
use crate::streams::Streams;

mod fields;

pub(super) fn run(args: &Headers, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut memory = ImageMemory::default();
        let image = images::select(memory.mapped(cache)?, args.image.as_deref())?;
        let header = header_json(&image);
        // What can be shown is shown; the first damaged command decides the exit status.
        let mut first_error = None;
        let mut commands = Vec::new();
        for command in image.load_commands() {
            let object = command_json(&command, &mut first_error);
            if args.json {
                commands.push(object);
            } else {
                if commands.is_empty() {
                    write_text(streams, &header, 0)?;
                    commands.push(Value::Null);
                }
                writeln!(streams.stdout)?;
                write_text(streams, &object, 0)?;
            }
        }
        if args.json {
            let document = json!({ "header": header, "load_commands": commands });
            json::write(streams.stdout, &document)?;
        } else if commands.is_empty() {
            write_text(streams, &header, 0)?;
        }
        first_error.map_or(Ok(()), |error| Err(Failure::MachO(error)))
    })
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

fn command_json(command: &LoadCommand<'_>, first_error: &mut Option<macho_core::Error>) -> Value {
    let mut object = Map::new();
    object.insert("cmd".to_owned(), command.kind().to_string().into());
    object.insert("cmdsize".to_owned(), command.bytes().len().into());
    object.insert("file_offset".to_owned(), hex(command.file_offset().get()));
    if let Err(error) = fields::add(command, &mut object) {
        object.insert("error".to_owned(), error.to_string().into());
        first_error.get_or_insert(error);
    }
    Value::Object(object)
}

/// The same document as text: a name and a value a line, what lies inside indented.
fn write_text(streams: &mut Streams<'_>, value: &Value, depth: usize) -> Result<(), Failure> {
    let indent = depth * 4;
    let Value::Object(fields) = value else {
        return Ok(writeln!(streams.stdout, "{:indent$}{}", "", plain(value))?);
    };
    for (name, value) in fields {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    writeln!(streams.stdout, "{:indent$}{name}:", "")?;
                    write_text(streams, item, depth + 1)?;
                }
            }
            Value::Object(_) => {
                writeln!(streams.stdout, "{:indent$}{name}:", "")?;
                write_text(streams, value, depth + 1)?;
            }
            _ => writeln!(streams.stdout, "{:indent$}{name:14} {}", "", plain(value))?,
        }
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => {
            // JSON may hold what a terminal must not see.
            crate::printable::Printable(text.as_bytes()).to_string()
        }
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
