//! The lines of a file of patches; docs/src/patches.md describes them.
use aarch64_decode::Pattern;

use crate::number::number;
use crate::pattern;
use crate::printable::Printable;

/// Where a patch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At an address.
    VmAddr(u64),
    /// So many bytes into the file.
    FileOffset(u64),
    /// So many bytes behind a symbol.
    Symbol(String, u64),
    /// Wherever the expected words are in the code, which must be so many times.
    Find {
        count: usize,
        /// The entry id of the image that is searched.
        image: Option<String>,
    },
}

/// One patch as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) place: Place,
    pub(super) expected: Vec<u8>,
    pub(super) mask: Vec<u8>,
    /// The expected words; none where bytes are given.
    pub(super) words: Vec<Pattern>,
    /// Bytes into the expected ones at which the new ones start.
    pub(super) skip: usize,
    pub(super) replacement: Vec<u8>,
}

impl Line {
    /// The patch of a line; `None` where it has none.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, String> {
        let text = without_remark(text);
        if text.is_empty() {
            return Ok(None);
        }
        let (before, after) = text
            .split_once("->")
            .ok_or("no `->` between what is expected and what replaces it")?;
        let (place, expected) = place(before.trim())?;
        let (kind, expected) = Kind::of(expected, Kind::Words);
        let (skip, replacement) = skip(after.trim())?;
        let (new_kind, replacement) = Kind::of(replacement, kind);
        let in_bytes = kind == Kind::Bytes;
        if in_bytes != (new_kind == Kind::Bytes) {
            return Err("bytes replace bytes, and instructions replace instructions".to_owned());
        }
        let unit = if in_bytes { 1 } else { 4 };
        let (words, expected) = kind.masked(expected)?;
        let (_, replacement) = new_kind.masked(replacement)?;
        if replacement.iter().any(|(mask, _)| *mask != 0xff) {
            return Err("what replaces cannot have a ?".to_owned());
        }
        if in_bytes && matches!(place, Place::Find { .. }) {
            return Err("find takes words".to_owned());
        }
        let skip = skip.checked_mul(unit).ok_or("+N is too large")?;
        let end = skip.saturating_add(replacement.len());
        if replacement.is_empty() || end > expected.len() {
            return Err("what replaces goes past what is expected, or is nothing".to_owned());
        }
        Ok(Some(Self {
            place,
            mask: expected.iter().map(|(mask, _)| *mask).collect(),
            expected: expected.iter().map(|(_, value)| *value).collect(),
            words,
            skip,
            replacement: replacement.iter().map(|(_, value)| *value).collect(),
        }))
    }
}

/// How instructions or bytes are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    Asm,
    Bytes,
}

/// Masks and values of bytes in the order of the file.
type Masked = Vec<(u8, u8)>;

impl Kind {
    /// What stands before the text, and the text; or what it is without.
    fn of(text: &str, otherwise: Self) -> (Self, &str) {
        let text = text.trim();
        match first(text) {
            ("words", rest) => (Self::Words, rest),
            ("asm", rest) => (Self::Asm, rest),
            ("bytes", rest) => (Self::Bytes, rest),
            _ => (otherwise, text),
        }
    }

    /// The words, where it is not bytes, and the bytes.
    fn masked(self, text: &str) -> Result<(Vec<Pattern>, Masked), String> {
        let words = match self {
            Self::Words => pattern::words(text)?,
            Self::Asm => pattern::text(text)?,
            Self::Bytes => return Ok((Vec::new(), pattern::bytes(text)?)),
        };
        let bytes = words.iter().flat_map(|word| {
            let (mask, value) = (word.mask().to_le_bytes(), word.value().to_le_bytes());
            mask.into_iter().zip(value)
        });
        let bytes = bytes.collect();
        Ok((words, bytes))
    }
}

/// The line without what follows a `#` that stands alone or at its start: instructions have such
/// before numbers.
fn without_remark(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    line.split(" # ").next().unwrap_or_default().trim()
}

fn first(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

fn place(text: &str) -> Result<(Place, &str), String> {
    match first(text) {
        ("at", rest) => {
            let (at, rest) = rest
                .split_once(": ")
                .ok_or("no `: ` behind the place of the patch")?;
            let place = match first(at.trim()) {
                ("offset", offset) => Place::FileOffset(number(offset)?),
                (at, "") => match number(at) {
                    Ok(vmaddr) => Place::VmAddr(vmaddr),
                    Err(_) => symbol(at)?,
                },
                _ => return Err(format!("{} is no place", Printable::text(at))),
            };
            Ok((place, rest))
        }
        ("find", mut rest) => {
            let (mut count, mut image) = (1, None);
            let (times, more) = first(rest);
            if let Some(times) = times.strip_suffix('x') {
                count = times
                    .parse()
                    .map_err(|_| format!("{}x is no number of matches", Printable::text(times)))?;
                rest = more;
            }
            if let ("in", more) = first(rest) {
                let (id, more) = first(more);
                image = Some(id.to_owned());
                rest = more;
            }
            Ok((Place::Find { count, image }, rest))
        }
        (other, _) => {
            let other = Printable::text(other);
            Err(format!("a patch starts with at or find, not with {other}"))
        }
    }
}

/// `SYMBOL` or `SYMBOL+N`.
fn symbol(text: &str) -> Result<Place, String> {
    Ok(match text.rsplit_once('+') {
        Some((name, more)) => Place::Symbol(name.to_owned(), number(more)?),
        None => Place::Symbol(text.to_owned(), 0),
    })
}

/// `+N` before what replaces: words or bytes into what is expected.
fn skip(text: &str) -> Result<(usize, &str), String> {
    let (start, rest) = first(text);
    match start.strip_prefix('+') {
        Some(digits) => {
            let skip = digits
                .parse()
                .map_err(|_| format!("+{} is no number", Printable::text(digits)))?;
            Ok((skip, rest))
        }
        None => Ok((0, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Pattern, Place};

    #[test]
    fn lines() {
        let parse = |text: &str| Line::parse(text).unwrap().unwrap();
        assert_eq!(Line::parse("  # a remark"), Ok(None));
        let line = parse("at 0x1000: d503201f -> d65f03c0 # stop");
        assert_eq!(line.place, Place::VmAddr(0x1000));
        assert_eq!(line.expected, [0x1f, 0x20, 0x03, 0xd5]);
        assert_eq!(line.replacement, [0xc0, 0x03, 0x5f, 0xd6]);
        let line = parse("find 2x in com.apple.kernel words d503201f f2e????? -> +1 d503201f");
        let image = Some("com.apple.kernel".to_owned());
        assert_eq!(line.place, Place::Find { count: 2, image });
        assert_eq!((line.skip, line.words.len()), (4, 2));
        assert_eq!(line.mask[4..], [0, 0, 0xf0, 0xff]);
        let line = parse("at offset 16: bytes 1f ?? -> +1 07");
        assert_eq!((line.place, line.skip), (Place::FileOffset(16), 1));
        assert_eq!(line.mask, [0xff, 0]);
        let line = parse("find asm msr daifset, #0xf; movk x0, _ -> +1 nop # remark");
        assert_eq!(line.words[0], Pattern::word(0xd503_4fdf));
        assert_eq!(line.replacement, [0x1f, 0x20, 0x03, 0xd5]);
        let line = parse("at _start+0x10: d503201f -> d503201f");
        assert_eq!(line.place, Place::Symbol("_start".to_owned(), 16));
    }

    #[test]
    fn refusals() {
        for (text, why) in [
            ("at 0: d503201f", "no `->`"),
            ("to 0: d503201f -> d503201f", "starts with at or find"),
            ("at 0 d503201f -> d503201f", "no `: `"),
            ("at 1 2: d503201f -> d503201f", "no place"),
            ("at 0: d503201f -> +1 d503201f", "goes past"),
            ("at 0: d503201f ->", "goes past"),
            ("at 0: d503201f -> d503201?", "cannot have a ?"),
            ("at 0: d503201 -> d503201f", "no word"),
            ("at 0: bytes 1 -> 2", "no byte"),
            ("at 0: d503201f -> bytes 00", "bytes replace bytes"),
            ("at 0: asm nope -> asm nop", "a mnemonic"),
            ("find bytes 00 -> bytes 01", "find takes words"),
            ("find ax d503201f -> d503201f", "no number"),
            (
                "at 0: d503201f -> +18446744073709551615 d503201f",
                "too large",
            ),
        ] {
            let error = Line::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
