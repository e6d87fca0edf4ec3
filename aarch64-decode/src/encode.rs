//! From operands to the word: the inverse of decoding, from the same tables.
//!
//! The operands' fields are put into a word, and the word is decoded again: what is returned decodes to the operands that were given.

mod agree;
mod bitmask;
mod error;
mod fields;
mod operand;
#[cfg(feature = "sve")]
mod scalable;
#[cfg(feature = "sme")]
mod sme;
mod vector;

pub use error::{EncodeError, EncodeErrorKind};
pub(crate) use fields::Fields;

use crate::alias;
use crate::encoding::Encoding;
use crate::generated::Descriptor;
use crate::generated::encodings::SHOULD_BE;
use crate::matcher::decode;
use crate::operand::Operand;
use crate::operands::Operands;
use crate::program;
use crate::syntax::Syntax;

/// Values of the bits that no operand says that are tried; no encoding needs more than the first four.
const COMPLETIONS: u32 = 16;

impl Encoding {
    /// The word of this encoding with these operands, at address `pc` in bytes: the inverse of
    /// [`Instruction::operands`](crate::Instruction::operands).
    ///
    /// The operands are those of the encoding, not of an alias, in the same order. Should-be bits are written as the architecture says
    /// they should be, bits that it ignores as 0, and bits that only an alias says as the encoding's own spelling wants them. Where an operand has several shapes that mean the same, each is taken: a register
    /// for one shifted by 0, `x0` where `sp` could be, an immediate for a value with a name, `lsl` for `uxtx`.
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
    /// assert_eq!((error.kind, error.operand), (EncodeErrorKind::OutOfRange, Some(2)));
    /// # Ok::<(), aarch64_decode::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// What the word could not hold or would not mean, with the operand's index; [`EncodeErrorKind::Undefined`] for a word that is
    /// UNDEFINED or that belongs to another encoding (a special case), and for an encoding that is not compiled in.
    pub fn encode(self, pc: u64, operands: &[Operand]) -> Result<u32, EncodeError> {
        let mut fields = Fields::new(self.mask(), self.value());
        put_all(self.form(), operands, pc, &mut fields)?;
        let word = self.complete(&fields)?;
        check_all(self.form(), operands, pc, word)?;
        Ok(word)
    }

    /// A word of this encoding with these bits: should-be bits as they should be, and the least value of the bits that no operand says
    /// with which the encoding's own spelling is shown, or else the least value at all. There are such bits in a few encodings only.
    fn complete(self, fields: &Fields) -> Result<u32, EncodeError> {
        let open = !fields.known() & !self.should_be_mask();
        let mut first = Err(EncodeError::whole(EncodeErrorKind::Undefined));
        let mut bits = 0_u32;
        for _ in 0..COMPLETIONS {
            let word = fields.word() | bits | self.should_be() & !fields.known();
            if self.owns(word) {
                if alias::shown(word, self, Syntax::Llvm).form == self.form() {
                    return Ok(word);
                }
                first = first.or(Ok(word));
            }
            // The next value of the open bits.
            bits = bits.wrapping_sub(open) & open;
            if bits == 0 {
                break;
            }
        }
        first
    }

    /// The bits of the encoding that should have a value, with that value; 0 for the others.
    fn should_be(self) -> u32 {
        let (_, value) = self.should();
        value
    }

    /// The bits of the encoding that should have a value.
    fn should_be_mask(self) -> u32 {
        let (mask, _) = self.should();
        mask
    }

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

/// Puts the fields of one operand.
pub(crate) fn put(
    descriptor: Descriptor,
    given: Operand,
    pc: u64,
    fields: &mut Fields,
) -> Result<(), EncodeErrorKind> {
    operand::put(descriptor, &agree::adapt(descriptor, given), pc, fields)
}

/// Fails unless `word` decodes to the operand.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "program::decode takes it as it is"
)]
pub(crate) fn check(
    descriptor: &'static Descriptor,
    given: Operand,
    pc: u64,
    word: u32,
) -> Result<(), EncodeErrorKind> {
    let given = agree::adapt(*descriptor, given);
    let Some(decoded) = program::decode(descriptor, word, pc) else {
        return Err(EncodeErrorKind::Undefined);
    };
    if agree::same(*descriptor, &given, &decoded) {
        Ok(())
    } else {
        Err(agree::difference(&given, &decoded))
    }
}

/// Puts the fields of all operands of the operand list `form`.
pub(crate) fn put_all(
    form: u16,
    operands: &[Operand],
    pc: u64,
    fields: &mut Fields,
) -> Result<(), EncodeError> {
    let mut list = Operands::new(0, pc, form);
    if list.len() != operands.len() {
        return Err(EncodeError::whole(EncodeErrorKind::Count));
    }
    for (index, &operand) in operands.iter().enumerate() {
        if let Some(&descriptor) = list.descriptor() {
            put(descriptor, operand, pc, fields).map_err(|kind| EncodeError::of(kind, index))?;
        }
    }
    Ok(())
}

/// Fails unless `word` decodes to the operands by the operand list `form`.
pub(crate) fn check_all(
    form: u16,
    operands: &[Operand],
    pc: u64,
    word: u32,
) -> Result<(), EncodeError> {
    let mut list = Operands::new(word, pc, form);
    for (index, &operand) in operands.iter().enumerate() {
        if let Some(descriptor) = list.descriptor() {
            check(descriptor, operand, pc, word).map_err(|kind| EncodeError::of(kind, index))?;
        }
    }
    Ok(())
}
