//! Writes into a text buffer with the place in registers.

use super::text::{TextBuffer, TokenKind, eight_digits};
use crate::bits::{index, low8, low32, wide};

/// None to two bytes between a mnemonic or an operand and the next operand.
#[derive(Clone, Copy)]
pub(super) struct Separator {
    bytes: u32,
    width: u32,
}

impl Separator {
    pub(super) const NONE: Self = Self { bytes: 0, width: 0 };
    pub(super) const SPACE: Self = Self {
        bytes: 0x20,
        width: 1,
    };
    pub(super) const COMMA: Self = Self {
        bytes: 0x202c,
        width: 2,
    };

    pub(super) const fn is_some(self) -> bool {
        self.width != 0
    }

    /// What stands before the operand behind the one that this one is before.
    pub(super) const fn next(self) -> Self {
        if self.width == 0 {
            Self::SPACE
        } else {
            Self::COMMA
        }
    }

    /// What stands before an operand with so many operands before it.
    #[inline]
    pub(super) fn before(count: u16) -> Self {
        // Looked up, lest the operand's writers be compiled twice behind a branch.
        static FIRST_AND_NEXT: [Separator; 2] = [Separator::SPACE, Separator::COMMA];
        let next = usize::from(count != 0);
        FIRST_AND_NEXT.get(next).copied().unwrap_or(Self::COMMA)
    }
}

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

    /// Starts with a mnemonic, of at most sixteen bytes.
    #[inline(always)]
    pub(super) fn start(text: &'t mut TextBuffer, mnemonic: &[u8; 16], len: usize) -> Self {
        if let Some(room) = text.bytes.first_chunk_mut() {
            *room = *mnemonic;
        }
        if let Some(slot) = text.ends.first_mut() {
            let [end, ..] = len.to_le_bytes();
            *slot = (TokenKind::Mnemonic, end);
        }
        Self {
            text,
            len,
            tokens: 1,
        }
    }

    /// Tells the buffer where it ends.
    #[inline(always)]
    pub(super) fn finish(self) {
        self.text.len = self.len;
        self.text.tokens = self.tokens;
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

    /// Appends a separator and a name of a kind, if `wanted`; all without a branch.
    #[inline(always)]
    pub(super) fn named(
        &mut self,
        separator: Separator,
        name: [u8; 4],
        kind: TokenKind,
        wanted: bool,
    ) {
        let [a, b, c, len] = name;
        let name = wide(u32::from_le_bytes([a, b, c, 0]));
        let room = self.text.bytes.get_mut(self.len..);
        let ends = self.text.ends.get_mut(self.tokens..);
        let (Some(room), Some(ends)) = (
            room.and_then(<[u8]>::first_chunk_mut::<8>),
            ends.and_then(<[(TokenKind, u8)]>::first_chunk_mut),
        ) else {
            return;
        };
        let text = name.wrapping_shl(separator.width.wrapping_mul(8)) | wide(separator.bytes);
        *room = text.to_le_bytes();
        // There was room for eight bytes, so that both ends are below 256.
        let [start, ..] = self.len.to_le_bytes();
        let middle = start.wrapping_add(low8(separator.width));
        let own = (kind, middle.wrapping_add(len));
        *ends = if separator.width == 0 {
            [own, own]
        } else {
            [(TokenKind::Punctuation, middle), own]
        };
        // A mask, lest it become a branch.
        let wanted = 0_usize.wrapping_sub(usize::from(wanted));
        let width = index(separator.width);
        let len = usize::from(len).wrapping_add(width);
        self.len = self.len.wrapping_add(len & wanted);
        let tokens = usize::from(width != 0).wrapping_add(1);
        self.tokens = self.tokens.wrapping_add(tokens & wanted);
    }

    /// Appends a separator, a bracket and the name of the register behind it.
    #[inline(always)]
    pub(super) fn bracketed(&mut self, separator: Separator, name: [u8; 4]) {
        let [a, b, c, len] = name;
        let name = wide(u32::from_le_bytes([a, b, c, 0])) << 8 | 0x5b;
        let room = self.text.bytes.get_mut(self.len..);
        let ends = self.text.ends.get_mut(self.tokens..);
        let (Some(room), Some(ends)) = (
            room.and_then(<[u8]>::first_chunk_mut::<8>),
            ends.and_then(<[(TokenKind, u8)]>::first_chunk_mut),
        ) else {
            return;
        };
        let text = name.wrapping_shl(separator.width.wrapping_mul(8)) | wide(separator.bytes);
        *room = text.to_le_bytes();
        let [start, ..] = self.len.to_le_bytes();
        let middle = start.wrapping_add(low8(separator.width));
        let bracket = middle.wrapping_add(1);
        *ends = [
            (TokenKind::Punctuation, middle),
            (TokenKind::Punctuation, bracket),
            (TokenKind::Register, bracket.wrapping_add(len)),
        ];
        let width = index(separator.width).wrapping_add(1);
        self.len = self.len.wrapping_add(usize::from(len)).wrapping_add(width);
        self.tokens = self.tokens.wrapping_add(3);
    }

    /// Appends a separator.
    #[inline(always)]
    pub(super) fn separator(&mut self, separator: Separator) {
        let [a, b, ..] = separator.bytes.to_le_bytes();
        self.punctuation([a, b], index(separator.width));
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
