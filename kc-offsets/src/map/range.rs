//! The four numbers of a segment, and what they say about one vmaddr.
use macho_core::{FileOffset, VmAddr};

use super::outcome::Outcome;

/// Where one segment lies in memory and in the file: `vmaddr`, `vmsize`, `fileoff` and `filesize`
/// of `segment_command_64` (`mach-o/loader.h`), the file offset counted from the outermost file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentRange {
    /// First vmaddr of the segment.
    pub vmaddr: VmAddr,
    /// Bytes in memory. A segment of 0 bytes contains no vmaddr.
    pub vmsize: u64,
    /// First file byte.
    pub file_offset: FileOffset,
    /// Bytes in the file. Memory beyond them is zero-filled; file bytes beyond `vmsize` are
    /// mapped nowhere.
    pub filesize: u64,
}

impl SegmentRange {
    /// Bytes of memory that the file is meant to back.
    pub(super) const fn backed(self) -> u64 {
        if self.filesize < self.vmsize {
            self.filesize
        } else {
            self.vmsize
        }
    }

    /// What lies `delta` bytes into the segment (`delta < vmsize`), and how many further bytes
    /// have the same answer.
    fn outcome_at(self, delta: u64, file_end: u64) -> (Outcome, u64) {
        let backed = self.backed();
        // Bytes after this one up to `end`.
        let after = |end: u64| end.wrapping_sub(delta).wrapping_sub(1);
        if delta >= backed {
            return (Outcome::ZeroFill, after(self.vmsize));
        }
        match self.file_offset.get().checked_add(delta) {
            Some(offset) if offset < file_end => {
                let in_file = file_end.wrapping_sub(offset).wrapping_sub(1);
                let outcome = Outcome::Mapped(FileOffset::new(offset));
                (outcome, after(backed).min(in_file))
            }
            _ => (Outcome::PastEndOfFile, after(backed)),
        }
    }
}

/// A stretch of vmaddrs with one answer. `last` is inclusive, so that the top of the address
/// space needs no special case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u64,
    pub(super) last: u64,
    pub(super) outcome: Outcome,
    pub(super) segment: Option<u32>,
}

/// The stretch that begins at `addr`: the rule of the whole crate, in one pass over the segments.
pub(super) fn stretch_at(
    ranges: impl Iterator<Item = SegmentRange>,
    file_end: u64,
    addr: u64,
) -> Stretch {
    let mut last = u64::MAX;
    let mut segment = 0_u32;
    for range in ranges {
        let vmaddr = range.vmaddr.get();
        if range.vmsize != 0 {
            if addr < vmaddr {
                // This one starts later, and comes first in load-command order from there on.
                last = last.min(vmaddr.wrapping_sub(1));
            } else {
                let delta = addr.wrapping_sub(vmaddr);
                if delta < range.vmsize {
                    let (outcome, more) = range.outcome_at(delta, file_end);
                    return Stretch {
                        start: addr,
                        last: last.min(addr.saturating_add(more)),
                        outcome,
                        segment: Some(segment),
                    };
                }
            }
        }
        segment = segment.saturating_add(1);
    }
    Stretch {
        start: addr,
        last,
        outcome: Outcome::Unmapped,
        segment: None,
    }
}
