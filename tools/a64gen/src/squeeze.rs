//! Makes a list of short names small: parts that repeat become one byte.
//!
//! A name is a run of bytes; a byte below 0x80 stands for itself, byte 0x80 + n for part n of the
//! dictionary, whose text is plain. Reading a name is one pass without recursion.

use std::collections::HashMap;

/// Dictionary and names.
pub(crate) struct Squeezed {
    /// Up to 128 parts, plain text.
    pub(crate) parts: Vec<String>,
    /// The names in the order given.
    pub(crate) names: Vec<Vec<u8>>,
}

/// Squeezes ASCII names: joins the pair of neighbours that saves most, again and again (byte-pair
/// encoding), then writes each part out in full.
pub(crate) fn squeeze(names: &[&str]) -> Squeezed {
    // 0..128 are the characters, 128.. the parts in order of their making.
    let mut texts: Vec<String> = (0_u8..128).map(|c| char::from(c).to_string()).collect();
    let mut coded: Vec<Vec<usize>> = names
        .iter()
        .map(|name| name.bytes().map(usize::from).collect())
        .collect();
    let used = |coded: &[Vec<usize>]| {
        let mut codes: Vec<usize> = coded
            .iter()
            .flatten()
            .copied()
            .filter(|&code| code >= 128)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes.len()
    };
    // Parts that only served to build longer ones free their number again, so used() is what
    // counts.
    while used(&coded) < 128 {
        let mut counts: HashMap<(usize, usize), usize> = HashMap::new();
        for name in &coded {
            for pair in name.windows(2) {
                *counts.entry((pair[0], pair[1])).or_default() += 1;
            }
        }
        // Ties go to the smaller codes: the same output in every run.
        let best = counts
            .iter()
            .max_by_key(|&(&pair, &count)| (count, std::cmp::Reverse(pair)));
        let Some((&(a, b), &count)) = best else {
            break;
        };
        let text = format!("{}{}", texts[a], texts[b]);
        // A part costs its text and where it starts.
        if count <= text.len() + 2 {
            break;
        }
        let code = texts.len();
        texts.push(text);
        for name in &mut coded {
            let mut at = 0;
            while at + 1 < name.len() {
                if name[at] == a && name[at + 1] == b {
                    name[at] = code;
                    name.remove(at + 1);
                }
                at += 1;
            }
        }
    }
    // Parts that only served to build longer ones are dropped.
    let mut number: HashMap<usize, u8> = HashMap::new();
    let mut parts = Vec::new();
    for &code in coded.iter().flatten() {
        if code >= 128 && !number.contains_key(&code) {
            number.insert(code, 0x80 + parts.len() as u8);
            parts.push(texts[code].clone());
        }
    }
    let names = coded
        .iter()
        .map(|name| {
            name.iter()
                .map(|&code| number.get(&code).copied().unwrap_or(code as u8))
                .collect()
        })
        .collect();
    Squeezed { parts, names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let list: Vec<String> = (0..31).map(|n| format!("PMEVCNTR{n}_EL0")).collect();
        let names: Vec<&str> = list.iter().map(String::as_str).collect();
        let squeezed = squeeze(&names);
        for (name, bytes) in names.iter().zip(&squeezed.names) {
            let text: String = bytes
                .iter()
                .map(|&byte| match byte.checked_sub(0x80) {
                    Some(part) => squeezed.parts[usize::from(part)].clone(),
                    None => char::from(byte).to_string(),
                })
                .collect();
            assert_eq!(&text, name);
        }
        let plain: usize = names.iter().map(|name| name.len()).sum();
        let small: usize = squeezed.names.iter().map(Vec::len).sum::<usize>()
            + squeezed.parts.iter().map(String::len).sum::<usize>();
        assert!(small * 3 < plain, "{small} of {plain}");
    }
}
