//! From operands to the word: the inverse of decoding, from the same tables.
//!
//! The operands' fields are put into a word, and the word is decoded again: what is returned
//! decodes to the operands that were given.

mod agree;
mod bitmask;
mod error;
mod fields;
mod given;
mod number;
mod open;
mod operand;
mod own;
mod parts;
#[cfg(feature = "sve")]
mod scalable;
#[cfg(feature = "sme")]
mod sme;
mod spelling;
mod vector;
#[cfg(feature = "asm")]
mod written;

pub use error::{EncodeError, EncodeErrorKind};
pub use open::OperandPattern;
pub use parts::OperandParts;
#[cfg(feature = "asm")]
pub(crate) use spelling::Solved;
pub(crate) use spelling::Spelling;
#[cfg(feature = "asm")]
pub(crate) use written::{Arranged, Written};

use crate::encoding::Encoding;
use crate::generated::encodings::SHOULD_BE;
use crate::matcher::decode;
use crate::operand::Operand;

impl Encoding {
    /// The word of this encoding with these operands, at address `pc` in bytes: the inverse of
    /// [`Instruction::operands`](crate::Instruction::operands).
    ///
    /// The operands are those of the encoding, not of an alias, in the same order. Should-be bits
    /// are written as the architecture says they should be, bits that it ignores as 0, and bits
    /// that only an alias says as in the encoding's own spelling. Where an operand has several
    /// shapes that mean the same, each is taken: a register for one shifted by 0, `x0` where `sp`
    /// could be, an immediate for a value with a name, `lsl` for `uxtx`.
    ///
    /// ```
    /// use aarch64_decode::{EncodeErrorKind, Operand, decode};
    ///
    /// // add x29, sp, #0x10 becomes add x29, sp, #0x20.
    /// let insn = decode(0x9100_43fd)?;
    /// let mut operands = [Operand::Immediate(0); 3];
    /// for (slot, operand) in operands.iter_mut().zip(insn.operands(0)) {
    ///     *slot = operand;
    /// }
    /// operands[2] = Operand::Immediate(0x20);
    /// assert_eq!(insn.encoding().encode(0, &operands), Ok(0x9100_83fd));
    /// operands[2] = Operand::Immediate(0x1001);
    /// let error = insn.encoding().encode(0, &operands).unwrap_err();
    /// assert_eq!((error.kind(), error.operand()), (EncodeErrorKind::OutOfRange, Some(2)));
    /// # Ok::<(), aarch64_decode::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// What the word could not hold or would not mean, with the operand's index;
    /// [`EncodeErrorKind::Undefined`] for a word that is UNDEFINED or that belongs to another
    /// encoding (a special case), and for an encoding that is not compiled in.
    pub fn encode(self, pc: u64, operands: &[Operand]) -> Result<u32, EncodeError> {
        Ok(Spelling::own(self).solve(operands, pc)?.word)
    }

    /// Mask and value of the bits of the encoding that should have a value.
    fn should(self) -> (u32, u32) {
        SHOULD_BE
            .binary_search_by_key(&self.number(), |entry| entry.0)
            .ok()
            .and_then(|at| SHOULD_BE.get(at))
            .map_or((0, 0), |(_, mask, value)| (*mask, *value))
    }

    /// Whether the word decodes as this encoding.
    pub(crate) fn owns(self, word: u32) -> bool {
        decode(word).is_ok_and(|insn| insn.encoding() == self)
    }
}
