//! Chores that another package of this repository does: the table generator,
//! the sample writer, the benches, the fuzz targets.

use crate::command::{cargo, root, run};
use crate::step::{Failure, Outcome};

/// `cargo xtask gen [--check]`: the package `a64gen`.
pub(crate) fn generate(arguments: &[String]) -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "a64gen", "--"])
        .args(arguments))
}

/// `cargo xtask samples [--check]`: the example `samples` of `testkit`.
pub(crate) fn samples(arguments: &[String]) -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "testkit", "--"])
        .args(arguments))
}

/// `cargo xtask bench`: the package `benches`.
pub(crate) fn bench(arguments: &[String]) -> Outcome<()> {
    run(cargo()
        .args(["bench", "--package", "benches", "--"])
        .args(arguments))
}

/// `cargo xtask fuzz`: the workspace in `fuzz/`.
pub(crate) fn fuzz(_arguments: &[String]) -> Outcome<()> {
    if !root().join("fuzz/Cargo.toml").is_file() {
        return Err(Failure::new("there is no fuzz/ yet"));
    }
    Err(Failure::new("the fuzz targets are not wired in yet"))
}
