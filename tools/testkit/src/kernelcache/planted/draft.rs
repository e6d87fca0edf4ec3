//! An object written by hand: sections grow, relocations name symbols that may come later.

use crate::bytes::len64;
use crate::object::{Auth, Label, LabelAt, Object, ObjectSection, ObjectSymbol, Reloc, RelocKind};

/// A relocation whose symbol is known by name.
struct Pending {
    section: usize,
    offset: u64,
    kind: RelocKind,
    name: String,
    addend: i64,
}

/// The object so far.
#[derive(Default)]
pub(super) struct Draft {
    object: Object,
    pending: Vec<Pending>,
}

impl Draft {
    /// Opens a section; its number.
    pub(super) fn section(&mut self, segment: &str, name: &str, align: u32, flags: u32) -> usize {
        self.object.sections.push(ObjectSection {
            segment: segment.to_owned(),
            name: name.to_owned(),
            align,
            flags,
            ..ObjectSection::default()
        });
        self.object.sections.len() - 1
    }

    /// Bytes in the section so far.
    pub(super) fn here(&self, section: usize) -> u64 {
        len64(self.object.sections[section].data.len())
    }

    pub(super) fn bytes(&mut self, section: usize, bytes: &[u8]) {
        self.object.sections[section].data.extend_from_slice(bytes);
    }

    pub(super) fn word(&mut self, section: usize, word: u32) {
        self.bytes(section, &word.to_le_bytes());
    }

    /// A symbol at the end of what the section has so far; in code it starts a function.
    pub(super) fn symbol(&mut self, section: usize, name: &str, external: bool) {
        self.object.symbols.push(ObjectSymbol {
            name: name.to_owned(),
            section: Some(section),
            value: self.here(section),
            external,
        });
    }

    /// A symbol of another image.
    pub(super) fn import(&mut self, name: &str) {
        self.object.symbols.push(ObjectSymbol {
            name: name.to_owned(),
            section: None,
            value: 0,
            external: true,
        });
    }

    /// A function without a symbol starts here.
    pub(super) fn unnamed(&mut self, section: usize) {
        let here = self.here(section);
        self.object.unnamed.push((section, here));
    }

    pub(super) fn label(&mut self, name: &str, section: Option<usize>, at: LabelAt) {
        self.object.labels.push(Label {
            name: name.to_owned(),
            external: section.is_none(),
            section,
            at,
        });
    }

    /// A word that a relocation completes.
    pub(super) fn refer(
        &mut self,
        section: usize,
        kind: RelocKind,
        word: u32,
        name: &str,
        addend: u64,
    ) {
        self.pend(section, kind, name, addend);
        self.word(section, word);
    }

    /// A pointer.
    pub(super) fn pointer(&mut self, section: usize, name: &str, addend: u64, auth: Option<Auth>) {
        let kind = auth.map_or(RelocKind::Pointer, RelocKind::Auth);
        self.pend(section, kind, name, addend);
        self.bytes(section, &[0; 8]);
    }

    fn pend(&mut self, section: usize, kind: RelocKind, name: &str, addend: u64) {
        self.pending.push(Pending {
            section,
            offset: self.here(section),
            kind,
            name: name.to_owned(),
            addend: crate::bytes::signed(addend),
        });
    }

    /// Zero-filled bytes.
    pub(super) fn zeros(&mut self, section: usize, size: u64) {
        self.object.sections[section].size += size;
    }

    /// Zero bytes up to a multiple of `alignment`.
    pub(super) fn align(&mut self, section: usize, alignment: u64) {
        let here = self.here(section);
        let padding = here.next_multiple_of(alignment) - here;
        self.bytes(section, &vec![0; crate::bytes::index(padding)]);
    }

    pub(super) fn finish(mut self) -> Object {
        for pending in self.pending {
            let name = &pending.name;
            let symbol = self.object.symbol(name);
            self.object.sections[pending.section].relocs.push(Reloc {
                offset: pending.offset,
                kind: pending.kind,
                symbol: symbol.unwrap_or_else(|| panic!("no symbol {name}")),
                addend: pending.addend,
            });
        }
        for section in &mut self.object.sections {
            if !section.is_zerofill() {
                section.size = len64(section.data.len());
            }
        }
        self.object
    }
}
