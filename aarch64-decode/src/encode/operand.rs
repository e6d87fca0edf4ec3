//! The inverse of `program`: from an operand to the fields of the word.
//!
//! An arm says which word would decode to the operand; whether it does is found out by decoding it. So an arm checks what the fields
//! cannot hold, and nothing that decoding shows: classes, arrangements, fixed values.

use super::EncodeErrorKind as Kind;
use super::bitmask;
use super::fields::Fields;
#[cfg(feature = "sve")]
use super::scalable;
#[cfg(feature = "sme")]
use super::sme;
use super::vector::{self, log, sized};
use crate::bits::{low32, signed, unsigned, widen, widen16};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind as Program;
use crate::named::Name;
#[cfg(feature = "sme")]
use crate::operand::Matrix;
use crate::operand::{Extend, Memory, MemoryOffset, Operand, RegisterList, Shift};
#[cfg(feature = "sve")]
use crate::register::Predication;
use crate::register::{Register, RegisterClass};

/// What an arm returns.
pub(super) type Put = Result<(), Kind>;

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
            number => to.put_five(b, number.checked_sub(1).ok_or(Kind::Tied)?),
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
                return Err(Kind::Operand);
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
            let immr = i64::from(to.value_of([b, 6]).ok_or(Kind::Tied)?);
            let width = own.immediate()?;
            if width < 1 {
                return Err(Kind::OutOfRange);
            }
            to.put([a, 6], narrow(immr.saturating_add(width).wrapping_sub(1))?)
        }
        Program::Cond => match *operand {
            Operand::Condition(condition) => to.put([a, 4], widen(condition.number() ^ b)),
            _ => Err(Kind::Operand),
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
            _ => Err(Kind::Operand),
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
            _ => Err(Kind::Operand),
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
        _ => other(descriptor, operand, to),
        // No row has the other kinds.
        #[cfg(not(feature = "sve"))]
        _ => Err(Kind::Operand),
    }
}

/// The kinds of the scalable extensions.
#[cfg(feature = "sve")]
#[inline(never)]
#[expect(
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "as for put"
)]
fn other(descriptor: Descriptor, operand: &Operand, to: &mut Fields) -> Put {
    let [a, b, c, d, e, f, g] = descriptor.p;
    let own = Own(operand);
    match descriptor.kind {
        Program::ZSize => {
            let register = own.register()?;
            to.put_five(a, register.number())?;
            scalable::size(to, register.arrangement(), [b, c], d)
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
            let index = vector::above(lane(register)?, log(register.arrangement())?)?;
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
            scalable::mask_size(to, register.arrangement(), [b, c])
        }
        Program::ElementMask => scalable::mask(to, own.immediate()?, [a, b]),
        Program::ScalableList => scalable::list(to, own.list()?, [b, c], d),
        Program::ScalableListSize => {
            let list = own.list()?;
            scalable::list(to, list, [b, c], d)?;
            scalable::size(to, list.first.arrangement(), [e, f], g)
        }
        Program::Predicate | Program::PredicateOf => {
            scalable::predicate(to, own.register()?, [b, c], d)
        }
        Program::PredicateSize => {
            let register = own.register()?;
            scalable::predicate(to, register, [b, c], d)?;
            scalable::size(to, register.arrangement(), [e, f], g)
        }
        Program::PredicateBit => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            to.put_bit(c, register.predication() == Predication::Merging)
        }
        Program::PredicateLane => {
            let register = own.register()?;
            scalable::predicate(to, register, [a, b], c)?;
            to.put([d, e], lane(register)?)
        }
        Program::PredicateSlice => scalable::slice(to, operand, [a, b], [c, d], [e, f]),
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
            _ => Err(Kind::Operand),
        },
        Program::Shifted8 => scalable::shifted8(to, operand, [a, b, c], d != 0),
        Program::TszRight => shift_amount(to, [a, b], [c, 5], own.immediate()?, true),
        Program::TszLeft => shift_amount(to, [a, b], [c, 5], own.immediate()?, false),
        Program::Multiplier => match *operand {
            Operand::Multiplier(value) => to.put([a, b], narrow(i64::from(value).wrapping_sub(1))?),
            _ => Err(Kind::Operand),
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
        _ => matrix(descriptor, operand, to),
        // No row has the other kinds.
        #[cfg(not(feature = "sme"))]
        _ => Err(Kind::Operand),
    }
}

/// The kinds of the matrix extension.
#[cfg(feature = "sme")]
#[expect(clippy::many_single_char_names, reason = "as for put")]
fn matrix(descriptor: Descriptor, operand: &Operand, to: &mut Fields) -> Put {
    let [a, b, c, d, e, f, g] = descriptor.p;
    let own = Own(operand);
    match descriptor.kind {
        Program::ZSizeShort => {
            let register = own.register()?;
            to.put([a, b], widen(register.number()))?;
            scalable::size(to, register.arrangement(), [c, d], e)
        }
        Program::ZField => sme::scaled(to, own.first()?, [b, c], [e, f]),
        Program::ZStrided => sme::strided(to, own.list()?.first, b, [c, d]),
        Program::ZStridedSize => {
            let first = own.list()?.first;
            sme::strided(to, first, b, [c, d])?;
            scalable::size(to, first.arrangement(), [e, f], g)
        }
        Program::ZLaneThree => {
            let register = own.register()?;
            let lane = lane(register)?;
            to.put([a, b], widen(register.number()))?;
            to.put([c, 1], lane >> 3)?;
            to.put([d, 2], lane >> 1 & 3)?;
            to.put([e, 1], lane & 1)
        }
        Program::ZListLane => {
            let first = own.list()?.first;
            to.put([b, c], widen(first.number()))?;
            to.put([d, e], lane(first)?)
        }
        Program::ZkVector => sme::control(to, own.register()?, [a, b]),
        Program::ZkLane => {
            let register = own.register()?;
            sme::control(to, register, [a, b])?;
            to.put([c, d], lane(register)?)
        }
        Program::Tile => to.put([b, c], widen(own.register()?.number())),
        Program::Slice | Program::SliceBraced => {
            sme::slice(to, own.matrix()?, [a, b], [c, d], [e, f])
        }
        Program::Array => sme::array(to, own.matrix()?, b, [d, e], [f, g]),
        Program::ArraySize => {
            let matrix = own.matrix()?;
            sme::array(to, matrix, a, [8, c], [d, e])?;
            scalable::size(to, matrix.matrix.arrangement(), [f, 1], g)
        }
        Program::TileMask => match *operand {
            Operand::TileMask(mask) => to.put([a, b], widen(mask)),
            _ => Err(Kind::Operand),
        },
        Program::TableLane => {
            let bytes = i64::from(lane(own.register()?)?);
            to.put([a, b], unsigned_units(bytes, c)?)
        }
        Program::TableVector => match *operand {
            Operand::TableVector(index) => to.put([a, b], widen(index)),
            _ => Err(Kind::Operand),
        },
        Program::MemVlUnsigned => {
            let (base, lengths) = own.vector_lengths()?;
            to.put_five(a, base)?;
            to.put([b, c], narrow(lengths)?)
        }
        Program::NarrowShift => sme::narrowing(to, own.immediate()?, a, b),
        _ => Err(Kind::Operand),
    }
}

/// An operand, taken for what a kind needs.
struct Own<'o>(&'o Operand);

impl Own<'_> {
    fn register(&self) -> Result<Register, Kind> {
        match *self.0 {
            Operand::Register(register) => Ok(register),
            _ => Err(Kind::Operand),
        }
    }

    fn shifted(&self) -> Result<(Register, Shift, u8), Kind> {
        match *self.0 {
            Operand::ShiftedRegister {
                register,
                shift,
                amount,
            } => Ok((register, shift, amount)),
            _ => Err(Kind::Operand),
        }
    }

    fn immediate(&self) -> Result<i64, Kind> {
        match *self.0 {
            Operand::Immediate(value) => Ok(value),
            _ => Err(Kind::Operand),
        }
    }

    /// The value and its shift in bits.
    fn shifted_immediate(&self) -> Result<(u32, i64), Kind> {
        match *self.0 {
            Operand::ShiftedImmediate { value, amount, .. } => {
                Ok((widen16(value), i64::from(amount)))
            }
            // One that did not fit sixteen bits.
            Operand::Immediate(_) => Err(Kind::OutOfRange),
            _ => Err(Kind::Operand),
        }
    }

    fn float(&self) -> Result<u8, Kind> {
        match *self.0 {
            Operand::FloatImmediate(value) => Ok(value.bits()),
            _ => Err(Kind::Operand),
        }
    }

    fn address(&self) -> Result<u64, Kind> {
        match *self.0 {
            Operand::Address(address) => Ok(address),
            _ => Err(Kind::Operand),
        }
    }

    fn name(&self) -> Result<Name, Kind> {
        match *self.0 {
            Operand::Name(name) => Ok(name),
            _ => Err(Kind::Operand),
        }
    }

    fn list(&self) -> Result<RegisterList, Kind> {
        match *self.0 {
            Operand::List(list) => Ok(list),
            _ => Err(Kind::Operand),
        }
    }

    /// A register, or the first of a list.
    #[cfg(feature = "sme")]
    fn first(&self) -> Result<Register, Kind> {
        match *self.0 {
            Operand::Register(register) => Ok(register),
            Operand::List(list) => Ok(list.first),
            _ => Err(Kind::Operand),
        }
    }

    #[cfg(feature = "sme")]
    fn matrix(&self) -> Result<Matrix, Kind> {
        match *self.0 {
            Operand::Matrix(matrix) => Ok(matrix),
            _ => Err(Kind::Operand),
        }
    }

    fn memory(&self) -> Result<Memory, Kind> {
        match *self.0 {
            Operand::Memory(memory) => Ok(memory),
            _ => Err(Kind::Operand),
        }
    }

    /// The base's number and the offset in bytes.
    fn bytes(&self) -> Result<(u8, i64), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::Immediate(value) => Ok((memory.base.number(), i64::from(value))),
            _ => Err(Kind::Operand),
        }
    }

    /// The base's number and the offset in vector lengths.
    #[cfg(feature = "sve")]
    fn vector_lengths(&self) -> Result<(u8, i64), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::VectorLengths(value) => Ok((memory.base.number(), i64::from(value))),
            _ => Err(Kind::Operand),
        }
    }

    /// The base and the register that is added to it.
    fn indexed(&self) -> Result<(Register, Register, Extend, Option<u8>), Kind> {
        let memory = self.memory()?;
        match memory.offset {
            MemoryOffset::Register {
                index,
                extend,
                amount,
            } => Ok((memory.base, index, extend, amount)),
            _ => Err(Kind::Operand),
        }
    }
}

/// The lane of a register.
fn lane(register: Register) -> Result<u32, Kind> {
    register.lane().map(widen).ok_or(Kind::Arrangement)
}

const fn shift_number(shift: Shift) -> Result<u32, Kind> {
    Ok(match shift {
        Shift::Lsl => 0,
        Shift::Lsr => 1,
        Shift::Asr => 2,
        Shift::Ror => 3,
        Shift::Msl => return Err(Kind::Operand),
    })
}

/// A value in units.
fn units(value: i64, unit: u8) -> Result<i64, Kind> {
    let unit = i64::from(unit);
    match (value.checked_rem(unit), value.checked_div(unit)) {
        (Some(0), Some(units)) => Ok(units),
        _ => Err(Kind::Misaligned),
    }
}

fn narrow(value: i64) -> Result<u32, Kind> {
    u32::try_from(value).map_err(|_| Kind::OutOfRange)
}

fn unsigned_units(value: i64, unit: u8) -> Result<u32, Kind> {
    narrow(units(value, unit)?)
}

/// How far `to` is from `from`, in units of `1 << scale` bytes.
fn distance(to: u64, from: u64, scale: u8) -> Result<i64, Kind> {
    let bytes = to.wrapping_sub(from);
    if bytes.trailing_zeros() < widen(scale) {
        return Err(Kind::Misaligned);
    }
    Ok(signed(bytes).wrapping_shr(widen(scale)))
}

/// The 21-bit distance of adr and adrp.
fn adr(to: &mut Fields, value: i64, low: u8, high: u8) -> Put {
    to.put_pair(
        [high, 19],
        [low, 2],
        super::fields::signed_field(value, 21)?,
    )
}

/// The value that movz (or movn, `inverted`) writes, sixteen bits of it.
fn wide_value(to: &mut Fields, value: i64, [size, inverted]: [u8; 2], imm: u8, hw: [u8; 2]) -> Put {
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
fn shift_amount(to: &mut Fields, high: [u8; 2], low: [u8; 2], amount: i64, right: bool) -> Put {
    let size = to.get_pair(high, low) >> 3;
    if size == 0 {
        return Err(Kind::Tied);
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
