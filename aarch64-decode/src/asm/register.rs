//! Registers by name, with arrangement, lane and predication.

use super::error::{AsmError, AsmErrorKind};
use super::scan::Scan;
use crate::encode::OperandParts;
use crate::operand::{Extend, Shift};
use crate::register::{Arrangement, Predication, Register, RegisterClass};

/// A decimal number of one or two digits.
pub(super) fn short_number(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'));
    match *digits {
        [ones] => digit(ones),
        [tens, ones] => Some(digit(tens)?.wrapping_mul(10).wrapping_add(digit(ones)?)),
        _ => None,
    }
}

/// The register of a name without arrangement.
pub(super) fn plain(name: &[u8]) -> Option<Register> {
    for (special, class, number) in [
        (b"sp".as_slice(), RegisterClass::Xsp, 31),
        (b"wsp", RegisterClass::Wsp, 31),
        (b"xzr", RegisterClass::X, 31),
        (b"wzr", RegisterClass::W, 31),
        (b"lr", RegisterClass::X, 30),
        (b"fp", RegisterClass::X, 29),
        (b"ip0", RegisterClass::X, 16),
        (b"ip1", RegisterClass::X, 17),
    ] {
        if name.eq_ignore_ascii_case(special) {
            return Some(Register::new(class, number));
        }
    }
    let (class, digits) = match name {
        [b'p' | b'P', b'n' | b'N', digits @ ..] => (RegisterClass::Pn, digits),
        [b'z' | b'Z', b't' | b'T', digits @ ..] => (RegisterClass::Zt, digits),
        [letter, digits @ ..] => (
            match letter.to_ascii_lowercase() {
                b'w' => RegisterClass::W,
                b'x' => RegisterClass::X,
                b'b' => RegisterClass::B,
                b'h' => RegisterClass::H,
                b's' => RegisterClass::S,
                b'd' => RegisterClass::D,
                b'q' => RegisterClass::Q,
                b'v' => RegisterClass::V,
                b'z' => RegisterClass::Z,
                b'p' => RegisterClass::P,
                _ => return None,
            },
            digits,
        ),
        [] => return None,
    };
    Register::of(class, short_number(digits)?)
}

/// The arrangement of a name.
pub(super) fn arrangement(name: &[u8]) -> Option<Arrangement> {
    (0..18)
        .map(Arrangement::new)
        .find(|own| name.eq_ignore_ascii_case(own.name().as_bytes()))
}

/// A word at its dot.
pub(super) fn at_dot(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    match word.iter().position(|byte| *byte == b'.') {
        Some(dot) => (
            word.get(..dot).unwrap_or(&[]),
            word.get(dot.wrapping_add(1)..),
        ),
        None => (word, None),
    }
}

const fn has_elements(register: Register) -> bool {
    use crate::register::RegisterClass::{P, Pn, V, Z, Za, Zt};
    matches!(register.class(), V | Z | P | Pn | Za | Zt)
}

/// The register that a word names, with its arrangement.
pub(super) fn arranged(word: &[u8]) -> Option<Register> {
    open(word)
        .filter(|(_, parts)| *parts == OperandParts::NONE)
        .map(|(register, _)| register)
}

/// The register that a word names, which may have `_` for its number: `v_.4s`.
pub(super) fn open(word: &[u8]) -> Option<(Register, OperandParts)> {
    let (name, suffix) = at_dot(word);
    let (register, parts) = match name {
        [prefix, b'_'] => (plain(&[*prefix, b'0'])?, OperandParts::NUMBER),
        [first, second, b'_'] => (plain(&[*first, *second, b'0'])?, OperandParts::NUMBER),
        _ => (plain(name)?, OperandParts::NONE),
    };
    Some((with_suffix(register, suffix)?, parts))
}

fn with_suffix(register: Register, suffix: Option<&[u8]>) -> Option<Register> {
    match suffix {
        // Only vectors, predicates and tiles have elements.
        Some(suffix) if !suffix.is_empty() && has_elements(register) => {
            Some(register.arranged(arrangement(suffix)?))
        }
        Some(_) => None,
        None => Some(register),
    }
}

/// Takes a register with arrangement.
pub(super) fn expect(scan: &mut Scan<'_>) -> Result<Register, AsmError> {
    let word = scan.word();
    let register = arranged(word).ok_or_else(|| scan.error(AsmErrorKind::BadRegister))?;
    scan.take(word);
    Ok(register)
}

/// Takes a register with arrangement, whose number may be open.
pub(super) fn expect_open(scan: &mut Scan<'_>) -> Result<(Register, OperandParts), AsmError> {
    let word = scan.word();
    let register = open(word).ok_or_else(|| scan.error(AsmErrorKind::BadRegister))?;
    scan.take(word);
    Ok(register)
}

/// Takes a lane in brackets behind a register, which may be open, and `/z` or `/m`.
pub(super) fn suffixes(
    scan: &mut Scan<'_>,
    register: Register,
) -> Result<(Register, OperandParts), AsmError> {
    let mut register = register;
    let mut parts = OperandParts::NONE;
    let mut ahead = *scan;
    if scan.here() == Some(b'[') && ahead.eat(b'[') && ahead.eat_wildcard() {
        *scan = ahead;
        register = register.at_lane(0);
        parts = OperandParts::LANE;
        scan.expect(b']')?;
    } else if scan.here() == Some(b'[') {
        scan.eat(b'[');
        let start = *scan;
        // No vector has so many; the number stands for no lane at all.
        let lane = scan.small()?;
        if lane == u8::MAX {
            return Err(start.error(AsmErrorKind::BadNumber));
        }
        register = register.at_lane(lane);
        scan.expect(b']')?;
    }
    if scan.here() == Some(b'/') {
        scan.eat(b'/');
        let predication = if scan.eat_word(b"z") {
            Predication::Zeroing
        } else if scan.eat_word(b"m") {
            Predication::Merging
        } else {
            return Err(scan.error(AsmErrorKind::BadCharacter { expected: 'm' }));
        };
        register = register.predicated(predication);
    }
    Ok((register, parts))
}

/// The amount of a shift or an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// There is none.
    None,
    /// `#_`.
    Any,
    Is(u8),
}

impl Amount {
    /// The amount, if it is given.
    pub(super) const fn number(self) -> Option<u8> {
        match self {
            Self::Is(number) => Some(number),
            _ => None,
        }
    }

    /// What of the operand it leaves open.
    pub(super) fn parts(self) -> OperandParts {
        if self == Self::Any {
            OperandParts::AMOUNT
        } else {
            OperandParts::NONE
        }
    }
}

/// A shift or an extension.
#[derive(Clone, Copy, Debug)]
pub(super) enum Modifier {
    Shift(Shift),
    Extend(Extend),
}

impl Modifier {
    /// How it widens a register that is an offset.
    pub(super) fn extend(self) -> Option<Extend> {
        match self {
            Self::Extend(extend) => Some(extend),
            Self::Shift(Shift::Lsl) => Some(Extend::Lsl),
            Self::Shift(_) => None,
        }
    }
}

/// The modifier of a name.
pub(super) fn modifier(name: &[u8]) -> Option<Modifier> {
    const SHIFTS: [Shift; 5] = [Shift::Lsl, Shift::Lsr, Shift::Asr, Shift::Ror, Shift::Msl];
    let shift = SHIFTS
        .into_iter()
        .find(|own| name.eq_ignore_ascii_case(own.name().as_bytes()));
    if let Some(shift) = shift {
        return Some(Modifier::Shift(shift));
    }
    (0..8)
        .map(Extend::new)
        .find(|own| name.eq_ignore_ascii_case(own.name().as_bytes()))
        .map(Modifier::Extend)
}

/// Takes `, lsl #3` and the like, if that comes next: the modifier and its amount, if it has one.
pub(super) fn behind(scan: &mut Scan<'_>) -> Result<Option<(Modifier, Amount)>, AsmError> {
    let mut ahead = *scan;
    if !ahead.eat(b',') {
        return Ok(None);
    }
    let word = ahead.word();
    let Some(modifier) = modifier(word) else {
        return Ok(None);
    };
    ahead.take(word);
    *scan = ahead;
    let amount = if ahead.eat(b'#') && ahead.eat_wildcard() {
        *scan = ahead;
        Amount::Any
    } else if scan.is_number() {
        Amount::Is(scan.amount()?)
    } else if let Modifier::Shift(_) = modifier {
        // Only an extension may do without.
        return Err(scan.error(AsmErrorKind::BadNumber));
    } else {
        Amount::None
    };
    Ok(Some((modifier, amount)))
}
