//! Which image, segment and section contain an address.
use macho_core::VmAddr;

use super::cell::LookupCell;
use crate::images::Images;
use crate::pages::Pages;
use crate::sort::sort_by_key;

/// Who contains a vmaddr, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Owner {
    /// The image's number; 0 is the outer one.
    pub image: usize,
    /// The image's segment, counted from 0 in load-command order.
    pub segment: u32,
    /// The image's section, counted from 1 in load-command order as `n_sect` of symbols counts.
    pub section: Option<u32>,
}

// What a stretch or an edge is, in the `what` of its cell:
//
//   63    62..44   43         42..22    21..0
//   end   image    no bytes   segment   section
//
// `end` is set while the index is built, in the edge where a claim ends.

/// Set in the edge at the end of a claim.
const END: u64 = 1 << 63;
const IMAGE_SHIFT: u32 = 44;
/// `image` of a stretch that no segment contains; one less is the highest image.
const NOBODY: u64 = 0x7_ffff;
/// Set if the file has no bytes for the segment or the section.
const NO_BYTES: u64 = 1 << 43;
const SEGMENT_SHIFT: u32 = 22;
/// `segment` if several contain the stretch: the first in order counts.
const SEVERAL_SEGMENTS: u64 = 0x1f_ffff;
/// `section` if several do.
const SEVERAL_SECTIONS: u64 = 0x3f_ffff;
/// `section` outside all of them.
const NO_SECTION: u64 = 0;

/// A range of vmaddrs that a segment or a section contains.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) image: usize,
    pub(super) segment: u32,
    /// 0 for a segment.
    pub(super) section: u32,
    pub(super) has_bytes: bool,
}

impl Claim {
    /// The cells at both ends; `None` if a number does not fit its bits.
    pub(super) fn edges(&self) -> Option<[(u64, u64); 2]> {
        let image = u64::try_from(self.image)
            .ok()
            .filter(|image| *image < NOBODY)?;
        let segment = Some(u64::from(self.segment)).filter(|one| *one < SEVERAL_SEGMENTS)?;
        let section = Some(u64::from(self.section)).filter(|one| *one < SEVERAL_SECTIONS)?;
        let bytes = if self.has_bytes { 0 } else { NO_BYTES };
        let what = image << IMAGE_SHIFT | bytes | segment << SEGMENT_SHIFT | section;
        Some([(self.start, what), (self.end, what | END)])
    }
}

const fn image_of(what: u64) -> u64 {
    (what & !END) >> IMAGE_SHIFT
}

const fn segment_of(what: u64) -> u64 {
    (what >> SEGMENT_SHIFT) & SEVERAL_SEGMENTS
}

const fn section_of(what: u64) -> u64 {
    what & SEVERAL_SECTIONS
}

/// What is claimed at one place: how often, and the sum of the claims, which is the claim itself if
/// there is one.
#[derive(Clone, Copy, Default)]
struct Open {
    count: u32,
    sum: u64,
}

impl Open {
    fn change(&mut self, edge: u64) {
        if edge & END == 0 {
            self.count = self.count.wrapping_add(1);
            self.sum = self.sum.wrapping_add(edge);
        } else {
            self.count = self.count.wrapping_sub(1);
            self.sum = self.sum.wrapping_sub(edge & !END);
        }
    }

    /// The only claim.
    const fn only(self) -> Option<u64> {
        if self.count == 1 {
            Some(self.sum)
        } else {
            None
        }
    }
}

/// Claims open at one place: the outer image's, and those of nested images.
#[derive(Default)]
struct Sweep {
    outer_segments: Open,
    outer_sections: Open,
    nested_segments: Open,
    nested_sections: Open,
}

impl Sweep {
    fn change(&mut self, edge: u64) {
        let open = match (image_of(edge) == 0, section_of(edge) == NO_SECTION) {
            (true, true) => &mut self.outer_segments,
            (true, false) => &mut self.outer_sections,
            (false, true) => &mut self.nested_segments,
            (false, false) => &mut self.nested_sections,
        };
        open.change(edge);
    }

    /// By the rules of [`lookup`](super).
    fn what(&self) -> u64 {
        if let Some(segment) = self.nested_segments.only() {
            return within(segment, self.nested_sections);
        }
        match self.outer_segments.count {
            0 => NOBODY << IMAGE_SHIFT,
            1 => within(self.outer_segments.sum, self.outer_sections),
            _ => within(SEVERAL_SEGMENTS << SEGMENT_SHIFT, self.outer_sections),
        }
    }
}

/// The stretch of a segment, with what sections are open.
fn within(segment: u64, sections: Open) -> u64 {
    match sections.only() {
        Some(section) if image_of(section) == image_of(segment) => {
            // The section knows whether it has bytes; the number of its segment is not in its edge.
            segment & !NO_BYTES | section & (NO_BYTES | SEVERAL_SECTIONS)
        }
        None if sections.count > 1 => segment | SEVERAL_SECTIONS,
        _ => segment,
    }
}

/// A stretch: who owns it, and its bounds.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    what: u64,
    pub(super) start: u64,
    /// Inclusive.
    pub(super) last: u64,
}

impl Stretch {
    /// Whether the image owns it.
    pub(super) fn is_of(&self, image: usize) -> bool {
        u64::try_from(image).is_ok_and(|image| image == image_of(self.what))
    }

    /// Whether nobody owns it.
    pub(super) const fn is_nobodys(&self) -> bool {
        image_of(self.what) == NOBODY
    }

    /// Whether the file has bytes for it.
    pub(super) const fn has_bytes(&self) -> bool {
        self.what & NO_BYTES == 0
    }

    /// Whether this section contains it, or several do.
    pub(super) fn is_in(&self, section: u8) -> bool {
        let number = section_of(self.what);
        number == u64::from(section) || number == SEVERAL_SECTIONS
    }

    pub(super) const fn contains(&self, addr: u64) -> bool {
        self.start <= addr && addr <= self.last
    }
}

impl Stretch {
    /// The stretch that holds `addr`, from all claims.
    pub(super) fn once(claims: impl Iterator<Item = Claim>, addr: u64) -> Option<Self> {
        let mut open = Sweep::default();
        let (mut start, mut last) = (0, u64::MAX);
        for claim in claims {
            for edge in [claim.start, claim.end] {
                if edge <= addr {
                    start = edge.max(start);
                } else {
                    last = last.min(edge.wrapping_sub(1));
                }
            }
            if claim.start <= addr && addr < claim.end {
                let [(_, edge), _] = claim.edges()?;
                open.change(edge);
            }
        }
        Some(Self {
            what: open.what(),
            start,
            last,
        })
    }

    /// Who owns it, at `vmaddr`.
    pub(super) fn owner(&self, images: Images<'_, '_>, vmaddr: VmAddr) -> Option<Owner> {
        owner(images, self.what, vmaddr)
    }
}

/// Stretches of memory, ascending, each with one owner; and the table of pages that finds them.
#[derive(Clone, Copy)]
pub(super) struct Stretches<'s> {
    cells: &'s [LookupCell],
    pages: Pages<'s, LookupCell>,
}

impl<'s> Stretches<'s> {
    /// Sorts the edges and turns them into stretches, in place: one for each address where anything
    /// changes, so that the writing never overtakes the reading.
    pub(super) fn sweep(edges: &'s mut [LookupCell]) -> Self {
        sort_by_key(edges, |edge| edge.start);
        let mut open = Sweep::default();
        let mut count = 0_usize;
        for at in 0..edges.len() {
            let Some(&edge) = edges.get(at) else { break };
            open.change(edge.what);
            let next = edges.get(at.wrapping_add(1)).map(|next| next.start);
            if next == Some(edge.start) {
                continue;
            }
            debug_assert!(count <= at, "a stretch for each edge at most");
            if let Some(place) = edges.get_mut(count) {
                *place = LookupCell {
                    start: edge.start,
                    what: open.what(),
                };
                count = count.wrapping_add(1);
            }
        }
        let cells: &'s [LookupCell] = edges;
        Self {
            cells: cells.get(..count).unwrap_or_default(),
            pages: Pages::NONE,
        }
    }

    /// The same with a table of pages in `cells`.
    pub(super) fn with_pages(self, cells: &'s mut [LookupCell]) -> Self {
        let starts = self.cells.iter().map(|cell| cell.start);
        Self {
            pages: Pages::build(starts, cells),
            ..self
        }
    }

    /// How many stretches start at or before `addr`.
    #[inline]
    fn at_or_before(&self, addr: u64) -> usize {
        let (low, high) = self.pages.range(addr, self.cells.len());
        debug_assert!(low <= high && high <= self.cells.len(), "pages count cells");
        let inside = self.cells.get(low..high).unwrap_or_default();
        let before = inside.partition_point(|cell| cell.start <= addr);
        low.wrapping_add(before)
    }

    #[inline]
    pub(super) fn owner(&self, images: Images<'_, '_>, vmaddr: VmAddr) -> Option<Owner> {
        let index = self.at_or_before(vmaddr.get()).checked_sub(1)?;
        owner(images, self.cells.get(index)?.what, vmaddr)
    }

    /// The stretch that holds `addr`.
    pub(super) fn at(&self, addr: u64) -> Stretch {
        let after = self.at_or_before(addr);
        let next = self.cells.get(after).map(|cell| cell.start);
        let last = next.map_or(u64::MAX, |next| next.wrapping_sub(1));
        match after.checked_sub(1).and_then(|index| self.cells.get(index)) {
            Some(cell) => Stretch {
                what: cell.what,
                start: cell.start,
                last,
            },
            None => Stretch {
                what: NOBODY << IMAGE_SHIFT,
                start: 0,
                last,
            },
        }
    }

    /// The bounds of the stretch that holds `vmaddr`, both inclusive.
    pub(super) fn bounds(&self, vmaddr: VmAddr) -> (u64, u64) {
        let stretch = self.at(vmaddr.get());
        (stretch.start, stretch.last)
    }
}

/// Who owns the stretch `what`, at `vmaddr` in it.
#[inline]
fn owner(images: Images<'_, '_>, what: u64, vmaddr: VmAddr) -> Option<Owner> {
    let image = image_of(what);
    if image == NOBODY {
        return None;
    }
    let image = usize::try_from(image).ok()?;
    let (segment, section) = (segment_of(what), section_of(what));
    if segment == SEVERAL_SEGMENTS || section == SEVERAL_SECTIONS {
        return first_owner(images, image, vmaddr);
    }
    Some(Owner {
        image,
        segment: u32::try_from(segment).ok()?,
        section: u32::try_from(section).ok().filter(|section| *section != 0),
    })
}

/// The first segment and section of the image in load-command order.
#[cold]
fn first_owner(images: Images<'_, '_>, number: usize, vmaddr: VmAddr) -> Option<Owner> {
    let image = images.get(number)?.macho?;
    let within = |start: VmAddr, size: u64| {
        vmaddr
            .checked_distance_from(start)
            .is_some_and(|delta| delta < size)
    };
    let (segment, _) = (0..u32::MAX)
        .zip(image.segments())
        .find(|(_, segment)| within(segment.vmaddr(), segment.vmsize()))?;
    let section = (1..u32::MAX)
        .zip(image.sections())
        .find(|(_, section)| within(section.vmaddr(), section.size()));
    Some(Owner {
        image: number,
        segment,
        section: section.map(|(section, _)| section),
    })
}
