//! What a registry would get: every published crate packages and builds from its package.

use crate::bare::LIBRARIES;
use crate::command::{cargo, run, stdout};
use crate::step::{Checked, Failure, Outcome};

/// What each package must have besides its sources.
const REQUIRED: [&str; 4] = ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What no package may have: large inputs of tests and of the generator.
const EXCLUDED: [&str; 3] = ["spec/aarchmrs.tsv", "tests/golden/", "tests/kc/cli/"];

/// Step: the libraries and `kc` package together.
///
/// # Errors
/// When one does not package or build, or its package lacks a file that it must have.
pub(crate) fn check() -> Outcome<Checked> {
    let packages: Vec<&str> = LIBRARIES
        .iter()
        .map(|library| library.package)
        .chain(["kctool"])
        .collect();
    for package in &packages {
        let list = stdout(cargo().args(["package", "--list", "--allow-dirty", "-p", package]))?;
        let list = String::from_utf8_lossy(&list);
        for file in REQUIRED {
            if !list.lines().any(|line| line == file) {
                return Err(Failure::new(format!("the package {package} lacks {file}")));
            }
        }
        if let Some(file) = list
            .lines()
            .find(|line| EXCLUDED.iter().any(|start| line.starts_with(start)))
        {
            return Err(Failure::new(format!("the package {package} has {file}")));
        }
    }
    // --allow-dirty, because a developer runs this before committing.
    let mut command = cargo();
    command.args(["package", "--quiet", "--allow-dirty"]);
    for package in &packages {
        command.args(["-p", package]);
    }
    run(&mut command)?;
    Ok(Checked::new(packages.len(), "packages build"))
}
