//! The search: blocks of words are compared at once, and a block with a match is looked at again.

use core::fmt;
use core::iter::FusedIterator;

use super::{Pattern, Patterns};
use crate::words::{BLOCK, Source};

/// Whether the pattern matches any word of the block: without a branch, so that the compiler
/// compares many words at once.
#[inline]
fn any(pattern: Pattern, block: &[u32; BLOCK]) -> bool {
    block
        .iter()
        .fold(false, |any, word| any | pattern.matches(*word))
}

impl<const N: usize> Patterns<N> {
    /// The index of the first match in `words`.
    ///
    /// Takes one pass over the words, many at once, for the pattern with the most bits, and at most
    /// `N` steps for each of its matches.
    #[must_use]
    pub fn find(&self, words: &[u32]) -> Option<usize> {
        self.find_iter(words).next()
    }

    /// The indices of all matches in `words`, in ascending order, overlapping ones too. Costs what
    /// [`find`](Self::find) does.
    pub fn find_iter<'a>(&self, words: &'a [u32]) -> Matches<'a, N> {
        Matches::new(*self, words)
    }

    /// The byte offset of the first match in `code`: little-endian words from the slice's first
    /// byte on, wherever that lies in memory. One to three bytes behind the last word do not count.
    /// Costs what [`find`](Self::find) does.
    #[must_use]
    pub fn find_bytes(&self, code: &[u8]) -> Option<usize> {
        self.find_bytes_iter(code).next()
    }

    /// The index of the last match that lies in `words` as a whole; of a place in the code, the
    /// nearest one before it is that in `&code[..place]`.
    ///
    /// Goes over the words from the end, many at once, and not on behind the match.
    #[must_use]
    pub fn rfind(&self, words: &[u32]) -> Option<usize> {
        self.last(words, words.len())
    }

    /// The byte offset of the last match that lies in `code` as a whole, whose words are those of
    /// [`find_bytes`](Self::find_bytes). Costs what [`rfind`](Self::rfind) does.
    #[must_use]
    pub fn rfind_bytes(&self, code: &[u8]) -> Option<usize> {
        let at = self.last(code, code.len() / 4)?;
        Some(at.wrapping_mul(4))
    }

    /// The last match in a source of so many words.
    fn last<S: Source>(&self, source: S, words: usize) -> Option<usize> {
        let (anchor, anchor_at) = self.anchor();
        // Matches start before this.
        let mut end = words.checked_sub(N)?.checked_add(1)?;
        while end > 0 {
            let start = end.saturating_sub(BLOCK);
            let block = source.block(start.wrapping_add(anchor_at));
            let is_whole = end.wrapping_sub(start) == BLOCK;
            if !block.is_some_and(|block| is_whole && !any(anchor, &block)) {
                let found = (start..end).rev().find(|at| self.verify(source, *at));
                if found.is_some() {
                    return found;
                }
            }
            end = start;
        }
        None
    }

    /// Whether all patterns match from this word on.
    fn verify<S: Source>(&self, source: S, start: usize) -> bool {
        let mut at = start;
        N > 0
            && self.words().iter().all(|pattern| {
                let word = source.word(at);
                at = at.wrapping_add(1);
                word.is_some_and(|word| pattern.matches(word))
            })
    }

    /// The byte offsets of all matches in `code`, in ascending order; as
    /// [`find_bytes`](Self::find_bytes).
    pub fn find_bytes_iter<'a>(&self, code: &'a [u8]) -> ByteMatches<'a, N> {
        ByteMatches::new(*self, code)
    }
}

#[derive(Clone)]
struct Search<S, const N: usize> {
    patterns: Patterns<N>,
    source: S,
    /// The word behind the last block that was compared.
    next: usize,
    /// The first word of that block.
    base: usize,
    /// The words of that block that match the anchor and have not been looked at, from bit 0.
    hits: u32,
}

impl<S: Source, const N: usize> Search<S, N> {
    const fn new(patterns: Patterns<N>, source: S) -> Self {
        Self {
            patterns,
            source,
            next: 0,
            base: 0,
            hits: 0,
        }
    }

    /// Goes on to the next block in which the anchor matches. Whether there is one.
    #[inline]
    fn advance(&mut self) -> bool {
        let (anchor, _) = self.patterns.anchor();
        let mut at = self.next;
        while let Some(block) = self.source.block(at) {
            if any(anchor, &block) {
                break;
            }
            at = at.wrapping_add(BLOCK);
        }
        self.base = at;
        self.hits = 0;
        // A block with a match, or what is left behind the last block: at most as many words.
        let mut bit = 1_u32;
        while bit != 0 {
            let Some(word) = self.source.word(at) else {
                break;
            };
            if anchor.matches(word) {
                self.hits |= bit;
            }
            bit <<= 1;
            at = at.wrapping_add(1);
        }
        self.next = at;
        self.hits != 0
    }
}

impl<S: Source, const N: usize> Iterator for Search<S, N> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let (_, anchor_at) = self.patterns.anchor();
        loop {
            while self.hits != 0 {
                let bit = usize::try_from(self.hits.trailing_zeros()).unwrap_or(0);
                self.hits &= self.hits.wrapping_sub(1);
                let start = self.base.wrapping_add(bit).checked_sub(anchor_at);
                if let Some(start) = start.filter(|start| self.patterns.verify(self.source, *start))
                {
                    return Some(start);
                }
            }
            if !self.advance() {
                return None;
            }
        }
    }
}

/// Indices of words, in ascending order. Made by [`Patterns::find_iter`].
#[derive(Clone)]
#[must_use]
pub struct Matches<'a, const N: usize>(Search<&'a [u32], N>);

impl<'a, const N: usize> Matches<'a, N> {
    pub(super) const fn new(patterns: Patterns<N>, words: &'a [u32]) -> Self {
        Self(Search::new(patterns, words))
    }
}

impl<const N: usize> fmt::Debug for Matches<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches")
            .field("patterns", &N)
            .field("words", &self.0.source.len())
            .field("next_word", &self.0.next)
            .finish_non_exhaustive()
    }
}

impl<const N: usize> Iterator for Matches<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next()
    }
}

impl<const N: usize> FusedIterator for Matches<'_, N> {}

/// Offsets in bytes, in ascending order. Made by [`Patterns::find_bytes_iter`].
#[derive(Clone)]
#[must_use]
pub struct ByteMatches<'a, const N: usize>(Search<&'a [u8], N>);

impl<'a, const N: usize> ByteMatches<'a, N> {
    pub(super) const fn new(patterns: Patterns<N>, code: &'a [u8]) -> Self {
        Self(Search::new(patterns, code))
    }
}

impl<const N: usize> fmt::Debug for ByteMatches<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteMatches")
            .field("patterns", &N)
            .field("bytes", &self.0.source.len())
            .field("next_word", &self.0.next)
            .finish_non_exhaustive()
    }
}

impl<const N: usize> Iterator for ByteMatches<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next().map(|at| at.wrapping_mul(4))
    }
}

impl<const N: usize> FusedIterator for ByteMatches<'_, N> {}
