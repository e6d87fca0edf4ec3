//! aarch64-decode: text in every syntax, operands back to the word, lines of text to words.
#![no_std]
#![no_main]

use aarch64_decode::{Operand, Syntax, TextBuffer, assemble, decode};
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], pc: u64) {
    for word in bytes.chunks_exact(4) {
        if let Ok(&word) = <&[u8; 4]>::try_from(word)
            && let Ok(insn) = decode(u32::from_le_bytes(word))
        {
            black_box((insn.encoding(), insn.flow(pc)));
            let mut operands = [Operand::Immediate(0); 8];
            let mut count = 0;
            for (slot, operand) in operands.iter_mut().zip(insn.operands(pc)) {
                *slot = black_box(operand);
                count += 1;
            }
            let operands = operands.get(..count).unwrap_or_default();
            black_box(insn.encoding().encode(pc, operands).is_ok());
            let mut buffer = TextBuffer::new();
            for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
                let line = insn.format(pc, black_box(syntax), &mut buffer);
                black_box(assemble(pc, line).is_ok());
            }
        }
    }
}
