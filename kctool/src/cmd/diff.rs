//! `kc diff`: what differs between two kernelcaches.
use std::io::Write;

use serde_json::{Map, Value, json};

use crate::cli::Diff;
use crate::failure::Failure;
use crate::json;
use crate::printable::Printable;
use crate::streams::Streams;

mod facts;
mod matching;

use facts::{Facts, Key, Things};

pub(super) fn run(args: &Diff, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut before = Facts::read(&args.input, streams)?;
    let mut other = args.input.clone();
    args.other.clone_into(&mut other.file);
    let mut after = Facts::read(&other, streams)?;
    matching::rename(&before, &mut after);
    let shift = matching::shift(&before, &after);
    let (ours, theirs) = (&before.entries, &after.entries);
    matching::without_lone_images(&mut before.nested_segments, ours, theirs);
    matching::without_lone_images(&mut after.nested_segments, ours, theirs);

    let compare = |before: &Things, after: &Things| compare(before, after, shift);
    let mut symbols = compare(&before.symbols, &after.symbols);
    let counts = Counts::new(&symbols);
    if !args.symbols {
        symbols.clear();
    }
    let mut segments = compare(&before.segments, &after.segments);
    segments.extend(compare(&before.nested_segments, &after.nested_segments));
    let parts = [
        ("image", compare(&before.image, &after.image)),
        ("segments", segments),
        ("entries", compare(&before.entries, &after.entries)),
        ("symbols", symbols),
    ];
    if args.json {
        let mut document = Map::new();
        let distance = Some(shift).filter(|shift| *shift != 0);
        document.insert("shift".to_owned(), distance.map(matching::signed).into());
        for (part, changes) in &parts {
            document.insert(
                (*part).to_owned(),
                changes.iter().map(Change::json).collect(),
            );
        }
        document.insert("symbol_counts".to_owned(), counts.json());
        return json::write(streams.stdout, &Value::Object(document));
    }
    if shift != 0 {
        let distance = matching::signed(shift);
        writeln!(streams.stdout, "addresses: moved by {distance}")?;
    }
    for (part, changes) in &parts {
        for change in changes {
            change.print(part, streams.stdout)?;
        }
    }
    let Counts {
        added,
        removed,
        changed,
    } = counts;
    writeln!(
        streams.stdout,
        "symbols: {added} added, {removed} removed, {changed} moved in their image"
    )?;
    Ok(())
}

/// One difference.
enum Change {
    Added(Key),
    Removed(Key),
    /// The fields that differ, before and after.
    Changed(Key, Vec<(String, Value, Value)>),
}

/// The fields that are addresses.
const ADDRESSES: [&str; 3] = ["vmaddr", "base", "entry"];

/// The differences but for addresses that moved by `shift`.
fn compare(before: &Things, after: &Things, shift: u64) -> Vec<Change> {
    let same = |field: &str, before: &Value, after: &Value| {
        let moved = || {
            let from = matching::address(before)?;
            Some(from.wrapping_add(shift) == matching::address(after)?)
        };
        if ADDRESSES.contains(&field) {
            moved().unwrap_or(before == after)
        } else {
            before == after
        }
    };

    let mut changes = Vec::new();
    for (name, fields) in before {
        let Some(others) = after.get(name) else {
            changes.push(Change::Removed(name.clone()));
            continue;
        };
        let differ: Vec<_> = fields
            .iter()
            .filter_map(|(field, value)| {
                let other = others.get(field).unwrap_or(&Value::Null);
                (!same(field, value, other)).then(|| (field.clone(), value.clone(), other.clone()))
            })
            .collect();
        if !differ.is_empty() {
            changes.push(Change::Changed(name.clone(), differ));
        }
    }
    let added = after.keys().filter(|name| !before.contains_key(*name));
    changes.extend(added.cloned().map(Change::Added));
    changes
}

impl Change {
    fn print(&self, part: &str, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Added(name) => writeln!(out, "{part}: added {name}")?,
            Self::Removed(name) => writeln!(out, "{part}: removed {name}")?,
            Self::Changed(name, fields) => {
                for (field, before, after) in fields {
                    writeln!(
                        out,
                        "{part}: {name}: {field} {} -> {}",
                        plain(before),
                        plain(after)
                    )?;
                }
            }
        }
        Ok(())
    }

    fn json(&self) -> Value {
        match self {
            Self::Added(name) => json!({ "change": "added", "name": name.to_string() }),
            Self::Removed(name) => json!({ "change": "removed", "name": name.to_string() }),
            Self::Changed(name, fields) => {
                let fields = fields.iter().map(|(field, before, after)| {
                    (field.clone(), json!({ "before": before, "after": after }))
                });
                json!({ "change": "changed", "name": name.to_string(), "fields": fields.collect::<Map<_, _>>() })
            }
        }
    }
}

/// A value as a line of text has it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => Printable(text.as_bytes()).to_string(),
        other => other.to_string(),
    }
}

struct Counts {
    added: usize,
    removed: usize,
    changed: usize,
}

impl Counts {
    fn new(changes: &[Change]) -> Self {
        let count =
            |wanted: fn(&Change) -> bool| changes.iter().filter(|change| wanted(change)).count();
        Self {
            added: count(|change| matches!(change, Change::Added(_))),
            removed: count(|change| matches!(change, Change::Removed(_))),
            changed: count(|change| matches!(change, Change::Changed(..))),
        }
    }

    fn json(&self) -> Value {
        json!({ "added": self.added, "removed": self.removed, "moved": self.changed })
    }
}
