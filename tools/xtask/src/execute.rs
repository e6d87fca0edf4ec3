//! Words of every encoding run in QEMU, and what they do is compared with what we say. The package
//! `a64-oracle` runs and compares; this brings QEMU and says how many words.

use std::path::PathBuf;

use crate::command::{command, succeeds, target_dir, tee};
use crate::foreign;
use crate::oracle::{EFFECTS_KNOWN, oracle};
use crate::step::{Checked, Failure, Outcome};

/// QEMU 7.2 of Debian 12 does not know half of what these words are; the user emulation of this
/// suite is linked statically and runs on either.
const SUITE: &str = "trixie-backports";

/// QEMU's user emulation for A64.
fn qemu() -> Outcome<PathBuf> {
    let folder = target_dir().join("qemu-user");
    let program = foreign::file(&folder, SUITE, "qemu-user", "usr/bin/qemu-aarch64")?;
    if succeeds(command(&program).arg("--version")) {
        Ok(program)
    } else {
        Err(Failure::new(format!("{} does not run", program.display())))
    }
}

/// Step: a few words of every encoding.
///
/// # Errors
/// When QEMU does something else than we say and nothing explains it, a planted error is not found,
/// or too few encodings ran.
pub(crate) fn step() -> Outcome<Checked> {
    execute("4", "4", "1")
}

/// Step: as [`step`], with many other words.
///
/// # Errors
/// As [`step`].
pub(crate) fn long() -> Outcome<Checked> {
    execute("60", "6", "2")
}

fn execute(words: &str, states: &str, seed: &str) -> Outcome<Checked> {
    /// Encodings that QEMU 11.1 runs, less a few that a newer one might refuse.
    const LEAST: u64 = 3_800;
    let (mut runs, mut encodings, mut planted) = (0, 0, 0);
    tee(
        oracle()
            .args(["execute", "--words", words, "--states", states])
            .args(["--seed", seed, "--known", EFFECTS_KNOWN, "--qemu"])
            .arg(qemu()?),
        |line| {
            if let Some(counts) = runs_in(line) {
                (encodings, runs) = counts;
            }
            planted += planted_in(line).unwrap_or(0);
        },
    )?;
    if encodings < LEAST || planted == 0 {
        return Err(Failure::new(format!(
            "only {encodings} encodings ran, and {planted} planted errors were found"
        )));
    }
    Ok(Checked::new(
        runs,
        format!("runs of words of {encodings} encodings do what we say"),
    ))
}

/// The last two numbers of `qemu: N words of M encodings run O times, ...`.
fn runs_in(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.split_once(" words of ")?;
    let (encodings, rest) = rest.split_once(" encodings run ")?;
    let (runs, _) = rest.split_once(" times,")?;
    Some((encodings.parse().ok()?, runs.parse().ok()?))
}

/// The number of `N planted errors found`.
fn planted_in(line: &str) -> Option<u64> {
    line.strip_suffix(" planted errors found")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{planted_in, runs_in};

    #[test]
    fn the_oracle_says_how_much_ran() {
        let line =
            "qemu: 12 words of 10 encodings run 96 times, 3 load, 2 store; 1 encodings not run";
        assert_eq!(runs_in(line), Some((10, 96)));
        assert_eq!(runs_in("qemu: add writes x (1; 8b020020)"), None);
        assert_eq!(planted_in("14 planted errors found"), Some(14));
        assert_eq!(planted_in(line), None);
    }
}
