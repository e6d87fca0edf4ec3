//! `kc entries`: the images inside a fileset, the kexts of a prelinked kernel.
use kc_offsets::KernelCache;
use macho_core::VmAddr;
use serde_json::{Value, json};

use crate::cli::Entries;
use crate::failure::Failure;
use crate::image::note_damage;
use crate::json::{self, hex_or_null};
use crate::kexts::{self, Listed};
use crate::printable::Printable;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Entries, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        if args.json {
            let document = entries_json(cache, streams)?;
            return json::write(streams.stdout, &document);
        }
        let (all, damage) = kexts::list(cache);
        note_damage(&damage, streams)?;
        for entry in all {
            let vmaddr = entry
                .vmaddr
                .map_or_else(|| "-".to_owned(), |vmaddr| vmaddr.to_string());
            let offset = file_offset(&entry)
                .map_or_else(|| "-".to_owned(), |offset| format!("{offset:#010x}"));
            let uuid = uuid(&entry)?.unwrap_or_else(|| "-".to_owned());
            let version = entry.version.map_or_else(String::new, |version| {
                format!("  {}", Printable(version.as_bytes()))
            });
            writeln!(
                streams.stdout,
                "{vmaddr:18}  {offset:10}  {uuid:36}  {}{version}",
                Printable(entry.id.as_bytes())
            )?;
        }
        Ok(())
    })
}

/// An array of `{ id, vmaddr, file_offset, uuid, version, size }`.
pub(super) fn entries_json(
    cache: &KernelCache<'_>,
    streams: &mut Streams<'_>,
) -> Result<Value, Failure> {
    let (all, damage) = kexts::list(cache);
    note_damage(&damage, streams)?;
    let mut array = Vec::new();
    for entry in all {
        array.push(json!({
            "id": entry.id,
            "vmaddr": hex_or_null(entry.vmaddr.map(VmAddr::get)),
            "file_offset": hex_or_null(file_offset(&entry)),
            "uuid": uuid(&entry)?,
            "version": entry.version,
            "size": entry.size,
        }));
    }
    Ok(Value::Array(array))
}

fn file_offset(entry: &Listed<'_>) -> Option<u64> {
    entry.known.map(|known| known.image.file_offset().get())
}

fn uuid(entry: &Listed<'_>) -> Result<Option<String>, Failure> {
    let uuid = entry.known.map(|known| known.uuid).transpose()?;
    Ok(uuid.flatten().map(|uuid| uuid.to_string()))
}
