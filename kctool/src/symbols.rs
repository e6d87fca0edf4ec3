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

/// The longest name that is shown beside an address: each of a million references may show it.
const MOST_LABEL: usize = 4096;

/// A defined symbol.
#[derive(Clone, Copy)]
pub(crate) struct Label<'a> {
    pub(crate) vmaddr: u64,
    pub(crate) name: &'a str,
    /// End of its section: beyond lies nothing of its.
    end: u64,
}

/// Names of addresses, sorted.
#[derive(Default)]
pub(crate) struct SymbolIndex<'a> {
    labels: Vec<Label<'a>>,
}

/// The farthest that a symbol names: more would claim other functions for it.
const REACH: u64 = 1 << 20;

impl<'a> SymbolIndex<'a> {
    /// Adds the symbols that an image defines in its sections.
    ///
    /// One whose address is outside its section (`__mh_execute_header`) names nothing there.
    pub(crate) fn add(&mut self, image: &MachO<'a>, names: &mut Names) -> Result<(), Failure> {
        let sections = SectionTable::new(image);
        for symbol in image.symbols()? {
            let defined = symbol.stab().is_none() && symbol.kind() == SymbolType::N_SECT;
            let Some(section) = sections.get(symbol.n_sect()).filter(|_| defined) else {
                continue;
            };
            let (vmaddr, start) = (symbol.value(), section.vmaddr().get());
            let end = start.saturating_add(section.size());
            if vmaddr < start || vmaddr > end {
                continue;
            }
            // One damaged name must not cost the others.
            let name = names.name(&symbol).ok();
            let name = name.filter(|name| (1..=MOST_LABEL).contains(&name.as_bytes().len()));
            if let Some(name) = name.and_then(Name::as_str) {
                if !name.contains(char::is_control) {
                    self.labels.push(Label { vmaddr, name, end });
                }
            }
        }
        Ok(())
    }

    /// Must be called once all are added. Of several at one address, those inside their section come before those that mark its end,
    /// where another may start (`kc_offsets::SymbolIndex` prefers the same).
    pub(crate) fn sort(&mut self) {
        self.labels
            .sort_by_key(|label| (label.vmaddr, label.vmaddr >= label.end));
    }

    /// All symbols from that address on.
    pub(crate) fn from(&self, vmaddr: u64) -> &[Label<'a>] {
        let start = self.labels.partition_point(|label| label.vmaddr < vmaddr);
        &self.labels[start..]
    }

    /// The last symbol at or before an address, and the distance to it.
    pub(crate) fn before(&self, vmaddr: u64) -> Option<(&'a str, u64)> {
        let end = self.labels.partition_point(|label| label.vmaddr <= vmaddr);
        let last = self.labels.get(end.checked_sub(1)?)?.vmaddr;
        // Of several at one address, the first inside its section.
        let label = self.from(last).first()?;
        let distance = vmaddr - last;
        let named = distance == 0 || distance < REACH && vmaddr < label.end;
        named.then_some((label.name, distance))
    }
}

#[cfg(test)]
mod tests {
    use super::{Label, SymbolIndex};

    #[test]
    fn the_end_of_a_section_is_not_the_start_of_the_next() {
        let label = |vmaddr, name, end| Label { vmaddr, name, end };
        let mut index = SymbolIndex {
            labels: vec![
                label(0x1000, "start", 0x1100),
                label(0x1100, "end", 0x1100),
                label(0x1100, "next", 0x1200),
                label(0x1100, "alias", 0x1200),
            ],
        };
        index.sort();
        assert_eq!(index.before(0x10ff), Some(("start", 0xff)));
        assert_eq!(index.before(0x1100), Some(("next", 0)));
        assert_eq!(index.before(0x1110), Some(("next", 0x10)));
        assert_eq!(index.before(0x1200), None);
        assert_eq!(index.from(0x1001).len(), 3);
    }
}
