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

    /// Takes a number: decimal, `0x` or `0b`, or a decimal fraction, with a sign.
    pub(super) fn number(&mut self) -> Result<Number, AsmError> {
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        self.blanks();
        let start = *self;
        let fault = || start.error(AsmErrorKind::BadNumber);
        let prefix = self
            .rest()
            .first_chunk::<2>()
            .map_or(0, |start| match start {
                b"0x" | b"0X" => 16,
                b"0b" | b"0B" => 2,
                _ => 0,
            });
        if prefix != 0 {
            self.skip(2);
        }
        let base = match (prefix, self.rest()) {
            (0, [b'0', b'0'..=b'9', ..]) => 8,
            (0, _) => 10,
            _ => prefix,
        };
        let value = self.digits(base).ok_or_else(fault)?;
        if base == 10 && self.here() == Some(b'.') {
            self.skip(1);
            let units = self.decimals(value).ok_or_else(fault)?;
            return Ok(Number::Decimal { negative, units });
        }
        if self.here().is_some_and(is_word) {
            return Err(fault());
        }
        let value = signed(value);
        // -1 << 63 is the last that has a sign; without one, all 64 bits are.
        if negative && value < 0 && value != i64::MIN {
            return Err(fault());
        }
        Ok(Number::Integer(if negative {
            value.wrapping_neg()
        } else {
            value
        }))
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

    /// Takes a number below 256.
    pub(super) fn small(&mut self) -> Result<u8, AsmError> {
        self.blanks();
        let start = *self;
        let mut ahead = *self;
        ahead.eat(b'#');
        // Not even -0.
        if ahead.peek() == Some(b'-') {
            return Err(ahead.error(AsmErrorKind::BadNumber));
        }
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
            for _ in 0..self.digits(10).filter(|digits| *digits < 20)? {
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
    use super::{Number, Scan};

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
}
