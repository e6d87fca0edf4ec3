//! The characters of a line: words, numbers, punctuation.

use super::error::{AsmError, AsmErrorKind};
use crate::bits::signed;

/// A place in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'t> {
    text: &'t [u8],
    at: usize,
}

/// A number as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Integer(i64),
    /// A decimal fraction, in units of 10^-8.
    Decimal {
        negative: bool,
        units: u64,
    },
}

const DECIMALS: u32 = 8;
const UNITS: u64 = 100_000_000;

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

/// Parentheses inside one another.
const DEPTH: u32 = 63;

/// Whether the text of a number is a sum.
pub(super) fn is_sum(text: &[u8]) -> bool {
    // The first sign is the number's own, if no digit stands before it.
    let mut may_be_own = true;
    for byte in text {
        match byte {
            b'(' => return true,
            b'+' | b'-' if !may_be_own => return true,
            b'+' | b'-' | b'0'..=b'9' => may_be_own = false,
            _ => {}
        }
    }
    false
}

impl<'t> Scan<'t> {
    pub(super) const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The column.
    pub(super) const fn column(&self) -> usize {
        self.at
    }

    /// The text from one column to another.
    pub(super) fn between(&self, start: usize, end: usize) -> &'t [u8] {
        self.text.get(start..end).unwrap_or(&[])
    }

    pub(super) fn error(&self, kind: AsmErrorKind) -> AsmError {
        AsmError::new(kind, self.at)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    /// Skips blanks and a comment at the end of the line.
    pub(super) fn blanks(&mut self) {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        self.skip(self.rest().iter().take_while(blank).count());
        if self.rest().starts_with(b"//") {
            self.at = self.text.len();
        }
    }

    /// The next character, blanks not counting.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.blanks();
        self.rest().first().copied()
    }

    /// The character here, blanks counting.
    pub(super) fn here(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Takes the next character if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.skip(1);
        }
        found
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<(), AsmError> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.error(AsmErrorKind::BadCharacter {
                expected: char::from(byte),
            }))
        }
    }

    /// The word that comes next, which may be empty; it is not taken.
    pub(super) fn word(&mut self) -> &'t [u8] {
        self.blanks();
        let rest = self.rest();
        let len = rest.iter().take_while(|byte| is_word(**byte)).count();
        rest.get(..len).unwrap_or(&[])
    }

    /// Takes a word that was seen.
    pub(super) fn take(&mut self, word: &[u8]) {
        self.skip(word.len());
    }

    /// Takes the next word if it is this one.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let found = self.word().eq_ignore_ascii_case(word);
        if found {
            self.skip(word.len());
        }
        found
    }

    /// Takes `_` if it stands alone.
    pub(super) fn eat_wildcard(&mut self) -> bool {
        self.eat_word(b"_")
    }

    /// Whether a number comes next, `#` or not.
    pub(super) fn is_number(&mut self) -> bool {
        self.peek()
            .is_some_and(|byte| matches!(byte, b'#' | b'-' | b'+') || byte.is_ascii_digit())
    }

    /// Takes a number: decimal, octal, `0x` or `0b`, or a decimal fraction, with a sign; or a sum
    /// of integers.
    pub(super) fn number(&mut self) -> Result<Number, AsmError> {
        let start = *self;
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        if matches!(self.peek(), Some(b'-' | b'+' | b'(')) {
            *self = start;
            return self.sum().map(Number::Integer);
        }
        let fault = self.error(AsmErrorKind::BadNumber);
        let (value, base) = self.unsigned().ok_or(fault)?;
        if base == 10 && self.here() == Some(b'.') {
            self.skip(1);
            let units = self.decimals(value).ok_or(fault)?;
            return Ok(Number::Decimal { negative, units });
        }
        if self.here().is_some_and(is_word) {
            return Err(fault);
        }
        if self.is_summed() {
            *self = start;
            return self.sum().map(Number::Integer);
        }
        let value = signed(value);
        // -1 << 63 is the last that has a sign; without one, all 64 bits are.
        if negative && value < 0 && value != i64::MIN {
            return Err(fault);
        }
        Ok(Number::Integer(if negative {
            value.wrapping_neg()
        } else {
            value
        }))
    }

    /// Takes a sum of integers with signs and parentheses, which wraps around at 64 bits.
    fn sum(&mut self) -> Result<i64, AsmError> {
        let mut total = 0_i64;
        // Of each open parenthesis a bit: whether what is inside counts negative; the last one is
        // bit 0.
        let mut outside = 0_u64;
        let mut depth = 0_u32;
        loop {
            let mut negative = outside & 1 != 0;
            loop {
                if self.eat(b'-') {
                    negative = !negative;
                } else if self.eat(b'(') {
                    if depth == DEPTH {
                        return Err(self.error(AsmErrorKind::BadNumber));
                    }
                    depth = depth.wrapping_add(1);
                    outside = outside << 1 | u64::from(negative);
                } else if !self.eat(b'+') {
                    break;
                }
            }
            let value = signed(self.whole()?);
            total = if negative {
                total.wrapping_sub(value)
            } else {
                total.wrapping_add(value)
            };
            while depth != 0 && self.eat(b')') {
                depth = depth.wrapping_sub(1);
                outside >>= 1;
            }
            let mut ahead = *self;
            if matches!(ahead.peek(), Some(b'+' | b'-')) {
                continue;
            }
            if depth != 0 {
                return Err(ahead.error(AsmErrorKind::BadCharacter { expected: ')' }));
            }
            return Ok(total);
        }
    }

    /// Whether a sign comes next, behind a number.
    fn is_summed(mut self) -> bool {
        matches!(self.here(), Some(b' ' | b'\t' | b'+' | b'-'))
            && matches!(self.peek(), Some(b'+' | b'-'))
    }

    /// Takes a number without sign and fraction, which no letter follows.
    fn whole(&mut self) -> Result<u64, AsmError> {
        let fault = self.error(AsmErrorKind::BadNumber);
        let (value, _) = self.unsigned().ok_or(fault)?;
        if self.here().is_some_and(is_word) {
            return Err(fault);
        }
        Ok(value)
    }

    /// Takes digits, and says their base.
    fn unsigned(&mut self) -> Option<(u64, u32)> {
        let prefix = match self.rest() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 0,
        };
        if prefix != 0 {
            self.skip(2);
        }
        let base = match (prefix, self.rest()) {
            (0, [b'0', b'0'..=b'9', ..]) => 8,
            (0, _) => 10,
            _ => prefix,
        };
        Some((self.digits(base)?, base))
    }

    /// Takes an integer.
    pub(super) fn integer(&mut self) -> Result<i64, AsmError> {
        let start = *self;
        self.eat(b'#');
        match self.number()? {
            Number::Integer(value) => Ok(value),
            Number::Decimal { .. } => Err(start.error(AsmErrorKind::BadNumber)),
        }
    }

    /// Takes an amount below 256, which has no sign, not even that of -0.
    pub(super) fn amount(&mut self) -> Result<u8, AsmError> {
        let mut ahead = *self;
        ahead.eat(b'#');
        if ahead.peek() == Some(b'-') {
            return Err(ahead.error(AsmErrorKind::BadNumber));
        }
        self.small()
    }

    /// Takes a number below 256.
    pub(super) fn small(&mut self) -> Result<u8, AsmError> {
        self.blanks();
        let start = *self;
        u8::try_from(self.integer()?).map_err(|_| start.error(AsmErrorKind::BadNumber))
    }

    /// Takes at least one digit.
    fn digits(&mut self, base: u32) -> Option<u64> {
        let mut value = 0_u64;
        let start = self.at;
        while let Some(digit) = self.here().and_then(|byte| char::from(byte).to_digit(base)) {
            value = value
                .checked_mul(u64::from(base))?
                .checked_add(u64::from(digit))?;
            self.skip(1);
        }
        (self.at != start).then_some(value)
    }

    /// Takes the decimals behind a whole number; those behind the eighth have to be 0.
    fn decimals(&mut self, whole: u64) -> Option<u64> {
        let mut units = whole.checked_mul(UNITS)?;
        let mut unit = UNITS;
        let mut count = 0_u32;
        while let Some(digit) = self.here().and_then(|byte| char::from(byte).to_digit(10)) {
            if count >= DECIMALS && digit != 0 {
                return None;
            }
            unit = unit.wrapping_div(10);
            units = units.checked_add(unit.wrapping_mul(u64::from(digit)))?;
            count = count.saturating_add(1);
            self.skip(1);
        }
        if count == 0 {
            return None;
        }
        // GNU's 2.000000000000000000e+00.
        if matches!(self.here(), Some(b'e' | b'E')) {
            self.skip(1);
            let negative = self.here() == Some(b'-');
            if negative || self.here() == Some(b'+') {
                self.skip(1);
            }
            // LLVM and GNU take an exponent without digits.
            let has_digits = self.here().is_some_and(|byte| byte.is_ascii_digit());
            let exponent = if has_digits { self.digits(10)? } else { 0 };
            for _ in 0..Some(exponent).filter(|exponent| *exponent < 20)? {
                units = if negative {
                    (units.checked_rem(10)? == 0).then(|| units.wrapping_div(10))?
                } else {
                    units.checked_mul(10)?
                };
            }
        }
        (!self.here().is_some_and(is_word)).then_some(units)
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, Scan, is_sum};

    #[test]
    fn numbers() {
        let number = |text: &str| Scan::new(text.as_bytes()).number().ok();
        let integer = |value| Some(Number::Integer(value));
        assert_eq!(number("10"), integer(10));
        assert_eq!(number("-0x10"), integer(-16));
        assert_eq!(number("0b101"), integer(5));
        assert_eq!(number("0xffffffffffffffff"), integer(-1));
        assert_eq!(number("-9223372036854775808"), integer(i64::MIN));
        let half = |negative| {
            Some(Number::Decimal {
                negative,
                units: 50_000_000,
            })
        };
        assert_eq!(number("0.5"), half(false));
        assert_eq!(number("-0.50000000"), half(true));
        for text in [
            "",
            "-",
            "0x",
            "1.",
            "x",
            "18446744073709551616",
            "-9223372036854775809",
            "12z",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn sums() {
        let number = |text: &str| Scan::new(text.as_bytes()).number().ok();
        for (text, value) in [
            ("65536 - 256", 65280),
            ("-32768+256", -32512),
            ("(31-1)", 30),
            ("--1", 1),
            ("-(1 + (2 - 3)) - -4", 4),
            ("+-0x10", -16),
            ("((1))+010", 9),
        ] {
            assert_eq!(number(text), Some(Number::Integer(value)), "{text}");
            assert!(is_sum(text.as_bytes()), "{text}");
        }
        for text in ["1 +", "(1", "-()", "1 - 1.5", "1 - x", "(1 2)"] {
            assert_eq!(number(text), None, "{text}");
        }
        for text in ["1", "-1", "0x10", "#-3"] {
            assert!(!is_sum(text.as_bytes()), "{text}");
        }
    }
}
