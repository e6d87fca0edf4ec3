//! One instruction: its word and its encoding.

use crate::alias;
use crate::encoding::{Encoding, Group, Mnemonic};
use crate::operands::{OperandArray, Operands};
use crate::syntax::Syntax;

/// One instruction: its word and its encoding, eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instruction {
    word: u32,
    encoding: Encoding,
    /// Not used yet; keeps the value at eight bytes.
    flags: u16,
}

impl Instruction {
    pub(crate) const fn new(word: u32, encoding: Encoding) -> Self {
        Self {
            word,
            encoding,
            flags: 0,
        }
    }

    /// The word.
    pub const fn word(self) -> u32 {
        self.word
    }

    /// The row of Arm's tables.
    pub const fn encoding(self) -> Encoding {
        self.encoding
    }

    /// The mnemonic of the encoding, before any alias.
    #[inline]
    pub fn mnemonic(self) -> Mnemonic {
        self.encoding.mnemonic()
    }

    /// The mnemonic that is shown: the preferred alias, or the encoding's own.
    pub fn shown_mnemonic(self, syntax: Syntax) -> Mnemonic {
        Mnemonic::new(alias::shown(self.word, self.encoding, syntax).mnemonic)
    }

    /// The group of the encoding.
    pub fn group(self) -> Group {
        self.encoding.group()
    }

    /// The operands of the encoding, decoded one by one. `pc` is the address of the instruction in bytes.
    #[inline]
    pub fn operands(self, pc: u64) -> Operands {
        Operands::new(self.word, pc, self.encoding.form())
    }

    /// Decodes all operands of the encoding into `array`, which is quicker than [`operands`](Self::operands). `pc` is the address of
    /// the instruction in bytes.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a loop over words keeps the tables' addresses in registers"
    )]
    pub fn operands_into(self, pc: u64, array: &mut OperandArray) {
        array.fill(self.word, pc, self.encoding.form());
    }

    /// The operands of the spelling that is shown.
    pub fn shown_operands(self, pc: u64, syntax: Syntax) -> Operands {
        Operands::new(
            self.word,
            pc,
            alias::shown(self.word, self.encoding, syntax).form,
        )
    }

    /// Whether the architecture makes this word CONSTRAINED UNPREDICTABLE: a should-be bit is violated, or registers clash.
    #[must_use]
    pub fn is_unpredictable(self) -> bool {
        alias::unpredictable(self.word, self.encoding)
    }
}
