//! Operands of floating point and Advanced SIMD: arrangements, lanes, lists and their immediates.

use crate::bits::{field, five, low8, signed, wide, widen};
use crate::operand::RegisterList;
use crate::packed::Packed;
use crate::register::{Arrangement, Register, RegisterClass};

/// The arrangement of elements of `8 << log` bits; of all 128 bits if `full`.
const fn arrangement(log: u32, full: bool) -> Arrangement {
    match (log, full) {
        (0, false) => Arrangement::B8,
        (0, true) => Arrangement::B16,
        (1, false) => Arrangement::H4,
        (1, true) => Arrangement::H8,
        (2, false) => Arrangement::S2,
        (2, true) => Arrangement::S4,
        (3, false) => Arrangement::D1,
        (3, true) => Arrangement::D2,
        _ => Arrangement::Q1,
    }
}

/// One element of `8 << log` bits.
pub(super) const fn element(log: u32) -> Arrangement {
    match log {
        0 => Arrangement::B,
        1 => Arrangement::H,
        2 => Arrangement::S,
        3 => Arrangement::D,
        _ => Arrangement::Q,
    }
}

/// The highest bit that is set, 0 if none is.
const fn highest(bits: u32) -> u32 {
    31_u32.wrapping_sub((bits | 1).leading_zeros())
}

fn vector(number: u8, arrangement: Arrangement) -> Register {
    Register::new(RegisterClass::V, number).arranged(arrangement)
}

/// A vector of elements of `8 << log` bits.
pub(super) fn sized(word: u32, register: u8, log: u32, full: bool) -> Packed {
    Packed::register(vector(five(word, register), arrangement(log, full)))
}

/// A vector whose arrangement is one of two by a bit of the word.
pub(super) fn either(word: u32, register: u8, bit: u8, two: [Arrangement; 2]) -> Packed {
    let [clear, set] = two;
    let arrangement = if field(word, bit, 1) == 0 { clear } else { set };
    Packed::register(vector(five(word, register), arrangement))
}

/// The size of the elements of a shift by an immediate: the highest bit of immh.
pub(super) fn immh(word: u32, lsb: u8, width: u8, more: u8) -> u32 {
    highest(field(word, lsb, width)).wrapping_add(widen(more))
}

/// The size of the element that imm5 names: its lowest bit.
pub(super) fn imm5(word: u32, lsb: u8) -> u32 {
    field(word, lsb, 5).trailing_zeros()
}

/// A scalar of `8 << log` bits.
pub(super) fn scalar(word: u32, register: u8, log: u32) -> Packed {
    let class = match log {
        0 => RegisterClass::B,
        1 => RegisterClass::H,
        2 => RegisterClass::S,
        3 => RegisterClass::D,
        _ => RegisterClass::Q,
    };
    Packed::register(Register::new(class, five(word, register)))
}

/// The general register of an element that imm5 names.
pub(super) fn general(word: u32, register: u8, lsb: u8) -> Packed {
    let class = if imm5(word, lsb) == 3 {
        RegisterClass::X
    } else {
        RegisterClass::W
    };
    Packed::register(Register::new(class, five(word, register)))
}

/// One element.
pub(super) fn lane(number: u8, arrangement: Arrangement, lane: u32) -> Packed {
    Packed::register(vector(number, arrangement).at_lane(low8(lane)))
}

/// The element that imm5 names, its index being `index` or the bits of imm5 above its size.
pub(super) fn lane_imm5(word: u32, register: u8, lsb: u8, index: Option<u32>) -> Packed {
    let size = imm5(word, lsb);
    let at = match index {
        Some(bits) => bits.wrapping_shr(size),
        None => field(word, lsb, 5).wrapping_shr(size.wrapping_add(1)),
    };
    lane(five(word, register), element(size), at)
}

/// Joins single bits of the word, the first being the highest.
fn join(word: u32, bits: &[u8]) -> u32 {
    bits.iter()
        .fold(0, |value, &bit| value << 1 | field(word, bit, 1))
}

/// `Vm.h[H:L:M]` with four bits of register number.
pub(super) fn lane_hlm(word: u32, [rm, h, l, m]: [u8; 4], arrangement: Arrangement) -> Packed {
    lane(
        low8(field(word, rm, 4)),
        arrangement,
        join(word, &[h, l, m]),
    )
}

/// `Vm.b[H:L:M:Rm<3>]` with three bits of register number.
pub(super) fn lane_hlmr(word: u32, [rm, h, l, m]: [u8; 4], arrangement: Arrangement) -> Packed {
    let at = join(word, &[h, l, m, rm.wrapping_add(3)]);
    lane(low8(field(word, rm, 3)), arrangement, at)
}

/// `Vm.s[H:L]`, M being the highest bit of the register's number.
pub(super) fn lane_hl(word: u32, [rm, m, h, l]: [u8; 4], arrangement: Arrangement) -> Packed {
    let number = field(word, m, 1) << 4 | field(word, rm, 4);
    lane(low8(number), arrangement, join(word, &[h, l]))
}

/// `Vm.d[H]`.
pub(super) fn lane_h(word: u32, [rm, m, h]: [u8; 3], arrangement: Arrangement) -> Packed {
    let number = field(word, m, 1) << 4 | field(word, rm, 4);
    lane(low8(number), arrangement, field(word, h, 1))
}

/// A float of eight bits: sign, three bits of exponent, four of fraction (Arm ARM, VFPExpandImm).
pub(super) fn float(bits: u32) -> Packed {
    Packed::float(low8(bits))
}

/// 64 bits, a byte of ones or zeroes for each bit (Arm ARM, AdvSIMDExpandImm, cmode 1110 with op 1).
pub(super) fn byte_mask(bits: u32) -> Packed {
    let bits = wide(bits & 0xff);
    // Spread the bits to one a byte, then fill the bytes.
    let spread = (bits | bits << 28) & 0x0000_000f_0000_000f;
    let spread = (spread | spread << 14) & 0x0003_0003_0003_0003;
    let spread = (spread | spread << 7) & 0x0101_0101_0101_0101;
    Packed::immediate(signed(spread.wrapping_mul(0xff)))
}

/// A list of `count` registers one behind the other.
pub(super) fn list(word: u32, register: u8, count: u8, arrangement: Arrangement) -> Packed {
    Packed::list(RegisterList {
        first: vector(five(word, register), arrangement),
        count,
        stride: 1,
    })
}

/// A list of one element of each of `count` registers. `bits` of the word are the index.
pub(super) fn list_lane(
    word: u32,
    register: u8,
    count: u8,
    arrangement: Arrangement,
    index: u32,
) -> Packed {
    Packed::list(RegisterList {
        first: vector(five(word, register), arrangement).at_lane(low8(index)),
        count,
        stride: 1,
    })
}

/// A list whose arrangement is of elements of `8 << log` bits.
pub(super) fn list_sized(word: u32, register: u8, count: u8, log: u32, full: bool) -> Packed {
    list(word, register, count, arrangement(log, full))
}

/// The sum of a field and a number: the size of an element.
pub(super) fn size(word: u32, lsb: u8, width: u8, more: u8) -> u32 {
    field(word, lsb, width).wrapping_add(widen(more))
}
