//! How rare words are in code that compilers make.

use crate::bits::widen;
use crate::pattern::Pattern;

/// Bits of information in the highest byte of a word: the negative binary logarithm of its share,
/// at most 15, measured over the `__text` of ruff 0.17 and of lxml's etree, half of each.
const HIGHEST: [u8; 256] = [
    9, 15, 15, 15, 15, 15, 15, 15, 15, 15, 11, 9, 15, 15, 11, 12, //
    10, 9, 7, 12, 6, 15, 15, 5, 15, 15, 8, 12, 15, 15, 11, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 15, 9, 9, 15, 15, 15, 11, 15, //
    15, 7, 11, 10, 8, 8, 8, 6, 8, 6, 15, 15, 7, 7, 15, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 13, 10, 15, 15, 10, 12, //
    15, 8, 4, 9, 4, 15, 15, 15, 15, 15, 11, 15, 15, 15, 15, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 12, 8, 12, 12, 11, 10, //
    15, 6, 9, 15, 15, 15, 15, 15, 10, 9, 9, 15, 15, 15, 15, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 10, 7, 15, 15, 15, 15, //
    7, 4, 8, 10, 5, 15, 15, 5, 15, 15, 7, 8, 15, 15, 10, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 7, 4, 3, 12, 14, 7, 15, 15, //
    7, 8, 10, 14, 5, 7, 12, 10, 9, 5, 15, 15, 15, 15, 15, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 13, 15, 10, 8, 15, 15, 15, 15, //
    7, 7, 6, 8, 11, 9, 6, 15, 15, 13, 9, 15, 15, 15, 15, 15, //
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 11, 6, 15, 15, 15, 15, //
    7, 6, 7, 15, 15, 15, 15, 15, 6, 3, 9, 15, 11, 10, 15, 15, //
];

/// Whole words that are more frequent than their bits say, and quarter bits of information in them:
/// `ret` and `nop` in the same code, `pacibsp` and `retab` in that of kernels.
const FREQUENT: [(u32, u32); 4] = [
    (0xd65f_03c0, 28),
    (0xd503_201f, 28),
    (0xd503_237f, 28),
    (0xd65f_0fff, 28),
];

/// Quarter bits of information in the words that a pattern matches: what the highest byte of the
/// most frequent one says, and a quarter of a bit for each other bit that is known. Registers and
/// numbers are not evenly spread.
pub(super) fn rank(pattern: Pattern) -> u32 {
    let own = (0..256_u32).zip(HIGHEST);
    let top = Pattern::new(pattern.mask() & !0xff_ffff, pattern.value());
    let of_byte = own
        .filter(|(byte, _)| top.matches(byte.wrapping_shl(24)))
        .map(|(_, bits)| widen(bits))
        .min();
    let others = (pattern.mask() & 0xff_ffff).count_ones();
    let rank = of_byte.unwrap_or(0).wrapping_mul(4).wrapping_add(others);
    FREQUENT
        .iter()
        .filter(|(word, _)| pattern.matches(*word))
        .fold(rank, |rank, (_, most)| rank.min(*most))
}
