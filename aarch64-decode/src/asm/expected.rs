//! What an instruction takes where a line has something else.

mod set;
mod sort;

pub(super) use set::{Set, Spans};
pub(super) use sort::is_other_register;

use core::fmt;

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

/// A sort of operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperandSort {
    /// A register of 32 bits, where 31 is the zero register.
    W,
    /// A register of 32 bits, where 31 is the stack pointer.
    Wsp,
    /// A register of 64 bits, where 31 is the zero register.
    X,
    /// A register of 64 bits, where 31 is the stack pointer.
    Xsp,
    /// A register that may have an extension.
    Extended,
    /// 8 bits of a vector register.
    B,
    /// 16 bits of a vector register.
    H,
    /// 32 bits of a vector register.
    S,
    /// 64 bits of a vector register.
    D,
    /// 128 bits of a vector register.
    Q,
    /// A vector, or an element of one.
    Vector,
    /// A scalable vector, or an element of one.
    ScalableVector,
    /// A predicate.
    Predicate,
    /// The matrix ZA, a tile or slices of it.
    Matrix,
    /// The table zt0.
    Table,
    /// Registers or tiles in braces.
    List,
    /// A register and `!`.
    WriteBack,
    /// A memory operand.
    Memory,
    /// A number.
    Number,
    /// A number of 12 bits, shifted by 0 or by 12.
    Shifted,
    /// A number of 16 bits, shifted by a multiple of 16.
    Wide,
    /// A bit mask as `and` takes it.
    Bitmask,
    /// A floating-point number.
    Float,
    /// `mul #4`.
    Multiplier,
    /// An address, or a distance.
    Address,
    /// A condition.
    Condition,
    /// A system register.
    SystemRegister,
    /// `c0` to `c15`.
    ControlRegister,
    /// A name that belongs to the instruction, or its number.
    Name,
}

/// All; a set has a bit for each.
const SORTS: [OperandSort; 29] = [
    OperandSort::W,
    OperandSort::Wsp,
    OperandSort::X,
    OperandSort::Xsp,
    OperandSort::Extended,
    OperandSort::B,
    OperandSort::H,
    OperandSort::S,
    OperandSort::D,
    OperandSort::Q,
    OperandSort::Vector,
    OperandSort::ScalableVector,
    OperandSort::Predicate,
    OperandSort::Matrix,
    OperandSort::Table,
    OperandSort::List,
    OperandSort::WriteBack,
    OperandSort::Memory,
    OperandSort::Number,
    OperandSort::Shifted,
    OperandSort::Wide,
    OperandSort::Bitmask,
    OperandSort::Float,
    OperandSort::Multiplier,
    OperandSort::Address,
    OperandSort::Condition,
    OperandSort::SystemRegister,
    OperandSort::ControlRegister,
    OperandSort::Name,
];

impl fmt::Display for OperandSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::W => "a register of 32 bits (w0-w30, wzr)",
            Self::Wsp => "a register of 32 bits (w0-w30, wsp)",
            Self::X => "a register of 64 bits (x0-x30, xzr)",
            Self::Xsp => "a register of 64 bits (x0-x30, sp)",
            Self::Extended => "a register that may be extended",
            Self::B => "b0-b31",
            Self::H => "h0-h31",
            Self::S => "s0-s31",
            Self::D => "d0-d31",
            Self::Q => "q0-q31",
            Self::Vector => "a vector register",
            Self::ScalableVector => "a scalable vector",
            Self::Predicate => "a predicate",
            Self::Matrix => "a part of za",
            Self::Table => "zt0",
            Self::List => "registers in braces",
            Self::WriteBack => "a register and `!`",
            Self::Memory => "an address in brackets",
            Self::Number => "a number",
            Self::Shifted => "0 to 4095, perhaps with lsl #12",
            Self::Wide => "0 to 65535, perhaps with lsl",
            Self::Bitmask => "a bit mask",
            Self::Float => "a floating-point number",
            Self::Multiplier => "mul and a number",
            Self::Address => "an address",
            Self::Condition => "a condition",
            Self::SystemRegister => "a system register",
            Self::ControlRegister => "c0-c15",
            Self::Name => "a name",
        })
    }
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
