//! Which image, segment and section contain an address.
use core::fmt;

use macho_core::{MachO, VmAddr};

use crate::error::{Error, Structure};
use crate::sort::sort_by_key;

/// Who contains a vmaddr, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Which of the images that the index was built from: 0 is the outer one.
    pub image: usize,
    /// The image's segment, counted from 0 in load-command order.
    pub segment: u32,
    /// The image's section, counted from 1 in load-command order as `n_sect` of symbols counts.
    pub section: Option<u32>,
}

/// A stretch of vmaddrs with one owner: 24 bytes of the memory that the caller gives to
/// [`ImageIndex::build`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Piece {
    start: u64,
    image: u32,
    segment: u32,
    section: u32,
}

/// `image` of a stretch that no segment contains.
const NOBODY: u32 = u32::MAX;
/// `segment` or `section` where several contain the stretch: the first in order counts.
const SEVERAL: u32 = u32::MAX;
/// `section` outside all of them.
const NO_SECTION: u32 = 0;
/// Set in `image` of the end of a claim, while the index is built.
const END: u32 = 1 << 31;

/// The smallest page that the page table uses: 4 KiB.
const SMALLEST_SHIFT: u32 = 12;

/// vmaddr -> image, segment, section, over the images of a kernelcache.
#[derive(Clone, Copy)]
pub struct ImageIndex<'a, 's> {
    images: &'s [MachO<'a>],
    /// Ascending; the last one belongs to nobody.
    pieces: &'s [Piece],
    /// vmaddr of the first piece.
    origin: u64,
    shift: u32,
    /// Of each page, how many pieces start at or before its first byte; and one more page.
    pages: &'s [u32],
}

impl fmt::Debug for ImageIndex<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageIndex")
            .field("images", &self.images.len())
            .field("pieces", &self.pieces.len())
            .field("pages", &self.pages.len())
            .finish_non_exhaustive()
    }
}

impl<'a, 's> ImageIndex<'a, 's> {
    /// How many [`Piece`]s [`build`](Self::build) needs for these images: two for each segment
    /// and each section that has bytes.
    pub fn pieces_needed(images: &[MachO<'_>]) -> usize {
        images
            .iter()
            .flat_map(|image| claims(0, image))
            .fold(0_usize, |needed, _| needed.saturating_add(2))
    }

    /// Sorts what the images claim into `pieces`, and fills a table of `pages` that shortens the search:
    /// one number for each page, pages as small as the buffer allows, 4 KiB at least. Without
    /// a buffer for pages the search is binary over all pieces.
    ///
    /// The first image is the outer one; [`KernelCache::images`](crate::KernelCache::images) has
    /// them in that order.
    ///
    /// # Errors
    /// `BufferTooSmall` where `pieces` has not the room that
    /// [`pieces_needed`](Self::pieces_needed) says.
    pub fn build(
        images: &'s [MachO<'a>],
        pieces: &'s mut [Piece],
        pages: &'s mut [u32],
    ) -> Result<Self, Error> {
        let needed = Self::pieces_needed(images);
        let Some(events) = pieces.get_mut(..needed) else {
            return Err(Error::too_small(Structure::ImageIndex, needed));
        };
        let claimed = (0..END)
            .zip(images)
            .flat_map(|(number, image)| claims(number, image))
            .flat_map(Claim::edges);
        for (event, edge) in events.iter_mut().zip(claimed) {
            *event = edge;
        }
        sort_by_key(events, |event| event.start);
        let count = sweep(events);
        let pieces = events.get(..count).unwrap_or_default();
        let origin = pieces.first().map_or(0, |piece| piece.start);
        let (shift, pages) = fill_pages(pieces, origin, pages);
        Ok(Self {
            images,
            pieces,
            origin,
            shift,
            pages,
        })
    }

    /// The images, the outer one first.
    pub const fn images(&self) -> &'s [MachO<'a>] {
        self.images
    }

    /// The image with that number.
    pub fn image(&self, number: usize) -> Option<MachO<'a>> {
        self.images.get(number).copied()
    }

    /// Who contains `vmaddr`; `None` where no segment does.
    #[inline]
    pub fn owner(&self, vmaddr: VmAddr) -> Option<Owner> {
        let piece = self.find(vmaddr.get())?;
        if piece.image == NOBODY {
            return None;
        }
        let image = usize::try_from(piece.image).ok()?;
        if piece.segment == SEVERAL || piece.section == SEVERAL {
            return self.first_owner(image, vmaddr);
        }
        Some(Owner {
            image,
            segment: piece.segment,
            section: (piece.section != NO_SECTION).then_some(piece.section),
        })
    }

    /// The piece that holds `addr`.
    #[inline]
    fn find(&self, addr: u64) -> Option<&'s Piece> {
        let delta = addr.checked_sub(self.origin)?;
        let page = usize::try_from(delta.wrapping_shr(self.shift)).ok()?;
        let (low, high) = match self.pages.get(page..).and_then(<[u32]>::first_chunk) {
            Some(&[low, high]) => (usize::try_from(low).ok()?, usize::try_from(high).ok()?),
            // Above the last page only the last piece is left, which is nobody's.
            None if !self.pages.is_empty() => return None,
            None => (0, self.pieces.len()),
        };
        let inside = self.pieces.get(low..high)?;
        let before = inside.partition_point(|piece| piece.start <= addr);
        self.pieces.get(low.wrapping_add(before).checked_sub(1)?)
    }

    /// The first segment and section of the image in load-command order.
    #[cold]
    fn first_owner(&self, number: usize, vmaddr: VmAddr) -> Option<Owner> {
        let image = self.images.get(number)?;
        let within = |start: VmAddr, size: u64| {
            vmaddr
                .checked_distance_from(start)
                .is_some_and(|delta| delta < size)
        };
        let (segment, _) = (0..SEVERAL)
            .zip(image.segments())
            .find(|(_, segment)| within(segment.vmaddr(), segment.vmsize()))?;
        let section = (1..SEVERAL)
            .zip(image.sections())
            .find(|(_, section)| within(section.vmaddr(), section.size()));
        Some(Owner {
            image: number,
            segment,
            section: section.map(|(section, _)| section),
        })
    }
}

/// A range of vmaddrs that a segment or section contains.
#[derive(Clone, Copy)]
struct Claim {
    start: u64,
    end: u64,
    image: u32,
    segment: u32,
    section: u32,
}

impl Claim {
    fn edges(self) -> [Piece; 2] {
        let piece = Piece {
            start: self.start,
            image: self.image,
            segment: self.segment,
            section: self.section,
        };
        let end = Piece {
            start: self.end,
            image: self.image | END,
            ..piece
        };
        [piece, end]
    }
}

/// What an image claims: its segments (with section 0), then its sections; those of 0 bytes not.
fn claims<'i>(image: u32, macho: &'i MachO<'_>) -> impl Iterator<Item = Claim> + 'i {
    let new = move |start: VmAddr, size: u64, segment, section| Claim {
        start: start.get(),
        // A parse proved this of segments; a section that would pass 2^64 ends there.
        end: start.get().saturating_add(size),
        image,
        segment,
        section,
    };
    let segments = (0..SEVERAL)
        .zip(macho.segments())
        .map(move |(number, segment)| new(segment.vmaddr(), segment.vmsize(), number, NO_SECTION));
    let sections = (1..SEVERAL)
        .zip(macho.sections())
        .map(move |(number, section)| new(section.vmaddr(), section.size(), 0, number));
    segments
        .chain(sections)
        .filter(|claim| claim.start != claim.end)
}

/// What is claimed at one place: how often, and the sum of the claims' numbers, which is the
/// number itself where there is one.
#[derive(Clone, Copy, Default)]
struct Open {
    count: u32,
    sum: u64,
}

impl Open {
    fn change(&mut self, piece: Piece, number: u32) {
        let id = u64::from(piece.image & !END) << 32 | u64::from(number);
        if piece.image & END == 0 {
            self.count = self.count.wrapping_add(1);
            self.sum = self.sum.wrapping_add(id);
        } else {
            self.count = self.count.wrapping_sub(1);
            self.sum = self.sum.wrapping_sub(id);
        }
    }

    /// Image and number of the only claim.
    fn only(self) -> Option<(u32, u32)> {
        let image = u32::try_from(self.sum >> 32).ok()?;
        let number = u32::try_from(self.sum & 0xffff_ffff).ok()?;
        (self.count == 1).then_some((image, number))
    }

    /// The number of the only claim, if it is `image`'s; [`SEVERAL`] where there are more.
    fn of(self, image: u32, none: u32) -> u32 {
        match self.only() {
            Some((owner, number)) if owner == image => number,
            None if self.count > 1 => SEVERAL,
            _ => none,
        }
    }
}

/// Claims open at one place: `[0]` the outer image's, `[1]` those of nested images.
#[derive(Default)]
struct Sweep {
    segments: [Open; 2],
    sections: [Open; 2],
}

impl Sweep {
    fn change(&mut self, piece: Piece) {
        let [outer, nested] = if piece.section == NO_SECTION {
            &mut self.segments
        } else {
            &mut self.sections
        };
        let open = if piece.image & !END == 0 {
            outer
        } else {
            nested
        };
        let number = if piece.section == NO_SECTION {
            piece.segment
        } else {
            piece.section
        };
        open.change(piece, number);
    }

    /// By the rules of [`lookup`](super).
    fn piece(&self, start: u64) -> Piece {
        let [outer, nested] = self.segments;
        let [outer_sections, nested_sections] = self.sections;
        if let Some((image, segment)) = nested.only() {
            return Piece {
                start,
                image,
                segment,
                section: nested_sections.of(image, NO_SECTION),
            };
        }
        if outer.count == 0 {
            return Piece {
                start,
                image: NOBODY,
                ..Piece::default()
            };
        }
        Piece {
            start,
            image: 0,
            segment: outer.of(0, SEVERAL),
            section: outer_sections.of(0, NO_SECTION),
        }
    }
}

/// Turns sorted edges into pieces, in place, and returns how many; one piece for each place
/// where anything changes, so that the writing never overtakes the reading.
fn sweep(events: &mut [Piece]) -> usize {
    let mut open = Sweep::default();
    let mut written = 0_usize;
    for at in 0..events.len() {
        let Some(&event) = events.get(at) else { break };
        open.change(event);
        let next = events.get(at.wrapping_add(1)).map(|next| next.start);
        if next == Some(event.start) {
            continue;
        }
        if let Some(place) = events.get_mut(written) {
            *place = open.piece(event.start);
            written = written.wrapping_add(1);
        }
    }
    written
}

/// The table of pages, and the shift that makes a page's number.
fn fill_pages<'s>(pieces: &[Piece], origin: u64, pages: &'s mut [u32]) -> (u32, &'s [u32]) {
    let span = pieces
        .last()
        .map_or(0, |piece| piece.start.wrapping_sub(origin));
    let mut shift = SMALLEST_SHIFT;
    let count = loop {
        // The page of the last piece, and one more.
        let count = usize::try_from(span.wrapping_shr(shift))
            .ok()
            .and_then(|last| last.checked_add(2));
        match count {
            Some(count) if count <= pages.len() => break count,
            _ if shift >= 63 => return (0, &[]),
            _ => shift = shift.wrapping_add(1),
        }
    };
    let Some(pages) = pages.get_mut(..count) else {
        return (0, &[]);
    };
    let mut starts = pieces
        .iter()
        .map(|piece| piece.start.wrapping_sub(origin))
        .peekable();
    let mut before = 0_u32;
    for (page, entry) in (0_u64..).zip(pages.iter_mut()) {
        // The last page may start past 2^64: every piece is before it.
        let first = page.checked_mul(1_u64.wrapping_shl(shift));
        while starts
            .next_if(|start| first.is_none_or(|first| *start <= first))
            .is_some()
        {
            before = before.wrapping_add(1);
        }
        *entry = before;
    }
    (shift, pages)
}
