//! Property lists in XML, as XNU's `OSSerialize` writes them: a pull parser.
//!
//! The subset of `libkern/c++/OSUnserializeXML.y` (XNU): `dict`, `array`, `set`, `key`, `string`, `integer`, `data`,
//! `date`, `real`, `true`, `false`, attributes `ID` and `IDREF` among others that are passed over. A `plist` element around it,
//! declarations, comments and a document type are passed over; a NUL byte ends the text.
//!
//! Every step consumes bytes, and no byte is looked at more than a fixed number of times. References
//! are not followed here: `Ids` does that.
use core::fmt;

use macho_core::FileOffset;

use crate::error::{Error, PlistErrorKind};

mod find;
mod text;

use find::find;
pub use text::{Chunk, Chunks, PlistText};

/// Containers inside each other, at most: one bit each says how they close.
const MOST_DEEP: u32 = 64;

/// What an element is.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum PlistItem<'a> {
    /// `<dict>`; its keys and values follow, then [`PlistItem::End`].
    Dict,
    /// `<array>` or `<set>`; its values follow, then [`PlistItem::End`].
    Array,
    /// The end of the innermost container.
    End,
    /// A key of a dictionary; its value follows.
    Key(PlistText<'a>),
    /// `<string>`.
    String(PlistText<'a>),
    /// `<integer>`: its digits. [`PlistText::integer`] reads them.
    Integer(PlistText<'a>),
    /// `<data>`: base 64, or hexadecimal where an attribute says so.
    Data(PlistText<'a>),
    /// `<date>` or `<real>`, which kernels do not write.
    Other(PlistText<'a>),
    /// `<true/>` or `<false/>`.
    Bool(bool),
    /// The value of an earlier element, by its `ID`.
    Reference(u32),
}

impl fmt::Debug for PlistItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match self {
            Self::Dict => ("dict", None),
            Self::Array => ("array", None),
            Self::End => ("end", None),
            Self::Key(text) => ("key ", Some(text)),
            Self::String(text) => ("string ", Some(text)),
            Self::Integer(text) => ("integer ", Some(text)),
            Self::Data(text) => ("data ", Some(text)),
            Self::Other(text) => ("other ", Some(text)),
            Self::Bool(true) => ("true", None),
            Self::Bool(false) => ("false", None),
            Self::Reference(id) => return write!(f, "reference {id}"),
        };
        f.write_str(name)?;
        match (self, text) {
            // Texts name things; data is bytes.
            (Self::Data(text), _) => write!(f, "of {} bytes", text.raw().len()),
            (_, Some(text)) => text.fmt_short(f),
            (_, None) => Ok(()),
        }
    }
}

/// One element of a property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct PlistElement<'a> {
    /// What it is.
    pub item: PlistItem<'a>,
    /// Its `ID`.
    pub id: Option<u32>,
    /// Where it starts, in bytes from the start of the property list.
    pub at: usize,
    /// Where its text starts, counted alike; where its tag ends, if it has none.
    pub text_at: usize,
}

/// Iterator over the elements of a property list, in order. The first error is the last item.
#[derive(Clone)]
#[must_use]
pub struct Plist<'a> {
    text: &'a [u8],
    at: usize,
    start: FileOffset,
    depth: u32,
    /// A bit for each open container, the innermost lowest: whether it is a dictionary.
    dicts: u64,
    /// An empty container, as `<dict/>`, that must still end.
    ends: bool,
    failed: bool,
}

impl fmt::Debug for Plist<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plist")
            .field("len", &self.text.len())
            .field("at", &self.at)
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

impl<'a> Plist<'a> {
    /// The property list in `text`, which lies at `start` of the outermost file.
    pub fn new(text: &'a [u8], start: FileOffset) -> Self {
        Self {
            text,
            at: 0,
            start,
            depth: 0,
            dicts: 0,
            ends: false,
            failed: false,
        }
    }

    /// How many containers are open.
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// An error about the element at byte `at`.
    #[cold]
    pub(crate) fn error(&self, kind: PlistErrorKind, at: usize) -> Error {
        Error::plist(kind, self.start, at)
    }

    fn rest(&self) -> &'a [u8] {
        debug_assert!(self.at <= self.text.len(), "only what is there is consumed");
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Consumes `count` bytes of the rest.
    fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    /// Consumes everything up to and with `end`.
    fn past(&mut self, end: &[u8]) -> Result<(), Error> {
        match find(self.rest(), end) {
            Some(before) => {
                self.advance(before.saturating_add(end.len()));
                Ok(())
            }
            None => Err(self.error(PlistErrorKind::Truncated, self.at)),
        }
    }

    /// Passes over blanks, declarations, comments and the document type.
    fn skip(&mut self) -> Result<(), Error> {
        loop {
            let rest = self.rest();
            if rest.first().is_some_and(u8::is_ascii_whitespace) {
                self.advance(1);
            } else if rest.starts_with(b"<?") {
                self.past(b"?>")?;
            } else if rest.starts_with(b"<!--") {
                self.past(b"-->")?;
            } else if rest.starts_with(b"<!") {
                self.doctype()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `<!DOCTYPE ...>`, with declarations in brackets or without.
    fn doctype(&mut self) -> Result<(), Error> {
        let mut brackets = 0_usize;
        for (before, byte) in self.rest().iter().enumerate() {
            match byte {
                b'[' => brackets = brackets.saturating_add(1),
                b']' => brackets = brackets.saturating_sub(1),
                b'>' if brackets == 0 => {
                    self.advance(before.saturating_add(1));
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(PlistErrorKind::Truncated, self.at))
    }

    /// The next element, or `None` at the end of the text.
    fn element(&mut self) -> Result<Option<PlistElement<'a>>, Error> {
        loop {
            if self.ends {
                self.ends = false;
                return Ok(Some(self.close(self.at)));
            }
            self.skip()?;
            let at = self.at;
            let rest = self.rest();
            match rest {
                [] | [0, ..] if self.depth == 0 => return Ok(None),
                [] | [0, ..] => return Err(self.error(PlistErrorKind::Truncated, at)),
                [b'<', b'/', name @ ..] => {
                    let dict = self.dicts & 1 == 1;
                    let len = name_len(name);
                    let name = name.get(..len).unwrap_or_default();
                    self.past(b">")?;
                    match name {
                        b"plist" if self.depth == 0 => continue,
                        b"dict" if self.depth > 0 && dict => {}
                        b"array" | b"set" if self.depth > 0 && !dict => {}
                        _ => return Err(self.error(PlistErrorKind::TagMismatch, at)),
                    }
                    return Ok(Some(self.close(at)));
                }
                [b'<', ..] => {
                    if let Some(element) = self.open(at)? {
                        return Ok(Some(element));
                    }
                }
                _ => return Err(self.error(PlistErrorKind::BadText, at)),
            }
        }
    }

    fn close(&mut self, at: usize) -> PlistElement<'a> {
        self.depth = self.depth.saturating_sub(1);
        self.dicts >>= 1;
        PlistElement {
            item: PlistItem::End,
            id: None,
            at,
            text_at: self.at,
        }
    }

    /// The element whose tag starts here; `None` for one that is only passed over.
    fn open(&mut self, at: usize) -> Result<Option<PlistElement<'a>>, Error> {
        self.advance(1);
        let len = name_len(self.rest());
        let name = self.rest().get(..len).unwrap_or_default();
        self.advance(len);
        let tag = self.attributes(at)?;
        let text_at = self.at;
        let element = |item| {
            Ok(Some(PlistElement {
                item,
                id: tag.id,
                at,
                text_at,
            }))
        };
        let container = matches!(name, b"dict" | b"array" | b"set");
        if let Some(reference) = tag.reference {
            if !tag.empty {
                return Err(self.error(PlistErrorKind::BadAttribute, at));
            }
            return match name {
                b"dict" | b"array" | b"set" | b"string" | b"integer" | b"data" | b"date"
                | b"real" | b"key" => element(PlistItem::Reference(reference)),
                _ => Err(self.error(PlistErrorKind::UnknownElement, at)),
            };
        }
        if container {
            if self.depth >= MOST_DEEP {
                return Err(self.error(PlistErrorKind::DepthTooLarge, at));
            }
            let dict = name == b"dict";
            self.depth = self.depth.saturating_add(1);
            self.dicts = self.dicts.wrapping_shl(1) | u64::from(dict);
            self.ends = tag.empty;
            return element(if dict {
                PlistItem::Dict
            } else {
                PlistItem::Array
            });
        }
        let item: fn(PlistText<'a>) -> PlistItem<'a> = match name {
            b"plist" if self.depth == 0 => return Ok(None),
            b"key" => PlistItem::Key,
            b"string" => PlistItem::String,
            b"integer" => PlistItem::Integer,
            b"data" => PlistItem::Data,
            b"date" | b"real" => PlistItem::Other,
            b"true" => |_| PlistItem::Bool(true),
            b"false" => |_| PlistItem::Bool(false),
            _ => return Err(self.error(PlistErrorKind::UnknownElement, at)),
        };
        let text = if tag.empty {
            PlistText::new(&[])
        } else {
            self.content(name, at)?
        };
        element(item(text))
    }

    /// The text up to the closing tag, and the tag.
    fn content(&mut self, name: &[u8], at: usize) -> Result<PlistText<'a>, Error> {
        let from = self.at;
        loop {
            match find(self.rest(), b"<") {
                Some(before) => self.advance(before),
                None => return Err(self.error(PlistErrorKind::Truncated, at)),
            }
            let rest = self.rest();
            if rest.starts_with(b"<!--") {
                self.past(b"-->")?;
            } else if rest.starts_with(b"<![CDATA[") {
                self.past(b"]]>")?;
            } else {
                let to = self.at;
                let tag = rest.strip_prefix(b"</").unwrap_or_default();
                if tag.get(..name_len(tag)) != Some(name) {
                    return Err(self.error(PlistErrorKind::TagMismatch, to));
                }
                self.past(b">")?;
                return Ok(PlistText::new(self.text.get(from..to).unwrap_or_default()));
            }
        }
    }

    /// What stands between an element's name and the end of its tag.
    fn attributes(&mut self, at: usize) -> Result<Tag, Error> {
        let mut tag = Tag::default();
        loop {
            let rest = self.rest();
            match rest {
                [b'>', ..] => {
                    self.advance(1);
                    return Ok(tag);
                }
                [b'/', b'>', ..] => {
                    self.advance(2);
                    tag.empty = true;
                    return Ok(tag);
                }
                [byte, ..] if byte.is_ascii_whitespace() => self.advance(1),
                [] | [0, ..] => return Err(self.error(PlistErrorKind::Truncated, at)),
                _ => {
                    let len = name_len(rest);
                    let name = rest.get(..len).unwrap_or_default();
                    self.advance(len);
                    let quote = match self.rest() {
                        [b'=', quote @ (b'"' | b'\''), ..] if len > 0 => *quote,
                        _ => return Err(self.error(PlistErrorKind::BadAttribute, at)),
                    };
                    self.advance(2);
                    let from = self.at;
                    self.past(&[quote])?;
                    let to = self.at.saturating_sub(1);
                    let value = self.text.get(from..to).unwrap_or_default();
                    let number = || {
                        PlistText::new(value)
                            .integer()
                            .ok()
                            .and_then(|number| u32::try_from(number).ok())
                            .ok_or_else(|| self.error(PlistErrorKind::BadAttribute, at))
                    };
                    match name {
                        b"ID" => tag.id = Some(number()?),
                        b"IDREF" => tag.reference = Some(number()?),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// What a tag says besides its name.
#[derive(Default)]
struct Tag {
    id: Option<u32>,
    reference: Option<u32>,
    /// It closes itself, as `<dict/>`.
    empty: bool,
}

/// Bytes of the name at the start.
fn name_len(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !b"_-:.".contains(byte))
        .unwrap_or(bytes.len())
}

impl<'a> Iterator for Plist<'a> {
    type Item = Result<PlistElement<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let element = self.element();
        self.failed = !matches!(element, Ok(Some(_)));
        element.transpose()
    }
}

impl core::iter::FusedIterator for Plist<'_> {}
