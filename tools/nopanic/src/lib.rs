//! What the proofs share: a panic handler that cannot be linked, and sinks
//! that keep the optimiser from dropping what they are given.
//!
//! The panic handler calls a function that is defined nowhere. The linker
//! drops code that nothing reaches and complains of undefined symbols only in
//! what remains, so a binary links exactly when no panic is left after
//! optimisation.
#![no_std]

use core::fmt;
pub use core::hint::black_box;

#[cfg(not(any(feature = "explain", feature = "host")))]
unsafe extern "C" {
    /// Defined nowhere: a reference to it that survives breaks the link.
    fn a_panic_is_reachable() -> !;
}

#[cfg(not(any(feature = "explain", feature = "host")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: the function does not exist, so no program has this call in it.
    unsafe { a_panic_is_reachable() }
}

/// With the feature `explain` the binary links in spite of its panics, so that
/// a disassembly shows which functions call them.
#[cfg(all(feature = "explain", not(feature = "host")))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        black_box(info);
    }
}

/// Looks at every byte that is printed.
pub struct Sink;

impl fmt::Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

/// Prints a value through `core::fmt`.
#[inline(never)]
pub fn display(value: impl fmt::Display) {
    use fmt::Write as _;

    // A formatter that fails is a result, not a panic.
    let _ = black_box(write!(Sink, "{value}"));
}

/// Prints a value through `core::fmt`, in its debug form.
#[inline(never)]
pub fn debug(value: impl fmt::Debug) {
    use fmt::Write as _;

    let _ = black_box(write!(Sink, "{value:?}"));
}

/// Makes the linker's entry point from a function of an unknown byte slice.
#[cfg(not(feature = "host"))]
#[macro_export]
macro_rules! entry {
    ($probe:path) => {
        /// Where the linker starts to look for what is reachable. Nothing is
        /// known of the arguments.
        ///
        /// # Safety
        /// `start` points to `len` readable bytes.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start(start: *const u8, len: usize, number: u64) {
            // SAFETY: the caller's promise above.
            let bytes = unsafe { core::slice::from_raw_parts(start, len) };
            $probe(bytes, number);
        }
    };
}

/// Makes a function that another program calls with bytes and a number.
#[cfg(feature = "host")]
#[macro_export]
macro_rules! entry {
    ($probe:path) => {
        /// Calls every public function of the library.
        pub(crate) fn run(bytes: &[u8], number: u64) {
            $probe(bytes, number);
        }
    };
}
