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
