//! The text of an element, with what stands for other characters.
use core::fmt::{self, Write as _};

use macho_core::Name;

use super::find::find;
use crate::error::PlistErrorKind;

/// The text between an element's tags, as it stands.
///
/// It prints, and compares with `str`, with its entities decoded, the contents of CDATA sections,
/// and without comments. An unknown entity stands for itself.
#[derive(Clone, Copy, Default)]
pub struct PlistText<'a> {
    raw: &'a [u8],
}

impl<'a> PlistText<'a> {
    /// Wraps the bytes between two tags.
    pub const fn new(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The bytes as they stand in the file.
    pub const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The text as a name, where it stands for itself: without entities, CDATA and comments.
    pub fn plain(self) -> Option<Name<'a>> {
        let special = |byte: &u8| matches!(byte, b'&' | b'<');
        (!self.raw.iter().any(special)).then(|| Name::new(self.raw))
    }

    /// The text in chunks: bytes that stand for themselves, and characters of entities.
    pub fn chunks(self) -> Chunks<'a> {
        Chunks {
            rest: self.raw,
            cdata: false,
        }
    }

    /// The start of the text, for `Debug`.
    pub(super) fn fmt_short(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut short = Short {
            out: f,
            left: Some(MOST_SHOWN),
        };
        match write!(short, "{self}") {
            Err(_) if short.left.is_none() => f.write_str("..."),
            outcome => outcome,
        }
    }

    /// The number: hexadecimal after `0x`, else decimal, in two's complement where negative.
    ///
    /// # Errors
    /// [`PlistErrorKind::BadInteger`] or [`PlistErrorKind::IntegerOverflow`].
    pub fn integer(self) -> Result<u64, PlistErrorKind> {
        let digits = self.raw.trim_ascii();
        let (negative, digits) = match digits {
            [b'-', digits @ ..] => (true, digits),
            _ => (false, digits),
        };
        let (radix, digits) = match digits {
            [b'0', b'x' | b'X', digits @ ..] => (16, digits),
            _ => (10, digits),
        };
        if digits.is_empty() {
            return Err(PlistErrorKind::BadInteger);
        }
        let mut value = Some(0_u64);
        for digit in digits {
            let digit = char::from(*digit)
                .to_digit(radix)
                .ok_or(PlistErrorKind::BadInteger)?;
            value = value
                .and_then(|value| value.checked_mul(u64::from(radix)))
                .and_then(|value| value.checked_add(u64::from(digit)));
        }
        // A wrong character is worse than too many digits, so that is said first.
        let value = value.ok_or(PlistErrorKind::IntegerOverflow)?;
        match negative {
            true if value > 1 << 63 => Err(PlistErrorKind::IntegerOverflow),
            true => Ok(value.wrapping_neg()),
            false => Ok(value),
        }
    }
}

/// A part of a [`PlistText`]. Text is bytes that stand for themselves, or entities: there is no
/// third part.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Chunk<'a> {
    /// Bytes that stand for themselves.
    Bytes(&'a [u8]),
    /// The character of an entity.
    Char(char),
}

/// Iterator over the chunks of a [`PlistText`].
#[derive(Clone)]
#[must_use]
pub struct Chunks<'a> {
    rest: &'a [u8],
    /// Inside a CDATA section nothing stands for something else.
    cdata: bool,
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Char(character) => write!(f, "Char({character:?})"),
        }
    }
}

impl fmt::Debug for Chunks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks")
            .field("rest", &self.rest.len())
            .field("cdata", &self.cdata)
            .finish()
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        loop {
            let rest = self.rest;
            if self.cdata {
                let len = find(rest, b"]]>").unwrap_or(rest.len());
                self.cdata = false;
                self.rest = rest.get(len.saturating_add(3)..).unwrap_or_default();
                return Some(Chunk::Bytes(rest.get(..len).unwrap_or_default()));
            }
            if let Some(inside) = rest.strip_prefix(b"<![CDATA[") {
                (self.cdata, self.rest) = (true, inside);
            } else if rest.starts_with(b"<!--") {
                let end = find(rest, b"-->").map_or(rest.len(), |end| end.saturating_add(3));
                self.rest = rest.get(end..).unwrap_or_default();
            } else if let Some((character, behind)) = entity(rest) {
                self.rest = behind;
                return Some(Chunk::Char(character));
            } else {
                // The first byte stands for itself, whatever it is.
                let (_, tail) = rest.split_first()?;
                let more = tail
                    .iter()
                    .position(|byte| matches!(byte, b'&' | b'<'))
                    .unwrap_or(tail.len());
                let (bytes, behind) = rest.split_at_checked(more.saturating_add(1))?;
                self.rest = behind;
                return Some(Chunk::Bytes(bytes));
            }
        }
    }
}

/// The longest entity, as `&#x10ffff;`.
const LONGEST_ENTITY: usize = 12;

/// The character of the entity at the start, and what is behind it.
fn entity(text: &[u8]) -> Option<(char, &[u8])> {
    let inside = text.strip_prefix(b"&")?;
    let (len, _) = (0..LONGEST_ENTITY)
        .zip(inside)
        .find(|(_, byte)| **byte == b';')?;
    let behind = inside.get(len.checked_add(1)?..)?;
    let character = match inside.get(..len)? {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((character, behind))
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = core::str::from_utf8(digits).ok()?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

impl fmt::Display for PlistText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.chunks() {
            match chunk {
                Chunk::Bytes(bytes) => fmt::Display::fmt(&Name::new(bytes), f)?,
                Chunk::Char(character) => {
                    let mut bytes = [0; 4];
                    let text = character.encode_utf8(&mut bytes).as_bytes();
                    fmt::Display::fmt(&Name::new(text), f)?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PlistText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.fmt_short(f)?;
        f.write_char('"')
    }
}

/// Characters of a text that `Debug` shows: enough for a name.
const MOST_SHOWN: usize = 80;

/// Passes on so many characters, and drops the rest.
struct Short<'f, 'b> {
    out: &'f mut fmt::Formatter<'b>,
    /// `None` after a character too many.
    left: Option<usize>,
}

impl fmt::Write for Short<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.left = self.left.and_then(|left| left.checked_sub(1));
            if self.left.is_none() {
                // An error ends the walk over a text that may be long.
                return Err(fmt::Error);
            }
            self.out.write_char(character)?;
        }
        Ok(())
    }
}

impl PartialEq for PlistText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for PlistText<'_> {}

impl PartialEq<str> for PlistText<'_> {
    fn eq(&self, other: &str) -> bool {
        let mut rest = other.as_bytes();
        for chunk in self.chunks() {
            let mut buffer = [0; 4];
            let bytes = match chunk {
                Chunk::Bytes(bytes) => bytes,
                Chunk::Char(character) => character.encode_utf8(&mut buffer).as_bytes(),
            };
            match rest.strip_prefix(bytes) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

impl PartialEq<&str> for PlistText<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
