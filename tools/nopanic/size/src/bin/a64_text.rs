//! aarch64-decode: what a64_decode does, and text in every syntax.
#![no_std]
#![no_main]

use aarch64_decode::decode;
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], pc: u64) {
    for word in bytes.chunks_exact(4) {
        if let Ok(&word) = <&[u8; 4]>::try_from(word)
            && let Ok(insn) = decode(u32::from_le_bytes(word))
        {
            black_box((insn.encoding(), insn.flow(pc)));
            for operand in insn.operands(pc) {
                black_box(operand);
            }
            text(insn, pc);
        }
    }
}

#[cfg(feature = "fmt")]
fn text(insn: aarch64_decode::Instruction, pc: u64) {
    use aarch64_decode::{Syntax, TextBuffer};

    let mut buffer = TextBuffer::new();
    for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
        black_box(insn.format(pc, black_box(syntax), &mut buffer));
    }
}

#[cfg(not(feature = "fmt"))]
fn text(_: aarch64_decode::Instruction, _: u64) {}
