//! aarch64-decode: identify, operands, control flow.
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
        }
    }
}
