//! vmaddr to file offset and back, by the rules that loaders and readers of Mach-O share.
//!
//! # Rules
//! 1. A segment contains `vmaddr .. vmaddr + vmsize`. One of 0 bytes contains nothing: nested
//!    images of a collection have many, at addresses that others own. A range that would pass
//!    2^64 ends there.
//! 2. Where segments overlap, the first in load-command order answers. XNU's and dyld's loaders
//!    refuse such images, so no real one depends on it; every reader that walks the commands (PongoOS,
//!    m1n1, the `object` crate) stops at the first match, and a translation that agrees with them is worth most.
//! 3. The first `min(filesize, vmsize)` bytes come from the file ([`Outcome::Mapped`]), as far as
//!    there is a file ([`Outcome::PastEndOfFile`] beyond); the rest is [`Outcome::ZeroFill`].
//! 4. A file offset belongs to the first segment in load-command order that maps it.
use core::fmt;

use macho_core::{FileOffset, MachO, VmAddr};

mod pages;
mod range;
mod runs;
mod source;
mod storage;

pub use pages::PageIndex;
pub use range::SegmentRange;
pub use runs::{Run, Runs};
pub use storage::MapStorage;

use range::{Stretch, stretch_at};
use runs::Stretches;
use source::Source;
use storage::Pieces;

/// The most stretches of memory that the search for a linear window looks at. Beyond them an
/// image is taken as not linear, which costs speed and nothing else.
const MOST_STRETCHES: usize = 256;

/// What [`AddressMap::translate_slice`] writes for a vmaddr that no file byte backs.
pub const NOT_IN_FILE: FileOffset = FileOffset::new(u64::MAX);

/// What lies at a vmaddr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A byte of the file, at this offset from the start of the outermost file.
    Mapped(FileOffset),
    /// Memory of a segment that the file does not back: zeros when loaded.
    ZeroFill,
    /// Memory that the segment claims from the file, past the file's end. m1n1's payload
    /// segment is like this.
    PastEndOfFile,
    /// No segment contains it.
    Unmapped,
}

impl Outcome {
    /// The file offset, where a byte of the file backs the vmaddr.
    #[inline]
    pub const fn file_offset(self) -> Option<FileOffset> {
        match self {
            Self::Mapped(offset) => Some(offset),
            _ => None,
        }
    }
}

/// The answer for one vmaddr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Translation {
    /// The vmaddr that was asked for.
    pub vmaddr: VmAddr,
    /// What lies there.
    pub outcome: Outcome,
    /// The segment that contains it, counted from 0 in load-command order.
    pub segment: Option<u32>,
}

/// vmaddr <-> file offset of one image.
///
/// Making one takes a pass over the segments for every stretch of memory; it finds the largest
/// window in which file offset = vmaddr + a constant, and there answers with one subtraction and one compare.
/// A primary arm64 collection is one such window as a whole ([`AddressMap::is_linear`], by proof
/// over all segments). Outside of the window a map walks the segments, or with
/// [`AddressMap::with_storage`] searches sorted pieces in the caller's memory; [`PageIndex`] adds a page table.
#[derive(Clone)]
pub struct AddressMap<'a> {
    source: Source<'a>,
    file_end: u64,
    window: Window,
    linear: bool,
    pieces: Option<Pieces<'a>>,
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
            .field("file_end", &self.file_end)
            .field("window", &self.window)
            .field("linear", &self.linear)
            .field("sorted", &self.pieces.is_some())
            .finish_non_exhaustive()
    }
}

impl<'a> AddressMap<'a> {
    /// The map of plain segment records in load-command order, in a file that ends at `file_end`.
    pub fn from_ranges(ranges: &'a [SegmentRange], file_end: FileOffset) -> Self {
        Self::from_source(Source::Ranges(ranges), file_end.get())
    }

    /// The map of an image's segments. File offsets count from the start of the outermost file,
    /// also for a nested image of a collection or a slice of a fat file.
    pub fn new(image: &MachO<'a>) -> Self {
        let len = u64::try_from(image.file().len()).unwrap_or(u64::MAX);
        let end = image.file_start().get().saturating_add(len);
        Self::from_source(Source::Image(image.segments()), end)
    }

    fn from_source(source: Source<'a>, file_end: u64) -> Self {
        let mut map = Self {
            source,
            file_end,
            window: Window::default(),
            linear: false,
            pieces: None,
        };
        map.find_window();
        map
    }

    /// The same map with its pieces sorted into `storage`, for a search without a branch on the
    /// data. Where they do not fit, the map stays as it was ([`AddressMap::is_sorted`] tells).
    #[must_use]
    pub fn with_storage<const N: usize>(mut self, storage: &'a mut MapStorage<N>) -> Self {
        // One more than fits, so that too many are noticed, and the gap below the first.
        let limit = N.saturating_add(2);
        self.pieces = Pieces::build(storage, self.stretches().take(limit));
        self
    }

    /// Whether the whole image is one window in which file offset = vmaddr + a constant, with no
    /// gap, no zero fill and no byte past the end of the file. Proved over all segments.
    #[inline]
    pub const fn is_linear(&self) -> bool {
        self.linear
    }

    /// Whether the map keeps sorted pieces.
    #[inline]
    pub const fn is_sorted(&self) -> bool {
        self.pieces.is_some()
    }

    /// Where the file ends: bytes from the start of the outermost file.
    #[inline]
    pub const fn file_end(&self) -> FileOffset {
        FileOffset::new(self.file_end)
    }

    /// The segments in load-command order.
    pub fn ranges(&self) -> impl Iterator<Item = SegmentRange> + Clone + 'a {
        self.source.ranges()
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

    /// Outside of the window. Apart, so that the window's answer stays small enough to inline.
    fn outcome_elsewhere(&self, addr: u64) -> Outcome {
        match &self.pieces {
            _ if self.linear => Outcome::Unmapped,
            Some(pieces) => pieces
                .find(addr)
                .map_or(Outcome::Unmapped, |piece| piece.outcome(addr)),
            None => self.stretch_at(addr).outcome,
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
        if let Some(pieces) = &self.pieces {
            if let Some(piece) = pieces.find(vmaddr.get()) {
                return piece.translation(vmaddr);
            }
            return Translation {
                vmaddr,
                outcome: Outcome::Unmapped,
                segment: None,
            };
        }
        let stretch = self.stretch_at(vmaddr.get());
        Translation {
            vmaddr,
            outcome: stretch.outcome,
            segment: stretch.segment,
        }
    }

    /// Writes the file offset of each vmaddr, [`NOT_IN_FILE`] where no file byte backs it, and
    /// returns how many are mapped. Works on as many as both slices hold.
    pub fn translate_slice(&self, vmaddrs: &[VmAddr], out: &mut [FileOffset]) -> usize {
        let Window { start, len, bias } = self.window;
        let mut mapped = 0_usize;
        if self.linear {
            // No call in this loop: it runs at the speed of memory.
            for (vmaddr, out) in vmaddrs.iter().zip(out) {
                let addr = vmaddr.get();
                let inside = addr.wrapping_sub(start) < len;
                mapped = mapped.wrapping_add(usize::from(inside));
                *out = if inside {
                    FileOffset::new(addr.wrapping_add(bias))
                } else {
                    NOT_IN_FILE
                };
            }
            return mapped;
        }
        for (vmaddr, out) in vmaddrs.iter().zip(out) {
            *out = match self.outcome(*vmaddr) {
                Outcome::Mapped(offset) => {
                    mapped = mapped.wrapping_add(1);
                    offset
                }
                _ => NOT_IN_FILE,
            };
        }
        mapped
    }

    /// The answers for `len` bytes from `vmaddr`, as runs. A range that would pass 2^64 ends
    /// there. Each step costs a pass over the segments; a run is at least 1 byte.
    pub fn translate_range(&self, vmaddr: VmAddr, len: u64) -> Runs<'a> {
        Runs::new(self.clone(), vmaddr, len)
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
        if file_offset.get() >= self.file_end {
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

    fn stretch_at(&self, addr: u64) -> Stretch {
        stretch_at(self.ranges(), self.file_end, addr)
    }

    /// All of memory in ascending stretches.
    fn stretches(&self) -> Stretches<'a> {
        Stretches::new(self.clone())
    }

    fn find_window(&mut self) {
        let mut current = Window::default();
        let mut best = Window::default();
        let mut alone = true;
        let mut seen = 0_usize;
        for stretch in self.stretches().take(MOST_STRETCHES) {
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
