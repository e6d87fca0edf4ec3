//! Masked patterns of words, and the search for them.

mod operands;
pub(crate) mod search;
pub(crate) mod set;

use core::fmt;

use crate::bits::widen;
use crate::encoding::Encoding;
use crate::matcher::decode;

/// Some bits of a word with their values; the others may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    mask: u32,
    value: u32,
}

/// The bits of a field; nothing of one that does not lie in a word.
const fn bits(lsb: u8, width: u8) -> Option<u32> {
    if width == 0 || width > 32 || lsb > 31 || widen(lsb).wrapping_add(widen(width)) > 32 {
        return None;
    }
    // 1 to 32 ones: a shift by 32 would do nothing.
    let ones = u32::MAX.wrapping_shr(32_u32.wrapping_sub(widen(width)));
    Some(ones.wrapping_shl(widen(lsb)))
}

impl Pattern {
    /// Every word.
    pub const ANY: Self = Self::new(0, 0);

    /// The words whose bits under `mask` are those of `value`. Bits of `value` outside of the mask
    /// do not count.
    pub const fn new(mask: u32, value: u32) -> Self {
        Self {
            mask,
            value: value & mask,
        }
    }

    /// This word and no other.
    pub const fn word(word: u32) -> Self {
        Self::new(u32::MAX, word)
    }

    /// The fixed bits of an encoding; all operands may be anything.
    ///
    /// Should-be bits are not fixed: the decoder, too, takes such words for the instruction. Where
    /// another row of Arm's tables takes some of the words (a special case), and where the
    /// architecture makes some of them UNDEFINED, the pattern matches those too: decode what was
    /// found if that matters.
    pub const fn encoding(encoding: Encoding) -> Self {
        Self::new(encoding.mask(), encoding.value())
    }

    /// The words of the same encoding as `word`; as [`encoding`](Self::encoding). `None` if the
    /// word is no instruction.
    pub const fn like(word: u32) -> Option<Self> {
        match decode(word) {
            Ok(insn) => Some(Self::encoding(insn.encoding())),
            Err(_) => None,
        }
    }

    /// Those of the words whose field of `width` bits from bit `lsb` is `value`.
    ///
    /// `None` if the field does not lie in the word (`width` is 1 to 32), if the value does not fit
    /// it, or if the pattern already has other values there: then no word would be left.
    #[must_use]
    pub const fn with(self, lsb: u8, width: u8, value: u32) -> Option<Self> {
        let Some(field) = bits(lsb, width) else {
            return None;
        };
        let shifted = value.wrapping_shl(widen(lsb));
        if shifted.wrapping_shr(widen(lsb)) != value || shifted & !field != 0 {
            return None;
        }
        if (self.value ^ shifted) & self.mask & field != 0 {
            return None;
        }
        Some(Self::new(self.mask | field, self.value | shifted))
    }

    /// The same, but the field of `width` bits from bit `lsb` may be anything. `None` if the field
    /// does not lie in the word.
    #[must_use]
    pub const fn without(self, lsb: u8, width: u8) -> Option<Self> {
        match bits(lsb, width) {
            Some(field) => Some(Self::new(self.mask & !field, self.value)),
            None => None,
        }
    }

    /// The bits that have a value.
    pub const fn mask(self) -> u32 {
        self.mask
    }

    /// Their values; 0 in all other bits.
    pub const fn value(self) -> u32 {
        self.value
    }

    /// Whether it matches a word.
    #[inline]
    #[must_use]
    pub const fn matches(self, word: u32) -> bool {
        word & self.mask == self.value
    }
}

/// Patterns for `N` words, one behind the other.
///
/// ```
/// use aarch64_decode::construct::{self, Gpr, Width};
/// use aarch64_decode::{Pattern, Patterns};
///
/// // The OS lock is opened and exceptions are masked before a constant is loaded: a place early in the start of a kernel.
/// // msr oslar_el1, xzr; msr daifset, #0xf; movk x0, #any, lsl #any
/// const START: Patterns<3> = Patterns::new([
///     Pattern::word(0xd510_109f),
///     Pattern::word(0xd503_4fdf),
///     Pattern::like(0xf280_0000).unwrap().with(0, 5, 0).unwrap(),
/// ]);
///
/// let mut code = [0xd503_201f, 0xd510_109f, 0xd503_4fdf, 0xf2e8_8aa0, 0xd65f_03c0];
/// let at = START.find(&code).ok_or("not found")?;
/// assert_eq!(at, 1);
/// // The constant is replaced.
/// code[at + 2] = construct::movk(Width::X, Gpr::X0, 0x4142, 48)?;
/// assert_eq!(START.find_iter(&code).collect::<Vec<_>>(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Patterns<const N: usize> {
    words: [Pattern; N],
    /// The pattern with the most bits, which is looked for first.
    anchor: Pattern,
    /// Where it is.
    anchor_at: usize,
}

impl<const N: usize> fmt::Debug for Patterns<N> {
    /// How many patterns there are, and the one that is looked for first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patterns")
            .field("len", &N)
            .field("anchor", &self.anchor)
            .field("anchor_at", &self.anchor_at)
            .finish_non_exhaustive()
    }
}

impl<const N: usize> Patterns<N> {
    /// The patterns of words that follow one another. With `N` 0 nothing matches.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared first; slice::get is not const"
    )]
    pub const fn new(words: [Pattern; N]) -> Self {
        let mut anchor = Pattern::ANY;
        let mut anchor_at = 0_usize;
        let mut at = 0_usize;
        while at < N {
            let own = words[at];
            if own.mask.count_ones() > anchor.mask.count_ones() {
                anchor = own;
                anchor_at = at;
            }
            at = at.wrapping_add(1);
        }
        Self {
            words,
            anchor,
            anchor_at,
        }
    }

    /// The patterns.
    pub const fn words(&self) -> &[Pattern; N] {
        &self.words
    }

    /// Whether these words match. With `N` 0 they do not.
    #[must_use]
    pub fn matches(&self, words: &[u32; N]) -> bool {
        N > 0
            && self
                .words
                .iter()
                .zip(words)
                .all(|(own, word)| own.matches(*word))
    }

    /// The pattern to look for first.
    const fn anchor(&self) -> (Pattern, usize) {
        (self.anchor, self.anchor_at)
    }
}

impl From<Pattern> for Patterns<1> {
    fn from(pattern: Pattern) -> Self {
        Self::new([pattern])
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, bits};

    #[test]
    fn fields() {
        assert_eq!(bits(0, 32), Some(u32::MAX));
        assert_eq!(bits(31, 1), Some(1 << 31));
        assert_eq!(bits(5, 16), Some(0x1f_ffe0));
        for (lsb, width) in [(0, 0), (0, 33), (1, 32), (32, 0), (32, 1), (255, 255)] {
            assert_eq!(bits(lsb, width), None, "{lsb} {width}");
        }
        let field = Pattern::new(0x60, u32::MAX);
        assert_eq!((field.mask(), field.value()), (0x60, 0x60));
        assert_eq!(Pattern::ANY.with(5, 2, 3), Some(field));
        assert_eq!(Pattern::ANY.with(5, 2, 4), None);
        assert_eq!(Pattern::ANY.with(31, 1, 2), None);
        assert_eq!(field.with(4, 2, 0), None);
        assert_eq!(field.with(4, 2, 2), Some(Pattern::new(0x70, 0x60)));
        assert_eq!(field.without(6, 1), Some(Pattern::new(0x20, 0x20)));
    }
}
