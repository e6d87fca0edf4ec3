//! Which lines of the libraries the fuzz targets reach, and that no public function is missed.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::bare::LIBRARIES;
use crate::command::{command, root, run, stdout, target_dir};
use crate::fuzz::{Build, programs, seeds, targets};
use crate::public::{public_function, tracked_sources};
use crate::step::{Checked, Failure, Outcome};

/// How long each target looks for more, after its seeds and what earlier runs kept.
const SECONDS: u64 = 15;

/// Public functions that no target reaches, and why, a line each.
const KNOWN: &str = "fuzz/unreached.txt";

/// Step: every public function of the libraries is reached by some target.
///
/// # Errors
/// When one is not and [`KNOWN`] does not say why, or says it of one that is.
pub(crate) fn step() -> Outcome<Checked> {
    let folder = target_dir().join("coverage");
    let programs = programs(&Build::coverage(&folder), true)?;
    let profiles = folder.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    fs::create_dir_all(&profiles)?;
    let mut lines = Lines::new();
    for target in targets()? {
        println!("{target}");
        let corpus = folder.join("corpus").join(&target);
        fs::create_dir_all(&corpus)?;
        let program = programs.join(&target);
        let profile = profiles.join(format!("{target}.profraw"));
        let mut fuzz = command(&program);
        fuzz.env("LLVM_PROFILE_FILE", &profile)
            .args(["-verbosity=0", "-max_len=65536", "-timeout=60"])
            .arg(format!("-max_total_time={SECONDS}"))
            .arg(&corpus);
        for others in [seeds(), root().join("fuzz/corpus")] {
            let others = others.join(&target);
            if others.is_dir() {
                fuzz.arg(others);
            }
        }
        run(&mut fuzz)?;
        add_lines(&mut lines, &program, &profile)?;
    }
    report(&lines)
}

/// How often each line of a file was reached, by the file's path in the repository.
type Lines = BTreeMap<String, BTreeMap<u32, u64>>;

/// What one program reached. Each is asked alone: of a function that two programs have inlined in
/// different ways, llvm-cov would drop the counts.
fn add_lines(lines: &mut Lines, program: &Path, profile: &Path) -> Outcome<()> {
    let indexed = profile.with_extension("profdata");
    run(command("llvm-profdata-22")
        .args(["merge", "-sparse", "-o"])
        .args([&indexed, profile]))?;
    let mut export = command("llvm-cov-22");
    export.args(["export", "--format=lcov"]).arg(program);
    export.arg(format!("--instr-profile={}", indexed.display()));
    for library in LIBRARIES {
        export
            .args(["--sources"])
            .arg(root().join(library.folder).join("src"));
    }
    parse(
        lines,
        &String::from_utf8_lossy(&stdout(&mut export)?),
        root(),
    );
    Ok(())
}

/// Adds the counts in a report of the form `lcov`.
fn parse(lines: &mut Lines, report: &str, root: &Path) {
    let mut file = String::new();
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path);
            let path = path.strip_prefix(root).unwrap_or(path);
            file = path.to_string_lossy().into_owned();
        } else if let Some((number, count)) = line
            .strip_prefix("DA:")
            .and_then(|rest| rest.split_once(','))
            && let (Ok(number), Ok(count)) = (number.parse(), count.parse::<u64>())
        {
            let known = lines.entry(file.clone()).or_default();
            *known.entry(number).or_default() += count;
        }
    }
}

/// A public function: its file, its name, and its first and last line.
struct Function {
    file: String,
    name: String,
    first: u32,
    last: u32,
}

/// The public functions of a file.
fn functions(file: &str, text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = public_function(line).filter(|name| !name.is_empty()) else {
            continue;
        };
        // rustfmt puts the end below the start.
        let indent = line.len() - line.trim_start().len();
        let is_end = |line: &&str| line.trim_end() == format!("{}}}", " ".repeat(indent));
        let len = if line.trim_end().ends_with('}') {
            0
        } else {
            lines[at..].iter().position(is_end).unwrap_or(0)
        };
        let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        found.push(Function {
            file: file.to_owned(),
            name: name.to_owned(),
            first: number(at),
            last: number(at + len),
        });
    }
    found
}

fn report(lines: &Lines) -> Outcome<Checked> {
    let known = fs::read_to_string(root().join(KNOWN))?;
    let mut known: BTreeSet<&str> = known
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(function, _)| function)
        .collect();
    let mut wrong = Vec::new();
    let mut all = 0_usize;
    for library in LIBRARIES {
        let mut reached = (0_usize, 0_usize);
        for file in tracked_sources(library.folder)? {
            let none = BTreeMap::new();
            let counts = lines.get(&file).unwrap_or(&none);
            reached.0 += counts.values().filter(|count| **count > 0).count();
            reached.1 += counts.len();
            for function in functions(&file, &fs::read_to_string(root().join(&file))?) {
                all += 1;
                let mut body = counts.range(function.first..=function.last);
                let is_reached = body.any(|(_, count)| *count > 0);
                let name = format!("{} {}", function.file, function.name);
                if !is_reached && !known.remove(name.as_str()) {
                    wrong.push(format!("{name} is not reached"));
                }
            }
        }
        let (hit, of) = reached;
        if of == 0 {
            return Err(Failure::new(format!(
                "no line of {} is known",
                library.package
            )));
        }
        let percent = hit * 1000 / of;
        println!(
            "{}: {hit} of {of} lines, {}.{} %",
            library.package,
            percent / 10,
            percent % 10
        );
    }
    wrong.extend(
        known
            .iter()
            .map(|name| format!("{KNOWN}: {name} is reached, or gone")),
    );
    if wrong.is_empty() {
        Ok(Checked::new(
            all,
            "public functions, reached by a fuzz target or listed",
        ))
    } else {
        Err(Failure::new(wrong.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Lines, functions, parse};

    #[test]
    fn reports_are_read() {
        let text = "SF:/top/a/src/lib.rs\nFN:1,x\nDA:3,0\nDA:4,7\nend_of_record\n\
                    SF:/top/a/src/lib.rs\nDA:4,1\nend_of_record\n";
        let mut lines = Lines::new();
        parse(&mut lines, text, Path::new("/top"));
        assert_eq!(
            lines["a/src/lib.rs"].iter().collect::<Vec<_>>(),
            [(&3, &0), (&4, &8)]
        );
    }

    #[test]
    fn functions_have_ends() {
        let text = "impl A {\n    pub const fn one(self) -> u8 {\n        1\n    }\n\n    \
                    pub fn two() {}\n}\n";
        let found: Vec<_> = functions("f", text)
            .into_iter()
            .map(|function| (function.name, function.first, function.last))
            .collect();
        assert_eq!(found, [("one".to_owned(), 2, 4), ("two".to_owned(), 6, 6)]);
    }
}
