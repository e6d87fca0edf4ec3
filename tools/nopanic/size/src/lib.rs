//! The entry point that the measured binaries share.
#![no_std]

pub use core::hint::black_box;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Makes the linker's entry point from a function of an unknown byte slice.
#[macro_export]
macro_rules! entry {
    ($run:path) => {
        /// Where the linker starts to look for what is reachable.
        ///
        /// # Safety
        /// `start` points to `len` readable bytes.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start(start: *mut u8, len: usize, number: u64) {
            // SAFETY: the caller's promise above.
            let bytes = unsafe { core::slice::from_raw_parts_mut(start, len) };
            $run(bytes, number);
        }
    };
}
