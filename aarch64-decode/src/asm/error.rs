//! Why a line is no instruction.

use core::fmt;

use crate::encode::EncodeErrorKind;

/// What is wrong with a line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AsmErrorKind {
    /// A mnemonic was expected; there is none, or none of this name.
    Mnemonic,
    /// An operand was expected.
    Operand,
    /// A register was expected.
    Register,
    /// A number was expected, or the number does not fit 64 bits.
    Number,
    /// This character was expected.
    Character(char),
    /// The end of the line was expected.
    End,
    /// The instruction has more operands than any.
    TooMany,
    /// No spelling of the mnemonic takes this operand; why the one that came nearest does not.
    Mismatch(EncodeErrorKind),
    /// Several encodings are left open (of a pattern), or there are more patterns than room.
    Ambiguous,
}

impl fmt::Display for AsmErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mnemonic => "a mnemonic was expected",
            Self::Operand => "an operand was expected",
            Self::Register => "a register was expected",
            Self::Number => "a number was expected",
            Self::Character(expected) => return write!(f, "`{expected}` was expected"),
            Self::End => "the end of the line was expected",
            Self::TooMany => "too many operands",
            Self::Mismatch(kind) => return kind.fmt(f),
            Self::Ambiguous => "several encodings fit",
        })
    }
}

/// Why a line is no instruction: what is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsmError {
    /// What is wrong.
    pub kind: AsmErrorKind,
    /// Where: a byte of the text, counted from 0.
    pub column: u32,
}

impl AsmError {
    pub(super) fn new(kind: AsmErrorKind, column: usize) -> Self {
        Self {
            kind,
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The same, of a line that begins at `start`.
    pub(super) fn behind(self, start: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self {
            column: self.column.saturating_add(start),
            ..self
        }
    }
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.kind)
    }
}

impl core::error::Error for AsmError {}
