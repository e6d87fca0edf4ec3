//! `kc-mutants ROOT [--crate NAME]... [--file PART]... [--sample N] [--jobs N] [--known FILE]`:
//! changes the libraries' decisions one by one and fails if no test notices.
//!
//! All mutants are in one build: a copy of the workspace under `target/mutants` asks at each
//! decision which mutant is chosen ([`rewrite`]; `chosen.rs` is the crate that answers). A first
//! run records which decisions each test reaches; then each mutant gets the tests that reach it,
//! the fastest first, until one fails or takes too long ([`judge`]). A survivor must be explained
//! in the list of [`known`].

mod build;
mod copy;
mod edit;
mod judge;
mod key;
mod known;
mod library;
mod refused;
mod report;
mod rewrite;
mod suite;
#[cfg(test)]
mod unit;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use library::LIBRARIES;
use rewrite::Mutant;

/// What the command line says.
struct Options {
    root: PathBuf,
    /// Folders of libraries; empty for all.
    crates: Vec<String>,
    /// Parts of paths; empty for all.
    files: Vec<String>,
    sample: Option<usize>,
    jobs: usize,
    known: PathBuf,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("kc-mutants: {why}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments
        .next()
        .ok_or("usage: kc-mutants ROOT [OPTION]...")?;
    let root = std::fs::canonicalize(&root).map_err(|error| format!("{root}: {error}"))?;
    let mut options = Options {
        known: root.join("docs/src/mutants-known.tsv"),
        root,
        crates: Vec::new(),
        files: Vec::new(),
        sample: None,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
    };
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        let number = || {
            let number = value
                .parse()
                .map_err(|_| format!("{name} {value}: no number"))?;
            if number == 0 {
                return Err(format!("{name} 0: nothing to do"));
            }
            Ok(number)
        };
        match name.as_str() {
            "--crate" if LIBRARIES.iter().any(|(_, folder)| *folder == value) => {
                options.crates.push(value);
            }
            "--crate" => return Err(format!("no library's folder is called {value:?}")),
            "--file" => options.files.push(value),
            "--sample" => options.sample = Some(number()?),
            "--jobs" => options.jobs = number()?,
            "--known" => options.known = PathBuf::from(value),
            _ => return Err(format!("unknown option {name:?}")),
        }
    }
    Ok(options)
}

/// Whether every mutant was killed or is explained, and no explanation is stale.
fn run(options: &Options) -> Result<bool, String> {
    let known = known::read(&options.known)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || options.root.join("target"),
        |path| options.root.join(path),
    );
    let place = copy::Place::new(&options.root, &target.join("mutants"));
    let built = build::build(&place, &options.crates)?;
    let mutants = &built.mutants;
    println!("{} mutants made", mutants.len());

    let chosen = choose(options, mutants);
    let tests = suite::record(&built.binaries, &place, options.jobs)?;
    let verdicts = judge::all(mutants, &chosen, &tests, options.jobs);
    let table = place.folder.join("table.tsv");
    write(&table, &report::table(mutants, &verdicts))?;
    println!("written: {}", table.display());
    let report = report::Report::new(mutants, &verdicts, &known);
    report.print();
    Ok(report.good())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Indexes of the mutants that the options ask for, in order. A sample is drawn by a hash of what
/// a mutant is, so that it stays the same when other lines change.
fn choose(options: &Options, mutants: &[Mutant]) -> Vec<usize> {
    let wanted = |mutant: &Mutant| {
        let mut crates = options.crates.iter();
        let mut files = options.files.iter();
        (options.crates.is_empty() || crates.any(|folder| mutant.library() == folder))
            && (options.files.is_empty() || files.any(|part| mutant.key.file.contains(part)))
    };
    let mut chosen: Vec<usize> = (0..mutants.len())
        .filter(|at| wanted(&mutants[*at]))
        .collect();
    if let Some(sample) = options.sample {
        chosen.sort_by_key(|at| (mutants[*at].key.hash(), *at));
        chosen.truncate(sample);
        chosen.sort_unstable();
    }
    chosen
}
