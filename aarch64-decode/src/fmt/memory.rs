//! Memory operands, which all syntaxes spell alike but for the base of numbers.

use super::piece;
use super::register;
use super::text::{TextBuffer, TokenKind};
use crate::bits::{wide, widen};
use crate::operand::{AddressMode, Extend, Memory, MemoryOffset};

/// Appends a memory operand; its offset in hexadecimal if `hex`.
pub(super) fn operand(text: &mut TextBuffer, memory: Memory, hex: bool) {
    piece::punctuation(text, b"[");
    register::register(text, memory.base);
    if memory.mode == AddressMode::Post {
        piece::punctuation(text, b"]");
        offset(text, memory.offset, true, hex);
        return;
    }
    offset(text, memory.offset, memory.mode == AddressMode::Pre, hex);
    piece::punctuation(
        text,
        if memory.mode == AddressMode::Pre {
            b"]!"
        } else {
            b"]"
        },
    );
}

/// Appends the offset behind a comma; 0 bytes only if the base is written back.
fn offset(text: &mut TextBuffer, offset: MemoryOffset, zero: bool, hex: bool) {
    match offset {
        MemoryOffset::None => {}
        MemoryOffset::Immediate(value) => {
            if value == 0 && !zero {
                return;
            }
            piece::punctuation(text, b", ");
            text.byte(b'#');
            if hex {
                text.signed_hex(i64::from(value));
            } else {
                text.signed_decimal(i64::from(value));
            }
            text.end(TokenKind::Immediate);
        }
        MemoryOffset::VectorLengths(value) => {
            if value != 0 {
                piece::punctuation(text, b", ");
                text.byte(b'#');
                if hex {
                    text.signed_hex(i64::from(value));
                } else {
                    text.signed_decimal(i64::from(value));
                }
                text.end(TokenKind::Immediate);
                piece::punctuation(text, b", ");
                text.name(b"mul vl");
                text.end(TokenKind::Name);
            }
        }
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } => {
            piece::punctuation(text, b", ");
            register::register(text, index);
            if extend != Extend::Lsl || amount.is_some() {
                piece::modifier(text, extend.name(), amount.map(|bits| wide(widen(bits))));
            }
        }
    }
}
