//! Why operands make no word.

use core::fmt;

/// What is wrong with an operand, or with all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// A distance, an offset, an immediate or a lane that the field is too narrow for.
    OutOfRange,
    /// A distance or an offset that is not a multiple of what the field counts in.
    Misaligned,
    /// A register that cannot stand there: of another class or number, or the stack pointer where
    /// the instruction means the zero register, or the other way round.
    BadRegister,
    /// An arrangement, lane or predication that cannot stand there.
    BadArrangement,
    /// An operand of another sort than the instruction takes there: an immediate for a register,
    /// say.
    BadOperand,
    /// A value that does not agree with another operand: a register that must be the same, an
    /// element of another size.
    OperandMismatch,
    /// More or fewer operands than the instruction has.
    CountMismatch,
    /// The operands fit their fields, but the word is UNDEFINED or another instruction's.
    Undefined,
}

/// Why operands make no word: what is wrong, and with which operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncodeError {
    kind: EncodeErrorKind,
    operand: Option<u8>,
}

impl EncodeError {
    /// Not the fault of one operand.
    pub(crate) const fn whole(kind: EncodeErrorKind) -> Self {
        Self {
            kind,
            operand: None,
        }
    }

    /// The fault of the operand at `index`.
    pub(crate) fn of(kind: EncodeErrorKind, index: usize) -> Self {
        Self {
            kind,
            operand: u8::try_from(index).ok(),
        }
    }

    /// What is wrong.
    pub const fn kind(self) -> EncodeErrorKind {
        self.kind
    }

    /// The index of the operand, from 0; `None` if it is not one operand's fault, and from the
    /// constructors of [`construct`](crate::construct), whose arguments have names.
    pub const fn operand(self) -> Option<u8> {
        self.operand
    }
}

impl fmt::Display for EncodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "value out of the instruction's range",
            Self::Misaligned => "value is not a multiple of the instruction's unit",
            Self::BadRegister => "the instruction has no such register there",
            Self::BadArrangement => {
                "the instruction has no such arrangement, lane or predication there"
            }
            Self::BadOperand => "the instruction takes another sort of operand there",
            Self::OperandMismatch => "value does not agree with another operand",
            Self::CountMismatch => "wrong number of operands",
            Self::Undefined => "undefined, or another instruction",
        })
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match self.operand {
            Some(index) => write!(f, " (operand {index})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for EncodeError {}
