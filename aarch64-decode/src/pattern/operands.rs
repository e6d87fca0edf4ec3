//! Patterns from an encoding and its operands.

use super::Pattern;
use crate::encode::{EncodeError, OperandPattern, Spelling};
use crate::encoding::Encoding;

impl Encoding {
    /// The words of this encoding, at address `pc` in bytes, that have these operands, of which
    /// some may be open.
    ///
    /// An open operand frees exactly its own bits: those that another operand says too (the size of
    /// vectors' elements) stay. What [`Pattern::encoding`] says of special cases and of should-be
    /// bits holds here too.
    ///
    /// ```
    /// use aarch64_decode::{Operand, OperandPattern, Pattern, decode};
    ///
    /// // movk x0, _
    /// let insn = decode(0xf280_0000)?;
    /// let x0 = insn.operands(0).next().ok_or("no operand")?;
    /// let pattern = insn.encoding().pattern(0, &[OperandPattern::Exactly(x0), OperandPattern::Any])?;
    /// assert_eq!(pattern, Pattern::new(0xff80_001f, 0xf280_0000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`encode`](Self::encode); [`OperandMismatch`](crate::EncodeErrorKind::OperandMismatch)
    /// where an operand has no bits of its own without another one that is open: the amount of a
    /// shift depends on the size of the elements.
    pub fn pattern(self, pc: u64, operands: &[OperandPattern]) -> Result<Pattern, EncodeError> {
        let solved = Spelling::own(self).solve(operands, pc)?;
        Ok(Pattern::new(solved.fields.known(), solved.fields.word()))
    }
}
