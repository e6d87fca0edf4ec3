//! Text in bytes that no section calls strings.
use macho_core::{FileOffset, MachO, VmAddr};

/// A string: where it starts, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) vmaddr: VmAddr,
    pub(super) file_offset: FileOffset,
    pub(super) bytes: &'a [u8],
}

/// Bytes of a section or a segment.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    vmaddr: VmAddr,
    file_offset: FileOffset,
    bytes: &'a [u8],
}

/// The bytes of all sections, or of the segments of an image without any. No byte is in two
/// segments of an image; one may be in two sections.
fn stretches<'a>(macho: &MachO<'a>) -> impl Iterator<Item = Stretch<'a>> + use<'a> {
    let sections = macho.sections().filter_map(|section| {
        Some(Stretch {
            vmaddr: section.vmaddr(),
            file_offset: section.file_offset()?,
            bytes: section.data().ok()?,
        })
    });
    let is_bare = has_no_section(macho);
    let segments = macho.segments().filter(move |_| is_bare);
    let segments = segments.map(|segment| {
        let data = segment.data();
        // A file may have more of a segment than memory has.
        let most = usize::try_from(segment.vmsize()).unwrap_or(usize::MAX);
        Stretch {
            vmaddr: segment.vmaddr(),
            file_offset: segment.file_offset(),
            bytes: data.get(..most).unwrap_or(data),
        }
    });
    sections.chain(segments)
}

/// Whether only segments say where the bytes are.
pub(super) fn has_no_section(macho: &MachO<'_>) -> bool {
    macho.sections().next().is_none()
}

/// The bytes that [`strings`] looks at.
pub(super) fn size(macho: &MachO<'_>) -> u64 {
    stretches(macho).fold(0, |sum, stretch| {
        sum.saturating_add(stretch.bytes.len() as u64)
    })
}

/// Every run of printable ASCII, as `strings` of binutils has them.
pub(super) fn strings<'a>(macho: &MachO<'a>) -> impl Iterator<Item = Found<'a>> + use<'a> {
    stretches(macho).flat_map(|stretch| {
        let mut next = 0_u64;
        let runs = stretch.bytes.split(|&byte| !is_text(byte));
        let runs = runs.map(move |bytes| {
            let at = next;
            // The byte that ends the run belongs to none.
            next += bytes.len() as u64 + 1;
            Found {
                vmaddr: VmAddr::new(stretch.vmaddr.get().wrapping_add(at)),
                file_offset: FileOffset::new(stretch.file_offset.get().wrapping_add(at)),
                bytes,
            }
        });
        runs.filter(|found| !found.bytes.is_empty())
    })
}

const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}
