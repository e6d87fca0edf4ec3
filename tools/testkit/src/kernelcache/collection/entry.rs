//! The images of a collection: as the truth states them, and the chains that a kext has of its own.

use crate::fixups;
use crate::kernelcache::prelink_info;
use crate::link::Placed;
use crate::truth;

/// Writes the slots of a kext into the file; returns its chains.
pub(super) fn chains_of_kext(
    image: &Placed<'_>,
    file: &mut [u8],
    slots: &[truth::Fixup],
    format: u16,
    bases: &fixups::Bases,
) -> Vec<u8> {
    let mut segments = fileset_entry(image).segments;
    let is_own = |slot: &&truth::Fixup| {
        let mut segments = segments.iter();
        segments.any(|segment| slot.vmaddr.wrapping_sub(segment.vmaddr) < segment.vmsize)
    };
    let slots: Vec<truth::Fixup> = slots.iter().filter(is_own).copied().collect();
    let starts = fixups::write_chains(file, &segments, &slots, format, bases);
    let header = segments[0].vmaddr;
    segments.push(truth::Segment {
        name: "__LINKEDIT".to_owned(),
        ..truth::Segment::default()
    });
    fixups::payload(&segments, &starts, format, header)
}

/// An image of a collection, with what the property list says of it.
pub(super) fn listed(placed: &Placed<'_>) -> truth::FilesetEntry {
    truth::FilesetEntry {
        version: Some(prelink_info::VERSION.to_owned()),
        size: Some(placed.segments[0].vmsize),
        ..fileset_entry(placed)
    }
}

/// An image as the truth states it.
pub(crate) fn fileset_entry(placed: &Placed<'_>) -> truth::FilesetEntry {
    truth::FilesetEntry {
        id: placed.image.id.clone(),
        vmaddr: placed.segments[0].vmaddr,
        file_offset: placed.segments[0].fileoff,
        uuid: placed.image.uuid,
        segments: placed
            .segments
            .iter()
            .map(|segment| truth::Segment {
                name: segment.name.clone(),
                vmaddr: segment.vmaddr,
                vmsize: segment.vmsize,
                file_offset: segment.fileoff,
                filesize: segment.filesize,
            })
            .collect(),
        linkedit: None,
        version: None,
        size: None,
    }
}
