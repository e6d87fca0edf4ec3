//! `kc diff`: what differs between two kernelcaches.
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Write;

use kc_offsets::KernelCache;
use macho_core::{MachO, VmAddr};
use serde_json::{Map, Value, json};

use crate::Streams;
use crate::cli::Diff;
use crate::cmd::{info, with_image};
use crate::failure::Failure;
use crate::json;
use crate::kexts;
use crate::printable::Printable;

pub(super) fn run(args: &Diff, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let before = facts(&args.input, streams)?;
    let mut other = args.input.clone();
    args.other.clone_into(&mut other.file);
    let after = facts(&other, streams)?;

    let mut symbols = compare(&before.symbols, &after.symbols);
    let counts = Counts::new(&symbols);
    if !args.symbols {
        symbols.clear();
    }
    let parts = [
        ("image", compare(&before.image, &after.image)),
        ("segments", compare(&before.segments, &after.segments)),
        ("entries", compare(&before.entries, &after.entries)),
        ("symbols", symbols),
    ];
    if args.json {
        let mut document = Map::new();
        for (part, changes) in &parts {
            document.insert(
                (*part).to_owned(),
                changes.iter().map(Change::json).collect(),
            );
        }
        document.insert("symbol_counts".to_owned(), counts.json());
        return json::write(streams.stdout, &Value::Object(document));
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

/// What a kernelcache has, by name: of each, fields and their values.
type Things = BTreeMap<Key, Map<String, Value>>;

/// How a thing is called. Files may use a name several times, so its occurrences are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// Of a symbol, its image's id.
    image: Option<String>,
    name: String,
    /// Occurrences of the name before this one.
    earlier: u64,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(image) = &self.image {
            write!(f, "{} ", Printable(image.as_bytes()))?;
        }
        write!(f, "{}", Printable(self.name.as_bytes()))?;
        match self.earlier {
            0 => Ok(()),
            earlier => write!(f, " ({})", earlier + 1),
        }
    }
}

/// Counts how often each name was met.
#[derive(Default)]
struct Keys(HashMap<(Option<String>, String), u64>);

impl Keys {
    fn key(&mut self, image: Option<&str>, name: &str) -> Key {
        let name = (image.map(str::to_owned), name.to_owned());
        let met = self.0.entry(name.clone()).or_default();
        let earlier = *met;
        *met += 1;
        let (image, name) = name;
        Key {
            image,
            name,
            earlier,
        }
    }
}

#[derive(Default)]
struct Facts {
    image: Things,
    segments: Things,
    entries: Things,
    /// By image and name: where it lies behind its image's header, so that an image that moved as a whole has no symbol that moved.
    symbols: Things,
}

fn facts(input: &crate::cli::InputArgs, streams: &mut Streams<'_>) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    with_image(input, streams, |cache, _, streams| {
        let document = info::image_json(cache, streams)?;
        let mut image = Map::new();
        for field in [
            "shape",
            "collection",
            "uuid",
            "source_version",
            "base",
            "linear",
        ] {
            image.insert(field.to_owned(), document[field].clone());
        }
        image.insert("entry".to_owned(), document["entry"]["vmaddr"].clone());
        facts
            .image
            .insert(Keys::default().key(None, "image"), image);
        facts.segments = named(&document["segments"], "name");
        facts.entries = named(&document["entries"], "id");
        facts.symbols = symbols(cache)?;
        Ok(())
    })?;
    Ok(facts)
}

/// The objects of an array by one of their fields; of several with the same name, the later ones are numbered.
fn named(array: &Value, key: &str) -> Things {
    let mut things = Things::new();
    let mut keys = Keys::default();
    for object in array.as_array().into_iter().flatten() {
        let mut fields = object.as_object().cloned().unwrap_or_default();
        // Where it lies in the file follows from the rest, and moves with every change before it.
        fields.remove("file_offset");
        let name = fields.remove(key);
        let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
        things.insert(keys.key(None, name), fields);
    }
    things
}

fn symbols(cache: &KernelCache<'_>) -> Result<Things, Failure> {
    let mut things = Things::new();
    let mut keys = Keys::default();
    let mut of_image = |id: &str, image: &MachO<'_>, base: Option<VmAddr>| {
        for symbol in image.symbols()? {
            if symbol.stab().is_some() || symbol.section().is_none() {
                continue;
            }
            let key = keys.key(Some(id), &symbol.name()?.to_string());
            let place = symbol
                .vmaddr()
                .get()
                .wrapping_sub(base.map_or(0, VmAddr::get));
            let mut fields = Map::new();
            fields.insert("offset".to_owned(), json::hex(place));
            things.insert(key, fields);
        }
        Ok::<(), Failure>(())
    };
    let outer = cache.image();
    of_image("-", &outer, outer.base())?;
    for listed in kexts::list(cache)?.0 {
        if let Some(image) = listed.image() {
            of_image(&listed.id, &image, listed.vmaddr)?;
        }
    }
    Ok(things)
}

/// One difference.
enum Change {
    Added(Key),
    Removed(Key),
    /// The fields that differ, before and after.
    Changed(Key, Vec<(String, Value, Value)>),
}

fn compare(before: &Things, after: &Things) -> Vec<Change> {
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
                (value != other).then(|| (field.clone(), value.clone(), other.clone()))
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

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn names_of_a_file_neither_meet_nor_drive_the_terminal() {
        let mut keys = Keys::default();
        let names = [("a", "b c"), ("a b", "c"), ("a", "b c"), ("a", "b c (2)")];
        let made = names.map(|(image, name)| keys.key(Some(image), name));
        for (at, key) in made.iter().enumerate() {
            assert!(!made[..at].contains(key), "{key}");
        }
        assert_eq!(made[2].to_string(), "a b c (2)");
        let shown = keys.key(None, "\u{1b}[2J").to_string();
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}
