//! The walk over the load commands, and one command.
use core::iter::FusedIterator;

use crate::addr::FileOffset;
use crate::bytes::{Bytes, Raw};
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::layout::Input;
use crate::mode::Mode;
use crate::name::Name;
use crate::raw;
use crate::raw::load_command::LoadCommandKind;

/// One load command.
#[derive(Clone, Copy)]
pub struct LoadCommand<'a> {
    kind: LoadCommandKind,
    mode: Mode,
    bytes: Bytes<'a>,
    input: Input<'a>,
}

debug_view!(LoadCommand<'_>, |command| {
    kind: command.kind,
    cmdsize: command.bytes.len(),
    file_offset: command.file_offset(),
    mode: command.mode,
});

impl<'a> LoadCommand<'a> {
    /// Which command this is.
    #[inline]
    pub const fn kind(&self) -> LoadCommandKind {
        self.kind
    }

    /// The whole command, `cmdsize` bytes.
    #[inline]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// Where the command lies in the outermost file.
    #[inline]
    pub const fn file_offset(&self) -> FileOffset {
        self.bytes.file_offset(0)
    }

    /// Where byte `offset` of the command lies in the outermost file.
    #[inline]
    pub(crate) const fn field(&self, offset: u64) -> FileOffset {
        self.bytes.file_offset(offset)
    }

    #[inline]
    pub(crate) const fn data(&self) -> Bytes<'a> {
        self.bytes
    }

    #[inline]
    pub(crate) const fn input(&self) -> &Input<'a> {
        &self.input
    }

    /// The mode of the parse.
    #[inline]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The command as structure `T`.
    ///
    /// # Errors
    /// `CommandTooSmall`.
    #[inline]
    pub(crate) fn raw<T: Raw>(&self, what: Structure) -> Result<&'a T, Error> {
        match self.data().get_raw(0) {
            Some(value) => Ok(value),
            None => Err(self.too_small(what)),
        }
    }

    /// The command as structure `T`, which is all of it.
    ///
    /// # Errors
    /// `CommandTooSmall`, or in strict mode `BadCommandSize`.
    #[inline]
    pub(crate) fn exact<T: Raw>(&self, what: Structure) -> Result<&'a T, Error> {
        let value = self.raw(what)?;
        if self.mode() == Mode::Strict && self.bytes().len() != size_of::<T>() {
            return Err(self.data().error(ErrorKind::BadCommandSize, what, 0));
        }
        Ok(value)
    }

    /// The string at `offset` (an `lc_str`) of a command whose structure has `fixed` bytes.
    pub(crate) fn string(
        &self,
        offset: u32,
        fixed: usize,
        what: Structure,
    ) -> Result<Name<'a>, Error> {
        if usize::try_from(offset).unwrap_or(usize::MAX) < fixed {
            return Err(self.data().error(ErrorKind::StringOutOfBounds, what, 0));
        }
        self.data()
            .c_string(u64::from(offset), what, self.field(0))
            .map(Name::new)
    }

    #[cold]
    pub(crate) fn too_small(&self, what: Structure) -> Error {
        self.data().error(ErrorKind::CommandTooSmall, what, 0)
    }
}

/// The load commands of an image, in file order.
///
/// Costs one step for each command. The parse has proved every size, so this never ends early.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct LoadCommands<'a> {
    input: Input<'a>,
    rest: Bytes<'a>,
    remaining: u32,
    mode: Mode,
}

debug_view!(LoadCommands<'_>, |commands| {
    left: commands.remaining,
    file_offset: commands.rest.file_offset(0),
    mode: commands.mode,
});

impl<'a> LoadCommands<'a> {
    #[inline]
    pub(crate) const fn new(input: Input<'a>, rest: Bytes<'a>, ncmds: u32, mode: Mode) -> Self {
        Self {
            input,
            rest,
            remaining: ncmds,
            mode,
        }
    }
}

impl LoadCommands<'_> {
    /// The same walk with nothing left.
    pub(crate) const fn none(self) -> Self {
        Self {
            remaining: 0,
            ..self
        }
    }
}

impl<'a> Iterator for LoadCommands<'a> {
    type Item = LoadCommand<'a>;

    #[inline]
    fn next(&mut self) -> Option<LoadCommand<'a>> {
        self.remaining = self.remaining.checked_sub(1)?;
        let header: &raw::load_command::LoadCommand = self.rest.get_raw(0)?;
        let (bytes, rest) = self.rest.split(header.cmdsize.get())?;
        self.rest = rest;
        Some(LoadCommand {
            kind: LoadCommandKind(header.cmd.get()),
            mode: self.mode,
            bytes,
            input: self.input,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        // `parse` proved 8 bytes for each command, so the count is exact, and fits.
        let count = usize::try_from(self.remaining).unwrap_or(usize::MAX);
        (count, Some(count))
    }
}

impl FusedIterator for LoadCommands<'_> {}
impl ExactSizeIterator for LoadCommands<'_> {}

/// A structure that a load command can be read as.
pub(crate) trait View<'a>: Sized {
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error>;
}
