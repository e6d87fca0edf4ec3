//! Segments into memory: copy, zero fill, fixups.

use core::fmt;
use core::ops::Range;

use kc_offsets::KernelCache;
use macho_core::fixup::{Fixup, Target};
use macho_core::{PhysAddr, Segment, SlidVmAddr, Slide, VmAddr};

use crate::faults::Faults;

/// The most segments that are loaded: a collection of a Mac has 25, and each is compared with all.
const MOST_SEGMENTS: usize = 256;

/// Why an image is not loaded.
#[derive(Debug)]
pub enum Refusal {
    /// The libraries refuse the file.
    File(kc_offsets::Error),
    /// There are no segments, too many, or one that would pass 2^64.
    Segments,
    /// Two segments share memory.
    Overlap,
    /// The memory is too small.
    NoRoom,
    /// The entry point is in no segment.
    EntryOutside,
    /// A slot lies outside of the segments, or what it points to is not here.
    Fixup(VmAddr),
}

impl From<kc_offsets::Error> for Refusal {
    fn from(error: kc_offsets::Error) -> Self {
        Self::File(error)
    }
}

impl From<macho_core::Error> for Refusal {
    fn from(error: macho_core::Error) -> Self {
        Self::File(error.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Segments => f.write_str("segments that cannot be loaded"),
            Self::Overlap => f.write_str("segments overlap"),
            Self::NoRoom => f.write_str("the kernelcache does not fit the memory"),
            Self::EntryOutside => f.write_str("the entry point is in no segment"),
            Self::Fixup(vmaddr) => write!(f, "the slot at {vmaddr} cannot be filled"),
        }
    }
}

/// What was loaded.
#[derive(Debug)]
pub struct Placed {
    /// Segments with memory.
    pub segments: u32,
    /// Bytes from the file.
    pub copied: u64,
    /// Bytes of zero fill.
    pub zeroed: u64,
    /// Slots that were filled.
    pub fixups: u32,
    /// Slid address of the first byte.
    pub virt_base: SlidVmAddr,
    /// Where the first instruction lies.
    pub entry: PhysAddr,
}

/// Bytes from the lowest segment's first byte to the highest one's last.
///
/// # Errors
/// Segments that cannot be loaded, whatever the memory.
pub fn span(cache: &KernelCache<'_>) -> Result<u64, Refusal> {
    let bounds = bounds(cache)?;
    Ok(bounds.end - bounds.start)
}

/// vmaddrs from the lowest segment to the highest.
fn bounds(cache: &KernelCache<'_>) -> Result<Range<u64>, Refusal> {
    let (mut low, mut high) = (u64::MAX, 0);
    for (index, segment) in segments(cache).enumerate() {
        let range = range(&segment).ok_or(Refusal::Segments)?;
        if index == MOST_SEGMENTS {
            return Err(Refusal::Segments);
        }
        let shared = segments(cache)
            .take(index)
            .filter_map(|other| self::range(&other))
            .any(|other| other.start < range.end && range.start < other.end);
        if shared {
            return Err(Refusal::Overlap);
        }
        (low, high) = (low.min(range.start), high.max(range.end));
    }
    if low < high {
        Ok(low..high)
    } else {
        Err(Refusal::Segments)
    }
}

/// The segments that take memory; nested images have empty ones, at addresses that others own.
fn segments<'a>(cache: &KernelCache<'a>) -> impl Iterator<Item = Segment<'a>> + use<'a> {
    let segments = cache.image().segments();
    segments.filter(|segment| segment.vmsize() != 0)
}

fn range(segment: &Segment<'_>) -> Option<Range<u64>> {
    let end = segment.vmaddr().checked_add(segment.vmsize())?;
    Some(segment.vmaddr().get()..end.get())
}

/// Loads `cache` into `memory`, whose physical address is `phys`, for a run at its addresses plus
/// `slide`. Bytes between segments stay as they are, and so do those that a segment claims past the
/// file's end but for being zeroed, as m1n1's hypervisor has it.
///
/// # Errors
/// As [`Refusal`] says; `memory` may then be half written.
pub fn place(
    cache: &KernelCache<'_>,
    memory: &mut [u8],
    phys: PhysAddr,
    slide: Slide,
    faults: Faults<'_>,
) -> Result<Placed, Refusal> {
    let bounds = bounds(cache)?;
    let low = VmAddr::new(bounds.start);
    let mut placed = Placed {
        segments: 0,
        copied: 0,
        zeroed: 0,
        fixups: 0,
        virt_base: slide.apply(low),
        entry: phys,
    };
    for segment in segments(cache) {
        let size = usize::try_from(segment.vmsize()).map_err(|_| Refusal::NoRoom)?;
        let bytes = from(memory, low, segment.vmaddr()).and_then(|tail| tail.get_mut(..size));
        let bytes = bytes.ok_or(Refusal::NoRoom)?;
        let data = segment.data();
        let data = data.get(..size).unwrap_or(data);
        let (copy, zero) = bytes.split_at_mut(data.len());
        copy.copy_from_slice(data);
        if !faults.has("zero") {
            zero.fill(0);
        }
        placed.segments += 1;
        placed.copied += data.len() as u64;
        placed.zeroed += zero.len() as u64;
    }
    let pointer_slide = if faults.has("slide") {
        Slide::new(slide.get() / 2)
    } else {
        slide
    };
    if !faults.has("fixups") {
        placed.fixups = fill_slots(cache, memory, low, pointer_slide)?;
    }
    let entry = cache.entry_point()?.map(|entry| entry.vmaddr.get());
    let entry = entry.filter(|entry| bounds.contains(entry));
    placed.entry = entry
        .and_then(|entry| phys.checked_add(entry - bounds.start))
        .ok_or(Refusal::EntryOutside)?;
    Ok(placed)
}

/// Writes the slid address into each slot, unsigned: the processor has no keys yet.
fn fill_slots(
    cache: &KernelCache<'_>,
    memory: &mut [u8],
    low: VmAddr,
    slide: Slide,
) -> Result<u32, Refusal> {
    let image = cache.image();
    let base = image.base().unwrap_or(low);
    let mut count = 0;
    for slot in image.fixups().slots() {
        let slot = slot?;
        let target = match slot.fixup() {
            Fixup::Rebase { target, .. } => match target {
                Target::VmAddr(vmaddr) => Some(vmaddr),
                Target::VmOffset(offset) | Target::Cache { level: 0, offset } => {
                    base.checked_add_offset(offset)
                }
                _ => None,
            },
            _ => None,
        };
        let bytes = from(memory, low, slot.vmaddr).and_then(|tail| tail.first_chunk_mut());
        let (Some(target), Some(bytes)) = (target, bytes) else {
            return Err(Refusal::Fixup(slot.vmaddr));
        };
        *bytes = slide.apply(target).get().to_le_bytes();
        count += 1;
    }
    Ok(count)
}

/// The memory from `vmaddr`, whose first byte is that of `low`.
fn from(memory: &mut [u8], low: VmAddr, vmaddr: VmAddr) -> Option<&mut [u8]> {
    let into = vmaddr.checked_distance_from(low)?;
    memory.get_mut(usize::try_from(into).ok()?..)
}
