//! What a registry would get: every published crate packages and builds from its package.

use crate::bare::LIBRARIES;
use crate::command::{cargo, run, stdout, target_dir};
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
    // cargo takes packages of one version for one and the same: a folder of its own for each run,
    // so that none is built from what an earlier run has packaged.
    let folder = target_dir().join(format!("packages-{}", std::process::id()));
    let outcome = run(command.env("CARGO_TARGET_DIR", &folder));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    outcome?;
    Ok(Checked::new(packages.len(), "packages build"))
}
