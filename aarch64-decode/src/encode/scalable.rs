//! The fields of the scalable extensions' operands.

use super::bitmask;
use super::error::EncodeErrorKind as Kind;
use super::fields::{Fields, Put, Span};
use super::number::{narrow, shift_amount, units, unsigned_units};
use super::own::{Own, lane};
#[cfg(feature = "sme")]
use super::sme;
use super::vector::{above, log, size};
use crate::bits::{low32, signed, unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind as Program;
use crate::operand::{Extend, Operand, RegisterList, Shift};
use crate::register::{Arrangement, Predication, Register, RegisterClass};

/// The kinds of the scalable extensions.
#[inline(never)]
#[expect(
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "as for put"
)]
pub(super) fn put(descriptor: Descriptor, operand: &Operand, to: &mut Fields) -> Put {
    let [a, b, c, d, e, f, g] = descriptor.p;
    let own = Own(operand);
    match descriptor.kind {
        Program::ZSize => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            size(to, register.arrangement(), [b, c], d)
        }
        Program::ZTsz => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            let log = log(register.arrangement())?.wrapping_sub(widen(e));
            to.put_highest([b, c], [d, 2], log)
        }
        Program::ZLow => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            to.put_lowest([b, c], log(register.arrangement())?)
        }
        Program::ZLaneLow => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            let index = above(lane(register)?, log(register.arrangement())?)?;
            to.put_pair([b, c], [d, e], index)
        }
        Program::ZLane => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            to.put([c, d], lane(register)?)
        }
        Program::ZLanePair => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            to.put_pair([c, d], [e, f], lane(register)?)
        }
        Program::ZMask => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            mask_size(to, register.arrangement(), [b, c])
        }
        Program::ElementMask => mask(to, own.immediate()?, [a, b]),
        Program::ScalableList => list(to, own.list()?, [b, c], d),
        Program::ScalableListSize => {
            let list = own.list()?;
            self::list(to, list, [b, c], d)?;
            size(to, list.first.arrangement(), [e, f], g)
        }
        Program::Predicate | Program::PredicateOf => predicate(to, own.register()?, [b, c], d),
        Program::PredicateSize => {
            let register = own.register()?;
            predicate(to, register, [b, c], d)?;
            size(to, register.arrangement(), [e, f], g)
        }
        Program::PredicateBit => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            to.put_bit(c, register.predication() == Predication::Merging)
        }
        Program::PredicateLane => {
            let register = own.register()?;
            predicate(to, register, [a, b], c)?;
            to.put([d, e], lane(register)?)
        }
        Program::PredicateSlice => slice(to, operand, [a, b], [c, d], [e, f]),
        Program::GprSize => {
            let register = own.register()?;
            to.put_five(b, register.number())?;
            // All bits set for the class behind the parameter's.
            if register.class() == RegisterClass::new(a.wrapping_add(1)) {
                to.put([c, d], !u32::MAX.wrapping_shl(widen(d)))
            } else if d == 1 {
                to.put([c, d], 0)
            } else {
                Ok(())
            }
        }
        Program::SmallFloat => match *operand {
            Operand::HalfUnits(halves) => to.put([a, b], u32::from(halves != c & 15)),
            _ => Err(Kind::BadOperand),
        },
        Program::Shifted8 => shifted8(to, operand, [a, b, c], d != 0),
        Program::TszRight => shift_amount(to, [a, b], [c, 5], own.immediate()?, true),
        Program::TszLeft => shift_amount(to, [a, b], [c, 5], own.immediate()?, false),
        Program::Multiplier => match *operand {
            Operand::Multiplier(value) => to.put([a, b], narrow(i64::from(value).wrapping_sub(1))?),
            _ => Err(Kind::BadOperand),
        },
        Program::MemVl => {
            let (base, lengths) = own.vector_lengths()?;
            to.put_five(a, base)?;
            to.put_signed([b, c], units(lengths, d)?)
        }
        Program::MemVlPair => {
            let (base, lengths) = own.vector_lengths()?;
            let value = super::fields::signed_field(lengths, c.wrapping_add(e))?;
            to.put_five(a, base)?;
            to.put_pair([b, c], [d, e], value)
        }
        Program::MemIndex | Program::MemIndexZero | Program::MemZ => {
            let (base, index, ..) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(b, index.number())
        }
        Program::MemZXs => {
            let (base, index, extend, _) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(b, index.number())?;
            to.put_bit(d, extend == Extend::Sxtw)
        }
        Program::MemElement => {
            let (base, bytes) = own.bytes()?;
            to.put_five(c, base)?;
            to.put([d, e], unsigned_units(bytes, f)?)
        }
        Program::MemZReg => {
            let (base, index, ..) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(c, index.number())
        }
        Program::MemAdr => {
            let (base, index, _, amount) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(b, index.number())?;
            to.put([e, f], widen(amount.unwrap_or(0)))
        }
        #[cfg(feature = "sme")]
        _ => sme::put(descriptor, operand, to),
        // No row has the other kinds.
        #[cfg(not(feature = "sme"))]
        _ => Err(Kind::BadOperand),
    }
}

/// The first register of a list and its number of registers (`word shape`).
pub(super) fn list(to: &mut Fields, list: RegisterList, span: Span, shape: u8) -> Put {
    let (number, unit) = (list.first.number(), shape >> 4);
    match (number.checked_rem(unit), number.checked_div(unit)) {
        (Some(0), Some(value)) => to.put(span, widen(value)),
        _ => Err(Kind::BadRegister),
    }
}

/// A predicate register, `more` below its number.
pub(super) fn predicate(to: &mut Fields, register: Register, span: Span, more: u8) -> Put {
    let value = register
        .number()
        .checked_sub(more)
        .ok_or(Kind::BadRegister)?;
    to.put(span, widen(value))
}

/// The size of a bitmask immediate's elements: N and the upper bits of imms; imm13 is N:immr:imms.
pub(super) fn mask_size(to: &mut Fields, arrangement: Arrangement, span: Span) -> Put {
    let (value, mask) = match log(arrangement)? {
        0 => (0x30, 0x1030),
        1 => (0x20, 0x1030),
        2 => (0, 0x1020),
        3 => (0x1000, 0x1000),
        _ => return Err(Kind::BadArrangement),
    };
    to.put_some([0, 0], span, value, mask)
}

/// A bitmask immediate, of the size of its elements, which is known.
pub(super) fn mask(to: &mut Fields, value: i64, span: Span) -> Put {
    let [lsb, _] = span;
    let bit = |number: u8| to.value_of([lsb.wrapping_add(number), 1]);
    // N, then the two upper bits of imms.
    let known = match (bit(12), bit(5)) {
        (Some(1), _) | (Some(0), Some(0)) => true,
        (Some(0), Some(1)) => bit(4).is_some(),
        _ => false,
    };
    if !known {
        return Err(Kind::OperandMismatch);
    }
    let imm13 = to.get(span);
    let pattern = imm13 >> 6 & 0x40 | !imm13 & 63;
    let log = 31_u32.wrapping_sub((pattern >> 3 | 1).leading_zeros());
    let value = bitmask::repeat(unsigned(value), log);
    let (n, immr, imms) = bitmask::parts(value).ok_or(Kind::OutOfRange)?;
    to.put(span, n << 12 | immr << 6 | imms)
}

/// A bit of a predicate: its number is w12 to w15 plus the index.
pub(super) fn slice(
    to: &mut Fields,
    operand: &Operand,
    [register, base]: [u8; 2],
    high: Span,
    low: Span,
) -> Put {
    let Operand::Slice {
        register: own,
        base: selector,
        offset,
    } = *operand
    else {
        return Err(Kind::BadOperand);
    };
    to.put([register, 4], widen(own.number()))?;
    let number = selector.number().checked_sub(12).ok_or(Kind::BadRegister)?;
    to.put([base, 2], widen(number))?;
    let index = above(widen(offset), log(own.arrangement())?)?;
    to.put_pair(high, low, index)
}

/// Eight bits, which a bit shifts by 8: `imm8`, the bit, and the size field, which is known.
pub(super) fn shifted8(
    to: &mut Fields,
    operand: &Operand,
    [imm8, shift, size]: [u8; 3],
    is_signed: bool,
) -> Put {
    let value = match *operand {
        Operand::ShiftedImmediate {
            value,
            shift: Shift::Lsl,
            amount: 8,
        } => {
            to.put([shift, 1], 1)?;
            return to.put([imm8, 8], u32::from(value));
        }
        Operand::Immediate(value) => value,
        Operand::ElementImmediate { value, .. } => i64::from(value),
        _ => return Err(Kind::BadOperand),
    };
    let value = if is_signed {
        from_element(value, to.value_of([size, 2]).ok_or(Kind::OperandMismatch)?)
    } else {
        value
    };
    let fits = |value: i64| {
        if is_signed {
            i8::try_from(value).is_ok()
        } else {
            u8::try_from(value).is_ok()
        }
    };
    let (byte, shifted) = if fits(value) {
        (value, false)
    } else if value.trailing_zeros() >= 8 && fits(value >> 8) {
        (value >> 8, true)
    } else {
        return Err(Kind::OutOfRange);
    };
    to.put([imm8, 8], low32(unsigned(byte) & 0xff))?;
    to.put_bit(shift, shifted)
}

/// A value that is given as the bits of an element of `8 << size` bits, with its sign.
pub(super) fn from_element(value: i64, size: u32) -> i64 {
    let unused = 64_u32.wrapping_sub(8_u32.wrapping_shl(size & 3));
    let bits = unsigned(value);
    if bits == bits & u64::MAX.wrapping_shr(unused) & wide(u32::MAX) {
        signed(bits.wrapping_shl(unused)).wrapping_shr(unused)
    } else {
        value
    }
}
