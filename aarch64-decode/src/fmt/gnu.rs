//! GNU objdump's spelling.

use super::llvm;
use super::text::{TextBuffer, TokenKind};
use crate::bits::{unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::insn::Syntax;
use crate::operand::Operand;

/// Style bit: hexadecimal in this syntax.
const HEX_GNU: u8 = 2;

/// Appends an operand.
pub(super) fn operand(text: &mut TextBuffer, descriptor: Descriptor, operand: Operand) {
    if llvm::common(text, operand) {
        return;
    }
    match operand {
        Operand::Immediate(value) => {
            text.byte(b'#');
            if llvm::style(descriptor) & HEX_GNU == 0 {
                text.signed_decimal(value);
            } else if matches!(descriptor.kind, Kind::WideValue | Kind::Bitmask)
                && descriptor.p.first() == Some(&32)
            {
                // GNU shows all bits of the register.
                text.hex(unsigned(value) & 0xffff_ffff);
            } else {
                text.hex(unsigned(value));
            }
            text.end(TokenKind::Immediate);
        }
        Operand::ShiftedImmediate { value, amount } => {
            text.byte(b'#');
            text.hex(u64::from(value));
            text.end(TokenKind::Immediate);
            if amount != 0 {
                llvm::modifier(text, "lsl", Some(wide(widen(amount))));
            }
        }
        Operand::Name(name) => {
            if let Some(bytes) = name.shown(Syntax::Gnu) {
                text.lower(bytes);
            } else {
                text.byte(b'#');
                text.hex(u64::from(name.value()));
            }
            text.end(TokenKind::Name);
        }
        _ => {}
    }
}
