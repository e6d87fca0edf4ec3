//! The text that we print assembles to the word that it was printed for.
#![cfg(all(feature = "asm", feature = "fmt"))]

#[path = "support/corners.rs"]
mod corners;

use aarch64_decode::{Encoding, Syntax, TextBuffer, assemble, decode};
use corners::corners;

#[test]
fn what_we_print_we_read() {
    let mut text = TextBuffer::new();
    let mut again = TextBuffer::new();
    let pc = 0xffff_fe00_0700_4000;
    let (mut words, mut other) = (0, 0);
    let mut failed = std::collections::BTreeMap::new();
    for encoding in Encoding::all() {
        for word in corners(encoding) {
            words += 1;
            let insn = decode(word).expect("filtered");
            let line = insn.format(pc, Syntax::Llvm, &mut text);
            match assemble(pc, line) {
                Ok(back) if back == word => {}
                Ok(back) => {
                    let own = decode(back).expect("assembled");
                    if own.format(pc, Syntax::Llvm, &mut again) != line {
                        failed.entry(encoding.name()).or_insert((
                            word,
                            line.to_owned(),
                            format!("{back:08x} {}", again.as_str()),
                        ));
                    }
                    other += 1;
                }
                Err(error) => {
                    failed.entry(encoding.name()).or_insert((
                        word,
                        line.to_owned(),
                        error.to_string(),
                    ));
                }
            }
        }
    }
    for (name, (word, line, error)) in &failed {
        println!("failed {name} {word:08x} {line} -- {error}");
    }
    println!("{words} {other}");
    assert!(failed.is_empty(), "{}", failed.len());
}
