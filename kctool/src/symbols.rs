//! Symbols as nm names them, and an index from address to name.
use macho_core::{FileType, MachO, Name, Section, Symbol, SymbolTable, SymbolType};

use crate::charge::Charge;
use crate::failure::Failure;
use crate::images::Selected;
use crate::printable::MOST_NAME;

/// `sizeof(struct nlist_64)`.
const NLIST_SIZE: u64 = 16;

/// The sections of an image by the number that symbols use.
pub(crate) struct SectionTable<'a> {
    sections: Vec<Section<'a>>,
    is_kext: bool,
}

impl<'a> SectionTable<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Self {
        Self {
            // n_sect is one byte.
            sections: image.sections().take(255).collect(),
            is_kext: image.header().filetype == FileType::MH_KEXT_BUNDLE,
        }
    }

    pub(crate) fn get(&self, number: u8) -> Option<&Section<'a>> {
        self.sections.get(usize::from(number.checked_sub(1)?))
    }

    /// The letter of nm, by the rules of llvm-nm: only three sections have letters of their own.
    pub(crate) fn letter(&self, symbol: &Symbol<'_>) -> char {
        if symbol.stab().is_some() {
            return '-';
        }
        if symbol.is_undefined() {
            return 'U';
        }
        if symbol.is_common() {
            return 'C';
        }
        let letter = match symbol.kind() {
            SymbolType::N_ABS => 'a',
            SymbolType::N_INDR => 'i',
            SymbolType::N_SECT => self.get(symbol.n_sect()).map_or('s', |section| {
                let segment = section.segment_name();
                let name = section.name();
                if name == "__text"
                    && (segment == "__TEXT" || self.is_kext && segment == "__TEXT_EXEC")
                {
                    't'
                } else if segment == "__DATA" && name == "__data" {
                    'd'
                } else if segment == "__DATA" && name == "__bss" {
                    'b'
                } else {
                    's'
                }
            }),
            _ => '?',
        };
        if symbol.is_external() {
            letter.to_ascii_uppercase()
        } else {
            letter
        }
    }
}

/// Reads names of symbols.
#[derive(Default)]
pub(crate) struct Names<'a> {
    /// The last one and its place: all symbols of a file may have one name.
    last: Option<(u32, &'a [u8], Name<'a>)>,
}

impl<'a> Names<'a> {
    /// The name of a symbol of `table`, or as much of it as is printed and a byte more: symbols may
    /// share a string that is as long as the file.
    ///
    /// # Errors
    /// A damaged name.
    pub(crate) fn name(
        &mut self,
        table: &'a [u8],
        symbol: &Symbol<'a>,
    ) -> Result<Name<'a>, macho_core::Error> {
        match self.last {
            Some((place, of, name)) if place == symbol.n_strx() && std::ptr::eq(of, table) => {
                Ok(name)
            }
            _ => {
                let name = symbol.name_prefix(MOST_NAME + 1)?;
                self.last = Some((symbol.n_strx(), table, name));
                Ok(name)
            }
        }
    }
}

/// An image and its symbols.
pub(crate) fn symbol_table<'a>(
    image: &Selected<'a>,
    charge: &mut Charge,
) -> Result<(MachO<'a>, SymbolTable<'a>), Failure> {
    let macho = image.macho?;
    let table = macho.symbol_table()?;
    let bytes = (table.len() as u64).saturating_mul(NLIST_SIZE);
    charge.take(bytes, &macho)?;
    Ok((macho, table))
}

/// An undefined symbol has no address; a common one has a size in its place.
pub(crate) fn vmaddr(symbol: &Symbol<'_>) -> Option<u64> {
    // The value of an indirect symbol is where the other one's name stands in the string table.
    let is_indirect = symbol.stab().is_none() && symbol.kind() == SymbolType::N_INDR;
    (!symbol.is_undefined() && !symbol.is_common() && !is_indirect).then(|| symbol.value())
}
