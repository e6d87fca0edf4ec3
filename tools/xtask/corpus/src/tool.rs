//! Running other programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::fault::{Fault, Outcome};

/// Runs a program; what it prints, if it ends well.
pub(crate) fn output(command: &mut Command) -> Outcome<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Fault::new(format!("cannot start {name}: {error}")))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        Err(Fault::new(format!(
            "{name} {} ended with {}: {}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }
}

/// As [`output`], and the program may say nothing on standard error but that there are no symbols.
pub(crate) fn without_complaint(command: &mut Command) -> Outcome<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Fault::new(format!("cannot start {name}: {error}")))?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    let complaint = complaints
        .lines()
        .find(|line| !line.trim().is_empty() && !line.ends_with("no symbols"));
    match complaint {
        None if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        complaint => Err(Fault::new(format!(
            "{name} ended with {}: {}",
            output.status,
            complaint.unwrap_or_default()
        ))),
    }
}

/// As [`output`], as text; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn text(command: &mut Command) -> Outcome<String> {
    Ok(String::from_utf8_lossy(&output(command)?).into_owned())
}

/// The document that a command prints.
pub(crate) fn document(command: &mut Command) -> Outcome<Value> {
    Ok(serde_json::from_slice(&output(command)?)?)
}

/// As [`document`]; parts of the file may be damaged.
pub(crate) fn of_damaged(command: &mut Command) -> Outcome<Value> {
    let output = command.stdin(Stdio::null()).output()?;
    match output.status.code() {
        Some(0 | 3) => Ok(serde_json::from_slice(&output.stdout)?),
        _ => Err(Fault::new(format!("kc ended with {}", output.status))),
    }
}

/// The rows of the list that a command prints.
pub(crate) fn rows(command: &mut Command) -> Outcome<Vec<Value>> {
    match document(command)?["rows"].take() {
        Value::Array(rows) => Ok(rows),
        _ => Err(Fault::new("kc prints no rows")),
    }
}

/// The command `kc`, built beside this program.
pub(crate) fn kc<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Outcome<Command> {
    let program = std::env::var_os("KC").map_or_else(
        || {
            std::env::current_exe()
                .ok()
                .and_then(|path| path.parent().map(|folder| folder.join("kc")))
                .unwrap_or_else(|| PathBuf::from("kc"))
        },
        PathBuf::from,
    );
    if !program.is_file() {
        return Err(Fault::new(format!(
            "{} is not built: cargo build --release --package kctool",
            program.display()
        )));
    }
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

/// SHA-256 of a file, in hexadecimal, by `sha256sum`.
pub(crate) fn sha256(path: &Path) -> Outcome<String> {
    let line = text(Command::new("sha256sum").arg(path))?;
    line.split_whitespace()
        .next()
        .map(|digest| digest.trim_start_matches('\\').to_owned())
        .ok_or_else(|| Fault::new("sha256sum printed nothing"))
}
