//! Parts of the matrix ZA and of the table zt0.

use super::piece::punctuation;
use super::register as registers;
use super::register::register;
use super::text::{TextBuffer, TokenKind};
use crate::bits::{wide, widen};
use crate::operand::{Matrix, MatrixPart};

/// Appends slices or vectors of the matrix, in braces if they are loaded or stored; a range of them in hexadecimal if `hex`.
pub(super) fn matrix(text: &mut TextBuffer, own: Matrix, braces: bool, hex: bool) {
    if braces {
        punctuation(text, b"{");
    }
    match own.part {
        MatrixPart::Array => text.name(b"za"),
        MatrixPart::Horizontal => {
            registers::name(text, own.matrix);
            text.byte(b'h');
        }
        MatrixPart::Vertical => {
            registers::name(text, own.matrix);
            text.byte(b'v');
        }
    }
    registers::suffix(text, own.matrix);
    text.end(TokenKind::Register);
    punctuation(text, b"[");
    register(text, own.selector);
    punctuation(text, b", ");
    let range = own.count > 1;
    number(text, own.first, hex && range);
    if range {
        punctuation(text, b":");
        number(text, own.first.wrapping_add(own.count.wrapping_sub(1)), hex);
    }
    if own.group > 1 {
        punctuation(text, b", ");
        text.name(b"vgx");
        registers::decimal(text, own.group);
        text.end(TokenKind::Name);
    }
    punctuation(text, if braces { b"]}" } else { b"]" });
}

fn number(text: &mut TextBuffer, value: u8, hex: bool) {
    if hex {
        text.hex(wide(widen(value)));
    } else {
        registers::decimal(text, value);
    }
    text.end(TokenKind::Immediate);
}

/// Appends a vector of the table zt0.
pub(super) fn table_vector(text: &mut TextBuffer, index: u8) {
    text.name(b"zt0");
    text.end(TokenKind::Register);
    punctuation(text, b"[");
    number(text, index, false);
    punctuation(text, b", ");
    text.name(b"mul vl");
    text.end(TokenKind::Name);
    punctuation(text, b"]");
}

/// A tile of 16, 32 or 64 bits and the 64-bit tiles that it is made of.
type Tile = (&'static [u8], u8);

const HALVES: [Tile; 2] = [(b"za0.h", 0x55), (b"za1.h", 0xaa)];
const WORDS: [Tile; 4] = [
    (b"za0.s", 0x11),
    (b"za1.s", 0x22),
    (b"za2.s", 0x44),
    (b"za3.s", 0x88),
];
const DOUBLES: [Tile; 8] = [
    (b"za0.d", 1),
    (b"za1.d", 2),
    (b"za2.d", 4),
    (b"za3.d", 8),
    (b"za4.d", 0x10),
    (b"za5.d", 0x20),
    (b"za6.d", 0x40),
    (b"za7.d", 0x80),
];

/// Appends those of `tiles` that `mask` still has in full, and takes them away.
fn take(text: &mut TextBuffer, mask: &mut u8, tiles: &[Tile], between: &[u8]) {
    for &(name, bits) in tiles {
        if *mask & bits == bits {
            *mask &= !bits;
            if !text.ends_with(b'{') {
                punctuation(text, between);
            }
            text.name(name);
            text.end(TokenKind::Register);
        }
    }
}

/// Appends a set of tiles as LLVM does: tiles of one size only, without a space if they are of 32 bits.
pub(super) fn mask(text: &mut TextBuffer, mask: u8) {
    let mut left = mask;
    punctuation(text, b"{");
    match mask {
        0 => {}
        0xff => whole(text),
        0x55 | 0xaa => take(text, &mut left, &HALVES, b", "),
        _ if mask >> 4 == mask & 15 => take(text, &mut left, &WORDS, b","),
        _ => take(text, &mut left, &DOUBLES, b", "),
    }
    punctuation(text, b"}");
}

/// Appends a set of tiles as GNU does: the largest tiles first.
pub(super) fn mixed_mask(text: &mut TextBuffer, mask: u8) {
    let mut left = mask;
    punctuation(text, b"{");
    if mask == 0xff {
        whole(text);
    } else {
        take(text, &mut left, &HALVES, b", ");
        take(text, &mut left, &WORDS, b", ");
        take(text, &mut left, &DOUBLES, b", ");
    }
    punctuation(text, b"}");
}

fn whole(text: &mut TextBuffer) {
    text.name(b"za");
    text.end(TokenKind::Register);
}
