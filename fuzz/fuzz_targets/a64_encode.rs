//! Any words, any operands of any encoding: what encodes decodes back, and nothing panics.
#![no_main]

use aarch64_decode::{Operand, OperandPattern, Register, Syntax, TextBuffer, assemble, decode};
use libfuzzer_sys::fuzz_target;

const PC: u64 = 0xffff_fe00_0700_4000;

/// Words of one input: each is assembled and makes patterns, so a large input would take seconds.
const WORDS: usize = 32;

/// The operands of a word mean the same as before, spellings apart.
fn shown(word: u32, text: &mut TextBuffer) -> String {
    let insn = decode(word).expect("what was encoded decodes");
    insn.format(PC, Syntax::Llvm, text).to_owned()
}

fuzz_target!(|data: &[u8]| {
    let mut text = TextBuffer::new();
    // The operands of several words, in the order of the data.
    let mut pool: Vec<Operand> = Vec::new();
    let words = data.chunks_exact(4).map(|chunk| {
        let chunk = chunk.try_into().expect("four bytes");
        u32::from_le_bytes(chunk)
    });
    for word in words.take(WORDS) {
        let Ok(insn) = decode(word) else { continue };
        let operands: Vec<Operand> = insn.operands(PC).collect();
        assert_eq!(insn.with_operands(PC, &operands), Ok(insn), "{word:08x}");
        let back = insn
            .encoding()
            .encode(PC, &operands)
            .expect("its own operands");
        let again: Vec<Operand> = decode(back).expect("encoded").operands(PC).collect();
        assert_eq!(operands, again, "{word:08x} {back:08x}");
        // Text assembles to a word of the same text.
        let line = insn.format(PC, Syntax::Llvm, &mut text).to_owned();
        let back = assemble(PC, &line).unwrap_or_else(|error| panic!("{word:08x} {line}: {error}"));
        assert_eq!(shown(back, &mut text), line);
        // Operands of other words: refused, or what the new word has.
        for (index, &operand) in (0..).zip(pool.iter().rev().take(4)) {
            if let Ok(edited) = insn.with_operand(index, operand, PC) {
                assert_eq!(edited.encoding(), insn.encoding());
                assert_eq!(decode(edited.word()), Ok(edited));
            }
        }
        let count = operands.len().min(pool.len());
        if let Ok(back) = insn.encoding().encode(PC, &pool[pool.len() - count..]) {
            assert_eq!(decode(back).map(|own| own.encoding()), Ok(insn.encoding()));
        }
        let [first, second, ..] = word.to_le_bytes();
        let _ = insn.with_immediate(usize::from(first & 7), i64::from(word), PC);
        let _ = insn.with_target(PC ^ u64::from(word), PC);
        if let Some(register) = Register::of(aarch64_decode::RegisterClass::X, second) {
            let _ = insn.with_register(usize::from(first & 7), register, PC);
        }
        // An open operand leaves the word itself among those that match.
        for open in 0..operands.len() {
            let mut wanted: Vec<_> = operands.iter().map(|o| OperandPattern::from(*o)).collect();
            wanted[open] = match operands[open] {
                Operand::Memory(memory) if first & 1 == 0 => OperandPattern::AnyOffset(memory),
                Operand::Memory(memory) if second & 1 == 0 => OperandPattern::AnyBase(memory),
                _ => OperandPattern::Any,
            };
            if let Ok(pattern) = insn.encoding().pattern(PC, &wanted) {
                let back = insn.encoding().encode(PC, &operands).expect("as above");
                assert!(pattern.matches(back), "{word:08x} {open}");
            }
        }
        pool.extend(operands);
        pool.drain(..pool.len().saturating_sub(16));
    }
});
