//! Whether sections, their relocation entries and the bytes of notes share no byte, neither with
//! one another nor with a table. Of these an image may have any number.
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommand;
use crate::macho::MachO;
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::segment::Segment;
use crate::view::CommandView;

use super::sections::has_bytes;
use super::tables::{Range, Tables};

/// Ranges that are compared with an earlier one, all in all. Sections that symbols can name are 255
/// at most (`n_sect`), so that an image with relocation entries for each has half as many pairs.
const MOST_COMPARED: u32 = 1 << 18;

/// Fails at the first range that shares a byte with an earlier one or with a table.
pub(super) fn ensure_disjoint(image: &MachO<'_>, tables: &Tables) -> Result<(), Error> {
    let is_file = image.input().mapping.is_none();
    // Up to here all bytes may be taken: only a range that starts below can share one.
    let mut highest = 0;
    let mut left = MOST_COMPARED;
    let mut number = 0_usize;
    for range in ranges(image) {
        let earlier = ranges(image).take(number);
        number = number.saturating_add(1);
        if is_file && range.what != Structure::Section64 {
            range.ensure_in_file(image)?;
        }
        if range.size == 0 {
            continue;
        }
        tables.ensure_apart(&range)?;
        if range.start < highest {
            for earlier in earlier {
                left = left.checked_sub(1).ok_or(Error::new(
                    ErrorKind::TooMuchWork,
                    range.what,
                    range.field.get(),
                ))?;
                if earlier.overlaps(&range) {
                    return Err(range.overlap());
                }
            }
        }
        highest = highest.max(range.end());
    }
    Ok(())
}

/// The bytes of all sections, then all relocation entries, then those of notes: in the order in
/// which linkers write them.
fn ranges<'a>(image: &MachO<'a>) -> impl Iterator<Item = Range> + use<'a> {
    let image = *image;
    let segments = image.segments();
    let contents = segments
        .clone()
        .flat_map(move |segment| contents(&image, &segment));
    let relocations = segments.flat_map(|segment| relocations(&segment));
    let notes = image.load_commands().filter_map(|command| note(&command));
    contents.chain(relocations).chain(notes)
}

fn contents<'a>(image: &MachO<'a>, segment: &Segment<'a>) -> impl Iterator<Item = Range> + use<'a> {
    let image = *image;
    segment.sections().map(move |section| {
        let bytes = if has_bytes(&image, &section) {
            section.size()
        } else {
            0
        };
        Range {
            what: Structure::Section64,
            start: section.raw().offset.get().into(),
            size: bytes,
            field: section.position(),
        }
    })
}

fn relocations<'a>(segment: &Segment<'a>) -> impl Iterator<Item = Range> + use<'a> {
    // `offsetof(struct section_64, reloff)`
    const FIELD: u64 = 56;
    segment.sections().map(|section| {
        let raw = section.raw();
        let field = section.position();
        Range {
            what: Structure::RelocationInfo,
            start: raw.reloff.get().into(),
            size: u64::from(raw.nreloc.get()).saturating_mul(8),
            field: field.checked_add(FIELD).unwrap_or(field),
        }
    })
}

fn note(command: &LoadCommand<'_>) -> Option<Range> {
    if command.kind() != Kind::LC_NOTE {
        return None;
    }
    let Ok(CommandView::Note(note)) = command.view() else {
        return None;
    };
    Some(Range {
        what: Structure::NoteCommand,
        start: note.offset,
        size: note.size,
        field: command.field(24),
    })
}
