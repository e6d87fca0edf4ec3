//! Whether the sections of a segment lie inside of it and inside of the file.
use crate::error::{Error, ErrorKind, Structure};
use crate::macho::MachO;
use crate::raw::header::FileType;
use crate::segment::{Section, Segment};

/// Whether each section lies inside the file and inside its segment.
pub(super) fn ensure_sections(image: &MachO<'_>, segment: &Segment<'_>) -> Result<(), Error> {
    const WHAT: Structure = Structure::Section64;
    let is_file = image.input().mapping.is_none();
    let first = segment.vmaddr().get();
    let end = first.saturating_add(segment.vmsize());
    for section in segment.sections() {
        let field = section.position();
        let (start, size) = (section.vmaddr().get(), section.size());
        let has_bytes = has_bytes(image, &section);
        if is_file && has_bytes {
            let offset = section.raw().offset.get().into();
            image.input().bytes.slice(offset, size, WHAT, field)?;
        }
        let below = has_places(image) && start < first;
        // A segment without memory, as one of an object file may be, holds nothing to compare.
        let above = segment.vmsize() != 0 && start.checked_add(size).is_none_or(|past| past > end);
        if size != 0 && (below || above) || has_bytes && size > segment.filesize() {
            let kind = ErrorKind::SectionOutsideSegment;
            return Err(Error::new(kind, WHAT, field.get()));
        }
    }
    Ok(())
}

/// Whether sections of this file stand for addresses and bytes of this file: a stub of a library
/// and debugging symbols only say where they are in another.
fn has_places(image: &MachO<'_>) -> bool {
    !matches!(
        image.header().filetype,
        FileType::MH_DYLIB_STUB | FileType::MH_DSYM
    )
}

/// Whether the section has bytes in the file by its type, wherever its offset leads.
pub(super) fn has_bytes(image: &MachO<'_>, section: &Section<'_>) -> bool {
    has_places(image) && !section.kind().is_zero_fill()
}
