//! An id or a version of an image, wherever it is written.
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;

use macho_core::Name;

use crate::kext::{Chunk, Chunks, PlistText};

/// An id or a version: from a load command or a `kmod_info_64` as it stands there, from a property
/// list with its entities decoded.
///
/// It prints with control characters escaped, and compares with `str`.
#[derive(Clone, Copy, Debug)]
pub struct ImageText<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Name(Name<'a>),
    Plist(PlistText<'a>),
}

impl<'a> ImageText<'a> {
    pub(crate) const fn from_name(name: Name<'a>) -> Self {
        Self(Source::Name(name))
    }

    pub(crate) const fn from_plist(text: PlistText<'a>) -> Self {
        Self(Source::Plist(text))
    }

    /// The bytes as they stand in the file, in a property list with their entities.
    pub const fn raw(self) -> &'a [u8] {
        match self.0 {
            Source::Name(name) => name.as_bytes(),
            Source::Plist(text) => text.raw(),
        }
    }

    /// The bytes that the text stands for, one by one.
    pub fn bytes(self) -> ImageTextBytes<'a> {
        match self.0 {
            Source::Name(name) => ImageTextBytes {
                chunk: name.as_bytes(),
                character: Encoded::NONE,
                rest: None,
            },
            Source::Plist(text) => ImageTextBytes {
                chunk: &[],
                character: Encoded::NONE,
                rest: Some(text.chunks()),
            },
        }
    }

    /// What is after the last dot; all of it without one.
    pub(crate) fn last_part_is(self, name: &str) -> bool {
        let mut rest = name.bytes();
        let mut equal = true;
        for byte in self.bytes() {
            if byte == b'.' {
                rest = name.bytes();
                equal = true;
            } else {
                equal &= rest.next() == Some(byte);
            }
        }
        equal && rest.next().is_none()
    }
}

impl Ord for ImageText<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (self.raw(), other.raw());
        // Many references to one text must not cost its length each time.
        if core::ptr::eq(one, two) {
            return Ordering::Equal;
        }
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for ImageText<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ImageText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ImageText<'_> {}

impl PartialEq<str> for ImageText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.bytes().eq(other.bytes())
    }
}

impl PartialEq<&str> for ImageText<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for ImageText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Source::Name(name) => fmt::Display::fmt(&name, f),
            Source::Plist(text) => fmt::Display::fmt(&text, f),
        }
    }
}

/// Iterator over the bytes of an [`ImageText`].
#[derive(Clone)]
#[must_use]
pub struct ImageTextBytes<'a> {
    chunk: &'a [u8],
    character: Encoded,
    rest: Option<Chunks<'a>>,
}

/// The bytes of one character that are left.
#[derive(Clone, Copy, Debug)]
struct Encoded {
    bytes: [u8; 4],
    next: u8,
    len: u8,
}

impl Encoded {
    const NONE: Self = Self {
        bytes: [0; 4],
        next: 0,
        len: 0,
    };

    fn new(character: char) -> Self {
        let mut bytes = [0; 4];
        let len = character.encode_utf8(&mut bytes).len();
        Self {
            bytes,
            next: 0,
            // At most four.
            len: u8::try_from(len).unwrap_or(0),
        }
    }

    fn next(&mut self) -> Option<u8> {
        if self.next >= self.len {
            return None;
        }
        let byte = self.bytes.get(usize::from(self.next)).copied();
        self.next = self.next.wrapping_add(1);
        byte
    }
}

impl fmt::Debug for ImageTextBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageTextBytes")
            .field("chunk_len", &self.chunk.len())
            .finish_non_exhaustive()
    }
}

impl Iterator for ImageTextBytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            if let Some((byte, rest)) = self.chunk.split_first() {
                self.chunk = rest;
                return Some(*byte);
            }
            if let Some(byte) = self.character.next() {
                return Some(byte);
            }
            match self.rest.as_mut()?.next()? {
                Chunk::Bytes(bytes) => self.chunk = bytes,
                Chunk::Char(character) => self.character = Encoded::new(character),
            }
        }
    }
}

impl FusedIterator for ImageTextBytes<'_> {}
