//! The search finds what a plain loop finds.

use aarch64_decode::{
    Instruction, Occurrences, Pattern, PatternCell, PatternError, PatternSet, Patterns, SetMatch,
    decode,
};
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
    for end in [words.len(), words.len() / 2, words.len() / 3] {
        let before = wanted.iter().rev().find(|at| *at + N <= end).copied();
        assert_eq!(ours.rfind(&words[..end]), before);
    }
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
        assert_eq!(ours.rfind_bytes(code), offsets.last().copied());
    }
}

/// The set's matches are those of each pattern by itself, those of one pattern in ascending order.
fn check_set(patterns: &[Vec<(u32, u32)>], words: &[u32]) {
    let own: Vec<Vec<Pattern>> = patterns
        .iter()
        .map(|all| all.iter().map(|(m, v)| Pattern::new(*m, *v)).collect())
        .collect();
    let own: Vec<&[Pattern]> = own.iter().map(Vec::as_slice).collect();
    let Err(PatternError::BufferTooSmall { needed }) = PatternSet::build(&own, &mut []) else {
        panic!("a set needs memory");
    };
    let mut memory = vec![PatternCell::EMPTY; needed - 1];
    assert!(PatternSet::build(&own, &mut memory).is_err());
    memory.push(PatternCell::EMPTY);
    let set = PatternSet::build(&own, &mut memory).unwrap();
    let wanted: Vec<Vec<usize>> = patterns
        .iter()
        .map(|pattern| match pattern.len() {
            0 => Vec::new(),
            _ => plain(pattern, words),
        })
        .collect();
    let mut found = vec![Vec::new(); patterns.len()];
    for SetMatch { pattern, at, .. } in set.find_iter(words) {
        found[pattern].push(at);
    }
    assert_eq!(found, wanted);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let in_words = set
        .find_iter(words)
        .map(|found| (found.pattern, found.at * 4));
    let in_bytes = set
        .find_bytes_iter(&bytes)
        .map(|found| (found.pattern, found.at));
    assert!(in_words.eq(in_bytes));
    let mut counts = vec![Occurrences::NONE; patterns.len() + 1];
    let counts = set.occurrences(words, &mut counts).unwrap();
    assert_eq!(counts.len(), patterns.len());
    for (count, wanted) in counts.iter().zip(&wanted) {
        assert_eq!(count.count(), wanted.len());
        assert_eq!(count.first(), wanted.first().copied());
        assert_eq!(
            count.only(),
            match wanted[..] {
                [one] => Ok(one),
                _ => Err(wanted.len()),
            }
        );
    }
    let mut few = vec![Occurrences::NONE; patterns.len()];
    few.pop();
    if !patterns.is_empty() {
        assert!(set.occurrences_in_bytes(&bytes, &mut few).is_err());
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

    #[test]
    fn a_set_finds_what_each_pattern_finds(
        words in prop::collection::vec(word(), 0..150),
        patterns in prop::collection::vec(prop::collection::vec(pattern(), 0..5), 0..80),
    ) {
        check_set(&patterns, &words);
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
            // Only fixed bits tell the encoding: with another of them, the word is of another or of
            // none.
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
    assert_eq!(none.rfind(&[1, 2, 3]), None);
    assert!(!none.matches(&[]));
    assert_eq!(Patterns::from(Pattern::ANY).find(&[]), None);
    assert_eq!(Patterns::from(Pattern::ANY).find_bytes(&[1, 2, 3]), None);
}

/// The nearest place before another one, as patch finders ask for it.
#[test]
fn the_nearest_before_a_place() {
    let ret = Patterns::from(Pattern::word(0xd65f_03c0));
    let mut code = vec![0xd503_201f; 5000];
    code[7] = 0xd65f_03c0;
    code[4000] = 0xd65f_03c0;
    assert_eq!(ret.rfind(&code), Some(4000));
    assert_eq!(ret.rfind(&code[..4001]), Some(4000));
    assert_eq!(ret.rfind(&code[..4000]), Some(7));
    assert_eq!(ret.rfind(&code[..7]), None);
}

/// A should-be bit is not fixed: stxr with Rs2 other than 31 is still found.
#[test]
fn should_be_bits_are_free() {
    let pattern = Pattern::like(0xc800_7c20).unwrap();
    assert!(pattern.matches(0xc800_0020));
    assert!(decode(0xc800_0020).unwrap().is_unpredictable());
}
