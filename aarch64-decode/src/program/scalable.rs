//! Operands of the scalable extensions: vectors and predicates whose element size is in the word, lists, slices, addresses.

use super::integer::{bitmask, gpr, immediate, memory};
use super::vector::element;
use crate::bits::{
    field, five, low8, low16, low32, sign_extend, signed, signed32, unsigned, wide, widen,
};
use crate::operand::{AddressMode, Extend, MemoryOffset, RegisterList, Shift};
use crate::packed::Packed;
use crate::register::{Arrangement, Predication, Register, RegisterClass};

/// `width` bits, which may be none.
fn bits(word: u32, [lsb, width]: [u8; 2]) -> u32 {
    field(word, lsb, width)
}

fn z(number: u32, arrangement: Arrangement) -> Register {
    Register::new(RegisterClass::Z, low8(number & 31)).arranged(arrangement)
}

/// The size that a field gives, `more` being added (`word more`).
pub(super) fn size(word: u32, span: [u8; 2], more: u8) -> Arrangement {
    element(widen(low8(bits(word, span)).wrapping_add(more)))
}

/// A vector register with elements of a size.
pub(super) fn vector(word: u32, lsb: u8, arrangement: Arrangement) -> Packed {
    Packed::register(z(field(word, lsb, 5), arrangement))
}

/// The bits of the size and the amount of a shift: `high` above `low`.
fn shift_bits(word: u32, high: [u8; 2], low: [u8; 2]) -> u32 {
    let [_, width] = low;
    bits(word, high).wrapping_shl(widen(width)) | bits(word, low)
}

/// The highest bit that is set, 0 if none is.
const fn highest(bits: u32) -> u32 {
    31_u32.wrapping_sub((bits | 1).leading_zeros())
}

/// The size of a shift's elements: the highest bit of tszh:tszl.
pub(super) fn tsz(word: u32, high: [u8; 2], low: u8, more: u8) -> Arrangement {
    element(highest(shift_bits(word, high, [low, 2])).wrapping_add(widen(more)))
}

/// The amount of a shift to the right (or left): three of its bits are behind the size.
pub(super) fn tsz_amount(word: u32, high: [u8; 2], low: [u8; 2], right: bool) -> Packed {
    let value = shift_bits(word, high, low);
    let log = highest(value.wrapping_shr(3));
    immediate(wide(if right {
        16_u32.wrapping_shl(log).wrapping_sub(value)
    } else {
        value.wrapping_sub(8_u32.wrapping_shl(log))
    }))
}

/// The size that is the lowest bit of a field.
pub(super) fn lowest(word: u32, span: [u8; 2]) -> Arrangement {
    element(bits(word, span).trailing_zeros())
}

/// One element, whose index is the bits above the lowest one that is set.
pub(super) fn lane_lowest(word: u32, lsb: u8, high: [u8; 2], low: [u8; 2]) -> Packed {
    let size = bits(word, low).trailing_zeros();
    let index = shift_bits(word, high, low).wrapping_shr(size.wrapping_add(1));
    Packed::register(z(field(word, lsb, 5), element(size)).at_lane(low8(index)))
}

/// One element.
pub(super) fn lane(word: u32, register: [u8; 2], index: u32, arrangement: u8) -> Packed {
    let register = z(bits(word, register), Arrangement::new(arrangement));
    Packed::register(register.at_lane(low8(index)))
}

/// One element, whose index is in two fields.
pub(super) fn lane_pair(word: u32, register: [u8; 2], spans: [u8; 4], arrangement: u8) -> Packed {
    let [a, b, c, d] = spans;
    lane(
        word,
        register,
        shift_bits(word, [a, b], [c, d]),
        arrangement,
    )
}

/// The logarithm of the bytes of a bitmask immediate's element; imm13 is N:immr:imms.
fn mask_log(imm13: u32) -> u32 {
    let pattern = imm13 >> 6 & 0x40 | !imm13 & 63;
    highest(pattern.wrapping_shr(3))
}

/// The size of a bitmask immediate's elements.
pub(super) fn mask_size(word: u32, span: [u8; 2]) -> Arrangement {
    element(mask_log(bits(word, span)))
}

/// A bitmask immediate, of the size of its elements.
pub(super) fn mask(word: u32, span: [u8; 2]) -> u64 {
    let imm13 = bits(word, span);
    let unused = 64_u32.wrapping_sub(8_u32.wrapping_shl(mask_log(imm13)));
    let all = u64::MAX.wrapping_shr(unused);
    bitmask(imm13.wrapping_shl(10), low8(imm13 >> 12 & 1), 64) & all
}

/// Whether mov is the preferred spelling of dupm (Arm ARM, SVEMoveMaskPreferred): dup cannot write the element.
pub(crate) fn is_move_mask(word: u32) -> bool {
    let imm13 = field(word, 5, 13);
    let log = mask_log(imm13);
    let unused = 64_u32.wrapping_sub(8_u32.wrapping_shl(log));
    let value = signed(mask(word, [5, 13]).wrapping_shl(unused)).wrapping_shr(unused);
    log != 0 && i8::try_from(value).is_err() && (value & 0xff != 0 || i16::try_from(value).is_err())
}

/// The first register of a list and its number of registers (`word shape`).
pub(super) fn list(
    word: u32,
    class: u8,
    span: [u8; 2],
    shape: u8,
    arrangement: Arrangement,
) -> Packed {
    let number = low8(bits(word, span)).wrapping_mul(shape >> 4);
    Packed::list(RegisterList {
        first: gpr(class, number).arranged(arrangement),
        count: shape & 15,
        stride: 1,
    })
}

/// A predicate register.
pub(super) fn predicate(word: u32, class: u8, span: [u8; 2], more: u8) -> Register {
    gpr(class, low8(bits(word, span)).wrapping_add(more))
}

/// What a governing predicate does (`word predication`).
pub(super) fn predication(number: u8) -> Predication {
    match number {
        0 => Predication::None,
        1 => Predication::Zeroing,
        _ => Predication::Merging,
    }
}

/// A bit of a predicate: its number is w12 to w15 plus the index.
pub(super) fn slice(word: u32, [register, base]: [u8; 2], high: [u8; 2], low: [u8; 2]) -> Packed {
    let all = shift_bits(word, high, low);
    let size = all.trailing_zeros() & 3;
    let register = Register::new(RegisterClass::P, low8(field(word, register, 4)));
    Packed::slice(
        register.arranged(element(size)),
        gpr(0, low8(field(word, base, 2)).wrapping_add(12)),
        low8(all.wrapping_shr(size.wrapping_add(1))),
    )
}

/// A general register, of 64 bits if all bits of the field are set.
pub(super) fn general(word: u32, class: u8, lsb: u8, span: [u8; 2]) -> Packed {
    let all = bits(word, span).trailing_ones() >= {
        let [_, width] = span;
        widen(width)
    };
    Packed::register(gpr(class.wrapping_add(u8::from(all)), five(word, lsb)))
}

/// One of two floats (`word halves`).
pub(super) fn small_float(word: u32, span: [u8; 2], halves: u8) -> Packed {
    Packed::half_units(if bits(word, span) == 0 {
        halves & 15
    } else {
        halves >> 4
    })
}

/// The same bits, signed.
const fn signed16(value: u16) -> i16 {
    i16::from_le_bytes(value.to_le_bytes())
}

/// Eight bits, which a bit shifts by 8.
pub(super) fn shifted8(word: u32, imm8: u8, shift: u8, size: u8, is_signed: bool) -> Packed {
    let value = field(word, imm8, 8);
    let amount = low8(field(word, shift, 1) << 3);
    // A shift of zero says nothing, but has to be shown.
    if value == 0 && amount != 0 {
        return Packed::shifted_immediate(0, Shift::Lsl, amount, 1);
    }
    let up = widen(amount);
    if is_signed {
        let value = low16(low32(unsigned(sign_extend(value, 8).wrapping_shl(up))));
        Packed::element_immediate(signed16(value), element(field(word, size, 2)))
    } else {
        immediate(wide(value.wrapping_shl(up)))
    }
}

/// An offset in vector lengths.
pub(super) fn vector_lengths(word: u32, base: u8, value: u32, width: u8, scale: u8) -> Packed {
    let value = unsigned(sign_extend(value, width)).wrapping_mul(wide(widen(scale)));
    let offset = MemoryOffset::VectorLengths(signed32(low32(value)));
    memory(word, base, offset, AddressMode::Offset)
}

/// An offset in vector lengths, in two fields.
pub(super) fn vector_lengths_pair(word: u32, base: u8, spans: [u8; 4]) -> Packed {
    let [a, b, c, d] = spans;
    let value = shift_bits(word, [a, b], [c, d]);
    vector_lengths(word, base, value, b.wrapping_add(d), 1)
}

fn extend(number: u8) -> Extend {
    if number == 8 {
        Extend::Lsl
    } else {
        Extend::new(widen(number))
    }
}

fn shifted(index: Register, extend: Extend, amount: u8) -> MemoryOffset {
    MemoryOffset::Register {
        index,
        extend,
        amount: (amount != 0).then_some(amount),
    }
}

/// A 64-bit register shifted left.
pub(super) fn index(word: u32, base: u8, index: u8, amount: u8) -> Packed {
    let offset = shifted(gpr(1, five(word, index)), Extend::Lsl, amount);
    memory(word, base, offset, AddressMode::Offset)
}

/// A vector of offsets; `way` is one of `word extend`.
pub(super) fn vector_index(
    word: u32,
    [base, index]: [u8; 2],
    arrangement: u8,
    way: u8,
    amount: u8,
) -> Packed {
    let index = z(field(word, index, 5), Arrangement::new(arrangement));
    let offset = shifted(index, extend(way), amount);
    memory(word, base, offset, AddressMode::Offset)
}

/// An address whose base is a vector, or a general register with an unsigned offset in elements.
pub(super) fn based(base: Register, offset: MemoryOffset) -> Packed {
    Packed::memory(base, offset, AddressMode::Offset)
}

/// An offset in elements.
pub(super) fn elements(word: u32, base: Register, span: [u8; 2], scale: u8) -> Packed {
    let bytes = bits(word, span).wrapping_mul(widen(scale));
    based(base, MemoryOffset::Immediate(signed32(bytes)))
}

/// A base that is a vector with a general register as offset.
pub(super) fn vector_base(word: u32, base: u8, arrangement: u8, index: u8) -> Packed {
    let index = shifted(gpr(1, five(word, index)), Extend::Lsl, 0);
    based(
        z(field(word, base, 5), Arrangement::new(arrangement)),
        index,
    )
}

/// The addresses of adr: a vector plus another that is widened and shifted.
pub(super) fn addresses(
    word: u32,
    [base, index]: [u8; 2],
    arrangement: u8,
    way: u8,
    span: [u8; 2],
) -> Packed {
    let arrangement = Arrangement::new(arrangement);
    let index = z(field(word, index, 5), arrangement);
    let offset = shifted(index, extend(way), low8(bits(word, span)));
    based(z(field(word, base, 5), arrangement), offset)
}
