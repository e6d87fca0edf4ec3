//! The smallest pieces of text that the syntaxes share.

use super::text::{TextBuffer, TokenKind};

/// Appends spaces, commas, brackets.
#[inline]
pub(super) fn punctuation(text: &mut TextBuffer, bytes: &[u8]) {
    text.name(bytes);
    text.end(TokenKind::Punctuation);
}

/// Appends ", lsl" and the like, with its amount.
pub(super) fn modifier(text: &mut TextBuffer, name: &str, amount: Option<u64>) {
    punctuation(text, b", ");
    text.name(name.as_bytes());
    text.end(TokenKind::Name);
    if let Some(amount) = amount {
        text.name(b" #");
        text.decimal(amount);
        text.end(TokenKind::Immediate);
    }
}
