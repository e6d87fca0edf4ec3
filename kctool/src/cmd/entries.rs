//! `kc entries`: the images inside a fileset, the kexts of a prelinked kernel.
use std::io::Write as _;

use kc_offsets::{Image, Images, KernelCache};
use macho_core::{FileOffset, VmAddr};
use serde_json::{Value, json};

use crate::cli::Entries;
use crate::columns::{ImageColumns, ImageRow};
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::hex_or_null;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Entries, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("entries", args.report, file, streams).of(payload);
        let done = list(cache, &mut report);
        report.end(done)
    })
}

fn list(cache: &KernelCache<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let mut memory = ImageMemory::default();
    let images = memory.whole(cache)?;
    let columns = columns(images, report);
    for (image, uuid) in listed(images) {
        let (uuid, damage) = match (uuid, image.damage) {
            (Ok(uuid), None) => (uuid, Value::Null),
            (Ok(uuid), Some(error)) => (uuid, report.damaged(error, images::id(image))),
            (Err(error), _) => (None, report.damaged(error, images::id(image))),
        };
        if report.is_json() {
            let mut row = json(image, uuid.as_deref());
            row["damage"] = damage;
            report.row(&row)?;
            continue;
        }
        if image.id.is_none() && image.vmaddr.is_none() {
            // The remark says all that there is.
            continue;
        }
        writeln!(report.text()?, "{}", columns.line(&row(image, uuid)))?;
    }
    Ok(())
}

/// Which columns there is room for, and their names.
fn columns(images: Images<'_, '_>, report: &mut Report<'_, '_>) -> ImageColumns {
    let width = report.width();
    // What is shown in full whatever the width need not be measured.
    let rows: Vec<ImageRow> = match width {
        Some(_) => listed(images).map(|(image, _)| row(image, None)).collect(),
        None => Vec::new(),
    };
    let columns = ImageColumns::new(width, rows.iter());
    report.heading(&columns.heading());
    columns
}

/// A row of text.
fn row(image: &Image<'_>, uuid: Option<String>) -> ImageRow {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let offset = image.file_offset.map(FileOffset::get);
    ImageRow {
        vmaddr: or_dash(image.vmaddr.map(|vmaddr| vmaddr.to_string())),
        file_offset: or_dash(offset.map(|offset| format!("{offset:#010x}"))),
        uuid: or_dash(uuid),
        id: or_dash(images::id(image)),
        version: image.version.map(images::plain).unwrap_or_default(),
    }
}

/// `{ id, vmaddr, file_offset, uuid, version, size }`.
fn json(image: &Image<'_>, uuid: Option<&str>) -> Value {
    json!({
        "id": images::id(image),
        "vmaddr": hex_or_null(image.vmaddr.map(VmAddr::get)),
        "file_offset": hex_or_null(image.file_offset.map(FileOffset::get)),
        "uuid": uuid,
        "version": image.version.map(images::plain),
        "size": image.size,
    })
}

/// An array of rows as `kc entries` has them; `damaged` gets what is damaged.
pub(super) fn entries_json(
    cache: &KernelCache<'_>,
    damaged: &mut Damage,
) -> Result<Value, Failure> {
    let mut memory = ImageMemory::default();
    let mut array = Vec::new();
    for (image, uuid) in listed(memory.whole(cache)?) {
        let (uuid, error) = match (uuid, image.damage) {
            (Ok(uuid), error) => (uuid, error.map(Failure::from)),
            (Err(error), _) => (None, Some(error)),
        };
        let mut row = json(image, uuid.as_deref());
        row["damage"] = error.as_ref().map_or(Value::Null, Failure::json);
        if let Some(error) = error {
            damaged.add_to(error, images::id(image));
        }
        array.push(row);
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
    let known = inside.filter(|(_, image)| {
        image.id.is_some() || image.vmaddr.is_some() || image.damage.is_some()
    });
    known.map(move |(number, image)| {
        let uuid = uuids.get(images.first(number)).copied().flatten();
        let uuid = uuid.transpose().map_err(Failure::from);
        (
            image,
            uuid.map(|uuid| uuid.flatten().map(|uuid| uuid.to_string())),
        )
    })
}
