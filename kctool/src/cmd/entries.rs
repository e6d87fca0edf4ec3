//! `kc entries`: the images inside a fileset.
use serde_json::{Value, json};

use crate::Streams;
use crate::cli::Entries;
use crate::cmd::with_image;
use crate::failure::Failure;
use crate::json::{self, hex, text};

pub(super) fn run(args: &Entries, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        if args.json {
            return json::write(streams.stdout, &entries_json(cache)?);
        }
        for entry in cache.entries() {
            let entry = entry?;
            let uuid = entry.image()?.uuid()?;
            let uuid = uuid.map_or_else(|| "-".to_owned(), |uuid| uuid.to_string());
            let offset = entry.file_offset.get();
            writeln!(
                streams.stdout,
                "{}  {offset:#010x}  {uuid:36}  {}",
                entry.vmaddr, entry.id
            )?;
        }
        Ok(())
    })
}

/// An array of `{ id, vmaddr, file_offset, uuid }`.
pub(super) fn entries_json(cache: &kc_offsets::KernelCache<'_>) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for entry in cache.entries() {
        let entry = entry?;
        let uuid = entry.image()?.uuid()?;
        all.push(json!({
            "id": text(entry.id),
            "vmaddr": hex(entry.vmaddr.get()),
            "file_offset": hex(entry.file_offset.get()),
            "uuid": uuid.map(|uuid| uuid.to_string()),
        }));
    }
    Ok(Value::Array(all))
}
