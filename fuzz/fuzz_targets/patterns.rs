//! Masked words, one after the other and as a set, and masked bytes, against a plain loop.
#![no_main]

use aarch64_decode::{Occurrences, Pattern, PatternCell, PatternError, PatternSet, Patterns};
use kc_offsets::code::MaskedBytes;
use libfuzzer_sys::fuzz_target;

/// The places where all patterns match, one bit of one word at a time.
fn plain(patterns: &[(u32, u32)], words: &[u32]) -> Vec<usize> {
    let same = |(mask, value): &(u32, u32), word: &u32| {
        (0..32).all(|bit| mask >> bit & 1 == 0 || value >> bit & 1 == word >> bit & 1)
    };
    let windows = words.windows(patterns.len()).enumerate();
    windows
        .filter(|(_, own)| patterns.iter().zip(*own).all(|(one, word)| same(one, word)))
        .map(|(at, _)| at)
        .collect()
}

fn one<const N: usize>(patterns: &[(u32, u32)], words: &[u32], bytes: &[u8], wanted: &[usize]) {
    let Ok(own) = <[(u32, u32); N]>::try_from(patterns) else {
        return;
    };
    let own = Patterns::new(own.map(|(mask, value)| Pattern::new(mask, value)));
    assert!(own.find_iter(words).eq(wanted.iter().copied()));
    assert!(
        own.find_bytes_iter(bytes)
            .eq(wanted.iter().map(|at| at * 4))
    );
    assert_eq!(own.rfind(words), wanted.last().copied());
    assert_eq!(own.rfind_bytes(bytes), wanted.last().map(|at| at * 4));
}

fuzz_target!(|data: &[u8]| {
    // How many patterns there are, and of each its length and its pairs; then the words.
    let Some((&[count, lead], mut rest)) = data.split_first_chunk() else {
        return;
    };
    let mut all = Vec::new();
    for _ in 0..count % 70 {
        let Some((len, next)) = rest.split_first() else {
            break;
        };
        let mut pattern = Vec::new();
        rest = next;
        for _ in 0..len % 5 {
            let Some((pair, next)) = rest.split_first_chunk::<8>() else {
                break;
            };
            let [a, b, c, d, e, f, g, h] = *pair;
            pattern.push((
                u32::from_le_bytes([a, b, c, d]),
                u32::from_le_bytes([e, f, g, h]),
            ));
            rest = next;
        }
        all.push(pattern);
    }
    let rest = rest.get(usize::from(lead % 4)..).unwrap_or_default();
    let words = rest
        .chunks_exact(4)
        .map(|word| word.try_into().expect("four bytes"));
    let words: Vec<u32> = words.map(u32::from_le_bytes).collect();
    let bytes = rest.get(..words.len() * 4).expect("as many bytes");
    let wanted: Vec<Vec<usize>> = all
        .iter()
        .map(|own| {
            if own.is_empty() {
                Vec::new()
            } else {
                plain(own, &words)
            }
        })
        .collect();
    for (own, wanted) in all.iter().zip(&wanted) {
        one::<1>(own, &words, bytes, wanted);
        one::<2>(own, &words, bytes, wanted);
        one::<3>(own, &words, bytes, wanted);
        one::<4>(own, &words, bytes, wanted);
    }

    let own: Vec<Vec<Pattern>> = all
        .iter()
        .map(|all| all.iter().map(|(m, v)| Pattern::new(*m, *v)).collect())
        .collect();
    let own: Vec<&[Pattern]> = own.iter().map(Vec::as_slice).collect();
    let Err(PatternError::BufferTooSmall { needed }) = PatternSet::build(&own, &mut []) else {
        panic!("a set needs memory");
    };
    let mut memory = vec![PatternCell::EMPTY; needed];
    let set = PatternSet::build(&own, &mut memory).expect("as much as it asked for");
    let mut found = vec![Vec::new(); all.len()];
    for place in set.find_iter(&words) {
        found[place.pattern].push(place.at);
    }
    assert_eq!(found, wanted);
    let mut counts = vec![Occurrences::NONE; all.len()];
    let counts = set
        .occurrences_in_bytes(bytes, &mut counts)
        .expect("as many");
    for (count, wanted) in counts.iter().zip(&wanted) {
        assert_eq!(count.count(), wanted.len());
        assert_eq!(count.first(), wanted.first().map(|at| at * 4));
    }

    // Of the bytes the first ones are mask and value of the others.
    let half = usize::from(lead / 4 % 10);
    let Some((mask, rest)) = data.split_at_checked(half) else {
        return;
    };
    let Some((value, rest)) = rest.split_at_checked(half) else {
        return;
    };
    let Some(masked) = MaskedBytes::new(mask, value) else {
        assert_eq!(half, 0);
        return;
    };
    let windows = rest.windows(half).enumerate();
    let same = windows.filter(|(_, own)| (0..half).all(|n| own[n] & mask[n] == value[n] & mask[n]));
    assert!(masked.find_iter(rest).eq(same.map(|(at, _)| at)));
});
