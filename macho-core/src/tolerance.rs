//! The checks of a parse, and what the tolerant mode lets pass.
//!
//! | leniency | strict | tolerant | who accepts it |
//! |---|---|---|---|
//! | a segment's bytes end past the end of the file | `PastEndOfFile` | bytes end with the file | m1n1's loader; m1n1.macho's `PYLD` is 64 MiB longer than its file |
//! | `filesize` above `vmsize` | `FileSizeExceedsVmSize` | kept | m1n1's loader copies `filesize` bytes |
//! | `cmdsize` not a multiple of 8 | `CommandUnaligned` | kept | XNU's `parse_machfile` does not look |
//! | bytes after the last command inside `sizeofcmds` | `CommandsTrailingBytes` | ignored | XNU and dyld count `ncmds` |
//!
//! Everything else is refused in both modes.
use core::iter::FusedIterator;

use crate::bytes::Bytes;
use crate::error::{Error, ErrorKind, Structure};
use crate::macho::{HEADER_SIZE, MachO, Mode};
use crate::raw::load_command::{LoadCommand, LoadCommandKind};
use crate::raw::segment::SegmentCommand64;
use crate::segment::{SECTION_SIZE, SEGMENT_SIZE};

/// Proves the skeleton; the bytes that the commands take.
pub(crate) fn check(image: &MachO<'_>) -> Result<u64, Error> {
    let mut walk = Tolerated::new(image);
    // Strict, the first leniency is an error; tolerant, only what `fatal` holds is.
    if let Some(error) = walk.find(|_| image.mode() == Mode::Strict) {
        return Err(error);
    }
    match walk.fatal {
        Some(error) => Err(error),
        None => Ok(walk.position),
    }
}

/// What a tolerant parse let pass, in file order, each as the error that the strict mode gives.
///
/// Costs one step for each load command and stores nothing.
#[derive(Clone, Debug)]
pub struct Tolerated<'a> {
    file: Bytes<'a>,
    commands: Bytes<'a>,
    header_offset: u64,
    sizeofcmds: u64,
    position: u64,
    remaining: u32,
    /// Leniencies of the command just read, that are still to be yielded.
    pending: [Option<Error>; 2],
    fatal: Option<Error>,
    ended: bool,
}

impl<'a> Tolerated<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Self {
        let header = image.header();
        Self {
            file: image.source(),
            commands: image.command_bytes(),
            header_offset: image.file_offset().get(),
            sizeofcmds: u64::from(header.sizeofcmds),
            position: 0,
            remaining: header.ncmds,
            pending: [None; 2],
            fatal: None,
            ended: false,
        }
    }

    fn step(&mut self) -> Result<Option<Error>, Error> {
        const WHAT: Structure = Structure::LoadCommand;
        let Some(remaining) = self.remaining.checked_sub(1) else {
            self.ended = true;
            let trailing = self.position < self.sizeofcmds;
            return Ok(trailing.then(|| {
                let at = self.header_offset.saturating_add(HEADER_SIZE);
                Error::new(
                    ErrorKind::CommandsTrailingBytes,
                    Structure::MachHeader64,
                    at.saturating_add(self.position),
                )
            }));
        };
        self.remaining = remaining;
        let at = self.position;
        let Some(raw) = self.commands.get_raw::<LoadCommand>(at) else {
            return Err(self.commands.error(ErrorKind::CommandsTruncated, WHAT, at));
        };
        let size = u64::from(raw.cmdsize.get());
        if size < 8 {
            return Err(self.commands.error(ErrorKind::CommandTooSmall, WHAT, at));
        }
        let Some(command) = self.commands.get(at, size) else {
            return Err(self
                .commands
                .error(ErrorKind::CommandPastCommands, WHAT, at));
        };
        self.position = at.saturating_add(size);
        if raw.cmd.get() == LoadCommandKind::LC_SEGMENT_64.0 {
            self.pending = check_segment(self.file, command)?;
        }
        Ok((size % 8 != 0).then(|| self.commands.error(ErrorKind::CommandUnaligned, WHAT, at)))
    }
}

/// Checks one segment command; the leniencies it needs.
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

impl Iterator for Tolerated<'_> {
    type Item = Error;

    fn next(&mut self) -> Option<Error> {
        loop {
            for pending in &mut self.pending {
                if let Some(error) = pending.take() {
                    return Some(error);
                }
            }
            if self.ended {
                return None;
            }
            match self.step() {
                Ok(Some(error)) => return Some(error),
                Ok(None) => {}
                Err(error) => {
                    self.fatal = Some(error);
                    self.ended = true;
                    return None;
                }
            }
        }
    }
}

impl FusedIterator for Tolerated<'_> {}
