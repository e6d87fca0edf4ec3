//! Loading: the plan, its steps, the memory, its fixups.

use core::ffi::{CStr, c_char, c_void};

use kc_offsets::Linker;
use kc_offsets::{ClampReason, FixedUpBy, LoadPlan, Step};
use macho_core::{AuthKey, PhysAddr, Segment, SlidVmAddr, Slide, VmAddr};

use crate::error::{Failure, KC_NO_OFFSET, finish, kc_error, kc_status};
use crate::image::{kc_image, opened};
use crate::memory::bytes_mut;

/// Where an image goes, and what it takes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_plan {
    /// Unslid address of the lowest byte.
    pub lowest: u64,
    /// Bytes of memory.
    pub size: u64,
    /// Physical address of the first instruction; `KC_NO_OFFSET` where the image does not say.
    pub entry_point: u64,
    /// `virtBase` of the boot arguments: the slid address of the lowest byte.
    pub virt_base: u64,
    /// `physBase` of the boot arguments: the physical address of the lowest byte.
    pub phys_base: u64,
    /// `topOfKernelData` of the boot arguments: the first page of 16 KiB behind the image.
    pub top_of_kernel_data: u64,
    /// The lowest physical base, not below `phys_base`, that agrees with `virt_base` modulo 32 MiB,
    /// which XNU needs; `KC_NO_OFFSET` past 2^64. It is `phys_base` if that agrees.
    pub next_block_base: u64,
    /// The physical addresses from the lowest to behind the highest segment that is never written,
    /// for a loader that locks them; both 0 if there is none.
    pub read_only_start: u64,
    /// The end of that range.
    pub read_only_end: u64,
    /// `KC_FIXED_UP_BY_*`.
    pub fixed_up_by: u32,
}

/// Steps, in [`kc_step`]`.kind`: copy bytes of the file.
pub const KC_STEP_COPY: u32 = 0;
/// Write zeros.
pub const KC_STEP_ZERO: u32 = 1;
/// A remark: the segment claims `len` bytes of the file and gets fewer, because the file ends.
pub const KC_STEP_CLAMP_FILE_END: u32 = 2;
/// A remark: the segment claims `len` bytes of the file and gets fewer, because it has less memory.
pub const KC_STEP_CLAMP_VMSIZE: u32 = 3;
/// The segment is in place, and `prot` is what is allowed.
pub const KC_STEP_PROTECT: u32 = 4;

/// One thing to do.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_step {
    /// `KC_STEP_*`.
    pub kind: u32,
    /// 1 read, 2 write, 4 execute: of `KC_STEP_PROTECT`.
    pub prot: u32,
    /// Unslid address of the first byte.
    pub vmaddr: u64,
    /// Physical address of the first byte.
    pub phys: u64,
    /// Bytes.
    pub len: u64,
    /// The bytes, in the file: of `KC_STEP_COPY`.
    pub bytes: *const u8,
}

/// Who makes the pointers of a loaded image right, in [`kc_plan`]`.fixed_up_by`: the image itself,
/// when it starts to run. The kernel of a primary collection dies if anybody did it before.
pub const KC_FIXED_UP_BY_ITSELF: u32 = 0;
/// A static kernel: the loader calls [`kc_slide_static_kernel`], and the kernel does the rest.
pub const KC_FIXED_UP_BY_LOADER_AND_ITSELF: u32 = 1;
/// The kernel that runs already, of a pageable or an auxiliary collection.
pub const KC_FIXED_UP_BY_RUNNING_KERNEL: u32 = 2;
/// Whoever loads the image, by [`kc_apply_fixups`].
pub const KC_FIXED_UP_BY_CALLER: u32 = 3;

/// Called by [`kc_load`] for each aligned word of the file in the segments of one name, with its
/// unslid address; returns what to write in its place.
pub type kc_rewrite =
    Option<unsafe extern "C" fn(context: *mut c_void, vmaddr: u64, word: u32) -> u32>;

/// Called by [`kc_apply_fixups`] for each pointer that is to be signed. `key` is 0 IA, 1 IB, 2 DA,
/// 3 DB; the discriminator is blended in full. Returns the signed pointer.
pub type kc_sign = Option<
    unsafe extern "C" fn(context: *mut c_void, pointer: u64, key: u32, discriminator: u64) -> u64,
>;

/// Run-time bases of kernel collections; `KC_NO_OFFSET` where one is not known.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_bases {
    /// Level 0; the image's own lowest address if not known.
    pub primary: u64,
    /// Level 1.
    pub pageable: u64,
    /// Level 3.
    pub auxiliary: u64,
}

struct Caller {
    bases: kc_bases,
    sign: kc_sign,
    context: *mut c_void,
}

impl Linker for Caller {
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        let base = match level {
            0 => self.bases.primary,
            1 => self.bases.pageable,
            3 => self.bases.auxiliary,
            _ => return None,
        };
        (base != KC_NO_OFFSET).then_some(SlidVmAddr::new(base))
    }

    fn sign(&self, pointer: u64, key: AuthKey, discriminator: u64) -> u64 {
        let key = match key {
            AuthKey::IA => 0,
            AuthKey::IB => 1,
            AuthKey::DA => 2,
            AuthKey::DB => 3,
        };
        match self.sign {
            // SAFETY: the caller gave a function and its context for this call.
            Some(sign) => unsafe { sign(self.context, pointer, key, discriminator) },
            None => pointer,
        }
    }
}

/// The plan of an open image.
///
/// # Safety
/// As `opened`.
unsafe fn plan<'a>(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
) -> Result<LoadPlan<'a>, Failure> {
    // SAFETY: the caller's promise.
    let open = unsafe { opened(image) }?;
    let (phys_base, slide) = (PhysAddr::new(phys_base), Slide::new(slide));
    Ok(LoadPlan::new(&open.cache, phys_base, slide)?)
}

fn describe(plan: &LoadPlan<'_>) -> Result<kc_plan, Failure> {
    let fields = plan.boot_fields();
    let read_only = plan.read_only();
    let read_only = read_only.map_or((0, 0), |range| (range.start.get(), range.end.get()));
    Ok(kc_plan {
        lowest: plan.lowest().get(),
        size: plan.size(),
        entry_point: plan.entry_point()?.map_or(KC_NO_OFFSET, PhysAddr::get),
        virt_base: fields.virt_base.get(),
        phys_base: fields.phys_base.get(),
        top_of_kernel_data: fields.top_of_kernel_data.get(),
        next_block_base: plan.next_block_base().map_or(KC_NO_OFFSET, PhysAddr::get),
        read_only_start: read_only.0,
        read_only_end: read_only.1,
        fixed_up_by: match plan.fixed_up_by() {
            FixedUpBy::Itself => KC_FIXED_UP_BY_ITSELF,
            FixedUpBy::LoaderAndItself => KC_FIXED_UP_BY_LOADER_AND_ITSELF,
            FixedUpBy::RunningKernel => KC_FIXED_UP_BY_RUNNING_KERNEL,
            _ => KC_FIXED_UP_BY_CALLER,
        },
    })
}

fn step(plan: &LoadPlan<'_>, step: Step<'_>) -> Option<kc_step> {
    let place = |kind, vmaddr: VmAddr, phys: PhysAddr, len| kc_step {
        kind,
        prot: 0,
        vmaddr: vmaddr.get(),
        phys: phys.get(),
        len,
        bytes: core::ptr::null(),
    };
    Some(match step {
        Step::Copy {
            vmaddr,
            phys,
            bytes,
            ..
        } => kc_step {
            bytes: bytes.as_ptr(),
            ..place(KC_STEP_COPY, vmaddr, phys, u64::try_from(bytes.len()).ok()?)
        },
        Step::Zero {
            vmaddr, phys, len, ..
        } => place(KC_STEP_ZERO, vmaddr, phys, len),
        Step::Clamp {
            segment,
            reason,
            claimed,
            ..
        } => {
            let kind = match reason {
                ClampReason::FileSizeExceedsVmSize => KC_STEP_CLAMP_VMSIZE,
                _ => KC_STEP_CLAMP_FILE_END,
            };
            let vmaddr = segment.vmaddr();
            place(kind, vmaddr, plan.phys_of(vmaddr)?, claimed)
        }
        Step::Protect {
            segment,
            phys,
            len,
            prot,
        } => kc_step {
            prot: prot.bits(),
            ..place(KC_STEP_PROTECT, segment.vmaddr(), phys, len)
        },
        _ => return None,
    })
}

/// Plans to load the image at a physical address, to run at its own addresses plus `slide`.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_plan_load(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
    out: *mut kc_plan,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe {
        let outcome = plan(image, phys_base, slide).and_then(|plan| describe(&plan));
        finish(outcome, out, error)
    }
}

/// The step with this place in the plan, counted from 0, in ascending order of address;
/// `KC_NOT_FOUND` past the last. Copies and zeros cover the memory without a gap. Costs as many
/// steps as come before it.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_plan_step(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
    index: u32,
    out: *mut kc_step,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    let outcome = unsafe { plan(image, phys_base, slide) }.and_then(|plan| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let mut steps = plan.steps().filter_map(|found| step(&plan, found));
        steps
            .nth(index)
            .ok_or(Failure::not_found("past the last step"))
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, out, error) }
}

/// Loads the image into `memory`, whose first byte has the physical address `phys_base`:
/// `kc_plan.size` bytes of it are written, pointers as in the file. `rewrite`, unless NULL, sees
/// every word of the segments named `segment`, such as `__TEXT_EXEC`, and says what becomes of it;
/// `context` is handed to it.
///
/// # Safety
/// The contract of every pointer, at the top of this header; `segment` ends with a NUL; `rewrite`
/// may be called with `context` during the call, and does not touch `memory`. `segment` may be NULL
/// if `rewrite` is, and `error` may be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_load(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
    memory: *mut u8,
    len: usize,
    segment: *const c_char,
    rewrite: kc_rewrite,
    context: *mut c_void,
    error: *mut kc_error,
) -> kc_status {
    let name = if segment.is_null() {
        None
    } else {
        // SAFETY: the caller's promise; not null.
        Some(unsafe { CStr::from_ptr(segment) }.to_bytes())
    };
    let select = |segment: &Segment<'_>| {
        rewrite.is_some() && name.is_some_and(|name| segment.name() == name)
    };
    let word = |vmaddr: VmAddr, word| match rewrite {
        // SAFETY: the caller gave a function and its context for this call.
        Some(rewrite) => unsafe { rewrite(context, vmaddr.get(), word) },
        None => word,
    };
    // SAFETY: the caller's promise.
    let outcome = unsafe { plan(image, phys_base, slide) }.and_then(|plan| {
        // SAFETY: the caller's promise.
        let memory = unsafe { bytes_mut(memory, len) };
        Ok(plan.load_with(memory, select, word)?)
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, core::ptr::null_mut(), error) }
}

/// Slides a static kernel in what [`kc_load`] loaded with the same arguments: its header, its
/// symbols, non-lazy symbol pointers and local relocations. `*slid` becomes how many addresses. Of
/// every other image nothing is slid, so a loader may always call it.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `slid` and `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_slide_static_kernel(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
    memory: *mut u8,
    len: usize,
    slid: *mut u64,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    let outcome = unsafe { plan(image, phys_base, slide) }.and_then(|plan| {
        // SAFETY: the caller's promise.
        let memory = unsafe { bytes_mut(memory, len) };
        let done = plan.slide_static_kernel(memory)?;
        let pointers = done.non_lazy_pointers.wrapping_add(done.local_relocations);
        Ok(done
            .addresses
            .wrapping_add(done.symbols)
            .wrapping_add(pointers))
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, slid, error) }
}

/// Rewrites the pointers of what [`kc_load`] loaded with the same arguments; `*applied` becomes how
/// many. For emulators, analysis and images that do not fix themselves up: a kernel that is to run
/// makes its pointers right itself (`kc_plan.fixed_up_by`). `bases` may be NULL: then no other
/// collection's base is known. `sign`, unless NULL, signs pointers; `context` is handed to it.
/// After an error the memory is in part rewritten and not fit to run.
///
/// # Safety
/// The contract of every pointer, at the top of this header; `sign` may be called with `context`
/// during the call, and does not touch `memory`. `bases`, `applied` and `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_apply_fixups(
    image: *const kc_image,
    phys_base: u64,
    slide: u64,
    memory: *mut u8,
    len: usize,
    bases: *const kc_bases,
    sign: kc_sign,
    context: *mut c_void,
    applied: *mut u64,
    error: *mut kc_error,
) -> kc_status {
    let unknown = kc_bases {
        primary: KC_NO_OFFSET,
        pageable: KC_NO_OFFSET,
        auxiliary: KC_NO_OFFSET,
    };
    let linker = Caller {
        // SAFETY: the caller's promise.
        bases: unsafe { bases.as_ref() }.copied().unwrap_or(unknown),
        sign,
        context,
    };
    // SAFETY: the caller's promise.
    let outcome = unsafe { plan(image, phys_base, slide) }.and_then(|plan| {
        // SAFETY: the caller's promise.
        let memory = unsafe { bytes_mut(memory, len) };
        Ok(plan.apply_fixups(memory, &linker)?)
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, applied, error) }
}
