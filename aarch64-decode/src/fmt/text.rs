//! The buffer that text is written into, with the ends of its tokens.

use super::Symbols;
use crate::bits::{index, low8, low32};

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
}

/// A piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind,
    /// The text.
    pub text: &'t str,
}

/// Room for the longest instruction and a symbol; what does not fit is cut off.
const ROOM: usize = 256;
/// A name is copied in pieces of this size.
const PIECE: usize = 16;
/// Tokens of the longest instruction, with room to spare.
const TOKENS: usize = 64;

/// A buffer for the text of one instruction.
#[derive(Clone, Debug)]
pub struct TextBuffer {
    bytes: [u8; ROOM],
    len: usize,
    ends: [(TokenKind, u8); TOKENS],
    tokens: usize,
    /// Apple's own system registers are shown by name.
    pub(super) apple_names: bool,
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
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
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
    pub(crate) fn end(&mut self, kind: TokenKind) {
        if let Some(slot) = self.ends.get_mut(self.tokens) {
            *slot = (kind, u8::try_from(self.len).unwrap_or(u8::MAX));
            self.tokens = self.tokens.wrapping_add(1);
        }
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// Appends `len` bytes of `piece`; the bytes behind them are overwritten by what follows.
    fn piece(&mut self, piece: &[u8; PIECE], len: usize) {
        let end = self.len.wrapping_add(PIECE);
        if let Some(room) = self
            .bytes
            .get_mut(self.len..end)
            .and_then(<[u8]>::first_chunk_mut::<PIECE>)
        {
            *room = *piece;
            self.len = self.len.wrapping_add(len);
        }
    }

    /// Appends a name.
    pub(crate) fn name(&mut self, name: &[u8]) {
        for part in name.chunks(PIECE) {
            for &byte in part {
                self.byte(byte);
            }
        }
    }

    /// Appends a name in lower case.
    pub(crate) fn lower(&mut self, name: &[u8]) {
        for byte in name {
            self.byte(byte.to_ascii_lowercase());
        }
    }

    /// Appends up to four bytes.
    pub(crate) fn short(&mut self, bytes: [u8; 4], len: usize) {
        let mut piece = [0; PIECE];
        if let Some(start) = piece.first_chunk_mut::<4>() {
            *start = bytes;
        }
        self.piece(&piece, len);
    }

    /// Appends a decimal number.
    pub(crate) fn decimal(&mut self, value: u64) {
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
    pub(crate) fn hex(&mut self, value: u64) {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        self.byte(b'0');
        self.byte(b'x');
        let digits = 16_u32.wrapping_sub((value | 1).leading_zeros().wrapping_div(4));
        let mut left = digits;
        while left > 0 {
            left = left.wrapping_sub(1);
            let digit = low32(value.wrapping_shr(left.wrapping_mul(4))) & 15;
            self.byte(DIGITS.get(index(digit)).copied().unwrap_or(b'0'));
        }
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

    /// Appends ` <name+0x10>` if the address has a symbol.
    pub(crate) fn symbol<S: Symbols>(&mut self, symbols: &S, address: u64) {
        if let Some((name, before)) = symbols.symbol(address) {
            self.name(b" <");
            self.end(TokenKind::Punctuation);
            self.name(name.as_bytes());
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
