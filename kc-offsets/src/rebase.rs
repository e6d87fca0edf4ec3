//! Moving a file to other addresses: the same file, linked `slide` bytes further up.
//!
//! What is moved and what is not: `docs/decisions/0011-what-rebase-moves.md`.
use core::ops::ControlFlow;

use macho_core::{
    CommandView, CpuType, FileOffset, Fixup, Fixups, LoadCommandKind as Kind, MachO, PointerFormat,
    Segment, Slide, Slot, Target, ThreadFlavor, VmAddr,
};

use crate::apply;
use crate::error::{Error, Fault, Structure};
use crate::kernelcache::KernelCache;

/// Addresses move by whole pages, or code would miss what it computes with `adrp`.
const PAGE: u64 = 0x4000;

/// Where fields lie in their structures (`mach-o/loader.h`, `mach-o/nlist.h`,
/// `mach/arm/_structs.h`), in bytes.
const SEGMENT_VMADDR: u64 = 24;
const SEGMENT_SECTIONS: u64 = 72;
const SECTION_SIZE: u64 = 80;
const SECTION_ADDR: u64 = 32;
const FILESET_ENTRY_VMADDR: u64 = 8;
const NLIST_VALUE: u64 = 8;
const ARM_THREAD_STATE64_PC: u64 = 256;

/// What was rewritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebased {
    /// Images: the outer one and the nested ones.
    pub images: u64,
    /// Addresses in load commands.
    pub addresses: u64,
    /// Symbols.
    pub symbols: u64,
    /// Slots of fixups that hold an absolute address. Others count from a base, and stay.
    pub slots: u64,
}

/// Rewrites `copy`, a copy of the outermost file of `cache`, for addresses that are `slide` higher
/// (modulo 2^64: a slide downwards is the inverse of one upwards). Rebasing what comes out by
/// [`Slide::inverse`] gives the file again, byte for byte.
///
/// Moved are the addresses of segments, sections, entry points and fileset entries, the symbols
/// that are defined in a section, of every image, and the fixups that hold absolute addresses. Work
/// is linear in the file's size, unless nested images share load commands.
///
/// # Errors
/// `Misaligned`; damage; `AddressOverflow` if a segment would wrap; `TargetOverflow`;
/// `BufferTooSmall`. The copy is then in part rewritten and of no use.
pub fn rebase(cache: &KernelCache<'_>, copy: &mut [u8], slide: Slide) -> Result<Rebased, Error> {
    if slide.get() % PAGE != 0 {
        return Err(Error::misaligned(slide));
    }
    let outer = cache.image();
    let start = usize::try_from(outer.file_start().get()).unwrap_or(usize::MAX);
    let mut work = Work {
        copy,
        needed: start.saturating_add(outer.file().len()),
        slide,
        done: Rebased::default(),
    };
    work.image(&outer)?;
    let symbols = outer.symbol_table()?;
    for entry in cache.entries() {
        let nested = entry?.image()?;
        work.image(&nested)?;
        // An image may name the collection's own table; it is moved once.
        let table = nested.symbol_table()?;
        if table.file_offset(0) != symbols.file_offset(0) {
            work.symbols(&nested)?;
        }
    }
    work.symbols(&outer)?;
    for of in cache.fixups() {
        work.slots(&of?.fixups)?;
    }
    Ok(work.done)
}

struct Work<'c> {
    copy: &'c mut [u8],
    /// Bytes that a copy of the file has.
    needed: usize,
    slide: Slide,
    done: Rebased,
}

impl Work<'_> {
    /// The addresses in the load commands of one image.
    fn image(&mut self, image: &MachO<'_>) -> Result<(), Error> {
        self.done.images = self.done.images.wrapping_add(1);
        for segment in image.segments() {
            self.segment(&segment)?;
        }
        for command in image.load_commands() {
            match command.kind() {
                Kind::LC_UNIXTHREAD | Kind::LC_THREAD => {
                    let CommandView::Thread(states) = command.view()? else {
                        continue;
                    };
                    for state in states {
                        let state = state?;
                        if image.header().cputype == CpuType::CPU_TYPE_X86_64 {
                            if let Some(rip) = x86_rip(state.flavor()) {
                                self.address(field(state.file_offset(), rip))?;
                            }
                        } else if state.arm64()?.is_some() {
                            self.address(field(state.file_offset(), ARM_THREAD_STATE64_PC))?;
                        }
                    }
                }
                Kind::LC_FILESET_ENTRY => {
                    self.address(field(command.file_offset(), FILESET_ENTRY_VMADDR))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let command = segment.load_command().file_offset();
        // A slide above 2^63 leads downwards: neither way may an address pass an end.
        let by = i64::from_le_bytes(self.slide.get().to_le_bytes());
        let moved = segment.vmaddr().get().checked_add_signed(by);
        let end = moved.and_then(|vmaddr| vmaddr.checked_add(segment.vmsize()));
        if end.is_none() {
            return Err(Error::at(Fault::AddressOverflow, command));
        }
        self.address(field(command, SEGMENT_VMADDR))?;
        let mut section = field(command, SEGMENT_SECTIONS);
        for _ in segment.sections() {
            self.address(field(section, SECTION_ADDR))?;
            section = field(section, SECTION_SIZE);
        }
        Ok(())
    }

    /// The symbols that are defined in a section.
    fn symbols(&mut self, image: &MachO<'_>) -> Result<(), Error> {
        for symbol in image.symbols()? {
            // Debugging symbols stay, as the kernel leaves them when it slides itself (XNU
            // `osfmk/arm/arm_init.c`).
            if symbol.stab().is_none() && symbol.section().is_some() {
                self.add(field(symbol.file_offset(), NLIST_VALUE))?;
                self.done.symbols = self.done.symbols.wrapping_add(1);
            }
        }
        Ok(())
    }

    /// The slots that hold an absolute address.
    fn slots(&mut self, fixups: &Fixups<'_>) -> Result<(), Error> {
        let outcome = fixups.try_for_each(|item| {
            let moved = item.map_err(Error::from).and_then(|slot| self.slot(&slot));
            match moved {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            }
        });
        match outcome {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }

    #[inline]
    fn slot(&mut self, slot: &Slot) -> Result<(), Error> {
        let Fixup::Rebase {
            target: Target::VmAddr(target),
            auth,
        } = slot.fixup()
        else {
            return Ok(());
        };
        let mask = target_mask(slot);
        let mut moved = *slot;
        moved.raw = slot.raw & !mask | slot.raw.wrapping_add(self.slide.get()) & mask;
        // Whether the address fits is what the decoder says of the new slot.
        let wanted = Fixup::Rebase {
            target: Target::VmAddr(VmAddr::new(self.slide.apply(target).get())),
            auth,
        };
        if moved.fixup() != wanted {
            return Err(Error::at(Fault::TargetOverflow, slot.file_offset));
        }
        self.done.slots = self.done.slots.wrapping_add(1);
        let place = slot.file_offset;
        let (size, needed) = (slot.size(), self.needed);
        apply::write(self.bytes(place)?, size, moved.raw).ok_or_else(|| too_small(needed))
    }

    /// Moves an address of a load command.
    fn address(&mut self, place: FileOffset) -> Result<(), Error> {
        self.done.addresses = self.done.addresses.wrapping_add(1);
        self.add(place)
    }

    /// Adds the slide to a word of 8 bytes.
    fn add(&mut self, place: FileOffset) -> Result<(), Error> {
        let (slide, needed) = (self.slide.get(), self.needed);
        let bytes = self.bytes(place)?.first_chunk_mut::<8>();
        let bytes = bytes.ok_or_else(|| too_small(needed))?;
        *bytes = u64::from_le_bytes(*bytes).wrapping_add(slide).to_le_bytes();
        Ok(())
    }

    fn bytes(&mut self, place: FileOffset) -> Result<&mut [u8], Error> {
        let at = usize::try_from(place.get()).ok();
        at.and_then(|at| self.copy.get_mut(at..))
            .ok_or_else(|| too_small(self.needed))
    }
}

/// Where a state of `x86_64` has rip, if it has one (`mach/i386/thread_status.h`).
const fn x86_rip(flavor: ThreadFlavor) -> Option<u64> {
    match flavor.0 {
        // x86_THREAD_STATE64, and x86_THREAD_STATE after a header of its own.
        4 => Some(128),
        7 => Some(136),
        _ => None,
    }
}

fn too_small(needed: usize) -> Error {
    Error::too_small(Structure::FileCopy, needed)
}

/// Where a slot has the address, which it does in its low bits.
fn target_mask(slot: &Slot) -> u64 {
    let width: u32 = match (slot.pointer_format(), slot.size()) {
        (Some(PointerFormat::DYLD_CHAINED_PTR_64), _) => 36,
        (
            Some(PointerFormat::DYLD_CHAINED_PTR_32 | PointerFormat::DYLD_CHAINED_PTR_32_FIRMWARE),
            _,
        ) => 26,
        (Some(_), _) => 43,
        (None, 4) => 32,
        (None, _) => 64,
    };
    u64::MAX.wrapping_shr(64_u32.wrapping_sub(width))
}

/// The place of a field. A structure that the parser took is inside the file, so nothing overflows.
fn field(start: FileOffset, bytes: u64) -> FileOffset {
    let field = start.checked_add(bytes);
    debug_assert!(field.is_some(), "the structure is inside the file");
    field.unwrap_or(start)
}
