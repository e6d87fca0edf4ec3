//! Walks over memory: neighbouring vmaddrs with one answer at a time.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::VmAddr;

use super::outcome::Outcome;
use super::source::Memory;

/// Neighbouring vmaddrs with one answer: an item of [`Runs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Run {
    /// First vmaddr.
    pub vmaddr: VmAddr,
    /// Bytes, at least 1.
    pub len: u64,
    /// What lies at the first one; of [`Outcome::Mapped`], the offsets count up along the run.
    pub outcome: Outcome,
    /// The segment, counted from 0 in load-command order.
    pub segment: Option<u32>,
}

/// Iterator over the answers for a range of vmaddrs, in ascending order.
#[derive(Clone)]
#[must_use]
pub struct Runs<'a> {
    memory: Memory<'a>,
    /// The next vmaddr and the last one, inclusive.
    next: Option<(u64, u64)>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(memory: Memory<'a>, vmaddr: VmAddr, len: u64) -> Self {
        let start = vmaddr.get();
        let next = len
            .checked_sub(1)
            .map(|more| (start, start.saturating_add(more)));
        Self { memory, next }
    }
}

impl fmt::Debug for Runs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runs")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let (start, end) = self.next?;
        let stretch = self.memory.stretch_at(start);
        let last = stretch.last.min(end);
        self.next = if last < end {
            last.checked_add(1).map(|next| (next, end))
        } else {
            None
        };
        Some(Run {
            vmaddr: VmAddr::new(start),
            // Saturates only for a run of 2^64 bytes, which a range of u64 bytes cannot hold.
            len: last.wrapping_sub(start).saturating_add(1),
            outcome: stretch.outcome,
            segment: stretch.segment,
        })
    }
}

impl FusedIterator for Runs<'_> {}
