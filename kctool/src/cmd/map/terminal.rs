//! The map as lines of text.
use std::io::Write as _;

use kc_offsets::Outcome;

use super::picture::{Picture, Stretch};
use super::scale::Scale;
use crate::failure::Failure;
use crate::image::{entry_line, protection};
use crate::json::plain;
use crate::report::Report;

/// What stands before a strip.
const LABEL: usize = 8;

/// From no slot to one in every word, and more than a half.
const DENSITY: &[u8; 8] = b" .:-=+*#";

pub(super) fn draw(
    picture: &Picture<'_>,
    width: usize,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let cells = width.saturating_sub(LABEL).max(1);
    let scale = picture.memory_scale(cells);
    let (start, end) = (picture.start(), picture.end());
    let out = report.remark()?;
    match start {
        None => write!(out, "no memory")?,
        Some(start) => write!(out, "memory {start:#018x} to ")?,
    }
    match (start, end) {
        (None, _) => {}
        (_, None) => write!(out, "the last address")?,
        (_, Some(end)) => write!(out, "{end:#018x}")?,
    }
    writeln!(out, ", file {:#x} bytes\n", picture.file_size)?;
    let strips = [
        ("memory", memory_strip(picture, &scale)),
        ("fixups", fixups_strip(picture, &scale, cells)),
        ("images", images_strip(picture, &scale, cells)),
        ("entry", entry_strip(picture, &scale, cells)),
        ("file", file_strip(picture, cells)),
    ];
    for (name, strip) in strips {
        // What the file does not have needs no line.
        let strip = String::from_utf8(strip).unwrap_or_default();
        let strip = strip.trim_end();
        if !strip.is_empty() {
            writeln!(report.remark()?, "{name:LABEL$}{strip}")?;
        }
    }
    rows(picture, report)?;
    legend(picture, report)
}

/// The letter of a segment: of the 53rd and those after it `+`.
fn letter(number: usize) -> u8 {
    let letters = (b'A'..=b'Z').chain(b'a'..=b'z');
    letters.clone().nth(number).unwrap_or(b'+')
}

fn mark(stretch: &Stretch) -> u8 {
    match stretch.outcome {
        Outcome::Mapped(_) => Picture::number(stretch).map_or(b'+', letter),
        Outcome::ZeroFill => b'~',
        Outcome::PastEndOfFile => b'!',
        Outcome::Unmapped => b'.',
    }
}

fn memory_strip(picture: &Picture<'_>, scale: &Scale) -> Vec<u8> {
    let shown = scale.shown().into_iter();
    shown
        .map(|part| part.map_or(b' ', |part| mark(&picture.stretches[part])))
        .collect()
}

fn fixups_strip(picture: &Picture<'_>, scale: &Scale, cells: usize) -> Vec<u8> {
    let slots = picture.slots_in(scale, cells);
    let level = |(cell, slots): (usize, u64)| {
        let bytes = u128::from(scale.bytes_of(cell));
        // Words of 8 bytes for each slot: below 2 it is full.
        let words = bytes / 8 / u128::from(slots.max(1));
        DENSITY[match (slots, words) {
            (0, _) => 0,
            (_, 256..) => 1,
            (_, 64..) => 2,
            (_, 16..) => 3,
            (_, 8..) => 4,
            (_, 4..) => 5,
            (_, 2..) => 6,
            _ => 7,
        }]
    };
    slots.into_iter().enumerate().map(level).collect()
}

/// How many images inside have a segment that starts in a cell.
fn images_strip(picture: &Picture<'_>, scale: &Scale, cells: usize) -> Vec<u8> {
    let mut images = vec![(0_u8, usize::MAX); cells];
    for span in &picture.spans {
        let Some(cell) = scale.cell_at(span.vmaddr) else {
            continue;
        };
        let (count, last) = &mut images[cell];
        if *last != span.image {
            *count = count.saturating_add(1);
            *last = span.image;
        }
    }
    let digit = |(count, _)| match count {
        0 => b' ',
        1..=9 => b'0' + count,
        _ => b'+',
    };
    images.into_iter().map(digit).collect()
}

fn entry_strip(picture: &Picture<'_>, scale: &Scale, cells: usize) -> Vec<u8> {
    let mut strip = vec![b' '; cells];
    let entry = picture.entry.map(|entry| entry.vmaddr.get());
    if let Some(cell) = entry.and_then(|vmaddr| scale.cell_at(vmaddr)) {
        strip[cell] = b'^';
    }
    strip
}

fn file_strip(picture: &Picture<'_>, cells: usize) -> Vec<u8> {
    let scale = picture.file_scale(cells);
    let shown = scale.shown().into_iter();
    let mark = |part: usize| picture.file[part].segment.map_or(b'.', letter);
    shown.map(|part| part.map_or(b' ', mark)).collect()
}

fn rows(picture: &Picture<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    if picture.stretches.is_empty() {
        return Ok(());
    }
    let file = if picture.stretches.iter().any(Stretch::is_backed) {
        "file offset"
    } else {
        ""
    };
    let head = format!(
        "\n  {:16} {:18} {:>11} {file:>11} {:4} {:>6} {:>6}",
        "segment", "vmaddr", "size", "prot", "slots", "images"
    );
    writeln!(report.remark()?, "{}", head.trim_end())?;
    for stretch in &picture.stretches {
        let segment = picture.segment(stretch).filter(|_| !stretch.is_hole());
        let name = segment.map_or_else(String::new, |segment| plain(segment.name()));
        let bits = segment.map(|segment| protection(segment.initprot().bits()));
        let offset = stretch.file_offset();
        let number = |number: u64| Some(number).filter(|number| *number > 0);
        let line = format!(
            "{} {name:16} {:#018x} {:>11} {:>11} {:4} {:>6} {:>6}",
            char::from(mark(stretch)),
            stretch.vmaddr,
            format!("{:#x}", stretch.len),
            shown(offset.map(|offset| format!("{offset:#x}"))),
            bits.unwrap_or_default(),
            shown(number(stretch.slots)),
            shown(number(stretch.images)),
        );
        writeln!(report.text()?, "{}", line.trim_end())?;
    }
    Ok(())
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// What the marks mean: only those that are there.
fn legend(picture: &Picture<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let out = report.remark()?;
    writeln!(out)?;
    let has = |wanted: u8| {
        picture
            .stretches
            .iter()
            .any(|stretch| mark(stretch) == wanted)
    };
    let marks = [
        (b'~', "zero-filled memory"),
        (b'!', "past the end of the file"),
        (b'.', "no segment"),
    ];
    let marks: Vec<_> = marks
        .into_iter()
        .filter(|(mark, _)| has(*mark) || *mark == b'.' && picture.has_file_hole())
        .map(|(mark, what)| format!("{} {what}", char::from(mark)))
        .collect();
    if !marks.is_empty() {
        writeln!(out, "{}", marks.join(", "))?;
    }
    if picture.slots > 0 {
        writeln!(
            out,
            "fixups: share of words that a loader changes: . to 1/256, : to 1/64, - to 1/16,\n\
             = to 1/8, + to 1/4, * to 1/2, # more"
        )?;
    }
    if let Some(entry) = &picture.entry {
        writeln!(out, "entry: {}", entry_line(entry))?;
    }
    Ok(())
}
