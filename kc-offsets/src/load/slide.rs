//! What a boot loader slides of a static kernel, and what it leaves alone.
//!
//! The list is that of QEMUAppleSilicon 775c41fc9b (`hw/arm/apple-silicon/boot.c`); XNU's own words
//! for the division of work are in `osfmk/arm/arm_init.c`, `arm_slide_rebase_and_sign_image`.
use macho_core::{
    CommandView, FileOffset, HeaderFlags, LoadCommandKind, MachO, Mechanism, SectionType, Segment,
    Slot, VmAddr,
};

use super::plan::LoadPlan;
use super::segments::{backed, with_memory};
use crate::error::{Error, Fault};
use crate::kernelcache::{KernelCache, Shape};

/// Where fields lie in their structures (`mach-o/loader.h`, `mach-o/nlist.h`), in bytes.
const SEGMENT_VMADDR: u64 = 24;
const SEGMENT_SECTIONS: u64 = 72;
const SECTION_SIZE: u64 = 80;
const SECTION_ADDR: u64 = 32;
const NLIST_SIZE: u64 = 16;
const NLIST_VALUE: u64 = 8;
/// Bytes of a pointer.
const POINTER: u64 = 8;

/// Who makes the pointers of a loaded image right, and the addresses in its load commands and
/// symbol tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FixedUpBy {
    /// The image itself, when it starts to run: the kernel of a primary collection, and m1n1. The
    /// loader touches nothing.
    Itself,
    /// A static kernel: the loader slides what [`LoadPlan::slide_static_kernel`] slides, and the
    /// kernel walks its own threads (`__TEXT,__thread_starts`). Pointers in neither are nobody's.
    LoaderAndItself,
    /// The kernel that runs already, and knows the bases of all collections: a pageable or an
    /// auxiliary collection.
    RunningKernel,
    /// Whoever loads it, by [`LoadPlan::apply_fixups`]: an image that dyld or other firmware
    /// starts.
    Caller,
}

impl FixedUpBy {
    /// A short name, as the command line prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::LoaderAndItself => "loader and itself",
            Self::RunningKernel => "running kernel",
            Self::Caller => "caller",
        }
    }
}

/// What [`LoadPlan::slide_static_kernel`] slid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Slid {
    /// Addresses of segments and sections in the kernel's own header.
    pub addresses: u64,
    /// Symbols that are not stabs.
    pub symbols: u64,
    /// Words of sections of type `S_NON_LAZY_SYMBOL_POINTERS`.
    pub non_lazy_pointers: u64,
    /// Slots of local relocations (`LC_DYSYMTAB`).
    pub local_relocations: u64,
}

impl LoadPlan<'_> {
    /// Who makes the loaded pointers right. A collection without an entry point is loaded by a
    /// kernel that runs; an image inside a collection, as its header's flags say, is fixed up with
    /// it.
    pub fn fixed_up_by(&self) -> FixedUpBy {
        let image = self.image();
        let flags = image.header().flags;
        if flags.contains(HeaderFlags::MH_DYLIB_IN_CACHE) {
            return FixedUpBy::Itself;
        }
        match KernelCache::new(image).shape() {
            Shape::Prelinked | Shape::BareKernel => FixedUpBy::LoaderAndItself,
            Shape::Fileset | Shape::EmptyFileset => {
                let starts = image.find_command(LoadCommandKind::LC_UNIXTHREAD);
                match starts {
                    Some(_) => FixedUpBy::Itself,
                    None => FixedUpBy::RunningKernel,
                }
            }
            Shape::Plain => FixedUpBy::Caller,
        }
    }

    /// Slides a static kernel in the memory that [`load_into`](Self::load_into) filled: vmaddrs of
    /// segments and sections in its header, symbols, non-lazy symbol pointers and the slots of
    /// local relocations. Anything else stays: threads, which the kernel walks itself, and the
    /// headers of the kexts in `__PRELINK_TEXT`. Of every other image all stays, and nothing is
    /// counted: a fileset slides itself.
    ///
    /// A symbol table that no segment loads is not in memory, and is passed over. Work is linear
    /// in the size of file and memory.
    ///
    /// # Errors
    /// `HeaderNotMapped` if no segment loads the kernel's header; `SlotNotMapped` if `memory` or
    /// the image is too small for an address; `TooMuchWork` if sections of pointers overlap;
    /// damage of the symbol table or the relocations. The memory is then in part slid.
    pub fn slide_static_kernel(&self, memory: &mut [u8]) -> Result<Slid, Error> {
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let size = size.min(memory.len());
        let mut work = Work {
            plan: self,
            memory: memory.get_mut(..size).unwrap_or_default(),
            done: Slid::default(),
        };
        if self.fixed_up_by() == FixedUpBy::LoaderAndItself {
            work.header()?;
            work.symbols()?;
            work.non_lazy_pointers()?;
            work.local_relocations()?;
        }
        Ok(work.done)
    }

    /// Where in the loaded memory the bytes of the file from `offset` on are, `len` of them.
    fn place_of(&self, offset: FileOffset, len: u64) -> Option<u64> {
        with_memory(&self.image()).find_map(|segment| self.place_in(&segment, offset, len))
    }

    fn place_in(&self, segment: &Segment<'_>, offset: FileOffset, len: u64) -> Option<u64> {
        let into = offset.get().checked_sub(segment.file_offset().get())?;
        let end = usize::try_from(into.checked_add(len)?).ok()?;
        if end > backed(segment).len() {
            return None;
        }
        self.offset_of(segment.vmaddr())?.checked_add(into)
    }
}

struct Work<'p, 'a, 'm> {
    plan: &'p LoadPlan<'a>,
    memory: &'m mut [u8],
    done: Slid,
}

impl<'a> Work<'_, 'a, '_> {
    fn image(&self) -> MachO<'a> {
        self.plan.image()
    }

    /// The addresses of segments and sections.
    fn header(&mut self) -> Result<(), Error> {
        let image = self.image();
        let header = image.file_offset();
        let place = self
            .plan
            .place_of(header, 1)
            .ok_or(Error::at(Fault::HeaderNotMapped, header))?;
        for segment in image.segments() {
            let command = segment.load_command().file_offset();
            let into = command.get().wrapping_sub(header.get());
            let place = place.wrapping_add(into);
            self.slide(place.wrapping_add(SEGMENT_VMADDR), POINTER, command)?;
            let mut section = place.wrapping_add(SEGMENT_SECTIONS);
            for _ in segment.sections() {
                self.slide(section.wrapping_add(SECTION_ADDR), POINTER, command)?;
                section = section.wrapping_add(SECTION_SIZE);
                self.done.addresses = self.done.addresses.wrapping_add(1);
            }
            self.done.addresses = self.done.addresses.wrapping_add(1);
        }
        Ok(())
    }

    /// The symbols. XNU and QEMUAppleSilicon slide the undefined ones too.
    fn symbols(&mut self) -> Result<(), Error> {
        let table = self.image().symbol_table()?;
        let size = u64::try_from(table.len()).unwrap_or(u64::MAX);
        let size = size.saturating_mul(NLIST_SIZE);
        let Some(place) = self.plan.place_of(table.file_offset(0), size) else {
            return Ok(());
        };
        let mut value = place.wrapping_add(NLIST_VALUE);
        for symbol in &table {
            if symbol.stab().is_none() {
                self.slide(value, POINTER, symbol.file_offset())?;
                self.done.symbols = self.done.symbols.wrapping_add(1);
            }
            value = value.wrapping_add(NLIST_SIZE);
        }
        Ok(())
    }

    fn non_lazy_pointers(&mut self) -> Result<(), Error> {
        let image = self.image();
        let mut room = u64::try_from(self.memory.len()).unwrap_or(u64::MAX);
        for segment in with_memory(&image) {
            let command = segment.load_command().file_offset();
            for section in segment.sections() {
                if section.kind() != SectionType::S_NON_LAZY_SYMBOL_POINTERS {
                    continue;
                }
                let left = room.checked_sub(section.size());
                room = left.ok_or(Error::at(Fault::TooMuchWork, image.file_offset()))?;
                let mut vmaddr = section.vmaddr();
                for _ in 0..section.size().wrapping_div(POINTER) {
                    self.slide_at(vmaddr, POINTER, command)?;
                    vmaddr = VmAddr::new(vmaddr.get().wrapping_add(POINTER));
                    self.done.non_lazy_pointers = self.done.non_lazy_pointers.wrapping_add(1);
                }
            }
        }
        Ok(())
    }

    fn local_relocations(&mut self) -> Result<(), Error> {
        let image = self.image();
        let Some(command) = image.find_command(LoadCommandKind::LC_DYSYMTAB) else {
            return Ok(());
        };
        // Chains and threads, which may be long, are not walked for nothing.
        if matches!(command.view()?, CommandView::Dysymtab(tables) if tables.nlocrel == 0) {
            return Ok(());
        }
        for item in image.fixups().slots() {
            match item {
                Ok(slot) if slot.mechanism() == Mechanism::LocalRelocations => self.slot(&slot)?,
                Err(error) if error.structure() == macho_core::Structure::RelocationInfo => {
                    return Err(error.into());
                }
                // Another mechanism's, damaged or not.
                _ => {}
            }
        }
        Ok(())
    }

    fn slot(&mut self, slot: &Slot) -> Result<(), Error> {
        self.slide_at(slot.vmaddr, slot.size(), slot.file_offset)?;
        self.done.local_relocations = self.done.local_relocations.wrapping_add(1);
        Ok(())
    }

    /// Slides the word of `size` bytes that is loaded to `vmaddr`.
    fn slide_at(&mut self, vmaddr: VmAddr, size: u64, about: FileOffset) -> Result<(), Error> {
        let place = self.plan.offset_of(vmaddr);
        self.slide(
            place.ok_or(Error::at(Fault::SlotNotMapped, about))?,
            size,
            about,
        )
    }

    /// Slides the word of 4 or 8 bytes at `place` of the memory.
    fn slide(&mut self, place: u64, size: u64, about: FileOffset) -> Result<(), Error> {
        let slide = self.plan.slide().get();
        let tail = usize::try_from(place)
            .ok()
            .and_then(|place| self.memory.get_mut(place..))
            .unwrap_or_default();
        let done = if size == 4 {
            let [a, b, c, d, ..] = slide.to_le_bytes();
            tail.first_chunk_mut().map(|word| {
                let low = u32::from_le_bytes([a, b, c, d]);
                *word = u32::from_le_bytes(*word).wrapping_add(low).to_le_bytes();
            })
        } else {
            tail.first_chunk_mut().map(|word| {
                *word = u64::from_le_bytes(*word).wrapping_add(slide).to_le_bytes();
            })
        };
        done.ok_or(Error::at(Fault::SlotNotMapped, about))
    }
}
