//! Apple otool's spelling: LLVM's, but for what LLVM's Mach-O symbolizer prints as a distance instead of an address.

use super::llvm;
use super::text::{TextBuffer, TokenKind};
use crate::bits::signed;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::Operand;

/// Appends an operand of the instruction at `pc`.
pub(super) fn operand(text: &mut TextBuffer, descriptor: Descriptor, operand: Operand, pc: u64) {
    match (descriptor.kind, operand) {
        // The number of 4 KiB pages.
        (Kind::PageRel, Operand::Address(address)) => {
            let distance = signed(address.wrapping_sub(pc & !0xfff));
            text.signed_decimal(distance >> 12);
            text.end(TokenKind::Address);
        }
        (Kind::Adr, Operand::Address(address)) => {
            text.byte(b'#');
            text.signed_decimal(signed(address.wrapping_sub(pc)));
            text.end(TokenKind::Address);
        }
        (Kind::PcRelBack, Operand::Address(address)) => {
            text.byte(b'#');
            text.signed_hex(signed(address.wrapping_sub(pc)));
            text.end(TokenKind::Address);
        }
        _ => llvm::operand(text, descriptor, operand),
    }
}
