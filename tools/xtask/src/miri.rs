//! Miri: the libraries' tests interpreted, so that what the language does not define is an error,
//! on a host, on a target of 32 bits and on a big-endian one.

use crate::command::{command, stdout, tee};
use crate::step::{Checked, Failure, Outcome};

/// A word of 64 bits, one of 32, and the other order of bytes.
const TARGETS: &[&str] = &[
    "x86_64-unknown-linux-gnu",
    "i686-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
];

/// The tests of a package that Miri finishes within minutes. The rest takes hours: large files,
/// words by the million, other programs.
struct Set {
    package: &'static str,
    tests: &'static [&'static str],
}

const SETS: &[Set] = &[
    Set {
        package: "kc-capi",
        tests: &["calls"],
    },
    Set {
        package: "kc-macho-core",
        tests: &["skeleton", "load_commands"],
    },
];

/// Step: every test of [`SETS`] on every target.
///
/// # Errors
/// When Miri cannot be had, a test fails or is not there, or Miri finds undefined behaviour.
pub(crate) fn step() -> Outcome<Checked> {
    stdout(command("rustup").args([
        "toolchain",
        "install",
        "nightly",
        "--profile=minimal",
        "--component=miri,rust-src",
    ]))?;
    let mut passed = 0_u64;
    for target in TARGETS {
        for set in SETS {
            passed += interpret(target, set)?;
        }
    }
    let targets = TARGETS.len();
    Ok(Checked::new(
        passed,
        format!("tests interpreted by Miri, on {targets} targets"),
    ))
}

/// Runs a package's tests for a target; gives how many passed.
fn interpret(target: &str, set: &Set) -> Outcome<u64> {
    let Set { package, tests } = set;
    let mut miri = command("cargo");
    // The cargo of another toolchain, which must not inherit this one's choice.
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        miri.env_remove(name);
    }
    miri.args(["+nightly", "miri", "test", "--all-features"])
        .args(["--package", package, "--target", target]);
    for test in *tests {
        miri.args(["--test", test]);
    }
    // Tests read the clock and files of the repository, and leak what they build.
    miri.env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-ignore-leaks")
        .env("PROPTEST_CASES", "2")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    let (mut passed, mut programs) = (0_u64, 0_usize);
    tee(&mut miri, |line| {
        if let Some(count) = passed_in(line) {
            passed += count;
            programs += usize::from(count > 0);
        }
    })?;
    if programs < tests.len() {
        return Err(Failure::new(format!(
            "{package} on {target}: {programs} of {} test programs passed anything",
            tests.len()
        )));
    }
    Ok(passed)
}

/// The number in libtest's `test result: ok. 12 passed; ...`.
fn passed_in(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("test result: ok. ")?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::passed_in;

    #[test]
    fn passed_tests_are_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured";
        assert_eq!(passed_in(line), Some(12));
        assert_eq!(passed_in("test result: FAILED. 1 passed; 2 failed"), None);
    }
}
