//! Questions about an image that several subcommands ask.
use kc_offsets::{EntryPoint, Outcome};
use macho_core::{Error, ErrorKind, MachO, Segment};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json::{hex, hex_or_null, text};
use crate::streams::Streams;

/// The most things of one kind that are said on standard error.
const MOST_NOTES: usize = 8;

/// Says a contradiction that no reader of a command or a table meets. What a reader meets is said
/// where it is read; `kc info`, which reads little, says all.
pub(crate) fn note_contradiction(
    found: Option<Error>,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let nobody_else_says = |error: &Error| {
        matches!(
            error.kind(),
            ErrorKind::Overlap
                | ErrorKind::SectionOutsideSegment
                | ErrorKind::Duplicate
                | ErrorKind::CommandMissing
                | ErrorKind::CommandMisplaced
                | ErrorKind::CpuTypeMismatch
        )
    };
    match found.filter(nobody_else_says) {
        Some(error) => streams.note(format_args!("tolerated: {error}")),
        None => Ok(()),
    }
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
