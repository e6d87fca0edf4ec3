//! The search for all patterns of a set.

use core::fmt;
use core::iter::{FusedIterator, from_fn};

use super::{GROUPS, PatternError, PatternSet, Tables};
use crate::pattern::Pattern;
use crate::words::Source;

/// Words that are looked up before any is compared.
const PART: usize = 8;

/// Where a pattern of a set matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SetMatch {
    /// The number of the pattern.
    pub pattern: usize,
    /// Where it matches: of words the index of the first, of bytes its offset.
    pub at: usize,
}

/// How often a pattern of a set matches, and where first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Occurrences {
    first: usize,
    count: usize,
}

impl Occurrences {
    /// No occurrence, for statics.
    pub const NONE: Self = Self { first: 0, count: 0 };

    /// How often it matches.
    pub const fn count(self) -> usize {
        self.count
    }

    /// Where it matches first.
    pub const fn first(self) -> Option<usize> {
        if self.count > 0 {
            Some(self.first)
        } else {
            None
        }
    }

    /// Where it matches, if it matches exactly once.
    ///
    /// # Errors
    /// How often it matches, 0 or 2 and more.
    pub const fn only(self) -> Result<usize, usize> {
        if self.count == 1 {
            Ok(self.first)
        } else {
            Err(self.count)
        }
    }

    /// One more, behind all others.
    const fn add(&mut self, at: usize) {
        if self.count == 0 {
            self.first = at;
        }
        self.count = self.count.saturating_add(1);
    }
}

impl<'a> PatternSet<'a> {
    /// All matches in `words`: which pattern, and the index of its first word. Those of one pattern
    /// come in ascending order, overlapping ones too; those of different patterns in the order in
    /// which their rarest words lie.
    ///
    /// Takes one pass over the words, with one look-up for each, and at most as many steps as an
    /// eighth of the patterns have words for each word that one of their rarest words may match.
    pub const fn find_iter<'w>(&self, words: &'w [u32]) -> SetMatches<'a, 'w> {
        SetMatches(Search::new(*self, words))
    }

    /// All matches in `code`, with the byte offset: little-endian words from the slice's first byte
    /// on, wherever that lies in memory. One to three bytes behind the last word do not count. As
    /// [`find_iter`](Self::find_iter).
    pub const fn find_bytes_iter<'w>(&self, code: &'w [u8]) -> ByteSetMatches<'a, 'w> {
        ByteSetMatches(Search::new(*self, code))
    }

    /// How often each of the patterns matches in `words`, and where first, in their order; costs
    /// what [`find_iter`](Self::find_iter) does.
    ///
    /// # Errors
    /// [`PatternError::BufferTooSmall`] if there is less memory than patterns.
    pub fn occurrences<'m>(
        &self,
        words: &[u32],
        memory: &'m mut [Occurrences],
    ) -> Result<&'m [Occurrences], PatternError> {
        self.count(self.find_iter(words), memory)
    }

    /// As [`occurrences`](Self::occurrences), in bytes as
    /// [`find_bytes_iter`](Self::find_bytes_iter) takes them.
    ///
    /// # Errors
    /// [`PatternError::BufferTooSmall`] if there is less memory than patterns.
    pub fn occurrences_in_bytes<'m>(
        &self,
        code: &[u8],
        memory: &'m mut [Occurrences],
    ) -> Result<&'m [Occurrences], PatternError> {
        self.count(self.find_bytes_iter(code), memory)
    }

    fn count<'m>(
        &self,
        matches: impl Iterator<Item = SetMatch>,
        memory: &'m mut [Occurrences],
    ) -> Result<&'m [Occurrences], PatternError> {
        let needed = self.patterns().len();
        let counts = memory
            .get_mut(..needed)
            .ok_or(PatternError::BufferTooSmall { needed })?;
        counts.fill(Occurrences::NONE);
        for found in matches {
            if let Some(own) = counts.get_mut(found.pattern) {
                own.add(found.at);
            }
        }
        Ok(counts)
    }
}

#[derive(Clone)]
struct Search<'a, S> {
    set: PatternSet<'a>,
    source: S,
    /// The word behind the last part that was looked at; `usize::MAX` behind all of them.
    next: usize,
    /// The first word of that part.
    base: usize,
    /// The words of that part that may be one of a pattern and have not been compared, from bit 0.
    hits: u32,
    /// The word that is compared with patterns, its index, and the groups that are left.
    word: (u32, usize),
    groups: u32,
    /// The next pattern of the lowest of these groups.
    number: usize,
}

/// The words that may be one of a pattern, from bit 0 on.
#[inline]
fn hits(tables: Tables<'_>, words: impl Iterator<Item = u32>) -> u32 {
    let mut bit = 1_u32;
    words.take(PART).fold(0, |hits, word| {
        let own = if tables.groups(word) == 0 { 0 } else { bit };
        bit = bit.wrapping_shl(1);
        hits | own
    })
}

impl<'a, S: Source> Search<'a, S> {
    const fn new(set: PatternSet<'a>, source: S) -> Self {
        Self {
            set,
            source,
            next: 0,
            base: 0,
            hits: 0,
            word: (0, 0),
            groups: 0,
            number: 0,
        }
    }

    /// Goes on to the next part that has a hit. Whether there is one.
    fn advance(&mut self) -> bool {
        let tables = self.set.tables();
        let mut at = self.next;
        while let Some(part) = self.source.part::<PART>(at) {
            let any = part.iter().fold(0, |any, word| any | tables.groups(*word));
            if any != 0 {
                self.hits = hits(tables, part.into_iter());
                self.base = at;
                self.next = at.wrapping_add(PART);
                return true;
            }
            at = at.wrapping_add(PART);
        }
        // What is left behind the last part, which is less than one.
        let mut next = at;
        let rest = from_fn(|| {
            let word = self.source.word(next);
            next = next.wrapping_add(1);
            word
        });
        self.hits = hits(tables, rest);
        self.base = at;
        self.next = usize::MAX;
        self.hits != 0
    }

    /// Goes on to the next hit. Whether there is one.
    fn next_word(&mut self) -> bool {
        if self.hits == 0 && (self.next == usize::MAX || !self.advance()) {
            return false;
        }
        let bit = usize::try_from(self.hits.trailing_zeros()).unwrap_or(0);
        self.hits &= self.hits.wrapping_sub(1);
        let at = self.base.wrapping_add(bit);
        let word = self.source.word(at);
        debug_assert!(word.is_some(), "the hit was there");
        let word = word.unwrap_or(0);
        self.word = (word, at);
        self.set_groups(self.set.tables().groups(word));
        true
    }

    fn set_groups(&mut self, groups: u32) {
        self.groups = groups;
        self.number = usize::try_from(groups.trailing_zeros()).unwrap_or(0);
    }

    /// Where a pattern starts whose word `at` is at an index, if all of it is there.
    fn verify(&self, pattern: &[Pattern], index: usize, at: usize) -> Option<usize> {
        let start = index.checked_sub(at)?;
        let mut at = start;
        let all = pattern.iter().all(|own| {
            let word = self.source.word(at);
            at = at.wrapping_add(1);
            word.is_some_and(|word| own.matches(word))
        });
        all.then_some(start)
    }
}

impl<S: Source> Iterator for Search<'_, S> {
    type Item = SetMatch;

    fn next(&mut self) -> Option<SetMatch> {
        loop {
            while self.groups != 0 {
                let number = self.number;
                if number >= self.set.patterns().len() {
                    self.set_groups(self.groups & self.groups.wrapping_sub(1));
                    continue;
                }
                self.number = number.saturating_add(GROUPS);
                let (word, index) = self.word;
                let row = self.set.row(number);
                if let Some(row) = row.filter(|row| row.anchor.matches(word)) {
                    if let Some(at) = self.verify(row.pattern, index, row.at) {
                        return Some(SetMatch {
                            pattern: number,
                            at,
                        });
                    }
                }
            }
            if !self.next_word() {
                return None;
            }
        }
    }
}

/// Matches of a set, with indices of words. Made by [`PatternSet::find_iter`].
#[derive(Clone)]
#[must_use]
pub struct SetMatches<'a, 'w>(Search<'a, &'w [u32]>);

impl fmt::Debug for SetMatches<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetMatches")
            .field("set", &self.0.set)
            .field("words", &self.0.source.len())
            .field("next_word", &self.0.next)
            .finish_non_exhaustive()
    }
}

impl Iterator for SetMatches<'_, '_> {
    type Item = SetMatch;

    #[inline]
    fn next(&mut self) -> Option<SetMatch> {
        self.0.next()
    }
}

impl FusedIterator for SetMatches<'_, '_> {}

/// Matches of a set, with offsets in bytes. Made by [`PatternSet::find_bytes_iter`].
#[derive(Clone)]
#[must_use]
pub struct ByteSetMatches<'a, 'w>(Search<'a, &'w [u8]>);

impl fmt::Debug for ByteSetMatches<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteSetMatches")
            .field("set", &self.0.set)
            .field("bytes", &self.0.source.len())
            .field("next_word", &self.0.next)
            .finish_non_exhaustive()
    }
}

impl Iterator for ByteSetMatches<'_, '_> {
    type Item = SetMatch;

    #[inline]
    fn next(&mut self) -> Option<SetMatch> {
        let found = self.0.next()?;
        Some(SetMatch {
            at: found.at.wrapping_mul(4),
            ..found
        })
    }
}

impl FusedIterator for ByteSetMatches<'_, '_> {}
