//! Lines that no instruction has but that mean another line: the opposite, the complement, the
//! reverse.

use super::index;
use super::item::{Item, Items};
use super::scan::{Number, Scan};
use super::value::Value;
use crate::bits::{low32, signed, unsigned, wide};
use crate::operand::{Extend, Operand, Shift};
use crate::register::{Register, RegisterClass};

/// What a line is rewritten with.
#[derive(Clone, Copy)]
enum Rule {
    /// The last operand's number without its minus, for general registers.
    Opposite,
    /// The last operand's number with every bit inverted.
    Complement,
    /// The last two operands exchanged.
    Reverse,
    /// The first two operands exchanged.
    ReverseFirst,
    /// The zero register for the number 0.
    Zero,
    /// The number 0 for the fraction, for scalable vectors.
    Whole,
    /// Elements of double words for smaller ones, which makes no difference.
    Double,
    /// The second operand's number, less one or more by one: `>=` for `>`.
    Next(i8),
    /// As it is, if the first operand is a scalar of a vector.
    Scalar,
    /// As it is, for the 64 bits of a general register.
    Whole64,
    /// The 32 bits of the first register, or of the last, for its 64.
    NarrowFirst,
    NarrowLast,
    /// The 64 bits of the last register, which is extended from so many, for its 32.
    WidenLast,
    /// The number of the barrier's only option for its name.
    Option,
    /// The last operand's number without its shift by 0, for general registers.
    Unshifted,
    /// What `svcrsm` and the like name, if the number behind it is this one.
    Streaming(i8),
}

/// The longest mnemonic of a rule.
const LONGEST: usize = 7;

/// Mnemonics with blanks behind them, which of them the other line has, and how.
static RULES: [([u8; LONGEST], [u8; LONGEST], Rule); 61] = [
    (*b"add    ", *b"sub    ", Rule::Opposite),
    (*b"sub    ", *b"add    ", Rule::Opposite),
    (*b"adds   ", *b"subs   ", Rule::Opposite),
    (*b"subs   ", *b"adds   ", Rule::Opposite),
    (*b"cmp    ", *b"cmn    ", Rule::Opposite),
    (*b"cmn    ", *b"cmp    ", Rule::Opposite),
    (*b"bic    ", *b"and    ", Rule::Complement),
    (*b"bics   ", *b"ands   ", Rule::Complement),
    (*b"orn    ", *b"orr    ", Rule::Complement),
    (*b"eon    ", *b"eor    ", Rule::Complement),
    (*b"cmle   ", *b"cmge   ", Rule::Reverse),
    (*b"cmlt   ", *b"cmgt   ", Rule::Reverse),
    (*b"cmls   ", *b"cmhs   ", Rule::Reverse),
    (*b"cmlo   ", *b"cmhi   ", Rule::Reverse),
    (*b"fcmle  ", *b"fcmge  ", Rule::Reverse),
    (*b"fcmlt  ", *b"fcmgt  ", Rule::Reverse),
    (*b"facle  ", *b"facge  ", Rule::Reverse),
    (*b"faclt  ", *b"facgt  ", Rule::Reverse),
    (*b"cmple  ", *b"cmpge  ", Rule::Reverse),
    (*b"cmplt  ", *b"cmpgt  ", Rule::Reverse),
    (*b"cmpls  ", *b"cmphs  ", Rule::Reverse),
    (*b"cmplo  ", *b"cmphi  ", Rule::Reverse),
    (*b"cble   ", *b"cbge   ", Rule::ReverseFirst),
    (*b"cblt   ", *b"cbgt   ", Rule::ReverseFirst),
    (*b"cbls   ", *b"cbhs   ", Rule::ReverseFirst),
    (*b"cblo   ", *b"cbhi   ", Rule::ReverseFirst),
    (*b"cbble  ", *b"cbbge  ", Rule::ReverseFirst),
    (*b"cbblt  ", *b"cbbgt  ", Rule::ReverseFirst),
    (*b"cbbls  ", *b"cbbhs  ", Rule::ReverseFirst),
    (*b"cbblo  ", *b"cbbhi  ", Rule::ReverseFirst),
    (*b"cbhle  ", *b"cbhge  ", Rule::ReverseFirst),
    (*b"cbhlt  ", *b"cbhgt  ", Rule::ReverseFirst),
    (*b"cbhls  ", *b"cbhhs  ", Rule::ReverseFirst),
    (*b"cbhlo  ", *b"cbhhi  ", Rule::ReverseFirst),
    (*b"cbge   ", *b"cbgt   ", Rule::Next(-1)),
    (*b"cbhs   ", *b"cbhi   ", Rule::Next(-1)),
    (*b"cble   ", *b"cblt   ", Rule::Next(1)),
    (*b"cbls   ", *b"cblo   ", Rule::Next(1)),
    (*b"dup    ", *b"mov    ", Rule::Scalar),
    (*b"rev64  ", *b"rev    ", Rule::Whole64),
    (*b"uxtb   ", *b"uxtb   ", Rule::NarrowFirst),
    (*b"uxth   ", *b"uxth   ", Rule::NarrowFirst),
    (*b"sxtb   ", *b"sxtb   ", Rule::NarrowLast),
    (*b"sxth   ", *b"sxth   ", Rule::NarrowLast),
    (*b"sxtw   ", *b"sxtw   ", Rule::NarrowLast),
    (*b"bcax   ", *b"bcax   ", Rule::Double),
    (*b"eor3   ", *b"eor3   ", Rule::Double),
    (*b"fmov   ", *b"fmov   ", Rule::Zero),
    (*b"fmov   ", *b"mov    ", Rule::Whole),
    (*b"and    ", *b"and    ", Rule::Double),
    (*b"orr    ", *b"orr    ", Rule::Double),
    (*b"eor    ", *b"eor    ", Rule::Double),
    (*b"bic    ", *b"bic    ", Rule::Double),
    (*b"adds   ", *b"adds   ", Rule::WidenLast),
    (*b"subs   ", *b"subs   ", Rule::WidenLast),
    (*b"cmp    ", *b"cmp    ", Rule::WidenLast),
    (*b"cmn    ", *b"cmn    ", Rule::WidenLast),
    (*b"mov    ", *b"mov    ", Rule::Unshifted),
    (*b"isb    ", *b"isb    ", Rule::Option),
    (*b"msr    ", *b"smstart", Rule::Streaming(1)),
    (*b"msr    ", *b"smstop ", Rule::Streaming(0)),
];

/// The lines that mean the same as a line with this mnemonic and these operands: mnemonic and
/// operands.
pub(super) fn rewritten<'n>(
    name: &'n [u8],
    items: &'n Items,
    scan: &'n Scan<'_>,
) -> impl Iterator<Item = (u16, Items)> + use<'n> {
    RULES
        .iter()
        .filter(|(own, ..)| name.eq_ignore_ascii_case(own.trim_ascii_end()))
        .filter_map(|(_, other, rule)| {
            Some((
                index::mnemonic(other.trim_ascii_end())?,
                changed(*rule, items, scan)?,
            ))
        })
}

/// Whether lines with this mnemonic may be rewritten; some mnemonics are of no instruction.
pub(super) fn is_known(name: &[u8]) -> bool {
    RULES
        .iter()
        .any(|(own, ..)| name.eq_ignore_ascii_case(own.trim_ascii_end()))
}

fn changed(rule: Rule, items: &Items, scan: &Scan<'_>) -> Option<Items> {
    let mut items = *items;
    let first = *items.as_slice().first()?;
    let last = items.as_slice().last()?;
    let last = scan.between(last.start, last.end);
    let has_no_sign = !last.iter().any(|byte| matches!(byte, b'-' | b'+'));
    match rule {
        Rule::Opposite => {
            let value = items.last_mut().filter(|_| first.is_general())?;
            *value = value.negated()?;
        }
        Rule::Complement => complement(&first, items.last_mut()?)?,
        Rule::Reverse => items.exchange_last()?,
        Rule::ReverseFirst => items.exchange(0)?,
        Rule::Zero => {
            let zero = Register::new(scalar(&first)?, 31);
            let value = items
                .last_mut()
                .filter(|value| has_no_sign && is_zero(value))?;
            *value = Value::Operand(Operand::Register(zero));
        }
        Rule::Whole => {
            // Only what is merged has a fraction.
            let is_vector = first.is_vector_of_fractions() && !items.is_zeroing();
            let value = items
                .last_mut()
                .filter(|value| is_vector && has_no_sign && is_zero(value))?;
            *value = Value::Number {
                number: Number::Integer(0),
                hash: true,
            };
        }
        Rule::Double => items.double()?,
        Rule::Next(by) => {
            let value = items.second_mut().filter(|_| first.is_general())?;
            let Value::Number {
                number: Number::Integer(number),
                hash,
            } = *value
            else {
                return None;
            };
            *value = Value::Number {
                number: Number::Integer(number.checked_add(i64::from(by))?),
                hash,
            };
        }
        Rule::Scalar => {
            use RegisterClass::{B, D, H, S};
            matches!(first.class(), Some(B | H | S | D)).then_some(())?;
        }
        Rule::Whole64 => (first.class() == Some(RegisterClass::X)).then_some(())?,
        Rule::NarrowFirst => items.narrow(0)?,
        Rule::NarrowLast => {
            (first.class() == Some(RegisterClass::X)).then_some(())?;
            items.narrow(1)?;
        }
        Rule::WidenLast => widen(items.last_mut().filter(|_| first.is_general())?)?,
        Rule::Unshifted => {
            let is_immediate = first.is_general() && last.first() == Some(&b'#');
            let value = items.last_mut().filter(|_| is_immediate)?;
            let Value::Shifted {
                value: number,
                shift: Shift::Lsl,
                amount: 0,
            } = *value
            else {
                return None;
            };
            *value = Value::Number {
                number: Number::Integer(number),
                hash: true,
            };
        }
        Rule::Option => {
            let is_all = scan
                .between(first.start, first.end)
                .eq_ignore_ascii_case(b"sy");
            let value = items.last_mut().filter(|_| is_all)?;
            *value = Value::Number {
                number: Number::Integer(15),
                hash: true,
            };
        }
        Rule::Streaming(number) => {
            let value = items.second_mut()?;
            let is_wanted = matches!(*value, Value::Number { number: Number::Integer(own), .. }
                if own == i64::from(number));
            let (prefix, rest) = scan.between(first.start, first.end).split_at_checked(4)?;
            if !is_wanted || !prefix.eq_ignore_ascii_case(b"svcr") {
                return None;
            }
            items.streaming(rest, prefix.len())?;
        }
    }
    Some(items)
}

/// The class of the general register that a scalar's bits come from.
fn scalar(first: &Item) -> Option<RegisterClass> {
    match first.class()? {
        RegisterClass::H | RegisterClass::S => Some(RegisterClass::W),
        RegisterClass::D => Some(RegisterClass::X),
        _ => None,
    }
}

/// The register of 64 bits for one of 32 that is extended from 64.
fn widen(value: &mut Value) -> Option<()> {
    let Value::Operand(Operand::ExtendedRegister {
        register,
        extend: Extend::Uxtx | Extend::Sxtx,
        ..
    }) = value
    else {
        return None;
    };
    (register.class() == RegisterClass::W).then_some(())?;
    *register = register.in_class(RegisterClass::X);
    Some(())
}

fn is_zero(value: &Value) -> bool {
    let Value::Number { number, .. } = *value else {
        return false;
    };
    let fraction = Number::Decimal {
        negative: false,
        units: 0,
    };
    number == fraction || number == Number::Integer(0)
}

fn complement(first: &Item, value: &mut Value) -> Option<()> {
    let Value::Number {
        number: Number::Integer(number),
        hash,
    } = *value
    else {
        return None;
    };
    let is_narrow = first.class() == Some(RegisterClass::W);
    if is_narrow && !matches!(number >> 32, 0 | -1) {
        return None;
    }
    let inverted = if is_narrow {
        signed(wide(low32(!unsigned(number))))
    } else {
        !number
    };
    *value = Value::Number {
        number: Number::Integer(inverted),
        hash,
    };
    Some(())
}
