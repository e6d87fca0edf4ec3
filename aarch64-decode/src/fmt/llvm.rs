//! LLVM's spelling.

use super::memory;
use super::piece::{modifier, punctuation};
pub(super) use super::register::{numbered, register};
#[cfg(feature = "sve")]
use super::scalable;
#[cfg(feature = "sme")]
use super::sme;
use super::text::{TextBuffer, TokenKind};
use super::vector;
use crate::bits::{field, low8, unsigned, wide, widen, widen16};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::{Extend, Operand};
use crate::register::RegisterClass;
use crate::syntax::Syntax;

/// Style bit: hexadecimal in this syntax.
pub(super) const HEX_LLVM: u8 = 1;
/// Style bit: 0 in hexadecimal is a bare 0.
pub(super) const BARE_ZERO: u8 = 8;

/// How an immediate is printed whose kind has no parameter for it (`word style` in operands.isa).
pub(super) fn style(kind: Kind) -> u8 {
    match kind {
        Kind::ShiftRight
        | Kind::ShiftLeft
        | Kind::Below
        | Kind::Shifted8
        | Kind::TszRight
        | Kind::TszLeft
        | Kind::NarrowShift => HEX_LLVM,
        Kind::ByteMask | Kind::ElementMask => 7,
        _ => 0,
    }
}

/// Appends an operand that all syntaxes spell alike; returns whether it was one.
pub(super) fn common(text: &mut TextBuffer, operand: Operand) -> bool {
    match operand {
        Operand::Register(own) => register(text, own),
        Operand::ShiftedRegister {
            register: own,
            shift,
            amount,
        } => {
            register(text, own);
            if amount != 0 || !matches!(shift, crate::operand::Shift::Lsl) {
                modifier(text, shift.name(), Some(wide(widen(amount))));
            }
        }
        Operand::ExtendedRegister {
            register: own,
            extend,
            amount,
        } => {
            register(text, own);
            let amount = (amount != 0).then_some(wide(widen(amount)));
            if amount.is_some() || extend != Extend::Lsl {
                modifier(text, extend.name(), amount);
            }
        }
        Operand::Condition(condition) => {
            text.name(condition.name().as_bytes());
            text.end(TokenKind::Name);
        }
        Operand::WriteBack(own) => {
            register(text, own);
            punctuation(text, b"!");
        }
        Operand::Address(address) => {
            text.hex(address);
            text.end(TokenKind::Address);
        }
        _ => return false,
    }
    true
}

/// Appends a system register by its numbers: `S3_0_C15_C2_0`.
pub(super) fn system_register(text: &mut TextBuffer, s: u8, c: u8, value: u16) {
    let value = widen16(value);
    text.byte(s);
    text.decimal(wide(field(value, 14, 2)));
    text.byte(b'_');
    text.decimal(wide(field(value, 11, 3)));
    text.byte(b'_');
    text.byte(c);
    text.decimal(wide(field(value, 7, 4)));
    text.byte(b'_');
    text.byte(c);
    text.decimal(wide(field(value, 3, 4)));
    text.byte(b'_');
    text.decimal(wide(field(value, 0, 3)));
}

/// Appends a value without a name (`word nameless` in operands.isa).
pub(super) fn nameless(text: &mut TextBuffer, descriptor: Descriptor, value: u16, gnu: bool) {
    let way = match descriptor.kind {
        Kind::Named => descriptor.p[4],
        // GNU's text has it in decimal.
        Kind::RangePrefetch => 3,
        _ => 0,
    };
    text.byte(b'#');
    if way == 1 && !gnu || way == 3 && gnu {
        text.decimal(u64::from(value));
    } else if matches!(way, 1 | 2) && value < 16 {
        text.name(b"0x0");
        text.byte(
            if value < 10 {
                b'0'
            } else {
                b'a'.wrapping_sub(10)
            }
            .wrapping_add(low8(widen16(value))),
        );
    } else {
        text.hex(u64::from(value));
    }
}

/// Appends an operand; `style` is that of an immediate.
pub(super) fn operand(text: &mut TextBuffer, descriptor: Descriptor, operand: Operand, style: u8) {
    if common(text, operand) {
        return;
    }
    #[cfg(feature = "sve")]
    if scalable::operand(text, operand, true) {
        return;
    }
    match operand {
        // Fixed offsets are part of LLVM's template and stay decimal.
        Operand::Memory(own) => {
            #[cfg(feature = "sve")]
            let own = scalable::without_zero(descriptor, own);
            memory::operand(
                text,
                own,
                !matches!(
                    descriptor.kind,
                    Kind::MemFixed | Kind::MemPostQ | Kind::MemPostSize
                ),
            );
        }
        #[cfg(feature = "sme")]
        Operand::Matrix(own) => {
            sme::matrix(text, own, descriptor.kind == Kind::SliceBraced, true);
        }
        #[cfg(feature = "sme")]
        Operand::TileMask(mask) => sme::mask(text, mask),
        #[cfg(feature = "sme")]
        Operand::TableVector(index) => sme::table_vector(text, index),
        Operand::List(list) => {
            // Only of scalable vectors, more than two whose numbers do not wrap around are a range.
            let first = list.first;
            let is_range = first.class() == RegisterClass::Z
                && list.count > 2
                && first.number().wrapping_add(list.count) <= 32;
            let range = is_range.then_some(b" - ".as_slice());
            vector::list(text, list, b"{ ", b" }", range);
        }
        Operand::FloatImmediate(value) => vector::float(text, value),
        Operand::Immediate(value) if descriptor.kind == Kind::ByteMask => {
            vector::byte_mask(text, unsigned(value));
        }
        Operand::Immediate(value) => {
            text.byte(b'#');
            // A bitmask is shown as unsigned, except as mov's operand.
            if style & HEX_LLVM == 0 {
                text.signed_decimal(value);
            } else if style & BARE_ZERO != 0 && value == 0 {
                text.byte(b'0');
            } else if matches!(
                descriptor,
                Descriptor {
                    kind: Kind::Bitmask,
                    p: [_, _, _, _, 0, ..]
                } | Descriptor {
                    kind: Kind::ElementMask,
                    ..
                }
            ) {
                text.hex(unsigned(value));
            } else {
                text.signed_hex(value);
            }
            text.end(TokenKind::Immediate);
        }
        Operand::ShiftedImmediate {
            value,
            shift,
            amount,
        } => {
            text.byte(b'#');
            text.hex(u64::from(value));
            text.end(TokenKind::Immediate);
            if amount != 0 {
                modifier(text, shift.name(), Some(wide(widen(amount))));
            }
        }
        Operand::Name(name) => {
            match name.shown_or_apple(Syntax::Llvm, text.apple_names) {
                Some(shown) => text.name(shown.as_bytes()),
                None if matches!(descriptor.kind, Kind::SystemRegister) => {
                    system_register(text, b'S', b'C', name.value());
                }
                None => nameless(text, descriptor, name.value(), false),
            }
            text.end(TokenKind::Name);
        }
        Operand::ControlRegister(number) => {
            numbered(text, b'c', number);
            text.end(TokenKind::Name);
        }
        _ => {}
    }
}
