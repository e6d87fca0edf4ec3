//! Memory with a loaded image in it, instead of a file.
use macho_core::{ErrorKind, FileOffset, FileType, HeaderFlags, MachO, Mode, Pointers, Slide};

use crate::failure::Failure;
use crate::number::slide;

/// Headers lie at the start of a page, of 4 KiB at least.
const PAGE: usize = 0x1000;

/// Bits of an address that are no authentication code, in macOS kernels.
const VA_BITS: u32 = 47;

/// What `--mapped` says of the pointers in memory: `raw`, or the slide they have.
///
/// # Errors
/// What is wrong, for the command line's message.
pub(crate) fn pointers(text: &str) -> Result<Pointers, String> {
    if text == "raw" {
        return Ok(Pointers::Unapplied);
    }
    let slide = slide(text).map_err(|error| format!("{error}, and not raw"))?;
    Ok(Pointers::Applied {
        slide: Slide::new(slide),
        va_bits: VA_BITS,
    })
}

/// The image in `memory`, with its header where the command line says, or else at the first page that has the header
/// of a kernel or a collection.
pub(crate) fn image(
    memory: &[u8],
    header: Option<u64>,
    pointers: Pointers,
    mode: Mode,
) -> Result<MachO<'_>, Failure> {
    let parse = |header| MachO::parse_mapped(memory, FileOffset::new(header), pointers, mode);
    if let Some(header) = header {
        return Ok(parse(header)?);
    }
    let mut damage = None;
    for header in (0..memory.len()).step_by(PAGE) {
        match parse(header as u64) {
            Ok(image) if holds_others(&image) => return Ok(image),
            Err(error) if error.kind() != ErrorKind::BadMagic && damage.is_none() => {
                damage = Some(error);
            }
            _ => {}
        }
    }
    match damage {
        // The last page may have no room for a header.
        Some(error) if error.kind() != ErrorKind::Truncated => Err(error.into()),
        _ => Err(Failure::refused(
            "no header of a loaded image at the start of a page; --header says where it is",
        )),
    }
}

/// Whether an image is none of those that lie in others.
fn holds_others(image: &MachO<'_>) -> bool {
    let header = image.header();
    header.filetype != FileType::MH_KEXT_BUNDLE
        && !header.flags.contains(HeaderFlags::MH_DYLIB_IN_CACHE)
}
