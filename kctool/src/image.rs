//! Questions about an image that several subcommands ask.
use std::collections::HashSet;

use kc_offsets::{EntryPoint, KernelCache, Outcome};
use macho_core::{MachO, Segment};
use serde_json::{Value, json};

use crate::damage::Damage;
use crate::failure::Failure;
use crate::json::{hex, hex_or_null, text};
use crate::streams::Streams;

/// The most things of one kind that are said on standard error.
const MOST_NOTES: usize = 8;

/// The image with that entry id; the outer one without an id.
pub(crate) fn select<'a>(cache: &KernelCache<'a>, id: Option<&str>) -> Result<MachO<'a>, Failure> {
    let Some(id) = id else {
        return Ok(cache.image());
    };
    for entry in cache.entries() {
        let entry = entry?;
        if entry.id == id {
            return Ok(entry.image()?);
        }
    }
    Err(Failure::refused(format!(
        "no image with the entry id {id}; `kc entries` lists them"
    )))
}

/// The outer image, then the nested ones with their entry ids; or the one with that id alone. An image that several entries
/// name is here once, or a list of entries could ask for any amount of work; one that is damaged is left out.
///
/// # Errors
/// No image with that id, damaged or not.
pub(crate) fn images<'a>(
    cache: &KernelCache<'a>,
    id: Option<&str>,
    damage: &mut Damage,
) -> Result<Vec<(Option<macho_core::Name<'a>>, MachO<'a>)>, Failure> {
    let mut all = Vec::new();
    if id.is_none() {
        all.push((None, cache.image()));
    }
    let mut met = HashSet::new();
    let mut damaged = Vec::new();
    for entry in cache.entries() {
        let image = entry.and_then(|entry| {
            let wanted = id.is_none_or(|id| entry.id == id) && met.insert(entry.file_offset);
            let image = wanted.then(|| entry.image()).transpose()?;
            Ok(image.map(|image| (Some(entry.id), image)))
        });
        match image {
            Ok(image) => all.extend(image),
            Err(error) => damaged.push(error),
        }
    }
    match id {
        Some(id) if all.is_empty() && damaged.is_empty() => {
            return Err(Failure::refused(format!(
                "no image with the entry id {id}; `kc entries` lists them"
            )));
        }
        // What is wrong with others is no matter of the one that was asked for.
        Some(_) if !all.is_empty() => {}
        _ => damaged.into_iter().for_each(|error| damage.add(error)),
    }
    Ok(all)
}

/// Says what the tolerant mode let pass.
pub(crate) fn note_tolerated(image: &MachO<'_>, streams: &mut Streams<'_>) -> Result<(), Failure> {
    for error in image.tolerated().take(MOST_NOTES) {
        streams.note(format_args!("tolerated: {error}"))?;
    }
    let more = image.tolerated().skip(MOST_NOTES).count();
    if more > 0 {
        streams.note(format_args!("tolerated: {more} more"))?;
    }
    Ok(())
}

/// Says what of a list could not be read.
pub(crate) fn note_damage(
    damage: &[impl std::fmt::Display],
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    for error in damage.iter().take(MOST_NOTES) {
        streams.note(format_args!("left out: {error}"))?;
    }
    let more = damage.len().saturating_sub(MOST_NOTES);
    if more > 0 {
        streams.note(format_args!("left out: {more} more"))?;
    }
    Ok(())
}

/// What an outcome is called in text and JSON.
pub(crate) const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Mapped(_) => "mapped",
        Outcome::ZeroFill => "zero-fill",
        Outcome::PastEndOfFile => "past-end-of-file",
        Outcome::Unmapped => "unmapped",
    }
}

/// The name of a segment that a translation found.
pub(crate) fn segment_json(segment: Option<Segment<'_>>) -> Value {
    segment.map_or(Value::Null, |segment| text(segment.name()))
}

/// `{ vmaddr, file_offset, segment }`, or null.
pub(crate) fn entry_json(entry: Option<EntryPoint<'_>>) -> Value {
    match entry {
        None => Value::Null,
        Some(entry) => json!({
            "vmaddr": hex(entry.vmaddr.get()),
            "file_offset": hex_or_null(entry.file_offset.map(macho_core::FileOffset::get)),
            "segment": segment_json(entry.segment),
        }),
    }
}

/// `vmaddr 0x..., file offset 0x..., segment __TEXT_EXEC`.
pub(crate) fn entry_line(entry: &EntryPoint<'_>) -> String {
    let place = match entry.file_offset {
        Some(offset) => format!("file offset {:#x}", offset.get()),
        None => outcome_name(entry.outcome).to_owned(),
    };
    let segment = entry.segment.map_or_else(String::new, |segment| {
        format!(", segment {}", segment.name())
    });
    format!("vmaddr {}, {place}{segment}", entry.vmaddr)
}

/// `r-x` and so on.
pub(crate) fn protection(bits: u32) -> String {
    [(1, 'r'), (2, 'w'), (4, 'x')]
        .map(|(bit, letter)| if bits & bit == 0 { '-' } else { letter })
        .iter()
        .collect()
}
