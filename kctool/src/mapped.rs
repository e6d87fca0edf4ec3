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

/// The image in `memory`, with its header where the command line says, or else at the first page
/// that has the header of a kernel or a collection.
pub(crate) fn image(
    memory: &[u8],
    header: Option<u64>,
    pointers: Pointers,
    mode: Mode,
) -> Result<MachO<'_>, Failure> {
    let parse = |header| MachO::parse_mapped(memory, FileOffset::new(header), pointers, mode);
    if let Some(header) = header {
        return parse(header).map_err(|error| match error.kind() {
            ErrorKind::BadMagic => Failure::refused(format!(
                "no header of an image is at offset {header:#x}; leave --header out to look for one"
            )),
            _ => error.into(),
        });
    }
    let mut damage = None;
    // Headers may lie in one another's load commands: all commands together are read as often as
    // the memory has bytes, and four times as many for memory that is small.
    let mut left = memory.len().saturating_mul(4);
    for header in (0..memory.len()).step_by(PAGE) {
        let Some(commands) = candidate(&memory[header..]) else {
            continue;
        };
        let Some(rest) = left.checked_sub(commands) else {
            return Err(Failure::refused(
                "too many headers lie in one another's load commands; --header says which",
            ));
        };
        left = rest;
        match parse(header as u64) {
            Ok(image) => return Ok(image),
            Err(error) if damage.is_none() => damage = Some(error),
            Err(_) => {}
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

/// `MH_MAGIC_64`, and what 32-bit and big-endian files have in its place.
const MAGICS: [u32; 4] = [0xfeed_facf, 0xcffa_edfe, 0xfeed_face, 0xcefa_edfe];

/// How many bytes of load commands the header at the start has; `None` if no header is there, or
/// that of an image that lies in another.
fn candidate(bytes: &[u8]) -> Option<usize> {
    let field = |at: usize| {
        let field = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(field.try_into().ok()?))
    };
    let magic = field(0).filter(|magic| MAGICS.contains(magic))?;
    if magic != MAGICS[0] {
        return Some(0);
    }
    let (Some(filetype), Some(size), Some(flags)) = (field(12), field(20), field(24)) else {
        return Some(0);
    };
    let flags = HeaderFlags::from_bits_retain(flags);
    if filetype == FileType::MH_KEXT_BUNDLE.0 || flags.contains(HeaderFlags::MH_DYLIB_IN_CACHE) {
        return None;
    }
    Some(usize::try_from(size).unwrap_or(usize::MAX).min(bytes.len()))
}
