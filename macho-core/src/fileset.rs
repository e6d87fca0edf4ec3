//! The images of a fileset.
use core::iter::FusedIterator;

use crate::addr::{FileOffset, VmAddr};
use crate::debug::debug_view;
use crate::error::{Error, Structure};
use crate::load_command::{LoadCommand, LoadCommands};
use crate::macho::MachO;
use crate::name::Name;
use crate::raw::load_command::{FilesetEntryCommand, LoadCommandKind};

/// One `LC_FILESET_ENTRY`: a nested image of a collection.
#[derive(Clone, Copy)]
pub struct FilesetEntry<'a> {
    vmaddr: u64,
    fileoff: u64,
    entry_id: u32,
    command: LoadCommand<'a>,
}

debug_view!(FilesetEntry<'_>, |entry| {
    id: entry.id(),
    vmaddr: entry.vmaddr(),
    file_offset: entry.file_offset(),
});

impl<'a> FilesetEntry<'a> {
    #[inline]
    pub(crate) fn new(command: LoadCommand<'a>) -> Result<Self, Error> {
        let raw: &FilesetEntryCommand = command.raw(Structure::FilesetEntryCommand)?;
        Ok(Self {
            vmaddr: raw.vmaddr.get(),
            fileoff: raw.fileoff.get(),
            entry_id: raw.entry_id.get(),
            command,
        })
    }

    /// Unslid address of the nested header.
    #[inline]
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.vmaddr)
    }

    /// Where the nested header lies, from the start of the outermost file, or of the memory that the collection
    /// is mapped in.
    #[inline]
    pub const fn file_offset(&self) -> FileOffset {
        self.command.input().bytes.file_offset(self.position())
    }

    /// The field `fileoff` as it stands: from the start of what the collection calls its file.
    #[inline]
    pub const fn fileoff(&self) -> u64 {
        self.fileoff
    }

    const fn position(&self) -> u64 {
        self.command.input().position(self.fileoff, self.vmaddr)
    }

    /// The load command that describes the entry.
    #[inline]
    pub const fn load_command(&self) -> LoadCommand<'a> {
        self.command
    }

    /// The entry id, as `com.apple.kernel`.
    ///
    /// # Errors
    /// `StringOutOfBounds` or `StringUnterminated`.
    pub fn id(&self) -> Result<Name<'a>, Error> {
        self.command.string(
            self.entry_id,
            size_of::<FilesetEntryCommand>(),
            Structure::FilesetEntryCommand,
        )
    }

    /// The nested image, in the mode of the collection.
    ///
    /// # Errors
    /// As [`MachO::parse_with`]; `Truncated` at the field `fileoff` where no byte is there, of a mapped
    /// collection at the field `vmaddr`.
    pub fn parse(&self) -> Result<MachO<'a>, Error> {
        let (input, what) = (self.command.input(), Structure::FilesetEntryCommand);
        let field = if input.mapping.is_some() { 8 } else { 16 };
        let position = self.position();
        input
            .bytes
            .slice(position, 1, what, self.command.field(field))?;
        MachO::parse_in(*input, position, self.command.mode())
    }
}

/// The entries of a fileset, in file order; an entry too small for its structure is an error.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct FilesetEntries<'a> {
    commands: LoadCommands<'a>,
}

debug_view!(FilesetEntries<'_>, |entries| {
    commands_left: entries.commands.len(),
});

impl<'a> MachO<'a> {
    /// The images of a fileset (`LC_FILESET_ENTRY`), in file order.
    pub fn fileset_entries(&self) -> FilesetEntries<'a> {
        FilesetEntries::new(self)
    }
}

impl<'a> FilesetEntries<'a> {
    fn new(image: &MachO<'a>) -> Self {
        Self {
            commands: image.load_commands(),
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
        Some(FilesetEntry::new(command))
    }
}

impl FusedIterator for FilesetEntries<'_> {}
