//! Writes into a text buffer with the place in registers.

use super::text::{TextBuffer, TokenKind, eight_digits};
use crate::bits::{index, low8, low32};

/// The end of a buffer's text, kept apart from the buffer: a length in memory makes each piece wait for the one before it.
pub(super) struct Cursor<'t> {
    text: &'t mut TextBuffer,
    len: usize,
    tokens: usize,
}

#[expect(
    clippy::inline_always,
    reason = "a call would put the cursor into memory, which is what it is there to avoid"
)]
impl<'t> Cursor<'t> {
    #[inline(always)]
    pub(super) fn new(text: &'t mut TextBuffer) -> Self {
        let (len, tokens) = (text.len, text.tokens);
        Self { text, len, tokens }
    }

    /// Lets `write` append to the buffer itself.
    #[inline(always)]
    pub(super) fn with<R>(&mut self, write: impl FnOnce(&mut TextBuffer) -> R) -> R {
        self.text.len = self.len;
        self.text.tokens = self.tokens;
        let result = write(self.text);
        self.len = self.text.len;
        self.tokens = self.text.tokens;
        result
    }

    /// Appends the first `len` of `N` bytes; those behind them are overwritten by what follows.
    #[inline(always)]
    pub(super) fn piece<const N: usize>(&mut self, piece: [u8; N], len: usize) {
        let room = self.text.bytes.get_mut(self.len..);
        if let Some(room) = room.and_then(<[u8]>::first_chunk_mut::<N>) {
            *room = piece;
            self.len = self.len.wrapping_add(len);
        }
    }

    /// Ends a token.
    #[inline(always)]
    pub(super) fn end(&mut self, kind: TokenKind) {
        if let Some(slot) = self.text.ends.get_mut(self.tokens) {
            *slot = (kind, u8::try_from(self.len).unwrap_or(u8::MAX));
            self.tokens = self.tokens.wrapping_add(1);
        }
    }

    /// Appends punctuation: the first `len` of two bytes.
    #[inline(always)]
    pub(super) fn punctuation(&mut self, bytes: [u8; 2], len: usize) {
        self.piece(bytes, len);
        self.end(TokenKind::Punctuation);
    }

    /// Appends the first `len` of eight bytes, of which `middle` are punctuation and the rest is a register.
    #[inline(always)]
    pub(super) fn punctuated(&mut self, bytes: [u8; 8], middle: usize, len: usize) {
        let start = self.len;
        self.piece(bytes, len);
        let end = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
        let both = [
            (TokenKind::Punctuation, end(start.wrapping_add(middle))),
            (TokenKind::Register, end(self.len)),
        ];
        let ends = self.text.ends.get_mut(self.tokens..);
        if let Some(ends) = ends.and_then(<[(TokenKind, u8)]>::first_chunk_mut) {
            *ends = both;
            self.tokens = self.tokens.wrapping_add(2);
        }
    }

    /// Appends `#0x` and the hexadecimal digits of a number below 0x1_0000_0000.
    #[inline(always)]
    pub(super) fn hash_hex(&mut self, value: u32) {
        self.piece(*b"#0x\0", 3);
        self.digits(value);
    }

    /// Appends `0x` and the hexadecimal digits.
    #[inline(always)]
    pub(super) fn hex(&mut self, value: u64) {
        self.piece(*b"0x", 2);
        let high = low32(value >> 32);
        if high == 0 {
            self.digits(low32(value));
        } else {
            self.digits(high);
            self.piece(eight_digits(low32(value)).to_be_bytes(), 8);
        }
    }

    /// Appends hexadecimal digits without leading zeros.
    #[inline(always)]
    pub(super) fn digits(&mut self, value: u32) {
        let zeros = (value | 1).leading_zeros() >> 2;
        let digits = eight_digits(value).wrapping_shl(zeros.wrapping_mul(8));
        self.piece(digits.to_be_bytes(), index(8_u32.wrapping_sub(zeros)));
    }

    /// Appends a decimal number.
    #[inline(always)]
    pub(super) fn decimal(&mut self, value: u64) {
        if value < 100 {
            let value = low32(value);
            // Exact below 100.
            let tens = value.wrapping_mul(205) >> 11;
            let ones = low8(value.wrapping_sub(tens.wrapping_mul(10))) | b'0';
            if tens == 0 {
                self.piece([ones, 0], 1);
            } else {
                self.piece([low8(tens) | b'0', ones], 2);
            }
        } else {
            self.with(|text| text.decimal(value));
        }
    }
}
