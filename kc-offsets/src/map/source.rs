//! Where an address map reads its segments.
use macho_core::Segments;

use super::SegmentRange;

#[derive(Clone)]
pub(super) enum Source<'a> {
    Ranges(&'a [SegmentRange]),
    Image(Segments<'a>),
}

impl<'a> Source<'a> {
    #[inline]
    pub(super) fn ranges(&self) -> Ranges<'a> {
        match self {
            Self::Ranges(ranges) => Ranges::Slice(ranges.iter()),
            Self::Image(segments) => Ranges::Image(segments.clone()),
        }
    }
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
