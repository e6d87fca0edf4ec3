//! The checks of a parse: every load command lies where the header says, and every segment is sound.

use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::layout::Input;
use crate::mode::Mode;
use crate::raw::load_command::{LoadCommand, LoadCommandKind};
use crate::raw::segment::SegmentCommand64;
use crate::segment::{SECTION_SIZE, SEGMENT_SIZE};

/// Proves the skeleton; the bytes that the commands take.
pub(crate) fn check(
    input: &Input<'_>,
    commands: Bytes<'_>,
    ncmds: u32,
    mode: Mode,
) -> Result<u64, Error> {
    const WHAT: Structure = Structure::LoadCommand;
    let strict = mode == Mode::Strict;
    let mut rest = commands;
    for _ in 0..ncmds {
        let Some(raw) = rest.get_raw::<LoadCommand>(0) else {
            return Err(rest.error(ErrorKind::NcmdsTooLarge, WHAT, 0));
        };
        let size = raw.cmdsize.get();
        let Some((command, tail)) = rest.split(size).filter(|_| size >= 8) else {
            let kind = if size < 8 {
                ErrorKind::CommandTooSmall
            } else {
                ErrorKind::CommandTooLarge
            };
            return Err(rest.error(kind, WHAT, 0));
        };
        if strict && size % 8 != 0 {
            return Err(rest.error(ErrorKind::Misaligned, WHAT, 0));
        }
        if raw.cmd.get() == LoadCommandKind::LC_SEGMENT_64.0 && !is_sound(input, command) {
            let leniencies = check_segment(input, command)?;
            if strict {
                if let [Some(error), _] | [None, Some(error)] = leniencies {
                    return Err(error);
                }
            }
        }
        rest = tail;
    }
    if strict && rest.len() != 0 {
        return Err(rest.error(ErrorKind::TrailingBytes, Structure::MachHeader64, 0));
    }
    Ok(commands.len().saturating_sub(rest.len()))
}

/// Whether [`check_segment`] has nothing to say: the same tests, without the errors, which cost
/// more to hand around than to test for.
#[inline]
fn is_sound(input: &Input<'_>, command: Bytes<'_>) -> bool {
    let Some(raw) = command.get_raw::<SegmentCommand64>(0) else {
        return false;
    };
    let sections = u64::from(raw.nsects.get()).saturating_mul(SECTION_SIZE);
    let (file, memory) = ranges(raw);
    let (position, size) = input.segment(file, memory);
    let ((_, filesize), (vmaddr, vmsize)) = (file, memory);
    sections.saturating_add(SEGMENT_SIZE) <= command.len()
        && vmaddr.checked_add(vmsize).is_some()
        && position
            .checked_add(size)
            .is_some_and(|end| end <= input.bytes.len())
        && filesize <= vmsize
}

/// Where a segment is in the file, and where in memory: start and size.
#[inline]
const fn ranges(raw: &SegmentCommand64) -> ((u64, u64), (u64, u64)) {
    (
        (raw.fileoff.get(), raw.filesize.get()),
        (raw.vmaddr.get(), raw.vmsize.get()),
    )
}

/// Checks one segment command; the leniencies it needs.
#[cold]
pub(crate) fn check_segment(
    input: &Input<'_>,
    command: Bytes<'_>,
) -> Result<[Option<Error>; 2], Error> {
    const WHAT: Structure = Structure::SegmentCommand64;
    let Some(raw) = command.get_raw::<SegmentCommand64>(0) else {
        return Err(command.error(ErrorKind::CommandTooSmall, WHAT, 0));
    };
    let room = u64::from(raw.nsects.get()).saturating_mul(SECTION_SIZE);
    if room > command.len().saturating_sub(SEGMENT_SIZE) {
        return Err(command.error(ErrorKind::NsectsTooLarge, WHAT, 0));
    }
    let (file, memory) = ranges(raw);
    let ((_, filesize), (vmaddr, vmsize)) = (file, memory);
    if vmaddr.checked_add(vmsize).is_none() {
        return Err(command.error(ErrorKind::AddressOverflow, WHAT, 0));
    }
    let (position, size) = input.segment(file, memory);
    let bytes = input.bytes;
    let end = position.checked_add(size);
    let Some(end) = end.filter(|end| end.checked_add(bytes.origin()).is_some()) else {
        return Err(command.error(ErrorKind::OffsetOverflow, WHAT, 0));
    };
    let past = end > bytes.len();
    Ok([
        past.then(|| command.error(ErrorKind::Truncated, WHAT, 0)),
        (filesize > vmsize).then(|| command.error(ErrorKind::FileSizeTooLarge, WHAT, 0)),
    ])
}
