//! The buffer that text is written into, with the ends of its tokens.

use core::fmt;

use super::symbols::Symbols;
use crate::bits::{index, low8, low32, wide};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// A mnemonic.
    Mnemonic,
    /// A register.
    Register,
    /// A number.
    Immediate,
    /// An address.
    Address,
    /// A name: a condition, a shift, a barrier, a system register.
    Name,
    /// A symbol.
    Symbol,
    /// Spaces, commas, brackets.
    Punctuation,
    /// A remark behind the instruction: `; Latency: 4`.
    Remark,
}

/// A piece of text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind,
    /// The text.
    pub text: &'t str,
}

impl fmt::Debug for Token<'_> {
    /// What it is, the start of the text, and its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("text", &start(self.text))
            .field("len", &self.text.len())
            .finish()
    }
}

/// The first characters of a text, enough for an instruction: a symbol comes from a file and may be
/// long.
fn start(text: &str) -> &str {
    match text.char_indices().nth(64) {
        Some((end, _)) => text.get(..end).unwrap_or(""),
        None => text,
    }
}

/// Room for the longest instruction and a symbol; what does not fit is cut off.
const ROOM: usize = 256;
/// Tokens of the longest instruction, with room to spare.
const TOKENS: usize = 64;

/// A buffer for the text of one instruction.
// Aligned, because text is checked a word at a time from where a word starts.
#[derive(Clone)]
#[repr(C, align(16))]
pub struct TextBuffer {
    pub(super) bytes: [u8; ROOM],
    pub(super) len: usize,
    pub(super) ends: [(TokenKind, u8); TOKENS],
    pub(super) tokens: usize,
    /// Apple's own system registers are shown by name.
    pub(super) apple_names: bool,
}

impl fmt::Debug for TextBuffer {
    /// The start of the text, its length, and the number of its tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextBuffer")
            .field("text", &start(self.as_str()))
            .field("len", &self.len)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

impl Default for TextBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl TextBuffer {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self {
            bytes: [0; ROOM],
            len: 0,
            ends: [(TokenKind::Punctuation, 0); TOKENS],
            tokens: 0,
            apple_names: false,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.tokens = 0;
    }

    /// The text. It is ASCII, symbols apart.
    // Checked in blocks of sixteen bytes as far as there are such: the last bytes one by one take
    // as long as all the others. What is behind the text is old text, which is valid as well unless
    // a block ends in a character of it.
    pub fn as_str(&self) -> &str {
        let blocks = self.len.wrapping_add(15) & !15;
        let whole = self.bytes.get(..blocks).map(core::str::from_utf8);
        if let Some(Ok(text)) = whole {
            return text.get(..self.len).unwrap_or("");
        }
        let text = core::str::from_utf8(self.as_bytes());
        debug_assert!(text.is_ok(), "nothing is cut inside a character");
        text.unwrap_or("")
    }

    /// The text's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// The text in pieces.
    pub fn tokens(&self) -> impl Iterator<Item = Token<'_>> {
        let mut start = 0;
        self.ends
            .get(..self.tokens)
            .unwrap_or(&[])
            .iter()
            .map(move |&(kind, end)| {
                let text = self.bytes.get(start..usize::from(end)).unwrap_or(&[]);
                start = usize::from(end);
                Token {
                    kind,
                    text: core::str::from_utf8(text).unwrap_or(""),
                }
            })
    }

    /// Ends a token.
    #[inline]
    pub(crate) fn end(&mut self, kind: TokenKind) {
        if let Some(slot) = self.ends.get_mut(self.tokens) {
            *slot = (kind, u8::try_from(self.len).unwrap_or(u8::MAX));
            self.tokens = self.tokens.wrapping_add(1);
        }
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// Appends the first `len` of `N` bytes; those behind them are overwritten by what follows.
    #[inline]
    fn piece<const N: usize>(&mut self, piece: [u8; N], len: usize) {
        let room = self.bytes.get_mut(self.len..);
        if let Some(room) = room.and_then(<[u8]>::first_chunk_mut::<N>) {
            *room = piece;
            self.len = self.len.wrapping_add(len);
        }
    }

    /// Whether the text ends with this byte.
    #[cfg(feature = "sme")]
    #[inline]
    pub(crate) fn ends_with(&self, byte: u8) -> bool {
        self.bytes.get(self.len.wrapping_sub(1)) == Some(&byte)
    }

    /// Appends a name: one copy of sixteen bytes, or copies that overlap.
    #[inline]
    pub(crate) fn name(&mut self, name: &[u8]) {
        match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(first), Some(last)) if name.len() <= 8 => {
                let rest = name.len().wrapping_sub(4);
                self.piece(*first, rest);
                self.piece(*last, 4);
            }
            (None, _) => {
                for &byte in name {
                    self.byte(byte);
                }
            }
            _ => self.long_name(name),
        }
    }

    fn long_name(&mut self, name: &[u8]) {
        for part in name.chunks(8) {
            if let Some(part) = part.first_chunk::<8>() {
                self.piece(*part, 8);
            } else {
                for &byte in part {
                    self.byte(byte);
                }
            }
        }
    }

    /// Appends a name in lower case.
    pub(crate) fn lower(&mut self, name: &[u8]) {
        for byte in name {
            self.byte(byte.to_ascii_lowercase());
        }
    }

    /// Appends the first `len` of four bytes.
    #[inline]
    pub(crate) fn short(&mut self, bytes: [u8; 4], len: usize) {
        self.piece(bytes, len);
    }

    /// Appends a decimal number.
    #[inline]
    pub(crate) fn decimal(&mut self, value: u64) {
        if value < 10 {
            self.byte(low8(low32(value)) | b'0');
        } else if value < 100 {
            let value = low32(value);
            // Exact below 100.
            let tens = value.wrapping_mul(205) >> 11;
            let ones = value.wrapping_sub(tens.wrapping_mul(10));
            self.piece([low8(tens) | b'0', low8(ones) | b'0'], 2);
        } else {
            self.long_decimal(value);
        }
    }

    fn long_decimal(&mut self, value: u64) {
        let mut digits = [0; 20];
        let mut rest = value;
        let mut count = 0_usize;
        for slot in &mut digits {
            let digit = low8(low32(rest.wrapping_rem(10)));
            *slot = digit | b'0';
            count = count.wrapping_add(1);
            rest = rest.wrapping_div(10);
            if rest == 0 {
                break;
            }
        }
        for &digit in digits.get(..count).unwrap_or(&[]).iter().rev() {
            self.byte(digit);
        }
    }

    /// Appends `0x` and the hexadecimal digits.
    #[inline]
    pub(crate) fn hex(&mut self, value: u64) {
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
    #[inline]
    fn digits(&mut self, value: u32) {
        let zeros = (value | 1).leading_zeros() >> 2;
        let digits = eight_digits(value).wrapping_shl(zeros.wrapping_mul(8));
        self.piece(digits.to_be_bytes(), index(8_u32.wrapping_sub(zeros)));
    }

    /// Appends a signed number, in hexadecimal with the sign in front.
    pub(crate) fn signed_hex(&mut self, value: i64) {
        if value < 0 {
            self.byte(b'-');
        }
        self.hex(value.unsigned_abs());
    }

    /// Appends a signed decimal number.
    pub(crate) fn signed_decimal(&mut self, value: i64) {
        if value < 0 {
            self.byte(b'-');
        }
        self.decimal(value.unsigned_abs());
    }

    /// Appends ` <name+0x10>` if the address has a symbol. A long name loses its end, for the text
    /// to stay whole.
    pub(crate) fn symbol<S: Symbols>(&mut self, symbols: &S, address: u64) {
        /// Bytes of `+0xffffffffffffffff>`.
        const AFTER: usize = 20;
        if let Some((name, before)) = symbols.symbol(address) {
            self.name(b" <");
            self.end(TokenKind::Punctuation);
            let room = ROOM.saturating_sub(self.len.saturating_add(AFTER));
            self.name(cut(name, room).as_bytes());
            if before != 0 {
                self.byte(b'+');
                self.hex(before);
            }
            self.end(TokenKind::Symbol);
            self.byte(b'>');
            self.end(TokenKind::Punctuation);
        }
    }
}

/// The characters of a text that fit into `room` bytes.
fn cut(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    // A character has at most four bytes.
    let mut ends = (room.saturating_sub(3)..=room).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

/// The eight hexadecimal digits of a word as characters, the first in the highest byte.
pub(super) const fn eight_digits(value: u32) -> u64 {
    // One digit in each byte.
    let spread = wide(value);
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in the bytes above 9, which become letters.
    let letters = spread.wrapping_add(0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    spread
        .wrapping_add(0x3030_3030_3030_3030)
        .wrapping_add(letters.wrapping_mul(0x27))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;
    use std::string::String;

    use super::TextBuffer;

    #[test]
    fn numbers() {
        let mut text = TextBuffer::new();
        for shift in 0..64 {
            for value in [
                1_u64 << shift,
                (1 << shift) - 1,
                0x0123_4567_89ab_cdef >> shift,
            ] {
                text.clear();
                text.hex(value);
                assert_eq!(text.as_str(), format!("{value:#x}"));
                text.clear();
                text.decimal(value);
                assert_eq!(text.as_str(), format!("{value}"));
            }
        }
    }

    #[test]
    fn names_of_every_length() {
        let name: String = ('!'..='z').collect();
        for len in 0..name.len() {
            let mut text = TextBuffer::new();
            let part = name.get(..len).unwrap_or_default();
            text.name(part.as_bytes());
            assert_eq!(text.as_str(), part);
        }
        let mut text = TextBuffer::new();
        for _ in 0..10 {
            text.name(name.as_bytes());
        }
        assert!(text.as_str().len() >= 240, "a long text is cut, not lost");
    }
}
