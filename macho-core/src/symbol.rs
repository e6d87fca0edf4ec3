//! Symbols and their names.
use core::iter::FusedIterator;

use crate::addr::{FileOffset, VmAddr};
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, Structure};
use crate::load_command::{LoadCommand, View as _};
use crate::name::Name;
use crate::raw::symbol::{
    INDIRECT_SYMBOL_ABS, INDIRECT_SYMBOL_LOCAL, N_EXT, N_PEXT, N_STAB, N_TYPE, Nlist64,
    ReferenceType, StabKind, SymbolDesc, SymbolType,
};
use crate::view::{Dysymtab, Symtab};

/// `sizeof(struct nlist_64)`.
const NLIST_SIZE: u64 = 16;

/// The string table of `LC_SYMTAB`.
#[derive(Clone, Copy)]
pub struct Strings<'a> {
    bytes: Bytes<'a>,
}

debug_view!(Strings<'_>, |strings| {
    file_offset: strings.bytes.file_offset(0),
    len: strings.bytes.len(),
});

impl<'a> Strings<'a> {
    /// The bytes of the table.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// The string at `offset` of the table, as `n_strx` gives it.
    ///
    /// # Errors
    /// `StringOutOfBounds` at the end of the table, `StringUnterminated` at the string.
    #[inline]
    pub fn get(&self, offset: u32) -> Result<Name<'a>, Error> {
        self.get_for(offset, self.bytes.file_offset(self.bytes.len()))
    }

    /// The string at `offset`, which the symbol at `blame` gives.
    #[inline]
    fn get_for(&self, offset: u32, blame: FileOffset) -> Result<Name<'a>, Error> {
        self.bytes
            .c_string(u64::from(offset), Structure::StringTable, blame)
            .map(Name::new)
    }
}

/// The symbol table and its strings. `Copy`, and the same size whatever the table's.
#[derive(Clone, Copy)]
pub struct SymbolTable<'a> {
    table: &'a [Nlist64],
    bytes: Bytes<'a>,
    strings: Strings<'a>,
}

debug_view!(SymbolTable<'_>, |table| {
    symbols: table.table.len(),
    file_offset: table.bytes.file_offset(0),
    strings: table.strings,
});

impl<'a> SymbolTable<'a> {
    pub(crate) const EMPTY: Self = Self {
        table: &[],
        bytes: Bytes::new(&[]),
        strings: Strings {
            bytes: Bytes::new(&[]),
        },
    };

    pub(crate) fn new(command: &LoadCommand<'a>) -> Result<Self, Error> {
        let symtab = Symtab::view(command)?;
        let count = u64::from(symtab.nsyms);
        let bytes = command.input().table(
            u64::from(symtab.symoff),
            count.saturating_mul(NLIST_SIZE),
            Structure::Nlist64,
            command.field(8),
        )?;
        let strings = command.input().table(
            u64::from(symtab.stroff),
            u64::from(symtab.strsize),
            Structure::StringTable,
            command.field(16),
        )?;
        Ok(Self {
            table: bytes.array(0, count, Structure::Nlist64, command.field(8))?,
            bytes,
            strings: Strings { bytes: strings },
        })
    }

    /// Number of symbols.
    pub const fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no symbol.
    pub const fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The symbol with this index.
    pub fn get(&self, index: u32) -> Option<Symbol<'a>> {
        let raw = self.table.get(usize::try_from(index).ok()?)?;
        Some(Symbol::new(raw, self.strings, self.file_offset(index)))
    }

    /// Where the symbol with this index lies, from the start of the outermost file.
    pub fn file_offset(&self, index: u32) -> FileOffset {
        self.bytes
            .file_offset(u64::from(index).saturating_mul(NLIST_SIZE))
    }

    /// The strings that `n_strx` counts into.
    pub const fn strings(&self) -> Strings<'a> {
        self.strings
    }

    /// The symbols, in file order.
    pub fn iter(&self) -> Symbols<'a> {
        Symbols {
            rest: self.table.iter(),
            strings: self.strings,
            next: self.bytes.file_offset(0),
        }
    }
}

impl<'a> IntoIterator for &SymbolTable<'a> {
    type Item = Symbol<'a>;
    type IntoIter = Symbols<'a>;

    fn into_iter(self) -> Symbols<'a> {
        self.iter()
    }
}

/// One `nlist_64`, in native numbers.
#[derive(Clone, Copy)]
pub struct Symbol<'a> {
    n_value: u64,
    n_strx: u32,
    n_desc: u16,
    n_type: u8,
    n_sect: u8,
    strings: Strings<'a>,
    /// Where the symbol lies in the outermost file.
    position: FileOffset,
}

debug_view!(Symbol<'_>, |symbol| {
    name: symbol.name(),
    value: symbol.value(),
    kind: symbol.kind(),
    stab: symbol.stab(),
    section: symbol.section(),
    file_offset: symbol.position,
});

impl<'a> Symbol<'a> {
    #[inline]
    fn new(raw: &Nlist64, strings: Strings<'a>, position: FileOffset) -> Self {
        Self {
            n_value: raw.n_value.get(),
            n_strx: raw.n_strx.get(),
            n_desc: raw.n_desc.get(),
            n_type: raw.n_type,
            n_sect: raw.n_sect,
            strings,
            position,
        }
    }

    /// Where the symbol lies, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.position
    }

    /// The name; empty where `n_strx` is 0, whatever the table holds there (`mach-o/nlist.h`).
    ///
    /// # Errors
    /// `StringOutOfBounds` at the symbol, `StringUnterminated` at the string.
    #[inline]
    pub fn name(&self) -> Result<Name<'a>, Error> {
        if self.n_strx == 0 {
            return Ok(Name::default());
        }
        self.strings.get_for(self.n_strx, self.position)
    }

    /// The name, or its first `most` bytes if it is longer. Symbols may share one string that is as
    /// long as the file: reading the prefix costs `most` bytes at most.
    ///
    /// # Errors
    /// As [`name`](Self::name), but a string that is longer than `most` may lack its NUL.
    #[inline]
    pub fn name_prefix(&self, most: usize) -> Result<Name<'a>, Error> {
        if self.n_strx == 0 {
            return Ok(Name::default());
        }
        self.strings
            .bytes
            .c_string_prefix(
                u64::from(self.n_strx),
                most,
                Structure::StringTable,
                self.position,
            )
            .map(Name::new)
    }

    /// `n_strx` as it stands.
    pub const fn n_strx(&self) -> u32 {
        self.n_strx
    }

    /// `n_type` as it stands.
    pub const fn n_type(&self) -> u8 {
        self.n_type
    }

    /// `n_desc` as it stands.
    pub const fn n_desc(&self) -> u16 {
        self.n_desc
    }

    /// `n_sect` as it stands: a section number from 1, or 0.
    pub const fn n_sect(&self) -> u8 {
        self.n_sect
    }

    /// `n_value` as an address, which it is in a symbol of a section.
    #[inline]
    pub const fn vmaddr(&self) -> VmAddr {
        VmAddr::new(self.n_value)
    }

    /// `n_value` as it stands.
    #[inline]
    pub const fn value(&self) -> u64 {
        self.n_value
    }

    /// What kind of stab this is; `None` for a symbol proper.
    pub const fn stab(&self) -> Option<StabKind> {
        if self.n_type & N_STAB == 0 {
            None
        } else {
            Some(StabKind(self.n_type))
        }
    }

    /// What kind of symbol this is; without meaning in a stab.
    pub const fn kind(&self) -> SymbolType {
        SymbolType(self.n_type & N_TYPE)
    }

    /// Whether other images see the symbol.
    pub const fn is_external(&self) -> bool {
        self.n_type & N_EXT != 0
    }

    /// Whether the symbol was external until its image was linked.
    pub const fn is_private_external(&self) -> bool {
        self.n_type & N_PEXT != 0
    }

    /// Whether the symbol is neither a stab nor defined here, and not a common symbol.
    pub const fn is_undefined(&self) -> bool {
        self.stab().is_none()
            && matches!(self.kind(), SymbolType::N_UNDF | SymbolType::N_PBUD)
            && !self.is_common()
    }

    /// Whether this is a common symbol: undefined, external, and with a size in `n_value`.
    pub const fn is_common(&self) -> bool {
        self.stab().is_none()
            && matches!(self.kind(), SymbolType::N_UNDF)
            && self.is_external()
            && self.n_value != 0
    }

    /// Alignment of a common symbol as a power of two, 0 to 15 (`GET_COMM_ALIGN`).
    pub const fn common_align(&self) -> u8 {
        let [_, high] = self.n_desc.to_le_bytes();
        high & 0x0f
    }

    /// The number, from 1, of the section that defines the symbol; `None` outside sections.
    pub const fn section(&self) -> Option<u8> {
        match (self.stab(), self.kind(), self.n_sect) {
            (_, _, 0) => None,
            (Some(_), _, number) | (None, SymbolType::N_SECT, number) => Some(number),
            _ => None,
        }
    }

    /// Flag bits of `n_desc`.
    pub const fn desc(&self) -> SymbolDesc {
        SymbolDesc::from_bits_retain(self.n_desc)
    }

    /// Reference type of an undefined symbol.
    pub const fn reference_type(&self) -> ReferenceType {
        let [low, _] = self.n_desc.to_le_bytes();
        ReferenceType(low & 7)
    }

    /// Which library defines an undefined symbol of a two-level namespace: 0 this image, 1 to 253
    /// the libraries in the order of their commands, 254 any, 255 the executable.
    pub const fn library_ordinal(&self) -> u8 {
        let [_, high] = self.n_desc.to_le_bytes();
        high
    }
}

/// The symbols of an image, in file order.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Symbols<'a> {
    rest: core::slice::Iter<'a, Nlist64>,
    strings: Strings<'a>,
    next: FileOffset,
}

debug_view!(Symbols<'_>, |symbols| {
    left: symbols.rest.len(),
    file_offset: symbols.next,
});

impl<'a> Iterator for Symbols<'a> {
    type Item = Symbol<'a>;

    #[inline]
    fn next(&mut self) -> Option<Symbol<'a>> {
        let raw = self.rest.next()?;
        let position = self.next;
        self.next = position.checked_add(NLIST_SIZE)?;
        Some(Symbol::new(raw, self.strings, position))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Symbols<'_> {}
impl FusedIterator for Symbols<'_> {}

/// What a slot of the indirect symbol table means.
///
/// Closed: two flag bits say which of the four it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndirectSymbol {
    /// The symbol with this index.
    Index(u32),
    /// A local symbol that has been stripped.
    Local,
    /// An absolute symbol that has been stripped.
    Absolute,
    /// A local, absolute symbol that has been stripped.
    LocalAbsolute,
}

/// The indirect symbol table of `LC_DYSYMTAB`: one slot for each pointer and stub of the sections
/// that have them, from the index in the section's `reserved1`.
#[derive(Clone, Copy)]
pub struct IndirectSymbols<'a> {
    table: &'a [zerocopy::little_endian::U32],
}

debug_view!(IndirectSymbols<'_>, |symbols| {
    slots: symbols.table.len(),
});

impl<'a> IndirectSymbols<'a> {
    pub(crate) const EMPTY: Self = Self { table: &[] };

    pub(crate) fn new(command: &LoadCommand<'a>) -> Result<Self, Error> {
        let dysymtab = Dysymtab::view(command)?;
        let (count, what) = (dysymtab.nindirectsyms.into(), Structure::IndirectSymbols);
        let (input, field) = (command.input(), command.field(56));
        let size = u64::saturating_mul(count, 4);
        let position = input.linkedit(dysymtab.indirectsymoff.into(), size, what, field)?;
        let table = input.bytes.array(position, count, what, field)?;
        Ok(Self { table })
    }

    /// Number of slots.
    pub const fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no slot.
    pub const fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The slot with this index.
    pub fn get(&self, index: u32) -> Option<IndirectSymbol> {
        let value = self.table.get(usize::try_from(index).ok()?)?.get();
        Some(
            match (
                value & INDIRECT_SYMBOL_LOCAL != 0,
                value & INDIRECT_SYMBOL_ABS != 0,
            ) {
                (false, false) => IndirectSymbol::Index(value),
                (true, false) => IndirectSymbol::Local,
                (false, true) => IndirectSymbol::Absolute,
                (true, true) => IndirectSymbol::LocalAbsolute,
            },
        )
    }
}
