//! The search finds what a plain loop finds.

use aarch64_decode::{Instruction, Pattern, Patterns, decode};
use proptest::prelude::*;

/// Looks at every place, one word and one bit at a time.
fn plain(patterns: &[(u32, u32)], words: &[u32]) -> Vec<usize> {
    let same = |(mask, value): &(u32, u32), word: &u32| {
        (0..32).all(|bit| mask >> bit & 1 == 0 || value >> bit & 1 == word >> bit & 1)
    };
    words
        .windows(patterns.len())
        .enumerate()
        .filter(|(_, window)| {
            patterns
                .iter()
                .zip(*window)
                .all(|(own, word)| same(own, word))
        })
        .map(|(at, _)| at)
        .collect()
}

fn check<const N: usize>(patterns: [(u32, u32); N], words: &[u32]) {
    let wanted = plain(&patterns, words);
    let ours = Patterns::new(patterns.map(|(mask, value)| Pattern::new(mask, value)));
    assert_eq!(ours.find_iter(words).collect::<Vec<_>>(), wanted);
    assert_eq!(ours.find(words), wanted.first().copied());
    for at in 0..words.len().saturating_sub(N - 1) {
        let window = words[at..at + N].try_into().unwrap();
        assert_eq!(ours.matches(window), wanted.contains(&at));
    }
    // At each distance from a multiple of four in memory, and with bytes left over.
    let offsets: Vec<_> = wanted.iter().map(|at| at * 4).collect();
    for lead in 0..4 {
        let mut bytes = vec![0xff; lead];
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(vec![0; lead]);
        let code = &bytes[lead..];
        assert_eq!(ours.find_bytes_iter(code).collect::<Vec<_>>(), offsets);
        assert_eq!(ours.find_bytes(code), offsets.first().copied());
    }
}

/// Few values, so that there are matches.
fn word() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0_u32..4, 1 => any::<u32>(), 1 => Just(0xd503_201f)]
}

fn pattern() -> impl Strategy<Value = (u32, u32)> {
    let mask = prop_oneof![0_u32..4, Just(u32::MAX), Just(u32::MAX << 1), any::<u32>()];
    (mask, word())
}

proptest! {
    #[test]
    fn finds_what_a_plain_loop_finds(
        words in prop::collection::vec(word(), 0..150),
        patterns in prop::array::uniform4(pattern()),
    ) {
        let [a, b, c, d] = patterns;
        check([a], &words);
        check([a, b], &words);
        check([a, b, c], &words);
        check([a, b, c, d], &words);
    }

    /// One match, anywhere: in a block, across two, at the end.
    #[test]
    fn finds_one(len in 3_usize..200, place in any::<prop::sample::Index>()) {
        let at = place.index(len - 2);
        let mut words = vec![0xd503_201f; len];
        words[at..at + 3].copy_from_slice(&[1, 2, 3]);
        let patterns = Patterns::new([Pattern::word(1), Pattern::ANY, Pattern::new(0xff, 3)]);
        prop_assert_eq!(patterns.find_iter(&words).collect::<Vec<_>>(), [at]);
        words[at + 2] = 4;
        prop_assert_eq!(patterns.find(&words), None);
    }

    /// The bits of an encoding are those of each of its words.
    #[test]
    fn encodings(word in any::<u32>()) {
        if let Ok(insn) = decode(word) {
            let pattern = Pattern::like(word).unwrap();
            prop_assert_eq!(pattern, Pattern::encoding(insn.encoding()));
            prop_assert!(pattern.matches(word));
            // Only fixed bits tell the encoding: with another of them, the word is of another or of none.
            for bit in (0..32).filter(|bit| pattern.mask() >> bit & 1 == 1) {
                let other = decode(word ^ 1 << bit);
                prop_assert!(other.map(Instruction::encoding) != Ok(insn.encoding()));
            }
        } else {
            prop_assert_eq!(Pattern::like(word), None);
        }
    }
}

#[test]
fn nothing_is_found_of_nothing() {
    let none = Patterns::new([]);
    assert_eq!(none.find(&[1, 2, 3]), None);
    assert!(!none.matches(&[]));
    assert_eq!(Patterns::from(Pattern::ANY).find(&[]), None);
    assert_eq!(Patterns::from(Pattern::ANY).find_bytes(&[1, 2, 3]), None);
}

/// A should-be bit is not fixed: stxr with Rs2 other than 31 is still found.
#[test]
fn should_be_bits_are_free() {
    let pattern = Pattern::like(0xc800_7c20).unwrap();
    assert!(pattern.matches(0xc800_0020));
    assert!(decode(0xc800_0020).unwrap().is_unpredictable());
}
