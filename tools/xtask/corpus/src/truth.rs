//! kc on a file of testkit's against what its builder says is in it: a table, as `testkit::truth`
//! writes it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::fault::{Fault, Outcome};
use crate::model;
use crate::table::{Row, Truth};
use crate::tool::{document, kc};

/// Compares what kc says of `file` with its `truth`, moves it to where its builder made `moved`,
/// and loads it; counts the facts.
///
/// # Errors
/// The first that differs.
pub(crate) fn compare(file: &Path, truth: &Path, moved: &Path, moved_truth: &Path) -> Outcome<u64> {
    let truth = Truth::read(truth)?;
    let facts = answers(file, &truth)?;
    let loaded = model::loaded(file, &truth)?;
    println!(
        "{}: {loaded} bytes of memory as the model's",
        file.display()
    );
    let moved_truth = Truth::read(moved_truth)?;
    let rebased = model::rebased(file, &truth, moved, &moved_truth)?;
    // What the copy says of itself is what its builder would say.
    let of_copy = answers(&rebased.path, &moved_truth)?;
    fs::remove_file(&rebased.path)?;
    println!(
        "{}: rebased as linked elsewhere, {} bytes, and back",
        file.display(),
        rebased.bytes
    );
    Ok(facts + of_copy)
}

/// Every answer about the file that the truth has, one list after the other.
fn answers(file: &Path, truth: &Truth) -> Outcome<u64> {
    let info = json(&["info", "--json"], file)?;
    same("image", &[image_row(&info)], &truth.image)?;
    let entry = json(&["entry", "--json"], file)?;
    let entry = strings(&entry, &["vmaddr", "file_offset", "segment"]);
    same("entry point", &[entry], &truth.entry_points)?;
    let entries = rows(&json(&["entries", "--json"], file)?, |row| {
        strings(row, &["id", "vmaddr", "file_offset", "uuid"])
    });
    same("entries", &entries, &truth.entries)?;
    let mut segments = rows(&info["segments"], |row| segment_row("-", row));
    for entry in &entries {
        segments.extend(nested_segments(file, &entry[0])?);
    }
    same("segments", &segments, &truth.segments)?;
    let symbols = json(&["symbols", "--json"], file)?;
    same("symbols", &rows(&symbols, symbol_row), &truth.symbols)?;
    drop(symbols);
    let fixups = fixups(file)?;
    same("fixups", &fixups, &truth.fixups)?;
    let counts = [entries, segments, fixups].map(|rows| rows.len());
    let facts = counts.iter().sum::<usize>() + truth.symbols.len() + 2;
    println!(
        "{}: {} entries, {} segments, {} symbols, {} fixups as their builder says",
        file.display(),
        counts[0],
        counts[1],
        truth.symbols.len(),
        counts[2]
    );
    Ok(facts as u64)
}

/// The rows of a document, or its answer if it has none.
fn json(command: &[&str], file: &Path) -> Outcome<Value> {
    let mut document = document(kc(command)?.arg(file))?;
    let field = if document["rows"].is_null() {
        "answer"
    } else {
        "rows"
    };
    Ok(document[field].take())
}

fn rows(array: &Value, row: impl FnMut(&Value) -> Row) -> Vec<Row> {
    array.as_array().into_iter().flatten().map(row).collect()
}

/// A value as the table has it.
fn column(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn strings(object: &Value, fields: &[&str]) -> Row {
    fields.iter().map(|field| column(&object[*field])).collect()
}

fn image_row(info: &Value) -> Row {
    strings(info, &["base", "linear", "uuid"])
}

/// kc has sizes as numbers.
fn size(value: &Value) -> String {
    value
        .as_u64()
        .map_or_else(|| column(value), |size| format!("{size:#x}"))
}

fn segment_row(image: &str, segment: &Value) -> Row {
    vec![
        image.to_owned(),
        column(&segment["name"]),
        column(&segment["vmaddr"]),
        size(&segment["vmsize"]),
        column(&segment["file_offset"]),
        size(&segment["filesize"]),
    ]
}

/// The segments of an image inside but `__LINKEDIT`, which is the collection's.
fn nested_segments(file: &Path, id: &str) -> Outcome<Vec<Row>> {
    let headers = json(&["headers", "--json", "--image", id], file)?;
    let segments = headers.as_array().into_iter().flatten();
    Ok(segments
        .filter(|command| command["cmd"] == "LC_SEGMENT_64" && command["segname"] != "__LINKEDIT")
        .map(|command| {
            vec![
                id.to_owned(),
                column(&command["segname"]),
                column(&command["vmaddr"]),
                size(&command["vmsize"]),
                column(&command["fileoff"]),
                size(&command["filesize"]),
            ]
        })
        .collect())
}

/// Capital letters are external symbols, as nm has them.
fn symbol_row(symbol: &Value) -> Row {
    let letter = symbol["type"].as_str().and_then(|text| text.chars().next());
    let external = letter.is_some_and(|letter| letter.is_ascii_uppercase());
    vec![
        column(&symbol["image"]),
        column(&symbol["name"]),
        column(&symbol["vmaddr"]),
        if external { "external" } else { "local" }.to_owned(),
        column(&symbol["section"]),
    ]
}

/// The slots, one a line of kc's: as one document a million of them would take gigabytes.
fn fixups(file: &Path) -> Outcome<Vec<Row>> {
    const FIELDS: [&str; 8] = [
        "vmaddr",
        "file_offset",
        "kind",
        "target",
        "cache_level",
        "key",
        "diversity",
        "address_diversity",
    ];
    let mut child = kc(["fixups", "--list", "--json-lines"])?
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut rows = Vec::new();
    let stdout = child.stdout.take();
    let stdout = stdout.ok_or_else(|| Fault::new("kc fixups has no output"))?;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        let slot: Value = serde_json::from_str(&line)?;
        if slot["vmaddr"].is_null() {
            // The head and the end.
            continue;
        }
        rows.push(strings(&slot, &FIELDS));
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(Fault::new(format!("kc fixups ended with {status}")));
    }
    Ok(rows)
}

/// That both lists are the same, in the same order.
fn same(what: &str, ours: &[Row], truth: &[Row]) -> Outcome<()> {
    for (number, (ours, truth)) in ours.iter().zip(truth).enumerate() {
        if ours != truth {
            return Err(Fault::new(format!(
                "{what} {number}: kc {ours:?}, truth {truth:?}"
            )));
        }
    }
    if ours.len() != truth.len() || truth.is_empty() {
        return Err(Fault::new(format!(
            "{what}: kc has {}, the truth {}",
            ours.len(),
            truth.len()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Row, same};

    fn row(text: &str) -> Row {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn what_differs_is_told() {
        let (one, two) = (row("0x1 a"), row("0x2 a"));
        let both = [one.clone(), two.clone()];
        assert!(same("x", &both, &both).is_ok());
        for (ours, truth) in [
            (vec![one.clone()], vec![two.clone()]),
            (vec![one.clone(), two.clone()], vec![one.clone()]),
            (vec![one.clone()], vec![one, two]),
            (vec![], vec![]),
        ] {
            assert!(same("x", &ours, &truth).is_err(), "{ours:?} {truth:?}");
        }
    }
}
