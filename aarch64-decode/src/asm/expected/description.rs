//! What an instruction takes at the column of an error.

use core::fmt;

use super::sort::OperandSort;

/// What an instruction takes at the column of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// An operand of this sort.
    Operand(OperandSort),
    /// A number, or an offset of a memory operand, among these.
    Range {
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
        /// What all are multiples of.
        unit: u32,
    },
    /// An address at one of these distances in bytes; of `adrp` from the page of the instruction.
    Distance {
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
        /// What all are multiples of.
        unit: u32,
    },
    /// This number of operands.
    Operands(u8),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Operand(sort) => sort.fmt(f),
            Self::Range { low, high, unit } => steps(f, low, high, unit),
            Self::Distance { low, high, unit } => {
                f.write_str("a distance of ")?;
                steps(f, low, high, unit)
            }
            Self::Operands(0) => f.write_str("no operand"),
            Self::Operands(1) => f.write_str("1 operand"),
            Self::Operands(count) => write!(f, "{count} operands"),
        }
    }
}

fn steps(f: &mut fmt::Formatter<'_>, low: i64, high: i64, unit: u32) -> fmt::Result {
    write!(f, "{low} to {high}")?;
    if unit == 1 {
        return Ok(());
    }
    write!(f, " in steps of {unit}")
}
