//! LLVM's assembler.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The words that llvm-mc-22 makes of lines of text.
pub(crate) fn assemble(text: &str) -> Vec<u32> {
    let mut child = Command::new("llvm-mc-22")
        .args(["-triple=aarch64", "-mattr=+all", "-show-encoding"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("llvm-mc-22 runs (Debian package llvm-22; `cargo xtask test` installs it)");
    let mut input = child.stdin.take().expect("piped");
    let text = text.to_owned();
    // The assembler writes while it reads: a full pipe must not stop both.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads");
    assert!(output.status.success(), "llvm-mc-22 refused a line");
    let listing = String::from_utf8(output.stdout).expect("UTF-8");
    listing
        .lines()
        .filter_map(|line| line.split_once("encoding: [")?.1.split_once(']'))
        .map(|(bytes, _)| {
            bytes.split(',').rev().fold(0, |word, byte| {
                let byte = byte.trim_start_matches("0x");
                word << 8 | u32::from_str_radix(byte, 16).expect("a byte without a fixup")
            })
        })
        .collect()
}
