//! The operands that make up most of real code: straight from the word to text, without an operand in between.

use super::cursor::Cursor;
use super::gnu;
use super::llvm::{BARE_ZERO, HEX_LLVM};
use super::piece;
use super::register::separated;
use super::text::TokenKind;
use crate::bits::{field, five, low8, low32, sign_extend, signed32, unsigned, wide, widen};
use crate::condition::Condition;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::{AddressMode, Shift};
use crate::program::relative;
use crate::register::Register;
use crate::syntax::Syntax;

/// What became of an operand.
pub(super) enum Written {
    /// It is in the text.
    Whole,
    /// It is in the text, and a symbol of this address may follow.
    Address(u64),
    /// Nothing was written: it is none of the frequent ones.
    No,
}

/// Appends the operand if it is one of the frequent kinds.
#[inline(always)]
#[expect(
    clippy::inline_always,
    clippy::many_single_char_names,
    reason = "as for Cursor; the parameters of a descriptor, which operands.isa names"
)]
pub(super) fn operand(
    text: &mut Cursor<'_>,
    descriptor: Descriptor,
    word: u32,
    pc: u64,
    syntax: Syntax,
) -> Written {
    let [a, b, c, d, e, ..] = descriptor.p;
    match descriptor.kind {
        Kind::MemUImm => {
            let value = signed32(field(word, b, c).wrapping_mul(widen(d)));
            let base = Register::numbered(3, five(word, a));
            memory(
                text,
                base,
                value,
                AddressMode::Offset,
                syntax != Syntax::Gnu,
            );
        }
        Kind::MemSImm => {
            let value = unsigned(sign_extend(field(word, b, c), c)).wrapping_mul(wide(widen(d)));
            let base = Register::numbered(3, five(word, a));
            let mode = AddressMode::new(e);
            memory(
                text,
                base,
                signed32(low32(value)),
                mode,
                syntax != Syntax::Gnu,
            );
        }
        Kind::ShiftedGpr => {
            separated(text, ([0; 2], 0), Register::numbered(a, five(word, b)));
            let (shift, amount) = (field(word, c, 2), field(word, d, 6));
            if shift | amount != 0 {
                text.with(|text| {
                    piece::modifier(text, Shift::new(shift).name(), Some(wide(amount)));
                });
            }
        }
        Kind::ShiftedImm => {
            text.hash_hex(field(word, a, b));
            text.end(TokenKind::Immediate);
            if field(word, c, 1) != 0 {
                text.with(|text| piece::modifier(text, "lsl", Some(12)));
            }
        }
        Kind::UImm => {
            let value = wide(field(word, a, b)).wrapping_mul(wide(widen(c)));
            let hex = if syntax == Syntax::Gnu {
                d & gnu::HEX_GNU != 0
            } else {
                d & HEX_LLVM != 0 && (d & BARE_ZERO == 0 || value != 0)
            };
            text.piece([b'#'], 1);
            if hex {
                text.hex(value);
            } else {
                text.decimal(value);
            }
            text.end(TokenKind::Immediate);
        }
        Kind::Cond if syntax != Syntax::Gnu => {
            let condition = Condition::new(low8(field(word, a, 4)) ^ b);
            if let Some(&[first, second]) = condition.name().as_bytes().first_chunk() {
                text.piece([first, second], 2);
            }
            text.end(TokenKind::Name);
        }
        Kind::PcRel => {
            let address = relative(pc, sign_extend(field(word, a, b), b), c);
            text.hex(address);
            text.end(TokenKind::Address);
            return Written::Address(address);
        }
        _ => return Written::No,
    }
    Written::Whole
}

/// Appends a memory operand whose offset is a number of bytes.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as for Cursor")]
fn memory(text: &mut Cursor<'_>, base: Register, value: i32, mode: AddressMode, hex: bool) {
    separated(text, (*b"[\0", 1), base);
    if mode == AddressMode::Post {
        text.punctuation(*b"]\0", 1);
    }
    if value != 0 || mode != AddressMode::Offset {
        text.punctuation(*b", ", 2);
        if hex {
            if value < 0 {
                text.piece(*b"#-0x", 4);
                text.digits(value.unsigned_abs());
            } else {
                text.hash_hex(value.unsigned_abs());
            }
        } else {
            text.piece(*b"#-", usize::from(value < 0).wrapping_add(1));
            text.decimal(wide(value.unsigned_abs()));
        }
        text.end(TokenKind::Immediate);
    }
    match mode {
        AddressMode::Offset => text.punctuation(*b"]\0", 1),
        AddressMode::Pre => text.punctuation(*b"]!", 2),
        AddressMode::Post => {}
    }
}
