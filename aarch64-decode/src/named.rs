//! Values that have names: system registers, barriers, operations.

use core::fmt;
use core::ops::Deref;

use crate::bits::{entry16, index, widen16};
use crate::encoding::{Feature, name_bytes};
#[cfg(feature = "asm")]
use crate::generated::named::HASHES;
use crate::generated::named::table::{APPLEREG, SYSREG};
use crate::generated::named::{FLAGS, KEYS, NEEDED, NEEDS, PARTS, PARTS_AT, STARTS, TEXT, TEXT_AT};
use crate::syntax::Syntax;

/// A value that may have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    table: u8,
    flags: u8,
    value: u16,
}

/// The table of fixed words of the syntax.
const LITERALS: u8 = 0xff;

/// Room for the longest name; a64gen refuses a longer one.
const ROOM: usize = 31;

/// The text of a name, at most 31 characters of ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameText {
    bytes: [u8; ROOM],
    len: u8,
}

impl NameText {
    const EMPTY: Self = Self {
        bytes: [0; ROOM],
        len: 0,
    };

    fn new(text: &[u8]) -> Self {
        let mut name = Self::EMPTY;
        name.push(text);
        name
    }

    fn push(&mut self, text: &[u8]) {
        for &byte in text {
            if let Some(slot) = self.bytes.get_mut(usize::from(self.len)) {
                *slot = byte;
                self.len = self.len.wrapping_add(1);
            }
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let text = core::str::from_utf8(self.as_bytes());
        debug_assert!(text.is_ok(), "names are ASCII");
        text.unwrap_or("")
    }
}

impl Deref for NameText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for NameText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for NameText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Name {
    pub(crate) const fn new(table: u8, value: u16, flags: u8) -> Self {
        Self {
            table,
            flags,
            value,
        }
    }

    /// Table, flags and value.
    pub(crate) const fn parts(self) -> (u8, u8, u16) {
        (self.table, self.flags, self.value)
    }

    pub(crate) const fn literal(number: u16) -> Self {
        Self::new(LITERALS, number, 0)
    }

    /// The system register of a number: `op0:op1:CRn:CRm:op2` in 16 bits.
    pub const fn system_register(value: u16) -> Self {
        Self::new(SYSREG, value, 0)
    }

    /// Whether both are the same value of the same table.
    pub(crate) const fn is_same(self, other: Self) -> bool {
        self.table == other.table && self.value == other.value
    }

    /// The value: of a system register `op0:op1:CRn:CRm:op2` in 16 bits, of a system operation
    /// `op1:CRn:CRm:op2` in 14 bits, otherwise the field itself. 0 for a fixed word.
    pub const fn value(self) -> u16 {
        if self.table == LITERALS {
            0
        } else {
            self.value
        }
    }

    /// The name in LLVM's spelling, else in GNU's, else Apple's name of its own register.
    ///
    /// System registers and operations have names with the Cargo feature `sysreg-names`, Apple's
    /// registers also need `apple`.
    pub fn text(self) -> Option<NameText> {
        self.shown(Syntax::Llvm)
            .or_else(|| self.lookup(self.table, 0))
            .or_else(|| self.apple_name())
    }

    /// The name of one of Apple's own system registers, which no disassembler names.
    ///
    /// Source: AsahiLinux/m1n1, `proxyclient/m1n1/apple_regs.json`.
    pub fn apple_name(self) -> Option<NameText> {
        if self.table == SYSREG {
            self.lookup(APPLEREG, 0)
        } else {
            None
        }
    }

    /// The feature that a named system register needs, where LLVM's tables say one (the first,
    /// where they say more).
    pub fn feature(self) -> Option<Feature> {
        let first = find(self.table, self.value, 0)?;
        // A value has at most two names, one behind the other.
        let need = [first, first.wrapping_add(1)]
            .into_iter()
            .find_map(|entry| {
                let own = KEYS.get(entry) == KEYS.get(first);
                NEEDS.get(entry).copied().filter(|need| own && *need != 0)
            })?;
        NEEDED.get(usize::from(need)).copied().map(Feature::new)
    }

    /// The name that a disassembler of this syntax shows.
    pub(crate) fn shown(self, syntax: Syntax) -> Option<NameText> {
        self.lookup(self.table, shown_flags(self.flags, syntax))
    }

    /// The name that a disassembler of this syntax shows, or else, if it is wanted, that of a
    /// register of Apple's own.
    #[cfg(feature = "fmt")]
    pub(crate) fn shown_or_apple(self, syntax: Syntax, apple: bool) -> Option<NameText> {
        let shown = self.shown(syntax);
        if shown.is_none() && apple {
            return self.apple_name();
        }
        shown
    }

    fn lookup(self, table: u8, flags: u8) -> Option<NameText> {
        if table == LITERALS {
            return Some(NameText::new(name_bytes(self.value)));
        }
        entry_text(find(table, self.value, flags)?)
    }
}

/// Where the text of an entry begins, with its length.
fn entry_at(entry: usize) -> Option<usize> {
    let mut at = usize::from(*TEXT_AT.get(entry >> 3)?);
    let mut before = entry & 7;
    while before > 0 {
        at = at.wrapping_add(usize::from(*TEXT.get(at)?).wrapping_add(1));
        before = before.wrapping_sub(1);
    }
    Some(at)
}

/// The name of an entry. Takes at most 8 steps to find it and as many steps as it has bytes.
fn entry_text(entry: usize) -> Option<NameText> {
    let at = entry_at(entry)?;
    let start = at.wrapping_add(1);
    let coded = TEXT.get(start..start.wrapping_add(usize::from(*TEXT.get(at)?)))?;
    let mut name = NameText::EMPTY;
    for &byte in coded {
        if byte < 0x80 {
            name.push(&[byte]);
        } else {
            let part = usize::from(byte & 0x7f);
            let start = usize::from(*PARTS_AT.get(part)?);
            let end = usize::from(*PARTS_AT.get(part.wrapping_add(1))?);
            name.push(PARTS.get(start..end)?);
        }
    }
    Some(name)
}

/// The value of a name in a table, letter case not counting.
#[cfg(feature = "asm")]
pub(crate) fn value_of(table: u8, text: &[u8]) -> Option<u16> {
    KEYS.get(entry_of(table, text)?).copied()
}

/// The value of the name of a system register that is written, or read. One that LLVM has only for
/// the other way and GNU does not know is none; GNU's assembler takes those that it knows both
/// ways.
#[cfg(feature = "asm")]
pub(crate) fn register_of(text: &[u8], written: bool) -> Option<u16> {
    let entry = entry_of(SYSREG, text)?;
    let way = if written { 2 } else { 1 };
    let flags = FLAGS.get(entry).copied()?;
    let is_taken = flags & way != 0 || flags >> 4 != 0;
    KEYS.get(entry).copied().filter(|_| is_taken)
}

/// The entry of a name in a table, letter case not counting. Compares a byte for each entry, and
/// reads the name of one in 256 beside the right one.
#[cfg(feature = "asm")]
fn entry_of(table: u8, text: &[u8]) -> Option<usize> {
    let start = usize::from(entry16(&STARTS, usize::from(table), 0));
    let end = usize::from(entry16(&STARTS, usize::from(table).wrapping_add(1), 0));
    let wanted = hash(text);
    let hashes = HASHES.get(start..end)?.iter().zip(start..end);
    hashes
        .filter(|(own, _)| **own == wanted)
        .map(|(_, entry)| entry)
        .find(|entry| {
            entry_text(*entry).is_some_and(|own| own.as_bytes().eq_ignore_ascii_case(text))
        })
}

/// A byte for a name in small letters, as a64gen has it.
#[cfg(feature = "asm")]
fn hash(name: &[u8]) -> u8 {
    name.iter().fold(0_u8, |hash, byte| {
        hash.wrapping_mul(31)
            .wrapping_add(byte.to_ascii_lowercase())
    })
}

/// The flags of the same meaning in a syntax: GNU's are in the high half (`sysregs.isa`).
pub(crate) const fn shown_flags(flags: u8, syntax: Syntax) -> u8 {
    match syntax {
        Syntax::Gnu => flags << 4,
        Syntax::Llvm | Syntax::Apple => flags,
    }
}

/// The entry of a value in a table, with all of the flags. Takes at most 16 steps and as many again
/// for equal values.
pub(crate) fn find(table: u8, value: u16, flags: u8) -> Option<usize> {
    let start = entry16(&STARTS, usize::from(table), 0);
    let end = entry16(&STARTS, usize::from(table).wrapping_add(1), start);
    let keys = KEYS.get(index(widen16(start))..index(widen16(end)))?;
    let first = keys.partition_point(|key| *key < value);
    let mut at = first;
    while keys.get(at) == Some(&value) {
        let entry = usize::from(start).wrapping_add(at);
        if FLAGS.get(entry).is_some_and(|own| own & flags == flags) {
            return Some(entry);
        }
        at = at.wrapping_add(1);
    }
    None
}
