//! The regions of a collection: what the segments of its images are gathered in.

use crate::link::{Image, Placed, PlacedSegment};
use crate::truth;

/// Segments of images go into regions; a region becomes a segment of the top image.
pub(super) struct Region {
    pub(super) name: String,
    /// Image, its segment's name, sections with their offsets, offset in the region, size.
    pub(super) parts: Vec<Part>,
    pub(super) size: u64,
    pub(super) fileoff: u64,
    pub(super) vmaddr: u64,
}

pub(super) struct Part {
    pub(super) image: usize,
    pub(super) segment: String,
    pub(super) sections: Vec<(usize, u64)>,
    pub(super) at: u64,
    pub(super) size: u64,
}

/// Region for an image's segment, for the ones that have a fixed place.
pub(super) fn region_of(segment: &str) -> &str {
    match segment {
        "__TEXT" => "__PRELINK_TEXT",
        other => other,
    }
}

/// File order of the regions that are known; others follow before `__LINKEDIT` as `__REGIONn`.
pub(super) const ORDER: [&str; 11] = [
    "__PRELINK_TEXT",
    "__DATA_CONST",
    "__LATE_CONST",
    "__DATA_SPTM",
    "__TEXT_EXEC",
    "__BRANCH_STUBS",
    "__TEXT_BOOT_EXEC",
    "__BRANCH_GOTS",
    "__PRELINK_INFO",
    "__DATA",
    "__HIB",
];

impl Region {
    /// Bytes that the region takes in memory and file: whole pages.
    pub(super) fn span(&self, page: u64) -> u64 {
        self.size.next_multiple_of(page)
    }
}

/// Where the segments of the images are.
pub(super) fn place_images<'a>(images: &'a [Image], regions: &[Region]) -> Vec<Placed<'a>> {
    let mut segments: Vec<Vec<PlacedSegment>> = vec![Vec::new(); images.len()];
    for region in regions {
        for part in &region.parts {
            segments[part.image].push(PlacedSegment {
                name: part.segment.clone(),
                vmaddr: region.vmaddr + part.at,
                vmsize: part.size,
                fileoff: region.fileoff + part.at,
                filesize: part.size,
                sections: part.sections.clone(),
            });
        }
    }
    images
        .iter()
        .zip(segments)
        .map(|(image, segments)| Placed { image, segments })
        .collect()
}

/// The pointers of branch stubs.
pub(super) fn got_slots(branch_gots: &[(u8, u64)], regions: &[Region]) -> Vec<truth::Fixup> {
    let Some(region) = regions.iter().find(|region| region.name == "__BRANCH_GOTS") else {
        return Vec::new();
    };
    let numbered = (0..).zip(branch_gots);
    let slot = |(number, &(cache_level, target)): (u64, &(u8, u64))| truth::Fixup {
        vmaddr: region.vmaddr + 8 * number,
        file_offset: region.fileoff + 8 * number,
        target,
        cache_level,
        auth: None,
    };
    numbered.map(slot).collect()
}
