//! Chores that another package of this repository does: the table generator,
//! the sample writer, the benches.

use std::fs;
use std::path::Path;

use crate::command::{cargo, command, root, run, stdout, target_dir};
use crate::step::{Failure, Outcome};

/// `cargo xtask gen [--check]`: the package `a64gen`.
pub(crate) fn generate(arguments: &[String]) -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "a64gen", "--"])
        .args(arguments))
}

/// `cargo xtask samples [--check]`: the binary `mksamples` of `testkit`.
/// With `--check` nothing is written; the kept files must be equal.
pub(crate) fn samples(arguments: &[String]) -> Outcome<()> {
    let check = match arguments {
        [] => false,
        [option] if option == "--check" => true,
        _ => return Err(Failure::new("samples takes --check and nothing else")),
    };
    let kept = root().join("samples");
    let written = if check {
        target_dir().join("samples")
    } else {
        kept.clone()
    };
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "testkit"])
        .args(["--bin", "mksamples", "--"])
        .arg(&written))?;
    if check {
        let count = same_files(&written, &kept)?;
        println!("{count} samples are what testkit writes");
    }
    Ok(())
}

/// Every file of `written` is in `kept`, byte for byte; counts them.
fn same_files(written: &Path, kept: &Path) -> Outcome<usize> {
    let mut count = 0;
    for entry in fs::read_dir(written)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if fs::read(&path)? != fs::read(kept.join(name))? {
            return Err(Failure::new(format!(
                "samples/{} is not what testkit writes: run `cargo xtask samples`",
                name.to_string_lossy()
            )));
        }
        count += 1;
    }
    if count == 0 {
        return Err(Failure::new("testkit writes no sample"));
    }
    Ok(count)
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
