//! From an operand as it is written to the operand that an instruction takes.

use super::item::Item;
use super::register::short_number;
use super::scan::{Number, Scan, is_sum};
use super::value::Value;
use crate::bits::{signed, unsigned};
use crate::condition::Condition;
use crate::encode::{OperandParts, OperandPattern};
use crate::encoding::name_bytes;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::generated::named::table::{APPLEREG, BARRIERNXS, PSTATE, RANGEPREFETCH, SYSREG, TLBIP};
use crate::named::{Name, register_of, value_of};
use crate::operand::{
    AddressMode, FpImmediate, Matrix, Memory, MemoryOffset, Operand, RegisterList, Shift,
};
use crate::register::RegisterClass;

/// What the operand list's place makes of an operand; `None` if that cannot stand there.
pub(super) fn operand(
    descriptor: Descriptor,
    item: &Item,
    is_strict: bool,
    scan: &Scan<'_>,
    pc: u64,
) -> Option<OperandPattern> {
    let text = scan.between(item.start, item.end);
    let exactly = match item.value {
        Value::Any => return Some(OperandPattern::Any),
        Value::AnyImmediate => return takes_number(descriptor.kind).then_some(OperandPattern::Any),
        Value::Open(operand, parts) => {
            let operand = if is_strict {
                operand
            } else {
                shaped(descriptor, operand)?
            };
            return Some(OperandPattern::AnyParts(operand, parts));
        }
        Value::OpenShifted {
            value,
            shift,
            amount,
            parts,
        } => {
            return match shifted(descriptor.kind, value, shift, amount)? {
                operand @ Operand::ShiftedImmediate { .. } => {
                    Some(OperandPattern::AnyParts(operand, parts))
                }
                _ => None,
            };
        }
        Value::AnyOffset(memory, immediate, base) => {
            let register = matches!(
                descriptor.kind,
                Kind::MemReg
                    | Kind::MemPostReg
                    | Kind::MemIndex
                    | Kind::MemIndexZero
                    | Kind::MemZ
                    | Kind::MemZXs
                    | Kind::MemZReg
                    | Kind::MemAdr
            );
            let parts = OperandParts::OFFSET.with(base);
            let open = OperandPattern::AnyParts(Operand::Memory(memory), parts);
            return (!immediate || !register).then_some(open);
        }
        // Names of any sort, even if they look like registers.
        _ if is_named(descriptor.kind) && !matches!(item.value, Value::Number { .. }) => {
            named(descriptor, text)?
        }
        // Only what is loaded and stored may stand in braces.
        Value::Braced(matrix) if descriptor.kind == Kind::SliceBraced => Operand::Matrix(matrix),
        Value::Braced(_) => return None,
        // A base that is moved by as much as is copied has no offset, not even 0.
        Value::Operand(Operand::Memory(memory))
            if descriptor.kind == Kind::MemBack && memory.offset != MemoryOffset::None =>
        {
            return None;
        }
        // What has no offset may have #0, but not #-0.
        Value::Operand(Operand::Memory(memory))
            if descriptor.kind == Kind::MemBase
                && memory.offset == MemoryOffset::Immediate(0)
                && text
                    .iter()
                    .zip(text.iter().skip(1))
                    .any(|(hash, sign)| (*hash, *sign) == (b'#', b'-')) =>
        {
            return None;
        }
        Value::Bare(operand) | Value::Operand(operand) => {
            if is_strict {
                operand
            } else {
                shaped(descriptor, operand)?
            }
        }
        // A hexadecimal number is the eight bits themselves.
        Value::Number { .. }
            if matches!(descriptor.kind, Kind::FpImm8 | Kind::FpImm8Pair)
                && text.contains(&b'x') =>
        {
            // The bits have no sign.
            if text.contains(&b'-') {
                return None;
            }
            let Value::Number {
                number: Number::Integer(bits),
                ..
            } = item.value
            else {
                return None;
            };
            Operand::FloatImmediate(FpImmediate::new(u8::try_from(bits).ok()?))
        }
        // A number that stands for a fraction is not a sum, and has no capital X.
        Value::Number {
            number: Number::Integer(_),
            ..
        } if matches!(
            descriptor.kind,
            Kind::FpImm8 | Kind::FpImm8Pair | Kind::SmallFloat
        ) && (is_sum(text) || text.contains(&b'X')) =>
        {
            return None;
        }
        // A system register's number is part of a name.
        Value::Number { .. } if descriptor.kind == Kind::SystemRegister => return None,
        // A field of the state has no number.
        Value::Number { .. } if descriptor.kind == Kind::NamedPair && is_state(descriptor) => {
            return None;
        }
        Value::Number { number, hash } => numeric(descriptor, (number, hash), text, pc)?,
        Value::Shifted {
            value,
            shift,
            amount,
        } => shifted(descriptor.kind, value, shift, amount)?,
        Value::Here(distance) => is_address(descriptor.kind)
            .then(|| pc.wrapping_add(unsigned(distance)))
            .map(Operand::Address)?,
        Value::Name => name(descriptor, text)?,
    };
    Some(OperandPattern::Exactly(exactly))
}

/// Whether a register is of the class that the place has, as far as the place says that; other
/// operands may be what they are.
pub(super) fn may_be(descriptor: Descriptor, item: &Item) -> bool {
    let (Value::Operand(Operand::Register(register))
    | Value::Bare(Operand::Register(register))
    | Value::Open(Operand::Register(register), _)) = item.value
    else {
        return true;
    };
    match descriptor.kind {
        Kind::Reg | Kind::Arranged => {
            let [class, ..] = descriptor.p;
            general(register.class()) == general(RegisterClass::new(class))
        }
        _ => true,
    }
}

/// The class where 31 is the zero register.
const fn general(class: RegisterClass) -> RegisterClass {
    match class {
        RegisterClass::Wsp => RegisterClass::W,
        RegisterClass::Xsp => RegisterClass::X,
        other => other,
    }
}

const fn is_named(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Named | Kind::NamedPair | Kind::SystemRegister | Kind::RangePrefetch | Kind::Literal
    )
}

const fn is_state(descriptor: Descriptor) -> bool {
    let [table, ..] = descriptor.p;
    table == PSTATE
}

const fn is_address(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PcRel | Kind::PcRelBack | Kind::Adr | Kind::PageRel
    )
}

/// Whether `#` can stand in front of what a kind takes.
const fn takes_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::UImm
            | Kind::UImmPair
            | Kind::SImm
            | Kind::ShiftedImm
            | Kind::WideImm
            | Kind::WideValue
            | Kind::Bitmask
            | Kind::NegMod
            | Kind::PlusOne
            | Kind::FieldWidth
            | Kind::PcRel
            | Kind::PcRelBack
            | Kind::Adr
            | Kind::PageRel
            | Kind::ShiftRight
            | Kind::ShiftLeft
            | Kind::Below
            | Kind::ElementBits
            | Kind::FpImm8
            | Kind::FpImm8Pair
            | Kind::ShiftedImmPair
            | Kind::OnesImmPair
            | Kind::ByteMask
            | Kind::Rotate
            | Kind::SmallFloat
            | Kind::Shifted8
            | Kind::ElementMask
            | Kind::TszRight
            | Kind::TszLeft
            | Kind::NarrowShift
            | Kind::Named
            | Kind::NamedPair
    )
}

/// What may be left out is put in; `None` if it may not.
fn shaped(descriptor: Descriptor, operand: Operand) -> Option<Operand> {
    let [_, b, c, ..] = descriptor.p;
    Some(match (descriptor.kind, operand) {
        // vgx2 and vgx4 follow from the vectors.
        (Kind::Array, Operand::Matrix(own)) if own.group == 1 => {
            Operand::Matrix(Matrix { group: c, ..own })
        }
        (Kind::ArraySize, Operand::Matrix(own)) if own.group == 1 => {
            Operand::Matrix(Matrix { group: b, ..own })
        }
        // One vector may do without braces.
        (Kind::ScalableList | Kind::ScalableListSize, Operand::Register(first)) => {
            Operand::List(RegisterList {
                first,
                count: 1,
                stride: 1,
            })
        }
        // What is written back is changed by something.
        (Kind::MemSImm, Operand::Memory(own))
            if own.mode == AddressMode::Pre && own.offset == MemoryOffset::None =>
        {
            return None;
        }
        // The distance in vector lengths that is the register's own.
        (Kind::MemVlUnsigned, Operand::Memory(own)) => match own.offset {
            MemoryOffset::Immediate(0) => Operand::Memory(Memory {
                offset: MemoryOffset::VectorLengths(0),
                ..own
            }),
            _ => operand,
        },
        _ => operand,
    })
}

fn numeric(
    descriptor: Descriptor,
    (number, hash): (Number, bool),
    text: &[u8],
    pc: u64,
) -> Option<Operand> {
    let [a, b, ..] = descriptor.p;
    let value = match number {
        Number::Decimal { negative, units } => {
            return fraction(descriptor, negative, units);
        }
        Number::Integer(value) => value,
    };
    Some(match descriptor.kind {
        // "#0" and "#0.0".
        Kind::Literal => {
            let text = name_bytes(u16::from_le_bytes([a, b]));
            return (value == 0 && text.first() == Some(&b'#')).then(|| literal(descriptor));
        }
        // Only 0.0 could say its sign.
        Kind::SmallFloat if value == 0 && text.contains(&b'-') => return None,
        Kind::FpImm8 | Kind::FpImm8Pair | Kind::SmallFloat => {
            let units = value.unsigned_abs().checked_mul(UNITS)?;
            return fraction(descriptor, value < 0, units);
        }
        kind if is_address(kind) => Operand::Address(if hash {
            let from = if kind == Kind::PageRel {
                pc & !0xfff
            } else {
                pc
            };
            from.wrapping_add(unsigned(value))
        } else {
            unsigned(value)
        }),
        // nXS is a bit of the four that a number has: 16, 20, 24, 28.
        Kind::Named if a == BARRIERNXS => Operand::Immediate(
            value
                .checked_sub(16)
                .filter(|value| value.trailing_zeros() >= 2)?
                >> 2,
        ),
        _ => Operand::Immediate(value),
    })
}

/// Units of a decimal fraction.
const UNITS: u64 = 100_000_000;

fn fraction(descriptor: Descriptor, negative: bool, units: u64) -> Option<Operand> {
    let [a, b, ..] = descriptor.p;
    match descriptor.kind {
        Kind::Literal => {
            let text = name_bytes(u16::from_le_bytes([a, b]));
            (units == 0 && !negative && text == b"#0.0").then(|| literal(descriptor))
        }
        Kind::SmallFloat if !negative => {
            let halves = units.checked_mul(2)?;
            let whole = halves.checked_rem(UNITS)? == 0;
            let halves = halves
                .checked_div(UNITS)
                .and_then(|n| u8::try_from(n).ok())?;
            whole.then_some(Operand::HalfUnits(halves))
        }
        Kind::FpImm8 | Kind::FpImm8Pair => {
            // 1/128 is 781250 units.
            let exact = units.checked_rem(781_250)? == 0;
            let parts = units.checked_div(781_250)?;
            let sign = if negative { 0x80 } else { 0 };
            let same =
                |bits: &u8| u64::from(FpImmediate::new(*bits).magnitude_in_128ths()) == parts;
            let bits = (0..0x80_u8).find(same)?;
            exact.then_some(Operand::FloatImmediate(FpImmediate::new(bits | sign)))
        }
        _ => None,
    }
}

fn literal(descriptor: Descriptor) -> Operand {
    let [a, b, ..] = descriptor.p;
    Operand::Name(Name::literal(u16::from_le_bytes([a, b])))
}

fn shifted(kind: Kind, value: i64, shift: Shift, amount: u8) -> Option<Operand> {
    match (kind, shift) {
        (Kind::ShiftedImm, Shift::Lsl) if amount == 0 => Some(Operand::Immediate(value)),
        (Kind::ShiftedImm | Kind::WideImm | Kind::ShiftedImmPair, Shift::Lsl)
        | (Kind::OnesImmPair, Shift::Msl) => Some(Operand::ShiftedImmediate {
            value: u16::try_from(value).ok()?,
            shift,
            amount,
        }),
        (Kind::Shifted8, Shift::Lsl) => match (value, amount) {
            (0, 8) => Some(Operand::ShiftedImmediate {
                value: 0,
                shift,
                amount,
            }),
            (_, 0) => Some(Operand::Immediate(value)),
            (_, 8) => Some(Operand::Immediate(signed(unsigned(value) << 8))),
            _ => None,
        },
        _ => None,
    }
}

/// Condition names beside those that are shown (Arm ARM, C1.2.4, and table C1-1 for SVE).
const CONDITIONS: [(&[u8], Condition); 12] = [
    (b"cs", Condition::HS),
    (b"cc", Condition::LO),
    (b"none", Condition::EQ),
    (b"any", Condition::NE),
    (b"nlast", Condition::HS),
    (b"last", Condition::LO),
    (b"first", Condition::MI),
    (b"nfrst", Condition::PL),
    (b"pmore", Condition::HI),
    (b"plast", Condition::LS),
    (b"tcont", Condition::GE),
    (b"tstop", Condition::LT),
];

/// The condition of a name.
pub(super) fn condition(text: &[u8]) -> Option<Condition> {
    (0..16)
        .map(Condition::new)
        .find(|own| own.name().as_bytes().eq_ignore_ascii_case(text))
        .or_else(|| {
            let other = |(name, _): &&(&[u8], Condition)| name.eq_ignore_ascii_case(text);
            CONDITIONS
                .iter()
                .find(other)
                .map(|(_, condition)| *condition)
        })
}

fn name(descriptor: Descriptor, text: &[u8]) -> Option<Operand> {
    match descriptor.kind {
        Kind::Cond => condition(text).map(Operand::Condition),
        Kind::ControlRegister => match text {
            [b'c' | b'C', digits @ ..] => Some(Operand::ControlRegister(short_number(digits)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The value of a name in the place's table.
fn named(descriptor: Descriptor, text: &[u8]) -> Option<Operand> {
    let [a, b, c, ..] = descriptor.p;
    let (table, value) = match descriptor.kind {
        Kind::Literal => {
            let same = name_bytes(u16::from_le_bytes([a, b])).eq_ignore_ascii_case(text);
            return same.then(|| literal(descriptor));
        }
        Kind::SystemRegister => {
            let value = numbered(text)
                .or_else(|| register_of(text, c != 0))
                .or_else(|| value_of(APPLEREG, text))?;
            (SYSREG, value)
        }
        Kind::RangePrefetch => (RANGEPREFETCH, value_of(RANGEPREFETCH, text)?),
        _ => (a, value_of(a, text).or_else(|| with_nxs(a, text))?),
    };
    Some(Operand::Name(Name::new(table, value, 0)))
}

/// The value of an operation on a pair with `nxs` behind its name: bit 0 of CRn.
fn with_nxs(table: u8, text: &[u8]) -> Option<u16> {
    let (name, suffix) = text.split_at_checked(text.len().checked_sub(3)?)?;
    if table != TLBIP || !suffix.eq_ignore_ascii_case(b"nxs") {
        return None;
    }
    value_of(table, name).map(|value| value | 1 << 7)
}

/// A system register by its numbers: `S3_0_C15_C2_0`.
fn numbered(text: &[u8]) -> Option<u16> {
    let [b's' | b'S', rest @ ..] = text else {
        return None;
    };
    let mut parts = rest.split(|byte| *byte == b'_');
    let mut value = 0_u16;
    for (letter, bits) in [
        (None, 2),
        (None, 3),
        (Some(b'c'), 4),
        (Some(b'c'), 4),
        (None, 3),
    ] {
        let part = parts.next()?;
        let digits = match (letter, part) {
            (None, digits) => digits,
            (Some(letter), [first, digits @ ..]) if first.to_ascii_lowercase() == letter => digits,
            _ => return None,
        };
        let number = u16::from(short_number(digits)?);
        if number >> bits != 0 {
            return None;
        }
        value = value << bits | number;
    }
    parts.next().is_none().then_some(value)
}
