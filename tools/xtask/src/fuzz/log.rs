//! What was fuzzed for how long: `fuzz/log.tsv`, a line for each run of a target.
use std::fs::{self, OpenOptions};
use std::io::Write as _;

use crate::command::{command, root, stdout};
use crate::step::{Failure, Outcome};

/// A target has been fuzzed enough after so many executions or seconds, in all its runs.
const ENOUGH: (u64, u64) = (10_000_000, 1_800);

const HEAD: &str = "date\tcommit\ttarget\tseed\tseconds\texecutions\n";

fn path() -> std::path::PathBuf {
    root().join("fuzz/log.tsv")
}

/// Executions and seconds of a target in a log.
fn sum(log: &str, target: &str) -> (u64, u64) {
    let mut sum = (0, 0);
    for line in log.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [_, _, of, _, seconds, executions] = fields[..]
            && of == target
        {
            sum.0 += executions.parse().unwrap_or(0);
            sum.1 += seconds.parse().unwrap_or(0);
        }
    }
    sum
}

/// Those of the targets that have not been fuzzed enough.
///
/// # Errors
/// When the log cannot be read.
pub(super) fn unfinished(targets: &[String]) -> Outcome<Vec<String>> {
    let log = fs::read_to_string(path())?;
    let is_unfinished = |target: &&String| {
        let (executions, seconds) = sum(&log, target);
        executions < ENOUGH.0 && seconds < ENOUGH.1
    };
    Ok(targets.iter().filter(is_unfinished).cloned().collect())
}

/// Appends a run.
///
/// # Errors
/// When the tree has changes that no commit has, or the log cannot be written.
pub(super) fn add(target: &str, seed: u64, seconds: u64, executions: u64) -> Outcome<()> {
    let (date, commit) = (line("date", &["+%F"])?, commit()?);
    let mut file = OpenOptions::new().append(true).create(true).open(path())?;
    if file.metadata()?.len() == 0 {
        file.write_all(HEAD.as_bytes())?;
    }
    writeln!(
        file,
        "{date}\t{commit}\t{target}\t{seed}\t{seconds}\t{executions}"
    )?;
    Ok(())
}

/// The commit of the tree, which has no change besides the log.
///
/// # Errors
/// When it has one.
pub(super) fn commit() -> Outcome<String> {
    let exclude = ":(exclude)fuzz/log.tsv";
    let changes = line("git", &["status", "--short", "--", ".", exclude])?;
    if changes.is_empty() {
        line("git", &["rev-parse", "--short", "HEAD"])
    } else {
        Err(Failure::new("what is fuzzed for the log must be committed"))
    }
}

fn line(program: &str, arguments: &[&str]) -> Outcome<String> {
    let output = stdout(command(program).current_dir(root()).args(arguments))?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{HEAD, sum};

    #[test]
    fn runs_of_a_target_add_up() {
        let log =
            format!("{HEAD}d\tc\tmap\t1\t60\t500\nd\tc\tload\t1\t60\t9\nd\tc\tmap\t2\t40\t5\n");
        assert_eq!(sum(&log, "map"), (505, 100));
        assert_eq!(sum(&log, "asm"), (0, 0));
    }
}
