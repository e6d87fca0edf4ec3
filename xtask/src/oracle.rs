//! Second opinions on A64 text: LLVM, GNU binutils and otool against ours. The
//! package `a64-oracle` compares; this chooses the words.

use crate::command::{cargo, run, tee};
use crate::step::{Checked, Failure, Outcome};

/// The list of differences that have an explanation.
const KNOWN: &str = "docs/src/validation-known.txt";

/// `cargo xtask compare [OPTION...]`: as `a64-oracle compare`; without options
/// as the step of `cargo xtask test`.
///
/// # Errors
/// When a tool disagrees with ours, or nothing was compared.
pub(crate) fn compare(arguments: &[String]) -> Outcome<()> {
    if arguments.is_empty() {
        step().map(|checked| println!("{checked}"))
    } else {
        run(oracle()
            .arg("compare")
            .args(["--known", KNOWN])
            .args(arguments))
    }
}

fn oracle() -> std::process::Command {
    let mut command = cargo();
    command.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "a64-oracle",
        "--",
    ]);
    command
}

/// Step: the field corners of every encoding that the decoder has, some random
/// words of each, and uniformly random words.
///
/// # Errors
/// As [`compare`].
pub(crate) fn step() -> Outcome<Checked> {
    let mut compared = 0_u64;
    tee(
        oracle()
            .arg("compare")
            .args(["--known", KNOWN])
            .args(["--corners", "16", "--seed", "1"])
            .arg("--base"),
        |line| compared += distinct_in(line).unwrap_or(0),
    )?;
    if compared < 10_000 {
        return Err(Failure::new(format!("only {compared} words were compared")));
    }
    Ok(Checked::new(
        compared,
        "words print alike in three syntaxes",
    ))
}

/// The second number of `N words, M distinct and compared`.
fn distinct_in(line: &str) -> Option<u64> {
    line.strip_suffix(" distinct and compared")?
        .rsplit(' ')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::distinct_in;

    #[test]
    fn the_oracle_says_how_many_words_it_compared() {
        assert_eq!(distinct_in("12 words, 10 distinct and compared"), Some(10));
        assert_eq!(distinct_in("12 words"), None);
    }
}
