//! Registers as LLVM and GNU spell them.

use super::text::{TextBuffer, TokenKind};
use crate::bits::{low8, low32, widen};
use crate::condition::Condition;
use crate::register::{Predication, Register, RegisterClass};
use crate::syntax::Syntax;

/// Appends a register with its arrangement, lane and predication.
#[inline]
pub(super) fn register(text: &mut TextBuffer, register: Register) {
    match register
        .is_plain()
        .then(|| NAMES.get(register.by_number()))
        .flatten()
    {
        Some(&[a, b, c, len]) if len != 0 => text.short([a, b, c, 0], usize::from(len)),
        _ => arranged(text, register),
    }
    text.end(TokenKind::Register);
}

/// The name of a register or an LLVM condition (`low` of a packed operand) by class and number: three bytes and the length, which is 0
/// of a longer name.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as for Cursor")]
pub(super) fn plain_name(low: u64) -> [u8; 4] {
    let register = Register::from_bits(low32(low));
    NAMES.get(register.by_number()).copied().unwrap_or_default()
}

/// The name of a condition.
pub(super) fn condition_name(condition: Register, syntax: Syntax) -> [u8; 4] {
    let gnu = usize::from(syntax == Syntax::Gnu) << 5;
    let name = NAMES.get(condition.by_number().wrapping_add(gnu));
    name.copied().unwrap_or_default()
}

/// Names of registers and conditions by class and number, three bytes and the length, which is 0 of longer names. GNU has other names for two conditions.
static NAMES: [[u8; 4]; 17 * 32] = names();

/// Where the names of conditions start.
const CONDITIONS: usize = 15 * 32;

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time only"
)]
const fn names() -> [[u8; 4]; 17 * 32] {
    const LETTERS: [u8; 12] = *b"wxwxbhsdqvzp";
    const SPECIAL: [[u8; 4]; 4] = [*b"wzr\x03", *b"xzr\x03", *b"wsp\x03", *b"sp\0\x02"];
    let mut all = [[0; 4]; 17 * 32];
    let mut class = 0;
    while class < 12 {
        let mut number = 0_u8;
        let mut at = class * 32;
        while number < 32 {
            all[at] = if number < 10 {
                [LETTERS[class], b'0' + number, 0, 2]
            } else {
                [LETTERS[class], b'0' + number / 10, b'0' + number % 10, 3]
            };
            number += 1;
            at += 1;
        }
        if class < 4 {
            all[class * 32 + 31] = SPECIAL[class];
        }
        class += 1;
    }
    let mut number = 0_u8;
    let mut at = CONDITIONS;
    while number < 16 {
        let name = Condition::new(number).name().as_bytes();
        all[at] = [name[0], name[1], 0, 2];
        all[at + 32] = match number {
            2 => *b"cs\0\x02",
            3 => *b"cc\0\x02",
            _ => all[at],
        };
        number += 1;
        at += 1;
    }
    all
}

#[inline(never)]
fn arranged(text: &mut TextBuffer, register: Register) {
    name(text, register);
    suffix(text, register);
}

/// Appends a register's name without arrangement and lane. Does not end the token.
#[inline]
pub(super) fn name(text: &mut TextBuffer, register: Register) {
    let (letter, special) = match register.class() {
        RegisterClass::W => (b'w', Some(*b"wzr\0")),
        RegisterClass::X => (b'x', Some(*b"xzr\0")),
        RegisterClass::Wsp => (b'w', Some(*b"wsp\0")),
        RegisterClass::Xsp => (b'x', Some(*b"sp\0\0")),
        RegisterClass::B => (b'b', None),
        RegisterClass::H => (b'h', None),
        RegisterClass::S => (b's', None),
        RegisterClass::D => (b'd', None),
        RegisterClass::Q => (b'q', None),
        RegisterClass::V => (b'v', None),
        RegisterClass::Z => (b'z', None),
        RegisterClass::P => (b'p', None),
        RegisterClass::Pn => {
            text.name(b"pn");
            return decimal(text, register.number());
        }
        RegisterClass::Za => {
            text.name(b"za");
            return decimal(text, register.number());
        }
        RegisterClass::Zt => {
            text.name(b"zt");
            return decimal(text, register.number());
        }
    };
    match special {
        Some(special) if register.number() == 31 => {
            let len = if matches!(register.class(), RegisterClass::Xsp) {
                2
            } else {
                3
            };
            text.short(special, len);
        }
        _ => numbered(text, letter, register.number()),
    }
}

/// Appends the arrangement, the lane and the predication. Does not end the token.
#[inline]
pub(super) fn suffix(text: &mut TextBuffer, register: Register) {
    let arrangement = register.arrangement().name();
    if !arrangement.is_empty() {
        text.byte(b'.');
        text.name(arrangement.as_bytes());
    }
    if let Some(lane) = register.lane() {
        text.byte(b'[');
        decimal(text, lane);
        text.byte(b']');
    }
    match register.predication() {
        Predication::None => {}
        Predication::Zeroing => text.name(b"/z"),
        Predication::Merging => text.name(b"/m"),
    }
}

/// Appends a number below 100.
#[inline]
pub(super) fn decimal(text: &mut TextBuffer, number: u8) {
    let tens = low8(widen(number).wrapping_mul(205) >> 11);
    if tens != 0 {
        text.byte(tens | b'0');
    }
    text.byte(number.wrapping_sub(tens.wrapping_mul(10)) | b'0');
}

/// Appends a letter and a number below 100.
#[inline]
pub(super) fn numbered(text: &mut TextBuffer, letter: u8, number: u8) {
    let tens = low8(widen(number).wrapping_mul(205) >> 11);
    let ones = number.wrapping_sub(tens.wrapping_mul(10)) | b'0';
    if tens == 0 {
        text.short([letter, ones, 0, 0], 2);
    } else {
        text.short([letter, tens | b'0', ones, 0], 3);
    }
}
