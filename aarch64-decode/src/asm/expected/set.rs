//! What several spellings expect, in a few bytes.

use core::fmt;

use super::description::Expected;
use super::sort::{OperandSort, SORTS, sort};
use crate::encode::EncodeErrorKind;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;

/// The values of a field: shape, and unit (of distances its logarithm). One of width 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::asm) struct Span {
    /// The width in the lowest six bits, and flags.
    shape: u8,
    unit: u8,
}

const SIGNED: u8 = 1 << 6;
const DISTANCE: u8 = 1 << 7;
/// The width of the distance of adr and adrp.
const ADR: u8 = 21;

impl Span {
    const NONE: Self = Self { shape: 0, unit: 0 };

    /// Those of a descriptor, if it is a single field of numbers.
    fn of(descriptor: Descriptor) -> Self {
        let [_, b, c, d, ..] = descriptor.p;
        let (shape, unit) = match descriptor.kind {
            Kind::UImm => (b, c),
            Kind::SImm => (b | SIGNED, c),
            Kind::MemUImm => (c, d),
            Kind::MemSImm => (c | SIGNED, d),
            Kind::MemPac => (d.wrapping_add(1) | SIGNED, 8),
            Kind::PcRel => (b | SIGNED | DISTANCE, c),
            Kind::Adr => (ADR | SIGNED | DISTANCE, 0),
            Kind::PageRel => (ADR | SIGNED | DISTANCE, 12),
            _ => return Self::NONE,
        };
        Self { shape, unit }
    }

    fn expected(self) -> Option<Expected> {
        let width = u32::from(self.shape & !(SIGNED | DISTANCE));
        if width == 0 {
            return None;
        }
        let values = 1_i64.wrapping_shl(width);
        let low = if self.shape & SIGNED == 0 {
            0
        } else {
            (values >> 1).wrapping_neg()
        };
        let high = low.wrapping_add(values).wrapping_sub(1);
        let is_distance = self.shape & DISTANCE != 0;
        let unit = if is_distance {
            1_u32.wrapping_shl(u32::from(self.unit))
        } else {
            u32::from(self.unit)
        };
        let low = low.wrapping_mul(i64::from(unit));
        let high = high.wrapping_mul(i64::from(unit));
        Some(if is_distance {
            Expected::Distance { low, high, unit }
        } else {
            Expected::Range { low, high, unit }
        })
    }
}

/// As many fields as an error has room for; the first ones are filled.
const SPANS: usize = 3;
pub(in crate::asm) type Spans = [Span; SPANS];

/// What the spellings that came equally far take: sorts of operands, fields of numbers, or numbers
/// of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::asm) enum Set {
    /// Nothing is known.
    None,
    /// A bit for each of `SORTS`.
    Sorts(u32),
    /// Fields that hold numbers.
    Spans(Spans),
    /// A bit for each number of operands.
    Counts(u16),
}

impl Set {
    /// What a place of an operand list takes, for an operand that is wrong in this way.
    #[inline(never)]
    pub(in crate::asm) fn of(descriptor: Option<Descriptor>, kind: EncodeErrorKind) -> Self {
        use EncodeErrorKind::{BadArrangement, BadOperand, BadRegister, Misaligned, OutOfRange};
        let Some(descriptor) = descriptor else {
            return Self::None;
        };
        let is_value = matches!(kind, OutOfRange | Misaligned);
        if !is_value && !matches!(kind, BadArrangement | BadOperand | BadRegister) {
            return Self::None;
        }
        let span = Span::of(descriptor);
        if is_value && span != Span::NONE {
            return Self::Spans([span, Span::NONE, Span::NONE]);
        }
        match sort(descriptor) {
            // That it should be a number is no news.
            Some(OperandSort::Number | OperandSort::Memory | OperandSort::Address) | None
                if is_value =>
            {
                Self::None
            }
            sort => SORTS
                .iter()
                .position(|own| Some(*own) == sort)
                .and_then(|place| u32::try_from(place).ok())
                .map_or(Self::None, |place| Self::Sorts(1_u32.wrapping_shl(place))),
        }
    }

    /// A number of operands.
    pub(in crate::asm) fn count(count: usize) -> Self {
        let place = u32::try_from(count).unwrap_or(u32::MAX);
        Self::Counts(1_u16.checked_shl(place).unwrap_or(0))
    }

    /// Both.
    pub(in crate::asm) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, other) => other,
            (Self::Sorts(one), Self::Sorts(other)) => Self::Sorts(one | other),
            (Self::Counts(one), Self::Counts(other)) => Self::Counts(one | other),
            (Self::Spans(mut all), Self::Spans([other, ..])) => {
                let place = all
                    .iter()
                    .position(|own| *own == other || *own == Span::NONE);
                if let Some(slot) = place.and_then(|place| all.get_mut(place)) {
                    *slot = other;
                }
                Self::Spans(all)
            }
            _ => self,
        }
    }

    /// All of it.
    pub(in crate::asm) fn iter(self) -> impl Iterator<Item = Expected> + Clone {
        let (sorts, spans, counts) = match self {
            Self::None => (0, [Span::NONE; SPANS], 0),
            Self::Sorts(sorts) => (sorts, [Span::NONE; SPANS], 0),
            Self::Spans(spans) => (0, spans, 0),
            Self::Counts(counts) => (0, [Span::NONE; SPANS], counts),
        };
        let sorts = SORTS
            .into_iter()
            .zip(0..u32::BITS)
            .filter(move |(_, bit)| sorts.wrapping_shr(*bit) & 1 != 0)
            .map(|(sort, _)| Expected::Operand(sort));
        let counts = (0..16_u8)
            .filter(move |count| counts.wrapping_shr(u32::from(*count)) & 1 != 0)
            .map(Expected::Operands);
        let spans = spans.into_iter().filter_map(Span::expected);
        sorts.chain(spans).chain(counts)
    }
}

impl fmt::Display for Set {
    /// `; expected a number or a condition`, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = self.iter();
        let mut before = "; expected ";
        while let Some(one) = all.next() {
            write!(f, "{before}{one}")?;
            // Three are "a, b or c".
            let mut ahead = all.clone();
            ahead.next();
            before = if ahead.next().is_some() { ", " } else { " or " };
        }
        Ok(())
    }
}
