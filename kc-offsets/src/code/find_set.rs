//! All patterns of a set in the code of an image, in one pass.
use core::fmt;
use core::iter::FusedIterator;

use aarch64_decode::{ByteSetMatches, PatternSet};

use super::find::CodeMatch;
use super::regions::{CodeRegions, Region};
use crate::error::{Error, Structure};

/// The places where the patterns of a set match, with the pattern's number: region by region, in
/// each in the order of [`PatternSet::find_bytes_iter`], whose cost it has. A match does not go
/// from one region on into the next.
#[derive(Clone)]
#[must_use]
pub struct CodeSetMatches<'a, 's> {
    regions: CodeRegions<'a>,
    current: Option<(Region<'a>, ByteSetMatches<'s, 'a>)>,
    set: PatternSet<'s>,
}

impl fmt::Debug for CodeSetMatches<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeSetMatches")
            .field("set", &self.set)
            .field("region", &self.current.as_ref().map(|(region, _)| region))
            .finish_non_exhaustive()
    }
}

impl<'a, 's> CodeSetMatches<'a, 's> {
    /// The places in the regions where patterns of the set match.
    pub const fn new(regions: CodeRegions<'a>, set: PatternSet<'s>) -> Self {
        Self {
            regions,
            current: None,
            set,
        }
    }

    /// How often each pattern matches, and where first: as many as there are patterns, in their
    /// order.
    ///
    /// # Errors
    /// `BufferTooSmall`, with the number of patterns, if there is less memory.
    pub fn occurrences(self, memory: &mut [CodeOccurrences]) -> Result<&[CodeOccurrences], Error> {
        let needed = self.set.patterns().len();
        let counts = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::CodeMatches, needed))?;
        counts.fill(CodeOccurrences::NONE);
        for (pattern, found) in self {
            if let Some(own) = counts.get_mut(pattern) {
                if own.count == 0 {
                    own.first = found;
                }
                own.count = own.count.saturating_add(1);
            }
        }
        Ok(counts)
    }
}

impl Iterator for CodeSetMatches<'_, '_> {
    type Item = (usize, CodeMatch);

    fn next(&mut self) -> Option<(usize, CodeMatch)> {
        loop {
            if let Some((region, matches)) = &mut self.current {
                if let Some(found) = matches.next() {
                    let (vmaddr, file_offset) = region.place(found.at);
                    let place = CodeMatch {
                        vmaddr,
                        file_offset,
                    };
                    return Some((found.pattern, place));
                }
            }
            let region = self.regions.next()?.aligned();
            self.current = Some((region, self.set.find_bytes_iter(region.bytes)));
        }
    }
}

impl FusedIterator for CodeSetMatches<'_, '_> {}

/// How often a pattern matches, and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeOccurrences {
    first: CodeMatch,
    count: usize,
}

impl CodeOccurrences {
    /// No occurrence.
    pub const NONE: Self = Self {
        first: CodeMatch::NOWHERE,
        count: 0,
    };

    /// How often it matches.
    pub const fn count(self) -> usize {
        self.count
    }

    /// Where it matches first; `None` if it does not.
    pub const fn first(self) -> Option<CodeMatch> {
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
    pub const fn only(self) -> Result<CodeMatch, usize> {
        if self.count == 1 {
            Ok(self.first)
        } else {
            Err(self.count)
        }
    }
}

impl Default for CodeOccurrences {
    fn default() -> Self {
        Self::NONE
    }
}
