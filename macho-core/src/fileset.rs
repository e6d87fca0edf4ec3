//! The images of a fileset.
use core::iter::FusedIterator;

use crate::addr::{FileOffset, VmAddr};
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::{LoadCommand, LoadCommands};
use crate::macho::{MachO, Mode};
use crate::name::Name;
use crate::raw::load_command::{FilesetEntryCommand, LoadCommandKind};

/// One `LC_FILESET_ENTRY`: a nested image of a collection.
#[derive(Clone, Copy, Debug)]
pub struct FilesetEntry<'a> {
    vmaddr: u64,
    fileoff: u64,
    entry_id: u32,
    command: LoadCommand<'a>,
    mode: Mode,
}

impl<'a> FilesetEntry<'a> {
    pub(crate) fn new(command: LoadCommand<'a>, mode: Mode) -> Result<Self, Error> {
        let raw: &FilesetEntryCommand = command.raw(Structure::FilesetEntryCommand)?;
        Ok(Self {
            vmaddr: raw.vmaddr.get(),
            fileoff: raw.fileoff.get(),
            entry_id: raw.entry_id.get(),
            command,
            mode,
        })
    }

    /// Unslid address of the nested header.
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.vmaddr)
    }

    /// Where the nested header lies, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.command.file().file_offset(self.fileoff)
    }

    /// The load command that describes the entry.
    pub const fn load_command(&self) -> LoadCommand<'a> {
        self.command
    }

    /// The entry id, as `com.apple.kernel`.
    ///
    /// # Errors
    /// `StringOutOfBounds` or `StringUnterminated`.
    pub fn id(&self) -> Result<Name<'a>, Error> {
        self.command
            .string(self.entry_id, 32, Structure::FilesetEntryCommand)
    }

    /// The nested image, in the mode of the collection.
    ///
    /// # Errors
    /// As [`MachO::parse_with`].
    pub fn parse(&self) -> Result<MachO<'a>, Error> {
        MachO::parse_bytes(self.command.file(), self.fileoff, self.mode)
    }
}

/// The entries of a fileset, in file order; an entry too small for its structure is an error.
#[derive(Clone, Debug)]
pub struct FilesetEntries<'a> {
    commands: LoadCommands<'a>,
    mode: Mode,
}

impl<'a> FilesetEntries<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Self {
        Self {
            commands: image.load_commands(),
            mode: image.mode(),
        }
    }
}

impl<'a> Iterator for FilesetEntries<'a> {
    type Item = Result<FilesetEntry<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let command = self
            .commands
            .by_ref()
            .find(|command| command.kind() == LoadCommandKind::LC_FILESET_ENTRY)?;
        Some(FilesetEntry::new(command, self.mode))
    }
}

impl FusedIterator for FilesetEntries<'_> {}

impl<'a> LoadCommand<'a> {
    /// The string at `offset` (an `lc_str`) of a command whose structure has `fixed` bytes.
    pub(crate) fn string(
        &self,
        offset: u32,
        fixed: u32,
        what: Structure,
    ) -> Result<Name<'a>, Error> {
        if offset < fixed {
            return Err(self.data().error(ErrorKind::StringOutOfBounds, what, 0));
        }
        self.data().c_string(u64::from(offset), what).map(Name::new)
    }
}
