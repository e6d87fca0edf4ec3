//! Values that have names: system registers, barriers, operations.

use crate::bits::{entry16, index, widen16};
use crate::encoding::name_bytes;
#[cfg(feature = "fmt")]
use crate::generated::named::table::SYSREG;
use crate::generated::named::{ENTRY_NAMES, ENTRY_NAMES_AT, ENTRY_NAMES_TEXT, FLAGS, KEYS, STARTS};
use crate::insn::Syntax;

/// A value that may have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    table: u8,
    flags: u8,
    value: u16,
}

/// The table of fixed words of the syntax.
const LITERALS: u8 = 0xff;

impl Name {
    pub(crate) const fn new(table: u8, value: u16, flags: u8) -> Self {
        Self {
            table,
            flags,
            value,
        }
    }

    pub(crate) const fn literal(number: u16) -> Self {
        Self::new(LITERALS, number, 0)
    }

    /// The value: of a system register `op0:op1:CRn:CRm:op2` in 16 bits, of a system operation `op1:CRn:CRm:op2` in 14 bits, otherwise
    /// the field itself. 0 for a fixed word.
    pub const fn value(self) -> u16 {
        if self.table == LITERALS {
            0
        } else {
            self.value
        }
    }

    /// The name in LLVM's spelling (or Apple's name of its own register), if it has one.
    pub fn as_str(self) -> Option<&'static str> {
        let name = self.shown(Syntax::Llvm).or_else(|| self.lookup(0));
        name.and_then(|name| core::str::from_utf8(name).ok())
    }

    /// The name that a disassembler of this syntax shows.
    pub(crate) fn shown(self, syntax: Syntax) -> Option<&'static [u8]> {
        self.lookup(shown_flags(self.flags, syntax))
    }

    /// The name that a disassembler of this syntax shows, or else, if it is wanted, that of a register of Apple's own.
    #[cfg(feature = "fmt")]
    pub(crate) fn text(self, syntax: Syntax, apple: bool) -> Option<&'static [u8]> {
        let shown = self.shown(syntax);
        if shown.is_none() && apple && self.table == SYSREG {
            let entry = find(self.table, self.value, 0)?;
            if FLAGS.get(entry) == Some(&0) {
                return self.lookup(0);
            }
        }
        shown
    }

    fn lookup(self, flags: u8) -> Option<&'static [u8]> {
        if self.table == LITERALS {
            return Some(name_bytes(self.value));
        }
        let entry = find(self.table, self.value, flags)?;
        let number = usize::from(*ENTRY_NAMES.get(entry)?);
        let start = *ENTRY_NAMES_AT.get(number)?;
        let end = *ENTRY_NAMES_AT.get(number.wrapping_add(1))?;
        ENTRY_NAMES_TEXT.get(usize::from(start)..usize::from(end))
    }
}

/// The flags of the same meaning in a syntax: GNU's are in the high half (`sysregs.isa`).
pub(crate) const fn shown_flags(flags: u8, syntax: Syntax) -> u8 {
    match syntax {
        Syntax::Gnu => flags << 4,
        Syntax::Llvm | Syntax::Apple => flags,
    }
}

/// The entry of a value in a table, with all of the flags. Takes at most 16 steps and as many again for equal values.
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
