//! The fields of floating point and Advanced SIMD operands: arrangements, lanes, byte masks.

use super::error::EncodeErrorKind as Kind;
#[cfg(feature = "sve")]
use super::fields::Span;
use super::fields::{Fields, Put};
#[cfg(feature = "sve")]
use crate::bits::low8;
use crate::bits::{low32, unsigned, wide, widen};
use crate::register::{Arrangement, Register, RegisterClass};

/// The logarithm of an element's bytes.
pub(super) const fn log(arrangement: Arrangement) -> Result<u32, Kind> {
    Ok(match arrangement {
        Arrangement::B | Arrangement::B2 | Arrangement::B4 | Arrangement::B8 | Arrangement::B16 => {
            0
        }
        Arrangement::H | Arrangement::H2 | Arrangement::H4 | Arrangement::H8 => 1,
        Arrangement::S | Arrangement::S2 | Arrangement::S4 => 2,
        Arrangement::D | Arrangement::D1 | Arrangement::D2 => 3,
        Arrangement::Q | Arrangement::Q1 => 4,
        Arrangement::None => return Err(Kind::BadArrangement),
    })
}

/// Whether all 128 bits are used, or the larger of two that one bit tells apart.
pub(super) const fn is_larger(arrangement: Arrangement) -> bool {
    matches!(
        arrangement,
        Arrangement::B16
            | Arrangement::H8
            | Arrangement::S4
            | Arrangement::D2
            | Arrangement::Q1
            | Arrangement::H4
    )
}

/// A vector's number, the logarithm of its elements' bytes, and whether it has all 128 bits.
pub(super) fn sized(register: Register) -> Result<(u8, u32, bool), Kind> {
    let arrangement = register.arrangement();
    let full = is_larger(arrangement) && arrangement != Arrangement::H4;
    Ok((register.number(), log(arrangement)?, full))
}

/// The logarithm of a scalar's bytes.
pub(super) const fn scalar_log(class: RegisterClass) -> Result<u32, Kind> {
    Ok(match class {
        RegisterClass::B => 0,
        RegisterClass::H => 1,
        RegisterClass::S => 2,
        RegisterClass::D => 3,
        RegisterClass::Q => 4,
        _ => return Err(Kind::BadRegister),
    })
}

fn lane(register: Register) -> Result<u32, Kind> {
    register.lane().map(widen).ok_or(Kind::BadArrangement)
}

/// A field that gives the size when `more` is added to it (`word more`).
#[cfg(feature = "sve")]
pub(super) fn size(to: &mut Fields, arrangement: Arrangement, span: Span, more: u8) -> Put {
    let value = low8(log(arrangement)?).wrapping_sub(more);
    to.put(span, widen(value)).map_err(|kind| match kind {
        Kind::OutOfRange => Kind::BadArrangement,
        other => other,
    })
}

/// An index above the bit that says the element's size.
pub(super) fn above(index: u32, log: u32) -> Result<u32, Kind> {
    // At most 255 << 5.
    if log > 4 {
        return Err(Kind::BadArrangement);
    }
    Ok((index << 1 | 1).wrapping_shl(log))
}

/// An element that imm5 names, its index being above its size, or in the field at `index`.
pub(super) fn lane_imm5(
    to: &mut Fields,
    register: Register,
    lsb: u8,
    imm5: u8,
    index: Option<u8>,
) -> Put {
    let log = log(register.arrangement())?;
    to.put_five(lsb, register.number())?;
    match index {
        Some(at) => {
            to.put_lowest([imm5, 5], log)?;
            to.put([at, 4], lane(register)?.wrapping_shl(log))
        }
        None => to.put([imm5, 5], above(lane(register)?, log)?),
    }
}

/// Single bits of the word, the first being the value's highest.
fn spread(to: &mut Fields, value: u32, bits: &[u8]) -> Put {
    let mut rest = value;
    for &bit in bits.iter().rev() {
        to.put([bit, 1], rest & 1)?;
        rest >>= 1;
    }
    if rest == 0 {
        Ok(())
    } else {
        Err(Kind::OutOfRange)
    }
}

fn short(to: &mut Fields, register: Register, lsb: u8, width: u8) -> Put {
    to.put([lsb, width], widen(register.number()))
        .map_err(|_| Kind::BadRegister)
}

/// The inverse of `program`'s functions of the same names.
pub(super) fn lane_hlm(to: &mut Fields, register: Register, [rm, h, l, m]: [u8; 4]) -> Put {
    short(to, register, rm, 4)?;
    spread(to, lane(register)?, &[h, l, m])
}

pub(super) fn lane_hlmr(to: &mut Fields, register: Register, [rm, h, l, m]: [u8; 4]) -> Put {
    short(to, register, rm, 3)?;
    spread(to, lane(register)?, &[h, l, m, rm.wrapping_add(3)])
}

pub(super) fn lane_hl(to: &mut Fields, register: Register, [rm, m, h, l]: [u8; 4]) -> Put {
    to.put_pair([m, 1], [rm, 4], widen(register.number()))?;
    spread(to, lane(register)?, &[h, l])
}

pub(super) fn lane_h(to: &mut Fields, register: Register, [rm, m, h]: [u8; 3]) -> Put {
    to.put_pair([m, 1], [rm, 4], widen(register.number()))?;
    spread(to, lane(register)?, &[h])
}

/// A bit for each byte, which is all ones or all zeros.
pub(super) fn byte_mask(value: i64) -> Result<u32, Kind> {
    let value = unsigned(value);
    let lowest = value & 0x0101_0101_0101_0101;
    if lowest.wrapping_mul(0xff) != value {
        return Err(Kind::OutOfRange);
    }
    // Byte n's bit goes to bit 56 + n, and no two sums meet.
    Ok(low32(
        lowest.wrapping_mul(0x0102_0408_1020_4080) >> 56 & wide(0xff),
    ))
}

#[cfg(test)]
mod tests {
    use super::byte_mask;

    #[test]
    fn byte_masks() {
        for bits in 0..=255_u32 {
            let bytes = core::array::from_fn(|n| if bits >> n & 1 == 1 { 0xff } else { 0 });
            assert_eq!(byte_mask(i64::from_le_bytes(bytes)), Ok(bits));
        }
        assert!(byte_mask(1).is_err());
        assert!(byte_mask(0xfe00).is_err());
    }
}
