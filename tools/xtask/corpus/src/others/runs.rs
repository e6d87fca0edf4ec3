//! Every subcommand that reads a Mach-O file, as text and as JSON: it ends in time, with a status
//! that docs/decisions/0019 allows, and what it prints is one document.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::answers::Answers;
use crate::fault::{Fault, Outcome};
use crate::tool::kc;

/// The subcommands with what each needs; `@` is the file.
const LINES: [&str; 19] = [
    "info @",
    "headers @",
    "entry @",
    "translate @ 0x0 0x100000f50",
    "translate --from-offset @ 0x0 0x1000",
    "owner @ 0x0 0x100000f50",
    "entries @",
    "symbols @",
    "symbols --debug @",
    "fixups @",
    "fixups --list @",
    "disasm @",
    "strings @",
    "functions @",
    "functions --containing 0x100000f50 @",
    "xrefs @ 0x100000f50 _main",
    "find --words d503201f @",
    "diff @ @",
    "load --phys-base 0x800000000 @",
];

/// What a run may take: the files are small, the machine may be busy.
const MOST_SECONDS: u64 = 20;

/// Runs them all.
pub(super) fn every(path: &Path, is_read: bool, answers: &mut Answers) -> Outcome<()> {
    for line in LINES {
        let name = line.split(' ').next().unwrap_or_default();
        for option in ["", "--json", "--json-lines"] {
            let path = path.as_os_str();
            let words = line
                .split(' ')
                .map(|word| if word == "@" { path } else { word.as_ref() });
            let mut command = kc(words)?;
            if !option.is_empty() {
                command.arg(option);
            }
            answers.runs += 1;
            let child = command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let verdict = match ended(child)? {
                Some(output) => judge(name, option, is_read, &output),
                None => Some(format!("no end in {MOST_SECONDS} s")),
            };
            if let Some(verdict) = verdict {
                answers
                    .differences
                    .push(("run", format!("{line} {option}: {verdict}")));
            }
        }
    }
    Ok(())
}

/// What the child printed, or nothing if it had to be killed.
fn ended(mut child: Child) -> Outcome<Option<Output>> {
    let (Some(mut stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Fault::new("no pipes"));
    };
    let readers = [
        thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).map(|_| bytes)
        }),
        thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).map(|_| bytes)
        }),
    ];
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > Duration::from_secs(MOST_SECONDS) {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let [stdout, stderr] = readers.map(|reader| {
        let bytes = reader.join().map_err(|_| Fault::new("a reader panicked"))?;
        Ok::<_, Fault>(bytes?)
    });
    let (stdout, stderr) = (stdout?, stderr?);
    Ok(status.map(|status| Output {
        status,
        stdout,
        stderr,
    }))
}

/// What is wrong with a run.
fn judge(name: &str, option: &str, is_read: bool, output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let status = output.status.code();
    if said.contains("panicked") {
        return Some(format!("a panic: {}", said.trim()));
    }
    if !matches!(status, Some(0 | 1 | 3)) {
        return Some(format!("ended with {}: {}", output.status, said.trim()));
    }
    if status != Some(1) {
        return match option {
            "" => None,
            "--json" => document(name, &output.stdout).err(),
            _ => lines(name, &output.stdout).err(),
        };
    }
    if !output.stdout.is_empty() {
        return Some("status 1 with an answer".to_owned());
    }
    let errors = said.lines().filter(|line| {
        let remark = ["kc: tolerated: ", "kc: damaged: "];
        !remark.iter().any(|start| line.starts_with(start))
    });
    let errors: Vec<&str> = errors.collect();
    match errors.as_slice() {
        [error] if error.starts_with("kc: ") && !error.contains("usage") => None,
        _ if !is_read => Some(format!("an unsupported file: {errors:?}")),
        _ => Some(format!("not one error: {errors:?}")),
    }
}

/// One object by the rule for `--json`.
fn document(name: &str, stdout: &[u8]) -> Result<(), String> {
    let value: Value = serde_json::from_slice(stdout).map_err(|error| format!("JSON: {error}"))?;
    let body = value.get("rows").or(value.get("answer"));
    if value["schema"] == format!("kc.{name}")
        && value["version"].is_u64()
        && body.is_some()
        && value["damage"].is_array()
        && value["complete"].is_boolean()
    {
        Ok(())
    } else {
        Err("a document without its fields".to_owned())
    }
}

/// One object a line, the first and the last of the kind that every list has.
fn lines(name: &str, stdout: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(stdout).map_err(|error| format!("JSON lines: {error}"))?;
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let lines = lines.map_err(|error| format!("JSON lines: {error}"))?;
    let schema = lines
        .first()
        .is_some_and(|first| first["schema"] == format!("kc.{name}"));
    let complete = lines
        .last()
        .is_some_and(|last| last["complete"].is_boolean());
    if schema && complete {
        Ok(())
    } else {
        Err("lines without a head or a tail".to_owned())
    }
}
