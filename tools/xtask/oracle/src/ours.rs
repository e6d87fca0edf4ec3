//! Our decoder, as the comparison asks for it.

use a64_oracle::compare::Decoder;
use a64_oracle::{Syntax, operands};
use aarch64_decode::{Syntax as Own, TextBuffer, decode};

/// `aarch64-decode`.
pub(crate) struct Ours;

impl Decoder for Ours {
    fn text(&self, syntax: Syntax, word: u32, pc: u64, out: &mut String) {
        let syntax = match syntax {
            Syntax::Llvm => Own::Llvm,
            Syntax::Gnu | Syntax::Gnu240 => Own::Gnu,
            Syntax::Apple => Own::Apple,
            Syntax::Bad64 => return operands::ours(word, pc, out),
        };
        if let Ok(insn) = decode(word) {
            out.push_str(insn.format(pc, syntax, &mut TextBuffer::new()));
        }
    }

    fn encoding(&self, word: u32) -> &'static str {
        decode(word).map_or("unallocated", |insn| insn.encoding().name())
    }

    fn unpredictable(&self, word: u32) -> bool {
        decode(word).is_ok_and(aarch64_decode::Instruction::is_unpredictable)
    }

    fn features(&self, word: u32) -> Vec<&'static str> {
        decode(word).map_or(Vec::new(), |insn| {
            insn.encoding()
                .features()
                .map(|(feature, _)| feature.name())
                .collect()
        })
    }
}
