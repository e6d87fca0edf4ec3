//! The lines that make up nearly all of real code: names by class and number, and one operand more of a usual kind.

use super::cursor::{Cursor, Separator};
use super::gnu;
use super::llvm::{BARE_ZERO, HEX_LLVM};
use super::piece;
use super::register::{condition_name, plain_name};
use super::text::TokenKind;
use crate::bits::{low32, unsigned, wide, widen};
use crate::operand::AddressMode;
use crate::packed::{Packed, tag};
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

/// Appends an operand, if it is of a frequent kind; otherwise nothing, not even the separator.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as for Cursor")]
pub(super) fn operand(
    text: &mut Cursor<'_>,
    separator: Separator,
    packed: Packed,
    pc: u64,
    syntax: Syntax,
) -> Written {
    match packed.tag() {
        tag::REGISTER if packed.own().has_short_name() => {
            let name = plain_name(packed.low);
            text.named(separator, name, TokenKind::Register, true);
            Written::Whole
        }
        tag::CONDITION => {
            let name = condition_name(packed.own(), syntax);
            text.named(separator, name, TokenKind::Name, true);
            Written::Whole
        }
        tag::MEMORY_IMMEDIATE if packed.is_usual() => {
            memory(text, separator, packed, syntax);
            Written::Whole
        }
        tag::SHIFTED => {
            let name = plain_name(packed.low);
            text.named(separator, name, TokenKind::Register, true);
            let amount = unsigned(packed.value);
            if wide(widen(packed.two())) | amount != 0 {
                text.with(|text| {
                    piece::modifier(text, packed.register_shift().name(), Some(amount));
                });
            }
            Written::Whole
        }
        tag::SHIFTED_IMMEDIATE if packed.z() >= 12 => {
            text.separator(separator);
            text.hash_hex(low32(unsigned(packed.value)));
            text.end(TokenKind::Immediate);
            let amount = packed.shift_amount();
            if amount != 0 {
                text.with(|text| piece::modifier(text, "lsl", Some(wide(widen(amount)))));
            }
            Written::Whole
        }
        tag::ADDRESS if packed.is_usual() => {
            text.separator(separator);
            let address = packed.target(pc);
            text.hex(address);
            text.end(TokenKind::Address);
            Written::Address(address)
        }
        tag::PAGE if syntax != Syntax::Apple => {
            text.separator(separator);
            let address = packed.target(pc);
            text.hex(address);
            text.end(TokenKind::Address);
            Written::Address(address)
        }
        tag::IMMEDIATE if packed.value >= 0 => {
            let Some(style) = packed.style() else {
                return Written::No;
            };
            let hex = if syntax == Syntax::Gnu {
                style & gnu::HEX_GNU != 0
            } else {
                style & HEX_LLVM != 0 && (style & BARE_ZERO == 0 || packed.value != 0)
            };
            text.separator(separator);
            text.piece([b'#'], 1);
            if hex {
                text.hex(unsigned(packed.value));
            } else {
                text.decimal(unsigned(packed.value));
            }
            text.end(TokenKind::Immediate);
            Written::Whole
        }
        _ => Written::No,
    }
}

/// Appends a memory operand whose offset is a number of bytes.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as for Cursor")]
fn memory(text: &mut Cursor<'_>, separator: Separator, packed: Packed, syntax: Syntax) {
    let (value, mode) = (packed.value, AddressMode::new(packed.x()));
    text.bracketed(separator, plain_name(packed.low));
    if mode == AddressMode::Post {
        text.punctuation(*b"]\0", 1);
    }
    if value != 0 || mode != AddressMode::Offset {
        text.punctuation(*b", ", 2);
        let magnitude = value.unsigned_abs();
        if syntax == Syntax::Gnu {
            text.piece(*b"#-", usize::from(value < 0).wrapping_add(1));
            text.decimal(magnitude);
        } else if value < 0 {
            text.piece(*b"#-0x", 4);
            text.digits(low32(magnitude));
        } else {
            text.hash_hex(low32(magnitude));
        }
        text.end(TokenKind::Immediate);
    }
    match mode {
        AddressMode::Offset => text.punctuation(*b"]\0", 1),
        AddressMode::Pre => text.punctuation(*b"]!", 2),
        AddressMode::Post => {}
    }
}
