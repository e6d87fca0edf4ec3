//! Which segment a slot lies in, if the mechanism does not go segment by segment.
use crate::addr::{FileOffset, VmAddr};
use crate::bytes::{Bytes, widen};
use crate::macho::MachO;
use crate::segment::{Segment, Segments};

/// Steps that finding segments may take for each byte of the file.
const STEPS_PER_BYTE: u64 = 16;

/// What the places of slots count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// vmaddrs.
    Memory,
    /// `fileoff`: bytes of the image's file.
    File,
}

/// Where a segment lies, and its bytes in the file.
#[derive(Clone, Copy)]
pub(super) struct SegmentBytes<'a> {
    vmaddr: u64,
    /// The place of its first byte, in the space that is looked through, and how many bytes it has
    /// there.
    start: u64,
    size: u64,
    data: Bytes<'a>,
}

/// Where a slot lies, in memory and in the outermost file, and its bytes.
pub(super) type SlotPosition = (VmAddr, FileOffset, u64);

impl<'a> SegmentBytes<'a> {
    fn new(segment: &Segment<'a>, space: Space) -> Self {
        let vmaddr = segment.vmaddr().get();
        let (start, size) = match space {
            Space::Memory => (vmaddr, segment.vmsize()),
            Space::File => (segment.fileoff(), segment.filesize()),
        };
        Self {
            vmaddr,
            start,
            size,
            // No more than is in memory, so that no address of a slot wraps.
            data: segment.backed(),
        }
    }

    /// Bytes from the start of the segment; `None` outside.
    pub(super) fn offset_of(&self, place: u64) -> Option<u64> {
        let offset = place.checked_sub(self.start)?;
        (offset < self.size).then_some(offset)
    }

    /// The place that is so many bytes into the segment, or past its end.
    pub(super) const fn place(&self, offset: u64) -> Option<u64> {
        self.start.checked_add(offset)
    }

    /// The slot of 4 or 8 bytes at this offset; `None` where the file has no such bytes.
    #[inline]
    pub(super) fn slot(&self, offset: u64, size: u64) -> Option<SlotPosition> {
        let tail = self.data.data().get(usize::try_from(offset).ok()?..)?;
        let raw = if size == 4 {
            u64::from(u32::from_le_bytes(*tail.first_chunk::<4>()?))
        } else {
            u64::from_le_bytes(*tail.first_chunk::<8>()?)
        };
        let vmaddr = VmAddr::new(self.vmaddr.wrapping_add(offset));
        Some((vmaddr, self.data.file_offset(offset), raw))
    }
}

/// Finds segments by a walk over the load commands, which is bounded over all look-ups together.
#[derive(Clone)]
pub(super) struct SegmentFinder<'a> {
    segments: Segments<'a>,
    space: Space,
    /// Load commands that a walk over the segments takes.
    ncmds: u32,
    /// The segment found last, and its index where that is known.
    current: Option<(Option<u8>, SegmentBytes<'a>)>,
    steps_left: u64,
}

/// The look-ups so far took more steps than the file's size allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuchWork;

impl<'a> SegmentFinder<'a> {
    /// Looks by vmaddr.
    pub(super) fn new(image: &MachO<'a>) -> Self {
        Self::in_space(image, Space::Memory)
    }

    pub(super) fn in_space(image: &MachO<'a>, space: Space) -> Self {
        Self {
            segments: image.segments(),
            space,
            ncmds: image.header().ncmds,
            current: None,
            steps_left: widen(image.file().len()).saturating_mul(STEPS_PER_BYTE),
        }
    }

    /// The segment with this index.
    pub(super) fn at_index(&mut self, index: u8) -> Result<Option<SegmentBytes<'a>>, TooMuchWork> {
        if let Some((_, segment)) = self.current.filter(|(current, _)| *current == Some(index)) {
            return Ok(Some(segment));
        }
        self.step()?;
        let segment = self.segments.clone().skip_to(index.into());
        let segment = segment.map(|segment| SegmentBytes::new(&segment, self.space));
        self.current = segment.map(|segment| (Some(index), segment));
        Ok(segment)
    }

    /// The segment that a place lies in, and how far.
    pub(super) fn at(
        &mut self,
        place: u64,
    ) -> Result<Option<(SegmentBytes<'a>, u64)>, TooMuchWork> {
        let space = self.space;
        let inside = |segment: SegmentBytes<'a>| Some((segment, segment.offset_of(place)?));
        if let Some(found) = self.current.and_then(|(_, segment)| inside(segment)) {
            return Ok(Some(found));
        }
        self.step()?;
        let holds = |segment: &Segment<'a>| inside(SegmentBytes::new(segment, space)).is_some();
        let segment = self.segments.clone().seek(holds);
        let found = segment.and_then(|segment| inside(SegmentBytes::new(&segment, space)));
        self.current = found.map(|(segment, _)| (None, segment));
        Ok(found)
    }

    /// Pays for a walk over the load commands.
    fn step(&mut self) -> Result<(), TooMuchWork> {
        let steps = u64::from(self.ncmds);
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(TooMuchWork)?;
        Ok(())
    }
}
