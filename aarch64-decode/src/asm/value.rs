//! What an operand of a line is, as far as the line says.

use super::scan::Number;
use crate::encode::OperandParts;
use crate::operand::{Matrix, Memory, Operand, Shift};

/// What an operand of a line is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// What it is without a doubt.
    Operand(Operand),
    /// A register or list of vectors without their arrangements, which the place says.
    Bare(Operand),
    /// Slices of the matrix in braces.
    Braced(Matrix),
    /// A number: an immediate, or without `#` an address.
    Number { number: Number, hash: bool },
    /// An immediate with `lsl` or `msl`.
    Shifted {
        value: i64,
        shift: Shift,
        amount: u8,
    },
    /// `.` and a distance in bytes.
    Here(i64),
    /// A name.
    Name,
    /// `_`.
    Any,
    /// `#_`.
    AnyImmediate,
    /// An operand of which parts are `_`.
    Open(Operand, OperandParts),
    /// An immediate with `lsl` or `msl` of which parts are `_`.
    OpenShifted {
        value: i64,
        shift: Shift,
        amount: u8,
        parts: OperandParts,
    },
    /// A memory operand whose offset is `_` (or `#_`, if the flag is set), and perhaps its base.
    AnyOffset(Memory, bool, OperandParts),
}

impl Value {
    /// An operand with open parts, if it has any.
    pub(super) fn open(operand: Operand, parts: OperandParts) -> Self {
        if parts == OperandParts::NONE {
            Self::Operand(operand)
        } else {
            Self::Open(operand, parts)
        }
    }

    /// The opposite of a negative number.
    pub(super) fn negated(self) -> Option<Self> {
        Some(match self {
            Self::Number {
                number: Number::Integer(value),
                hash,
            } if value < 0 => Self::Number {
                number: Number::Integer(value.checked_neg()?),
                hash,
            },
            Self::Shifted {
                value,
                shift,
                amount,
            } if value < 0 => Self::Shifted {
                value: value.checked_neg()?,
                shift,
                amount,
            },
            _ => return None,
        })
    }
}
