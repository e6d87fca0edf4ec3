//! Symbols as nm names them, and an index from address to name.
use aarch64_decode::Symbols;
use macho_core::raw::symbol::SymbolType;
use macho_core::{FileType, MachO, Name, Section, Symbol};

use crate::failure::Failure;

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

/// Names of addresses, sorted.
#[derive(Default)]
pub(crate) struct SymbolIndex<'a> {
    symbols: Vec<(u64, &'a str)>,
}

/// The farthest that a symbol names: more would claim data and other functions for it.
const REACH: u64 = 1 << 20;

impl<'a> SymbolIndex<'a> {
    /// Adds the symbols that an image defines in its sections.
    pub(crate) fn add(&mut self, image: &MachO<'a>) -> Result<(), Failure> {
        for symbol in image.symbols()? {
            let defined = symbol.stab().is_none() && symbol.kind() == SymbolType::N_SECT;
            if !defined {
                continue;
            }
            // One damaged name must not cost the others.
            if let Some(name) = symbol.name().ok().and_then(Name::as_str) {
                if !name.is_empty() && !name.contains(char::is_control) {
                    self.symbols.push((symbol.value(), name));
                }
            }
        }
        Ok(())
    }

    /// Must be called once all are added.
    pub(crate) fn sort(&mut self) {
        self.symbols.sort_by_key(|&(vmaddr, _)| vmaddr);
    }

    /// All symbols at exactly that address.
    pub(crate) fn at(&self, vmaddr: u64) -> &[(u64, &'a str)] {
        let start = self.symbols.partition_point(|&(other, _)| other < vmaddr);
        let rest = &self.symbols[start..];
        &rest[..rest.partition_point(|&(other, _)| other == vmaddr)]
    }

    /// All symbols from that address on.
    pub(crate) fn from(&self, vmaddr: u64) -> &[(u64, &'a str)] {
        &self.symbols[self.symbols.partition_point(|&(other, _)| other < vmaddr)..]
    }

    /// The last symbol at or before an address, and the distance to it.
    pub(crate) fn before(&self, vmaddr: u64) -> Option<(&'a str, u64)> {
        let end = self.symbols.partition_point(|&(other, _)| other <= vmaddr);
        let (start, _) = *self.symbols.get(end.checked_sub(1)?)?;
        // Of several at one address, the first in the table.
        let (_, name) = *self.at(start).first()?;
        let distance = vmaddr - start;
        (distance < REACH).then_some((name, distance))
    }
}

impl Symbols for SymbolIndex<'_> {
    fn symbol(&self, address: u64) -> Option<(&str, u64)> {
        self.before(address)
    }
}
