//! How much stack a call takes: what is below is painted before it, and looked at after it.

use core::arch::asm;
use core::ops::Range;

const PAINT: u64 = 0x5ca1_ab1e_5ca1_ab1e;

unsafe extern "C" {
    /// Lowest address of the stack. Only its address means something.
    static __stack_bottom: u64;
}

/// Runs `call` and gives the bytes of stack that it and what it calls used, in steps of 8.
///
/// The frame of this function is not counted; that of `call` is.
#[inline(never)]
pub fn measure<R>(call: impl FnOnce() -> R) -> (R, usize) {
    let below = free();
    for at in below.clone().step_by(8) {
        // SAFETY: 8-byte steps below the stack pointer, where nothing lives: this loop calls nothing
        // that is not inlined into it, and interrupts are masked.
        unsafe { (at as *mut u64).write_volatile(PAINT) };
    }
    let result = apart(call);
    let untouched = below
        .clone()
        .step_by(8)
        // SAFETY: as above, for reading.
        .take_while(|at| unsafe { (*at as *const u64).read_volatile() } == PAINT)
        .count();
    (result, below.len() - 8 * untouched)
}

/// Keeps the call out of the frame that is not counted.
#[inline(never)]
fn apart<R>(call: impl FnOnce() -> R) -> R {
    call()
}

/// Addresses from the stack's lowest one up to the stack pointer.
#[inline(always)]
fn free() -> Range<usize> {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    (&raw const __stack_bottom) as usize..sp
}
