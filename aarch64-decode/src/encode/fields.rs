//! A word that is put together field by field.

use super::error::EncodeErrorKind as Kind;
use crate::bits::{field, low32, sign_extend, unsigned, wide, widen};

/// What putting something into a word returns.
pub(super) type Put = Result<(), Kind>;

/// Lowest bit and width of a field; the width may be 0.
pub(super) type Span = [u8; 2];

/// The ones of a field of `width` bits at bit 0.
const fn ones(width: u8) -> u32 {
    !u32::MAX.wrapping_shl(widen(width))
}

/// Bits of a word, those that are known so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// The bits; 0 where they are not known.
    word: u32,
    /// Which bits are known.
    known: u32,
    /// Which of them are the encoding's own.
    fixed: u32,
}

impl Fields {
    /// Nothing but the bits under `mask`.
    pub(crate) const fn new(mask: u32, value: u32) -> Self {
        Self {
            word: value & mask,
            known: mask,
            fixed: mask,
        }
    }

    /// The bits; 0 where they are not known.
    pub(crate) const fn word(&self) -> u32 {
        self.word
    }

    /// Which bits are known.
    pub(crate) const fn known(&self) -> u32 {
        self.known
    }

    /// The bits under `mask` are those of `bits`.
    pub(crate) const fn set(&mut self, mask: u32, bits: u32) -> Result<(), Kind> {
        let clash = (self.word ^ bits) & self.known & mask;
        if clash & self.fixed != 0 {
            return Err(Kind::OutOfRange);
        }
        if clash != 0 {
            return Err(Kind::OperandMismatch);
        }
        self.word |= bits & mask;
        self.known |= mask;
        Ok(())
    }

    /// The field has the value.
    pub(super) const fn put(&mut self, [lsb, width]: Span, value: u32) -> Result<(), Kind> {
        if value & !ones(width) != 0 {
            return Err(Kind::OutOfRange);
        }
        self.set(
            ones(width).wrapping_shl(widen(lsb)),
            value.wrapping_shl(widen(lsb)),
        )
    }

    /// The bit has the value.
    pub(super) fn put_bit(&mut self, lsb: u8, value: bool) -> Result<(), Kind> {
        self.put([lsb, 1], u32::from(value))
    }

    /// The field of five bits has the value: a register's number.
    pub(super) const fn put_five(&mut self, lsb: u8, value: u8) -> Result<(), Kind> {
        self.put([lsb, 5], widen(value))
    }

    /// The field has the value, with its sign.
    pub(super) fn put_signed(&mut self, span: Span, value: i64) -> Result<(), Kind> {
        let [_, width] = span;
        self.put(span, signed_field(value, width)?)
    }

    /// Two fields, `high` above `low`, have the value.
    pub(super) const fn put_pair(&mut self, high: Span, low: Span, value: u32) -> Result<(), Kind> {
        let [_, width] = low;
        if let Err(kind) = self.put(high, value.wrapping_shr(widen(width))) {
            return Err(kind);
        }
        self.put(low, value & ones(width))
    }

    /// Of the two fields' value, the bits under `mask` are known.
    pub(super) fn put_some(
        &mut self,
        high: Span,
        low: Span,
        value: u32,
        mask: u32,
    ) -> Result<(), Kind> {
        let [high_lsb, high_width] = high;
        let [low_lsb, low_width] = low;
        if value & !ones(high_width.wrapping_add(low_width)) != 0 {
            return Err(Kind::OutOfRange);
        }
        let spread = |bits: u32| {
            let above = bits.wrapping_shr(widen(low_width)) & ones(high_width);
            above.wrapping_shl(widen(high_lsb))
                | (bits & ones(low_width)).wrapping_shl(widen(low_lsb))
        };
        self.set(spread(mask), spread(value))
    }

    /// The value's highest bit that is set is the one at `log`: it and all above it are known.
    pub(super) fn put_highest(&mut self, high: Span, low: Span, log: u32) -> Result<(), Kind> {
        self.put_some(
            high,
            low,
            1_u32.wrapping_shl(log),
            u32::MAX.wrapping_shl(log),
        )
    }

    /// The value's lowest bit that is set is the one at `log`: it and all below it are known.
    pub(super) fn put_lowest(&mut self, span: Span, log: u32) -> Result<(), Kind> {
        let bit = 1_u32.wrapping_shl(log);
        self.put_some([0, 0], span, bit, bit | bit.wrapping_sub(1))
    }

    /// A field's value; bits that are not known are 0.
    pub(super) const fn get(&self, [lsb, width]: Span) -> u32 {
        field(self.word, lsb, width)
    }

    /// The value of two fields; bits that are not known are 0.
    pub(super) const fn get_pair(&self, high: Span, low: Span) -> u32 {
        let [_, width] = low;
        self.get(high).wrapping_shl(widen(width)) | self.get(low)
    }

    /// A field's value, if all of its bits are known.
    pub(super) fn value_of(&self, span: Span) -> Option<u32> {
        let [lsb, width] = span;
        let mask = ones(width).wrapping_shl(widen(lsb));
        (self.known & mask == mask).then(|| self.get(span))
    }

    /// Takes the bits that are known for the encoding's own.
    pub(super) const fn fix(&mut self) {
        self.fixed = self.known;
    }
}

/// A signed value in a field of `width` bits.
pub(super) fn signed_field(value: i64, width: u8) -> Result<u32, Kind> {
    let bits = low32(unsigned(value) & wide(ones(width)));
    if sign_extend(bits, width) == value {
        Ok(bits)
    } else {
        Err(Kind::OutOfRange)
    }
}
