//! What binds bind to.
use core::iter::FusedIterator;

use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::fixup::chained::ChainedFixups;
use crate::name::Name;
use crate::raw::fixup::{
    DyldChainedImport, DyldChainedImportAddend, DyldChainedImportAddend64, ImportsFormat,
};

const WHAT: Structure = Structure::DyldChainedImport;

/// One import: a name, and the library to find it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import<'a> {
    /// The library: from 1 the libraries in the order of their commands, 0 this image, and below
    /// that `BIND_SPECIAL_DYLIB_*` of `mach-o/loader.h`: -1 the executable, -2 any, -3 weak.
    pub lib_ordinal: i32,
    /// Whether the import may be missing.
    pub weak: bool,
    /// Bytes to add to the symbol's address; 0 in `DYLD_CHAINED_IMPORT`.
    pub addend: i64,
    /// The symbol's name.
    pub name: Name<'a>,
}

/// A library ordinal whose highest 15 values are negative numbers.
fn ordinal(value: u16, width: u32) -> i32 {
    let full = 1_i32.wrapping_shl(width);
    let value = i32::from(value);
    if value > full.saturating_sub(16) {
        value.saturating_sub(full)
    } else {
        value
    }
}

impl<'a> ChainedFixups<'a> {
    /// The import that a bind's ordinal names. Nothing but this entry and its name is read; of a
    /// name that many imports share, each time: [`import_prefix`](Self::import_prefix).
    ///
    /// # Errors
    /// `UnknownFormat` for an unknown import format or compressed names, both at the header's
    /// field; `IndexOutOfBounds` where there is no such import, or the table leaves the fixups'
    /// bytes, at the header's `imports_count` or `imports_offset`; a name outside the table or
    /// without an end.
    pub fn import(&self, index: u32) -> Result<Import<'a>, Error> {
        self.import_prefix(index, usize::MAX)
    }

    /// As [`import`](Self::import), but of a name that is longer than `most` bytes the first
    /// `most`, and no more is read.
    ///
    /// # Errors
    /// As [`import`](Self::import), but a name that is longer than `most` may lack its NUL.
    pub fn import_prefix(&self, index: u32, most: usize) -> Result<Import<'a>, Error> {
        const HEADER: Structure = Structure::DyldChainedFixupsHeader;
        if index >= self.imports_count {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, HEADER, 16));
        }
        if self.symbols_format != 0 {
            return Err(self.bytes.error(ErrorKind::UnknownFormat, HEADER, 24));
        }
        let size = match self.imports_format {
            ImportsFormat::DYLD_CHAINED_IMPORT => 4,
            ImportsFormat::DYLD_CHAINED_IMPORT_ADDEND => 8,
            ImportsFormat::DYLD_CHAINED_IMPORT_ADDEND64 => 16,
            _ => return Err(self.bytes.error(ErrorKind::UnknownFormat, HEADER, 20)),
        };
        // Below 2^32 + 2^32 * 16.
        let position = u64::from(index)
            .saturating_mul(size)
            .saturating_add(u64::from(self.imports_offset));
        let Some(entry) = self.bytes.get(position, size) else {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, HEADER, 8));
        };
        let (lib_ordinal, weak, name_offset, addend) = match size {
            4 => {
                let raw: &DyldChainedImport = entry.raw(0, WHAT)?;
                short(raw.bits.get(), 0)
            }
            8 => {
                let raw: &DyldChainedImportAddend = entry.raw(0, WHAT)?;
                short(raw.bits.get(), raw.addend.get())
            }
            _ => {
                let raw: &DyldChainedImportAddend64 = entry.raw(0, WHAT)?;
                let bits = raw.bits.get();
                let [low, high, weak, ..] = bits.to_le_bytes();
                (
                    ordinal(u16::from_le_bytes([low, high]), 16),
                    weak & 1 != 0,
                    u32::try_from(bits >> 32).unwrap_or(u32::MAX),
                    raw.addend.get(),
                )
            }
        };
        let Some(symbols) = self.bytes.from(u64::from(self.symbols_offset)) else {
            return Err(self.bytes.error(ErrorKind::IndexOutOfBounds, HEADER, 12));
        };
        let blame = entry.file_offset(0);
        let name = symbols.c_string_prefix(u64::from(name_offset), most, WHAT, blame)?;
        Ok(Import {
            lib_ordinal,
            weak,
            addend,
            name: Name::new(name),
        })
    }

    /// All imports, in the order of their ordinals. Ends after the first error of the table itself;
    /// goes on after a name that is damaged.
    pub fn imports(&self) -> Imports<'a> {
        Imports {
            fixups: *self,
            next: 0,
        }
    }
}

/// An entry of 32 bits.
fn short(word: u32, addend: i32) -> (i32, bool, u32, i64) {
    let [low, ..] = word.to_le_bytes();
    (
        ordinal(u16::from(low), 8),
        word & 0x100 != 0,
        word >> 9,
        i64::from(addend),
    )
}

/// The imports of a [`ChainedFixups`]. Yields no more items than the table's bytes have room for,
/// and one error.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Imports<'a> {
    fixups: ChainedFixups<'a>,
    next: u32,
}

debug_view!(Imports<'_>, |imports| {
    next: imports.next,
    imports_count: imports.fixups.imports_count,
});

impl<'a> Iterator for Imports<'a> {
    type Item = Result<Import<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.fixups.imports_count {
            return None;
        }
        let item = self.fixups.import(self.next);
        let damaged_table = matches!(item, Err(error) if error.structure() != WHAT);
        self.next = if damaged_table {
            u32::MAX
        } else {
            self.next.saturating_add(1)
        };
        Some(item)
    }
}

impl FusedIterator for Imports<'_> {}
