//! `cargo xtask imports`: modules import downwards only (docs/decisions/0022), and a library has no
//! public module but its name spaces (docs/decisions/0014). The package `kc-imports` reads the
//! files.

use std::process::Command;

use crate::command::{cargo, root, run, tee, workspaces};
use crate::step::{Checked, Outcome};

/// `cargo xtask imports [PACKAGE...]`: every crate, or those of the packages.
///
/// # Errors
/// If modules import in a loop, or a library has a public module too many.
pub(crate) fn imports(packages: &[String]) -> Outcome<()> {
    let mut command = kc_imports();
    for package in packages {
        command.args(["--package", package]);
    }
    run(&mut command)
}

/// Step: every crate.
///
/// # Errors
/// As [`imports`].
pub(crate) fn step() -> Outcome<Checked> {
    let mut counted = None;
    tee(&mut kc_imports(), |line| {
        counted = counts(line).or(counted);
    })?;
    let (modules, edges) = counted.unwrap_or_default();
    Ok(Checked::new(
        edges,
        format!("imports between {modules} modules, and no loop"),
    ))
}

/// Modules and edges, of `9 crates, 12 modules, 34 edges; 0 failures`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.split_once(" crates, ")?;
    let (modules, rest) = rest.split_once(" modules, ")?;
    let edges = rest.strip_suffix(" edges; 0 failures")?;
    Some((modules.parse().ok()?, edges.parse().ok()?))
}

fn kc_imports() -> Command {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--package", "kc-imports", "--"])
        .arg(root())
        .args(workspaces());
    command
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn only_a_summary_without_failures_counts() {
        let line = "9 crates, 12 modules, 34 edges; 0 failures";
        assert_eq!(counts(line), Some((12, 34)));
        let line = "9 crates, 12 modules, 34 edges; 1 failures";
        assert_eq!(counts(line), None);
        assert_eq!(counts("img4: 2 modules import in a loop"), None);
    }
}
