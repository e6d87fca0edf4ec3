//! Text out of a hostile file or from the command line, made safe to print.
//!
//! Everything that `kc` prints of its input goes through [`Printable`], in text and in JSON alike:
//! the escapes are those of [`macho_core::Name`], which says how to read them back.
use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use macho_core::Name;

/// The most bytes of one name that are printed: a name may be as long as its file, and a million
/// rows may have it.
pub(crate) const MOST_NAME: usize = 4096;

/// What ends a name that was cut. Every backslash of a name is doubled, so that no name ends so.
const CUT: &str = "\\{cut}";

/// Prints bytes as text that cannot drive a terminal and can be read back; of more than
/// [`MOST_NAME`] bytes the first ones, and a mark.
pub(crate) struct Printable<'a>(pub(crate) &'a [u8]);

impl<'a> Printable<'a> {
    /// Text of the command line or of a file of patches.
    pub(crate) const fn text(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    /// The name of a file.
    pub(crate) fn path(path: &'a Path) -> Self {
        Self(path.as_os_str().as_encoded_bytes())
    }
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        Cut {
            bytes,
            most: MOST_NAME,
        }
        .fmt(f)
    }
}

/// As [`Printable`], with a limit of its own.
pub(crate) struct Cut<'a> {
    bytes: &'a [u8],
    most: usize,
}

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bytes.len() <= self.most {
            return Name::new(self.bytes).fmt(f);
        }
        // No character is cut in two.
        let len = (self.most - 3..=self.most)
            .rev()
            .find(|&len| self.bytes[len] & 0xc0 != 0x80)
            .unwrap_or(self.most);
        Name::new(&self.bytes[..len]).fmt(f)?;
        f.write_str(CUT)
    }
}

/// How much of names a listing prints: names may share their bytes, so that without a limit a small
/// file could ask for any amount of text.
pub(crate) struct NameLimit {
    left: usize,
}

impl NameLimit {
    /// So many times the bytes of the file all names have together, before they are cut short.
    const SHARED: usize = 4;
    /// The most bytes of a name from then on.
    const SHORT: usize = 128;

    pub(crate) const fn new(file: usize) -> Self {
        Self {
            left: file.saturating_mul(Self::SHARED),
        }
    }

    /// The name as it is printed.
    pub(crate) fn shown<'a>(&mut self, bytes: &'a [u8]) -> Cut<'a> {
        let most = if self.left == 0 {
            Self::SHORT
        } else {
            MOST_NAME
        };
        self.left = self.left.saturating_sub(bytes.len().min(most));
        Cut { bytes, most }
    }
}

/// A line of our own that may have text of others in it, without characters that drive a terminal:
/// what was escaped before stays as it is. The last guard of standard error.
pub(crate) fn guarded(line: &str) -> Cow<'_, str> {
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    for character in line.chars() {
        if character == '\\' {
            out.push(character);
        } else {
            let mut bytes = [0; 4];
            let text = character.encode_utf8(&mut bytes);
            out.push_str(&Name::new(text.as_bytes()).to_string());
        }
    }
    Cow::Owned(out)
}

/// Bytes as lower-case hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{CUT, MOST_NAME, Printable, guarded};

    /// Reads what `Printable` wrote.
    fn read_back(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let Some(escape) = rest.strip_prefix('\\') else {
                out.extend_from_slice(character.to_string().as_bytes());
                rest = &rest[character.len_utf8()..];
                continue;
            };
            let (bytes, len) = match escape.as_bytes()[0] {
                b'\\' => (vec![b'\\'], 1),
                b'n' => (vec![b'\n'], 1),
                b'r' => (vec![b'\r'], 1),
                b't' => (vec![b'\t'], 1),
                b'x' => (vec![u8::from_str_radix(&escape[1..3], 16).unwrap()], 3),
                b'u' => {
                    let end = escape.find('}').unwrap();
                    let number = u32::from_str_radix(&escape[2..end], 16).unwrap();
                    let character = char::from_u32(number).unwrap();
                    (character.to_string().into_bytes(), end + 1)
                }
                other => panic!("{other}"),
            };
            out.extend(bytes);
            rest = &escape[len..];
        }
        out
    }

    #[test]
    fn every_byte_and_character_comes_back() {
        let mut all: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![b'a', byte, b'b']).collect();
        all.extend(('\0'..=char::MAX).map(|character| character.to_string().into_bytes()));
        all.push(b"\\x41\\u{41}\\n\\".to_vec());
        all.push("a\u{202e}\u{2028}\u{9b}\u{7f}\u{e0041}".as_bytes().to_vec());
        all.push(b"\xe2\x80".to_vec());
        for bytes in all {
            let text = Printable(&bytes).to_string();
            assert_eq!(read_back(&text), bytes, "{text}");
            assert_eq!(guarded(&text), text);
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        for shift in 0..4 {
            let mut name = "x".repeat(shift);
            name.push_str(&"\u{1f980}".repeat(MOST_NAME));
            let text = Printable::text(&name).to_string();
            let cut = text.strip_suffix(CUT).unwrap();
            assert!(
                name.starts_with(cut) && MOST_NAME - 4 < cut.len(),
                "{shift}"
            );
        }
        let whole = "y".repeat(MOST_NAME);
        assert_eq!(Printable::text(&whole).to_string(), whole);
        let broken = [0x80; MOST_NAME + 9];
        let text = Printable(&broken).to_string();
        assert_eq!(text.len(), 4 * MOST_NAME + CUT.len());
    }

    #[test]
    fn names_that_share_their_bytes_are_cut_short() {
        let mut names = super::NameLimit::new(1000);
        let name = [b'z'; 1000];
        for _ in 0..4 {
            assert_eq!(names.shown(&name).to_string().len(), 1000);
        }
        let short = names.shown(&name).to_string();
        assert_eq!(short.len(), 128 + CUT.len());
        assert_eq!(names.shown(b"_main").to_string(), "_main");
    }

    #[test]
    fn guarded_lines_obey_nobody() {
        assert_eq!(
            guarded("kc: a\u{1b}[2J\u{202e}\n\\n"),
            "kc: a\\u{1b}[2J\\u{202e}\\n\\n"
        );
    }
}
