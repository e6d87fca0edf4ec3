//! `__PRELINK_INFO,__info`: one dictionary for each kext.
//!
//! Names of the keys: XNU `libkern/libkern/prelink.h`. A number or string that was written before may be a
//! reference to it (`IDREF`), so that reading them takes a table of what has an `ID`, in the caller's memory.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{FileOffset, VmAddr};

use super::dictionary::{Dictionaries, Dictionary, Key};
use super::plist::{Plist, PlistElement, PlistItem, PlistText};
use crate::error::{Error, PlistErrorKind, Structure};
use crate::sort::sort_by_key;

/// `_PrelinkExecutableLoadAddr` of a kext without code (dyld
/// `kernel-collection-builder/AppCacheBuilder.cpp`).
pub(crate) const NO_ADDRESS: u64 = 0x7fff_ffff_ffff_ffff;

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

    /// The dictionaries of `_PrelinkInfoDictionary`, in order, references not followed.
    pub fn dictionaries(&self) -> Dictionaries<'a> {
        Dictionaries::new(self.elements(), self.start)
    }

    /// The kexts of `_PrelinkInfoDictionary`, in order. `ids` must be this property list's.
    pub fn kexts<'s>(&self, ids: Ids<'s>) -> Kexts<'a, 's> {
        Kexts {
            info: *self,
            dictionaries: self.dictionaries(),
            ids,
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

/// Iterator over the kexts of a property list.
///
/// A kext with a value that cannot be read is an error, and the walk goes on after it; XML that is
/// damaged is the last item. Costs a pass over the text, and a search for each reference.
#[derive(Clone, Debug)]
#[must_use]
pub struct Kexts<'a, 's> {
    info: PrelinkInfo<'a>,
    dictionaries: Dictionaries<'a>,
    ids: Ids<'s>,
}

impl<'a> Kexts<'a, '_> {
    fn kext(&self, dictionary: &Dictionary<'a>) -> Result<Kext<'a>, Error> {
        let mut kext = Kext {
            file_offset: dictionary.file_offset(),
            ..Kext::default()
        };
        let mut damage = dictionary.damage();
        for (key, element) in dictionary.in_order() {
            if let Err(kind) = self.read(&mut kext, key, &element) {
                let error = dictionary.error(kind, element.at);
                let is_first = damage.is_none_or(|before| error.offset() < before.offset());
                damage = if is_first { Some(error) } else { damage };
            }
        }
        damage.map_or(Ok(kext), Err)
    }

    /// Reads the value of a key.
    fn read(
        &self,
        kext: &mut Kext<'a>,
        key: Key,
        value: &PlistElement<'a>,
    ) -> Result<(), PlistErrorKind> {
        match (key, self.resolved(value)?) {
            (Key::BundleId, PlistItem::String(text)) => kext.bundle_id = Some(text),
            (Key::Version, PlistItem::String(text)) => kext.version = Some(text),
            (Key::BundlePath, PlistItem::String(text)) => kext.bundle_path = Some(text),
            (Key::Size, PlistItem::Integer(digits)) => kext.size = Some(digits.integer()?),
            (Key::LoadAddr, PlistItem::Integer(digits)) => {
                let vmaddr = Some(digits.integer()?);
                kext.load_addr = vmaddr
                    .filter(|vmaddr| *vmaddr != NO_ADDRESS)
                    .map(VmAddr::new);
            }
            (Key::SourceAddr, PlistItem::Integer(digits)) => {
                kext.source_addr = Some(VmAddr::new(digits.integer()?));
            }
            (Key::KmodInfo, PlistItem::Integer(digits)) => {
                kext.kmod_info = Some(VmAddr::new(digits.integer()?));
            }
            _ => return Err(PlistErrorKind::BadValue),
        }
        Ok(())
    }

    /// The value that an element is or refers to. One step: what refers has no value of its own.
    fn resolved(&self, element: &PlistElement<'a>) -> Result<PlistItem<'a>, PlistErrorKind> {
        let PlistItem::Reference(id) = element.item else {
            return Ok(element.item);
        };
        self.ids
            .find(self.info.text, id, element.at)
            .ok_or(PlistErrorKind::UnknownReference)
    }
}

impl<'a> Iterator for Kexts<'a, '_> {
    type Item = Result<Kext<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let dictionary = self.dictionaries.next()?;
        Some(dictionary.and_then(|dictionary| self.kext(&dictionary)))
    }
}

impl FusedIterator for Kexts<'_, '_> {}
