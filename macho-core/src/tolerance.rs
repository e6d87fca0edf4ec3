//! What the tolerant mode lets pass.
//!
//! | leniency | strict | tolerant | who accepts it |
//! |---|---|---|---|
//! | a segment's bytes end past the end of the file, or of the memory that holds a mapped image | `Truncated` | bytes end there | m1n1's loader; m1n1.macho's `PYLD` is 64 MiB longer than its file |
//! | `filesize` above `vmsize` | `FileSizeTooLarge` | kept | m1n1's loader copies `filesize` bytes |
//! | `cmdsize` above the one size of its command, as of `LC_UUID` | `BadCommandSize`, by the view | the rest is ignored | m1n1's loader reads the fields it knows |
//! | `cmdsize` not a multiple of 8 | `Misaligned` | kept | XNU's `parse_machfile` does not look |
//! | bytes after the last command inside `sizeofcmds` | `TrailingBytes` | ignored | XNU and dyld count `ncmds` |
//!
//! Everything else that a parse reads is refused in both modes. Contradictions between commands,
//! sections and tables are `consistency.rs`'s, which no parse looks for.
use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommands;
use crate::macho::{HEADER_SIZE, MachO};
use crate::mode::Mode;
use crate::raw::load_command::LoadCommandKind;
use crate::skeleton::check_segment;
use crate::view::fixed_size;

impl<'a> MachO<'a> {
    /// What the tolerant mode let pass, in file order; empty after a strict parse.
    pub fn tolerated(&self) -> Tolerated<'a> {
        Tolerated::new(self)
    }
}

/// What a tolerant parse let pass, in file order, each as the error that the strict mode gives.
///
/// Costs one step for each load command and stores nothing.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Tolerated<'a> {
    commands: LoadCommands<'a>,
    trailing: Option<Error>,
    /// Of the command just read, still to be yielded.
    pending: [Option<Error>; 4],
}

debug_view!(Tolerated<'_>, |tolerated| {
    commands_left: tolerated.commands.len(),
    pending: tolerated.pending.iter().flatten().count(),
    trailing: tolerated.trailing,
});

impl<'a> Tolerated<'a> {
    fn new(image: &MachO<'a>) -> Self {
        let mut commands = image.load_commands();
        let used = image.command_bytes().len();
        let mut trailing = None;
        if image.mode() == Mode::Strict {
            // Nothing was let pass: the walk is empty, not merely without result.
            commands = commands.none();
        } else if used < u64::from(image.header().sizeofcmds) {
            let kind = ErrorKind::TrailingBytes;
            let at = image
                .start()
                .saturating_add(HEADER_SIZE)
                .saturating_add(used);
            trailing = Some(image.input().bytes.error(kind, Structure::MachHeader64, at));
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
                .then(|| bytes.error(ErrorKind::Misaligned, Structure::LoadCommand, 0));
            // A command that is too small is no leniency: its view refuses it in both modes.
            let too_large = fixed_size(command.kind())
                .filter(|(size, _)| command.bytes().len() > *size)
                .map(|(_, what)| bytes.error(ErrorKind::BadCommandSize, what, 0));
            let mut segment = [None; 2];
            if command.kind() == LoadCommandKind::LC_SEGMENT_64 {
                segment = check_segment(command.input(), bytes).unwrap_or_default();
            }
            let [past, size] = segment;
            self.pending = [unaligned, past, size, too_large];
        }
    }
}

impl FusedIterator for Tolerated<'_> {}
