//! Symbols as nm names them, and an index from address to name.
use kc_offsets::KernelCache;
use macho_core::{FileType, MachO, Name, Section, Symbol, SymbolType};

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

/// Reads names of symbols. Symbols may share one, so that without a limit a small file could ask for any amount of text: all names
/// together may have [`SHARED`](Self::SHARED) times the bytes of the file.
pub(crate) struct Names {
    left: usize,
}

impl Names {
    const SHARED: usize = 16;

    pub(crate) fn new(cache: &KernelCache<'_>) -> Self {
        let size = cache.image().file().len();
        Self {
            left: size.saturating_mul(Self::SHARED),
        }
    }

    /// # Errors
    /// A damaged name, or too many bytes of names.
    pub(crate) fn name<'a>(&mut self, symbol: &Symbol<'a>) -> Result<Name<'a>, Failure> {
        if self.left == 0 {
            return Err(Failure::refused(format!(
                "symbols share names: all together have more than {} times the bytes of the file",
                Self::SHARED
            )));
        }
        let name = symbol.name()?;
        self.left = self.left.saturating_sub(name.as_bytes().len());
        Ok(name)
    }
}
