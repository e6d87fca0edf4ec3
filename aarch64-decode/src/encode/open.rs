//! Operands of which parts are open.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "program::decode takes descriptors from the table as they are"
)]

use super::agree;
use super::error::EncodeErrorKind as Kind;
use super::fields::Fields;
use super::given::Given;
use super::parts::OperandParts;
use crate::generated::Descriptor;
use crate::operand::{Memory, MemoryOffset, Operand};
use crate::operands;

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
    /// This operand, of which these parts may be anything; what it has there does not count.
    AnyParts(Operand, OperandParts),
}

impl OperandPattern {
    /// The operand and its open parts, if it is not open as a whole.
    const fn parts(self) -> Option<(Operand, OperandParts)> {
        match self {
            Self::Any => None,
            Self::Exactly(operand) => Some((operand, OperandParts::NONE)),
            Self::AnyBase(memory) => Some((Operand::Memory(memory), OperandParts::NUMBER)),
            Self::AnyOffset(memory) => Some((Operand::Memory(memory), OperandParts::OFFSET)),
            Self::AnyParts(operand, parts) => Some((operand, parts)),
        }
    }
}

impl From<Operand> for OperandPattern {
    fn from(operand: Operand) -> Self {
        Self::Exactly(operand)
    }
}

/// Values of open parts that are tried until the instruction takes one.
const VARIANTS: u8 = 64;

/// Puts the operand with some value of its open parts that the place takes.
fn put_any(
    given: Operand,
    parts: OperandParts,
    descriptor: &'static Descriptor,
    pc: u64,
    fields: &Fields,
) -> Result<Fields, Kind> {
    // What the place has, for an offset that is open: its sort counts.
    let own = operands::decode(*descriptor, fields.word(), pc);
    let given = parts.fill(agree::adapt(*descriptor, given), own);
    if let Operand::Memory(Memory {
        offset: MemoryOffset::None,
        ..
    }) = given
    {
        if parts.has_offset() {
            return Err(Kind::BadOperand);
        }
    }
    let mut first = Err(Kind::BadOperand);
    for number in 0..VARIANTS {
        let operand = parts.variant(given, number);
        let mut fields = *fields;
        let put = operand.put(descriptor, pc, &mut fields);
        match put.and_then(|()| operand.check(descriptor, pc, fields.word())) {
            Ok(()) => return Ok(fields),
            Err(kind) if number == 0 => first = Err(kind),
            Err(_) => {}
        }
    }
    first
}

impl Given for OperandPattern {
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind> {
        let (given, parts) = match self.parts() {
            None => return Ok(()),
            Some((operand, OperandParts::NONE)) => return operand.put(descriptor, pc, fields),
            Some(own) => own,
        };
        let own = put_any(given, parts, descriptor, pc, fields)?;
        // Bits that say nothing but an open part are open.
        let mut mask = own.known() & !fields.known();
        let mut rest = mask;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest &= !bit;
            if self.check(descriptor, pc, own.word() ^ bit).is_ok() {
                mask &= !bit;
            }
        }
        fields.set(mask, own.word())
    }

    #[cfg(feature = "asm")]
    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool {
        self.parts().is_none_or(|(given, parts)| {
            let own = operands::decode(*descriptor, word, pc);
            let given = parts.fill(agree::adapt(*descriptor, given), own);
            given.is_spelled(descriptor, pc, word)
        })
    }

    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind> {
        let Some((given, parts)) = self.parts() else {
            return Ok(());
        };
        if parts == OperandParts::NONE {
            return given.check(descriptor, pc, word);
        }
        let own = operands::decode(*descriptor, word, pc);
        parts
            .fill(agree::adapt(*descriptor, given), own)
            .check(descriptor, pc, word)
    }
}
