//! LLVM's assembler makes the same words of the spellings that we take beside our own.
#![cfg(feature = "asm")]

#[path = "support/freedoms.rs"]
mod freedoms;
#[path = "support/llvm_mc.rs"]
mod llvm_mc;

use freedoms::FREEDOMS;

#[test]
fn llvm_makes_the_same_words() {
    // LLVM keeps a place that is relative to `.` open.
    let lines: Vec<&str> = FREEDOMS
        .iter()
        .map(|(line, _)| *line)
        .filter(|line| !line.contains(" ."))
        .collect();
    let theirs = llvm_mc::assemble(&(lines.join("\n") + "\n"));
    assert_eq!(lines.len(), theirs.len());
    for (line, theirs) in lines.iter().zip(theirs) {
        let ours = aarch64_decode::assemble(0, line);
        assert_eq!(ours, Ok(theirs), "{line}");
    }
    assert!(lines.len() > 40);
}
