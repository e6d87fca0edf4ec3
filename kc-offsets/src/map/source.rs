//! The memory of an image as its segments say, read anew for every question.
use macho_core::Segments;

use super::range::{SegmentRange, Stretch, stretch_at};

/// Segments in load-command order, and where the file ends.
#[derive(Clone)]
pub(super) struct Memory<'a> {
    source: Source<'a>,
    file_end: u64,
}

impl<'a> Memory<'a> {
    pub(super) const fn of_ranges(ranges: &'a [SegmentRange], file_end: u64) -> Self {
        let source = Source::Ranges(ranges);
        Self { source, file_end }
    }

    pub(super) const fn of_image(segments: Segments<'a>, file_end: u64) -> Self {
        let source = Source::Image(segments);
        Self { source, file_end }
    }

    #[inline]
    pub(super) const fn file_end(&self) -> u64 {
        self.file_end
    }

    #[inline]
    pub(super) fn ranges(&self) -> Ranges<'a> {
        match &self.source {
            Source::Ranges(ranges) => Ranges::Slice(ranges.iter()),
            Source::Image(segments) => Ranges::Image(segments.clone()),
        }
    }

    /// The stretch that begins at `addr`. Costs a pass over the segments.
    pub(super) fn stretch_at(&self, addr: u64) -> Stretch {
        stretch_at(self.ranges(), self.file_end, addr)
    }

    /// All of memory in ascending stretches.
    pub(super) fn stretches(&self) -> Stretches<'a> {
        Stretches {
            memory: self.clone(),
            next: Some(0),
        }
    }
}

/// All of memory in ascending order.
#[derive(Clone)]
pub(super) struct Stretches<'a> {
    memory: Memory<'a>,
    next: Option<u64>,
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let stretch = self.memory.stretch_at(self.next?);
        self.next = stretch.last.checked_add(1);
        Some(stretch)
    }
}

#[derive(Clone)]
enum Source<'a> {
    Ranges(&'a [SegmentRange]),
    Image(Segments<'a>),
}

#[derive(Clone)]
pub(super) enum Ranges<'a> {
    Slice(core::slice::Iter<'a, SegmentRange>),
    Image(Segments<'a>),
}

impl Iterator for Ranges<'_> {
    type Item = SegmentRange;

    #[inline]
    fn next(&mut self) -> Option<SegmentRange> {
        match self {
            Self::Slice(ranges) => ranges.next().copied(),
            Self::Image(segments) => segments.next().map(|segment| SegmentRange {
                vmaddr: segment.vmaddr(),
                vmsize: segment.vmsize(),
                file_offset: segment.file_offset(),
                filesize: segment.data_size(),
            }),
        }
    }
}
