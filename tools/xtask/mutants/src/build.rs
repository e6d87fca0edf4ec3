//! Writes the mutated libraries and builds their tests.
//!
//! A decision whose new text a compiler refuses stays as it was, and so does a function that a
//! constant calls: the copy is written again until it builds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::copy::Place;
use crate::library::LIBRARIES;
use crate::refused::Refused;
use crate::rewrite::{self, Mutant};

/// The copy is written so often, at most.
const ROUNDS: usize = 60;

/// A test program.
#[derive(Debug)]
pub(crate) struct Binary {
    pub(crate) program: PathBuf,
    /// The folder of its package, where it runs.
    pub(crate) folder: PathBuf,
    /// The name of that folder.
    pub(crate) library: String,
    /// The name of the target.
    pub(crate) name: String,
}

/// What was built.
pub(crate) struct Built {
    pub(crate) mutants: Vec<Mutant>,
    pub(crate) binaries: Vec<Binary>,
}

/// Builds the copy, and the tests of these crates, or of all if there are none.
///
/// # Errors
/// If it does not build, whatever stays as it was.
pub(crate) fn build(place: &Place, crates: &[String]) -> Result<Built, String> {
    let sources = place.fill()?;
    let mut refused = Refused::at_first();
    let mut libraries_build = false;
    for _ in 0..ROUNDS {
        let mut mutants = Vec::new();
        for (file, text) in &sources {
            let copy = rewrite::rewrite(file, text, &refused, &mut mutants)?;
            place.write(file, copy.as_bytes())?;
        }
        let messages = cargo(place, crates, libraries_build)?;
        let finished = messages.iter().any(|message| message["success"] == true);
        let known = refused.clone();
        let mut errors = String::new();
        for message in &messages {
            note(message, &sources, &known, &mut refused, &mut errors);
        }
        if finished {
            if libraries_build {
                println!(
                    "{} functions stay constant, {} lines stay as they are",
                    refused.constant.len(),
                    refused.lines.len()
                );
                for (file, line) in &refused.lines {
                    println!("  {file}:{line}");
                }
                let binaries = messages.iter().filter_map(|message| binary(place, message));
                let binaries = binaries.collect();
                return Ok(Built { mutants, binaries });
            }
            libraries_build = true;
        } else if refused == known {
            return Err(format!("the copy does not build:\n{errors}"));
        }
    }
    Err(format!("the copy does not build after {ROUNDS} rounds"))
}

/// What cargo says about the libraries, or about their tests, too.
fn cargo(place: &Place, crates: &[String], tests: bool) -> Result<Vec<Value>, String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
    ] {
        command.env_remove(name);
    }
    command
        .current_dir(&place.work)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .env("CARGO_TARGET_DIR", &place.target)
        // Thousands of runs: the machine's time goes there.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .arg(if tests { "test" } else { "check" })
        .args(if tests {
            &["--no-run", "--lib", "--tests"][..]
        } else {
            &["--lib", "--keep-going"]
        })
        .args(["--all-features", "--message-format=json"]);
    for (package, folder) in LIBRARIES {
        if crates.is_empty() || crates.iter().any(|chosen| chosen == folder) {
            command.args(["--package", package]);
        }
    }
    let output = command
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if messages.is_empty() {
        return Err(format!(
            "cargo ended with {} and said nothing",
            output.status
        ));
    }
    Ok(messages)
}

/// Adds what an error refuses, or the error's text.
fn note(
    message: &Value,
    sources: &[(String, String)],
    known: &Refused,
    refused: &mut Refused,
    errors: &mut String,
) {
    let message = &message["message"];
    if message["level"] != "error" {
        return;
    }
    if message["code"]["code"] == "E0015" {
        let text = message["message"].as_str().unwrap_or_default();
        let name = text.split('`').nth(1).and_then(last_name);
        // One that was constant in this copy is not the cause.
        if let Some(name) = name.filter(|name| !known.constant.contains(*name)) {
            if refused.constant.insert(name.to_owned()) {
                println!("constant: {name}");
            }
            return;
        }
    }
    let spans = message["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let mut found = false;
    for span in spans.iter().filter(|span| span["is_primary"] == true) {
        let file = span["file_name"].as_str().unwrap_or_default();
        if sources.iter().any(|(name, _)| name == file) {
            let line = |name: &str| {
                let line = span[name].as_u64().unwrap_or_default();
                usize::try_from(line).unwrap_or_default()
            };
            for line in line("line_start")..=line("line_end") {
                found |= refused.lines.insert((file.to_owned(), line));
            }
        }
    }
    if !found {
        errors.push_str(message["rendered"].as_str().unwrap_or_default());
    }
}

/// The last name of a path, without generic arguments.
pub(crate) fn last_name(path: &str) -> Option<&str> {
    let path = match path.strip_suffix('>') {
        Some(_) => path.rsplit_once("::<")?.0,
        None => path,
    };
    path.rsplit("::").next()
}

/// The test program that a message names.
fn binary(place: &Place, message: &Value) -> Option<Binary> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let source = Path::new(message["target"]["src_path"].as_str()?);
    let library = source.strip_prefix(&place.work).ok()?.iter().next()?;
    Some(Binary {
        program: message["executable"].as_str()?.into(),
        folder: place.work.join(library),
        library: library.to_str()?.to_owned(),
        name: message["target"]["name"].as_str()?.to_owned(),
    })
}
