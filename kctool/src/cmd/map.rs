//! `kc map`: where memory and file lie against each other, as a drawing in text or as a picture.
use kc_offsets::KernelCache;
use serde_json::{Value, json};

use crate::cli::Map;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::image::{entry_json, outcome_name, protection};
use crate::images::{self, ImageMemory};
use crate::json::{hex, hex_or_null, text};
use crate::output;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod picture;
mod scale;
mod svg;
mod terminal;

use picture::{Picture, Stretch};

pub(super) fn run(args: &Map, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut damage = Damage::default();
        let mut memory = ImageMemory::default();
        let picture = picture(cache, &mut memory, &mut damage)?;
        let svg = args.svg.as_ref().map(|path| {
            let bytes = svg::draw(&picture, payload.bytes.len());
            (path, bytes)
        });
        if let Some((path, bytes)) = svg {
            output::write(streams, path, file, &[bytes.as_bytes()])?;
        }
        let mut report = if args.svg.is_some() {
            Report::single("map", args.report, file, streams)
        } else {
            Report::list("map", args.report, file, streams)
        };
        report = report.beside(args.svg.as_deref()).of(payload);
        report.damage = damage;
        let done = if args.svg.is_some() {
            Ok(())
        } else if report.is_json() {
            write_json(&picture, &mut report)
        } else {
            let own = report.width().unwrap_or(80).clamp(20, 1000);
            let width = args.width.map_or(own, usize::from);
            terminal::draw(&picture, width, &mut report)
        };
        let done = done.and_then(|()| note_hidden(&picture, &mut report));
        report.end(done)
    })
}

fn picture<'a>(
    cache: &KernelCache<'a>,
    memory: &mut ImageMemory<'a>,
    damage: &mut Damage,
) -> Result<Picture<'a>, Failure> {
    let images = memory.mapped(cache)?;
    for (error, id) in images::lost(images) {
        damage.add_to(error.into(), id.map(images::plain));
    }
    let mut picture = Picture::new(cache, images);
    match cache.entry_point() {
        Ok(entry) => picture.entry = entry,
        Err(error) => damage.add(error),
    }
    picture.count_slots(cache, damage);
    Ok(picture)
}

/// Segments that others cover, and what is past the limit of the drawing.
fn note_hidden(picture: &Picture<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let hidden = picture.hidden();
    if hidden > 0 {
        let be = if hidden == 1 {
            "segment is"
        } else {
            "segments are"
        };
        report.note(format_args!(
            "{hidden} {be} not shown: others hold the same addresses"
        ))?;
    }
    if picture.is_cut {
        let count = picture.stretches.len();
        report.note(format_args!(
            "only the first {count} stretches of memory are shown"
        ))?;
    }
    Ok(())
}

fn write_json(picture: &Picture<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    report.answer(&json!({
        "start": hex_or_null(picture.start()),
        "end": hex_or_null(picture.end()),
        "file_size": picture.file_size,
        "entry": entry_json(picture.entry),
        "images": picture.images,
        "slots": picture.slots,
        "cut": picture.is_cut,
    }))?;
    for stretch in &picture.stretches {
        report.row(&row_json(picture, stretch))?;
    }
    Ok(())
}

fn row_json(picture: &Picture<'_>, stretch: &Stretch) -> Value {
    let segment = picture.segment(stretch);
    json!({
        "vmaddr": hex(stretch.vmaddr),
        "size": stretch.len,
        "kind": outcome_name(stretch.outcome),
        "file_offset": hex_or_null(stretch.file_offset()),
        "segment": segment.map_or(Value::Null, |segment| text(segment.name())),
        "initprot": segment.map(|segment| protection(segment.initprot().bits())),
        "images": stretch.images,
        "slots": stretch.slots,
    })
}
