//! GNU objdump's spelling.

use super::llvm;
use super::memory;
use super::piece;
#[cfg(feature = "sve")]
use super::scalable;
#[cfg(feature = "sme")]
use super::sme;
use super::text::{TextBuffer, TokenKind};
use super::vector;
use crate::bits::{unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::{MemoryOffset, Operand};
use crate::syntax::Syntax;

/// Style bit: hexadecimal in this syntax.
pub(super) const HEX_GNU: u8 = 2;

/// Appends an operand; `style` is that of an immediate.
pub(super) fn operand(text: &mut TextBuffer, descriptor: Descriptor, operand: Operand, style: u8) {
    match operand {
        // GNU has the other names of hs and lo.
        Operand::Condition(condition) => {
            let name = match condition.number() {
                2 => "cs",
                3 => "cc",
                _ => condition.name(),
            };
            text.name(name.as_bytes());
            text.end(TokenKind::Name);
        }
        _ if llvm::common(text, operand) => {}
        #[cfg(feature = "sve")]
        _ if scalable::operand(text, operand, false) => {}
        // GNU leaves out the 0 of ldraa and ldrab even where they write back.
        Operand::Memory(mut own) => {
            if matches!(descriptor.kind, Kind::MemPac) && own.offset == MemoryOffset::Immediate(0) {
                own.offset = MemoryOffset::None;
            }
            #[cfg(feature = "sve")]
            if matches!(descriptor.kind, Kind::MemZReg) {
                own = scalable::without_zero(descriptor, own);
            }
            memory::operand(text, own, false);
        }
        #[cfg(feature = "sme")]
        Operand::Matrix(own) => {
            sme::matrix(text, own, descriptor.kind == Kind::SliceBraced, false);
        }
        #[cfg(feature = "sme")]
        Operand::TileMask(mask) => sme::mixed_mask(text, mask),
        #[cfg(feature = "sme")]
        Operand::TableVector(index) => sme::table_vector(text, index),
        Operand::List(list) => {
            // Two registers are a range already, and so are numbers that wrap around.
            let range = (list.count > 1).then_some(b"-".as_slice());
            vector::list(text, list, b"{", b"}", range);
        }
        Operand::FloatImmediate(value) => vector::scientific(text, value),
        Operand::Immediate(value) => {
            text.byte(b'#');
            if style & HEX_GNU == 0 {
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
        Operand::ShiftedImmediate {
            value,
            shift,
            amount,
        } => {
            text.byte(b'#');
            if descriptor.kind == Kind::Shifted8 {
                text.decimal(u64::from(value));
            } else {
                text.hex(u64::from(value));
            }
            text.end(TokenKind::Immediate);
            if amount != 0 {
                piece::modifier(text, shift.name(), Some(wide(widen(amount))));
            }
        }
        Operand::Name(name) => {
            match name.shown_or_apple(Syntax::Gnu, text.apple_names) {
                Some(shown) => text.lower(shown.as_bytes()),
                None if matches!(descriptor.kind, Kind::SystemRegister) => {
                    llvm::system_register(text, b's', b'c', name.value());
                }
                None => llvm::nameless(text, descriptor, name.value(), true),
            }
            text.end(TokenKind::Name);
        }
        Operand::ControlRegister(number) => {
            llvm::numbered(text, b'C', number);
            text.end(TokenKind::Name);
        }
        _ => {}
    }
}
