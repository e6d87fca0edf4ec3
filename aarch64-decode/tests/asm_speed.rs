//! How long a line takes, beside its formatting; `performance.md` has the figures.
#![cfg(all(feature = "asm", feature = "fmt"))]

#[path = "support/corners.rs"]
mod corners;

use std::time::{Duration, Instant};

use aarch64_decode::{Encoding, Syntax, TextBuffer, assemble, decode};
use corners::corners;

/// Lines that kernels are full of.
const COMMON: [&str; 12] = [
    "add x0, x1, x2",
    "ldr x0, [x1, #8]",
    "stp x29, x30, [sp, #-16]!",
    "mov x0, x1",
    "b.eq #8",
    "bl #64",
    "adrp x0, #4096",
    "cmp x0, #1",
    "ret",
    "ldrb w0, [x1, x2]",
    "movk x0, #1, lsl #16",
    "cbz x0, #8",
];

/// The best of five runs of `each` over the items, for one item.
fn best<T>(items: &[T], mut each: impl FnMut(&T) -> bool) -> Duration {
    let count = u32::try_from(items.len()).expect("few");
    let run = |_| {
        let start = Instant::now();
        assert!(items.iter().all(&mut each));
        start.elapsed() / count
    };
    (0..5).map(run).min().expect("five runs")
}

/// The limit is for a machine that does nothing else, and for the profile `release`; a debug build
/// only runs it.
#[test]
#[ignore = "a measurement"]
fn a_line_takes_less_than_a_microsecond() {
    let mut buffer = TextBuffer::new();
    let words: Vec<u32> = Encoding::all()
        .flat_map(|own| corners(own).take(8))
        .collect();
    let lines: Vec<String> = words
        .iter()
        .map(|&word| {
            let insn = decode(word).expect("filtered");
            insn.format(0, Syntax::Llvm, &mut buffer).to_owned()
        })
        .collect();
    let common: Vec<&str> = COMMON.iter().copied().cycle().take(12_000).collect();
    let every = best(&lines, |line| assemble(0, line).is_ok());
    let usual = best(&common, |line| assemble(0, line).is_ok());
    let text = best(&words, |&word| {
        let insn = decode(word).expect("filtered");
        !insn.format(0, Syntax::Llvm, &mut buffer).is_empty()
    });
    println!(
        "{} lines of every encoding: {every:?} a line; common lines: {usual:?}; decoding and formatting: {text:?}",
        lines.len()
    );
    if !cfg!(debug_assertions) {
        assert!(usual < Duration::from_micros(1), "{usual:?}");
    }
}
