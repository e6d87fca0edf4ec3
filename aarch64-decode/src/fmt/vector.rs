//! Register lists and floats.

use super::register;
use super::text::{TextBuffer, TokenKind};
use crate::bits::{low8, low32, widen16};
use crate::operand::{FpImmediate, RegisterList};
use crate::register::{Register, RegisterClass};

/// Appends a list between `open` and `close`. If `range` is given and the numbers follow each
/// other, the list is a range with `range` between its ends; otherwise every register is named.
pub(super) fn list(
    text: &mut TextBuffer,
    list: RegisterList,
    open: &[u8],
    close: &[u8],
    range: Option<&[u8]>,
) {
    punctuation(text, open);
    let first = list.first.whole();
    if let Some(range) = range.filter(|_| list.stride == 1) {
        register::register(text, first);
        punctuation(text, range);
        register::register(text, step(first, list.count.wrapping_sub(1)));
    } else {
        let mut at = first;
        for number in 0..list.count {
            if number != 0 {
                punctuation(text, b", ");
            }
            register::register(text, at);
            at = step(at, list.stride);
        }
    }
    punctuation(text, close);
    if let Some(lane) = list.first.lane() {
        punctuation(text, b"[");
        register::decimal(text, lane);
        text.end(TokenKind::Immediate);
        punctuation(text, b"]");
    }
}

fn step(register: Register, by: u8) -> Register {
    let last = if register.class() == RegisterClass::P {
        15
    } else {
        31
    };
    register.with_number(register.number().wrapping_add(by) & last)
}

fn punctuation(text: &mut TextBuffer, bytes: &[u8]) {
    text.name(bytes);
    text.end(TokenKind::Punctuation);
}

/// Appends a float with eight decimals, which hold it exactly.
pub(super) fn float(text: &mut TextBuffer, value: FpImmediate) {
    text.byte(b'#');
    if value.is_negative() {
        text.byte(b'-');
    }
    let units = u64::from(value.magnitude_in_128ths());
    text.decimal(units >> 7);
    text.byte(b'.');
    // 1/128 is 0.00781250.
    digits(text, (units & 127).wrapping_mul(781_250));
    text.end(TokenKind::Immediate);
}

/// Appends a float as GNU does: one digit, eighteen decimals and an exponent.
pub(super) fn scientific(text: &mut TextBuffer, value: FpImmediate) {
    text.byte(b'#');
    if value.is_negative() {
        text.byte(b'-');
    }
    // In units of 10^-7: 1/128 is 78125 of them.
    let mut units = u64::from(widen16(value.magnitude_in_128ths())).wrapping_mul(78_125);
    // The value is 0.125 to 31: one digit before the point after at most one step either way.
    let (exponent, negative) = if units >= 100_000_000 {
        (b'1', false)
    } else if units < 10_000_000 {
        units = units.wrapping_mul(100);
        (b'1', true)
    } else {
        units = units.wrapping_mul(10);
        (b'0', false)
    };
    text.decimal(units.wrapping_div(100_000_000));
    text.byte(b'.');
    digits(text, units.wrapping_rem(100_000_000));
    text.name(b"0000000000");
    text.byte(b'e');
    text.byte(if negative { b'-' } else { b'+' });
    text.byte(b'0');
    text.byte(exponent);
    text.end(TokenKind::Immediate);
}

/// Appends exactly eight decimal digits.
fn digits(text: &mut TextBuffer, value: u64) {
    let mut rest = value;
    for _ in 0..8 {
        text.decimal(rest.wrapping_div(10_000_000).wrapping_rem(10));
        rest = rest.wrapping_mul(10);
    }
}

/// Appends 64 bits as C's `%#016llx` does: sixteen characters with the 0x, which 0 does not have.
pub(super) fn byte_mask(text: &mut TextBuffer, value: u64) {
    text.byte(b'#');
    let mut shift = 56_u32;
    if value == 0 {
        text.name(b"00");
    } else {
        text.name(b"0x");
        if value.leading_zeros() < 8 {
            shift = 64;
        }
    }
    while shift > 0 {
        shift = shift.wrapping_sub(4);
        let digit = low8(low32(value.wrapping_shr(shift))) & 15;
        text.byte(if digit < 10 {
            digit | b'0'
        } else {
            digit.wrapping_add(b'a'.wrapping_sub(10))
        });
    }
    text.end(TokenKind::Immediate);
}
