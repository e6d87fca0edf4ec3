//! The map itself.
use core::fmt;

use macho_core::{FileOffset, MachO, VmAddr};

use super::cells::{MapCell, Sorted};
use super::outcome::{Outcome, Translation};
use super::range::{SegmentRange, Stretch};
use super::runs::Runs;
use super::source::Memory;
use crate::error::{Error, Structure};

/// The most stretches of memory that the search for a linear window looks at. Beyond them an
/// image is taken as not linear, which costs speed and nothing else.
const MOST_STRETCHES: usize = 256;

/// vmaddr <-> file offset of one image, by the rules that loaders and readers of Mach-O share.
///
/// Making one takes a pass over the segments for every stretch of memory; it finds the largest
/// window in which file offset = vmaddr + a constant, and there answers with one subtraction and
/// one compare. A primary arm64 collection is one such window as a whole
/// ([`AddressMap::is_linear`], by proof over all segments). Outside of the window a map walks the
/// segments, or by [`AddressMap::sorted_in`] searches sorted stretches in the caller's memory;
/// [`PageIndex`](crate::PageIndex) adds a page table.
///
/// # Rules
/// 1. A segment contains `vmaddr .. vmaddr + vmsize`. One of 0 bytes contains nothing: nested
///    images of a collection have many, at addresses that others own. A range that would pass
///    2^64 ends there.
/// 2. If segments overlap, the first in load-command order answers. XNU's and dyld's loaders
///    refuse such images, so no real one depends on it; every reader that walks the commands
///    (PongoOS, m1n1, the `object` crate) stops at the first match, and a translation that agrees
///    with them is worth most.
/// 3. The first `min(filesize, vmsize)` bytes come from the file ([`Outcome::Mapped`]), up to the
///    file's end ([`Outcome::PastEndOfFile`] beyond); the rest is [`Outcome::ZeroFill`].
/// 4. A file offset belongs to the first segment in load-command order that maps it.
#[derive(Clone)]
pub struct AddressMap<'a> {
    memory: Memory<'a>,
    window: Window,
    linear: bool,
    sorted: Option<Sorted<'a>>,
}

/// vmaddrs `start .. start + len`, all mapped, with file offset = vmaddr + bias modulo 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Window {
    start: u64,
    len: u64,
    bias: u64,
}

impl fmt::Debug for AddressMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressMap")
            .field("file_end", &self.file_end())
            .field("window", &self.window)
            .field("linear", &self.linear)
            .field("sorted", &self.is_sorted())
            .finish_non_exhaustive()
    }
}

impl<'a> AddressMap<'a> {
    /// The map of plain segment records in load-command order, in a file that ends at `file_end`.
    pub fn from_ranges(ranges: &'a [SegmentRange], file_end: FileOffset) -> Self {
        Self::from_memory(Memory::of_ranges(ranges, file_end.get()))
    }

    /// The map of an image's segments. File offsets count from the start of the outermost file,
    /// also for a nested image of a collection or a slice of a fat file.
    pub fn new(image: &MachO<'a>) -> Self {
        let len = u64::try_from(image.file().len()).unwrap_or(u64::MAX);
        let end = image.file_start().get().saturating_add(len);
        Self::from_memory(Memory::of_image(image.segments(), end))
    }

    fn from_memory(memory: Memory<'a>) -> Self {
        let mut map = Self {
            memory,
            window: Window::default(),
            linear: false,
            sorted: None,
        };
        map.find_window();
        map
    }

    /// The same map with its stretches of memory sorted into `memory`, for a search without a
    /// branch on the data. A segment is one stretch, one more for a zero-filled tail, one for a gap
    /// below it; eight stretches take nine cells. 72 cells serve every published kernelcache, since
    /// a primary collection has about 25 segments and no gaps.
    ///
    /// # Errors
    /// `BufferTooSmall`, which says how many cells suffice: an empty slice asks. `SpanTooLarge` if
    /// the segments are further apart than 2^31 times their common alignment.
    pub fn sorted_in(&self, memory: &'a mut [MapCell]) -> Result<Self, Error> {
        // Each stretch costs a pass over the segments, so no more are counted than fit, or than any
        // sound image has.
        let most = memory.len().max(MOST_STRETCHES);
        let stretches = kept(self.memory.stretches()).take(most.saturating_add(1));
        let count = stretches
            .clone()
            .fold(0_usize, |count, _| count.saturating_add(1));
        let needed = if count > most {
            // Each segment starts or ends at most four: at its own ends, at the end of its bytes
            // in the file, and at the end of the file.
            let bound = self
                .ranges()
                .fold(1, |bound: usize, _| bound.saturating_add(4));
            MapCell::needed(bound)
        } else {
            MapCell::needed(count)
        };
        let cells = memory
            .get_mut(..needed)
            .ok_or_else(|| Error::too_small(Structure::AddressMap, needed))?;
        let sorted = Sorted::build(cells, count, stretches)
            .ok_or_else(|| Error::span_too_large(Structure::AddressMap))?;
        Ok(Self {
            sorted: Some(sorted),
            ..self.clone()
        })
    }

    /// Whether the whole image is one window in which file offset = vmaddr + a constant, with no
    /// gap, no zero fill and no byte past the end of the file. Proved over all segments.
    #[inline]
    #[must_use]
    pub const fn is_linear(&self) -> bool {
        self.linear
    }

    /// Whether the map keeps sorted stretches.
    #[inline]
    #[must_use]
    pub const fn is_sorted(&self) -> bool {
        self.sorted.is_some()
    }

    /// Where the file ends: bytes from the start of the outermost file.
    #[inline]
    pub const fn file_end(&self) -> FileOffset {
        FileOffset::new(self.memory.file_end())
    }

    /// The segments in load-command order.
    pub fn ranges(&self) -> impl Iterator<Item = SegmentRange> + Clone + 'a {
        self.memory.ranges()
    }

    /// Segment `index` of the load-command order.
    pub fn segment(&self, index: u32) -> Option<SegmentRange> {
        self.ranges().nth(usize::try_from(index).ok()?)
    }

    /// What lies at `vmaddr`.
    #[inline]
    pub fn outcome(&self, vmaddr: VmAddr) -> Outcome {
        let addr = vmaddr.get();
        if addr.wrapping_sub(self.window.start) < self.window.len {
            return Outcome::Mapped(FileOffset::new(addr.wrapping_add(self.window.bias)));
        }
        self.outcome_elsewhere(addr)
    }

    /// Outside of the window: a function of its own, so that the window's answer stays small enough
    /// to inline.
    #[inline(never)]
    fn outcome_elsewhere(&self, addr: u64) -> Outcome {
        match &self.sorted {
            _ if self.linear => Outcome::Unmapped,
            Some(sorted) => sorted
                .find(addr)
                .map_or(Outcome::Unmapped, |stretch| stretch.outcome(addr)),
            None => self.memory.stretch_at(addr).outcome,
        }
    }

    /// The file offset of the byte at `vmaddr`, where a byte of the file backs it.
    #[inline]
    pub fn file_offset_of(&self, vmaddr: VmAddr) -> Option<FileOffset> {
        self.outcome(vmaddr).file_offset()
    }

    /// What lies at `vmaddr`, and in which segment.
    #[inline]
    pub fn translate(&self, vmaddr: VmAddr) -> Translation {
        if let Some(sorted) = &self.sorted {
            return match sorted.find(vmaddr.get()) {
                Some(stretch) => stretch.translation(vmaddr),
                None => Translation::unmapped(vmaddr),
            };
        }
        let stretch = self.memory.stretch_at(vmaddr.get());
        Translation {
            vmaddr,
            outcome: stretch.outcome,
            segment: stretch.segment,
        }
    }

    /// The answers for `len` bytes from `vmaddr`, as runs. A range that would pass 2^64 ends
    /// there. Each step costs a pass over the segments; a run is at least 1 byte.
    pub fn translate_range(&self, vmaddr: VmAddr, len: u64) -> Runs<'a> {
        Runs::new(self.memory.clone(), vmaddr, len)
    }

    /// The file offset of `vmaddr`, where the file backs all `len` bytes from there without a
    /// break: what a reader of a whole structure or a carver needs. `None` otherwise.
    pub fn translate_block(&self, vmaddr: VmAddr, len: u64) -> Option<FileOffset> {
        let start = self.file_offset_of(vmaddr)?;
        let into = vmaddr.get().wrapping_sub(self.window.start);
        if into < self.window.len && len <= self.window.len.wrapping_sub(into) {
            return Some(start);
        }
        let mut expected = start;
        let mut left = len;
        for run in self.translate_range(vmaddr, len) {
            if run.outcome != Outcome::Mapped(expected) {
                return None;
            }
            expected = expected.checked_add(run.len)?;
            left = left.checked_sub(run.len)?;
        }
        (left == 0).then_some(start)
    }

    /// The vmaddr at which a loader puts the file's byte at `file_offset`, by rule 4; `None`
    /// where no segment maps it.
    pub fn vmaddr_of(&self, file_offset: FileOffset) -> Option<VmAddr> {
        self.owner_of(file_offset).map(|(_, vmaddr)| vmaddr)
    }

    /// As [`AddressMap::vmaddr_of`], with the segment in load-command order.
    pub fn owner_of(&self, file_offset: FileOffset) -> Option<(u32, VmAddr)> {
        if file_offset.get() >= self.memory.file_end() {
            return None;
        }
        for (index, range) in (0..u32::MAX).zip(self.ranges()) {
            let Some(delta) = file_offset.checked_distance_from(range.file_offset) else {
                continue;
            };
            if delta < range.backed() {
                // A segment that would pass 2^64 ends there, by rule 1.
                if let Some(vmaddr) = range.vmaddr.checked_add(delta) {
                    return Some((index, vmaddr));
                }
            }
        }
        None
    }

    /// The sorted stretches.
    ///
    /// # Errors
    /// `BufferTooSmall` if the map keeps none: it got no cells.
    pub(super) fn sorted(&self) -> Result<Sorted<'a>, Error> {
        match self.sorted {
            Some(sorted) => Ok(sorted),
            None => self
                .sorted_in(&mut [])
                .and_then(|_| Err(Error::too_small(Structure::AddressMap, 0))),
        }
    }

    fn find_window(&mut self) {
        let mut current = Window::default();
        let mut best = Window::default();
        let mut alone = true;
        let mut seen = 0_usize;
        for stretch in self.memory.stretches().take(MOST_STRETCHES) {
            seen = seen.wrapping_add(1);
            let Outcome::Mapped(offset) = stretch.outcome else {
                alone &= stretch.outcome == Outcome::Unmapped;
                continue;
            };
            // `last - start + 1` cannot be 2^64: a mapped byte has a file offset below file_end.
            let len = stretch.last.wrapping_sub(stretch.start).saturating_add(1);
            let bias = offset.get().wrapping_sub(stretch.start);
            let adjoins = current.start.wrapping_add(current.len) == stretch.start;
            if current.len != 0 && adjoins && current.bias == bias {
                current.len = current.len.saturating_add(len);
            } else {
                alone &= current.len == 0;
                current = Window {
                    start: stretch.start,
                    len,
                    bias,
                };
            }
            if current.len > best.len {
                best = current;
            }
        }
        self.window = best;
        self.linear = alone
            && best.len != 0
            && seen < MOST_STRETCHES
            && self
                .ranges()
                .filter(|range| range.vmsize != 0)
                .all(|range| {
                    // A segment that others shadow must agree too, or the way back would differ.
                    range.file_offset.get().wrapping_sub(range.vmaddr.get()) == best.bias
                });
    }
}

/// The stretches from the first that a segment has: there is nothing to keep below it.
fn kept(stretches: impl Iterator<Item = Stretch> + Clone) -> impl Iterator<Item = Stretch> + Clone {
    stretches.skip_while(|stretch| stretch.outcome == Outcome::Unmapped)
}
