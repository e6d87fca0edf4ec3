//! Segments into memory: copy, zero fill, fixups.

use core::fmt;

use kc_offsets::KernelCache;
use macho_core::fixup::{Fixup, Target};
use macho_core::{PhysAddr, Segment, SlidVmAddr, Slide, VmAddr};

/// Why an image is not loaded.
#[derive(Debug)]
pub enum Refusal {
    File(macho_core::Error),
    Overlap,
    NoRoom,
    EntryOutside,
    Fixup(VmAddr),
}

impl From<macho_core::Error> for Refusal {
    fn from(error: macho_core::Error) -> Self {
        Self::File(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Overlap => f.write_str("segments overlap"),
            Self::NoRoom => f.write_str("the kernelcache does not fit the memory"),
            Self::EntryOutside => f.write_str("the entry point is in no segment"),
            Self::Fixup(vmaddr) => write!(f, "the fixup at {vmaddr} cannot be applied"),
        }
    }
}

/// What was loaded.
#[derive(Debug)]
pub struct Placed {
    pub segments: u32,
    pub copied: u64,
    pub zeroed: u64,
    pub fixups: u32,
    pub virt_base: SlidVmAddr,
    pub entry: PhysAddr,
}

/// Bytes from the lowest segment's first byte to the highest one's last.
pub fn span(cache: &KernelCache<'_>) -> Option<u64> {
    let (low, high) = bounds(cache)?;
    high.checked_sub(low)
}

fn bounds(cache: &KernelCache<'_>) -> Option<(u64, u64)> {
    let (mut low, mut high) = (u64::MAX, 0);
    for segment in cache.image().segments().filter(in_memory) {
        low = low.min(segment.vmaddr().get());
        high = high.max(segment.vmaddr().checked_add(segment.vmsize())?.get());
    }
    Some((low, high))
}

fn in_memory(segment: &Segment<'_>) -> bool {
    segment.vmsize() != 0
}

pub fn place(
    cache: &KernelCache<'_>,
    target: &mut [u8],
    phys: u64,
    slide: Slide,
) -> Result<Placed, Refusal> {
    let image = cache.image();
    let (low, _) = bounds(cache).ok_or(Refusal::NoRoom)?;
    let mut placed = Placed {
        segments: 0,
        copied: 0,
        zeroed: 0,
        fixups: 0,
        virt_base: slide.apply(VmAddr::new(low)),
        entry: PhysAddr::new(0),
    };
    for segment in image.segments().filter(in_memory) {
        let at = usize::try_from(segment.vmaddr().get() - low).map_err(|_| Refusal::NoRoom)?;
        let size = usize::try_from(segment.vmsize()).map_err(|_| Refusal::NoRoom)?;
        let bytes = target.get_mut(at..).and_then(|tail| tail.get_mut(..size));
        let bytes = bytes.ok_or(Refusal::NoRoom)?;
        let data = segment.data();
        let data = data.get(..size).unwrap_or(data);
        let (copy, zero) = bytes.split_at_mut(data.len());
        copy.copy_from_slice(data);
        zero.fill(0);
        placed.segments += 1;
        placed.copied += data.len() as u64;
        placed.zeroed += zero.len() as u64;
    }
    if let Some(fixups) = image.chained_fixups()? {
        let base = image.base().unwrap_or(VmAddr::new(low));
        for slot in fixups.slots(&image) {
            let slot = slot?;
            let vmaddr = match slot.fixup() {
                Fixup::Rebase { target, .. } => match target {
                    Target::VmAddr(vmaddr) => Some(vmaddr),
                    Target::VmOffset(offset) => base.checked_add_offset(offset),
                    Target::Cache { level: 0, offset } => base.checked_add_offset(offset),
                    _ => None,
                },
                _ => None,
            };
            let vmaddr = vmaddr.ok_or(Refusal::Fixup(slot.vmaddr))?;
            let at = usize::try_from(slot.vmaddr.get() - low).unwrap_or(usize::MAX);
            let bytes = target.get_mut(at..).and_then(|tail| tail.first_chunk_mut());
            *bytes.ok_or(Refusal::Fixup(slot.vmaddr))? = slide.apply(vmaddr).get().to_le_bytes();
            placed.fixups += 1;
        }
    }
    let entry = cache.entry_point().ok().flatten();
    let entry = entry.ok_or(Refusal::EntryOutside)?;
    placed.entry = PhysAddr::new(entry.vmaddr.get() - low + phys);
    Ok(placed)
}
