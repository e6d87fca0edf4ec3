//! What a kernelcache has, by name.
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use kc_offsets::KernelCache;
use macho_core::{MachO, VmAddr};
use serde_json::{Map, Value};

use crate::charge::Charge;
use crate::cmd::info;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::symbols::Names;

/// Things by name: of each, fields and their values.
pub(super) type Things = BTreeMap<Key, Map<String, Value>>;

/// How a thing is called. Files may use a name several times, so its occurrences are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) name: String,
    /// Occurrences of the name before this one.
    pub(super) earlier: u64,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Numbered(&self.name, self.earlier).fmt(f)
    }
}

/// A name that was met so often before.
pub(super) struct Numbered<'n>(pub(super) &'n str, pub(super) u64);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        match self.1 {
            0 => Ok(()),
            earlier => write!(f, " ({})", earlier + 1),
        }
    }
}

/// Counts how often each name was met.
#[derive(Default)]
struct Keys(HashMap<String, u64>);

impl Keys {
    fn key(&mut self, name: &str) -> Key {
        let name = name.to_owned();
        let met = self.0.entry(name.clone()).or_default();
        let earlier = *met;
        *met += 1;
        Key { name, earlier }
    }
}

/// One of the many things that have one number: a symbol, or a segment of an image inside.
#[derive(Clone, Copy)]
pub(super) struct Fact<'a> {
    /// The number of its image in [`Facts::ids`].
    pub(super) image: usize,
    /// As much of the name as is compared and printed.
    pub(super) name: &'a [u8],
    pub(super) value: u64,
}

#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) image: Things,
    /// The outer image's.
    pub(super) segments: Things,
    pub(super) entries: Things,
    /// The ids of the images that have facts.
    pub(super) ids: Vec<String>,
    /// The sizes of the segments inside: where they lie changes with every image before them.
    pub(super) nested_segments: Vec<Fact<'a>>,
    /// Where symbols lie behind their image's header, so that an image that moved as a whole has
    /// no symbol that moved.
    pub(super) symbols: Vec<Fact<'a>>,
}

impl<'a> Facts<'a> {
    pub(super) fn read(cache: &KernelCache<'a>, damage: &mut Damage) -> Result<Self, Failure> {
        let mut facts = Self::default();
        let mut document = info::image_json(cache, damage)?;
        let mut image = Map::new();
        for field in [
            "shape",
            "collection",
            "uuid",
            "source_version",
            "base",
            "linear",
        ] {
            image.insert(field.to_owned(), document[field].take());
        }
        image.insert("entry".to_owned(), document["entry"]["vmaddr"].take());
        facts.image.insert(Keys::default().key("image"), image);
        facts.segments = named(document["segments"].take(), "name");
        facts.entries = named(document["entries"].take(), "id");
        drop(document);
        facts.nested(cache, damage)?;
        Ok(facts)
    }

    /// Reads the symbols of all images, and the segments of those inside.
    fn nested(&mut self, cache: &KernelCache<'a>, damage: &mut Damage) -> Result<(), Failure> {
        let mut charge = Charge::new(cache);
        let outer = cache.image();
        self.ids.push("-".to_owned());
        self.add(&outer, outer.base(), &mut charge, damage);
        let mut memory = ImageMemory::default();
        for image in memory.whole(cache)?.iter().skip(1) {
            let Some(macho) = image.macho else { continue };
            self.ids.push(images::id(image).unwrap_or_default());
            self.add(&macho, image.vmaddr, &mut charge, damage);
            // The link-edit data of a collection is all images'.
            let segments = macho.segments();
            let segments = segments.filter(|segment| segment.name() != "__LINKEDIT");
            let image = self.ids.len() - 1;
            self.nested_segments.extend(segments.map(|segment| Fact {
                image,
                name: segment.name().as_bytes(),
                value: segment.vmsize(),
            }));
        }
        Ok(())
    }

    /// Adds the symbols that the last image defines in a section: debugging, undefined, common and
    /// absolute ones have no place to move from.
    fn add(
        &mut self,
        macho: &MachO<'a>,
        base: Option<VmAddr>,
        charge: &mut Charge,
        damage: &mut Damage,
    ) {
        let image = self.ids.len() - 1;
        let id = || self.ids.last().cloned();
        let table = macho.symbol_table().map_err(Failure::from);
        let table = table.and_then(|table| {
            charge.take((table.len() as u64).saturating_mul(16), macho)?;
            Ok(table)
        });
        let table = match table {
            Ok(table) => table,
            Err(error) => return damage.add_to(error, id()),
        };
        let base = base.map_or(0, VmAddr::get);
        let mut names = Names::default();
        for symbol in &table {
            if symbol.stab().is_some() || symbol.section().is_none() {
                continue;
            }
            match names.name(table.strings().bytes(), &symbol) {
                Ok(name) => self.symbols.push(Fact {
                    image,
                    name: name.as_bytes(),
                    value: symbol.vmaddr().get().wrapping_sub(base),
                }),
                Err(error) => damage.add_to(error.into(), id()),
            }
        }
    }
}

/// The objects of an array by one of their fields; of several with the same name, the later ones
/// are numbered.
fn named(array: Value, key: &str) -> Things {
    let mut things = Things::new();
    let mut keys = Keys::default();
    let Value::Array(objects) = array else {
        return things;
    };
    for object in objects {
        let Value::Object(mut fields) = object else {
            continue;
        };
        // Where it lies in the file follows from the rest, and moves with every change before it.
        fields.remove("file_offset");
        fields.remove("damage");
        let name = fields.get(key).and_then(Value::as_str).unwrap_or_default();
        things.insert(keys.key(name), fields);
    }
    things
}
