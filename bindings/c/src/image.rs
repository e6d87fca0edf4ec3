//! A Mach-O image: what it is, its segments, entries and symbols, its addresses.

use core::ffi::{CStr, c_char};
use core::mem::{MaybeUninit, size_of};

use kc_offsets::{AddressMap, KernelCache, Outcome, Shape};
use macho_core::{FatFile, FileOffset, MachO, Mode, Name, Segment, VmAddr};

use crate::error::{Failure, KC_NO_OFFSET, finish, kc_error, kc_status};
use crate::memory::bytes;

/// For [`kc_image_open`]: refuse what real loaders accept and the format forbids. m1n1's own file
/// needs it off.
pub const KC_STRICT: u32 = 1;

/// Words of a [`kc_image`].
pub const KC_IMAGE_WORDS: usize = 48;

/// An open image, in the caller's memory. All of it is private; zero it, or open it, before any
/// other call gets it.
#[repr(C)]
pub struct kc_image {
    tag: u64,
    // Not `u64`: a copy must keep what the pointers inside point to, and the padding between them.
    words: [MaybeUninit<u64>; KC_IMAGE_WORDS],
}

/// What an open handle holds.
pub(crate) struct Open<'a> {
    pub(crate) cache: KernelCache<'a>,
    pub(crate) map: AddressMap<'a>,
}

/// In an open handle's first word: "kcimage" and the version of what it holds.
const OPEN: u64 = u64::from_le_bytes(*b"kcimage\x01");

const _: () = assert!(size_of::<Open<'static>>() <= size_of::<[u64; KC_IMAGE_WORDS]>());
const _: () = assert!(align_of::<Open<'static>>() <= align_of::<kc_image>());
// A handle is forgotten, not dropped.
const _: () = assert!(!core::mem::needs_drop::<Open<'static>>());

/// Shapes, in [`kc_image_info`]`.shape`: any other Mach-O.
pub const KC_SHAPE_PLAIN: u32 = 0;
/// A fileset: kernel and kexts are nested images.
pub const KC_SHAPE_FILESET: u32 = 1;
/// A fileset without entries, as m1n1's.
pub const KC_SHAPE_EMPTY_FILESET: u32 = 2;
/// A static kernel with kexts linked in.
pub const KC_SHAPE_PRELINKED: u32 = 3;
/// A kernel without kexts.
pub const KC_SHAPE_BARE_KERNEL: u32 = 4;

/// What an image is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_image_info {
    /// `KC_SHAPE_*`.
    pub shape: u32,
    /// Segments of the outer image.
    pub segments: u32,
    /// Nested images of a fileset.
    pub entries: u32,
    /// Whether file offset = vmaddr + a constant for the whole image.
    pub linear: bool,
    /// Whether the image says where it starts to run.
    pub has_entry_point: bool,
    /// Unslid address of the first instruction.
    pub entry_point: u64,
    /// Its byte in the file; `KC_NO_OFFSET` where no byte of the file backs it.
    pub entry_file_offset: u64,
    /// Unslid address of the header; `KC_NO_OFFSET` where no segment maps it.
    pub base: u64,
}

/// One segment.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_segment {
    /// Its name and at least one NUL.
    pub name: [u8; 24],
    /// Unslid address.
    pub vmaddr: u64,
    /// Bytes in memory.
    pub vmsize: u64,
    /// Bytes from the start of the outermost file.
    pub file_offset: u64,
    /// Bytes in the file.
    pub filesize: u64,
    /// Initial protection: 1 read, 2 write, 4 execute.
    pub initprot: u32,
    /// Greatest protection.
    pub maxprot: u32,
}

/// One nested image of a fileset.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_entry {
    /// The entry id, in the file, without a NUL.
    pub id: *const u8,
    /// Bytes of it.
    pub id_len: usize,
    /// Unslid address of its header.
    pub vmaddr: u64,
    /// Where its header lies in the outermost file.
    pub file_offset: u64,
}

/// What lies at an address, in [`kc_translation`]`.outcome`: nothing.
pub const KC_UNMAPPED: u32 = 0;
/// A byte of the file.
pub const KC_MAPPED: u32 = 1;
/// Zeros, when loaded.
pub const KC_ZERO_FILL: u32 = 2;
/// Memory that a segment claims from the file, past the file's end.
pub const KC_PAST_END_OF_FILE: u32 = 3;

/// The answer for one address.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_translation {
    /// `KC_UNMAPPED` and so on.
    pub outcome: u32,
    /// The segment, counted from 0; `UINT32_MAX` for none.
    pub segment: u32,
    /// Bytes from the start of the outermost file; `KC_NO_OFFSET` unless mapped.
    pub file_offset: u64,
}

impl Open<'_> {
    fn info(&self) -> Result<kc_image_info, Failure> {
        let entry = self.cache.entry_point()?;
        let file_offset = entry.and_then(|entry| entry.file_offset);
        Ok(kc_image_info {
            shape: match self.cache.shape() {
                Shape::Fileset => KC_SHAPE_FILESET,
                Shape::EmptyFileset => KC_SHAPE_EMPTY_FILESET,
                Shape::Prelinked => KC_SHAPE_PRELINKED,
                Shape::BareKernel => KC_SHAPE_BARE_KERNEL,
                _ => KC_SHAPE_PLAIN,
            },
            segments: count(self.cache.image().segments()),
            entries: count(self.cache.entries()),
            linear: self.map.is_linear(),
            has_entry_point: entry.is_some(),
            entry_point: entry.map_or(0, |entry| entry.vmaddr.get()),
            entry_file_offset: file_offset.map_or(KC_NO_OFFSET, FileOffset::get),
            base: self.cache.image().base().map_or(KC_NO_OFFSET, VmAddr::get),
        })
    }

    fn translate(&self, vmaddr: u64) -> kc_translation {
        let found = self.map.translate(VmAddr::new(vmaddr));
        kc_translation {
            outcome: match found.outcome {
                Outcome::Mapped(_) => KC_MAPPED,
                Outcome::ZeroFill => KC_ZERO_FILL,
                Outcome::PastEndOfFile => KC_PAST_END_OF_FILE,
                Outcome::Unmapped => KC_UNMAPPED,
            },
            segment: found.segment.unwrap_or(u32::MAX),
            file_offset: found
                .outcome
                .file_offset()
                .map_or(KC_NO_OFFSET, FileOffset::get),
        }
    }

    fn entry(&self, index: u32) -> Result<kc_entry, Failure> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(entry) = self.cache.entries().nth(index) else {
            return Err(Failure::not_found("past the last entry"));
        };
        let entry = entry?;
        Ok(kc_entry {
            id: entry.id.as_bytes().as_ptr(),
            id_len: entry.id.as_bytes().len(),
            vmaddr: entry.vmaddr.get(),
            file_offset: entry.file_offset.get(),
        })
    }

    /// The first symbol of that name with an address: of the outer image, then of the nested ones
    /// in their order.
    fn symbol(&self, name: Name<'_>) -> Result<u64, Failure> {
        let mut damage = None;
        let outer = core::iter::once(Ok(self.cache.image()));
        let nested = self.cache.entries().map(|entry| entry?.image());
        for image in outer.chain(nested) {
            match image
                .map_err(Failure::from)
                .and_then(|image| symbol(&image, name))
            {
                Ok(Some(vmaddr)) => return Ok(vmaddr),
                Ok(None) => {}
                // A damaged image hides no other one's symbols.
                Err(failure) => damage = damage.or(Some(failure)),
            }
        }
        Err(damage.unwrap_or(Failure::not_found("no symbol of that name")))
    }
}

fn symbol(image: &MachO<'_>, name: Name<'_>) -> Result<Option<u64>, Failure> {
    let defined =
        |symbol: &macho_core::Symbol<'_>| symbol.stab().is_none() && symbol.section().is_some();
    let found = image
        .symbols()?
        .find(|symbol| defined(symbol) && symbol.name().is_ok_and(|found| found == name));
    Ok(found.map(|symbol| symbol.vmaddr().get()))
}

fn describe(segment: &Segment<'_>) -> kc_segment {
    let mut name = [0; 24];
    for (to, from) in name.iter_mut().zip(segment.name().as_bytes()) {
        *to = *from;
    }
    kc_segment {
        name,
        vmaddr: segment.vmaddr().get(),
        vmsize: segment.vmsize(),
        file_offset: segment.file_offset().get(),
        filesize: segment.filesize(),
        initprot: segment.initprot().bits(),
        maxprot: segment.maxprot().bits(),
    }
}

/// `Iterator::count` would panic at the number that this stops at.
fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    items.fold(0_u32, |count, _| count.saturating_add(1))
}

/// The slice that a loader takes of a fat file: arm64e, else arm64; any other file is the image
/// itself.
fn open(file: &[u8], flags: u32) -> Result<Open<'_>, Failure> {
    let mode = match flags {
        0 => Mode::Tolerant,
        KC_STRICT => Mode::Strict,
        _ => return Err(Failure::argument("flags: unknown bit")),
    };
    let image = if FatFile::is_fat(file) {
        let fat = FatFile::parse(file)?;
        let Some(arch) = fat.arm64() else {
            return Err(Failure::not_found("fat_header: no slice for arm64"));
        };
        arch.parse(mode)?
    } else {
        MachO::parse_with(file, FileOffset::new(0), mode)?
    };
    let cache = KernelCache::new(image);
    Ok(Open {
        map: cache.address_map(),
        cache,
    })
}

/// What an open handle holds.
///
/// # Safety
/// `image` is NULL, or points to a `kc_image` that is zeroed or was opened, and whose file is still
/// there unchanged.
pub(crate) unsafe fn opened<'a>(image: *const kc_image) -> Result<&'a Open<'a>, Failure> {
    // SAFETY: the caller's promise.
    let handle = unsafe { image.as_ref() };
    let Some(handle) = handle.filter(|handle| handle.tag == OPEN) else {
        let what = "the image was not opened";
        return Err(Failure::Other(kc_status::KC_NOT_OPEN, what));
    };
    // SAFETY: the tag says that `kc_image_open` put it there; size and alignment are asserted
    // above.
    Ok(unsafe { &*handle.words.as_ptr().cast::<Open<'a>>() })
}

/// Opens a Mach-O image, of a fat file the arm64e or arm64 slice. `flags` is 0 or `KC_STRICT`. The
/// handle is open exactly if the call succeeds; it needs no closing.
///
/// # Safety
/// The contract of every pointer, at the top of this header; `file` stays as it is as long as the
/// handle is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_open(
    file: *const u8,
    len: usize,
    flags: u32,
    image: *mut kc_image,
    error: *mut kc_error,
) -> kc_status {
    let outcome = if image.is_null() {
        Err(Failure::argument("image is NULL"))
    } else {
        // SAFETY: the caller's promise.
        unsafe { open(bytes(file, len), flags) }.map(|opened| {
            // SAFETY: not null, large and aligned enough (asserted above).
            unsafe { (&raw mut (*image).words).cast::<Open<'_>>().write(opened) };
            OPEN
        })
    };
    if !image.is_null() {
        let tag = outcome.as_ref().copied().unwrap_or(0);
        // SAFETY: not null.
        unsafe { (&raw mut (*image).tag).write(tag) };
    }
    // SAFETY: the caller's promise.
    unsafe { finish(outcome.map(|_| ()), core::ptr::null_mut(), error) }
}

/// Says what the image is.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_describe(
    image: *const kc_image,
    info: *mut kc_image_info,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe { finish(opened(image).and_then(Open::info), info, error) }
}

/// The segment with this place in load-command order, counted from 0. Costs a walk over the load
/// commands.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_segment(
    image: *const kc_image,
    index: u32,
    segment: *mut kc_segment,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    let outcome = unsafe { opened(image) }.and_then(|open| {
        let found = open.cache.segment_at(index);
        found
            .map(|segment| describe(&segment))
            .ok_or_else(|| Failure::not_found("past the last segment"))
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, segment, error) }
}

/// The nested image with this place in load-command order, counted from 0. Costs a walk over the
/// load commands.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_entry(
    image: *const kc_image,
    index: u32,
    entry: *mut kc_entry,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe {
        finish(
            opened(image).and_then(|open| open.entry(index)),
            entry,
            error,
        )
    }
}

/// The unslid address of the first symbol of this name, a NUL-terminated string, that is defined:
/// in the outer image, then in the nested ones in their order. Costs a walk over all symbols.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_symbol(
    image: *const kc_image,
    name: *const c_char,
    vmaddr: *mut u64,
    error: *mut kc_error,
) -> kc_status {
    let outcome = if name.is_null() {
        Err(Failure::argument("name is NULL"))
    } else {
        // SAFETY: the caller's promise; not null.
        let name = unsafe { CStr::from_ptr(name) };
        // SAFETY: the caller's promise.
        unsafe { opened(image) }.and_then(|open| open.symbol(Name::new(name.to_bytes())))
    };
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, vmaddr, error) }
}

/// What lies at an unslid address.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_translate(
    image: *const kc_image,
    vmaddr: u64,
    translation: *mut kc_translation,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe {
        let outcome = opened(image).map(|open| open.translate(vmaddr));
        finish(outcome, translation, error)
    }
}

/// The unslid address at which a loader puts a byte of the file.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_image_vmaddr_of(
    image: *const kc_image,
    file_offset: u64,
    vmaddr: *mut u64,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    let outcome = unsafe { opened(image) }.and_then(|open| {
        let found = open.map.vmaddr_of(FileOffset::new(file_offset));
        found
            .map(VmAddr::get)
            .ok_or_else(|| Failure::not_found("no segment maps this byte of the file"))
    });
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, vmaddr, error) }
}
