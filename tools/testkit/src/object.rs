//! Unlinked code: sections, symbols and relocations as an assembler leaves them.
//!
//! The sample's images are written in assembly (`samples/src/*.s`). Their assembled form is
//! checked in beside them as a readable table (`*.words`), so that building the sample needs no
//! assembler; a test assembles again and compares.

use crate::bytes::{len64, put, signed, unsigned};
use crate::constants::{S_GB_ZEROFILL, S_ZEROFILL, SECTION_TYPE};

/// One image's worth of unlinked code and data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Sections in file order.
    pub sections: Vec<ObjectSection>,
    /// Symbols; the ones without a section are to be found in other images.
    pub symbols: Vec<ObjectSymbol>,
    /// Functions without a symbol: section, and bytes from its start. No part of a table.
    pub unnamed: Vec<(usize, u64)>,
    /// Further symbols of the linked image, which start no function. No part of a table.
    pub labels: Vec<Label>,
}

/// A symbol that a linker makes, or that lies in a function: its record's section need not be where
/// it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Name.
    pub name: String,
    /// Whether it is external.
    pub external: bool,
    /// The section that its record names; `None` for an absolute symbol.
    pub section: Option<usize>,
    /// Where it lies.
    pub at: LabelAt,
}

/// Where a label lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelAt {
    /// Bytes from the header.
    Header(u64),
    /// A section, and bytes from its start.
    Section(usize, u64),
}

/// A section before it has an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectSection {
    /// Segment name.
    pub segment: String,
    /// Section name.
    pub name: String,
    /// Alignment, a power of two's exponent.
    pub align: u32,
    /// `section_64.flags`.
    pub flags: u32,
    /// Size in bytes in memory.
    pub size: u64,
    /// Contents; empty for zero-fill.
    pub data: Vec<u8>,
    /// Places to fill in when addresses are known.
    pub relocs: Vec<Reloc>,
}

/// A symbol before it has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSymbol {
    /// Name, with its leading underscore.
    pub name: String,
    /// Index of the section that holds it; `None` when it is undefined here.
    pub section: Option<usize>,
    /// Bytes from the start of that section.
    pub value: u64,
    /// Whether other images may refer to it.
    pub external: bool,
}

/// A place in a section that depends on a symbol's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloc {
    /// Bytes from the start of the section.
    pub offset: u64,
    /// What to write there.
    pub kind: RelocKind,
    /// Index into the object's symbols.
    pub symbol: usize,
    /// Added to the symbol's address.
    pub addend: i64,
}

/// The relocations that arm64 code of ours needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelocKind {
    /// 26-bit word offset of B and BL.
    Branch26,
    /// 19-bit word offset of conditional branches and of loads from a literal pool.
    Distance19,
    /// 21-bit page offset of ADRP.
    Page21,
    /// Low 12 bits for ADD or, scaled, for a load or store.
    PageOff12,
    /// A 64-bit pointer.
    Pointer,
    /// A 64-bit signed pointer.
    Auth(Auth),
}

/// How a signed pointer is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auth {
    /// 0 IA, 1 IB, 2 DA, 3 DB.
    pub key: u8,
    /// Constant part of the discriminator.
    pub diversity: u16,
    /// Whether the slot's address is blended in.
    pub address_diversity: bool,
}

impl ObjectSection {
    /// Whether the section has no bytes in a linked, stand-alone file.
    pub fn is_zerofill(&self) -> bool {
        matches!(self.flags & SECTION_TYPE, S_ZEROFILL | S_GB_ZEROFILL)
    }
}

impl Object {
    /// Index of a symbol by name.
    pub fn symbol(&self, name: &str) -> Option<usize> {
        self.symbols.iter().position(|symbol| symbol.name == name)
    }

    /// Reads a table; the errors say which line is wrong.
    ///
    /// # Errors
    /// The line's number and what was expected there.
    pub fn from_table(text: &str) -> Result<Self, String> {
        let mut object = Self::default();
        let mut pending = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            read_line(&mut object, &mut pending, &words)
                .ok_or_else(|| format!("line {}: cannot read {line:?}", number + 1))?;
        }
        for (section, offset, kind, name, addend) in pending {
            let symbol = object
                .symbol(&name)
                .ok_or_else(|| format!("no symbol {name}"))?;
            object.sections[section].relocs.push(Reloc {
                offset,
                kind,
                symbol,
                addend,
            });
        }
        Ok(object)
    }

    /// Writes the table that `from_table` reads: code as one word a line.
    pub fn to_table(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        for section in &self.sections {
            let _ = writeln!(
                out,
                "section {} {} align {} flags {:x} size {:x}",
                section.segment, section.name, section.align, section.flags, section.size
            );
            let code = section.flags & crate::constants::S_ATTR_PURE_INSTRUCTIONS != 0;
            if code {
                for word in section.data.chunks(4) {
                    let word = u32::from_le_bytes(word.try_into().expect("code is whole words"));
                    let _ = writeln!(out, "  word {word:08x}");
                }
            } else {
                for row in section.data.chunks(16) {
                    out.push_str("  data ");
                    for byte in row {
                        let _ = write!(out, "{byte:02x}");
                    }
                    out.push('\n');
                }
            }
            for reloc in &section.relocs {
                let name = &self.symbols[reloc.symbol].name;
                let kind = reloc.kind.name();
                let _ = write!(
                    out,
                    "  reloc {:x} {kind} {name} {}",
                    reloc.offset, reloc.addend
                );
                if let RelocKind::Auth(auth) = reloc.kind {
                    let _ = write!(
                        out,
                        " {} {} {}",
                        auth.key,
                        auth.diversity,
                        u8::from(auth.address_diversity)
                    );
                }
                out.push('\n');
            }
        }
        for symbol in &self.symbols {
            let scope = if symbol.external { "external" } else { "local" };
            let _ = match symbol.section {
                Some(section) => {
                    writeln!(
                        out,
                        "symbol {} {scope} {section} {:x}",
                        symbol.name, symbol.value
                    )
                }
                None => writeln!(out, "import {}", symbol.name),
            };
        }
        out
    }
}

impl RelocKind {
    fn name(self) -> &'static str {
        match self {
            Self::Branch26 => "branch26",
            Self::Distance19 => "distance19",
            Self::Page21 => "page21",
            Self::PageOff12 => "pageoff12",
            Self::Pointer => "pointer",
            Self::Auth(_) => "auth",
        }
    }
}

/// Section, offset, kind, symbol and addend of a relocation whose symbol is not yet known.
type Pending = (usize, u64, RelocKind, String, i64);

fn read_line(object: &mut Object, pending: &mut Vec<Pending>, words: &[&str]) -> Option<()> {
    match words {
        [] => {}
        [
            "section",
            segment,
            name,
            "align",
            align,
            "flags",
            flags,
            "size",
            size,
        ] => {
            object.sections.push(ObjectSection {
                segment: (*segment).to_owned(),
                name: (*name).to_owned(),
                align: align.parse().ok()?,
                flags: u32::from_str_radix(flags, 16).ok()?,
                size: u64::from_str_radix(size, 16).ok()?,
                ..ObjectSection::default()
            });
        }
        ["word", word] => {
            let word = u32::from_str_radix(word, 16).ok()?;
            object
                .sections
                .last_mut()?
                .data
                .extend_from_slice(&word.to_le_bytes());
        }
        ["data", hex] => {
            for start in (0..hex.len()).step_by(2) {
                let byte = u8::from_str_radix(hex.get(start..start + 2)?, 16).ok()?;
                object.sections.last_mut()?.data.push(byte);
            }
        }
        ["reloc", offset, kind, symbol, addend, auth @ ..] => {
            let kind = match (*kind, auth) {
                ("branch26", []) => RelocKind::Branch26,
                ("distance19", []) => RelocKind::Distance19,
                ("page21", []) => RelocKind::Page21,
                ("pageoff12", []) => RelocKind::PageOff12,
                ("pointer", []) => RelocKind::Pointer,
                ("auth", [key, diversity, address]) => RelocKind::Auth(Auth {
                    key: key.parse().ok()?,
                    diversity: diversity.parse().ok()?,
                    address_diversity: *address == "1",
                }),
                _ => return None,
            };
            let section = object.sections.len().checked_sub(1)?;
            let offset = u64::from_str_radix(offset, 16).ok()?;
            pending.push((
                section,
                offset,
                kind,
                (*symbol).to_owned(),
                addend.parse().ok()?,
            ));
        }
        ["symbol", name, scope, section, value] => object.symbols.push(ObjectSymbol {
            name: (*name).to_owned(),
            section: Some(section.parse().ok()?),
            value: u64::from_str_radix(value, 16).ok()?,
            external: *scope == "external",
        }),
        ["import", name] => object.symbols.push(ObjectSymbol {
            name: (*name).to_owned(),
            section: None,
            value: 0,
            external: true,
        }),
        _ => return None,
    }
    Some(())
}

/// Fills a relocated place: `place` is its vmaddr, `target` the symbol's plus addend.
///
/// Pointers are not handled here: how they are stored depends on the kind of file.
pub fn relocate(kind: RelocKind, bytes: &mut [u8], offset: usize, place: u64, target: u64) {
    let word = crate::bytes::get_u32(bytes, offset).expect("relocations lie in their section");
    let delta = signed(target.wrapping_sub(place));
    let low = |value: u64| u32::try_from(value & 0xffff_ffff).expect("masked to 32 bits");
    let word = match kind {
        RelocKind::Branch26 => {
            assert!(
                (-0x800_0000..0x800_0000).contains(&delta),
                "branch out of range"
            );
            (word & 0xfc00_0000) | (low(unsigned(delta >> 2)) & 0x03ff_ffff)
        }
        RelocKind::Distance19 => {
            assert!(
                (-0x10_0000..0x10_0000).contains(&delta) && delta % 4 == 0,
                "distance out of range"
            );
            (word & 0xff00_001f) | (low(unsigned(delta >> 2)) & 0x7_ffff) << 5
        }
        RelocKind::Page21 => {
            let pages = signed((target & !0xfff).wrapping_sub(place & !0xfff)) >> 12;
            assert!(
                (-0x10_0000..0x10_0000).contains(&pages),
                "ADRP out of range"
            );
            let pages = low(unsigned(pages));
            (word & 0x9f00_001f) | ((pages & 3) << 29) | (((pages >> 2) & 0x7_ffff) << 5)
        }
        RelocKind::PageOff12 => {
            let shift = access_shift(word);
            let off = low(target & 0xfff);
            assert!(
                off.trailing_zeros() >= shift || off == 0,
                "load is not aligned"
            );
            (word & !0x003f_fc00) | ((off >> shift) << 10)
        }
        RelocKind::Pointer | RelocKind::Auth(_) => return,
    };
    put(bytes, offset, &word.to_le_bytes());
}

/// log2 of the access size of a load or store (unsigned immediate); 0 for ADD.
fn access_shift(word: u32) -> u32 {
    let is_load_store = word & 0x3b00_0000 == 0x3900_0000;
    if !is_load_store {
        return 0;
    }
    let size = word >> 30;
    let vector = word & 0x0400_0000 != 0;
    if vector && size == 0 && word & 0x0080_0000 != 0 {
        4
    } else {
        size
    }
}

/// Sanity of an object built by hand: data and size agree.
///
/// # Errors
/// The first section for which they do not.
pub fn check(object: &Object) -> Result<(), String> {
    for section in &object.sections {
        let stored = len64(section.data.len());
        let expected = if section.is_zerofill() {
            0
        } else {
            section.size
        };
        if stored != expected {
            return Err(format!(
                "{},{}: {stored} bytes stored",
                section.segment, section.name
            ));
        }
    }
    Ok(())
}
