//! `kc diff`: what differs between two kernelcaches.
use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::cli::Diff;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::json::{hex, shown};
use crate::printable::{NameLimit, Printable};
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod facts;
mod matching;
mod merge;

use facts::{Facts, Key, Things};
use merge::{Difference, Merge};

pub(super) fn run(args: &Diff, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    let mut other = args.input.clone();
    args.other.clone_into(&mut other.file);
    // What is wrong with one of the files says with which.
    let done = with_image(&args.input, streams, |cache, payload, streams| {
        let mut damage = Damage::default();
        let before = Facts::read(cache, &mut damage)?;
        with_image(&other, streams, |cache, _, streams| {
            let mut theirs = Damage::default();
            let after = Facts::read(cache, &mut theirs)?;
            damage.add_others(theirs, &Printable::path(&args.other).to_string());
            let file = &args.input.file;
            let mut report = Report::list("diff", args.report, file, streams).of(payload);
            report.damage = damage;
            let done = list(args, before, after, &mut report);
            report.end(done)
        })
        .map_err(|failure| failure.in_file(&args.other))
    });
    done.map_err(|failure| failure.in_file(&args.input.file))
}

fn list(
    args: &Diff,
    mut before: Facts<'_>,
    mut after: Facts<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    matching::rename(&before, &mut after);
    let shift = matching::shift(&before, &after);
    let both: Things = before
        .entries
        .keys()
        .filter(|key| after.entries.contains_key(key))
        .map(|key| (key.clone(), Map::new()))
        .collect();
    let ours = matching::of_both(&mut before, &both);
    let theirs = matching::of_both(&mut after, &both);
    let segments = Merge::new((&before.ids, ours), (&after.ids, theirs));
    let ours = std::mem::take(&mut before.symbols);
    let theirs = std::mem::take(&mut after.symbols);
    let symbols = Merge::new((&before.ids, ours), (&after.ids, theirs));
    let counts = Counts::new(&symbols);

    if report.is_json() {
        let distance = Some(shift).filter(|shift| *shift != 0);
        report.answer(&json!({
            "shift": distance.map(matching::signed),
            "symbol_counts": counts.json(),
        }))?;
    } else if shift != 0 {
        let distance = matching::signed(shift);
        writeln!(report.remark()?, "addresses: moved by {distance}")?;
    }
    for change in compare(&before.image, &after.image, shift) {
        change.write("image", report)?;
    }
    for change in compare(&before.segments, &after.segments, shift) {
        change.write("segments", report)?;
    }
    for difference in segments.differences() {
        let change = Change::of(&difference, &mut report.names, "vmsize", Value::from);
        change.write("segments", report)?;
    }
    for change in compare(&before.entries, &after.entries, shift) {
        change.write("entries", report)?;
    }
    if args.symbols {
        for difference in symbols.differences() {
            let change = Change::of(&difference, &mut report.names, "offset", hex);
            change.write("symbols", report)?;
        }
    }
    if !report.is_json() {
        let Counts {
            added,
            removed,
            changed,
        } = counts;
        writeln!(
            report.remark()?,
            "symbols: {added} added, {removed} removed, {changed} moved in their image"
        )?;
    }
    Ok(())
}

/// One difference.
enum Change {
    Added(String),
    Removed(String),
    /// The fields that differ, before and after.
    Changed(String, Vec<(String, Value, Value)>),
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
            changes.push(Change::Removed(name.to_string()));
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
            changes.push(Change::Changed(name.to_string(), differ));
        }
    }
    let added = after.keys().filter(|name| !before.contains_key(*name));
    changes.extend(added.map(Key::to_string).map(Change::Added));
    changes
}

impl Change {
    /// What a fact says of its one field.
    fn of(
        difference: &Difference<'_>,
        names: &mut NameLimit,
        field: &str,
        shown: impl Fn(u64) -> Value,
    ) -> Self {
        let name = difference.name(names);
        match difference.values {
            (Some(before), Some(after)) => {
                let fields = vec![(field.to_owned(), shown(before), shown(after))];
                Self::Changed(name, fields)
            }
            (Some(_), None) => Self::Removed(name),
            (None, _) => Self::Added(name),
        }
    }

    fn write(self, part: &str, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        if report.is_json() {
            return report.row(&self.json(part));
        }
        let out = report.text()?;
        match self {
            Self::Added(name) => writeln!(out, "{part}: added {name}")?,
            Self::Removed(name) => writeln!(out, "{part}: removed {name}")?,
            Self::Changed(name, fields) => {
                for (field, before, after) in fields {
                    let (before, after) = (shown(&field, &before), shown(&field, &after));
                    writeln!(out, "{part}: {name}: {field} {before} -> {after}")?;
                }
            }
        }
        Ok(())
    }

    fn json(self, part: &str) -> Value {
        let (change, name, fields) = match self {
            Self::Added(name) => ("added", name, None),
            Self::Removed(name) => ("removed", name, None),
            Self::Changed(name, fields) => ("changed", name, Some(fields)),
        };
        let fields = fields.map(|fields| {
            let fields = fields.into_iter();
            let fields = fields
                .map(|(field, before, after)| (field, json!({ "before": before, "after": after })));
            fields.collect::<Map<_, _>>()
        });
        json!({ "part": part, "change": change, "name": name, "fields": fields })
    }
}

struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
}

impl Counts {
    fn new(symbols: &Merge<'_, '_>) -> Self {
        let mut counts = Self {
            added: 0,
            removed: 0,
            changed: 0,
        };
        for difference in symbols.differences() {
            *match difference.values {
                (Some(_), Some(_)) => &mut counts.changed,
                (Some(_), None) => &mut counts.removed,
                (None, _) => &mut counts.added,
            } += 1;
        }
        counts
    }

    fn json(&self) -> Value {
        json!({ "added": self.added, "removed": self.removed, "moved": self.changed })
    }
}
