//! An operand, taken for what a kind needs.

use super::error::EncodeErrorKind as Kind;
use crate::bits::{widen, widen16};
use crate::named::Name;
#[cfg(feature = "sme")]
use crate::operand::Matrix;
use crate::operand::{Extend, Memory, MemoryOffset, Operand, RegisterList, Shift};
use crate::register::Register;

/// An operand, taken for what a kind needs.
pub(super) struct Own<'o>(pub(super) &'o Operand);

impl Own<'_> {
    pub(super) fn register(&self) -> Result<Register, Kind> {
        match *self.0 {
            Operand::Register(register) => Ok(register),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn shifted(&self) -> Result<(Register, Shift, u8), Kind> {
        match *self.0 {
            Operand::ShiftedRegister {
                register,
                shift,
                amount,
            } => Ok((register, shift, amount)),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn immediate(&self) -> Result<i64, Kind> {
        match *self.0 {
            Operand::Immediate(value) => Ok(value),
            _ => Err(Kind::BadOperand),
        }
    }

    /// The value and its shift in bits.
    pub(super) fn shifted_immediate(&self) -> Result<(u32, i64), Kind> {
        match *self.0 {
            Operand::ShiftedImmediate { value, amount, .. } => {
                Ok((widen16(value), i64::from(amount)))
            }
            // One that did not fit sixteen bits.
            Operand::Immediate(_) => Err(Kind::OutOfRange),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn float(&self) -> Result<u8, Kind> {
        match *self.0 {
            Operand::FloatImmediate(value) => Ok(value.bits()),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn address(&self) -> Result<u64, Kind> {
        match *self.0 {
            Operand::Address(address) => Ok(address),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn name(&self) -> Result<Name, Kind> {
        match *self.0 {
            Operand::Name(name) => Ok(name),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn list(&self) -> Result<RegisterList, Kind> {
        match *self.0 {
            Operand::List(list) => Ok(list),
            _ => Err(Kind::BadOperand),
        }
    }

    /// A register, or the first of a list.
    #[cfg(feature = "sme")]
    pub(super) fn first(&self) -> Result<Register, Kind> {
        match *self.0 {
            Operand::Register(register) => Ok(register),
            Operand::List(list) => Ok(list.first),
            _ => Err(Kind::BadOperand),
        }
    }

    #[cfg(feature = "sme")]
    pub(super) fn matrix(&self) -> Result<Matrix, Kind> {
        match *self.0 {
            Operand::Matrix(matrix) => Ok(matrix),
            _ => Err(Kind::BadOperand),
        }
    }

    pub(super) fn memory(&self) -> Result<Memory, Kind> {
        match *self.0 {
            Operand::Memory(memory) => Ok(memory),
            _ => Err(Kind::BadOperand),
        }
    }

    /// The base's number and the offset in bytes.
    pub(super) fn bytes(&self) -> Result<(u8, i64), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::Immediate(value) => Ok((memory.base.number(), i64::from(value))),
            _ => Err(Kind::BadOperand),
        }
    }

    /// The base's number and the offset in vector lengths.
    #[cfg(feature = "sve")]
    pub(super) fn vector_lengths(&self) -> Result<(u8, i64), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::VectorLengths(value) => Ok((memory.base.number(), i64::from(value))),
            _ => Err(Kind::BadOperand),
        }
    }

    /// The base and the register that is added to it.
    pub(super) fn indexed(&self) -> Result<(Register, Register, Extend, Option<u8>), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::Register {
                index,
                extend,
                amount,
            } => Ok((memory.base, index, extend, amount)),
            _ => Err(Kind::BadOperand),
        }
    }
}

/// The lane of a register.
pub(super) fn lane(register: Register) -> Result<u32, Kind> {
    register.lane().map(widen).ok_or(Kind::BadArrangement)
}
