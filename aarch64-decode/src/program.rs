//! The code of the operand kinds that are more than the constant and the few fields of a plan.

mod integer;
#[cfg(feature = "sve")]
pub(crate) mod scalable;
#[cfg(feature = "sme")]
mod sme;
mod vector;

pub(crate) use integer::bitmask;

use integer::{
    adr, extended, gpr, immediate, immediate_offset, memory, register, register_offset, wide_value,
};

use crate::bits::{field, five, low8, low16, low32, sign_extend, signed, unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::generated::named::table::{RANGEPREFETCH, SYSREG};
use crate::named::Name;
use crate::operand::{AddressMode, Extend, MemoryOffset, Shift};
use crate::packed::Packed;
use crate::register::Arrangement;
#[cfg(feature = "sve")]
use crate::register::Predication;

/// Hexadecimal in all syntaxes (`word style` in operands.isa).
const HEX: u8 = 7;

/// Decodes an operand whose kind has no plan.
#[inline(never)]
#[expect(
    clippy::many_single_char_names,
    reason = "the parameters of a descriptor, which operands.isa names"
)]
pub(crate) fn computed(descriptor: Descriptor, word: u32) -> Packed {
    let [a, b, c, d, e, f, g] = descriptor.p;
    match descriptor.kind {
        Kind::ExtendedGpr => extended(a, word, b, c, d, e),
        Kind::PtrShiftedGpr => Packed::shifted(gpr(1, five(word, a)), low8(field(word, b, 3))),
        Kind::UImmPair => {
            let high = field(word, a, b).wrapping_shl(widen(d));
            immediate(wide(high | field(word, c, d))).styled(e)
        }
        Kind::WideValue => wide_value(a, b, field(word, c, 16), field(word, d, e)).styled(HEX),
        Kind::Bitmask => {
            let value = bitmask(word, low8(field(word, b, 1)), a);
            // LLVM shows mov's operand as a signed number of the register's width.
            if e != 0 && a == 32 {
                Packed::immediate(sign_extend(low32(value), 32)).styled(HEX)
            } else {
                immediate(value).styled(HEX)
            }
        }
        Kind::NegMod => immediate(wide(
            0_u32.wrapping_sub(field(word, b, c)) & widen(a).wrapping_sub(1),
        ))
        .styled(0),
        Kind::PlusOne => immediate(wide(field(word, a, b).wrapping_add(1))).styled(0),
        Kind::FieldWidth => immediate(wide(
            field(word, a, 6)
                .wrapping_add(1)
                .wrapping_sub(field(word, b, 6)),
        ))
        .styled(0),
        Kind::PcRelBack => {
            Packed::address(0_i64.wrapping_sub(signed(wide(field(word, a, b)).wrapping_shl(2))))
        }
        Kind::Adr => Packed::address(adr(word, a, b)),
        Kind::SystemRegister => {
            let flags = if c == 0 { 1 } else { 2 };
            Packed::name(Name::new(SYSREG, low16(field(word, a, b)), flags))
        }
        Kind::Named => Packed::name(Name::new(a, low16(field(word, b, c)), d)),
        Kind::NamedPair => {
            let high = field(word, b, c).wrapping_shl(widen(e));
            Packed::name(Name::new(a, low16(high | field(word, d, e)), 1))
        }
        Kind::GprNext => register(a, five(word, b).wrapping_add(1).min(31)),
        Kind::GprSized => register(low8(field(word, b, 1)), five(word, a)),
        Kind::MemPac => {
            // The sign S stands apart from imm9; the unit is eight bytes.
            let bits = field(word, b, 1).wrapping_shl(widen(d)) | field(word, c, d);
            let value = sign_extend(bits, d.wrapping_add(1));
            immediate_offset(word, a, unsigned(value).wrapping_shl(3), e)
        }
        Kind::MemFixed => {
            let value = wide(widen(b));
            let before = c == AddressMode::PRE;
            immediate_offset(
                word,
                a,
                if before {
                    0_u64.wrapping_sub(value)
                } else {
                    value
                },
                c,
            )
        }
        Kind::MemReg => register_offset(word, a, b, c, d, e),
        // Bits 15, 13, 12 and 2:0 (Arm ARM, RPRFM).
        Kind::RangePrefetch => {
            let high = field(word, a, 1) << 2 | field(word, b, 1) << 1 | field(word, c, 1);
            Packed::name(Name::new(
                RANGEPREFETCH,
                low16(high << 3 | field(word, d, e)),
                1,
            ))
        }
        Kind::VecQ => vector::sized(word, a, widen(c), bit(word, b)),
        Kind::VecHalf => vector::either(word, a, b, [Arrangement::H2, Arrangement::H4]),
        Kind::VecPairSz => vector::either(word, a, b, [Arrangement::S2, Arrangement::D2]),
        Kind::VecSize => vector::sized(word, a, vector::size(word, b, c, e), bit(word, d)),
        Kind::VecFull => vector::sized(word, a, vector::size(word, b, c, d), true),
        Kind::VecImmh => vector::sized(word, a, vector::immh(word, b, 4, d), bit(word, c)),
        Kind::VecImmhFull => vector::sized(word, a, vector::immh(word, b, 4, c), true),
        Kind::VecImm5 => vector::sized(word, a, vector::imm5(word, b), bit(word, c)),
        Kind::ScalarSize => vector::scalar(word, a, vector::size(word, b, c, d)),
        Kind::ScalarImmh => vector::scalar(word, a, vector::immh(word, b, c, d)),
        Kind::ScalarImm5 => vector::scalar(word, a, vector::imm5(word, b)),
        Kind::GprImm5 => vector::general(word, a, b),
        Kind::LaneImm5 => vector::lane_imm5(word, a, b, None),
        Kind::LaneImm4 => vector::lane_imm5(word, a, b, Some(field(word, c, 4))),
        Kind::LaneHLM => vector::lane_hlm(word, [a, b, c, d], Arrangement::new(e)),
        Kind::LaneHLMR => vector::lane_hlmr(word, [a, b, c, d], Arrangement::new(e)),
        Kind::LaneHL => vector::lane_hl(word, [a, b, c, d], Arrangement::new(e)),
        Kind::LaneSize if field(word, e, 2) == 1 => {
            vector::lane_hlm(word, [a, b, c, d], Arrangement::H)
        }
        Kind::LaneSize => vector::lane_hl(word, [a, d, b, c], Arrangement::S),
        Kind::LaneSz if field(word, e, 1) == 0 => {
            vector::lane_hl(word, [a, d, b, c], Arrangement::S)
        }
        Kind::LaneSz => vector::lane_h(word, [a, d, b], Arrangement::D),
        Kind::LaneComplex if field(word, e, 2) == 1 => {
            vector::lane_hl(word, [a, b, c, d], Arrangement::H)
        }
        Kind::LaneComplex => vector::lane_h(word, [a, b, c], Arrangement::S),
        Kind::LaneField => vector::lane(five(word, a), Arrangement::new(d), field(word, b, c)),
        Kind::LaneConst => vector::lane(five(word, a), Arrangement::new(c), widen(b)),
        // immh:immb are seven bits in a row from immb.
        Kind::ShiftRight => {
            let bits = 16_u32.wrapping_shl(vector::immh(word, a, 4, 0));
            immediate(wide(bits.wrapping_sub(field(word, b, 7))))
        }
        Kind::ShiftLeft => {
            let bits = 8_u32.wrapping_shl(vector::immh(word, a, 4, 0));
            immediate(wide(field(word, b, 7).wrapping_sub(bits)))
        }
        Kind::Below => immediate(wide(widen(c).wrapping_sub(field(word, a, b)))),
        Kind::ElementBits => immediate(wide(8_u32.wrapping_shl(field(word, a, b)))),
        Kind::FpImm8 => vector::float(field(word, a, b)),
        Kind::FpImm8Pair => vector::float(pair(word, a, b, c, d)),
        Kind::ShiftedImmPair => {
            let value = low16(pair(word, a, b, c, d));
            Packed::shifted_immediate(value, Shift::Lsl, low8(field(word, e, f)), 8)
        }
        Kind::OnesImmPair => {
            let value = low16(pair(word, a, b, c, d));
            let steps = low8(field(word, e, 1)).wrapping_add(1);
            Packed::shifted_immediate(value, Shift::Msl, steps, 8)
        }
        Kind::ByteMask => vector::byte_mask(pair(word, a, b, c, d)),
        Kind::Rotate => immediate(wide(
            field(word, a, b)
                .wrapping_mul(widen(c))
                .wrapping_add(widen(d)),
        )),
        Kind::List => vector::list_sized(word, a, b, field(word, c, d), bit(word, e)),
        Kind::ListFixed => vector::list(word, a, b, Arrangement::new(c)),
        Kind::ListLane => {
            let high = field(word, d, 1) << 1 | field(word, e, 1);
            let index = high.wrapping_shl(widen(g)) | field(word, f, g);
            vector::list_lane(word, a, b, Arrangement::new(c), index)
        }
        Kind::ListLaneS => {
            let index = field(word, c, 1) << 1 | field(word, d, 1);
            vector::list_lane(word, a, b, Arrangement::S, index)
        }
        Kind::ListLaneD => vector::list_lane(word, a, b, Arrangement::D, field(word, c, 1)),
        Kind::MemPostReg => {
            let offset = MemoryOffset::Register {
                index: gpr(1, five(word, b)),
                extend: Extend::Lsl,
                amount: None,
            };
            memory(word, a, offset, AddressMode::Post)
        }
        Kind::MemPostQ => {
            immediate_offset(word, a, wide(widen(c).wrapping_shl(field(word, b, 1))), 2)
        }
        Kind::MemPostSize => {
            immediate_offset(word, a, wide(widen(d).wrapping_shl(field(word, b, c))), 2)
        }
        #[cfg(feature = "sve")]
        Kind::ZSize => scalable::vector(word, a, scalable::size(word, [b, c], d)),
        #[cfg(feature = "sve")]
        Kind::ZTsz => scalable::vector(word, a, scalable::tsz(word, [b, c], d, e)),
        #[cfg(feature = "sve")]
        Kind::ZLow => scalable::vector(word, a, scalable::lowest(word, [b, c])),
        #[cfg(feature = "sve")]
        Kind::ZLaneLow => scalable::lane_lowest(word, a, [b, c], [d, e]),
        #[cfg(feature = "sve")]
        Kind::ZLane => scalable::lane(word, [a, b], field(word, c, d), e),
        #[cfg(feature = "sve")]
        Kind::ZLanePair => scalable::lane_pair(word, [a, b], [c, d, e, f], g),
        #[cfg(feature = "sve")]
        Kind::ZMask => scalable::vector(word, a, scalable::mask_size(word, [b, c])),
        #[cfg(feature = "sve")]
        Kind::ScalableList => scalable::list(word, a, [b, c], d, Arrangement::new(e)),
        #[cfg(feature = "sve")]
        Kind::ScalableListSize => {
            scalable::list(word, a, [b, c], d, scalable::size(word, [e, f], g))
        }
        #[cfg(feature = "sve")]
        Kind::Predicate => Packed::register(
            scalable::predicate(word, a, [b, c], d).predicated(scalable::predication(e)),
        ),
        #[cfg(feature = "sve")]
        Kind::PredicateBit => Packed::register(
            scalable::predicate(word, 11, [a, b], 0).predicated(if bit(word, c) {
                Predication::Merging
            } else {
                Predication::Zeroing
            }),
        ),
        #[cfg(feature = "sve")]
        Kind::PredicateOf => {
            Packed::register(scalable::predicate(word, a, [b, c], d).arranged(Arrangement::new(e)))
        }
        #[cfg(feature = "sve")]
        Kind::PredicateSize => Packed::register(
            scalable::predicate(word, a, [b, c], d).arranged(scalable::size(word, [e, f], g)),
        ),
        #[cfg(feature = "sve")]
        Kind::PredicateLane => Packed::register(
            scalable::predicate(word, 12, [a, b], c).at_lane(low8(field(word, d, e))),
        ),
        #[cfg(feature = "sve")]
        Kind::PredicateSlice => scalable::slice(word, [a, b], [c, d], [e, f]),
        #[cfg(feature = "sve")]
        Kind::GprSize => scalable::general(word, a, b, [c, d]),
        #[cfg(feature = "sve")]
        Kind::SmallFloat => scalable::small_float(word, [a, b], c),
        #[cfg(feature = "sve")]
        Kind::Shifted8 => scalable::shifted8(word, a, b, c, d != 0),
        #[cfg(feature = "sve")]
        Kind::ElementMask => immediate(scalable::mask(word, [a, b])),
        #[cfg(feature = "sve")]
        Kind::TszRight => scalable::tsz_amount(word, [a, b], [c, 5], true),
        #[cfg(feature = "sve")]
        Kind::TszLeft => scalable::tsz_amount(word, [a, b], [c, 5], false),
        #[cfg(feature = "sve")]
        Kind::Multiplier => Packed::multiplier(low8(field(word, a, b)).wrapping_add(1)),
        #[cfg(feature = "sve")]
        Kind::MemVl => scalable::vector_lengths(word, a, field(word, b, c), c, d),
        #[cfg(feature = "sve")]
        Kind::MemVlPair => scalable::vector_lengths_pair(word, a, [b, c, d, e]),
        #[cfg(feature = "sve")]
        Kind::MemIndex | Kind::MemIndexZero => scalable::index(word, a, b, c),
        #[cfg(feature = "sve")]
        Kind::MemZ => scalable::vector_index(word, [a, b], c, d, e),
        #[cfg(feature = "sve")]
        Kind::MemZXs => {
            let way = if bit(word, d) { 6 } else { 2 };
            scalable::vector_index(word, [a, b], c, way, e)
        }
        #[cfg(feature = "sve")]
        Kind::MemElement => {
            let base = gpr(a, five(word, c)).arranged(Arrangement::new(b));
            scalable::elements(word, base, [d, e], f)
        }
        #[cfg(feature = "sve")]
        Kind::MemZReg => scalable::vector_base(word, a, b, c),
        #[cfg(feature = "sve")]
        Kind::MemAdr => scalable::addresses(word, [a, b], c, d, [e, f]),
        #[cfg(feature = "sme")]
        Kind::ZSizeShort => sme::short(word, [a, b], scalable::size(word, [c, d], e)),
        #[cfg(feature = "sme")]
        Kind::ZField => sme::scaled(word, a, [b, c], d, [e, f]),
        #[cfg(feature = "sme")]
        Kind::ZStrided => sme::strided(word, a, b, [c, d], Arrangement::new(e)),
        #[cfg(feature = "sme")]
        Kind::ZStridedSize => sme::strided(word, a, b, [c, d], scalable::size(word, [e, f], g)),
        #[cfg(feature = "sme")]
        Kind::ZLaneThree => {
            let high = field(word, c, 1) << 2 | field(word, d, 2);
            scalable::lane(word, [a, b], high << 1 | field(word, e, 1), f)
        }
        #[cfg(feature = "sme")]
        Kind::ZListLane => sme::list_lane(word, a, [b, c], field(word, d, e)),
        #[cfg(feature = "sme")]
        Kind::ZkVector => Packed::register(sme::control(word, [a, b])),
        #[cfg(feature = "sme")]
        Kind::ZkLane => {
            let lane = low8(field(word, c, d));
            Packed::register(sme::control(word, [a, b]).at_lane(lane))
        }
        #[cfg(feature = "sme")]
        Kind::Tile => sme::tile(word, a, [b, c]),
        #[cfg(feature = "sme")]
        Kind::Slice | Kind::SliceBraced => sme::slice(word, a, b, [c, d], [e, f]),
        #[cfg(feature = "sme")]
        Kind::Array => sme::array(word, Arrangement::new(a), [b, c], [d, e], [f, g]),
        #[cfg(feature = "sme")]
        Kind::ArraySize => {
            let arrangement = scalable::size(word, [f, 1], g);
            sme::array(word, arrangement, [a, b], [8, c], [d, e])
        }
        #[cfg(feature = "sme")]
        Kind::TileMask => Packed::tile_mask(low8(field(word, a, b))),
        #[cfg(feature = "sme")]
        Kind::TableList => sme::table_list(),
        #[cfg(feature = "sme")]
        Kind::TableLane => sme::table_lane(field(word, a, b).wrapping_mul(widen(c))),
        #[cfg(feature = "sme")]
        Kind::TableVector => sme::table_vector(field(word, a, b)),
        #[cfg(feature = "sme")]
        Kind::MemVlUnsigned => {
            let offset = sme::vector_lengths(word, [b, c]);
            memory(word, a, offset, AddressMode::Offset)
        }
        #[cfg(feature = "sme")]
        Kind::NarrowShift => sme::narrowing(field(word, a, 2), field(word, b, 5)),
        Kind::Literal => Packed::name(Name::literal(u16::from_le_bytes([a, b]))),
        // These have plans wherever the decoder meets them (`plan`).
        Kind::Reg
        | Kind::Arranged
        | Kind::GprFixed
        | Kind::ShiftedGpr
        | Kind::UImm
        | Kind::SImm
        | Kind::ShiftedImm
        | Kind::WideImm
        | Kind::Cond
        | Kind::PcRel
        | Kind::PageRel
        | Kind::ControlRegister
        | Kind::MemBase
        | Kind::MemUImm
        | Kind::MemSImm
        | Kind::MemBack
        | Kind::WriteBack => Packed::NONE,
        // No row has the other kinds.
        #[cfg(not(feature = "sme"))]
        _ => Packed::NONE,
    }
}

fn bit(word: u32, lsb: u8) -> bool {
    field(word, lsb, 1) != 0
}

/// Two fields, the first being the high one.
fn pair(word: u32, a: u8, b: u8, c: u8, d: u8) -> u32 {
    field(word, a, b).wrapping_shl(widen(d)) | field(word, c, d)
}
