//! Operands of which parts are open.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "program::decode takes descriptors from the table as they are"
)]

use super::error::EncodeErrorKind as Kind;
use super::fields::Fields;
use super::given::Given;
use crate::generated::Descriptor;
use crate::operand::{Memory, MemoryOffset, Operand};
use crate::operands;
use crate::register::{Register, RegisterClass};

/// An operand of a pattern: given, or open as a whole or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperandPattern {
    /// This operand.
    Exactly(Operand),
    /// Any operand.
    Any,
    /// This memory operand with any base register; the one that it has does not count.
    AnyBase(Memory),
    /// This memory operand with any offset; the one that it has does not count.
    AnyOffset(Memory),
}

impl From<Operand> for OperandPattern {
    fn from(operand: Operand) -> Self {
        Self::Exactly(operand)
    }
}

/// What the operand is in `word`, if it is a memory operand.
fn memory(descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<Memory, Kind> {
    match operands::decode(*descriptor, word, pc) {
        Operand::Memory(memory) => Ok(memory),
        _ => Err(Kind::BadOperand),
    }
}

/// Puts a memory operand with base register `number`.
fn based(
    descriptor: &'static Descriptor,
    given: Memory,
    number: u8,
    pc: u64,
    fields: &Fields,
) -> Result<Fields, Kind> {
    let mut fields = *fields;
    let base = Register::new(RegisterClass::Xsp, number);
    Operand::Memory(Memory { base, ..given }).put(descriptor, pc, &mut fields)?;
    Ok(fields)
}

impl Given for OperandPattern {
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind> {
        let (given, any_base) = match *self {
            Self::Exactly(operand) => return operand.put(descriptor, pc, fields),
            Self::Any => return Ok(()),
            Self::AnyBase(given) => (given, true),
            Self::AnyOffset(given) => {
                // An offset of the kind that the place has.
                let offset = memory(descriptor, pc, fields.word())?.offset;
                if offset == MemoryOffset::None {
                    return Err(Kind::BadOperand);
                }
                (Memory { offset, ..given }, false)
            }
        };
        // The base's field is what differs between its first number and its last.
        let zero = based(descriptor, given, 0, pc, fields)?;
        let ones = based(descriptor, given, 31, pc, fields)?;
        let base = zero.word() ^ ones.word();
        let put = zero.known() & !fields.known();
        let own = based(descriptor, given, given.base.number(), pc, fields)?;
        let mask = if any_base { put & !base } else { put & base };
        fields.set(mask, own.word())
    }

    #[cfg(feature = "asm")]
    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool {
        match *self {
            Self::Exactly(given) => given.is_spelled(descriptor, pc, word),
            _ => true,
        }
    }

    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind> {
        let given = match *self {
            Self::Exactly(operand) => operand,
            Self::Any => return Ok(()),
            Self::AnyBase(given) => {
                let base = memory(descriptor, pc, word)?.base;
                Operand::Memory(Memory { base, ..given })
            }
            Self::AnyOffset(given) => {
                let offset = memory(descriptor, pc, word)?.offset;
                Operand::Memory(Memory { offset, ..given })
            }
        };
        given.check(descriptor, pc, word)
    }
}
