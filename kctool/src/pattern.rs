//! Masked words and bytes as people type them, and the search for them.
use aarch64_decode::{AsmErrorKind, Pattern, Patterns, patterns as open_patterns};
use kc_offsets::code::{CodeMatch, CodeMatches, CodeRegions, Region};

use crate::failure::Failure;
use crate::printable::Printable;

/// Words of one pattern that can be searched for.
const MOST_WORDS: usize = 16;
/// Sequences of words that one text may stand for.
const MOST_SEQUENCES: usize = 64;
/// Encodings that one line may leave open.
const MOST_ENCODINGS: usize = 32;

/// Eight hexadecimal digits with `?` for any, or MASK:VALUE.
pub(crate) fn word(text: &str) -> Result<Pattern, String> {
    let hex = |digits: &str| {
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let whole =
            (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| whole);
        number.ok_or_else(|| no_word(text))
    };
    if let Some((mask, value)) = text.split_once(':') {
        return Ok(Pattern::new(hex(mask)?, hex(value)?));
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() != 8 {
        return Err(no_word(text));
    }
    let mask: String = digits
        .chars()
        .map(|digit| if digit == '?' { '0' } else { 'f' })
        .collect();
    Ok(Pattern::new(hex(&mask)?, hex(&digits.replace('?', "0"))?))
}

fn no_word(text: &str) -> String {
    let text = Printable::text(text);
    format!("{text} is no word: eight hexadecimal digits, or MASK:VALUE")
}

/// Words separated by spaces or commas.
pub(crate) fn words(text: &str) -> Result<Vec<Pattern>, String> {
    pieces(text).map(word).collect()
}

/// Instructions in LLVM's syntax, separated by semicolons; `_` is any operand, `#_` any immediate.
pub(crate) fn text(text: &str) -> Result<Vec<Pattern>, String> {
    let lines = text.split(';').map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            Pattern::from_text(line).map_err(|error| format!("{}: {error}", Printable::text(line)))
        })
        .collect()
}

/// Every sequence of words that instructions in LLVM's syntax stand for: one for each choice among
/// the encodings that the lines leave open.
pub(crate) fn sequences(text: &str) -> Result<Vec<Vec<Pattern>>, String> {
    let mut all = vec![Vec::new()];
    let lines = text.split(';').map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let mut buffer = [Pattern::ANY; MOST_ENCODINGS];
        let found = open_patterns(0, line, &mut buffer);
        let open = found.map_err(|error| match error.kind() {
            AsmErrorKind::BufferTooSmall { needed } => too_many(line, needed as usize),
            _ => format!("{}: {error}", Printable::text(line)),
        })?;
        if all.len() * open > MOST_SEQUENCES {
            return Err(too_many(line, open));
        }
        let choices = buffer.get(..open).unwrap_or_default();
        all = choices
            .iter()
            .flat_map(|choice| {
                let longer = |words: &Vec<Pattern>| [words.as_slice(), &[*choice]].concat();
                all.iter().map(longer).collect::<Vec<_>>()
            })
            .collect();
    }
    Ok(all)
}

fn too_many(line: &str, encodings: usize) -> String {
    format!(
        "{}: {encodings} encodings fit, too many with those of the other lines: say more of \
         it, for instance `x_` for any x register, `#_` for any number, `[x_, #_]` for any offset",
        Printable::text(line)
    )
}

/// Digits of two to sixteen, `?` for any: masks and values of its bytes, the lowest first.
fn digits(text: &str, count: usize, what: &str) -> Result<Vec<(u8, u8)>, String> {
    let digit = |byte: u8| match byte {
        b'?' => Some((0, 0)),
        _ => Some((15, u8::try_from(char::from(byte).to_digit(16)?).ok()?)),
    };
    let bytes = text.as_bytes().rchunks(2).map(|pair| {
        let [high, low] = pair else { return None };
        let ((high_mask, high), (low_mask, low)) = digit(*high).zip(digit(*low))?;
        Some((high_mask << 4 | low_mask, high << 4 | low))
    });
    let bytes: Option<Vec<_>> = bytes.collect();
    bytes
        .filter(|_| text.len() == count)
        .ok_or_else(|| format!("{} is no {what} hexadecimal digits", Printable::text(text)))
}

/// Bytes separated by spaces or commas: masks and values.
pub(crate) fn bytes(text: &str) -> Result<Vec<(u8, u8)>, String> {
    numbers(text, 2, "byte: two")
}

/// Halfwords separated by spaces or commas: masks and values of their bytes.
pub(crate) fn halfwords(text: &str) -> Result<Vec<(u8, u8)>, String> {
    numbers(text, 4, "halfword: four")
}

/// Quadwords separated by spaces or commas: masks and values of their bytes.
pub(crate) fn quadwords(text: &str) -> Result<Vec<(u8, u8)>, String> {
    numbers(text, 16, "quadword: sixteen")
}

fn numbers(text: &str, count: usize, what: &str) -> Result<Vec<(u8, u8)>, String> {
    let all = pieces(text).map(|piece| digits(piece, count, what));
    Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t'])
        .filter(|piece| !piece.is_empty())
}

/// The offsets at which the bytes match.
pub(crate) fn find_bytes<'p>(
    bytes: &'p [u8],
    pattern: &'p [(u8, u8)],
) -> impl Iterator<Item = usize> + 'p {
    // The first byte that is known whole is looked for alone.
    let anchor = pattern.iter().position(|(mask, _)| *mask == 0xff);
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let mut at = next;
            if let Some(anchor) = anchor {
                let known = pattern[anchor].1;
                at += bytes
                    .get(at + anchor..)?
                    .iter()
                    .position(|byte| *byte == known)?;
            }
            let window = bytes.get(at..at + pattern.len())?;
            next = at + 1;
            let mut pairs = window.iter().zip(pattern);
            if pairs.all(|(byte, (mask, value))| byte & mask == *value) {
                return Some(at);
            }
        }
    })
}

/// Calls one of several instances of a function of a place and words, by the number of words.
macro_rules! by_length {
    ($all:ident($place:expr, $words:ident)) => {
        by_length!($all($place, $words), 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    };
    ($all:ident($place:expr, $words:ident), $($length:literal)*) => {
        match $words.len() {
            $($length => Some($all::<$length>($place, $words)),)*
            _ => None,
        }
    };
}

/// # Errors
/// Too many words, or none.
pub(crate) fn check_length(words: &[Pattern]) -> Result<(), Failure> {
    if (1..=MOST_WORDS).contains(&words.len()) {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "a pattern of {} words: 1 to {MOST_WORDS} can be searched for",
        words.len()
    )))
}

/// The words as an array.
fn patterns<const N: usize>(words: &[Pattern]) -> Patterns<N> {
    let words: [Pattern; N] = std::array::from_fn(|at| words[at]);
    Patterns::new(words)
}

/// The places in the code where the words match.
pub(crate) fn find_words(
    regions: CodeRegions<'_>,
    words: &[Pattern],
) -> Result<Vec<CodeMatch>, Failure> {
    fn all<const N: usize>(regions: CodeRegions<'_>, words: &[Pattern]) -> Vec<CodeMatch> {
        CodeMatches::new(regions, patterns::<N>(words)).collect()
    }
    check_length(words)?;
    let found = by_length!(all(regions, words));
    Ok(found.unwrap_or_default())
}

/// vmaddr and file offset of the places in one region where the words match, at multiples of 4,
/// ascending; none of words that [`check_length`] refuses.
pub(crate) fn find_words_in<'p>(
    region: Region<'p>,
    words: &'p [Pattern],
) -> Box<dyn Iterator<Item = (u64, u64)> + 'p> {
    fn all<'p, const N: usize>(
        region: Region<'p>,
        words: &[Pattern],
    ) -> Box<dyn Iterator<Item = (u64, u64)> + 'p> {
        let skipped = region.vmaddr.get().wrapping_neg() & 3;
        let start = usize::try_from(skipped).unwrap_or(0);
        let bytes = region.bytes.get(start..).unwrap_or_default();
        let vmaddr = region.vmaddr.get().wrapping_add(skipped);
        let offset = region.file_offset.get().saturating_add(skipped);
        Box::new(patterns::<N>(words).find_bytes_iter(bytes).map(move |at| {
            let at = at as u64;
            (vmaddr.wrapping_add(at), offset.saturating_add(at))
        }))
    }
    let found = by_length!(all(region, words));
    found.unwrap_or_else(|| Box::new(std::iter::empty()))
}

#[cfg(test)]
mod tests {
    use super::{Pattern, bytes, find_bytes, halfwords, quadwords, sequences, text, word, words};

    #[test]
    fn patterns() {
        assert_eq!(word("d503201f"), Ok(Pattern::word(0xd503_201f)));
        assert_eq!(word("f2e?????"), Ok(Pattern::new(0xfff0_0000, 0xf2e0_0000)));
        assert_eq!(word("0xff:0x12"), Ok(Pattern::new(0xff, 0x12)));
        for bad in [
            "",
            "d503201",
            "d503201ff",
            "d503201g",
            "ff:",
            "?:1",
            "+0000001",
        ] {
            assert!(word(bad).is_err(), "{bad}");
        }
        assert_eq!(words("d503201f, ????????").map(|all| all.len()), Ok(2));
        let both = [0xd503_4fdf, 0xd503_201f].map(Pattern::word);
        assert_eq!(text("msr daifset, #0xf; nop;"), Ok(both.to_vec()));
        let error = text("nop; nope").unwrap_err();
        assert!(error.starts_with("nope: column 0: "), "{error}");
        assert_eq!(bytes("1f ?? 0?"), Ok(vec![(255, 0x1f), (0, 0), (0xf0, 0)]));
        assert!(bytes("1").is_err() && bytes("+1").is_err());
        let found = find_bytes(&[1, 2, 3, 1, 4], &[(255, 1), (0, 0)]);
        assert_eq!(found.collect::<Vec<_>>(), [0, 3]);
        let found = find_bytes(&[1, 2, 3, 1, 4], &[(0, 0), (255, 1)]);
        assert_eq!(found.collect::<Vec<_>>(), [2]);
        assert_eq!(find_bytes(&[1, 2], &[(0xf0, 0)]).count(), 2);
        assert_eq!(halfwords("1f?0 "), Ok(vec![(0x0f, 0), (255, 0x1f)]));
        let quadword = quadwords("????????????00ff").unwrap();
        assert_eq!(quadword[..3], [(255, 255), (255, 0), (0, 0)]);
        for bad in ["1f", "1ff00", "+1ff"] {
            assert!(halfwords(bad).is_err() && quadwords(bad).is_err(), "{bad}");
        }
        // mov is movz, movn, orr of a constant or of a register, and add of 0.
        let all = sequences("nop; mov x20, _").unwrap();
        assert!((3..8).contains(&all.len()), "{all:?}");
        let nop = Pattern::word(0xd503_201f);
        assert!(all.iter().all(|words| words.len() == 2 && words[0] == nop));
        assert!(all.iter().any(|words| words[1].matches(0xd280_0034)));
        assert!(all.iter().any(|words| words[1].matches(0xaa01_03f4)));
        let error = sequences("ldr _, _; ldr _, _; ldr _, _").unwrap_err();
        assert!(error.contains("encodings fit, too many"), "{error}");
    }
}
