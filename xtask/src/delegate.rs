//! Chores that another package of this repository does: the table generator,
//! the sample writer, the benches, the fuzz targets.

use crate::command::{cargo, command, root, run, stdout};
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

/// `cargo xtask bench [ARGUMENT...]`: the binary `ratios` of the package
/// `benches`, with every peer that this machine can build.
pub(crate) fn bench(arguments: &[String]) -> Outcome<()> {
    let mut features = vec!["peers"];
    if stdout(command("clang").arg("--version")).is_ok() {
        features.push("bad64");
    } else {
        println!("bad64 is left out: it needs clang and libclang-dev");
    }
    let foreign = ["KC_BENCH_DISARM", "KC_BENCH_LZFSE", "KC_BENCH_LZSS"];
    if foreign.iter().any(|name| std::env::var_os(name).is_some()) {
        features.push("foreign");
    } else {
        println!("peers in C are left out: see docs/src/performance.md");
    }
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "benches"])
        .args(["--features", &features.join(",")])
        .args(["--bin", "ratios", "--"])
        .args(arguments))
}

/// `cargo xtask fuzz`: the workspace in `fuzz/`.
pub(crate) fn fuzz(_arguments: &[String]) -> Outcome<()> {
    if !root().join("fuzz/Cargo.toml").is_file() {
        return Err(Failure::new("there is no fuzz/ yet"));
    }
    Err(Failure::new("the fuzz targets are not wired in yet"))
}
