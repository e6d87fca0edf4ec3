//! `cargo xtask imports`: modules import downwards only (docs/decisions/0022), and a library has no
//! public module but its name spaces (docs/decisions/0014). The package `kc-imports` reads the files.

use std::process::Command;

use crate::command::{cargo, root, run, workspaces};
use crate::step::Outcome;

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

fn kc_imports() -> Command {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--package", "kc-imports", "--"])
        .arg(root())
        .args(workspaces());
    command
}
