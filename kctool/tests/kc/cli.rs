//! Golden command lines: each file in `tests/kc/cli/` carries commands and what they print.
//!
//! A line that starts with `$ kc` is a command; what follows, up to the next one, is its standard
//! output, then lines `stderr: ...`, then `exit: N` where it is not 0. Lines that start with `# ` before a command are remarks.
//! `@name` stands for a file that the testkit makes here. `KC_BLESS=1 cargo test -p kctool`
//! writes the files anew: look at the difference before you commit it.
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Files, kc};

#[test]
fn golden() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kc/cli");
    let files = Files::new("golden");
    for attack in testkit::hostile::all() {
        files.put(attack.name, &attack.bytes);
    }
    let mut golden: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "txt"))
        .collect();
    golden.sort();
    assert!(!golden.is_empty());
    let bless = std::env::var_os("KC_BLESS").is_some();
    let mut failures = String::new();
    for path in golden {
        let expected = fs::read_to_string(&path).unwrap();
        let (actual, commands) = rerun(&expected, &files);
        assert!(commands > 0, "{}: no command", path.display());
        if actual == expected {
            continue;
        }
        if bless {
            fs::write(&path, actual).unwrap();
        } else {
            let name = path.file_name().unwrap().display();
            writeln!(failures, "--- {name}\n{}", difference(&expected, &actual)).unwrap();
        }
    }
    assert!(failures.is_empty(), "KC_BLESS=1 accepts:\n{failures}");
}

/// The golden file as it would be written now, and how many commands it has.
fn rerun(expected: &str, files: &Files) -> (String, usize) {
    let mut out = String::new();
    let mut commands = 0;
    // Remarks belong to the command below them.
    let mut in_remarks = true;
    for line in expected.lines() {
        if let Some(command) = line.strip_prefix("$ kc") {
            commands += 1;
            in_remarks = false;
            writeln!(out, "{line}").unwrap();
            let result = kc(&files.arguments(command), &[]);
            out.push_str(&files.hide(&String::from_utf8(result.stdout).unwrap()));
            for line in files.hide(&result.stderr).lines() {
                writeln!(out, "stderr: {line}").unwrap();
            }
            if result.status != 0 {
                writeln!(out, "exit: {}", result.status).unwrap();
            }
        } else if line.starts_with("# ") {
            if !in_remarks {
                out.push('\n');
            }
            in_remarks = true;
            writeln!(out, "{line}").unwrap();
        }
    }
    (out, commands)
}

/// The first lines that differ.
fn difference(expected: &str, actual: &str) -> String {
    let mut out = String::new();
    let mut actual_lines = actual.lines();
    for expected in expected.lines() {
        let actual = actual_lines.next().unwrap_or("(end)");
        if expected != actual {
            write!(out, "expected: {expected}\nactual:   {actual}").unwrap();
            return out;
        }
    }
    write!(out, "more: {}", actual_lines.next().unwrap_or("(nothing)")).unwrap();
    out
}
