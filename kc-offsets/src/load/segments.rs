//! The segments that are loaded.
use macho_core::{MachO, Segment, VmAddr};

use crate::error::{Error, Fault};

/// The most segments with memory that a plan takes: a collection of 2024 has 12. The check for
/// overlaps and the order of the steps compare each with each.
pub const MOST_SEGMENTS: usize = 256;

/// The segments that take memory.
pub(super) fn with_memory<'a>(
    image: &MachO<'a>,
) -> impl Iterator<Item = Segment<'a>> + Clone + use<'a> {
    image.segments().filter(|segment| segment.vmsize() != 0)
}

/// The lowest vmaddr of all segments and the bytes from there to the end of the highest.
pub(super) fn span(image: &MachO<'_>) -> Result<(VmAddr, u64), Error> {
    let mut lowest = VmAddr::new(u64::MAX);
    let mut highest = VmAddr::new(0);
    let mut segments = with_memory(image);
    let mut seen = 0_usize;
    while let Some(segment) = segments.next() {
        let command = segment.load_command().file_offset();
        seen = seen.saturating_add(1);
        if seen > MOST_SEGMENTS {
            return Err(Error::at(Fault::CountTooLarge, command));
        }
        let Some(end) = segment.vmaddr().checked_add(segment.vmsize()) else {
            return Err(Error::at(Fault::AddressOverflow, command));
        };
        lowest = lowest.min(segment.vmaddr());
        highest = highest.max(end);
        // Later ones past the limit are met as an error before they are compared.
        for other in segments.clone().take(MOST_SEGMENTS) {
            let apart = other.vmaddr() >= end
                || other
                    .vmaddr()
                    .checked_add(other.vmsize())
                    .is_some_and(|other_end| other_end <= segment.vmaddr());
            if !apart {
                let command = other.load_command().file_offset();
                return Err(Error::at(Fault::Overlap, command));
            }
        }
    }
    match highest.checked_distance_from(lowest) {
        Some(size) => Ok((lowest, size)),
        None => Err(Error::at(Fault::NothingToLoad, image.file_offset())),
    }
}

/// The bytes of the file that a segment gets: as many as it claims, has memory for, and are there.
pub(super) fn backed<'a>(segment: &Segment<'a>) -> &'a [u8] {
    let data = segment.data();
    let room = usize::try_from(segment.vmsize()).unwrap_or(usize::MAX);
    data.get(..room).unwrap_or(data)
}
