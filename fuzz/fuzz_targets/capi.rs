//! Sequences of calls of the C interface, with any arguments and NULL where the contract allows it:
//! the status is that of the error, nothing is written past a buffer, pointers point into the file.
#![no_main]

use std::ffi::{CStr, c_char, c_void};
use std::mem::{MaybeUninit, zeroed};
use std::ptr::{null, null_mut};

use kc_capi::*;
use libfuzzer_sys::fuzz_target;

/// A call takes this many bytes of the input: which, what is NULL, and two numbers.
const CALL: usize = 18;

/// Memory that a call may get, and what stands behind it.
const MEMORY: usize = 1 << 17;
const GUARD: u8 = 0xa5;

struct Call {
    which: u8,
    nulls: u8,
    first: u64,
    second: u64,
}

/// A buffer with bytes behind it that must stay.
struct Guarded {
    bytes: Vec<u8>,
    len: usize,
}

impl Guarded {
    fn new(len: usize) -> Self {
        Self {
            bytes: vec![GUARD; len + 16],
            len,
        }
    }

    fn check(&self) {
        assert!(self.bytes[self.len..].iter().all(|&byte| byte == GUARD));
    }
}

/// A status and the error that goes with it: a call that succeeds leaves it as it was. It is empty
/// again after that, for the next call.
fn check(status: kc_status, error: *mut kc_error) {
    // SAFETY: a name is a string that never goes away.
    let name = unsafe { CStr::from_ptr(kc_status_name(status as i32)) };
    assert!(!name.to_bytes().is_empty());
    if !error.is_null() {
        // SAFETY: not null, and filled or zeroed; an error may be zeroed.
        let error = unsafe { error.replace(zeroed()) };
        assert_eq!(error.status as i32, status as i32);
        assert!(error.message.contains(&0), "a message ends");
    }
}

/// Whether bytes that a call gave are bytes of the file.
fn is_inside(file: &[u8], data: *const u8, len: usize) -> bool {
    let range = file.as_ptr_range();
    len == 0 || data >= range.start && data.wrapping_add(len) <= range.end
}

fuzz_target!(|data: &[u8]| {
    let Some((&count, rest)) = data.split_first() else {
        return;
    };
    let head = usize::from(count % 16) * CALL;
    let Some((calls, file)) = rest.split_at_checked(head) else {
        return;
    };
    // SAFETY: the header says that a handle may be zeroed.
    let mut image: kc_image = unsafe { zeroed() };
    for call in calls.chunks_exact(CALL) {
        let number = |at: usize| u64::from_le_bytes(call[at..at + 8].try_into().expect("8 bytes"));
        let call = Call {
            which: call[0],
            nulls: call[1],
            first: number(2),
            second: number(10),
        };
        one(&call, file, &mut image);
    }
});

/// NULL, if the call wants it, or a place that is filled.
fn out<T>(call: &Call, bit: u8, place: &mut MaybeUninit<T>) -> *mut T {
    if call.nulls >> bit & 1 == 0 {
        place.as_mut_ptr()
    } else {
        null_mut()
    }
}

fn one(call: &Call, file: &[u8], image: &mut kc_image) {
    // SAFETY: integers and arrays of them.
    let mut error: kc_error = unsafe { zeroed() };
    let error: *mut kc_error = if call.nulls & 1 == 0 {
        &mut error
    } else {
        null_mut()
    };
    let (data, len) = (file.as_ptr(), file.len());
    let (first, second) = (call.first, call.second);
    let index = first as u32 % 300;
    let mut word = MaybeUninit::<u64>::uninit();
    // SAFETY: every pointer is valid for what the contract says, or NULL where it may be.
    unsafe {
        match call.which % 18 {
            0 => {
                let mut made = MaybeUninit::<kc_instruction>::uninit();
                let place = out(call, 1, &mut made);
                let status = kc_a64_decode(first as u32, second, place, error);
                check(status, error);
                if status == kc_status::KC_OK && !place.is_null() {
                    let made = made.assume_init();
                    assert_eq!(made.word, first as u32);
                    assert!(made.encoding_len != 0);
                }
            }
            1 => {
                let capacity = (second % 96) as usize;
                let mut text = Guarded::new(capacity);
                let place = out(call, 1, &mut word).cast::<usize>();
                let at = text.bytes.as_mut_ptr().cast::<c_char>();
                let status =
                    kc_a64_format(first as u32, second, index % 5, at, capacity, place, error);
                check(status, error);
                text.check();
                if status == kc_status::KC_OK && capacity != 0 {
                    assert!(text.bytes[..capacity].contains(&0), "the text ends");
                }
            }
            2 => {
                let mut made = MaybeUninit::<kc_container>::uninit();
                let place = out(call, 1, &mut made);
                let status = kc_container_open(data, len, place, error);
                check(status, error);
                if status == kc_status::KC_OK && !place.is_null() {
                    let made = made.assume_init();
                    assert!(is_inside(file, made.data, made.data_len));
                }
            }
            3 => {
                let mut outcome = MaybeUninit::<u32>::uninit();
                check(
                    kc_container_check_digest(data, len, out(call, 1, &mut outcome), error),
                    error,
                );
            }
            4 => {
                let capacity = first as usize % MEMORY;
                let mut output = Guarded::new(capacity);
                let mut scratch = Box::<kc_scratch>::new_uninit();
                let place = out(call, 1, &mut word).cast::<usize>();
                let status = kc_container_decompress(
                    data,
                    len,
                    output.bytes.as_mut_ptr(),
                    capacity,
                    scratch.as_mut_ptr(),
                    place,
                    error,
                );
                check(status, error);
                output.check();
                if status == kc_status::KC_OK && !place.is_null() {
                    assert!(*place <= capacity);
                }
            }
            5 | 6 => check(kc_image_open(data, len, index & 3, image, error), error),
            7 => {
                let mut info = MaybeUninit::<kc_image_info>::uninit();
                check(
                    kc_image_describe(image, out(call, 1, &mut info), error),
                    error,
                );
            }
            8 => {
                let mut made = MaybeUninit::<kc_segment>::uninit();
                let place = out(call, 1, &mut made);
                let status = kc_image_segment(image, index, place, error);
                check(status, error);
                if status == kc_status::KC_OK && !place.is_null() {
                    assert!((*place).name.contains(&0), "a name ends");
                }
            }
            9 => {
                let mut made = MaybeUninit::<kc_entry>::uninit();
                let place = out(call, 1, &mut made);
                let status = kc_image_entry(image, index, place, error);
                check(status, error);
                if status == kc_status::KC_OK && !place.is_null() {
                    assert!(is_inside(file, (*place).id, (*place).id_len));
                }
            }
            10 => {
                let mut name = first.to_le_bytes().to_vec();
                name.push(0);
                let status =
                    kc_image_symbol(image, name.as_ptr().cast(), out(call, 1, &mut word), error);
                check(status, error);
            }
            11 => {
                let mut made = MaybeUninit::<kc_translation>::uninit();
                let place = out(call, 1, &mut made);
                check(kc_image_translate(image, first, place, error), error);
            }
            12 => {
                let place = out(call, 1, &mut word);
                let status = kc_image_vmaddr_of(image, first % (len as u64 + 1), place, error);
                check(status, error);
            }
            13 => {
                let place = out(call, 1, &mut word).cast::<usize>();
                let words: Vec<kc_pattern> = (0..index as usize % 20)
                    .map(|at| kc_pattern {
                        mask: (first >> (at % 32)) as u32,
                        value: (second >> (at % 32)) as u32,
                    })
                    .collect();
                let status = kc_search(
                    data,
                    len,
                    words.as_ptr(),
                    words.len(),
                    second as usize,
                    place,
                    error,
                );
                check(status, error);
                if status == kc_status::KC_OK && !place.is_null() {
                    assert!(*place + words.len() * 4 <= len && *place % 4 == 0);
                }
            }
            which => load(call, which, file, image, error),
        }
    }
}

/// Every bit the other way round.
unsafe extern "C" fn inverted(_: *mut c_void, _: u64, word: u32) -> u32 {
    !word
}

/// Plans, loading and fixups.
///
/// # Safety
/// `error` is NULL or valid.
unsafe fn load(call: &Call, which: u8, file: &[u8], image: &kc_image, error: *mut kc_error) {
    let (phys_base, slide) = (call.first & !0x3fff, call.second & 0x3fff_c000);
    let mut made = MaybeUninit::<kc_plan>::uninit();
    // SAFETY: every pointer is valid, or NULL where the contract allows it.
    unsafe {
        let status = kc_plan_load(image, phys_base, slide, made.as_mut_ptr(), error);
        check(status, error);
        if status != kc_status::KC_OK {
            return;
        }
        let plan = made.assume_init();
        if which == 14 {
            let mut step = MaybeUninit::<kc_step>::uninit();
            let place = out(call, 1, &mut step);
            let index = call.first as u32 % 64;
            let status = kc_plan_step(image, phys_base, slide, index, place, error);
            check(status, error);
            if status == kc_status::KC_OK && !place.is_null() && !(*place).bytes.is_null() {
                assert!(is_inside(file, (*place).bytes, (*place).len as usize));
            }
            return;
        }
        if plan.size > MEMORY as u64 {
            return;
        }
        let size = plan.size as usize;
        let mut memory = Guarded::new(size);
        let at = memory.bytes.as_mut_ptr();
        // Some words of code are written anew.
        let rewrites = call.nulls & 8 != 0;
        let name = c"__TEXT_EXEC".as_ptr();
        let status = kc_load(
            image,
            phys_base,
            slide,
            at,
            size,
            if rewrites { name } else { null() },
            rewrites.then_some(inverted as _),
            null_mut(),
            error,
        );
        check(status, error);
        memory.check();
        let mut slid = MaybeUninit::<u64>::uninit();
        let place = out(call, 1, &mut slid);
        let status = kc_slide_static_kernel(image, phys_base, slide, at, size, place, error);
        check(status, error);
        memory.check();
        let bases = kc_bases {
            primary: call.first,
            pageable: call.second,
            auxiliary: call.first ^ call.second,
        };
        let bases: *const kc_bases = if call.nulls & 4 == 0 {
            &bases
        } else {
            null_mut()
        };
        let mut applied = MaybeUninit::<u64>::uninit();
        let place = out(call, 1, &mut applied);
        let status = kc_apply_fixups(
            image,
            phys_base,
            slide,
            at,
            size,
            bases,
            None,
            null_mut(),
            place,
            error,
        );
        check(status, error);
        memory.check();
    }
}
