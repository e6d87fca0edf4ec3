//! The Mach-O files of LLVM's own tests, well-formed and not: `kc` ends well and prints valid JSON
//! on each, `--strict` refuses what llvm-otool refuses, and of a file that both read, every field,
//! symbol, fixup, export and function is compared. Differences are explained in a list.

mod answers;
mod inputs;
mod known;
mod runs;
mod tables;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::fault::{Fault, Outcome};
use crate::tool::kc;
use crate::{fixups, headers, symbols};

use answers::Answers;
use known::Known;

/// Compares `kc` on every Mach-O file below `folder`; what `list` explains is no failure.
///
/// # Errors
/// When a difference is not in the list, or a line of the list explains none.
pub(crate) fn compare(folder: &Path, list: &Path) -> Outcome<()> {
    let mut known = Known::read(list)?;
    let inputs = inputs::collect(folder)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, path)) = inputs.files.get(number) else {
                return done;
            };
            let answers = one(path).unwrap_or_else(|fault| Answers {
                differences: vec![("driver", fault.to_string())],
                ..Answers::default()
            });
            done.push((name, answers));
        }
    };
    let mut all: Vec<_> = thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        let results = threads.map(|thread| thread.join().unwrap_or_default());
        results.into_iter().flatten().collect()
    });
    all.sort_by_key(|(name, _)| *name);
    let (mut runs, mut compared, mut explained, mut failed) = (0, 0, 0, 0);
    for (name, answers) in &all {
        runs += answers.runs;
        compared += answers.compared;
        for (question, difference) in &answers.differences {
            if known.explains(name, question, difference) {
                explained += 1;
            } else {
                failed += 1;
                println!("  FAIL {name} | {question} | {difference}");
            }
        }
    }
    for row in known.stale() {
        failed += 1;
        println!("  FAIL stale: {row}");
    }
    println!(
        "{} files of others ({} from YAML, {} documents not built): {runs} runs of kc, {compared} facts compared, {explained} differences explained; {failed} failures",
        inputs.files.len(),
        inputs.built,
        inputs.not_built,
    );
    if failed == 0 && compared > 0 && runs > 0 {
        Ok(())
    } else {
        Err(Fault::new(format!("{failed} failures")))
    }
}

/// Everything that is asked of one file.
fn one(path: &Path) -> Outcome<Answers> {
    let mut answers = Answers::default();
    let bytes = fs::read(path)?;
    let is_read = bytes.starts_with(&inputs::MAGIC_64);
    runs::every(path, is_read, &mut answers)?;
    if !is_read {
        return Ok(answers);
    }
    let otool = Command::new("llvm-otool-22").arg("-l").arg(path).output()?;
    let complaint = String::from_utf8_lossy(&otool.stderr).into_owned();
    let refused = complaint.contains("malformed") || complaint.contains("not an object file");
    let strict = kc(["info", "--strict"])?.arg(path).output()?;
    let ours = String::from_utf8_lossy(&strict.stderr).trim().to_owned();
    answers.compared += 1;
    if refused != (strict.status.code() == Some(1)) {
        let theirs = complaint.trim();
        answers
            .differences
            .push(("strict", format!("kc says {ours:?}, llvm-otool {theirs:?}")));
    }
    if refused {
        return Ok(answers);
    }
    for (question, count) in [
        ("headers", loaded(&bytes, path)),
        ("symbols", symbols::compare(path, path)),
        ("fixups", fixed_up(path)),
        ("exports", tables::exports(&bytes, path)),
        ("functions", tables::function_starts(&bytes, path)),
    ] {
        match count {
            Ok(count) => answers.compared += count,
            Err(fault) => answers.differences.push((question, one_line(&fault, path))),
        }
    }
    Ok(answers)
}

/// The header's fields, if there is a load command to print.
fn loaded(bytes: &[u8], path: &Path) -> Outcome<u64> {
    match bytes.get(16..20) {
        Some([0, 0, 0, 0]) => Ok(0),
        _ => headers::compare(path, path),
    }
}

/// Every slot, or that both find the tables damaged.
fn fixed_up(path: &Path) -> Outcome<u64> {
    let ours = kc(["fixups", "--list", "--json"])?.arg(path).output()?;
    let damaged = String::from_utf8_lossy(&ours.stderr).into_owned();
    let mut refused = None;
    for option in [
        "--rebase",
        "--bind",
        "--weak-bind",
        "--lazy-bind",
        "--chained-fixups",
    ] {
        let mut objdump = Command::new("llvm-objdump-22");
        let output = objdump.args(["--macho", option]).arg(path).output()?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            refused = refused.or(Some(complaint));
        }
    }
    match (ours.status.code(), refused) {
        (Some(0), None) => fixups::compare(path, path),
        (Some(0), Some(theirs)) => Err(Fault::new(format!("ours is whole, {theirs}"))),
        (_, Some(_)) => Ok(1),
        (_, None) => Err(Fault::new(format!(
            "llvm-objdump reads all, ours: {damaged}"
        ))),
    }
}

/// A difference without the place where the file is, which is another on each machine.
fn one_line(fault: &Fault, path: &Path) -> String {
    let text = fault
        .to_string()
        .replace(&path.display().to_string(), "FILE");
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ").chars().take(300).collect()
}
