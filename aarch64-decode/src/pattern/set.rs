//! Sets of patterns, and the one pass over code that searches for all of them.
//!
//! A word is looked up in three tables: by its eleven highest bits, by the eleven below them, and
//! by the ten lowest. An entry has a bit for each group of patterns, which is set if a word with
//! these bits may be the rarest one of a pattern of the group. Only words whose three entries have
//! a bit in common are compared with patterns.

mod rarity;
pub(crate) mod search;

use core::fmt;

use super::Pattern;
use crate::bits::{index, low32, wide, widen};

/// Entries of the two tables of eleven bits, and of the one of ten.
const ELEVEN: usize = 1 << 11;
const TEN: usize = 1 << 10;
/// Cells of a pattern: the two halves of the place of its rarest word.
const ROW: usize = 2;
/// The least bits of the parts of a word, and how many there are.
const HIGH: [u8; 2] = [21, 11];
const MIDDLE: [u8; 2] = [10, 11];
const LOW: [u8; 2] = [0, 10];
/// The bits of an entry; pattern `n` has bit `n % GROUPS`.
pub(super) const GROUPS: usize = 32;

/// Memory of a [`PatternSet`]: four bytes.
#[derive(Clone, Copy, Default)]
pub struct PatternCell(u32);

impl PatternCell {
    /// A cell that nothing was written to, for statics.
    pub const EMPTY: Self = Self(0);
}

impl fmt::Debug for PatternCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternCell").finish_non_exhaustive()
    }
}

/// Why a [`PatternSet`] is not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatternError {
    /// The caller's memory has too few cells.
    BufferTooSmall {
        /// How many suffice.
        needed: usize,
    },
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small: {needed} cells are needed")
            }
        }
    }
}

impl core::error::Error for PatternError {}

/// A pattern, and what is compared first of it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) pattern: &'a [Pattern],
    /// Which of its words is probably the rarest, and its bits.
    pub(super) at: usize,
    pub(super) anchor: Pattern,
}

/// Which word of a pattern is probably the rarest in code.
fn rarest(pattern: &[Pattern]) -> usize {
    let (mut chosen, mut most, mut at) = (0, 0, 0_usize);
    for word in pattern {
        let rank = rarity::rank(*word);
        if rank > most {
            (chosen, most) = (at, rank);
        }
        at = at.wrapping_add(1);
    }
    chosen
}

/// Patterns of any lengths, which one pass over the code finds.
///
/// ```
/// use aarch64_decode::{Pattern, PatternCell, PatternSet, SetMatch};
///
/// let barrier = [Pattern::from_text("isb")?];
/// let call = ["adrp x0, _", "add x0, x0, #_", "bl _"].map(Pattern::from_text);
/// let [Ok(page), Ok(offset), Ok(branch)] = call else { panic!("they assemble") };
/// let call = [page, offset, branch];
/// let patterns: [&[Pattern]; 2] = [&barrier, &call];
/// let mut memory = [PatternCell::EMPTY; 5124];
/// let set = PatternSet::build(&patterns, &mut memory)?;
///
/// let code = [0xd503_3fdf, 0x9000_0000, 0x9100_4000, 0x9400_0010, 0xd65f_03c0];
/// let found: Vec<_> = set.find_iter(&code).map(|found| (found.pattern, found.at)).collect();
/// assert_eq!(found, [(0, 0), (1, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct PatternSet<'a> {
    patterns: &'a [&'a [Pattern]],
    tables: Tables<'a>,
    rows: &'a [PatternCell],
}

/// The tables: since their sizes are known, no look-up fails.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    high: &'a [PatternCell; ELEVEN],
    middle: &'a [PatternCell; ELEVEN],
    low: &'a [PatternCell; TEN],
}

/// An entry of the tables of eleven bits.
#[inline]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is as many bits as the table has"
)]
const fn entry(table: &[PatternCell; ELEVEN], at: u32) -> u32 {
    table[index(at) & (ELEVEN - 1)].0
}

/// An entry of the table of ten bits.
#[inline]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is as many bits as the table has"
)]
const fn entry_of_ten(table: &[PatternCell; TEN], at: u32) -> u32 {
    table[index(at) & (TEN - 1)].0
}

impl Tables<'_> {
    /// The groups that a word may be of.
    #[inline]
    pub(super) const fn groups(&self, word: u32) -> u32 {
        let outer = entry(self.high, word >> 21) & entry_of_ten(self.low, word);
        outer & entry(self.middle, word >> 10)
    }
}

impl fmt::Debug for PatternSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternSet")
            .field("len", &self.patterns.len())
            .finish_non_exhaustive()
    }
}

/// Sets a bit in the entry of every value that a part of the word may have.
fn mark(table: &mut [PatternCell], [lsb, width]: [u8; 2], anchor: Pattern, bit: u32) {
    let seen = !u32::MAX.wrapping_shl(widen(width));
    let fixed = anchor.mask().wrapping_shr(widen(lsb)) & seen;
    let value = anchor.value().wrapping_shr(widen(lsb)) & seen;
    let open = seen & !fixed;
    let mut bits = 0_u32;
    // At most 2^11 values of the open bits, from 0 to all of them.
    for _ in 0..=seen {
        if let Some(entry) = table.get_mut(index(value | bits)) {
            entry.0 |= bit;
        }
        bits = bits.wrapping_sub(open) & open;
        if bits == 0 {
            break;
        }
    }
}

impl<'a> PatternSet<'a> {
    /// The set of these patterns, whose numbers are their places in the slice. A pattern of no
    /// words is nowhere.
    ///
    /// It needs two cells for each pattern and 5120 for the tables: 20 KiB and more.
    ///
    /// # Errors
    /// [`PatternError::BufferTooSmall`] if the memory has fewer cells; an empty one asks how many.
    pub fn build(
        patterns: &'a [&'a [Pattern]],
        memory: &'a mut [PatternCell],
    ) -> Result<Self, PatternError> {
        let too_small = PatternError::BufferTooSmall {
            needed: patterns
                .len()
                .saturating_mul(ROW)
                .saturating_add(ELEVEN + ELEVEN + TEN),
        };
        let (high, memory) = memory.split_first_chunk_mut().ok_or(too_small)?;
        let (middle, memory) = memory.split_first_chunk_mut().ok_or(too_small)?;
        let (low, memory) = memory.split_first_chunk_mut().ok_or(too_small)?;
        let rows = patterns.len().checked_mul(ROW).ok_or(too_small)?;
        let rows = memory.get_mut(..rows).ok_or(too_small)?;
        *high = [PatternCell::EMPTY; ELEVEN];
        *middle = [PatternCell::EMPTY; ELEVEN];
        *low = [PatternCell::EMPTY; TEN];
        let mut number = 0_usize;
        for (pattern, cells) in patterns.iter().zip(rows.chunks_exact_mut(ROW)) {
            let bit = group(number);
            number = number.wrapping_add(1);
            let at = rarest(pattern);
            let Some(anchor) = pattern.get(at) else {
                continue;
            };
            mark(high, HIGH, *anchor, bit);
            mark(middle, MIDDLE, *anchor, bit);
            mark(low, LOW, *anchor, bit);
            let at = u64::try_from(at).unwrap_or(u64::MAX);
            for (cell, half) in cells.iter_mut().zip([at, at >> 32]) {
                *cell = PatternCell(low32(half));
            }
        }
        Ok(Self {
            patterns,
            tables: Tables { high, middle, low },
            rows,
        })
    }

    /// The patterns.
    pub const fn patterns(&self) -> &'a [&'a [Pattern]] {
        self.patterns
    }

    pub(super) const fn tables(&self) -> Tables<'a> {
        self.tables
    }

    /// A pattern, unless it has no words.
    pub(super) fn row(&self, number: usize) -> Option<Row<'a>> {
        let cells = self.rows.get(number.checked_mul(ROW)?..)?;
        let [low, high] = cells.first_chunk()?;
        let at = usize::try_from(wide(high.0) << 32 | wide(low.0)).ok()?;
        let pattern = self.patterns.get(number).copied()?;
        let anchor = *pattern.get(at)?;
        Some(Row {
            pattern,
            at,
            anchor,
        })
    }
}

/// The bit of a pattern.
fn group(number: usize) -> u32 {
    1_u32.wrapping_shl(u32::try_from(number % GROUPS).unwrap_or(0))
}
