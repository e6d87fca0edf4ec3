//! Numbers of operands as the fields that they become.

use super::error::EncodeErrorKind as Kind;
use super::fields::{Fields, Put};
use crate::bits::{low32, signed, unsigned, widen};
use crate::operand::Shift;

pub(super) const fn shift_number(shift: Shift) -> Result<u32, Kind> {
    Ok(match shift {
        Shift::Lsl => 0,
        Shift::Lsr => 1,
        Shift::Asr => 2,
        Shift::Ror => 3,
        Shift::Msl => return Err(Kind::BadOperand),
    })
}

/// A value in units.
pub(super) fn units(value: i64, unit: u8) -> Result<i64, Kind> {
    let unit = i64::from(unit);
    match (value.checked_rem(unit), value.checked_div(unit)) {
        (Some(0), Some(units)) => Ok(units),
        _ => Err(Kind::Misaligned),
    }
}

pub(super) fn narrow(value: i64) -> Result<u32, Kind> {
    u32::try_from(value).map_err(|_| Kind::OutOfRange)
}

pub(super) fn unsigned_units(value: i64, unit: u8) -> Result<u32, Kind> {
    narrow(units(value, unit)?)
}

/// How far `to` is from `from`, in units of `1 << scale` bytes.
pub(super) fn distance(to: u64, from: u64, scale: u8) -> Result<i64, Kind> {
    let bytes = to.wrapping_sub(from);
    if bytes.trailing_zeros() < widen(scale) {
        return Err(Kind::Misaligned);
    }
    Ok(signed(bytes).wrapping_shr(widen(scale)))
}

/// The 21-bit distance of adr and adrp.
pub(super) fn adr(to: &mut Fields, value: i64, low: u8, high: u8) -> Put {
    to.put_pair(
        [high, 19],
        [low, 2],
        super::fields::signed_field(value, 21)?,
    )
}

/// The value that movz (or movn, `inverted`) writes, sixteen bits of it.
pub(super) fn wide_value(
    to: &mut Fields,
    value: i64,
    [size, inverted]: [u8; 2],
    imm: u8,
    hw: [u8; 2],
) -> Put {
    let value = if inverted == 0 { value } else { !value };
    let value = if size == 32 {
        u64::from(low32(unsigned(value)))
    } else {
        unsigned(value)
    };
    // The lowest shift of four.
    for part in 0..4_u32 {
        let shift = part.wrapping_mul(16);
        if value & !0xffff_u64.wrapping_shl(shift) == 0 {
            to.put([imm, 16], low32(value.wrapping_shr(shift)))?;
            return to.put(hw, part);
        }
    }
    Err(Kind::OutOfRange)
}

/// The amount of a shift whose element size is the highest bit that is known above its three lowest bits.
pub(super) fn shift_amount(
    to: &mut Fields,
    high: [u8; 2],
    low: [u8; 2],
    amount: i64,
    right: bool,
) -> Put {
    let size = to.get_pair(high, low) >> 3;
    if size == 0 {
        return Err(Kind::OperandMismatch);
    }
    let log = 31_u32.wrapping_sub(size.leading_zeros());
    let bits = 8_u32.wrapping_shl(log);
    let amount = narrow(amount)?;
    let value = if right {
        bits.wrapping_mul(2).wrapping_sub(amount)
    } else {
        bits.wrapping_add(amount)
    };
    if value < bits || value >= bits.wrapping_mul(2) {
        return Err(Kind::OutOfRange);
    }
    to.put_pair(high, low, value)
}
