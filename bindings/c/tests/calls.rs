//! Each call of the C interface as C makes it, through raw pointers, on files small enough for
//! Miri: `host.c` checks the answers on a whole sample, this the memory that the calls touch.
#![allow(unsafe_code, reason = "calls of an interface to C")]

use core::ffi::{CStr, c_void};
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

use kc_capi::*;
use testkit::img4::{Im4p, signed_like};
use testkit::kernelcache::sample;

const PHYS: u64 = 0x8_0000_0000;
const SLIDE: u64 = 0x1dc_0000;

/// Memory of C's: nothing of it is initialised.
fn uninit<T>() -> MaybeUninit<T> {
    MaybeUninit::uninit()
}

/// An output that the call filled.
fn filled<T: Copy>(call: impl FnOnce(*mut T, *mut kc_error) -> kc_status) -> T {
    let (mut out, mut error) = (uninit::<T>(), uninit::<kc_error>());
    let status = call(out.as_mut_ptr(), error.as_mut_ptr());
    assert_eq!(status, kc_status::KC_OK);
    // SAFETY: a call that succeeds fills its output.
    unsafe { out.assume_init_read() }
}

/// The status of a call that fails, which `error` repeats; once more without an `error`.
fn refused<T>(call: impl Fn(*mut T, *mut kc_error) -> kc_status) -> kc_status {
    let (mut out, mut error) = (uninit::<T>(), uninit::<kc_error>());
    let status = call(out.as_mut_ptr(), error.as_mut_ptr());
    assert_ne!(status, kc_status::KC_OK);
    // SAFETY: a call that fails fills the error.
    let error = unsafe { error.assume_init_read() };
    assert_eq!(error.status, status);
    // SAFETY: the message ends with a NUL.
    let message = unsafe { CStr::from_ptr(error.message.as_ptr()) };
    assert!(message.to_bytes().len() > 5, "{message:?}");
    assert_eq!(call(null_mut(), null_mut()), status);
    status
}

fn opened(file: &[u8]) -> MaybeUninit<kc_image> {
    let mut image = uninit::<kc_image>();
    let at = image.as_mut_ptr();
    // SAFETY: a file and a place for the handle, both there as long as the handle is used.
    let status = unsafe { kc_image_open(file.as_ptr(), file.len(), 0, at, null_mut()) };
    assert_eq!(status, kc_status::KC_OK);
    image
}

#[test]
fn containers() {
    let data = b"kernelcache ".repeat(20);
    for payload in [
        Im4p::stored("krnl", &data),
        Im4p::lzfse("krnl", &data),
        Im4p::lzss("krnl", &data),
        Im4p::lzvn("krnl", &data),
    ] {
        let file = signed_like(&payload);
        let (at, len) = (file.as_ptr(), file.len());
        // SAFETY: a file, and outputs of the right types.
        let found: kc_container =
            filled(|out, error| unsafe { kc_container_open(at, len, out, error) });
        assert_eq!(found.kind, KC_CONTAINER_IMG4);
        assert_eq!(found.size, 240);
        // SAFETY: the container says where its data lies, in the file.
        let inside = unsafe { core::slice::from_raw_parts(found.data, found.data_len) };
        assert!(file.as_ptr_range().contains(&inside.as_ptr()));
        // SAFETY: as above.
        let digest: u32 =
            filled(|out, error| unsafe { kc_container_check_digest(at, len, out, error) });
        assert_eq!(digest, KC_DIGEST_MATCHES);

        let mut scratch = uninit::<kc_scratch>();
        let scratch = scratch.as_mut_ptr();
        let mut output: Vec<u8> = Vec::with_capacity(240);
        let to = output.as_mut_ptr();
        // SAFETY: an output of 240 bytes, and scratch, that nothing has initialised.
        let written: usize = filled(|out, error| unsafe {
            kc_container_decompress(at, len, to, 240, scratch, out, error)
        });
        // SAFETY: that many bytes were written.
        unsafe { output.set_len(written) };
        assert_eq!(output, data);
        // SAFETY: as above, with a capacity that is too small.
        let short = refused(|out, error| unsafe {
            kc_container_decompress(at, len, to, 239, scratch, out, error)
        });
        assert_eq!(short, kc_status::KC_BUFFER_TOO_SMALL);
        // SAFETY: without scratch.
        let none = refused(|out, error| unsafe {
            kc_container_decompress(at, len, to, 240, null_mut(), out, error)
        });
        assert_eq!(none, kc_status::KC_BAD_ARGUMENT);
        let cut = &file[..len / 2];
        // SAFETY: the first half of the file.
        let cut = refused::<kc_container>(|out, error| unsafe {
            kc_container_open(cut.as_ptr(), cut.len(), out, error)
        });
        assert_eq!(cut, kc_status::KC_BAD_CONTAINER);
    }
}

#[test]
fn an_image_that_moves_stays_open() {
    let built = sample::tiny();
    let image = opened(&built.bytes);
    // C copies structs by value.
    // SAFETY: the call above filled it.
    let moved = unsafe { image.assume_init_read() };
    let image = &raw const moved;
    // SAFETY: an open handle, an output of the right type.
    let info: kc_image_info = filled(|out, error| unsafe { kc_image_describe(image, out, error) });
    assert_eq!(info.shape, KC_SHAPE_FILESET);
    assert_eq!(info.entries, 2);
    for index in 0..info.segments {
        // SAFETY: as above.
        let segment: kc_segment =
            filled(|out, error| unsafe { kc_image_segment(image, index, out, error) });
        if segment.vmsize == 0 || segment.filesize == 0 {
            continue;
        }
        // SAFETY: as above.
        let found: kc_translation =
            filled(|out, error| unsafe { kc_image_translate(image, segment.vmaddr, out, error) });
        assert_eq!(found.file_offset, segment.file_offset);
        // SAFETY: as above.
        let vmaddr: u64 = filled(|out, error| unsafe {
            kc_image_vmaddr_of(image, segment.file_offset, out, error)
        });
        assert_eq!(vmaddr, segment.vmaddr);
    }
    // SAFETY: as above.
    let past = refused::<kc_segment>(|out, error| unsafe {
        kc_image_segment(image, info.segments, out, error)
    });
    assert_eq!(past, kc_status::KC_NOT_FOUND);
    // SAFETY: as above.
    let entry: kc_entry = filled(|out, error| unsafe { kc_image_entry(image, 0, out, error) });
    // SAFETY: the entry says where its id lies, in the file.
    let id = unsafe { core::slice::from_raw_parts(entry.id, entry.id_len) };
    assert_eq!(id, b"org.example.alpha");
    // SAFETY: a name with a NUL.
    let start: u64 = filled(|out, error| unsafe {
        kc_image_symbol(image, c"_alpha_start".as_ptr(), out, error)
    });
    assert_eq!(start, info.entry_point);
    // SAFETY: as above, and without a name.
    unsafe {
        let none = refused(|out, error| kc_image_symbol(image, c"_none".as_ptr(), out, error));
        assert_eq!(none, kc_status::KC_NOT_FOUND);
        let null = refused(|out, error| kc_image_symbol(image, null(), out, error));
        assert_eq!(null, kc_status::KC_BAD_ARGUMENT);
    }
}

unsafe extern "C" fn count_words(context: *mut c_void, _vmaddr: u64, word: u32) -> u32 {
    // SAFETY: the context that this test gives.
    unsafe { *context.cast::<u64>() += 1 };
    word ^ 1
}

unsafe extern "C" fn count_pointers(
    context: *mut c_void,
    pointer: u64,
    key: u32,
    _discriminator: u64,
) -> u64 {
    assert!(key < 4);
    // SAFETY: the context that this test gives.
    unsafe { *context.cast::<u64>() += 1 };
    pointer
}

#[test]
fn loading() {
    let built = sample::bare();
    let image = opened(&built.bytes);
    let image = image.as_ptr();
    // SAFETY: an open handle, an output of the right type; so for every call below.
    let plan: kc_plan =
        filled(|out, error| unsafe { kc_plan_load(image, PHYS, SLIDE, out, error) });
    let len = usize::try_from(plan.size).expect("a small image");
    let mut memory = vec![0xa5_u8; len];
    let mut index = 0;
    let mut step = uninit::<kc_step>();
    // SAFETY: as above.
    while unsafe { kc_plan_step(image, PHYS, SLIDE, index, step.as_mut_ptr(), null_mut()) }
        == kc_status::KC_OK
    {
        // SAFETY: the call filled it.
        let step = unsafe { step.assume_init_read() };
        let at = usize::try_from(step.phys - PHYS).expect("inside the memory");
        let size = usize::try_from(step.len).expect("inside the memory");
        match step.kind {
            KC_STEP_COPY => {
                // SAFETY: the step says where its bytes lie, in the file.
                let bytes = unsafe { core::slice::from_raw_parts(step.bytes, size) };
                memory[at..at + size].copy_from_slice(bytes);
            }
            KC_STEP_ZERO => memory[at..at + size].fill(0),
            _ => {}
        }
        index += 1;
    }
    assert!(index > 3);

    let mut loaded = vec![0x5a_u8; len];
    let to = loaded.as_mut_ptr();
    let load = |segment, rewrite, context| {
        // SAFETY: memory of the plan's size; a function and its context, or neither.
        let status = unsafe {
            kc_load(
                image,
                PHYS,
                SLIDE,
                to,
                len,
                segment,
                rewrite,
                context,
                null_mut(),
            )
        };
        assert_eq!(status, kc_status::KC_OK);
    };
    load(null(), None, null_mut());
    let mut words = 0_u64;
    let context = (&raw mut words).cast();
    load(c"__TEXT_EXEC".as_ptr(), Some(count_words), context);
    assert!(words > 0 && loaded != memory);

    // SAFETY: loaded memory.
    let slid: u64 = filled(|out, error| unsafe {
        kc_slide_static_kernel(image, PHYS, SLIDE, to, len, out, error)
    });
    assert!(slid > 0);

    let mut pointers = 0_u64;
    let context = (&raw mut pointers).cast();
    let bases = kc_bases {
        primary: plan.virt_base,
        pageable: KC_NO_OFFSET,
        auxiliary: KC_NO_OFFSET,
    };
    // SAFETY: loaded memory, a function and its context.
    let applied: u64 = filled(|out, error| unsafe {
        kc_apply_fixups(
            image,
            PHYS,
            SLIDE,
            to,
            len,
            &raw const bases,
            Some(count_pointers),
            context,
            out,
            error,
        )
    });
    assert!(pointers <= applied);
    // SAFETY: memory that is one byte too small.
    let short = refused::<u64>(|_, error| unsafe {
        kc_load(
            image,
            PHYS,
            SLIDE,
            to,
            len - 1,
            null(),
            None,
            null_mut(),
            error,
        )
    });
    assert_eq!(short, kc_status::KC_BUFFER_TOO_SMALL);
}

#[test]
fn instructions() {
    let mut text = [0; KC_TEXT_SIZE];
    for word in [
        0xd503_201f_u32,
        0x9100_43fd,
        0x1400_0100,
        0x4c9f_6da0,
        0xf2e8_8aa0,
    ] {
        // SAFETY: an output of the right type.
        let found: kc_instruction =
            filled(|out, error| unsafe { kc_a64_decode(word, 0x1000, out, error) });
        // SAFETY: the name is static memory.
        let name = unsafe { core::slice::from_raw_parts(found.encoding, found.encoding_len) };
        assert!(name.is_ascii() && !name.is_empty());
        for syntax in [KC_SYNTAX_LLVM, KC_SYNTAX_GNU, KC_SYNTAX_APPLE] {
            let to = text.as_mut_ptr();
            // SAFETY: room for the text.
            let written: usize = filled(|out, error| unsafe {
                kc_a64_format(word, 0x1000, syntax, to, KC_TEXT_SIZE, out, error)
            });
            // SAFETY: the text ends with a NUL.
            assert_eq!(unsafe { CStr::from_ptr(to) }.to_bytes().len(), written);
            // SAFETY: room for all but the NUL.
            let short = refused(|out, error| unsafe {
                kc_a64_format(word, 0x1000, syntax, to, written, out, error)
            });
            assert_eq!(short, kc_status::KC_BUFFER_TOO_SMALL);
        }
    }
    // SAFETY: no instruction.
    let none = refused::<kc_instruction>(|out, error| unsafe {
        kc_a64_decode(0x0030_0000, 0, out, error)
    });
    assert_eq!(none, kc_status::KC_BAD_INSTRUCTION);
}

#[test]
fn searches() {
    let code = [0x1f, 0x20, 3, 0xd5, 0x9f, 0x10, 0x10, 0xd5, 0xdf, 0x4f, 3];
    let pattern = kc_pattern {
        mask: 0xffff_ffff,
        value: 0xd510_109f,
    };
    for (from, expected) in [(0, Some(4)), (1, Some(4)), (8, None), (usize::MAX, None)] {
        let found = |out, error| {
            // SAFETY: code and a pattern of one word.
            unsafe {
                kc_search(
                    code.as_ptr(),
                    code.len(),
                    &raw const pattern,
                    1,
                    from,
                    out,
                    error,
                )
            }
        };
        match expected {
            Some(at) => assert_eq!(filled::<usize>(found), at),
            None => assert_eq!(refused::<usize>(found), kc_status::KC_NOT_FOUND),
        }
    }
    // SAFETY: too many words are refused before one is read.
    let many = refused::<usize>(|out, error| unsafe {
        kc_search(
            code.as_ptr(),
            code.len(),
            &raw const pattern,
            17,
            0,
            out,
            error,
        )
    });
    assert_eq!(many, kc_status::KC_BAD_ARGUMENT);
}

#[test]
fn handles_that_are_not_open() {
    let zeroed = MaybeUninit::<kc_image>::zeroed();
    // SAFETY: zeroed, as the header asks.
    let status = refused::<kc_image_info>(|out, error| unsafe {
        kc_image_describe(zeroed.as_ptr(), out, error)
    });
    assert_eq!(status, kc_status::KC_NOT_OPEN);
    let file = sample::tiny().bytes;
    for len in (0..1024).step_by(93) {
        let part = file[..len].to_vec();
        let mut image = uninit::<kc_image>();
        let at = image.as_mut_ptr();
        // SAFETY: a file that was cut short, and a place for the handle.
        let status = unsafe { kc_image_open(part.as_ptr(), len, KC_STRICT, at, null_mut()) };
        assert_eq!(status, kc_status::KC_BAD_MACHO, "{len}");
        // SAFETY: a handle that was not opened.
        let status = unsafe { kc_image_describe(at, null_mut(), null_mut()) };
        assert_eq!(status, kc_status::KC_NOT_OPEN);
    }
}
