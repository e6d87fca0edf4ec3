//! Code, disassembled in every syntax.

use core::fmt;

use aarch64_decode::{Syntax, TextBuffer, decode};

use crate::hash::Hash;

const SYNTAXES: [(Syntax, &str); 3] = [
    (Syntax::Llvm, "llvm"),
    (Syntax::Gnu, "gnu"),
    (Syntax::Apple, "apple"),
];

/// Decodes `code`, which lies at the address `pc`; prints the first `lines` words in full, and
/// for all of them how many are instructions and a hash of each syntax's text.
///
/// # Errors
/// Those of `out`.
pub fn code(code: &[u8], pc: u64, lines: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let mut text = TextBuffer::new();
    let mut hashes = [Hash::new(); 3];
    let (mut words, mut instructions) = (0_usize, 0_usize);
    for (word, pc) in words_of(code).zip((pc..).step_by(4)) {
        let printed = words < lines;
        words += 1;
        if printed {
            write!(out, "{pc:x}: {word:08x}")?;
        }
        if let Ok(instruction) = decode(word) {
            instructions += 1;
            for ((syntax, _), hash) in SYNTAXES.iter().zip(&mut hashes) {
                let text = instruction.format(pc, *syntax, &mut text);
                hash.bytes(text.as_bytes());
                if printed {
                    write!(out, " | {text}")?;
                }
            }
        }
        if printed {
            writeln!(out)?;
        }
    }
    write!(out, "code: {words} words, {instructions} instructions")?;
    for ((_, name), hash) in SYNTAXES.iter().zip(hashes) {
        write!(out, ", {name} {:016x}", hash.get())?;
    }
    writeln!(out)
}

/// Little-endian words.
fn words_of(code: &[u8]) -> impl Iterator<Item = u32> + '_ {
    code.chunks_exact(4).map(|word| {
        word.iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u32::from(*byte))
    })
}
