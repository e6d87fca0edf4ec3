//! The libraries' decisions are changed one by one, and a test must notice. The package
//! `kc-mutants` changes and runs.

use crate::command::{cargo, root, tee};
use crate::step::{Checked, Failure, Outcome};

/// The libraries whose survivors are on the list; the others have not been gone through.
const LIBRARIES: [&str; 2] = ["macho-core", "img4"];

/// `cargo xtask mutants [--crate FOLDER] [--file PART] [--sample N] [--jobs N]`.
///
/// # Errors
/// If a mutant survives unexplained, or a row of the list is stale.
pub(crate) fn mutants(options: &[String]) -> Outcome<()> {
    count(options.iter().map(String::as_str)).map(|_| ())
}

/// Step: all mutants of the libraries that were gone through.
///
/// # Errors
/// As [`mutants`].
pub(crate) fn step() -> Outcome<Checked> {
    let options = LIBRARIES.iter().flat_map(|folder| ["--crate", folder]);
    let killed = count(options)?;
    Ok(Checked::new(
        killed,
        "mutants killed, and every survivor is on the list",
    ))
}

/// Runs, and gives the number of mutants killed.
fn count<'o>(options: impl Iterator<Item = &'o str>) -> Outcome<u64> {
    let mut killed = None;
    tee(
        cargo()
            .args(["run", "--quiet", "--package", "kc-mutants", "--"])
            .arg(root())
            .args(options),
        |line| killed = killed_in(line).or(killed),
    )?;
    killed.ok_or_else(|| Failure::new("kc-mutants did not say how many it killed"))
}

/// The second number of `N mutants run, M killed, ...`.
fn killed_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" mutants run, ")?;
    rest.split_once(" killed, ")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::killed_in;

    #[test]
    fn the_last_line_says_how_many_were_killed() {
        let line = "12 mutants run, 9 killed, 2 explained, 1 open; 0 unexplained, 0 stale";
        assert_eq!(killed_in(line), Some(9));
        assert_eq!(killed_in("6748 mutants made"), None);
    }
}
