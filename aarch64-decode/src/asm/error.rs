//! Why a line is no instruction.

use core::fmt;

use super::expected::{Expected, Set, Spans};
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
        /// How many suffice. Not a `usize`, which would make every error of the assembler twice as
        /// large.
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

/// What is wrong, and what was expected. The fields are single bytes, which fit in the padding
/// after the variant's number, so they do not make an error larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fault {
    Of(AsmErrorKind),
    Sorts(EncodeErrorKind, [u8; 4]),
    Spans(EncodeErrorKind, Spans),
    Counts(EncodeErrorKind, [u8; 2]),
}

/// Why a line is no instruction: what is wrong, where, and what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsmError {
    fault: Fault,
    column: u32,
}

impl AsmError {
    pub(super) fn new(kind: AsmErrorKind, column: usize) -> Self {
        Self {
            fault: Fault::Of(kind),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The fault of operands where something else was expected.
    pub(super) fn expecting(kind: EncodeErrorKind, set: Set, column: usize) -> Self {
        Self {
            fault: match set {
                Set::None => Fault::Of(AsmErrorKind::Encode(kind)),
                Set::Sorts(sorts) => Fault::Sorts(kind, sorts.to_le_bytes()),
                Set::Spans(spans) => Fault::Spans(kind, spans),
                Set::Counts(counts) => Fault::Counts(kind, counts.to_le_bytes()),
            },
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
        Self {
            fault: Fault::Of(kind),
            ..self
        }
    }

    /// What is wrong.
    pub const fn kind(self) -> AsmErrorKind {
        match self.fault {
            Fault::Of(kind) => kind,
            Fault::Sorts(kind, _) | Fault::Spans(kind, _) | Fault::Counts(kind, _) => {
                AsmErrorKind::Encode(kind)
            }
        }
    }

    /// Where: a byte of the text, counted from 0.
    pub const fn column(self) -> u32 {
        self.column
    }

    /// What the spellings of the mnemonic that came furthest take there: any of these. Nothing
    /// where the kind says it, and where the operands only do not agree with one another.
    pub fn expected(self) -> impl Iterator<Item = Expected> {
        self.set().iter()
    }

    const fn set(self) -> Set {
        match self.fault {
            Fault::Of(_) => Set::None,
            Fault::Sorts(_, sorts) => Set::Sorts(u32::from_le_bytes(sorts)),
            Fault::Spans(_, spans) => Set::Spans(spans),
            Fault::Counts(_, counts) => Set::Counts(u16::from_le_bytes(counts)),
        }
    }
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}{}", self.column, self.kind(), self.set())
    }
}

impl core::error::Error for AsmError {}
