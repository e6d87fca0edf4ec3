//! The part of DER that IMG4 uses: tag, length, value, with the byte offset kept.
//!
//! Source: ITU-T X.690 (02/2021), 8.1.2 (identifier octets), 8.1.3 and 10.1 (definite, shortest lengths).
//! Lengths must be in their shortest form, as the DER of Apple's own reader demands; INTEGER contents are
//! read as unsigned and with any number of leading zeros (none included), because img4tool writes positive numbers
//! without the leading zero that X.690 8.3 asks for.

use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};

/// The class bits of an identifier octet.
///
/// Closed: two bits say which of the four it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Types of X.690 itself.
    Universal,
    /// Application-specific.
    Application,
    /// Meaning given by the enclosing structure: `[0]`, `[1]`.
    Context,
    /// IMG4 carries a four-character code in it.
    Private,
}

/// An identifier: class, constructed bit, number.
///
/// Closed: X.690 8.1.2 gives an identifier these three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    /// The class.
    pub class: Class,
    /// Whether the value is itself a series of elements.
    pub constructed: bool,
    /// The tag number.
    pub number: u32,
}

impl Tag {
    const fn universal(constructed: bool, number: u32) -> Self {
        Self {
            class: Class::Universal,
            constructed,
            number,
        }
    }

    /// BOOLEAN.
    pub const BOOLEAN: Self = Self::universal(false, 1);
    /// INTEGER.
    pub const INTEGER: Self = Self::universal(false, 2);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self::universal(false, 4);
    /// UTF8String.
    pub const UTF8_STRING: Self = Self::universal(false, 12);
    /// SEQUENCE.
    pub const SEQUENCE: Self = Self::universal(true, 16);
    /// SET.
    pub const SET: Self = Self::universal(true, 17);
    /// IA5String.
    pub const IA5_STRING: Self = Self::universal(false, 22);

    /// `[number]`, constructed.
    pub const fn context(number: u32) -> Self {
        Self {
            class: Class::Context,
            constructed: true,
            number,
        }
    }
}

/// One element: its tag, its value, and the whole of it for hashing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    tag: Tag,
    raw: &'a [u8],
    value: &'a [u8],
    offset: u64,
}

debug_view!(Tlv<'_>, |tlv| {
    tag: tlv.tag,
    offset: tlv.offset,
    len: tlv.raw.len(),
});

impl<'a> Tlv<'a> {
    /// The identifier.
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// Tag, length and value as they stand in the input.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The contents.
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// File offset of the first byte of the tag.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// File offset of the first byte of the value.
    pub const fn value_offset(&self) -> u64 {
        // The value is the tail of raw, so the difference is the header's length.
        let header = self.raw.len().saturating_sub(self.value.len());
        offset_add(self.offset, header)
    }

    /// The elements inside.
    pub(crate) const fn reader(&self, what: Structure) -> Reader<'a> {
        Reader::new(self.value, self.value_offset(), what)
    }

    /// The value as an unsigned number.
    ///
    /// # Errors
    /// `BadInteger` if there are no bytes, or more than 64 bits of them.
    pub(crate) fn unsigned(&self, what: Structure) -> Result<u64, Error> {
        let bad = Error::new(ErrorKind::BadInteger, what, self.offset);
        if self.value.is_empty() {
            return Err(bad);
        }
        unsigned(self.value).ok_or(bad)
    }
}

/// Big-endian bytes as a number; `None` above 64 bits.
pub(crate) fn unsigned(bytes: &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for &byte in bytes {
        if value >> 56 != 0 {
            return None;
        }
        value = (value << 8) | u64::from(byte);
    }
    Some(value)
}

/// `offset + len`; a slice is never longer than `u64::MAX`, so saturation is not reached.
#[expect(
    clippy::as_conversions,
    reason = "usize to u64 widens; From is not const"
)]
pub(crate) const fn offset_add(offset: u64, len: usize) -> u64 {
    offset.saturating_add(len as u64)
}

/// Splits a value into elements, front to back.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: u64,
    what: Structure,
}

debug_view!(Reader<'_>, |reader| {
    structure: reader.what,
    offset: reader.offset,
    bytes_left: reader.rest.len(),
});

impl<'a> Reader<'a> {
    /// `offset` is the file offset of the first byte; `what` names the structure in errors.
    pub(crate) const fn new(bytes: &'a [u8], offset: u64, what: Structure) -> Self {
        Self {
            rest: bytes,
            offset,
            what,
        }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) const fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.what, self.offset)
    }

    /// The next element, whatever it is; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Tlv<'a>>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, after_tag) = read_tag(self.rest).map_err(|kind| self.error(kind))?;
        let (len, after_len) = read_len(after_tag).map_err(|kind| self.error(kind))?;
        let (Some((value, rest)), Some((raw, _))) = (
            after_len.split_at_checked(len),
            self.rest.split_at_checked(
                self.rest
                    .len()
                    .saturating_sub(after_len.len())
                    .saturating_add(len),
            ),
        ) else {
            return Err(self.error(ErrorKind::Truncated));
        };
        let offset = self.offset;
        self.offset = offset_add(offset, raw.len());
        self.rest = rest;
        Ok(Some(Tlv {
            tag,
            raw,
            value,
            offset,
        }))
    }

    /// The next element if it carries `tag`; otherwise nothing is consumed.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, Error> {
        let before = *self;
        match self.next()? {
            Some(tlv) if tlv.tag == tag => Ok(Some(tlv)),
            _ => {
                *self = before;
                Ok(None)
            }
        }
    }

    /// The next element, which must carry `tag`.
    pub(crate) fn expect(&mut self, tag: Tag) -> Result<Tlv<'a>, Error> {
        let at = self.offset;
        match self.next()? {
            Some(tlv) if tlv.tag == tag => Ok(tlv),
            Some(_) => Err(Error::new(ErrorKind::UnexpectedTag, self.what, at)),
            None => Err(Error::new(ErrorKind::MissingField, self.what, at)),
        }
    }

    /// The IA5String magic in front of every structure.
    pub(crate) fn magic(&mut self, magic: [u8; 4]) -> Result<(), Error> {
        let name = self.expect(Tag::IA5_STRING)?;
        if name.value == magic.as_slice() {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::BadMagic, self.what, name.offset))
        }
    }

    /// Demands the end.
    pub(crate) const fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.error(ErrorKind::TrailingBytes))
        }
    }
}

/// X.690 8.1.2.
fn read_tag(bytes: &[u8]) -> Result<(Tag, &[u8]), ErrorKind> {
    let (&first, mut rest) = bytes.split_first().ok_or(ErrorKind::Truncated)?;
    let class = match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::Context,
        _ => Class::Private,
    };
    let constructed = first & 0x20 != 0;
    let mut number = u32::from(first & 0x1f);
    if number == 0x1f {
        // High form: base 128, most significant group first, the last without the top bit.
        number = 0;
        loop {
            let (&group, after) = rest.split_first().ok_or(ErrorKind::Truncated)?;
            rest = after;
            // A leading group of zero is not the shortest form; a further 7 bits must fit.
            if (number == 0 && group == 0x80) || number >> 25 != 0 {
                return Err(ErrorKind::BadTag);
            }
            number = (number << 7) | u32::from(group & 0x7f);
            if group & 0x80 == 0 {
                break;
            }
        }
        if number < 0x1f {
            return Err(ErrorKind::BadTag);
        }
    }
    Ok((
        Tag {
            class,
            constructed,
            number,
        },
        rest,
    ))
}

/// X.690 8.1.3 with the restrictions of 10.1.
fn read_len(bytes: &[u8]) -> Result<(usize, &[u8]), ErrorKind> {
    let (&first, rest) = bytes.split_first().ok_or(ErrorKind::Truncated)?;
    if first < 0x80 {
        return Ok((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return Err(ErrorKind::BadLength);
    }
    let (digits, rest) = rest.split_at_checked(count).ok_or(ErrorKind::Truncated)?;
    if digits.first() == Some(&0) {
        return Err(ErrorKind::BadLength);
    }
    let len = unsigned(digits).ok_or(ErrorKind::BadLength)?;
    if len < 0x80 {
        return Err(ErrorKind::BadLength);
    }
    let len = usize::try_from(len).map_err(|_| ErrorKind::BadLength)?;
    Ok((len, rest))
}
