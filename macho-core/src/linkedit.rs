//! Ranges of bytes in `__LINKEDIT`, and the small tables among them.
use core::iter::FusedIterator;

use crate::addr::FileOffset;
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, Structure};
use crate::layout::Input;
use crate::load_command::{LoadCommand, View};
use crate::raw::linkedit as raw;
use crate::raw::linkedit::DataInCodeKind;
use crate::raw::load_command::LinkeditDataCommand;

/// A range of bytes in `__LINKEDIT`, as the eleven commands of `linkedit_data_command` give it.
#[derive(Clone, Copy)]
pub struct LinkeditData<'a> {
    /// Where the bytes start, counted as `fileoff`.
    pub dataoff: u32,
    /// Number of bytes.
    pub datasize: u32,
    input: Input<'a>,
    /// The field `dataoff` in the outermost file.
    field: FileOffset,
}

debug_view!(LinkeditData<'_>, |range| {
    dataoff: range.dataoff,
    datasize: range.datasize,
    file_offset: range.file_offset(),
});

impl<'a> LinkeditData<'a> {
    /// Where the bytes start, from the start of the outermost file, or of the memory that the image is mapped in;
    /// 0 where `__LINKEDIT` does not have them there.
    pub fn file_offset(&self) -> FileOffset {
        let (offset, size) = (self.dataoff.into(), self.datasize.into());
        let what = Structure::LinkeditDataCommand;
        let position = self.input.linkedit(offset, size, what, self.field);
        self.input.bytes.file_offset(position.unwrap_or(0))
    }

    /// The bytes.
    ///
    /// # Errors
    /// `Truncated`, at the field `dataoff`.
    pub fn data(&self) -> Result<&'a [u8], Error> {
        self.bytes(Structure::LinkeditDataCommand).map(Bytes::data)
    }

    pub(crate) fn bytes(&self, what: Structure) -> Result<Bytes<'a>, Error> {
        self.input.table(
            u64::from(self.dataoff),
            u64::from(self.datasize),
            what,
            self.field,
        )
    }
}

impl<'a> View<'a> for LinkeditData<'a> {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        let raw: &LinkeditDataCommand = command.exact(Structure::LinkeditDataCommand)?;
        Ok(Self {
            dataoff: raw.dataoff.get(),
            datasize: raw.datasize.get(),
            input: *command.input(),
            field: command.field(8),
        })
    }
}

/// One range of data among the code (`LC_DATA_IN_CODE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataInCode {
    /// Where the range starts, in bytes from the image's header.
    pub offset: u32,
    /// Bytes of the range.
    pub length: u16,
    /// What the range holds.
    pub kind: DataInCodeKind,
}

/// The ranges of data among the code, in file order.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct DataInCodeEntries<'a> {
    rest: core::slice::Iter<'a, raw::DataInCodeEntry>,
}

debug_view!(DataInCodeEntries<'_>, |entries| {
    left: entries.rest.len(),
});

impl<'a> DataInCodeEntries<'a> {
    pub(crate) fn empty() -> Self {
        Self { rest: [].iter() }
    }

    /// Bytes after the last whole entry are not read.
    pub(crate) fn new(table: LinkeditData<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::DataInCodeEntry;
        let bytes = table.bytes(WHAT)?;
        Ok(Self {
            rest: bytes.array(0, bytes.len() / 8, WHAT, table.field)?.iter(),
        })
    }
}

impl Iterator for DataInCodeEntries<'_> {
    type Item = DataInCode;

    fn next(&mut self) -> Option<DataInCode> {
        let raw = self.rest.next()?;
        Some(DataInCode {
            offset: raw.offset.get(),
            length: raw.length.get(),
            kind: DataInCodeKind(raw.kind.get()),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for DataInCodeEntries<'_> {}
impl FusedIterator for DataInCodeEntries<'_> {}
