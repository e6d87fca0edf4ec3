//! Which words of a page of code could refer to a range of addresses: a test without decoding.
//!
//! Far from the range only `adrp`, `b` and `bl` reach it, and for a page of code the immediates
//! that do so are one interval. Words are compared with it as they are, in three or four vector
//! instructions for each kind.

use crate::bits::{low32, signed, signed32, unsigned};
use crate::words::BLOCK;

/// Bytes above its page, or above an `adr`'s address, that an address may lie and still count as
/// that pair's. An `add` and a load of 16 bytes behind it reach 69,615 bytes; an `add` with a
/// shifted immediate would reach 16 MiB, and with it most words would.
const REACH: u64 = 0x2_0000;

/// Bytes below its page, or below an `adr`'s address, that an address may lie: the negative offset
/// of LDRAA reaches this far, those of pairs and of unscaled loads and stores less.
const BELOW: u64 = 0x1000;

/// Code this near to the range has other kinds of instructions that reach it: `adr`, literals and
/// conditional branches, 1 MiB.
const NEAR: u64 = 0x10_0000 + REACH;

/// Ranges of more bytes are near to all code.
const MOST: u64 = 1 << 62;

/// A range of addresses, inclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    first: u64,
    span: u64,
}

impl Wanted {
    /// From `first` to `last`, which wraps where it is below.
    pub(super) const fn new(first: u64, last: u64) -> Self {
        Self {
            first,
            span: last.wrapping_sub(first),
        }
    }

    #[inline]
    pub(super) const fn contains(self, address: u64) -> bool {
        address.wrapping_sub(self.first) <= self.span
    }

    /// The pages that a pair can have which completes an address of the range: the first and the
    /// last.
    pub(super) const fn pages(self) -> (u64, u64) {
        if self.span > MOST {
            return (0, u64::MAX);
        }
        let first = self.first.wrapping_sub(REACH) & !0xfff;
        let last = self.first.wrapping_add(self.span);
        (first, last.wrapping_add(BELOW))
    }

    /// The test for words from `pc` to the end of its page; `None` where the range is near.
    #[inline]
    pub(super) const fn filter(self, pc: u64) -> Option<Filter> {
        let around = self.first.wrapping_sub(NEAR);
        if self.span > MOST || pc.wrapping_sub(around) <= self.span.wrapping_add(NEAR << 1) {
            return None;
        }
        let (first, last) = self.pages();
        let pages = Interval {
            low: signed(first.wrapping_sub(pc & !0xfff)) >> 12,
            high: 0,
        };
        let words = Interval {
            low: signed(self.first.wrapping_sub(pc)) >> 2,
            high: 0,
        };
        Some(Filter {
            // immhi is in units of four pages, at bit 5; immlo, at bits 29 and 30, is not looked
            // at.
            adrp: Compare::new(
                pages.to(last.wrapping_sub(first) >> 12).within(PAGES),
                2,
                0x7_ffff,
                5,
                0x9000_0000,
            ),
            branch: Compare::new(
                words.to((self.span >> 2).wrapping_add(1)).within(WORDS),
                0,
                0x3ff_ffff,
                0,
                0x1400_0000,
            ),
        })
    }
}

/// Distances from the lowest to the highest; none where they are the other way around.
#[derive(Clone, Copy)]
struct Interval {
    low: i64,
    high: i64,
}

/// The pages that `adrp` reaches.
const PAGES: Interval = Interval {
    low: -0x10_0000,
    high: 0xf_ffff,
};

/// The words that `b` and `bl` reach from the first word of a page, or from any other: those have
/// less far to go ahead.
const WORDS: Interval = Interval {
    low: -0x200_0000,
    high: 0x200_0000 + 1024,
};

impl Interval {
    /// As far as `more` above the lowest. Neither comes near 2^63, see [`MOST`].
    const fn to(self, more: u64) -> Self {
        Self {
            low: self.low,
            high: self.low.wrapping_add(signed(more)),
        }
    }

    const fn within(self, limits: Self) -> Self {
        let (low, high) = (self.low, self.high);
        Self {
            low: if low < limits.low { limits.low } else { low },
            high: if high > limits.high {
                limits.high
            } else {
                high
            },
        }
    }
}

/// An interval of words under a mask, prepared for one signed comparison.
#[derive(Clone, Copy, Debug)]
struct Compare {
    /// Added to a word, this makes the lowest one the least signed number.
    bias: u32,
    /// One more than the highest then is.
    below: i32,
}

impl Compare {
    const fn new(interval: Interval, units: u32, mask: u64, lsb: u32, opcode: u32) -> Self {
        if interval.low > interval.high {
            return Self {
                bias: 0,
                below: i32::MIN,
            };
        }
        let low = interval.low.wrapping_shr(units);
        let steps = interval.high.wrapping_shr(units).wrapping_sub(low);
        let start = opcode | low32(unsigned(low) & mask).wrapping_shl(lsb);
        let end = low32(unsigned(steps)).wrapping_shl(lsb).wrapping_add(1);
        Self {
            bias: 0x8000_0000_u32.wrapping_sub(start),
            below: signed32(0x8000_0000_u32.wrapping_add(end)),
        }
    }

    #[inline]
    const fn has(self, masked: u32) -> bool {
        signed32(masked.wrapping_add(self.bias)) < self.below
    }
}

/// The test for the words of one page of code, far from the range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    adrp: Compare,
    branch: Compare,
}

/// The places in a block: each word needs one word less to the same target than the one before.
static PLACES: [u32; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut rest: &mut [u32] = &mut places;
    let mut at = 0_u32;
    while let Some((place, after)) = rest.split_first_mut() {
        *place = at;
        at = at.wrapping_add(1);
        rest = after;
    }
    places
};

impl Filter {
    /// Whether the word could refer to the range, `words` words into the code that the filter was
    /// made for.
    #[inline]
    pub(super) const fn has(&self, words: u32, word: u32) -> bool {
        let branch = (word & 0x7fff_ffff).wrapping_add(words);
        self.adrp.has(word & 0x9fff_ffe0) || self.branch.has(branch)
    }

    /// Whether [`has`](Self::has) is true of any word of the block, which starts `words` words into
    /// that code.
    ///
    /// Without a branch, so that the compiler compares many words at once.
    #[inline]
    pub(super) fn any<const ADDRESSES: bool, const BRANCHES: bool>(
        &self,
        words: u32,
        block: &[u32; BLOCK],
    ) -> bool {
        let mut any = false;
        let (adrp, mut branch) = (self.adrp, self.branch);
        branch.bias = branch.bias.wrapping_add(words);
        for (&word, &place) in block.iter().zip(&PLACES) {
            if ADDRESSES {
                any |= adrp.has(word & 0x9fff_ffe0);
            }
            if BRANCHES {
                any |= branch.has((word & 0x7fff_ffff).wrapping_add(place));
            }
        }
        any
    }
}
