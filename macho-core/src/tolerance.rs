//! The checks of a parse, and what the tolerant mode lets pass.
//!
//! | leniency | strict | tolerant | who accepts it |
//! |---|---|---|---|
//! | a segment's bytes end past the end of the file | `PastEndOfFile` | bytes end with the file | m1n1's loader; m1n1.macho's `PYLD` is 64 MiB longer than its file |
//! | `filesize` above `vmsize` | `FileSizeExceedsVmSize` | kept | m1n1's loader copies `filesize` bytes |
//! | `cmdsize` above the one size of its command, as of `LC_UUID` | `CommandWrongSize`, by the view | the rest is ignored | m1n1's loader reads the fields it knows |
//! | `cmdsize` not a multiple of 8 | `CommandUnaligned` | kept | XNU's `parse_machfile` does not look |
//! | bytes after the last command inside `sizeofcmds` | `CommandsTrailingBytes` | ignored | XNU and dyld count `ncmds` |
//!
//! Everything else is refused in both modes.
use core::iter::FusedIterator;

use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommands;
use crate::macho::{HEADER_SIZE, MachO, Mode};
use crate::raw::load_command::{LoadCommand, LoadCommandKind};
use crate::raw::segment::SegmentCommand64;
use crate::segment::{SECTION_SIZE, SEGMENT_SIZE};
use crate::view::fixed_size;

/// Proves the skeleton; the bytes that the commands take.
pub(crate) fn check(image: &MachO<'_>) -> Result<u64, Error> {
    const WHAT: Structure = Structure::LoadCommand;
    let strict = image.mode() == Mode::Strict;
    let (file, commands) = (image.source(), image.command_bytes());
    let mut rest = commands;
    for _ in 0..image.header().ncmds {
        let Some(raw) = rest.get_raw::<LoadCommand>(0) else {
            return Err(rest.error(ErrorKind::CommandsTruncated, WHAT, 0));
        };
        let size = raw.cmdsize.get();
        let Some((command, tail)) = rest.split(size).filter(|_| size >= 8) else {
            let kind = if size < 8 {
                ErrorKind::CommandTooSmall
            } else {
                ErrorKind::CommandPastCommands
            };
            return Err(rest.error(kind, WHAT, 0));
        };
        if strict && size % 8 != 0 {
            return Err(rest.error(ErrorKind::CommandUnaligned, WHAT, 0));
        }
        if raw.cmd.get() == LoadCommandKind::LC_SEGMENT_64.0 && !is_sound(file, command) {
            let leniencies = check_segment(file, command)?;
            if strict {
                if let [Some(error), _] | [None, Some(error)] = leniencies {
                    return Err(error);
                }
            }
        }
        rest = tail;
    }
    if strict && rest.len() != 0 {
        return Err(rest.error(ErrorKind::CommandsTrailingBytes, Structure::MachHeader64, 0));
    }
    Ok(commands.len().saturating_sub(rest.len()))
}

/// Whether [`check_segment`] has nothing to say: the same tests, without the errors, which cost
/// more to hand around than to test for.
#[inline]
fn is_sound(file: Bytes<'_>, command: Bytes<'_>) -> bool {
    let Some(raw) = command.get_raw::<SegmentCommand64>(0) else {
        return false;
    };
    let sections = u64::from(raw.nsects.get()).saturating_mul(SECTION_SIZE);
    let (vmsize, filesize) = (raw.vmsize.get(), raw.filesize.get());
    sections.saturating_add(SEGMENT_SIZE) <= command.len()
        && raw.vmaddr.get().checked_add(vmsize).is_some()
        && raw
            .fileoff
            .get()
            .checked_add(filesize)
            .is_some_and(|end| end <= file.len())
        && filesize <= vmsize
}

/// Checks one segment command; the leniencies it needs.
#[cold]
fn check_segment(file: Bytes<'_>, command: Bytes<'_>) -> Result<[Option<Error>; 2], Error> {
    const WHAT: Structure = Structure::SegmentCommand64;
    let Some(raw) = command.get_raw::<SegmentCommand64>(0) else {
        return Err(command.error(ErrorKind::CommandTooSmall, WHAT, 0));
    };
    let room = u64::from(raw.nsects.get()).saturating_mul(SECTION_SIZE);
    if room > command.len().saturating_sub(SEGMENT_SIZE) {
        return Err(command.error(ErrorKind::TooManySections, WHAT, 0));
    }
    let (vmsize, filesize) = (raw.vmsize.get(), raw.filesize.get());
    if raw.vmaddr.get().checked_add(vmsize).is_none() {
        return Err(command.error(ErrorKind::AddressOverflow, WHAT, 0));
    }
    let end = raw.fileoff.get().checked_add(filesize);
    let Some(end) = end.filter(|end| end.checked_add(file.origin()).is_some()) else {
        return Err(command.error(ErrorKind::OffsetOverflow, WHAT, 0));
    };
    let past = end > file.len();
    Ok([
        past.then(|| command.error(ErrorKind::PastEndOfFile, WHAT, 0)),
        (filesize > vmsize).then(|| command.error(ErrorKind::FileSizeExceedsVmSize, WHAT, 0)),
    ])
}

/// What a tolerant parse let pass, in file order, each as the error that the strict mode gives.
///
/// Costs one step for each load command and stores nothing.
#[derive(Clone, Debug)]
pub struct Tolerated<'a> {
    commands: LoadCommands<'a>,
    trailing: Option<Error>,
    /// Of the command just read, still to be yielded.
    pending: [Option<Error>; 4],
}

impl<'a> Tolerated<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Self {
        let mut commands = image.load_commands();
        let used = image.command_bytes().len();
        let mut trailing = None;
        if image.mode() == Mode::Strict {
            // Nothing was let pass: the walk is empty, not merely without result.
            commands = commands.none();
        } else if used < u64::from(image.header().sizeofcmds) {
            let kind = ErrorKind::CommandsTrailingBytes;
            let at = image
                .start()
                .saturating_add(HEADER_SIZE)
                .saturating_add(used);
            trailing = Some(image.source().error(kind, Structure::MachHeader64, at));
        }
        Self {
            commands,
            trailing,
            pending: [None; 4],
        }
    }
}

impl Iterator for Tolerated<'_> {
    type Item = Error;

    fn next(&mut self) -> Option<Error> {
        loop {
            if let Some(error) = self.pending.iter_mut().find_map(Option::take) {
                return Some(error);
            }
            let Some(command) = self.commands.next() else {
                return self.trailing.take();
            };
            let bytes = command.data();
            let unaligned = (bytes.len() % 8 != 0)
                .then(|| bytes.error(ErrorKind::CommandUnaligned, Structure::LoadCommand, 0));
            // A command that is too small is no leniency: its view refuses it in both modes.
            let too_large = fixed_size(command.kind())
                .filter(|(size, _)| command.bytes().len() > *size)
                .map(|(_, what)| bytes.error(ErrorKind::CommandWrongSize, what, 0));
            let mut segment = [None; 2];
            if command.kind() == LoadCommandKind::LC_SEGMENT_64 {
                segment = check_segment(command.file(), bytes).unwrap_or_default();
            }
            let [past, size] = segment;
            self.pending = [unaligned, past, size, too_large];
        }
    }
}

impl FusedIterator for Tolerated<'_> {}
