//! Capstone: the registers and flags that an instruction reads and writes.

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aarch64_decode::{Flags, Instruction, RegisterSet};

use super::opinion::{Difference, Opinion};
use crate::fault::Fault;

const SCRIPT: &str = include_str!("capstone.py");

/// Asks the Capstone of `python` about `instructions`.
pub(super) fn ask(python: &Path, instructions: &[Instruction]) -> Result<Opinion, Fault> {
    let program = python.display();
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Fault::new(format!("{program}: {error}")))?;
    let words = instructions.iter().fold(String::new(), |all, insn| {
        format!("{all}{:08x}\n", insn.word())
    });
    // The script reads everything before it writes.
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(words.as_bytes())
            .map_err(|error| Fault::new(format!("{program}: {error}")))?;
    }
    let output = child
        .wait_with_output()
        .map_err(|error| Fault::new(format!("{program}: {error}")))?;
    if !output.status.success() {
        return Err(Fault::new(format!("{program}: {}", output.status)));
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    let mut answers: HashMap<u32, [BTreeSet<&str>; 2]> = HashMap::new();
    for line in listing.lines() {
        let mut columns = line.split('|');
        let word = columns
            .next()
            .and_then(|word| u32::from_str_radix(word, 16).ok());
        let word = word.ok_or_else(|| Fault::new(format!("{program}: {line}")))?;
        let mut set = || {
            columns
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect()
        };
        answers.insert(word, [set(), set()]);
    }
    let mut opinion = Opinion::default();
    for &instruction in instructions {
        let Some(theirs) = answers.get(&instruction.word()) else {
            opinion.unknown += 1;
            continue;
        };
        let effects = instruction.effects();
        for (verb, ours, theirs) in [
            ("reads", names(effects.reads), &theirs[0]),
            ("writes", names(effects.writes), &theirs[1]),
        ] {
            opinion.compared += 1;
            for own in ours.iter().filter(|own| !theirs.contains(own.as_str())) {
                opinion.differences.push(Difference {
                    instruction,
                    what: format!("{verb} {}: only ours", class(own)),
                });
            }
            for their in theirs.iter().filter(|their| !ours.contains(**their)) {
                opinion.differences.push(Difference {
                    instruction,
                    what: format!("{verb} {}: only theirs", class(their)),
                });
            }
        }
    }
    Ok(opinion)
}

/// The register's name without its number.
fn class(name: &str) -> &str {
    match name {
        "zt0" => name,
        _ => name.trim_end_matches(|c: char| c.is_ascii_digit()),
    }
}

/// The names of the registers; Capstone knows the flags only together.
fn names(set: RegisterSet) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for number in 0..32 {
        if set.general() >> number & 1 != 0 {
            names.insert(if number == 31 {
                "sp".to_owned()
            } else {
                format!("x{number}")
            });
        }
        if set.vector() >> number & 1 != 0 {
            names.insert(format!("v{number}"));
        }
        if u32::from(set.predicate()) >> number & 1 != 0 {
            names.insert(format!("p{number}"));
        }
    }
    if set.flags() != Flags::NONE {
        names.insert("nzcv".to_owned());
    }
    for (one, name) in [
        (RegisterSet::ZA, "za"),
        (RegisterSet::ZT0, "zt0"),
        (RegisterSet::FFR, "ffr"),
    ] {
        if set.intersects(one) {
            names.insert(name.to_owned());
        }
    }
    names
}
