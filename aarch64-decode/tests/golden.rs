//! Golden lines: a word of each row, with the texts of llvm-objdump, GNU objdump and otool.
//!
//! `cargo xtask golden` writes them from the other disassemblers. `undefined` stands where a tool does not know the instruction; a line
//! of `KNOWN` differs on purpose.
#![cfg(all(
    feature = "fmt",
    feature = "sve",
    feature = "sme",
    feature = "sysreg-names",
    feature = "apple"
))]

use std::collections::HashSet;
use std::path::Path;

use aarch64_decode::{Encoding, Syntax, TextBuffer, decode};

/// Rows on which a tool is known to differ; docs/src/validation-known.txt says why.
const KNOWN: &[(&str, &str)] = &[
    ("SRLS_HI_hints", "llvm"),
    ("SRLS_HI_hints", "apple"),
    ("BFMLAL_asimdelem_F", "apple"),
    ("fvdotb_za32_z8z8i_2xi", "apple"),
    ("fvdott_za32_z8z8i_2xi", "apple"),
];

#[test]
fn golden_lines() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut compared = 0;
    let mut wrong = Vec::new();
    let mut there = HashSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for (line, pc) in text.lines().zip((0_u64..).step_by(4)) {
            let columns: Vec<&str> = line.split(" | ").collect();
            let [head, llvm, gnu, apple] = columns.as_slice() else {
                panic!("{line}: not four columns");
            };
            let (word, row) = head.split_once(' ').unwrap();
            let word = u32::from_str_radix(word, 16).unwrap();
            let insn = decode(word).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(insn.encoding().name(), row);
            assert!(there.insert(row.to_owned()), "{row} has two lines");
            for (syntax, name, theirs) in [
                (Syntax::Llvm, "llvm", llvm),
                (Syntax::Gnu, "gnu", gnu),
                (Syntax::Apple, "apple", apple),
            ] {
                if *theirs == "undefined" {
                    continue;
                }
                let mut buffer = TextBuffer::new();
                let ours = insn.format(pc, syntax, &mut buffer);
                // otool's remarks are not ours.
                let ours = ours.split(" ; ").next().unwrap_or(ours);
                compared += 1;
                if KNOWN.contains(&(row, name)) {
                    assert_ne!(ours, *theirs, "{row} is no longer an exception");
                } else if ours != *theirs {
                    wrong.push(format!("{word:08x} {row} {name}: {ours}, not {theirs}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for encoding in Encoding::all() {
        let name = encoding.name();
        // No tool knows Apple's.
        assert!(
            there.contains(name) || name.ends_with("_apple"),
            "{name} has no golden line: run `cargo xtask golden`"
        );
    }
    assert!(compared > 10_000, "only {compared} texts");
}
