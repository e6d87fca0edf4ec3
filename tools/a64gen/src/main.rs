//! The generator's command line; `cargo xtask gen` calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use a64gen::{Code, Input, Problem, Source, against, generate};

const USAGE: &str = "\
usage: a64gen                  write aarch64-decode/src/generated/ from aarch64-decode/spec/
       a64gen --check          compare instead, and fail on a difference
       a64gen --against FILE   fail unless the rows are those of a table of Arm's encodings
";

/// The files with an arm for each operand kind and each predicate.
const DECODE: &[&str] = &["src/plan.rs", "src/program.rs"];
const ENCODE: &[&str] = &[
    "src/encode/operand.rs",
    "src/encode/scalable.rs",
    "src/encode/sme.rs",
];
const PREDICATES: &[&str] = &["src/alias.rs"];

/// Why nothing was written.
enum Failure {
    /// The command line or a file.
    Message(String),
    /// The specification text.
    Problems(Vec<Problem>),
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

/// Reads a file; it is called `name` in messages.
fn read(path: &Path, name: &str) -> Result<Source, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Message(format!("{}: {error}", path.display())))?;
    Ok(Source {
        file: name.to_owned(),
        text,
    })
}

fn input(root: &Path) -> Result<Input, Failure> {
    let folder = root.join("spec");
    let unreadable =
        |error: std::io::Error| Failure::Message(format!("{}: {error}", folder.display()));
    let mut spec = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "isa") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            spec.push(read(&path, &name)?);
        }
    }
    let sources = |names: &[&str]| -> Result<Vec<Source>, Failure> {
        names
            .iter()
            .map(|name| read(&root.join(name), name))
            .collect()
    };
    Ok(Input {
        spec,
        arm: read(&folder.join("aarchmrs.tsv"), "aarchmrs.tsv")?,
        code: Code {
            decode: sources(DECODE)?,
            encode: sources(ENCODE)?,
            predicates: sources(PREDICATES)?,
        },
    })
}

fn write(root: &Path, check_only: bool) -> Result<(), Failure> {
    let output = generate(&input(root)?)?;
    let mut stale = Vec::new();
    for (name, text) in &output.files {
        let path: PathBuf = root.join("src/generated").join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        if check_only {
            stale.push(*name);
            continue;
        }
        fs::write(&path, text)
            .map_err(|error| Failure::Message(format!("{}: {error}", path.display())))?;
    }
    println!("{}", output.summary);
    if stale.is_empty() {
        Ok(())
    } else {
        Err(Failure::Message(format!(
            "src/generated/{{{}}}: not what spec/ gives; run `cargo xtask gen`",
            stale.join(",")
        )))
    }
}

fn compare(root: &Path, file: &str) -> Result<(), Failure> {
    let table = read(Path::new(file), file)?;
    let count = against(&input(root)?, &table)?;
    println!("{count} encodings of {file}: none is missing, none differs");
    Ok(())
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../aarch64-decode");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        [] => write(&root, false),
        ["--check"] => write(&root, true),
        ["--against", file] => compare(&root, file),
        ["--against"] => Err(Failure::Message("--against needs a FILE".into())),
        other => Err(Failure::Message(format!(
            "unknown option {}\n{USAGE}",
            other.join(" ")
        ))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Message(message)) => {
            eprintln!("a64gen: {message}");
            ExitCode::FAILURE
        }
        Err(Failure::Problems(problems)) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("a64gen: {} problems, nothing written", problems.len());
            ExitCode::FAILURE
        }
    }
}
