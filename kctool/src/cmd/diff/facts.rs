//! What a kernelcache has, by name.
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use kc_offsets::KernelCache;
use macho_core::{MachO, VmAddr};
use serde_json::{Map, Value, json};

use crate::cli::InputArgs;
use crate::cmd::info;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{self, plain};
use crate::printable::Printable;
use crate::question::with_image;
use crate::streams::Streams;
use crate::symbols::Names;

/// Things by name: of each, fields and their values.
pub(super) type Things = BTreeMap<Key, Map<String, Value>>;

/// How a thing is called. Files may use a name several times, so its occurrences are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Of a symbol and of a segment inside, its image's id.
    pub(super) image: Option<String>,
    pub(super) name: String,
    /// Occurrences of the name before this one.
    pub(super) earlier: u64,
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
pub(super) struct Facts {
    pub(super) image: Things,
    /// The outer image's.
    pub(super) segments: Things,
    /// The sizes of those inside: where they lie changes with every image before them.
    pub(super) nested_segments: Things,
    pub(super) entries: Things,
    /// By image and name: where it lies behind its image's header, so that an image that moved as a whole has no symbol that moved.
    pub(super) symbols: Things,
}

impl Facts {
    pub(super) fn read(input: &InputArgs, streams: &mut Streams<'_>) -> Result<Self, Failure> {
        let mut facts = Self::default();
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
            facts.nested(cache)
        })?;
        Ok(facts)
    }

    /// Reads the symbols of all images, and the segments of those inside.
    fn nested(&mut self, cache: &KernelCache<'_>) -> Result<(), Failure> {
        let mut segments = Keys::default();
        let mut reader = Reader {
            names: Names::new(cache),
            keys: Keys::default(),
        };
        let outer = cache.image();
        let base = outer.base();
        reader.add("-", &outer, base, &mut self.symbols)?;
        let mut memory = ImageMemory::default();
        for image in memory.whole(cache)?.iter().skip(1) {
            let Some(macho) = image.macho else { continue };
            let id = images::id(image).unwrap_or_default();
            reader.add(&id, &macho, image.vmaddr, &mut self.symbols)?;
            for segment in macho.segments() {
                let key = segments.key(Some(&id), &plain(segment.name()));
                let fields = json!({ "vmsize": segment.vmsize() });
                let fields = fields.as_object().cloned().unwrap_or_default();
                // The link-edit data of a collection is all images'.
                if segment.name() != "__LINKEDIT" {
                    self.nested_segments.insert(key, fields);
                }
            }
        }
        Ok(())
    }
}

/// The objects of an array by one of their fields; of several with the same name, the later ones are numbered.
fn named(array: &Value, key: &str) -> Things {
    let mut things = Things::new();
    let mut keys = Keys::default();
    for object in array.as_array().into_iter().flatten() {
        let mut fields = object.as_object().cloned().unwrap_or_default();
        // Where it lies in the file follows from the rest, and moves with every change before it.
        fields.remove("file_offset");
        let name = fields.get(key).and_then(Value::as_str).unwrap_or_default();
        things.insert(keys.key(None, name), fields);
    }
    things
}

/// Reads the symbols of a file.
struct Reader {
    names: Names,
    keys: Keys,
}

impl Reader {
    /// Adds the symbols that an image defines in a section: debugging, undefined, common and absolute ones have no place to move from.
    fn add(
        &mut self,
        id: &str,
        image: &MachO<'_>,
        base: Option<VmAddr>,
        things: &mut Things,
    ) -> Result<(), Failure> {
        for symbol in image.symbols()? {
            if symbol.stab().is_some() || symbol.section().is_none() {
                continue;
            }
            let name = self.names.name(&symbol)?.to_string();
            let key = self.keys.key(Some(id), &name);
            let base = base.map_or(0, VmAddr::get);
            let place = symbol.vmaddr().get().wrapping_sub(base);
            let mut fields = Map::new();
            fields.insert("offset".to_owned(), json::hex(place));
            things.insert(key, fields);
        }
        Ok(())
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
