//! Damaged inputs through every subcommand: an answer or a clear error, nothing else.
//!
//! Each test makes a few hundred mutants; the whole harness, run by `cargo xtask`, makes more of the same.
use std::fs;
use std::time::{Duration, Instant};

use crate::common::{Files, Outcome, kc};
use testkit::mutate::Source;

/// Every subcommand, and the options that lead elsewhere.
const COMMANDS: [&str; 14] = [
    "info --json",
    "info",
    "extract -o -",
    "headers",
    "headers --json --image com.apple.kernel",
    "entry",
    "translate --json @ 0xfffffe0007018000 0xfffffff00700c000 0",
    "translate --from-offset @ 0 0x8000 0x14000",
    "carve --at 0xfffffe0007018000 --len 0x4000 --zero-fill -o -",
    "entries --json",
    "symbols --json -a",
    "symbols",
    "disasm --syntax apple",
    "disasm --image com.apple.kernel --section __TEXT_EXEC,__text",
];

/// The longest that any input of this size may take.
const LIMIT: Duration = Duration::from_secs(1);

fn timed(args: &[String], input: &[u8]) -> (Outcome, Duration) {
    let start = Instant::now();
    let outcome = kc(args, input);
    (outcome, start.elapsed())
}

fn storm(name: &str, count: u64) {
    let files = Files::new(&format!("hostile-{name}"));
    let source = Source::new(fs::read(files.path(name)).unwrap());
    let mut refused = 0;
    for number in 0..count {
        let mutant = source.mutant(0x6b63, number);
        for command in COMMANDS {
            let mut args = crate::common::words(command);
            match args.iter_mut().find(|arg| *arg == "@") {
                Some(file) => "-".clone_into(file),
                None => args.push("-".to_owned()),
            }
            let mut outcome = timed(&args, &mutant);
            if outcome.1 >= LIMIT {
                // A busy machine may stall one run; a slow input is slow again.
                outcome = timed(&args, &mutant);
            }
            let (outcome, took) = outcome;
            let what = format!("{name} mutant {number}: {command}");
            assert!(took < LIMIT, "{what} took {took:?}");
            match outcome.status {
                0 => {}
                1 => {
                    refused += 1;
                    assert!(outcome.stderr.contains("kc: "), "{what}");
                }
                other => panic!("{what}: status {other}: {}", outcome.stderr),
            }
        }
    }
    assert!(refused > 0, "{name}: no mutant was refused");
}

#[test]
fn fileset() {
    storm("fileset", 120);
}

#[test]
fn bare() {
    storm("bare", 120);
}

#[test]
fn m1n1() {
    storm("m1n1", 80);
}

#[test]
fn prelinked() {
    storm("prelinked", 80);
}

#[test]
fn fat() {
    storm("fat", 80);
}

#[test]
fn img4() {
    storm("img4", 150);
}

#[test]
fn lzss() {
    storm("lzss", 80);
}
