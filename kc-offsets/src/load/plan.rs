//! The plan of a load.
use macho_core::{FileOffset, MachO, PhysAddr, SlidVmAddr, Slide, VmAddr};

use super::segments::{span, with_memory};
use super::steps::Steps;

use crate::apply::{self, Linker};
use crate::entry::entry_point;
use crate::error::{Error, Fault};
use crate::kernelcache::KernelCache;
use crate::map::AddressMap;
use crate::slide::PhysicalWindow;

/// Bytes of the largest page of Apple's CPUs: what mapped and mapping address have in common.
const PAGE: u64 = 0x4000;

/// Where an image goes in physical memory: which bytes go where, in what order, and where it
/// starts. A `Copy` view: what it says is computed when asked.
///
/// The segments lie as far apart as their vmaddrs are, the lowest one at a physical base:
/// physical = vmaddr - lowest vmaddr + physical base, as m1n1's hypervisor and XNU's own `phystokv`
/// have it. [`LoadPlan::steps`] says what to do, one [`Step`](crate::Step) after the other in
/// ascending order of address, so that every byte of the range is written once;
/// [`LoadPlan::load_into`] does it to a slice. [`LoadPlan::apply_fixups`] then rewrites the
/// pointers.
///
/// ```no_run
/// # fn load(file: &[u8], memory: &mut [u8]) -> Result<(), kc_offsets::Error> {
/// use kc_offsets::{Bases, KernelCache, LoadPlan};
/// use macho_core::{PhysAddr, Slide};
///
/// let cache = KernelCache::parse(file)?;
/// let plan = LoadPlan::new(&cache, PhysAddr::new(0x8_0000_0000), Slide::new(0x20_0000))?;
/// plan.load_into(memory)?;
/// plan.apply_fixups(memory, &Bases::PRIMARY)?;
/// let start_at = plan.entry_point()?;
/// # let _ = start_at;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct LoadPlan<'a> {
    image: MachO<'a>,
    phys_base: PhysAddr,
    slide: Slide,
    lowest: VmAddr,
    size: u64,
}

/// What a boot loader tells the kernel about its memory: fields of `struct boot_args` (XNU
/// `pexpert/pexpert/arm64/boot.h`). The other fields, and the layout, are the loader's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct BootFields {
    /// `virtBase`: the slid address of the first byte.
    pub virt_base: SlidVmAddr,
    /// `physBase`: the physical address of the first byte.
    pub phys_base: PhysAddr,
    /// `topOfKernelData`: the first physical address behind the image, in whole pages of 16 KiB.
    pub top_of_kernel_data: PhysAddr,
}

impl<'a> LoadPlan<'a> {
    /// Plans to load `cache` at `phys_base`, to run at its vmaddrs plus `slide`. Work: each
    /// segment with memory, [`MOST_SEGMENTS`](crate::MOST_SEGMENTS) at the most, is compared with
    /// each.
    ///
    /// # Errors
    /// `NothingToLoad`; `CountTooLarge`; `Overlap`; `AddressOverflow` if a segment ends
    /// behind 2^64 in its own space, the slid or the physical one; `BaseMismatch` unless slid and
    /// physical addresses agree in the bits of a 16 KiB page, so that an MMU can map them.
    pub fn new(cache: &KernelCache<'a>, phys_base: PhysAddr, slide: Slide) -> Result<Self, Error> {
        Self::of_image(&cache.image(), phys_base, slide)
    }

    /// As [`new`](Self::new), for any image.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_image(image: &MachO<'a>, phys_base: PhysAddr, slide: Slide) -> Result<Self, Error> {
        let (lowest, size) = span(image)?;
        let plan = Self {
            image: *image,
            phys_base,
            slide,
            lowest,
            size,
        };
        let slid = slide.apply(lowest);
        if slid.get() % PAGE != phys_base.get() % PAGE {
            return Err(Error::base_mismatch(slid));
        }
        for segment in with_memory(image) {
            let end = plan
                .offset_of(segment.vmaddr())
                .and_then(|offset| offset.checked_add(segment.vmsize()));
            let fits = end.is_some_and(|end| {
                slid.checked_add(end).is_some() && phys_base.checked_add(end).is_some()
            });
            if !fits {
                let command = segment.load_command().file_offset();
                return Err(Error::at(Fault::AddressOverflow, command));
            }
        }
        Ok(plan)
    }

    /// The image.
    pub const fn image(&self) -> MachO<'a> {
        self.image
    }

    /// The slide.
    pub const fn slide(&self) -> Slide {
        self.slide
    }

    /// The unslid address of the first byte: the lowest of all segments with memory.
    pub const fn lowest(&self) -> VmAddr {
        self.lowest
    }

    /// Bytes of memory from the first to the last byte of all segments.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How slid and physical addresses correspond.
    pub const fn window(&self) -> PhysicalWindow {
        PhysicalWindow {
            virt_base: self.slide.apply(self.lowest),
            phys_base: self.phys_base,
        }
    }

    /// Bytes from the start of the loaded memory to a vmaddr inside it: where an emulator finds it
    /// in the slice. `None` outside.
    #[inline]
    pub const fn offset_of(&self, vmaddr: VmAddr) -> Option<u64> {
        match vmaddr.checked_distance_from(self.lowest) {
            Some(offset) if offset < self.size => Some(offset),
            _ => None,
        }
    }

    /// Where in the loaded memory the image's header is: what [`KernelCache::parse_mapped`] needs
    /// to ask the memory what the file was asked. `None` where no segment has the header.
    pub fn header(&self) -> Option<FileOffset> {
        self.offset_of(self.image.base()?).map(FileOffset::new)
    }

    /// The physical address of a vmaddr inside the loaded memory.
    #[inline]
    pub const fn phys_of(&self, vmaddr: VmAddr) -> Option<PhysAddr> {
        match self.offset_of(vmaddr) {
            Some(offset) => self.phys_base.checked_add(offset),
            None => None,
        }
    }

    /// The physical address at which the image starts to run, with the MMU off; `None` where no
    /// load command says so.
    ///
    /// # Errors
    /// As [`KernelCache::entry_point`]; `EntryNotMapped` if no byte of the file lies there.
    pub fn entry_point(&self) -> Result<Option<PhysAddr>, Error> {
        let Some(entry) = entry_point(&self.image, &AddressMap::new(&self.image))? else {
            return Ok(None);
        };
        match (entry.file_offset, self.phys_of(entry.vmaddr)) {
            (Some(_), Some(phys)) => Ok(Some(phys)),
            _ => Err(Error::entry_not_mapped(entry.vmaddr)),
        }
    }

    /// What the kernel is told of its memory.
    pub const fn boot_fields(&self) -> BootFields {
        let end = self.phys_base.get().saturating_add(self.size);
        let pages = end.saturating_add(PAGE.wrapping_sub(1)) & !PAGE.wrapping_sub(1);
        BootFields {
            virt_base: self.slide.apply(self.lowest),
            phys_base: self.phys_base,
            top_of_kernel_data: PhysAddr::new(pages),
        }
    }

    /// What to do, in ascending order of address.
    pub fn steps(&self) -> Steps<'a> {
        Steps::new(self.image, self.lowest, self.phys_base)
    }

    /// Rewrites the pointers of the loaded memory, all of the image's fixups; returns how many.
    /// `memory` is what [`load_into`](Self::load_into) filled.
    ///
    /// # Errors
    /// As [`apply_fixups`](crate::apply_fixups).
    pub fn apply_fixups(&self, memory: &mut [u8], linker: &impl Linker) -> Result<u64, Error> {
        let place = |slot: &macho_core::Slot| self.offset_of(slot.vmaddr);
        apply::apply_fixups(&self.image, self.slide, memory, place, linker)
    }
}
