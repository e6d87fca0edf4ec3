//! Which image, segment and section contain an address.
use core::fmt;

use macho_core::{MachO, VmAddr};

use crate::error::{Error, Structure};
use crate::sort::sort_by_key;

/// Who contains a vmaddr, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Owner {
    /// Which of the images that the index was built from: 0 is the outer one.
    pub image: usize,
    /// The image's segment, counted from 0 in load-command order.
    pub segment: u32,
    /// The image's section, counted from 1 in load-command order as `n_sect` of symbols counts.
    pub section: Option<u32>,
}

/// 32 bytes of the memory that the caller gives to [`ImageIndex::build`]: a stretch of vmaddrs with
/// one owner, or eight numbers of the page table.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImageCell {
    words: [u32; Self::PAGES],
}

impl ImageCell {
    /// An empty cell.
    pub const EMPTY: Self = Self {
        words: [0; Self::PAGES],
    };

    /// Pages in a cell.
    const PAGES: usize = 8;

    #[inline]
    fn new(stretch: Stretch) -> Self {
        let half = |start: u64| u32::try_from(start & 0xffff_ffff).unwrap_or(0);
        let (low, high) = (half(stretch.start), half(stretch.start >> 32));
        Self {
            words: [
                low,
                high,
                stretch.image,
                stretch.segment,
                stretch.section,
                0,
                0,
                0,
            ],
        }
    }

    #[inline]
    fn start(&self) -> u64 {
        let [low, high, ..] = self.words;
        u64::from(high) << 32 | u64::from(low)
    }

    #[inline]
    fn stretch(&self) -> Stretch {
        let [_, _, image, segment, section, ..] = self.words;
        Stretch {
            start: self.start(),
            image,
            segment,
            section,
        }
    }
}

/// A stretch of vmaddrs with one owner; while the index is built, an edge of a claim.
#[derive(Clone, Copy, Default)]
struct Stretch {
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

/// vmaddr -> image, segment, section, over the images of a kernelcache: built once in O(n log n),
/// asked in O(log n).
///
/// # Who owns an address
/// Of a collection's images the first one given is the outer one, the others are nested.
/// 1. A segment of 0 bytes contains nothing: nested images have many, at addresses that others own.
/// 2. An address in exactly one segment of nested images belongs to that image.
/// 3. An address in several of them belongs to none of their images, but like one in none of them to
///    the outer image, if that has a segment there: all nested images of a collection share one
///    `__LINKEDIT`, and no single one owns a byte of it.
/// 4. Within the outer image, the first segment in load-command order that contains the address has
///    it, as in an [`AddressMap`](crate::AddressMap).
/// 5. A section has an address if it contains it and belongs to the owning image; of several the first.
#[derive(Clone, Copy)]
pub struct ImageIndex<'a, 's> {
    images: &'s [MachO<'a>],
    /// Ascending; the last one belongs to nobody.
    stretches: &'s [ImageCell],
    /// vmaddr of the first stretch.
    origin: u64,
    shift: u32,
    /// Of each page, how many stretches start at or before its first byte; and one more page.
    pages: &'s [ImageCell],
}

impl fmt::Debug for ImageIndex<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageIndex")
            .field("images", &self.images.len())
            .field("stretches", &self.stretches.len())
            .field("page_cells", &self.pages.len())
            .finish_non_exhaustive()
    }
}

impl<'a, 's> ImageIndex<'a, 's> {
    /// Sorts what the images claim into `memory`, and fills what is left of it with a table of pages
    /// that shortens the search.
    ///
    /// The least is two cells for each segment and each section that has bytes. Each cell more has
    /// eight pages; pages are as small as the memory allows, 4 KiB at least. Some cells are left over
    /// even of the least, unless no two of those share an edge.
    ///
    /// The first image is the outer one; [`KernelCache::images`](crate::KernelCache::images) has
    /// them in that order.
    ///
    /// # Errors
    /// `BufferTooSmall`: an empty slice asks for the least.
    pub fn build(images: &'s [MachO<'a>], memory: &'s mut [ImageCell]) -> Result<Self, Error> {
        let needed = images
            .iter()
            .flat_map(|image| claims(0, image))
            .fold(0_usize, |needed, _| needed.saturating_add(2));
        let events = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::ImageIndex, needed))?;
        let claimed = (0..END)
            .zip(images)
            .flat_map(|(number, image)| claims(number, image))
            .flat_map(Claim::edges);
        for (event, edge) in events.iter_mut().zip(claimed) {
            *event = ImageCell::new(edge);
        }
        sort_by_key(events, ImageCell::start);
        let count = sweep(events);
        let (stretches, pages) = memory.split_at_mut_checked(count).unwrap_or_default();
        let origin = stretches.first().map_or(0, ImageCell::start);
        let (shift, pages) = fill_pages(stretches, origin, pages);
        Ok(Self {
            images,
            stretches,
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
        let stretch = self.find(vmaddr.get())?;
        if stretch.image == NOBODY {
            return None;
        }
        let image = usize::try_from(stretch.image).ok()?;
        if stretch.segment == SEVERAL || stretch.section == SEVERAL {
            return self.first_owner(image, vmaddr);
        }
        Some(Owner {
            image,
            segment: stretch.segment,
            section: (stretch.section != NO_SECTION).then_some(stretch.section),
        })
    }

    /// The stretch that holds `addr`.
    #[inline]
    fn find(&self, addr: u64) -> Option<Stretch> {
        let delta = addr.checked_sub(self.origin)?;
        let (low, high) = if self.pages.is_empty() {
            (0, self.stretches.len())
        } else {
            // Above the last page only the last stretch is left, which is nobody's.
            let page = usize::try_from(delta.wrapping_shr(self.shift)).ok()?;
            (self.page(page)?, self.page(page.wrapping_add(1))?)
        };
        let inside = self.stretches.get(low..high)?;
        let before = inside.partition_point(|cell| cell.start() <= addr);
        let cell = self
            .stretches
            .get(low.wrapping_add(before).checked_sub(1)?)?;
        Some(cell.stretch())
    }

    /// How many stretches start at or before the first byte of a page.
    #[inline]
    fn page(&self, page: usize) -> Option<usize> {
        let cell = self.pages.get(page / ImageCell::PAGES)?;
        let before = cell.words.get(page % ImageCell::PAGES)?;
        usize::try_from(*before).ok()
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
    fn edges(self) -> [Stretch; 2] {
        let start = Stretch {
            start: self.start,
            image: self.image,
            segment: self.segment,
            section: self.section,
        };
        let end = Stretch {
            start: self.end,
            image: self.image | END,
            ..start
        };
        [start, end]
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
    fn change(&mut self, edge: Stretch, number: u32) {
        let id = u64::from(edge.image & !END) << 32 | u64::from(number);
        if edge.image & END == 0 {
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
    fn change(&mut self, edge: Stretch) {
        let [outer, nested] = if edge.section == NO_SECTION {
            &mut self.segments
        } else {
            &mut self.sections
        };
        let open = if edge.image & !END == 0 {
            outer
        } else {
            nested
        };
        let number = if edge.section == NO_SECTION {
            edge.segment
        } else {
            edge.section
        };
        open.change(edge, number);
    }

    /// By the rules of [`ImageIndex`].
    fn stretch(&self, start: u64) -> Stretch {
        let [outer, nested] = self.segments;
        let [outer_sections, nested_sections] = self.sections;
        if let Some((image, segment)) = nested.only() {
            return Stretch {
                start,
                image,
                segment,
                section: nested_sections.of(image, NO_SECTION),
            };
        }
        if outer.count == 0 {
            return Stretch {
                start,
                image: NOBODY,
                ..Stretch::default()
            };
        }
        Stretch {
            start,
            image: 0,
            segment: outer.of(0, SEVERAL),
            section: outer_sections.of(0, NO_SECTION),
        }
    }
}

/// Turns sorted edges into stretches, in place, and returns how many; one stretch for each address
/// at which anything changes, so that the writing never overtakes the reading.
fn sweep(events: &mut [ImageCell]) -> usize {
    let mut open = Sweep::default();
    let mut written = 0_usize;
    for at in 0..events.len() {
        let Some(event) = events.get(at).map(ImageCell::stretch) else {
            break;
        };
        open.change(event);
        let next = events.get(at.wrapping_add(1)).map(ImageCell::start);
        if next == Some(event.start) {
            continue;
        }
        if let Some(cell) = events.get_mut(written) {
            *cell = ImageCell::new(open.stretch(event.start));
            written = written.wrapping_add(1);
        }
    }
    written
}

/// The table of pages, and the shift that makes a page's number.
fn fill_pages<'s>(
    stretches: &[ImageCell],
    origin: u64,
    memory: &'s mut [ImageCell],
) -> (u32, &'s [ImageCell]) {
    let room = memory.len().saturating_mul(ImageCell::PAGES);
    let span = stretches
        .last()
        .map_or(0, |stretch| stretch.start().wrapping_sub(origin));
    let mut shift = SMALLEST_SHIFT;
    let count = loop {
        // The page of the last stretch, and one more.
        let count = usize::try_from(span.wrapping_shr(shift))
            .ok()
            .and_then(|last| last.checked_add(2));
        match count {
            Some(count) if count <= room => break count,
            _ if shift >= 63 => return (0, &[]),
            _ => shift = shift.wrapping_add(1),
        }
    };
    let Some(pages) = memory.get_mut(..count.div_ceil(ImageCell::PAGES)) else {
        return (0, &[]);
    };
    let mut starts = stretches
        .iter()
        .map(|stretch| stretch.start().wrapping_sub(origin))
        .peekable();
    let mut before = 0_u32;
    let entries = pages.iter_mut().flat_map(|cell| &mut cell.words);
    for (page, entry) in (0..u64::MAX).zip(entries) {
        // The last pages may start past 2^64: every stretch is before them.
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
