//! Any words, in any syntax: decode, operands, flow, effects and text, without a panic and within bounds.
#![no_main]

use aarch64_decode::{Syntax, TextBuffer, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut text = TextBuffer::new();
    for (number, chunk) in (0..).zip(data.chunks_exact(4)) {
        let word = u32::from_le_bytes(chunk.try_into().expect("four bytes"));
        let pc = 0xffff_fe00_0700_4000_u64.wrapping_add(4 * number);
        let Ok(insn) = decode(word) else { continue };
        assert_eq!(insn.word(), word);
        assert_eq!(decode(word), Ok(insn), "decoding is a function");
        assert!(insn.operands(pc).count() <= 8, "{word:08x}");
        assert_eq!(insn.accesses().count(), insn.operands(pc).count());
        let _ = (
            insn.flow(pc),
            insn.effects(),
            insn.is_unpredictable(),
            insn.encoding().features().count(),
        );
        for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
            let mnemonic = insn.shown_mnemonic(syntax).as_str();
            assert!(!mnemonic.is_empty());
            let line = insn.format(pc, syntax, &mut text);
            assert!(line.len() >= 2, "{word:08x}: {line:?}");
            assert!(
                line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{word:08x}: {line:?}"
            );
        }
    }
});
