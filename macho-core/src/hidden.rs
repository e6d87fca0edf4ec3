//! Characters that a terminal does not show as they are: one that a name holds could hide, move or
//! recolour what is printed after it.

/// Ranges of characters that are never printed as themselves, ascending: the general categories Cc,
/// Cf, Zl, Zp and Zs without the space, the code points that Unicode calls default ignorable, the
/// blanks that look like no character, and noncharacters of the first plane.
const HIDDEN: [(char, char); 49] = [
    ('\0', '\u{1f}'),
    ('\\', '\\'),
    ('\u{7f}', '\u{a0}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{2028}', '\u{202f}'),
    ('\u{205f}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{1fffe}', '\u{1ffff}'),
    ('\u{2fffe}', '\u{2ffff}'),
    ('\u{3fffe}', '\u{3ffff}'),
    ('\u{4fffe}', '\u{4ffff}'),
    ('\u{5fffe}', '\u{5ffff}'),
    ('\u{6fffe}', '\u{6ffff}'),
    ('\u{7fffe}', '\u{7ffff}'),
    ('\u{8fffe}', '\u{8ffff}'),
    ('\u{9fffe}', '\u{9ffff}'),
    ('\u{afffe}', '\u{affff}'),
    ('\u{bfffe}', '\u{bffff}'),
    ('\u{cfffe}', '\u{cffff}'),
    ('\u{dfffe}', '\u{dffff}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{efffe}', '\u{effff}'),
    ('\u{ffffe}', '\u{fffff}'),
    ('\u{10fffe}', '\u{10ffff}'),
];

/// Whether a character is escaped where names are printed: one of [`HIDDEN`], the backslash
/// included, since it starts an escape.
pub(crate) fn is_hidden(character: char) -> bool {
    let after = HIDDEN.partition_point(|(first, _)| *first <= character);
    let range = after.checked_sub(1).and_then(|at| HIDDEN.get(at));
    range.is_some_and(|(_, last)| character <= *last)
}

#[cfg(test)]
mod tests {
    use super::{HIDDEN, is_hidden};

    #[test]
    fn ranges_ascend_and_hold_what_terminals_obey() {
        let ends = HIDDEN.iter().flat_map(|(first, last)| [*first, *last]);
        assert!(ends.is_sorted());
        for character in '\0'..=char::MAX {
            let obeyed = character.is_control() || character.is_whitespace() && character != ' ';
            assert!(!obeyed || is_hidden(character), "{character:?}");
        }
        for shown in [
            ' ', 'a', '~', 'é', '語', '\u{301}', '\u{e000}', '🦀', '\u{fffd}',
        ] {
            assert!(!is_hidden(shown), "{shown:?}");
        }
    }
}
