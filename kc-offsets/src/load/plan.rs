//! The plan of a load.
use core::ops::Range;

use macho_core::{FileOffset, MachO, PhysAddr, SlidVmAddr, Slide, VmAddr, VmProt};

use super::segments::{backed, span, with_memory};
use super::steps::Steps;

use crate::apply::{self, Linker};
use crate::entry::entry_point;
use crate::error::{Error, Fault};
use crate::kernelcache::KernelCache;
use crate::map::AddressMap;
use crate::slide::PhysicalWindow;

/// Bytes of the largest page of Apple's CPUs: what mapped and mapping address have in common.
const PAGE: u64 = 0x4000;
/// m1n1 writes this many zero bytes after a payload, which tell it where the payload ends
/// (AsahiLinux/m1n1 `proxyclient/m1n1/macho.py`, `prepare_image`).
const PAYLOAD_END: u64 = 4;

/// Where an image goes in physical memory: which bytes go where, in what order, and where it
/// starts. A `Copy` view: what it says is computed when asked.
///
/// The segments lie as far apart as their vmaddrs are, the lowest one at a physical base:
/// physical = vmaddr - lowest vmaddr + physical base, as m1n1's hypervisor and XNU's own `phystokv`
/// have it. [`LoadPlan::steps`] says what to do, one [`Step`](crate::Step) after the other in
/// ascending order of address, so that every byte of the range is written once;
/// [`LoadPlan::load_into`] does it to a slice.
///
/// A kernelcache's pointers are not the loader's business: XNU rewrites those of a fileset itself
/// and dies if somebody did it before. Of a static kernel the loader slides what
/// [`LoadPlan::slide_static_kernel`] slides. [`LoadPlan::apply_fixups`] is for whoever does the
/// kernel's work in its place: an emulator, an analysis, a loader of images that do not fix
/// themselves up. [`LoadPlan::fixed_up_by`] says which of these an image needs.
///
/// ```no_run
/// # fn load(file: &[u8], memory: &mut [u8]) -> Result<(), kc_offsets::Error> {
/// use kc_offsets::{KernelCache, LoadPlan};
/// use macho_core::{PhysAddr, Slide};
///
/// let cache = KernelCache::parse(file)?;
/// let slide = Slide::new(0x20_0000);
/// let plan = LoadPlan::new(&cache, PhysAddr::new(0x8_0000_0000), slide)?;
/// // XNU maps itself in blocks of 32 MiB, which need not fit the first base that is free.
/// let base = plan.next_block_base().unwrap_or(plan.window().phys_base);
/// let plan = LoadPlan::new(&cache, base, slide)?;
/// plan.load_into(memory)?;
/// plan.slide_static_kernel(memory)?;
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
    /// Bytes of the blocks that XNU maps itself with before it has page tables of its own: what a
    /// level 2 entry maps with pages of 16 KiB (XNU `osfmk/arm64/start.s`).
    pub const BLOCK: u64 = 32 << 20;

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

    /// The same plan with m1n1's rule for a payload, which applies if the last segment is named
    /// `PYLD` and claims more memory than the file has bytes for: memory ends 4 zero bytes after
    /// those bytes, which tell m1n1 that no payload follows, and the rest of the 64 MiB is not
    /// cleared (AsahiLinux/m1n1 `proxyclient/m1n1/macho.py`, `prepare_image`).
    pub fn cut_payload(self) -> Self {
        let mut cut = self;
        let last = with_memory(&self.image).max_by_key(macho_core::Segment::vmaddr);
        if let Some(payload) = last.filter(|segment| segment.name() == "PYLD") {
            let copied = u64::try_from(backed(&payload).len()).unwrap_or(u64::MAX);
            let kept = copied.saturating_add(PAYLOAD_END).min(payload.vmsize());
            let start = payload.vmaddr().checked_distance_from(self.lowest);
            cut.size = start.map_or(self.size, |start| start.saturating_add(kept));
        }
        cut
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

    /// Bytes of memory from the first to the last byte of all segments, less what
    /// [`cut_payload`](Self::cut_payload) cuts.
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

    /// Whether physical and slid addresses agree modulo 32 MiB ([`BLOCK`](Self::BLOCK)). XNU needs
    /// that: it maps itself in blocks of that size. Code that builds other page tables needs no
    /// more than the 16 KiB without which there is no plan.
    pub const fn maps_in_blocks(&self) -> bool {
        self.bytes_to_block(self.phys_base.get()) == 0
    }

    /// The lowest physical base, not below this plan's, with which a plan with the same slide
    /// [maps in blocks](Self::maps_in_blocks). `None` past 2^64.
    pub const fn next_block_base(&self) -> Option<PhysAddr> {
        let bytes = self.bytes_to_block(self.phys_base.get());
        self.phys_base.checked_add(bytes)
    }

    /// The slide with which a plan with the same physical base
    /// [maps in blocks](Self::maps_in_blocks) and has its first byte at the lowest such address
    /// that is not below `from`. m1n1 fixes the base and takes 0xfffffe0010000000 for `from`.
    /// `None` past 2^64.
    pub const fn block_slide(&self, from: SlidVmAddr) -> Option<Slide> {
        let up = self.phys_base.get().wrapping_sub(from.get()) & Self::BLOCK.wrapping_sub(1);
        match from.checked_add(up) {
            Some(slid) => Some(Slide::new(slid.get().wrapping_sub(self.lowest.get()))),
            None => None,
        }
    }

    /// Bytes from a physical address up to the next one that agrees with the first slid address.
    const fn bytes_to_block(self, phys: u64) -> u64 {
        let slid = self.slide.apply(self.lowest).get();
        slid.wrapping_sub(phys) & Self::BLOCK.wrapping_sub(1)
    }

    /// The physical addresses that a loader may lock against writing before the kernel runs, as
    /// CTRR does: from the lowest to the highest segment whose `maxprot` has no write, `__LINKEDIT`
    /// aside. Segments that may be written are inside if the image has them in between. `None` if
    /// every segment may be written.
    pub fn read_only(&self) -> Option<Range<PhysAddr>> {
        let mut range: Option<(u64, u64)> = None;
        for segment in with_memory(&self.image) {
            let writable = segment.maxprot().contains(VmProt::VM_PROT_WRITE);
            if writable || segment.name() == "__LINKEDIT" {
                continue;
            }
            let start = self.offset_of(segment.vmaddr())?;
            let end = start.saturating_add(segment.vmsize()).min(self.size);
            range = Some(range.map_or((start, end), |(first, last)| {
                (first.min(start), last.max(end))
            }));
        }
        let (start, end) = range?;
        Some(self.phys_base.checked_add(start)?..self.phys_base.checked_add(end)?)
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
        Steps::new(self.image, self.lowest, self.phys_base, self.size)
    }

    /// Rewrites the pointers of the loaded memory, all of the image's fixups; returns how many.
    /// `memory` is what [`load_into`](Self::load_into) filled. The load commands and the symbols
    /// stay as they are.
    ///
    /// This is what an emulator or an analysis needs, and an image that does not fix itself up. A
    /// kernel that is to run does it itself, and takes a slot that was rewritten before for a link
    /// of a chain: [`fixed_up_by`](Self::fixed_up_by).
    ///
    /// # Errors
    /// As [`apply_fixups`](crate::apply_fixups).
    pub fn apply_fixups(&self, memory: &mut [u8], linker: &impl Linker) -> Result<u64, Error> {
        let place = |slot: &macho_core::Slot| self.offset_of(slot.vmaddr);
        apply::apply_fixups(&self.image, self.slide, memory, place, linker)
    }
}
