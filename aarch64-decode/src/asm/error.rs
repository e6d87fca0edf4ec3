//! Why a line is no instruction.

use core::fmt;

use crate::encode::EncodeErrorKind;

/// What is wrong with a line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AsmErrorKind {
    /// A mnemonic was expected; there is none, or none of this name.
    BadMnemonic,
    /// An operand was expected.
    BadOperand,
    /// A register was expected.
    BadRegister,
    /// A number was expected, or the number does not fit 64 bits.
    BadNumber,
    /// Another character was expected.
    BadCharacter {
        /// The character that would have been right.
        expected: char,
    },
    /// The end of the line was expected.
    BadEnd,
    /// More operands than any instruction has.
    CountTooLarge,
    /// No spelling of the mnemonic takes this operand; why the one that came nearest does not.
    Encode(EncodeErrorKind),
    /// The line leaves several encodings open, and one is wanted.
    Ambiguous,
    /// There are more patterns than the buffer has room for.
    BufferTooSmall {
        /// How many suffice. Not a `usize`, which would make every error of the assembler twice as large.
        needed: u32,
    },
}

impl fmt::Display for AsmErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadMnemonic => "a mnemonic was expected",
            Self::BadOperand => "an operand was expected",
            Self::BadRegister => "a register was expected",
            Self::BadNumber => "a number was expected",
            Self::BadCharacter { expected } => return write!(f, "`{expected}` was expected"),
            Self::BadEnd => "the end of the line was expected",
            Self::CountTooLarge => "too many operands",
            Self::Encode(kind) => return kind.fmt(f),
            Self::Ambiguous => "several encodings fit",
            Self::BufferTooSmall { needed } => {
                return write!(f, "the buffer is too small: {needed} patterns are needed");
            }
        })
    }
}

/// Why a line is no instruction: what is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsmError {
    kind: AsmErrorKind,
    column: u32,
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

    /// The same column with another kind.
    pub(super) const fn of_kind(self, kind: AsmErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// What is wrong.
    pub const fn kind(self) -> AsmErrorKind {
        self.kind
    }

    /// Where: a byte of the text, counted from 0.
    pub const fn column(self) -> u32 {
        self.column
    }
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.kind)
    }
}

impl core::error::Error for AsmError {}
