//! The C interface: its header is what the crate says, and a C program under sanitizers agrees.

use crate::command::{cargo, command, root, run, stdout, target_dir};
use crate::step::{Checked, Failure, Outcome};

/// `cargo xtask header [--check]`: the package `kc-header`.
///
/// # Errors
/// When it fails, or with `--check` when the kept header is another.
pub(crate) fn header(arguments: &[String]) -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--package", "kc-header", "--"])
        .arg(root())
        .args(arguments))
}

/// Step: the header, read as C99 and C++, and `bindings/c/tests/host.c` run on the sample under
/// AddressSanitizer and UndefinedBehaviorSanitizer.
///
/// # Errors
/// When the header is old, something does not compile, or a check of the program fails.
pub(crate) fn step() -> Outcome<Checked> {
    header(&["--check".to_owned()])?;
    let include = root().join("bindings/c/include");
    let kept = include.join("kernelcache.h");
    for (compiler, language) in [
        ("cc", ["-std=c99", "-xc"]),
        ("c++", ["-std=c++11", "-xc++"]),
    ] {
        run(command(compiler)
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
            .args(language)
            .arg(&kept))?;
    }
    run(cargo().args([
        "rustc",
        "--quiet",
        "--release",
        "--package",
        "kc-capi",
        "--crate-type",
        "staticlib",
    ]))?;
    let program = target_dir().join("kc-capi-host");
    run(command("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-g"])
        .args([
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
            "-I",
        ])
        .arg(&include)
        .arg(root().join("bindings/c/tests/host.c"))
        .arg(target_dir().join("release/libkc_capi.a"))
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program))?;
    let report = stdout(command(&program).arg(root().join("samples/kernelcache.img4")))?;
    let report = String::from_utf8_lossy(&report).into_owned();
    print!("{report}");
    let checks = checks_in(&report).ok_or_else(|| Failure::new("the program reports no checks"))?;
    Ok(Checked::new(checks, "checks of the C interface hold"))
}

/// The number in `checks: N, failures: 0`.
fn checks_in(report: &str) -> Option<u64> {
    let rest = report.lines().last()?.strip_prefix("checks: ")?;
    rest.strip_suffix(", failures: 0")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::checks_in;

    #[test]
    fn only_a_report_without_failures_counts() {
        assert_eq!(checks_in("checks: 301, failures: 0\n"), Some(301));
        assert_eq!(checks_in("checks: 301, failures: 1\n"), None);
        assert_eq!(checks_in(""), None);
    }
}
