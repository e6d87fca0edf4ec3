//! The inverse of `program`: from an operand to the fields of the word.
//!
//! An arm says which word would decode to the operand; whether it does is found out by decoding it. So an arm checks what the fields
//! cannot hold, and nothing that decoding shows: classes, arrangements, fixed values.

use super::bitmask;
use super::error::EncodeErrorKind as Kind;
use super::fields::{Fields, Put};
use super::number::{
    adr, distance, narrow, shift_amount, shift_number, units, unsigned_units, wide_value,
};
use super::own::{Own, lane};
#[cfg(feature = "sve")]
use super::scalable;
use super::vector::{self, log, sized};
use crate::bits::{unsigned, widen, widen16};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind as Program;
use crate::operand::Operand;
use crate::register::RegisterClass;

/// Puts the fields of one operand, which `descriptor` describes, of the instruction at `pc`.
#[inline(never)]
#[expect(
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "the parameters of a descriptor, which operands.isa names; one arm for each kind"
)]
pub(super) fn put(descriptor: Descriptor, operand: &Operand, pc: u64, to: &mut Fields) -> Put {
    let [a, b, c, d, e, f, g] = descriptor.p;
    let own = Own(operand);
    match descriptor.kind {
        // Nothing of the word says them: decoding shows whether they are the right ones.
        Program::Literal | Program::GprFixed => Ok(()),
        #[cfg(feature = "sme")]
        Program::TableList => Ok(()),
        Program::Reg => to.put_five(b, own.register()?.number()),
        // Behind 30 and 31 is 31.
        Program::GprNext => match own.register()?.number() {
            31 => to.put_some([0, 0], [b, 5], 0b11110, 0b11110),
            number => to.put_five(b, number.checked_sub(1).ok_or(Kind::OperandMismatch)?),
        },
        Program::Arranged => to.put_five(c, own.register()?.number()),
        Program::ShiftedGpr => {
            let (register, shift, amount) = own.shifted()?;
            // A register of 32 bits is shifted by less than 32.
            if a == 0 && amount > 31 {
                return Err(Kind::OutOfRange);
            }
            to.put_five(b, register.number())?;
            to.put([c, 2], shift_number(shift)?)?;
            to.put([d, 6], widen(amount))
        }
        Program::ExtendedGpr => {
            let Operand::ExtendedRegister {
                register,
                extend,
                amount,
            } = *operand
            else {
                return Err(Kind::BadOperand);
            };
            if amount > 4 {
                return Err(Kind::OutOfRange);
            }
            // lsl is another spelling of uxtw and uxtx.
            let option = extend.number().unwrap_or(widen(a).wrapping_add(2));
            to.put_five(b, register.number())?;
            to.put([c, 3], option)?;
            to.put([d, 3], widen(amount))
        }
        Program::PtrShiftedGpr => {
            let (register, _, amount) = own.shifted()?;
            to.put_five(a, register.number())?;
            to.put([b, 3], widen(amount))
        }
        Program::UImm => to.put([a, b], unsigned_units(own.immediate()?, c)?),
        Program::UImmPair => to.put_pair([a, b], [c, d], narrow(own.immediate()?)?),
        Program::SImm => to.put_signed([a, b], units(own.immediate()?, c)?),
        Program::ShiftedImm => {
            let (value, amount) = own.shifted_immediate()?;
            to.put([a, b], value)?;
            to.put([c, 1], unsigned_units(amount, 12)?)
        }
        Program::WideImm => {
            let (value, amount) = own.shifted_immediate()?;
            to.put([a, b], value)?;
            to.put([c, d], unsigned_units(amount, 16)?)
        }
        Program::WideValue => wide_value(to, own.immediate()?, [a, b], c, [d, e]),
        Program::Bitmask => {
            let value = unsigned(own.immediate()?);
            let value = if a == 32 {
                bitmask::twice(value)
            } else {
                value
            };
            let (n, immr, imms) = bitmask::parts(value).ok_or(Kind::OutOfRange)?;
            to.put([b, 1], n)?;
            to.put([c, 6], immr)?;
            to.put([d, 6], imms)
        }
        Program::NegMod => {
            let value = narrow(own.immediate()?)?;
            if value >= widen(a) {
                return Err(Kind::OutOfRange);
            }
            let negative = 0_u32.wrapping_sub(value) & widen(a).wrapping_sub(1);
            to.put([b, c], negative)
        }
        Program::PlusOne => to.put([a, b], narrow(own.immediate()?.wrapping_sub(1))?),
        Program::FieldWidth => {
            let immr = i64::from(to.value_of([b, 6]).ok_or(Kind::OperandMismatch)?);
            let width = own.immediate()?;
            if width < 1 {
                return Err(Kind::OutOfRange);
            }
            to.put([a, 6], narrow(immr.saturating_add(width).wrapping_sub(1))?)
        }
        Program::Cond => match *operand {
            Operand::Condition(condition) => to.put([a, 4], widen(condition.number() ^ b)),
            _ => Err(Kind::BadOperand),
        },
        Program::PcRel => to.put_signed([a, b], distance(own.address()?, pc, c)?),
        Program::PcRelBack => to.put([a, b], narrow(distance(pc, own.address()?, 2)?)?),
        Program::Adr => adr(to, distance(own.address()?, pc, 0)?, a, b),
        Program::PageRel => adr(to, distance(own.address()?, pc & !0xfff, 12)?, a, b),
        Program::SystemRegister => to.put([a, b], widen16(own.name()?.value())),
        Program::Named => to.put([b, c], widen16(own.name()?.value())),
        Program::NamedPair => to.put_pair([b, c], [d, e], widen16(own.name()?.value())),
        Program::RangePrefetch => {
            let value = widen16(own.name()?.value());
            to.put([a, 1], value >> 5)?;
            to.put([b, 1], value >> 4 & 1)?;
            to.put([c, 1], value >> 3 & 1)?;
            // The two upper bits of Rt are the encoding's.
            to.put([d, e], value & 7)
        }
        Program::ControlRegister => match *operand {
            Operand::ControlRegister(number) => to.put([a, 4], widen(number)),
            _ => Err(Kind::BadOperand),
        },
        Program::GprSized => {
            let register = own.register()?;
            // A bit below 32 makes no difference to the register's width.
            if register.class() == RegisterClass::W {
                to.put([b, 1], 0)?;
            }
            to.put_five(a, register.number())
        }
        Program::MemBase | Program::MemFixed | Program::MemBack => {
            to.put_five(a, own.memory()?.base.number())
        }
        Program::MemPostQ => {
            let (base, bytes) = own.bytes()?;
            to.put_five(a, base)?;
            to.put_bit(b, bytes != i64::from(c))
        }
        Program::MemPostSize => {
            let (base, bytes) = own.bytes()?;
            let times = unsigned_units(bytes, d)?;
            to.put_five(a, base)?;
            to.put([b, c], times.trailing_zeros())
        }
        Program::MemUImm => {
            let (base, bytes) = own.bytes()?;
            to.put_five(a, base)?;
            to.put([b, c], unsigned_units(bytes, d)?)
        }
        Program::MemSImm => {
            let (base, bytes) = own.bytes()?;
            to.put_five(a, base)?;
            to.put_signed([b, c], units(bytes, d)?)
        }
        Program::MemPac => {
            let (base, bytes) = own.bytes()?;
            let value = super::fields::signed_field(units(bytes, 8)?, d.wrapping_add(1))?;
            to.put_five(a, base)?;
            to.put_pair([b, 1], [c, d], value)
        }
        Program::MemReg => {
            let (base, index, extend, amount) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(b, index.number())?;
            to.put([c, 3], extend.number().unwrap_or(3))?;
            to.put_bit(d, amount.is_some())
        }
        Program::MemPostReg => {
            let (base, index, ..) = own.indexed()?;
            to.put_five(a, base.number())?;
            to.put_five(b, index.number())
        }
        Program::WriteBack => match *operand {
            Operand::WriteBack(register) => to.put_five(a, register.number()),
            _ => Err(Kind::BadOperand),
        },
        Program::VecQ => {
            let (register, _, full) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put_bit(b, full)
        }
        Program::VecHalf | Program::VecPairSz => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            to.put_bit(b, vector::is_larger(register.arrangement()))
        }
        Program::VecSize => {
            let (register, log, full) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put([b, c], log.wrapping_sub(widen(e)))?;
            to.put_bit(d, full)
        }
        Program::VecFull => {
            let (register, log, _) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put([b, c], log.wrapping_sub(widen(d)))
        }
        Program::VecImmh => {
            let (register, log, full) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put_highest([0, 0], [b, 4], log.wrapping_sub(widen(d)))?;
            to.put_bit(c, full)
        }
        Program::VecImmhFull => {
            let (register, log, _) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put_highest([0, 0], [b, 4], log.wrapping_sub(widen(c)))
        }
        Program::VecImm5 => {
            let (register, log, full) = sized(own.register()?)?;
            to.put_five(a, register)?;
            to.put_lowest([b, 5], log)?;
            to.put_bit(c, full)
        }
        Program::ScalarSize => {
            let register = own.register()?;
            let log = vector::scalar_log(register.class())?;
            to.put_five(a, register.number())?;
            to.put([b, c], log.wrapping_sub(widen(d)))
        }
        Program::ScalarImmh => {
            let register = own.register()?;
            let log = vector::scalar_log(register.class())?;
            to.put_five(a, register.number())?;
            to.put_highest([0, 0], [b, c], log.wrapping_sub(widen(d)))
        }
        Program::ScalarImm5 => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            to.put_lowest([b, 5], vector::scalar_log(register.class())?)
        }
        Program::GprImm5 => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            if register.class() == RegisterClass::X {
                to.put_lowest([b, 5], 3)?;
            }
            Ok(())
        }
        Program::LaneImm5 => vector::lane_imm5(to, own.register()?, a, b, None),
        Program::LaneImm4 => vector::lane_imm5(to, own.register()?, a, b, Some(c)),
        Program::LaneHLM => vector::lane_hlm(to, own.register()?, [a, b, c, d]),
        Program::LaneHLMR => vector::lane_hlmr(to, own.register()?, [a, b, c, d]),
        Program::LaneHL => vector::lane_hl(to, own.register()?, [a, b, c, d]),
        Program::LaneSize => {
            let register = own.register()?;
            if log(register.arrangement())? == 1 {
                to.put([e, 2], 1)?;
                vector::lane_hlm(to, register, [a, b, c, d])
            } else {
                to.put([e, 2], 2)?;
                vector::lane_hl(to, register, [a, d, b, c])
            }
        }
        Program::LaneSz => {
            let register = own.register()?;
            if log(register.arrangement())? == 2 {
                to.put([e, 1], 0)?;
                vector::lane_hl(to, register, [a, d, b, c])
            } else {
                to.put([e, 1], 1)?;
                vector::lane_h(to, register, [a, d, b])
            }
        }
        Program::LaneComplex => {
            let register = own.register()?;
            if log(register.arrangement())? == 1 {
                to.put([e, 2], 1)?;
                vector::lane_hl(to, register, [a, b, c, d])
            } else {
                to.put([e, 2], 2)?;
                vector::lane_h(to, register, [a, b, c])
            }
        }
        Program::LaneField => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            to.put([b, c], lane(register)?)
        }
        Program::LaneConst => to.put_five(a, own.register()?.number()),
        // immh:immb are seven bits in a row from immb, and the size is the highest bit of immh.
        Program::ShiftRight => shift_amount(to, [0, 0], [b, 7], own.immediate()?, true),
        Program::ShiftLeft => shift_amount(to, [0, 0], [b, 7], own.immediate()?, false),
        Program::Below => to.put(
            [a, b],
            narrow(i64::from(c).wrapping_sub(own.immediate()?.clamp(0, 256)))?,
        ),
        Program::ElementBits => {
            let bits = narrow(own.immediate()?)?;
            if !bits.is_power_of_two() || bits < 8 {
                return Err(Kind::OutOfRange);
            }
            to.put([a, b], bits.trailing_zeros().wrapping_sub(3))
        }
        Program::FpImm8 => to.put([a, b], widen(own.float()?)),
        Program::FpImm8Pair => to.put_pair([a, b], [c, d], widen(own.float()?)),
        Program::ShiftedImmPair => {
            let (value, amount) = own.shifted_immediate()?;
            to.put_pair([a, b], [c, d], value)?;
            to.put([e, f], unsigned_units(amount, 8)?)
        }
        Program::OnesImmPair => {
            let (value, amount) = own.shifted_immediate()?;
            to.put_pair([a, b], [c, d], value)?;
            to.put([e, 1], unsigned_units(amount.wrapping_sub(8), 8)?)
        }
        Program::ByteMask => to.put_pair([a, b], [c, d], vector::byte_mask(own.immediate()?)?),
        Program::Rotate => {
            let value = own.immediate()?.saturating_sub(i64::from(d));
            to.put([a, b], unsigned_units(value, c)?)
        }
        Program::List => {
            let (first, log, full) = sized(own.list()?.first)?;
            to.put_five(a, first)?;
            to.put([c, d], log)?;
            to.put_bit(e, full)
        }
        Program::ListFixed => to.put_five(a, own.list()?.first.number()),
        Program::ListLane => {
            let first = own.list()?.first;
            let lane = lane(first)?;
            let high = lane.wrapping_shr(widen(g));
            to.put_five(a, first.number())?;
            to.put([d, 1], high >> 1)?;
            to.put([e, 1], high & 1)?;
            to.put([f, g], lane & !u32::MAX.wrapping_shl(widen(g)))
        }
        Program::ListLaneS => {
            let first = own.list()?.first;
            to.put_five(a, first.number())?;
            to.put_pair([c, 1], [d, 1], lane(first)?)
        }
        Program::ListLaneD => {
            let first = own.list()?.first;
            to.put_five(a, first.number())?;
            to.put([c, 1], lane(first)?)
        }
        #[cfg(feature = "sve")]
        _ => scalable::put(descriptor, operand, to),
        // No row has the other kinds.
        #[cfg(not(feature = "sve"))]
        _ => Err(Kind::BadOperand),
    }
}
