//! What is given for an operand: it is put into a word, and the word is decoded to see whether it is meant.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "program::decode takes descriptors from the table as they are"
)]

use super::agree;
use super::error::EncodeErrorKind as Kind;
use super::fields::Fields;
use super::operand;
use crate::generated::Descriptor;
use crate::operand::Operand;
use crate::operands;
#[cfg(feature = "asm")]
use crate::{encode::OperandPattern, register::Register};

/// Something that is given for the operand that a descriptor describes, of the instruction at `pc`.
pub(crate) trait Given {
    /// Puts the fields of what is given.
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind>;

    /// Fails unless `word` decodes to what is given.
    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind>;

    /// Whether `word`, which decodes to what is given, is also spelled so.
    #[cfg(feature = "asm")]
    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool;
}

impl Given for Operand {
    #[inline(never)]
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind> {
        operand::put(*descriptor, &agree::adapt(*descriptor, *self), pc, fields)
    }

    // One copy, for operands and for patterns of them.
    #[inline(never)]
    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind> {
        let given = agree::adapt(*descriptor, *self);
        let decoded = operands::decode(*descriptor, word, pc);
        if agree::same(*descriptor, &given, &decoded) {
            Ok(())
        } else {
            Err(agree::difference(&given, &decoded))
        }
    }

    #[cfg(feature = "asm")]
    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool {
        let decoded = operands::decode(*descriptor, word, pc);
        agree::is_spelled(&agree::adapt(*descriptor, *self), &decoded)
    }
}

/// An operand of a line of text.
#[cfg(feature = "asm")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) operand: OperandPattern,
    pub(crate) arrangement: Arranged,
}

/// Whether vectors are written with their arrangement.
#[cfg(feature = "asm")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arranged {
    /// They are.
    Written,
    /// Without, and another operand says it; what that leaves open is the shorter one.
    Short,
    /// Without, and nothing says it: the longest is meant.
    Long,
}

#[cfg(feature = "asm")]
impl Written {
    /// The operand with the arrangement that it has in `word`.
    fn arranged(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> OperandPattern {
        if self.arrangement == Arranged::Written {
            return self.operand;
        }
        let with = |given: Register, own: Register| given.arranged(own.arrangement());
        OperandPattern::Exactly(
            match (self.operand, operands::decode(*descriptor, word, pc)) {
                (OperandPattern::Exactly(Operand::Register(given)), Operand::Register(own)) => {
                    Operand::Register(with(given, own))
                }
                (OperandPattern::Exactly(Operand::List(given)), Operand::List(own)) => {
                    Operand::List(crate::operand::RegisterList {
                        first: with(given.first, own.first),
                        ..given
                    })
                }
                _ => return self.operand,
            },
        )
    }
}

#[cfg(feature = "asm")]
impl Given for Written {
    fn put(
        &self,
        descriptor: &'static Descriptor,
        pc: u64,
        fields: &mut Fields,
    ) -> Result<(), Kind> {
        let open = if self.arrangement == Arranged::Long {
            !fields.known()
        } else {
            0
        };
        let operand = self.arranged(descriptor, pc, fields.word() | open);
        operand.put(descriptor, pc, fields)
    }

    fn check(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> Result<(), Kind> {
        let operand = self.arranged(descriptor, pc, word);
        operand.check(descriptor, pc, word)
    }

    fn is_spelled(&self, descriptor: &'static Descriptor, pc: u64, word: u32) -> bool {
        self.operand.is_spelled(descriptor, pc, word)
    }
}
