//! The walk over the slots of all chains, one after the other.
use core::iter::FusedIterator;

use crate::addr::VmAddr;
use crate::bytes::widen;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind};
use crate::fixup::chained::{ChainedFixups, SegmentStarts, SegmentStartsIter};
use crate::fixup::page::{Page, Pages};
use crate::fixup::slot::Slot;
use crate::macho::MachO;
use crate::segment::{Segment, Segments};

/// The slots of one segment, in ascending order of address. Made by [`SegmentStarts::slots`].
///
/// Yields at most one item for each slot and each page: the work is linear in the segment's bytes
/// and in `page_count`. After an error the walk goes on with the next page.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct SegmentSlots<'a> {
    pub(super) pages: Pages<'a>,
    page: Page<'a>,
}

debug_view!(SegmentSlots<'_>, |slots| {
    starts: slots.starts(),
});

impl<'a> SegmentSlots<'a> {
    fn new(
        starts: SegmentStarts<'a>,
        segment: &Segment<'a>,
        base: Option<VmAddr>,
    ) -> Result<Self, Error> {
        Ok(Self {
            pages: Pages::new(starts, segment, base)?,
            page: Page::NONE,
        })
    }

    /// Where the chains of this segment start.
    pub const fn starts(&self) -> &SegmentStarts<'a> {
        &self.pages.starts
    }

    /// Starts chains until there is a slot or an error.
    #[inline(never)]
    fn next_chain(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            if let Err(error) = self.pages.turn(&mut self.page)? {
                return Some(Err(error));
            }
            if let Some(slot) = self.slot() {
                return Some(Ok(slot));
            }
        }
    }

    #[inline]
    fn slot(&mut self) -> Option<Slot> {
        let bits = self.pages.bits;
        let found = self.page.step(bits)?;
        Some(self.pages.slot(bits, found))
    }
}

impl Iterator for SegmentSlots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.slot() {
            Some(slot) => Some(Ok(slot)),
            None => self.next_chain(),
        }
    }
}

impl FusedIterator for SegmentSlots<'_> {}

impl<'a> SegmentStarts<'a> {
    /// Walks the chains of this segment of `image`, which must be the image that the starts are of.
    /// Costs one step for each load command, besides the walk itself.
    ///
    /// # Errors
    /// `IndexOutOfBounds` where the image has no such segment, `UnknownFormat` for a pointer format
    /// or page size that cannot be walked, `SegmentOffsetMismatch` where `segment_offset` does not
    /// lead from the image's base to the segment. (An image whose header no segment maps has no base,
    /// and there `segment_offset` is ignored.) `FixupsApplied` in memory where nothing is left of the chains.
    pub fn slots(&self, image: &MachO<'a>) -> Result<SegmentSlots<'a>, Error> {
        match image.segments().skip_to(self.segment_index) {
            Some(segment) => SegmentSlots::new(*self, &segment, image.base()),
            None => Err(self.no_segment()),
        }
    }
}

/// The slots of all segments of an image: segment by segment, in each in ascending order of
/// address. Made by [`ChainedFixups::slots`].
///
/// Damage is an item, and the walk goes on behind it: behind a page, or behind a segment that cannot
/// be walked at all. Hostile tables do not make it long: segments together have no more bytes than
/// the file and no more pages than their table has words, and a segment that would exceed that is an
/// `Overlap`.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ChainedSlots<'a> {
    base: Option<VmAddr>,
    table: SegmentStartsIter<'a>,
    segments: Segments<'a>,
    /// Index of the segment that `segments` yields next.
    next_segment: usize,
    current: Option<SegmentSlots<'a>>,
    /// Bytes of the file that no segment so far has taken.
    bytes_left: u64,
    /// Words of the table that no segment so far has taken.
    words_left: u64,
}

debug_view!(ChainedSlots<'_>, |slots| {
    current: slots.current,
    bytes_left: slots.bytes_left,
    words_left: slots.words_left,
});

impl<'a> ChainedFixups<'a> {
    /// Walks the chains of all segments of `image`, which must be the image that the fixups are of.
    pub fn slots(&self, image: &MachO<'a>) -> ChainedSlots<'a> {
        ChainedSlots {
            base: image.base(),
            table: self.segments(),
            segments: image.segments(),
            next_segment: 0,
            current: None,
            bytes_left: widen(image.file().len()),
            words_left: self.bytes.len() / 2,
        }
    }
}

impl<'a> ChainedSlots<'a> {
    /// Where the chains of the segment start that the last item is from; `None` before the first
    /// item, and where that is an error about a whole segment.
    pub fn starts(&self) -> Option<&SegmentStarts<'a>> {
        self.current.as_ref().map(SegmentSlots::starts)
    }

    #[inline(never)]
    fn first_of_next_segment(&mut self) -> Option<Result<Slot, Error>> {
        loop {
            self.current = None;
            match self.next_segment()? {
                Ok(slots) => {
                    if let Some(item) = self.current.insert(slots).next() {
                        return Some(item);
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    pub(super) fn next_segment(&mut self) -> Option<Result<SegmentSlots<'a>, Error>> {
        let starts = match self.table.next()? {
            Ok(starts) => starts,
            Err(error) => return Some(Err(error)),
        };
        // The table's indexes ascend.
        let ahead = starts.segment_index.saturating_sub(self.next_segment);
        self.next_segment = starts.segment_index.saturating_add(1);
        let Some(segment) = self.segments.skip_to(ahead) else {
            return Some(Err(starts.no_segment()));
        };
        Some(self.take_segment(starts, &segment))
    }

    fn take_segment(
        &mut self,
        starts: SegmentStarts<'a>,
        segment: &Segment<'a>,
    ) -> Result<SegmentSlots<'a>, Error> {
        let slots = SegmentSlots::new(starts, segment, self.base)?;
        let bytes = self.bytes_left.checked_sub(slots.pages.data.len());
        let words = self
            .words_left
            .checked_sub(u64::from(slots.starts().page_count));
        let (Some(bytes), Some(words)) = (bytes, words) else {
            return Err(slots.starts().error(ErrorKind::Overlap, 0));
        };
        (self.bytes_left, self.words_left) = (bytes, words);
        Ok(slots)
    }
}

impl Iterator for ChainedSlots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(slots) = &mut self.current {
            if let Some(item) = slots.next() {
                return Some(item);
            }
        }
        self.first_of_next_segment()
    }
}

impl FusedIterator for ChainedSlots<'_> {}
