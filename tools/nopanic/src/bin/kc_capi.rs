//! No panic is reachable from `kc-capi`.
#![no_std]
#![no_main]

use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

use kc_capi::{
    kc_a64_decode, kc_a64_format, kc_apply_fixups, kc_bases, kc_container_check_digest,
    kc_container_decompress, kc_container_open, kc_error, kc_image, kc_image_describe,
    kc_image_entry, kc_image_open, kc_image_segment, kc_image_symbol, kc_image_translate,
    kc_image_vmaddr_of, kc_load, kc_pattern, kc_plan_load, kc_plan_step, kc_scratch, kc_search,
    kc_slide_static_kernel, kc_status_name,
};
use nopanic::{black_box, entry};

entry!(probe);

unsafe extern "C" fn rewrite(context: *mut c_void, vmaddr: u64, word: u32) -> u32 {
    black_box((context, vmaddr, !word)).2
}

unsafe extern "C" fn sign(context: *mut c_void, pointer: u64, key: u32, discriminator: u64) -> u64 {
    black_box((context, pointer ^ discriminator, key)).1
}

/// Room for an answer.
fn out<T>(place: &mut MaybeUninit<T>) -> *mut T {
    black_box(place.as_mut_ptr())
}

fn probe(bytes: &[u8], number: u64) {
    let (file, len) = (bytes.as_ptr(), bytes.len());
    let mut error = MaybeUninit::<kc_error>::uninit();
    let error = out(&mut error);
    let mut image = MaybeUninit::<kc_image>::zeroed();
    let image = out(&mut image);
    let mut memory = black_box([0_u8; 4096]);
    let (to, room) = (memory.as_mut_ptr(), memory.len());
    let mut size = 0_usize;
    let mut count = 0_u64;
    let low = number as u32;
    black_box(kc_status_name(low as i32));
    // SAFETY: `image` is zeroed or opened from `bytes`; every pointer is to a local of its type, or
    // NULL where that is allowed.
    unsafe {
        black_box(kc_container_open(
            file,
            len,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_container_check_digest(
            file,
            len,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        let mut scratch = MaybeUninit::<kc_scratch>::uninit();
        black_box(kc_container_decompress(
            file,
            len,
            to,
            room,
            out(&mut scratch),
            &mut size,
            error,
        ));
        black_box(kc_image_open(file, len, low, image, error));
        black_box(kc_image_describe(
            image,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_image_segment(
            image,
            low,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_image_entry(
            image,
            low,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        let name: *const c_char = c"_start".as_ptr();
        black_box(kc_image_symbol(image, black_box(name), &mut count, error));
        black_box(kc_image_translate(
            image,
            number,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_image_vmaddr_of(image, number, &mut count, error));
        let (phys, slide) = (number.rotate_left(9), number.rotate_left(23));
        black_box(kc_plan_load(
            image,
            phys,
            slide,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_plan_step(
            image,
            phys,
            slide,
            low,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_load(
            image,
            phys,
            slide,
            to,
            room,
            black_box(name),
            black_box(Some(rewrite)),
            null_mut(),
            error,
        ));
        black_box(kc_slide_static_kernel(
            image, phys, slide, to, room, &mut count, error,
        ));
        let bases = black_box(kc_bases {
            primary: number,
            pageable: phys,
            auxiliary: slide,
        });
        black_box(kc_apply_fixups(
            image,
            phys,
            slide,
            to,
            room,
            &bases,
            black_box(Some(sign)),
            null_mut(),
            &mut count,
            error,
        ));
        black_box(kc_a64_decode(
            low,
            number,
            out(&mut MaybeUninit::uninit()),
            error,
        ));
        black_box(kc_a64_format(
            low,
            number,
            low,
            to.cast(),
            room,
            &mut size,
            error,
        ));
        let pattern = black_box(
            [kc_pattern {
                mask: low,
                value: low,
            }; 3],
        );
        black_box(kc_search(
            file,
            len,
            pattern.as_ptr(),
            pattern.len(),
            size,
            &mut size,
            error,
        ));
    }
    black_box((memory, size, count));
}
