//! Names as the file has them: bytes that are nearly always, but not surely, UTF-8.
use core::fmt;

use crate::bytes::until_nul;
use crate::hidden::is_hidden;

/// A name out of the file: of a segment, a section, a symbol, a library, a fileset entry.
///
/// Compares with `str` and `[u8]`. It prints as text that a terminal shows as it is and that can be
/// read back: `\\` for a backslash, `\xff` for a byte that is not UTF-8, `\n`, `\r`, `\t` and
/// `\u{202e}` for characters that are not shown (controls, marks of direction, separators, other
/// format characters, blanks except the space).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// Wraps the bytes of a name, without its NUL.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A name in a field of 16 bytes, which has a NUL only where it is shorter.
    #[inline]
    pub(crate) fn fixed(field: &'a [u8; 16]) -> Self {
        Self(until_nul(field).unwrap_or(field))
    }

    /// The bytes, without the NUL.
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The name as text, where it is UTF-8.
    pub const fn as_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Whether the name has no bytes.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq<str> for Name<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Name<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<[u8]> for Name<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == other
    }
}

impl PartialEq<&[u8]> for Name<'_> {
    fn eq(&self, other: &&[u8]) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use core::fmt::Write as _;
        // Nearly every name, in one piece.
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'[' | b']'..=b'~');
        if self.0.iter().all(is_plain) {
            if let Some(text) = self.as_str() {
                return f.write_str(text);
            }
        }
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if is_hidden(character) {
                    write!(f, "{}", character.escape_default())?;
                } else {
                    f.write_char(character)?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// The most bytes of a name that `Debug` shows; a longer one is cut, since it may be as long as the
/// file.
const DEBUG_LEN: usize = 96;

/// As `Display`, in quotes; a name of more than 96 bytes is cut.
impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get(..DEBUG_LEN) {
            Some(start) if start.len() < self.0.len() => {
                let (start, len) = (Name(start), self.0.len());
                write!(f, "\"{start}...\" ({len} bytes)")
            }
            _ => write!(f, "\"{self}\""),
        }
    }
}
