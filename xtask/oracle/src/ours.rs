//! Our decoder, as the comparison asks for it.

use a64_oracle::Syntax;
use a64_oracle::compare::Decoder;

/// `aarch64-decode`.
pub(crate) struct Ours;

impl Decoder for Ours {
    fn text(&self, _syntax: Syntax, word: u32, _pc: u64, out: &mut String) {
        use std::fmt::Write as _;
        let _ = write!(out, ".inst {word:#010x}");
    }

    fn encoding(&self, _word: u32) -> &'static str {
        "unallocated"
    }
}
