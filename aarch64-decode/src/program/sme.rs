//! Operands of the Scalable Matrix Extension: tiles and slices of ZA, vectors of its array, lists of scalable vectors, zt0.

use crate::bits::{field, low8, signed32, widen};
use crate::operand::{Matrix, MatrixPart, MemoryOffset, RegisterList};
use crate::packed::Packed;
use crate::register::{Arrangement, Register, RegisterClass};

fn vector(number: u32, arrangement: Arrangement) -> Register {
    Register::new(RegisterClass::Z, low8(number & 31)).arranged(arrangement)
}

fn list(first: Register, count: u8, stride: u8) -> Packed {
    Packed::list(RegisterList {
        first,
        count,
        stride,
    })
}

/// A vector whose field has fewer than five bits.
pub(super) fn short(word: u32, [lsb, width]: [u8; 2], arrangement: Arrangement) -> Packed {
    Packed::register(vector(field(word, lsb, width), arrangement))
}

/// The vector whose number is a field times `multiplier` plus `more`, or a list that starts with it.
pub(super) fn scaled(
    word: u32,
    count: u8,
    [multiplier, more]: [u8; 2],
    arrangement: u8,
    [lsb, width]: [u8; 2],
) -> Packed {
    let number = field(word, lsb, width)
        .wrapping_mul(widen(multiplier))
        .wrapping_add(widen(more));
    let first = vector(number, Arrangement::new(arrangement));
    if count == 1 {
        Packed::register(first)
    } else {
        list(first, count, 1)
    }
}

/// A list of vectors spread over one half of the registers; the bit at `half` says which.
pub(super) fn strided(
    word: u32,
    count: u8,
    half: u8,
    [lsb, width]: [u8; 2],
    arrangement: Arrangement,
) -> Packed {
    let first = field(word, half, 1) << 4 | field(word, lsb, width);
    list(
        vector(first, arrangement),
        count,
        if count == 2 { 8 } else { 4 },
    )
}

/// One element of each of a list's vectors.
pub(super) fn list_lane(word: u32, count: u8, [lsb, width]: [u8; 2], index: u32) -> Packed {
    let first = vector(field(word, lsb, width), Arrangement::None);
    list(first.at_lane(low8(index)), count, 1)
}

/// A vector that controls others: z20 to z23 or z28 to z31 (Arm ARM, FTMOPA).
pub(super) fn control(word: u32, [lsb, width]: [u8; 2]) -> Register {
    let bits = field(word, lsb, width);
    vector((bits & 4) << 1 | bits & 3 | 0x14, Arrangement::None)
}

/// A tile, or the whole matrix for tile 0 without arrangement.
fn matrix(tile: u32, arrangement: Arrangement) -> Register {
    Register::new(RegisterClass::Za, low8(tile)).arranged(arrangement)
}

/// A tile of the matrix.
pub(super) fn tile(word: u32, arrangement: u8, [lsb, width]: [u8; 2]) -> Packed {
    let number = field(word, lsb, width);
    Packed::register(matrix(number, Arrangement::new(arrangement)))
}

fn selector(word: u32, base: u8, lsb: u8) -> Register {
    Register::new(
        RegisterClass::W,
        base.wrapping_add(low8(field(word, lsb, 2))),
    )
}

/// Slices of a tile. The number of the tile and of its first slice share a field: there are as many tiles as an element has
/// bytes, and the bits that are left are the slice's, in units of `count`.
pub(super) fn slice(
    word: u32,
    arrangement: u8,
    count: u8,
    [direction, selected]: [u8; 2],
    [lsb, width]: [u8; 2],
) -> Packed {
    let bits = field(word, lsb, width);
    // b: one tile, h: two, s: four, d: eight, q: sixteen.
    let tile_bits = arrangement.wrapping_sub(1);
    let slice_bits = widen(width.wrapping_sub(tile_bits));
    let first = bits & !u32::MAX.wrapping_shl(slice_bits);
    Packed::matrix(Matrix {
        matrix: matrix(bits.wrapping_shr(slice_bits), Arrangement::new(arrangement)),
        part: if field(word, direction, 1) == 0 {
            MatrixPart::Horizontal
        } else {
            MatrixPart::Vertical
        },
        selector: selector(word, 12, selected),
        first: low8(first).wrapping_mul(count),
        count,
        group: 1,
    })
}

/// Vectors of the matrix taken as an array.
pub(super) fn array(
    word: u32,
    arrangement: Arrangement,
    [count, group]: [u8; 2],
    [base, selected]: [u8; 2],
    [lsb, width]: [u8; 2],
) -> Packed {
    Packed::matrix(Matrix {
        matrix: matrix(0, arrangement),
        part: MatrixPart::Array,
        selector: selector(word, base, selected),
        first: low8(field(word, lsb, width)).wrapping_mul(count),
        count,
        group,
    })
}

const ZT0: Register = Register::new(RegisterClass::Zt, 0);

/// `{ zt0 }`.
pub(super) const fn table_list() -> Packed {
    Packed::list(RegisterList {
        first: ZT0,
        count: 1,
        stride: 1,
    })
}

/// A part of zt0 by its index.
pub(super) const fn table_lane(index: u32) -> Packed {
    Packed::register(ZT0.at_lane(low8(index)))
}

/// A part of zt0 as long as a vector.
pub(super) const fn table_vector(index: u32) -> Packed {
    Packed::table_vector(low8(index))
}

/// An offset in vector lengths that is never negative.
pub(super) fn vector_lengths(word: u32, [lsb, width]: [u8; 2]) -> MemoryOffset {
    MemoryOffset::VectorLengths(signed32(field(word, lsb, width)))
}

/// The shift of a narrowing: from words to bytes below 64, from double words to halves above (Arm ARM, SQRSHR (four registers)).
pub(super) fn narrowing(tsize: u32, imm5: u32) -> Packed {
    let bits = if tsize & 2 == 0 { 64_u32 } else { 128 };
    let value = bits.wrapping_sub(tsize << 5 | imm5);
    Packed::immediate(i64::from(signed32(value)))
}

#[cfg(test)]
mod tests {
    use super::narrowing;

    #[test]
    fn shifts_of_a_narrowing() {
        for (tsize, imm5, shift) in [
            (1, 0, 32),
            (1, 31, 1),
            (2, 0, 64),
            (2, 31, 33),
            (3, 0, 32),
            (3, 31, 1),
        ] {
            assert_eq!(narrowing(tsize, imm5).value, shift);
        }
    }
}
