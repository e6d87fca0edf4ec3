//! Operands of integer instructions: registers, immediates, addresses.

use crate::bits::{field, five, low8, low32, sign_extend, signed, signed32, wide, widen};
use crate::operand::{AddressMode, Extend, MemoryOffset};
use crate::packed::Packed;
use crate::register::Register;

pub(super) fn immediate(value: u64) -> Packed {
    Packed::immediate(signed(value))
}

pub(super) const fn gpr(class: u8, number: u8) -> Register {
    Register::numbered(class, number)
}

pub(super) const fn register(class: u8, number: u8) -> Packed {
    Packed::register(gpr(class, number))
}

/// The 21-bit distance of adr and adrp.
pub(super) fn adr(word: u32, low: u8, high: u8) -> i64 {
    sign_extend(field(word, high, 19) << 2 | field(word, low, 2), 21)
}

/// The memory operand whose base is the field at `base`.
pub(super) fn memory(word: u32, base: u8, offset: MemoryOffset, mode: AddressMode) -> Packed {
    Packed::memory(gpr(3, five(word, base)), offset, mode)
}

pub(super) fn immediate_offset(word: u32, base: u8, value: u64, mode: u8) -> Packed {
    // Offsets are at most 4095 * 16 bytes.
    let offset = MemoryOffset::Immediate(signed32(low32(value)));
    memory(word, base, offset, AddressMode::new(mode))
}

/// A register offset: extended by option, shifted by `log` bits if S is 1 (Arm ARM, LDR
/// (register)).
pub(super) fn register_offset(
    word: u32,
    base: u8,
    index: u8,
    option: u8,
    s: u8,
    log: u8,
) -> Packed {
    let option = field(word, option, 3);
    let extend = if option == 3 {
        Extend::Lsl
    } else {
        Extend::new(option)
    };
    let offset = MemoryOffset::Register {
        index: gpr(low8(option & 1), five(word, index)),
        extend,
        amount: (field(word, s, 1) != 0).then_some(log),
    };
    memory(word, base, offset, AddressMode::Offset)
}

/// A register that is extended; lsl where that is the preferred spelling (Arm ARM, ADD (extended
/// register)).
pub(super) fn extended(
    class: u8,
    word: u32,
    register: u8,
    option: u8,
    amount: u8,
    with_rd: u8,
) -> Packed {
    let option = field(word, option, 3);
    // Only a 64-bit instruction takes a 64-bit register, and only for uxtx and sxtx.
    let wide_register = class & u8::from(option & 3 == 3);
    let sp = field(word, 5, 5) == 31 || with_rd != 0 && field(word, 0, 5) == 31;
    let extend = if sp && option == widen(class).wrapping_add(2) {
        Extend::Lsl
    } else {
        Extend::new(option)
    };
    let register = gpr(wide_register, five(word, register));
    Packed::extended(register, extend, low8(field(word, amount, 3)))
}

/// The value that movz (or movn, `inverted`) writes; of 32 bits sign-extended.
pub(super) fn wide_value(size: u8, inverted: u8, imm: u32, hw: u32) -> Packed {
    let value = wide(imm).wrapping_shl(hw.wrapping_mul(16));
    let value = if inverted == 0 { value } else { !value };
    Packed::immediate(if size == 32 {
        sign_extend(low32(value), 32)
    } else {
        signed(value)
    })
}

/// A logical immediate (Arm ARM, DecodeBitMasks) of a word whose reserved values were refused: immr
/// in bits 21:16, imms in 15:10.
pub(crate) fn bitmask(word: u32, n: u8, size: u8) -> u64 {
    let (immr, imms) = (field(word, 16, 6), field(word, 10, 6));
    // The element's size is the highest bit of N:NOT(imms).
    let pattern = widen(n) << 6 | !imms & 63;
    let log = 31_u32.wrapping_sub((pattern | 1).leading_zeros());
    let element = 1_u32.wrapping_shl(log);
    let levels = element.wrapping_sub(1);
    let ones = (imms & levels).wrapping_add(1);
    let rotate = immr & levels;
    let run = u64::MAX.wrapping_shr(64_u32.wrapping_sub(ones) & 63);
    let full = u64::MAX.wrapping_shr(64_u32.wrapping_sub(element) & 63);
    let turned = if rotate == 0 {
        run
    } else {
        (run.wrapping_shr(rotate) | run.wrapping_shl(element.wrapping_sub(rotate))) & full
    };
    // Repeat the element over 64 bits.
    let mut value = turned;
    let mut width = element;
    while width < 64 {
        value |= value.wrapping_shl(width);
        width = width.wrapping_shl(1);
    }
    if size == 32 {
        value & 0xffff_ffff
    } else {
        value
    }
}
