//! `cargo xtask test`: every check, from cheap to dear.

use crate::command::{cargo, root, stdout, target_dir, tee, workspaces};
use crate::step::{Checked, Failure, Outcome, Step, run_all};
use crate::{
    bare, capi, corpus, coverage, delegate, dist, execute, fuzz, imports, miri, msrv, mutants,
    nopanic, oracle, package, packages, python, qemu, readme, setup, size,
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
        name: "imports",
        what: "modules import downwards only, and libraries have one path to each type",
        run: imports::step,
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
        what: "the decoder's tables, the samples and the screens are what the generators write",
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
        name: "python",
        what: "the Python package's wheel, its tests and its types",
        run: python::step,
    },
    Step {
        name: "compare",
        what: "A64 text against LLVM, GNU binutils 2.44 and otool",
        run: oracle::step,
    },
    Step {
        name: "gnu-2.40",
        what: "A64 text against GNU binutils 2.40, which spells some of it otherwise",
        run: oracle::old_binutils,
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
        name: "lines",
        what: "which lines of assembly are instructions, and which, against llvm-mc and GNU as",
        run: oracle::lines,
    },
    Step {
        name: "effects",
        what: "what instructions read and write, against llvm-mca and Capstone",
        run: oracle::effects,
    },
    Step {
        name: "execute",
        what: "what words read, write, access and where they go when QEMU runs them",
        run: execute::step,
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
        what: "commands of the README and the book print what they show, or say why nobody runs them",
        run: readme,
    },
    Step {
        name: "dist",
        what: "the man pages of kc have no error, and there is one of each subcommand",
        run: dist::step,
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

/// What is long, heavy or downloads much: only `--all` or its name runs it (docs/decisions/0021).
const LONG: &[Step] = &[
    Step {
        name: "corpus",
        what: "kc on downloaded Mach-O files and on large ones of testkit's",
        run: corpus::whole,
    },
    Step {
        name: "others",
        what: "kc on the Mach-O files of LLVM's tests, well-formed and not",
        run: corpus::others,
    },
    Step {
        name: "qemu-whole",
        what: "as qemu, with a collection of 100 MB and every word that the monitor prints",
        run: qemu::whole,
    },
    Step {
        name: "lines-long",
        what: "as lines, with 100,000 other mutations",
        run: oracle::more_lines,
    },
    Step {
        name: "lines-tests",
        what: "which lines of LLVM's and GNU's own tests are instructions, and which; and 100,000 mutations",
        run: oracle::foreign_lines,
    },
    Step {
        name: "execute-all",
        what: "as execute, with 60 words of every encoding",
        run: execute::long,
    },
    Step {
        name: "cost-long",
        what: "instructions of kc on files that ask for much grow as the files do",
        run: instructions,
    },
    Step {
        name: "miri",
        what: "the libraries' tests under Miri, on three targets",
        run: miri::step,
    },
    Step {
        name: "coverage",
        what: "some fuzz target reaches each public function of the libraries",
        run: coverage::step,
    },
    Step {
        name: "planted",
        what: "the fuzz targets find faults that are put into the sources",
        run: fuzz::planted::step,
    },
    Step {
        name: "mutants",
        what: "a test notices when a decision of macho-core or img4 changes, or the list says why not",
        run: mutants::step,
    },
    Step {
        name: "fuzz-long",
        what: "every fuzz target for five minutes",
        run: fuzz::long,
    },
];

/// `cargo xtask test [--all] [--only STEP,...] [--list]`.
///
/// # Errors
/// When a step failed, or an option is not known.
pub(crate) fn test(arguments: &[String]) -> Outcome<()> {
    let Some(choice) = Choice::of(arguments)? else {
        print!("{}", list());
        return Ok(());
    };
    let (chosen, others): (Vec<&Step>, Vec<&Step>) = STEPS
        .iter()
        .chain(LONG)
        .partition(|step| choice.takes(step));
    let others: Vec<&str> = others.iter().map(|step| step.name).collect();
    run_all(chosen, &others)
}

/// Which steps to run.
#[derive(Debug)]
enum Choice<'a> {
    /// All but the long ones.
    Usual,
    /// The long ones, too.
    All,
    /// These.
    Only(Vec<&'a str>),
}

impl<'a> Choice<'a> {
    /// What the options say; `None` asks for the list of steps.
    fn of(arguments: &'a [String]) -> Outcome<Option<Self>> {
        let mut choice = Self::Usual;
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let said = match argument.as_str() {
                "--list" => return Ok(None),
                "--all" => Self::All,
                "--only" => {
                    let names = arguments
                        .next()
                        .ok_or_else(|| Failure::new("--only needs step names"))?;
                    let names: Vec<&str> = names.split(',').collect();
                    for name in &names {
                        if !STEPS.iter().chain(LONG).any(|step| step.name == *name) {
                            return Err(Failure::new(format!(
                                "no step is called {name:?} (see --list)"
                            )));
                        }
                    }
                    Self::Only(names)
                }
                other => return Err(Failure::new(format!("unknown option {other:?}"))),
            };
            if !matches!(choice, Self::Usual) {
                return Err(Failure::new("one of --all and --only is enough"));
            }
            choice = said;
        }
        Ok(Some(choice))
    }

    fn takes(&self, step: &Step) -> bool {
        match self {
            Self::Usual => STEPS.iter().any(|usual| usual.name == step.name),
            Self::All => true,
            Self::Only(names) => names.contains(&step.name),
        }
    }
}

/// The steps' names and what they check, the long ones apart.
fn list() -> String {
    let lines = |steps: &[Step]| -> String {
        let line = |step: &Step| format!("{:<13}{}\n", step.name, step.what);
        steps.iter().map(line).collect()
    };
    format!("{}\nonly with --all:\n{}", lines(STEPS), lines(LONG))
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
    let mut targets = 0;
    for folder in [".", "bindings/python"] {
        let messages = stdout(
            cargo()
                .current_dir(root().join(folder))
                .env("CARGO_TARGET_DIR", target_dir())
                .args(["clippy", "--workspace", "--all-targets"])
                .args(["--message-format=json-render-diagnostics"])
                .args(["--", "-D", "warnings"]),
        )?;
        let messages = String::from_utf8_lossy(&messages);
        let is_ours =
            |line: &&str| line.contains("\"compiler-artifact\"") && line.contains("\"path+file://");
        targets += messages.lines().filter(is_ours).count();
    }
    Ok(Checked::new(targets, "targets without a warning"))
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
    dist::screens(&check)?;
    Ok(Checked::new(3_u32, "generators agree with the kept files"))
}

fn readme() -> Outcome<Checked> {
    let mut steps = STEPS.iter().chain(LONG).map(|step| step.name);
    let names: Vec<&str> = steps.by_ref().collect();
    readme::commands(|name| names.contains(&name))
}

fn doctests() -> Outcome<Checked> {
    cargo_test(&["--workspace", "--doc"], "doctests passed")
}

/// Counts instructions with Callgrind.
fn instructions() -> Outcome<Checked> {
    packages::valgrind()?;
    let mut counts = 0_u64;
    tee(
        cargo()
            .args(["test", "--release", "--package", "kctool", "--test", "cost"])
            .args(["--", "--ignored", "--nocapture"]),
        |line| counts += u64::from(line.ends_with("instructions")),
    )?;
    Ok(Checked::new(counts, "command lines counted at three sizes"))
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
    use super::{Choice, LONG, STEPS, list, passed_in};

    /// The names of the steps that the options choose.
    fn chosen(options: &[&str]) -> Vec<&'static str> {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let choice = Choice::of(&options).unwrap().unwrap();
        let steps = STEPS.iter().chain(LONG);
        let taken = steps.filter(|step| choice.takes(step));
        taken.map(|step| step.name).collect()
    }

    #[test]
    fn long_steps_run_with_all_or_by_their_names() {
        assert_eq!(chosen(&[]).len(), STEPS.len());
        assert_eq!(chosen(&["--all"]).len(), STEPS.len() + LONG.len());
        assert_eq!(chosen(&["--only", "corpus,fmt"]), ["fmt", "corpus"]);
        for step in LONG {
            assert!(!chosen(&[]).contains(&step.name));
            assert_eq!(chosen(&["--only", step.name]), [step.name]);
        }
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        for options in [
            &["--only"][..],
            &["--only", "no-such"],
            &["--all", "--only", "fmt"],
            &["--everything"],
        ] {
            let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
            assert!(Choice::of(&options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn the_list_says_which_steps_are_long() {
        let list = list();
        let (usual, long) = list.split_once("\nonly with --all:\n").unwrap();
        assert_eq!(usual.lines().count(), STEPS.len());
        assert_eq!(long.lines().count(), LONG.len());
        assert!(
            usual
                .lines()
                .chain(long.lines())
                .all(|line| line.as_bytes()[12] == b' ')
        );
    }

    #[test]
    fn closing_lines_are_read() {
        let line = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(passed_in(line), Some(12));
        assert_eq!(passed_in("test a ... ok"), None);
    }
}
