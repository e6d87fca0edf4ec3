//! `kc entries`: the images inside a fileset, the kexts of a prelinked kernel.
use kc_offsets::{Image, Images, KernelCache};
use macho_core::{FileOffset, VmAddr};
use serde_json::{Value, json};

use crate::cli::Entries;
use crate::failure::Failure;
use crate::image::note_damage;
use crate::images::{self, ImageMemory};
use crate::json::{self, hex_or_null};
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Entries, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        if args.json {
            let document = entries_json(cache, streams)?;
            return json::write(streams.stdout, &document);
        }
        let mut memory = ImageMemory::default();
        let images = memory.whole(cache)?;
        note_damage(images::damaged(images), streams)?;
        for (image, uuid) in listed(images) {
            let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            let vmaddr = or_dash(image.vmaddr.map(|vmaddr| vmaddr.to_string()));
            let offset = image.file_offset.map(FileOffset::get);
            let offset = or_dash(offset.map(|offset| format!("{offset:#010x}")));
            let uuid = or_dash(uuid?);
            let id = or_dash(image.id.map(|id| id.to_string()));
            let version = image.version.filter(|version| !version.raw().is_empty());
            let version = version.map_or_else(String::new, |version| format!("  {version}"));
            writeln!(
                streams.stdout,
                "{vmaddr:18}  {offset:10}  {uuid:36}  {id}{version}"
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
    let mut memory = ImageMemory::default();
    let images = memory.whole(cache)?;
    note_damage(images::damaged(images), streams)?;
    let mut array = Vec::new();
    for (image, uuid) in listed(images) {
        array.push(json!({
            "id": images::id(image),
            "vmaddr": hex_or_null(image.vmaddr.map(VmAddr::get)),
            "file_offset": hex_or_null(image.file_offset.map(FileOffset::get)),
            "uuid": uuid?,
            "version": image.version.map(images::plain),
            "size": image.size,
        }));
    }
    Ok(Value::Array(array))
}

/// The images inside that the list says anything of, with their UUIDs: a list may name one image a
/// hundred thousand times, so that each is asked once.
fn listed<'a, 's>(
    images: Images<'a, 's>,
) -> impl Iterator<Item = (&'s Image<'a>, Result<Option<String>, Failure>)> {
    let uuids: Vec<_> = images
        .iter()
        .map(|image| image.macho.map(|macho| macho.uuid()))
        .collect();
    let inside = images.iter().enumerate().skip(1);
    let known = inside.filter(|(_, image)| image.id.is_some() || image.vmaddr.is_some());
    known.map(move |(number, image)| {
        let uuid = uuids.get(images.first(number)).copied().flatten();
        let uuid = uuid.transpose().map_err(Failure::from);
        (
            image,
            uuid.map(|uuid| uuid.flatten().map(|uuid| uuid.to_string())),
        )
    })
}
