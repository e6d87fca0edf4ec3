//! Apple otool's spelling: LLVM's, but for what LLVM's Mach-O symbolizer prints as a distance instead of an address.

use super::llvm;
use super::text::{TextBuffer, TokenKind};
use crate::bits::signed;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::Operand;
use crate::operands::Operands;
use crate::register::{Arrangement, RegisterClass};

/// The arrangement of a vector, behind a dot.
fn arrangement(operand: Operand) -> Option<&'static str> {
    let register = match operand {
        Operand::Register(register) => register,
        Operand::List(list) => list.first,
        _ => return None,
    };
    let name = register.arrangement().name();
    (register.class() == RegisterClass::V && !name.is_empty()).then_some(name)
}

/// Appends the arrangement of the first vector to the mnemonic.
pub(super) fn suffix(text: &mut TextBuffer, operands: Operands) {
    if let Some(name) = operands.into_iter().find_map(arrangement) {
        text.byte(b'.');
        text.name(name.as_bytes());
    }
}

/// A vector without its arrangement.
pub(super) fn bare(operand: Operand) -> Operand {
    match operand {
        Operand::Register(register) if register.class() == RegisterClass::V => {
            Operand::Register(register.arranged(Arrangement::None))
        }
        Operand::List(mut list) => {
            list.first = list.first.arranged(Arrangement::None);
            Operand::List(list)
        }
        _ => operand,
    }
}

/// Appends an operand of the instruction at `pc`; `style` is that of an immediate.
pub(super) fn operand(
    text: &mut TextBuffer,
    descriptor: Descriptor,
    operand: Operand,
    style: u8,
    pc: u64,
) {
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
        _ => llvm::operand(text, descriptor, operand, style),
    }
}
