//! Which segment a slot lies in, where the mechanism does not go segment by segment.
use crate::addr::{FileOffset, VmAddr};
use crate::bytes::{Bytes, widen};
use crate::macho::MachO;
use crate::segment::{Segment, Segments};

/// Steps that finding segments may take for each byte of the file.
const STEPS_PER_BYTE: u64 = 16;

/// Where a segment lies in memory, and its bytes in the file.
#[derive(Clone, Copy)]
pub(super) struct SegmentBytes<'a> {
    vmaddr: u64,
    vmsize: u64,
    data: Bytes<'a>,
}

/// Where a slot lies, in memory and in the outermost file, and its bytes.
pub(super) type SlotPosition = (VmAddr, FileOffset, u64);

impl<'a> SegmentBytes<'a> {
    fn new(segment: &Segment<'a>) -> Self {
        Self {
            vmaddr: segment.vmaddr().get(),
            vmsize: segment.vmsize(),
            // No more than is in memory, so that no address of a slot wraps.
            data: segment.backed(),
        }
    }

    /// Bytes from the start of the segment; `None` outside.
    pub(super) fn offset_of(&self, vmaddr: u64) -> Option<u64> {
        let offset = vmaddr.checked_sub(self.vmaddr)?;
        (offset < self.vmsize).then_some(offset)
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
    pub(super) fn new(image: &MachO<'a>) -> Self {
        Self {
            segments: image.segments(),
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
        let segment = segment.map(|segment| SegmentBytes::new(&segment));
        self.current = segment.map(|segment| (Some(index), segment));
        Ok(segment)
    }

    /// The segment that an address lies in, and how far.
    pub(super) fn at(
        &mut self,
        vmaddr: u64,
    ) -> Result<Option<(SegmentBytes<'a>, u64)>, TooMuchWork> {
        let inside = |segment: SegmentBytes<'a>| Some((segment, segment.offset_of(vmaddr)?));
        if let Some(found) = self.current.and_then(|(_, segment)| inside(segment)) {
            return Ok(Some(found));
        }
        self.step()?;
        let holds = |segment: &Segment<'a>| inside(SegmentBytes::new(segment)).is_some();
        let segment = self.segments.clone().seek(holds);
        let found = segment.and_then(|segment| inside(SegmentBytes::new(&segment)));
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
