//! `cargo xtask test`: every check, from cheap to dear.

use crate::command::{cargo, root, stdout, tee, workspaces};
use crate::step::{Checked, Failure, Outcome, Step, run_all};
use crate::{
    bare, capi, corpus, delegate, msrv, nopanic, oracle, package, qemu, readme, setup, size,
};

const STEPS: &[Step] = &[
    Step {
        name: "setup",
        what: "install what the other steps need",
        run: setup::install,
    },
    Step {
        name: "fmt",
        what: "rustfmt leaves every file as it is",
        run: fmt,
    },
    Step {
        name: "clippy",
        what: "no warning in any target",
        run: clippy,
    },
    Step {
        name: "tests",
        what: "unit, integration and property tests",
        run: tests,
    },
    Step {
        name: "doctests",
        what: "examples in the documentation",
        run: doctests,
    },
    Step {
        name: "generated",
        what: "the decoder's tables and the samples are what the generators write",
        run: generated,
    },
    Step {
        name: "bare",
        what: "the libraries build for bare metal, with every feature",
        run: bare::build,
    },
    Step {
        name: "nopanic",
        what: "no panic and no allocator is reachable from the libraries",
        run: nopanic::link,
    },
    Step {
        name: "size",
        what: "what the libraries add to a bare-metal image stays within limits",
        run: size::step,
    },
    Step {
        name: "qemu",
        what: "images of bare-metal/ boot kernelcaches in QEMU, and refuse damaged ones",
        run: qemu::step,
    },
    Step {
        name: "capi",
        what: "the C header is what the crate says, and a C program under sanitizers agrees",
        run: capi::step,
    },
    Step {
        name: "compare",
        what: "A64 text against LLVM, GNU binutils and otool",
        run: oracle::step,
    },
    Step {
        name: "operands",
        what: "A64 operands against bad64",
        run: oracle::operands,
    },
    Step {
        name: "roundtrip",
        what: "operands and text back to the word, by ours and by LLVM's assembler",
        run: oracle::roundtrip,
    },
    Step {
        name: "effects",
        what: "what instructions read and write, against llvm-mca and Capstone",
        run: oracle::effects,
    },
    Step {
        name: "latency",
        what: "latencies against LLVM's scheduling model of Apple's cores",
        run: oracle::latency,
    },
    Step {
        name: "verdict",
        what: "which words are instructions, against the specification text",
        run: oracle::verdict,
    },
    Step {
        name: "kc",
        what: "kc on the sample against llvm-otool, llvm-nm, object and pyimg4",
        run: corpus::samples,
    },
    Step {
        name: "readme",
        what: "the README's commands do what it says",
        run: readme::commands,
    },
    Step {
        name: "package",
        what: "the libraries and kc package together, and build from their packages",
        run: package::check,
    },
    Step {
        name: "msrv",
        what: "the oldest compiler promised still builds the libraries and kc",
        run: msrv::check,
    },
];

/// `cargo xtask test [--only STEP,...] [--list]`.
///
/// # Errors
/// When a step failed, or an option is not known.
pub(crate) fn test(arguments: &[String]) -> Outcome<()> {
    let mut only: Option<Vec<&str>> = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => {
                for step in STEPS {
                    println!("{:<12}{}", step.name, step.what);
                }
                return Ok(());
            }
            "--only" => {
                let names = arguments
                    .next()
                    .ok_or_else(|| Failure::new("--only needs step names"))?;
                only = Some(names.split(',').collect());
            }
            other => return Err(Failure::new(format!("unknown option {other:?}"))),
        }
    }
    if let Some(names) = &only {
        for name in names {
            if !STEPS.iter().any(|step| step.name == *name) {
                return Err(Failure::new(format!(
                    "no step is called {name:?} (see --list)"
                )));
            }
        }
    }
    run_all(
        STEPS
            .iter()
            .filter(|step| only.as_ref().is_none_or(|names| names.contains(&step.name))),
    )
}

fn fmt() -> Outcome<Checked> {
    // --verbose names each target file that rustfmt was started on.
    let mut targets = 0_u32;
    for workspace in workspaces() {
        tee(
            cargo().current_dir(root().join(workspace)).args([
                "fmt",
                "--all",
                "--verbose",
                "--",
                "--check",
            ]),
            |line| targets += u32::from(line.starts_with('[')),
        )?;
    }
    Ok(Checked::new(targets, "crate roots formatted"))
}

fn clippy() -> Outcome<Checked> {
    let messages = stdout(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--message-format=json-render-diagnostics",
        "--",
        "-D",
        "warnings",
    ]))?;
    let messages = String::from_utf8_lossy(&messages);
    let ours = messages
        .lines()
        .filter(|line| line.contains("\"compiler-artifact\"") && line.contains("\"path+file://"))
        .count();
    Ok(Checked::new(ours, "targets without a warning"))
}

fn tests() -> Outcome<Checked> {
    cargo_test(
        &["--workspace", "--lib", "--bins", "--tests", "--examples"],
        "tests passed",
    )
}

fn generated() -> Outcome<Checked> {
    let check = ["--check".to_owned()];
    delegate::generate(&check)?;
    delegate::samples(&check)?;
    Ok(Checked::new(2_u32, "generators agree with the kept files"))
}

fn doctests() -> Outcome<Checked> {
    cargo_test(&["--workspace", "--doc"], "doctests passed")
}

/// Runs `cargo test` and adds up its closing lines.
fn cargo_test(arguments: &[&str], what: &str) -> Outcome<Checked> {
    let mut passed = 0_u64;
    // A failure hides none of the others.
    tee(
        cargo().args(["test", "--no-fail-fast"]).args(arguments),
        |line| {
            passed += passed_in(line).unwrap_or(0);
        },
    )?;
    Ok(Checked::new(passed, what))
}

/// The number in `test result: ok. N passed; ...`.
fn passed_in(line: &str) -> Option<u64> {
    line.strip_prefix("test result: ok. ")?
        .split_once(" passed")?
        .0
        .parse()
        .ok()
}

#[cfg(test)]
mod unit {
    use super::passed_in;

    #[test]
    fn closing_lines_are_read() {
        let line = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(passed_in(line), Some(12));
        assert_eq!(passed_in("test a ... ok"), None);
    }
}
