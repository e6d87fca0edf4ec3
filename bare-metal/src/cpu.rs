//! The few instructions that Rust has no words for.

use core::arch::asm;

/// `SYSTEM_OFF` (Arm DEN 0022, 5.1.10).
const PSCI_SYSTEM_OFF: u64 = 0x8400_0008;

/// Cycles since the start code started the counter, `PMCCNTR_EL0`.
pub fn cycles() -> u64 {
    let count;
    // SAFETY: reads a counter that the start code has enabled; the barrier keeps it in program
    // order.
    unsafe { asm!("isb", "mrs {}, pmccntr_el0", out(reg) count, options(nomem, nostack)) };
    count
}

/// Reads 8 bytes that are not aligned, which must end in an exception.
pub fn unaligned_read() {
    let bytes = [0_u64; 2];
    // SAFETY: reads inside of `bytes`, where the processor lets it.
    unsafe {
        asm!("ldr {value}, [{at}, #1]", at = in(reg) &bytes, value = out(reg) _, options(readonly, nostack));
    }
}

/// Ends the machine. QEMU's firmware takes PSCI calls by `hvc` where it has no EL2
/// (`hw/arm/virt.c`).
pub fn power_off() -> ! {
    loop {
        // SAFETY: a call of the firmware that does not return; it touches no memory of ours.
        unsafe { asm!("hvc #0", in("x0") PSCI_SYSTEM_OFF, options(nomem, nostack)) };
    }
}

/// Jumps to `entry` with x0 = `boot_arguments`, MMU and interrupts off, as XNU is entered
/// (`osfmk/arm64/start.s`).
///
/// # Safety
/// At the physical address `entry` lies code that is loaded as it expects, and that never
/// returns; nothing of this image is used any more.
pub unsafe fn jump(entry: u64, boot_arguments: u64) -> ! {
    // SAFETY: the caller's promise. What was written as data is fetched as instructions, so the
    // instruction cache is emptied first.
    unsafe {
        asm!(
            "dsb sy",
            "ic iallu",
            "dsb sy",
            "isb",
            "br {entry}",
            entry = in(reg) entry,
            in("x0") boot_arguments,
            options(noreturn)
        )
    }
}
