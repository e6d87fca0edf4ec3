//! The dictionaries of `_PrelinkInfoDictionary`: one for each kext, references not yet followed.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::FileOffset;

use super::plist::{Plist, PlistElement, PlistItem, PlistText};
use crate::error::{Error, PlistErrorKind};

/// A key that is read (XNU `libkern/libkern/prelink.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// `CFBundleIdentifier`: a string.
    BundleId,
    /// `CFBundleVersion`: a string.
    Version,
    /// `_PrelinkBundlePath`: a string.
    BundlePath,
    /// `_PrelinkExecutableLoadAddr`: an integer.
    LoadAddr,
    /// `_PrelinkExecutableSourceAddr`: an integer.
    SourceAddr,
    /// `_PrelinkExecutableSize`: an integer.
    Size,
    /// `_PrelinkKmodInfo`: an integer.
    KmodInfo,
}

const KEYS: [(Key, &str); 7] = [
    (Key::BundleId, "CFBundleIdentifier"),
    (Key::Version, "CFBundleVersion"),
    (Key::BundlePath, "_PrelinkBundlePath"),
    (Key::LoadAddr, "_PrelinkExecutableLoadAddr"),
    (Key::SourceAddr, "_PrelinkExecutableSourceAddr"),
    (Key::Size, "_PrelinkExecutableSize"),
    (Key::KmodInfo, "_PrelinkKmodInfo"),
];

/// What the property list says about one kext, as it stands: a value may be a reference to an
/// earlier one.
#[derive(Clone, Copy)]
#[must_use]
pub struct Dictionary<'a> {
    values: [Option<PlistElement<'a>>; KEYS.len()],
    /// Where the property list starts.
    list: FileOffset,
    at: usize,
    damage: Option<Error>,
}

impl fmt::Debug for Dictionary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary")
            .field("file_offset", &self.file_offset())
            .field("damage", &self.damage)
            .finish_non_exhaustive()
    }
}

impl<'a> Dictionary<'a> {
    fn new(list: FileOffset, at: usize) -> Self {
        Self {
            values: [None; KEYS.len()],
            list,
            at,
            damage: None,
        }
    }

    /// The value of a key; of a key that is there twice the last.
    pub fn value(&self, key: Key) -> Option<PlistElement<'a>> {
        let place = KEYS.iter().position(|(known, _)| *known == key)?;
        *self.values.get(place)?
    }

    /// The values in the order of the list.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (Key, PlistElement<'a>)> + use<'a> {
        let keys = KEYS.map(|(key, _)| key);
        let mut all = self.values;
        // Few enough to pick the next one each time.
        core::iter::from_fn(move || {
            let (place, next) = (0..KEYS.len())
                .zip(&all)
                .filter_map(|(place, value)| Some((place, (*value)?)))
                .min_by_key(|(_, value)| value.at)?;
            if let Some(value) = all.get_mut(place) {
                *value = None;
            }
            Some((*keys.get(place)?, next))
        })
    }

    /// Where the dictionary starts.
    pub fn file_offset(&self) -> FileOffset {
        let at = u64::try_from(self.at).unwrap_or(u64::MAX);
        FileOffset::new(self.list.get().saturating_add(at))
    }

    /// The first thing that is wrong with its form; its values are those that could be read.
    pub const fn damage(&self) -> Option<Error> {
        self.damage
    }

    /// An error about the value that starts at byte `at` of the property list.
    pub(crate) fn error(&self, kind: PlistErrorKind, at: usize) -> Error {
        Error::plist(kind, self.list, at)
    }

    fn wrong(&mut self, kind: PlistErrorKind, at: usize) {
        let error = self.error(kind, at);
        self.damage = self.damage.or(Some(error));
    }

    fn take(&mut self, key: PlistText<'_>, value: PlistElement<'a>) {
        let place = KEYS.iter().position(|(_, name)| key == *name);
        let Some(place) = place else { return };
        if matches!(value.item, PlistItem::Dict | PlistItem::Array) {
            self.wrong(PlistErrorKind::BadValue, value.at);
        } else if let Some(own) = self.values.get_mut(place) {
            *own = Some(value);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    /// Before the array.
    Before,
    /// In the array, between kexts.
    Array,
    /// After the array, or after damage.
    Done,
}

/// Iterator over the dictionaries of a property list. XML that is damaged ends it: inside of a kext
/// as the damage of that kext, elsewhere as an error.
#[derive(Clone, Debug)]
#[must_use]
pub struct Dictionaries<'a> {
    list: FileOffset,
    elements: Plist<'a>,
    cursor: Cursor,
}

impl<'a> Dictionaries<'a> {
    pub(super) fn new(elements: Plist<'a>, list: FileOffset) -> Self {
        Self {
            list,
            elements,
            cursor: Cursor::Before,
        }
    }

    /// Goes to the array.
    fn find_array(&mut self) -> Result<bool, Error> {
        let mut named = false;
        while let Some(element) = self.elements.next() {
            match (self.elements.depth(), element?.item) {
                (1, PlistItem::Key(key)) => named = key == "_PrelinkInfoDictionary",
                // The depth counts the array itself.
                (2, PlistItem::Array) if named => return Ok(true),
                (1, PlistItem::Dict) => {}
                (1, _) => named = false,
                _ => {}
            }
        }
        Ok(false)
    }

    fn element(&mut self) -> Result<Option<PlistElement<'a>>, Error> {
        self.elements.next().transpose()
    }

    /// Passes over what is left of the innermost container.
    fn skip_container(&mut self) -> Result<(), Error> {
        let outside = self.elements.depth().saturating_sub(1);
        while self.elements.depth() > outside {
            if self.element()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Reads to the end of a dictionary that has begun. What is read before XML that is damaged
    /// stays.
    fn fill(&mut self, kext: &mut Dictionary<'a>) -> Result<(), Error> {
        while let Some(element) = self.element()? {
            let key = match element.item {
                PlistItem::End => break,
                PlistItem::Key(key) => key,
                other => {
                    kext.wrong(PlistErrorKind::BadPair, element.at);
                    if matches!(other, PlistItem::Dict | PlistItem::Array) {
                        self.skip_container()?;
                    }
                    continue;
                }
            };
            let Some(value) = self.element()? else { break };
            match value.item {
                PlistItem::End => {
                    kext.wrong(PlistErrorKind::BadPair, element.at);
                    break;
                }
                PlistItem::Dict | PlistItem::Array => {
                    self.skip_container()?;
                    kext.take(key, value);
                }
                _ => kext.take(key, value),
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Dictionary<'a>>, Error> {
        if self.cursor == Cursor::Before {
            if !self.find_array()? {
                return Ok(None);
            }
            self.cursor = Cursor::Array;
        }
        let Some(element) = self.element()? else {
            return Ok(None);
        };
        let mut kext = Dictionary::new(self.list, element.at);
        match element.item {
            PlistItem::End => return Ok(None),
            PlistItem::Dict => {
                if let Err(error) = self.fill(&mut kext) {
                    // XML that is damaged ends the list, with what is known of this kext.
                    kext.damage = kext.damage.or(Some(error));
                    self.cursor = Cursor::Done;
                }
            }
            PlistItem::Array => {
                self.skip_container()?;
                kext.wrong(PlistErrorKind::BadValue, element.at);
            }
            _ => kext.wrong(PlistErrorKind::BadValue, element.at),
        }
        Ok(Some(kext))
    }
}

impl<'a> Iterator for Dictionaries<'a> {
    type Item = Result<Dictionary<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor == Cursor::Done {
            return None;
        }
        let step = self.step().transpose();
        if !matches!(step, Some(Ok(_))) {
            self.cursor = Cursor::Done;
        }
        step
    }
}

impl FusedIterator for Dictionaries<'_> {}
