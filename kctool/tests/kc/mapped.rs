//! Memory that `kc load` wrote answers what its file answers.
use serde_json::Value;

use crate::common::{Files, Outcome, kc};

/// Commands in front of the file's name, and behind it.
const QUESTIONS: [(&str, &str); 12] = [
    ("info --json", ""),
    ("headers --json", ""),
    ("entry --json", ""),
    ("entries --json", ""),
    ("symbols --json", ""),
    ("strings --json", ""),
    ("functions --json", ""),
    ("find --json", "--words d65f03c0"),
    ("xrefs --json", "--len 64K ADDRESSES"),
    ("owner --json", "ADDRESSES"),
    ("translate --json", "ADDRESSES"),
    ("disasm --json --count 200", ""),
];

fn run(files: &Files, line: &str) -> Outcome {
    kc(&files.arguments(line), &[])
}

/// Everything but for where it lies in the input, and what follows from that.
fn without_places(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| {
                !["file_offset", "linear", "first_nonlinear", "tolerated"].contains(&name.as_str())
            })
            .map(|(name, value)| (name, without_places(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_places).collect(),
        other => other,
    }
}

/// Where the file's bytes of each segment start.
fn addresses(info: &Value) -> String {
    let segments = info["segments"].as_array().unwrap().iter();
    let starts = segments
        .filter(|segment| segment["filesize"] != 0)
        .map(|segment| segment["vmaddr"].as_str().unwrap());
    starts.collect::<Vec<_>>().join(" ")
}

fn json(files: &Files, line: &str) -> Value {
    let outcome = run(files, line);
    assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr);
    parsed(&outcome)
}

/// The rows or the answer; of a document that has both, both.
fn parsed(outcome: &Outcome) -> Value {
    let mut document: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let (answer, rows) = (document["answer"].take(), document["rows"].take());
    match (answer.is_null(), rows.is_null()) {
        (false, false) => Value::Array(vec![answer, rows]),
        (false, true) => answer,
        _ => rows,
    }
}

#[test]
fn answers_are_the_files() {
    let files = Files::new("mapped");
    let mut asked = 0;
    // Pointers into other collections, which have no base here, are left alone.
    for (name, states) in [
        ("fileset", &["", "=0x1dc0000", "=raw"][..]),
        ("bare", &["", "=-0x4000", "=raw"]),
        ("shuffled", &["", "=0x1dc0000", "=raw"]),
        ("prelinked", &["", "=raw"]),
        ("pageable", &["=raw"]),
        ("auxiliary", &["=raw"]),
        ("m1n1", &["", "=raw"]),
    ] {
        let fixups = json(&files, &format!("fixups --list --json @{name}"));
        let is_static = fixups.as_array().unwrap().is_empty();
        let addresses = addresses(&json(&files, &format!("info --json @{name}")));
        for state in states {
            let load = match state.strip_prefix('=') {
                None => "--phys-base 0x800000000 --apply-fixups".to_owned(),
                Some("raw") => "--phys-base 0x800000000".to_owned(),
                Some(slide) => format!("--phys-base 0x800000000 --apply-fixups --slide {slide}"),
            };
            let outcome = run(&files, &format!("load @{name} {load} -o @memory"));
            assert_eq!(outcome.status, 0, "{}", outcome.stderr);
            for (before, after) in QUESTIONS {
                let after = after.replace("ADDRESSES", &addresses);
                let file = run(&files, &format!("{before} @{name} {after}"));
                let memory = run(&files, &format!("{before} --mapped{state} @memory {after}"));
                assert_eq!(
                    file.status, memory.status,
                    "{name} {before}: {}",
                    memory.stderr
                );
                if file.status != 0 {
                    assert_eq!(file.stderr, memory.stderr, "{name} {before}");
                    continue;
                }
                let answer = |outcome: &Outcome| {
                    let mut answer = parsed(outcome);
                    if before.starts_with("info") {
                        // Bytes of the input.
                        answer["size"] = Value::Null;
                    }
                    if before.starts_with("xrefs") && is_static {
                        // Without fixups every word of the file may be a pointer.
                        answer
                            .as_array_mut()
                            .unwrap()
                            .retain(|xref| xref["kind"] != "pointer");
                    }
                    without_places(answer)
                };
                assert_eq!(answer(&file), answer(&memory), "{name} {before}{state}");
                asked += 1;
            }
        }
    }
    assert!(asked > 150);
}

#[test]
fn fixups_are_listed_until_they_are_applied() {
    let files = Files::new("mapped-fixups");
    let load = "load @fileset --phys-base 0x800000000";
    run(&files, &format!("{load} -o @raw"));
    run(&files, &format!("{load} --apply-fixups -o @applied"));
    let list = "fixups --list --json";
    let file = json(&files, &format!("{list} @fileset"));
    assert_eq!(file, json(&files, &format!("{list} --mapped=raw @raw")));
    let refused = run(&files, &format!("{list} --mapped @applied"));
    assert_ne!(refused.status, 0);
    assert!(
        refused.stderr.contains("fixups have been applied"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_dump_starts_before_the_header() {
    let files = Files::new("mapped-dump");
    run(
        &files,
        "load @fileset --phys-base 0x800000000 --apply-fixups -o @memory",
    );
    let memory = std::fs::read(files.path("memory")).unwrap();
    // It begins as a container does.
    let dump = |before: usize| [&vec![0x30; before][..], &memory].concat();
    let expected = json(&files, "entry --json @fileset");
    files.put("dump", &dump(0x3000));
    let found = json(&files, "entry --json --mapped @dump");
    assert_eq!(without_places(expected.clone()), without_places(found));
    files.put("dump", &dump(0x3210));
    let missed = run(&files, "entry --json --mapped @dump");
    assert!(
        missed.stderr.contains("--header says where it is"),
        "{}",
        missed.stderr
    );
    let told = json(&files, "entry --json --mapped --header 0x3210 @dump");
    assert_eq!(without_places(expected), without_places(told));
}
