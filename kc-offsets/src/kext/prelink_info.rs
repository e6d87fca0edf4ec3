//! `__PRELINK_INFO,__info`: one dictionary for each kext.
//!
//! Names of the keys: XNU `libkern/libkern/prelink.h`. A number or string that was written before may be a
//! reference to it (`IDREF`), so that reading them takes a table of what has an `ID`, in the caller's memory.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{FileOffset, VmAddr};

use super::plist::{Plist, PlistElement, PlistItem, PlistText};
use crate::error::{Error, PlistErrorKind, Structure};
use crate::sort::sort_by_key;

/// A property list of kexts.
#[derive(Clone, Copy)]
pub struct PrelinkInfo<'a> {
    text: &'a [u8],
    start: FileOffset,
}

impl fmt::Debug for PrelinkInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrelinkInfo")
            .field("len", &self.text.len())
            .field("start", &self.start)
            .finish()
    }
}

impl<'a> PrelinkInfo<'a> {
    /// The property list in `text`, which lies at `start` of the outermost file.
    pub const fn new(text: &'a [u8], start: FileOffset) -> Self {
        Self { text, start }
    }

    /// The bytes of the section.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Where the section lies.
    pub const fn file_offset(&self) -> FileOffset {
        self.start
    }

    /// All its elements, in order.
    pub fn elements(&self) -> Plist<'a> {
        Plist::new(self.text, self.start)
    }

    /// Whether the outermost dictionary has this key. Costs a pass.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        let mut elements = self.elements();
        while let Some(Ok(element)) = elements.next() {
            if elements.depth() == 1 && matches!(element.item, PlistItem::Key(text) if text == key)
            {
                return true;
            }
        }
        false
    }

    fn ids(&self) -> impl Iterator<Item = IdCell> + use<'a> {
        self.elements()
            .map_while(Result::ok)
            .filter_map(|element| IdCell::new(&element))
    }

    /// The kexts of `_PrelinkInfoDictionary`, in order. `ids` must be this property list's.
    pub fn kexts<'s>(&self, ids: Ids<'s>) -> Kexts<'a, 's> {
        Kexts {
            info: *self,
            elements: self.elements(),
            ids,
            cursor: Cursor::Before,
        }
    }
}

/// Where a value with an `ID` lies: 20 bytes of the memory that the caller gives to [`Ids::build`].
///
/// With the place of its text, so that a thousand references to a long string cost a thousand searches
/// and do not look at the string.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdCell {
    id: u32,
    at: u32,
    text: u32,
    len: u32,
    is_integer: bool,
}

impl IdCell {
    /// An empty cell.
    pub const EMPTY: Self = Self {
        id: 0,
        at: 0,
        text: 0,
        len: 0,
        is_integer: false,
    };

    /// Of a value that references can stand for here: containers are never shared between kexts.
    fn new(element: &PlistElement<'_>) -> Option<Self> {
        let (text, is_integer) = match element.item {
            PlistItem::String(text) => (text, false),
            PlistItem::Integer(text) => (text, true),
            _ => return None,
        };
        Some(Self {
            id: element.id?,
            at: u32::try_from(element.at).ok()?,
            text: u32::try_from(element.text_at).ok()?,
            len: u32::try_from(text.raw().len()).ok()?,
            is_integer,
        })
    }
}

/// The values with an `ID`, sorted: a reference is found in logarithmic time.
#[derive(Clone, Copy, Default)]
pub struct Ids<'s> {
    sorted: &'s [IdCell],
}

impl fmt::Debug for Ids<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids")
            .field("values", &self.sorted.len())
            .finish()
    }
}

impl<'s> Ids<'s> {
    /// Sorts the values that have an `ID` into `memory`. A damaged list has those before the damage.
    ///
    /// # Errors
    /// `BufferTooSmall`: an empty slice asks how many cells are needed.
    pub fn build(info: &PrelinkInfo<'_>, memory: &'s mut [IdCell]) -> Result<Self, Error> {
        let mut needed = 0_usize;
        for id in info.ids() {
            if let Some(cell) = memory.get_mut(needed) {
                *cell = id;
            }
            needed = needed.saturating_add(1);
        }
        let sorted = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::Ids, needed))?;
        sort_by_key(sorted, |entry| (entry.id, entry.at));
        Ok(Self { sorted })
    }

    /// The last value with this `ID` before byte `before`.
    fn find<'a>(&self, list: &'a [u8], id: u32, before: usize) -> Option<PlistItem<'a>> {
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        let upto = self
            .sorted
            .partition_point(|entry| (entry.id, entry.at) < (id, before));
        let entry = self.sorted.get(upto.checked_sub(1)?)?;
        if entry.id != id {
            return None;
        }
        let start = usize::try_from(entry.text).ok()?;
        let len = usize::try_from(entry.len).ok()?;
        let text = PlistText::new(list.get(start..)?.get(..len)?);
        Some(if entry.is_integer {
            PlistItem::Integer(text)
        } else {
            PlistItem::String(text)
        })
    }
}

/// What the property list says about one kext. What it does not say is `None`: kexts without code have no address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Kext<'a> {
    /// `CFBundleIdentifier`.
    pub bundle_id: Option<PlistText<'a>>,
    /// `CFBundleVersion`.
    pub version: Option<PlistText<'a>>,
    /// `_PrelinkBundlePath`.
    pub bundle_path: Option<PlistText<'a>>,
    /// `_PrelinkExecutableLoadAddr`: unslid address of the kext's header.
    pub load_addr: Option<VmAddr>,
    /// `_PrelinkExecutableSourceAddr`: where the executable lies in `__PRELINK_TEXT`.
    pub source_addr: Option<VmAddr>,
    /// `_PrelinkExecutableSize`, in bytes.
    pub size: Option<u64>,
    /// `_PrelinkKmodInfo`: unslid address of its `kmod_info_64`.
    pub kmod_info: Option<VmAddr>,
    /// Where its dictionary starts.
    pub file_offset: FileOffset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    /// Before the array.
    Before,
    /// In the array, between kexts.
    Array,
    /// Behind the array, or behind damage.
    Done,
}

/// Iterator over the kexts of a property list.
///
/// A kext with a value that cannot be read is an error, and the walk goes on after it; XML that is
/// damaged is the last item. Costs a pass over the text, and a search for each reference.
#[derive(Clone, Debug)]
#[must_use]
pub struct Kexts<'a, 's> {
    info: PrelinkInfo<'a>,
    elements: Plist<'a>,
    ids: Ids<'s>,
    cursor: Cursor,
}

impl<'a> Kexts<'a, '_> {
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

    /// The next kext. `Err` of XML that is damaged, `Ok(Err)` of a value.
    fn kext(&mut self) -> Result<Option<Result<Kext<'a>, Error>>, Error> {
        if self.cursor == Cursor::Before {
            if !self.find_array()? {
                return Ok(None);
            }
            self.cursor = Cursor::Array;
        }
        let Some(element) = self.element()? else {
            return Ok(None);
        };
        match element.item {
            PlistItem::Dict => self.dictionary(element.at).map(Some),
            PlistItem::End => Ok(None),
            PlistItem::Array => {
                self.skip_container()?;
                Ok(Some(Err(self.wrong(element.at))))
            }
            _ => Ok(Some(Err(self.wrong(element.at)))),
        }
    }

    fn wrong(&self, at: usize) -> Error {
        self.elements.error(PlistErrorKind::BadValue, at)
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

    fn dictionary(&mut self, at: usize) -> Result<Result<Kext<'a>, Error>, Error> {
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        let mut kext = Kext {
            file_offset: FileOffset::new(self.info.start.get().saturating_add(at)),
            ..Kext::default()
        };
        let mut damage = None;
        while let Some(element) = self.element()? {
            let key = match element.item {
                PlistItem::End => break,
                PlistItem::Key(key) => key,
                other => {
                    damage = damage.or(Some(
                        self.elements.error(PlistErrorKind::BadPair, element.at),
                    ));
                    if matches!(other, PlistItem::Dict | PlistItem::Array) {
                        self.skip_container()?;
                    }
                    continue;
                }
            };
            let Some(value) = self.element()? else { break };
            match value.item {
                PlistItem::Dict | PlistItem::Array => {
                    self.skip_container()?;
                    if is_read(key) {
                        damage = damage.or(Some(self.wrong(value.at)));
                    }
                }
                PlistItem::End => {
                    damage = damage.or(Some(
                        self.elements.error(PlistErrorKind::BadPair, element.at),
                    ));
                    break;
                }
                _ => {
                    if let Err(error) = self.read(&mut kext, key, &value) {
                        damage = damage.or(Some(error));
                    }
                }
            }
        }
        Ok(damage.map_or(Ok(kext), Err))
    }

    /// Reads the value of a key.
    fn read(
        &self,
        kext: &mut Kext<'a>,
        key: PlistText<'a>,
        value: &PlistElement<'a>,
    ) -> Result<(), Error> {
        if let Some(place) = text_of(kext, key) {
            return match self.resolved(value)? {
                PlistItem::String(text) => {
                    *place = Some(text);
                    Ok(())
                }
                _ => Err(self.wrong(value.at)),
            };
        }
        if !is_read(key) {
            return Ok(());
        }
        let PlistItem::Integer(digits) = self.resolved(value)? else {
            return Err(self.wrong(value.at));
        };
        let number = digits
            .integer()
            .map_err(|kind| self.elements.error(kind, value.at))?;
        let vmaddr = Some(VmAddr::new(number));
        if key == "_PrelinkExecutableLoadAddr" {
            kext.load_addr = vmaddr;
        } else if key == "_PrelinkExecutableSourceAddr" {
            kext.source_addr = vmaddr;
        } else if key == "_PrelinkKmodInfo" {
            kext.kmod_info = vmaddr;
        } else {
            kext.size = Some(number);
        }
        Ok(())
    }

    /// The value that an element is or refers to. One step: what refers has no value of its own.
    fn resolved(&self, element: &PlistElement<'a>) -> Result<PlistItem<'a>, Error> {
        let PlistItem::Reference(id) = element.item else {
            return Ok(element.item);
        };
        self.ids
            .find(self.info.text, id, element.at)
            .ok_or_else(|| {
                self.elements
                    .error(PlistErrorKind::UnknownReference, element.at)
            })
    }
}

/// Where the text of that key goes.
fn text_of<'k, 'a>(
    kext: &'k mut Kext<'a>,
    key: PlistText<'_>,
) -> Option<&'k mut Option<PlistText<'a>>> {
    if key == "CFBundleIdentifier" {
        Some(&mut kext.bundle_id)
    } else if key == "CFBundleVersion" {
        Some(&mut kext.version)
    } else if key == "_PrelinkBundlePath" {
        Some(&mut kext.bundle_path)
    } else {
        None
    }
}

/// Whether the value of that key is read.
fn is_read(key: PlistText<'_>) -> bool {
    [
        "CFBundleIdentifier",
        "CFBundleVersion",
        "_PrelinkBundlePath",
        "_PrelinkExecutableLoadAddr",
        "_PrelinkExecutableSourceAddr",
        "_PrelinkExecutableSize",
        "_PrelinkKmodInfo",
    ]
    .iter()
    .any(|name| key == *name)
}

impl<'a> Iterator for Kexts<'a, '_> {
    type Item = Result<Kext<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor == Cursor::Done {
            return None;
        }
        match self.kext() {
            Ok(Some(kext)) => Some(kext),
            Ok(None) => {
                self.cursor = Cursor::Done;
                None
            }
            Err(error) => {
                self.cursor = Cursor::Done;
                Some(Err(error))
            }
        }
    }
}

impl FusedIterator for Kexts<'_, '_> {}
