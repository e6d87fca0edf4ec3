//! Applying fixups: each slot of an image becomes the pointer that it stands for.
//!
//! The chains of the file say where slots are, and writing a slot overwrites its link: so the walk
//! reads the image's file, and the pointers go to another slice, a loaded image or a copy of the
//! file.
//!
//! This is the work of the image itself when it starts: XNU's kernels do it, and dyld does it for
//! what it loads. It is done here for an emulator, an analysis, or an image that nobody else fixes
//! up; a kernel that is to run gets its pointers untouched (`docs/decisions/0023`).
use core::cell::Cell;
use core::ops::ControlFlow;

use macho_core::{Auth, AuthKey, Fixup, Import, MachO, Mechanism, SlidVmAddr, Slide, Slot, Target};

use crate::error::{Error, Fault};
use crate::image_fixups::{CollectionFixups, ImageFixups};
use crate::target::RebaseTargets;

/// What a loader knows that the file does not say. Each method has an answer for a loader that does
/// not know.
pub trait Linker {
    /// The run-time base of the collection with this cache level: 0 primary, 1 pageable, 3
    /// auxiliary (XNU `pexpert/gen/kcformat.c`). `None` makes a pointer into it an error, except
    /// for the level of the image itself: its own lowest address stands in.
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        let _ = level;
        None
    }

    /// The run-time address of an import. `None` makes a bind to it an error.
    fn symbol(&self, import: &Import<'_>) -> Option<SlidVmAddr> {
        let _ = import;
        None
    }

    /// Signs a pointer as `pac` instructions do, with the discriminator blended in full
    /// ([`discriminator`]). A plain pointer without.
    fn sign(&self, pointer: u64, key: AuthKey, discriminator: u64) -> u64 {
        let _ = (key, discriminator);
        pointer
    }
}

/// A [`Linker`] that knows where collections are, binds nothing and signs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bases {
    /// Level 0; the image's own base if `None`.
    pub primary: Option<SlidVmAddr>,
    /// Level 1.
    pub pageable: Option<SlidVmAddr>,
    /// Level 3.
    pub auxiliary: Option<SlidVmAddr>,
}

impl Bases {
    /// The image is the primary collection, or none at all.
    pub const PRIMARY: Self = Self {
        primary: None,
        pageable: None,
        auxiliary: None,
    };
}

impl Linker for Bases {
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        match level {
            0 => self.primary,
            1 => self.pageable,
            3 => self.auxiliary,
            _ => None,
        }
    }
}

/// The discriminator that the pointer of the slot at a run-time address is signed with:
/// `diversity`; with address diversity the slot's address, whose top 16 bits a `diversity` other
/// than 0 replaces (clang `ptrauth.h`, `ptrauth_blend_discriminator`).
pub const fn discriminator(auth: &Auth, slot: SlidVmAddr) -> u64 {
    let [low, high] = auth.diversity.to_le_bytes();
    let diversity = u64::from_le_bytes([low, high, 0, 0, 0, 0, 0, 0]);
    match (auth.address_diversity, diversity) {
        (false, _) => diversity,
        (true, 0) => slot.get(),
        (true, _) => slot.get() & 0x0000_ffff_ffff_ffff | diversity << 48,
    }
}

/// Bytes of names and opcodes that the binds of an image may read.
fn most_of_binds(image: &MachO<'_>) -> u64 {
    let file = u64::try_from(image.file().len()).unwrap_or(u64::MAX);
    file.saturating_mul(SHARED).saturating_add(BINDS)
}

/// Resolves the fixups of one image at one slide.
struct Resolver<'a, 'o, 'l, L> {
    of: &'o ImageFixups<'a>,
    slide: Slide,
    /// The base of level 0.
    primary: Option<SlidVmAddr>,
    linker: &'l L,
    /// Bytes of names and opcodes that binds may still read.
    left: Cell<u64>,
}

/// Times the bytes of the file that its binds may read of names and opcodes, besides [`BINDS`]:
/// slots may bind to one name that is as long as the file. A name of real files is far shorter than
/// this for each byte of its slot.
const SHARED: u64 = 64;
/// 256 MiB, for the threads of small files, each of whose slots costs a pass over the opcodes.
const BINDS: u64 = 1 << 28;

impl<'a, 'o, 'l, L: Linker> Resolver<'a, 'o, 'l, L> {
    fn new(of: &'o ImageFixups<'a>, slide: Slide, linker: &'l L) -> Self {
        Self {
            of,
            slide,
            primary: base_of_level(&of.targets, slide, linker, 0),
            linker,
            left: Cell::new(most_of_binds(&of.image)),
        }
    }

    /// What nearly all slots of a collection hold: a pointer into the primary one. A separate
    /// function so that the loop over them carries no error about.
    #[inline]
    fn in_primary(&self, slot: &Slot) -> Option<u64> {
        match (slot.fixup(), self.primary) {
            (
                Fixup::Rebase {
                    target: Target::Cache { level: 0, offset },
                    auth,
                },
                Some(base),
            ) => Some(self.signed(slot, base.get().wrapping_add(offset.get()), auth)),
            _ => None,
        }
    }

    #[inline]
    fn signed(&self, slot: &Slot, pointer: u64, auth: Option<Auth>) -> u64 {
        match auth {
            None => pointer,
            Some(auth) => {
                let place = self.slide.apply(slot.vmaddr);
                let discriminator = discriminator(&auth, place);
                self.linker.sign(pointer, auth.key, discriminator)
            }
        }
    }

    /// What the slot holds at run time.
    #[inline(never)]
    fn value(&self, slot: &Slot) -> Result<u64, Error> {
        let (pointer, auth) = match slot.fixup() {
            Fixup::Value(value) => return Ok(u64::from(value)),
            Fixup::Rebase { target, auth } => (self.target(slot, target)?, auth),
            Fixup::Bind { addend, auth, .. } => (self.bind(slot, addend)?, auth),
        };
        Ok(self.signed(slot, pointer, auth))
    }

    fn target(&self, slot: &Slot, target: Target) -> Result<u64, Error> {
        let unknown = Error::at(Fault::UnknownBase, slot.file_offset);
        match target {
            Target::Cache { level: 0, offset } => {
                let base = self.primary.ok_or(unknown)?;
                Ok(base.get().wrapping_add(offset.get()))
            }
            Target::Cache { level, offset } => {
                let base = base_of_level(&self.of.targets, self.slide, self.linker, level);
                let base = base.ok_or(unknown)?;
                Ok(base.get().wrapping_add(offset.get()))
            }
            Target::Segment { index, offset } => {
                let mut segments = self.of.image.segments();
                let segment = segments.nth(usize::from(index)).ok_or(unknown)?;
                let start = self.slide.apply(segment.vmaddr());
                Ok(start.get().wrapping_add(u64::from(offset)))
            }
            Target::VmAddr(_) | Target::VmOffset(_) => {
                let vmaddr = self.of.targets.vmaddr(slot.pointer_format(), target);
                Ok(self.slide.apply(vmaddr.ok_or(unknown)?).get())
            }
            _ => Err(unknown),
        }
    }

    /// Takes bytes that a bind reads.
    fn take(&self, bytes: usize) -> Result<(), Error> {
        let exhausted = Error::at(Fault::TooMuchWork, self.of.image.file_offset());
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or(exhausted)?);
        Ok(())
    }

    #[cold]
    fn bind(&self, slot: &Slot, addend: i64) -> Result<u64, Error> {
        let unbound = Error::at(Fault::UnknownImport, slot.file_offset);
        let opcodes = match slot.mechanism() {
            Mechanism::ThreadedBind => self.of.fixups.thread_imports(0).opcodes(),
            _ => &[],
        };
        self.take(opcodes.len())?;
        let import = self.of.fixups.import(slot)?.ok_or(unbound)?;
        self.take(import.name.as_bytes().len())?;
        let symbol = self.linker.symbol(&import).ok_or(unbound)?;
        Ok(symbol
            .get()
            .wrapping_add_signed(import.addend)
            .wrapping_add_signed(addend))
    }
}

/// Where the pointers of a cache level count from at run time.
fn base_of_level(
    targets: &RebaseTargets,
    slide: Slide,
    linker: &impl Linker,
    level: u8,
) -> Option<SlidVmAddr> {
    let known = linker.collection_base(level);
    known.or_else(|| Some(slide.apply(targets.base_of_level(level)?)))
}

/// The run-time value of one slot of `image`, without writing it. For many slots of an image that
/// has 32-bit or opcode fixups, [`apply_fixups`] costs less. A slot of an image inside of a
/// collection is asked of the outer image, whose base its pointers count from.
///
/// # Errors
/// As [`apply_fixups`], but `SlotNotMapped`.
pub fn resolve_slot(
    image: &MachO<'_>,
    slot: &Slot,
    slide: Slide,
    linker: &impl Linker,
) -> Result<u64, Error> {
    let of = ImageFixups::of_outer(image);
    Resolver::new(&of, slide, linker).value(slot)
}

/// Rewrites in `memory` every slot of `image`, which runs at its vmaddrs plus `slide`; returns how
/// many. Of a kernel collection these include the slots of the images inside
/// ([`CollectionFixups`]). `place` says where in `memory` a slot is, in bytes: of a loaded image,
/// `slot.vmaddr` less the lowest vmaddr; of a copy of the file, `slot.file_offset`.
///
/// A kernel that is to run does this itself, and cannot do it a second time:
/// [`LoadPlan::fixed_up_by`](crate::LoadPlan::fixed_up_by).
///
/// The image is read and `memory` written; slots are visited several pages at a time, in no
/// order that a caller may rely on. Work is linear in the file's size: names that slots share are
/// read at most 64 times.
///
/// # Errors
/// The first of these ends it, and the memory is then in part rewritten and not fit to run: damage
/// of the fixups; `UnknownBase` for a pointer into a collection whose base the linker does not
/// know; `UnknownImport`; `SlotNotMapped` where `place` has no room for the slot; `TooMuchWork`
/// where binds share names that are so long that reading them would cost more than is linear.
pub fn apply_fixups(
    image: &MachO<'_>,
    slide: Slide,
    memory: &mut [u8],
    mut place: impl FnMut(&Slot) -> Option<u64>,
    linker: &impl Linker,
) -> Result<u64, Error> {
    // Calls of their own, so that the stack never holds what only one of them needs.
    let outer = apply_outer(image, slide, memory, &mut place, linker)?;
    let inside = apply_inside(image, slide, memory, &mut place, linker)?;
    Ok(outer.wrapping_add(inside))
}

/// Rewrites the slots of the outer image.
#[inline(never)]
fn apply_outer(
    image: &MachO<'_>,
    slide: Slide,
    memory: &mut [u8],
    place: &mut impl FnMut(&Slot) -> Option<u64>,
    linker: &impl Linker,
) -> Result<u64, Error> {
    let of = ImageFixups::of_outer(image);
    apply_image(&of, slide, memory, place, linker)
}

/// Rewrites the slots of the images inside that have chains of their own.
#[inline(never)]
fn apply_inside(
    image: &MachO<'_>,
    slide: Slide,
    memory: &mut [u8],
    place: &mut impl FnMut(&Slot) -> Option<u64>,
    linker: &impl Linker,
) -> Result<u64, Error> {
    let mut applied = 0_u64;
    for of in CollectionFixups::new(image).inside_only() {
        let done = apply_image(&of?, slide, memory, place, linker)?;
        applied = applied.wrapping_add(done);
    }
    Ok(applied)
}

/// Rewrites the slots of one image.
#[inline(never)]
fn apply_image(
    of: &ImageFixups<'_>,
    slide: Slide,
    memory: &mut [u8],
    place: &mut impl FnMut(&Slot) -> Option<u64>,
    linker: &impl Linker,
) -> Result<u64, Error> {
    let resolver = Resolver::new(of, slide, linker);
    let mut applied = 0_u64;
    let outcome = of.fixups.try_for_each(|item| {
        let slot = match item {
            Ok(slot) => slot,
            Err(error) => return ControlFlow::Break(Error::from(error)),
        };
        let value = match resolver.in_primary(&slot) {
            Some(value) => value,
            None => match resolver.value(&slot) {
                Ok(value) => value,
                Err(error) => return ControlFlow::Break(error),
            },
        };
        let at = place(&slot).and_then(|at| usize::try_from(at).ok());
        let tail = at.and_then(|at| memory.get_mut(at..));
        if write(tail.unwrap_or_default(), slot.size(), value).is_none() {
            let error = Error::at(Fault::SlotNotMapped, slot.file_offset);
            return ControlFlow::Break(error);
        }
        applied = applied.wrapping_add(1);
        ControlFlow::Continue(())
    });
    match outcome {
        ControlFlow::Continue(()) => Ok(applied),
        ControlFlow::Break(error) => Err(error),
    }
}

/// Writes a slot of 4 or 8 bytes; `None` where there is no room.
#[inline]
pub(crate) fn write(place: &mut [u8], size: u64, value: u64) -> Option<()> {
    let bytes = value.to_le_bytes();
    if size == 4 {
        let [a, b, c, d, ..] = bytes;
        *place.first_chunk_mut()? = [a, b, c, d];
    } else {
        *place.first_chunk_mut()? = bytes;
    }
    Some(())
}
