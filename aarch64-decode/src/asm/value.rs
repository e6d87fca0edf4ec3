//! What an operand of a line is, as far as the line says.

use super::scan::Number;
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
    /// A memory operand whose base is `_`.
    AnyBase(Memory),
    /// A memory operand whose offset is `_` (or `#_`, if the flag is set).
    AnyOffset(Memory, bool),
}

impl Value {
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
