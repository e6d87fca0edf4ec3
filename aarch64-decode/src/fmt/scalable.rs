//! Operands that only the scalable extensions have.

use super::piece;
use super::register;
use super::text::{TextBuffer, TokenKind};
use crate::bits::{unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::{Memory, MemoryOffset, Operand};
use crate::register::Arrangement;

/// Appends such an operand; an immediate in hexadecimal, cut to the size of its element, if `hex`. Returns whether it was one.
pub(super) fn operand(text: &mut TextBuffer, operand: Operand, hex: bool) -> bool {
    match operand {
        Operand::Multiplier(value) => {
            text.name(b"mul");
            text.end(TokenKind::Name);
            text.name(b" #");
            if hex {
                text.hex(wide(widen(value)));
            } else {
                text.decimal(wide(widen(value)));
            }
            text.end(TokenKind::Immediate);
        }
        Operand::HalfUnits(halves) => {
            text.byte(b'#');
            text.decimal(wide(widen(halves >> 1)));
            text.name(if halves & 1 == 0 { b".0" } else { b".5" });
            text.end(TokenKind::Immediate);
        }
        Operand::ElementImmediate { value, element } => {
            text.byte(b'#');
            if hex {
                let unused = match element {
                    Arrangement::B => 56,
                    Arrangement::H => 48,
                    Arrangement::S => 32,
                    _ => 0,
                };
                text.hex(unsigned(i64::from(value)) & u64::MAX.wrapping_shr(unused));
            } else {
                text.signed_decimal(i64::from(value));
            }
            text.end(TokenKind::Immediate);
        }
        Operand::Slice {
            register,
            base,
            offset,
        } => {
            register::register(text, register);
            piece::punctuation(text, b"[");
            register::register(text, base);
            piece::punctuation(text, b", ");
            text.decimal(wide(widen(offset)));
            text.end(TokenKind::Immediate);
            piece::punctuation(text, b"]");
        }
        _ => return false,
    }
    true
}

/// The memory operand without an offset that is xzr, where the offset may be left out.
pub(super) fn without_zero(descriptor: Descriptor, memory: Memory) -> Memory {
    match memory.offset {
        MemoryOffset::Register { index, .. }
            if matches!(descriptor.kind, Kind::MemIndex | Kind::MemZReg) && index.is_zero() =>
        {
            Memory {
                offset: MemoryOffset::None,
                ..memory
            }
        }
        _ => memory,
    }
}
