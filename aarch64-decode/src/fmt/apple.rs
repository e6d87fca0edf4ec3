//! Apple otool's spelling.

use super::llvm;
use super::text::TextBuffer;
use crate::generated::Descriptor;
use crate::operand::Operand;

/// Appends an operand.
pub(super) fn operand(text: &mut TextBuffer, descriptor: Descriptor, operand: Operand) {
    llvm::operand(text, descriptor, operand);
}
