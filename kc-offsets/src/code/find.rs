//! Masked instructions in the code of an image.
use core::fmt;
use core::iter::FusedIterator;

use aarch64_decode::{ByteMatches, Patterns};
use macho_core::{FileOffset, VmAddr};

use super::regions::{CodeRegions, Region};
use crate::error::{Error, Structure};

/// Where a pattern matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct CodeMatch {
    /// The first of the words.
    pub vmaddr: VmAddr,
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
}

impl CodeMatch {
    /// The first byte of everything, which no match is said to be at.
    pub(super) const NOWHERE: Self = Self {
        vmaddr: VmAddr::new(0),
        file_offset: FileOffset::new(0),
    };
}

/// The places where `N` masked words follow one another, region by region and ascending in each; a
/// match does not go from one region on into the next. Costs what [`Patterns::find_bytes_iter`]
/// does.
///
/// Instructions lie at vmaddrs that are multiples of 4: bytes before the first one do not count.
#[derive(Clone)]
#[must_use]
pub struct CodeMatches<'a, const N: usize> {
    regions: CodeRegions<'a>,
    current: Option<(Region<'a>, ByteMatches<'a, N>)>,
    patterns: Patterns<N>,
}

impl<const N: usize> fmt::Debug for CodeMatches<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeMatches")
            .field("words", &N)
            .field("region", &self.current.as_ref().map(|(region, _)| region))
            .finish_non_exhaustive()
    }
}

impl<'a, const N: usize> CodeMatches<'a, N> {
    /// The places in the regions where the patterns match.
    pub const fn new(regions: CodeRegions<'a>, patterns: Patterns<N>) -> Self {
        Self {
            regions,
            current: None,
            patterns,
        }
    }

    /// The next match, and the region that it lies in.
    pub(super) fn next_in_region(&mut self) -> Option<(Region<'a>, CodeMatch)> {
        loop {
            if let Some((region, matches)) = &mut self.current {
                if let Some(at) = matches.next() {
                    let (vmaddr, file_offset) = region.place(at);
                    let found = CodeMatch {
                        vmaddr,
                        file_offset,
                    };
                    return Some((*region, found));
                }
            }
            let region = self.regions.next()?.aligned();
            let matches = self.patterns.find_bytes_iter(region.bytes);
            self.current = Some((region, matches));
        }
    }

    /// The only match.
    ///
    /// # Errors
    /// How many there are, 0 or 2 and more.
    pub fn only(mut self) -> Result<CodeMatch, usize> {
        match self.next() {
            Some(found) => match self.fold(0_usize, |count, _| count.saturating_add(1)) {
                0 => Ok(found),
                more => Err(more.saturating_add(1)),
            },
            None => Err(0),
        }
    }

    /// The last match before a place: all of its words lie below `before`, in the region that has
    /// the byte below it. Goes over the code from that place back.
    pub fn last_before(self, before: VmAddr) -> Option<CodeMatch> {
        let own = self.regions.filter_map(|region| {
            let region = region.aligned();
            let into = before.checked_distance_from(region.vmaddr)?;
            let code = region.bytes.get(..usize::try_from(into).ok()?)?;
            (!code.is_empty()).then_some((region, code))
        });
        let (region, code) = own.take(1).next()?;
        let (vmaddr, file_offset) = region.place(self.patterns.rfind_bytes(code)?);
        Some(CodeMatch {
            vmaddr,
            file_offset,
        })
    }

    /// All matches, as many as are expected, in `memory`.
    ///
    /// # Errors
    /// `BufferTooSmall`, with the number of matches, if they do not fit.
    pub fn collect_into(self, memory: &mut [CodeMatch]) -> Result<&[CodeMatch], Error> {
        let mut needed = 0_usize;
        for found in self {
            if let Some(cell) = memory.get_mut(needed) {
                *cell = found;
            }
            needed = needed.saturating_add(1);
        }
        memory
            .get(..needed)
            .ok_or_else(|| Error::too_small(Structure::CodeMatches, needed))
    }
}

impl<const N: usize> Iterator for CodeMatches<'_, N> {
    type Item = CodeMatch;

    fn next(&mut self) -> Option<CodeMatch> {
        self.next_in_region().map(|(_, found)| found)
    }
}

impl<const N: usize> FusedIterator for CodeMatches<'_, N> {}
