//! From the first instruction to `rust_main`.
//!
//! The boot protocol is arm64 Linux's (`Documentation/arch/arm64/booting.rst`): a flat image with a
//! 64-byte header, x0 = address of the device tree, MMU and caches off. Without an MMU all memory is
//! Device memory, where an unaligned access faults; QEMU 7.2 does not model that, so `SCTLR_EL1.A` asks for
//! the fault. Floating point traps at EL1 until `CPACR_EL1` lets it through.

use core::arch::global_asm;

use crate::{cpu, println};

global_asm!(
    r#"
        .section .head, "ax"
        .globl  _head
_head:
        b       _reset
        .long   0
        .quad   0x200000                // text_offset
        .quad   __image_size
        .quad   0x2                     // little-endian, pages of 4 KiB
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0
_reset:
        msr     daifset, #0xf
        mov     x1, #(3 << 20)
        msr     cpacr_el1, x1
        mrs     x1, sctlr_el1
        bic     x1, x1, #1              // M: no MMU
        orr     x1, x1, #2              // A: unaligned accesses fault
        msr     sctlr_el1, x1
        adrp    x1, _vectors
        add     x1, x1, :lo12:_vectors
        msr     vbar_el1, x1
        mov     x1, #1                  // E: the counters run
        msr     pmcr_el0, x1
        mov     x1, #(1 << 31)          // C: this one counts cycles
        msr     pmcntenset_el0, x1
        isb

        adrp    x1, __bss_start
        add     x1, x1, :lo12:__bss_start
        adrp    x2, __bss_end
        add     x2, x2, :lo12:__bss_end
1:      cmp     x1, x2
        b.hs    2f
        stp     xzr, xzr, [x1], #16
        b       1b
2:      adrp    x1, __stack_top
        add     x1, x1, :lo12:__stack_top
        mov     sp, x1
        mov     x29, xzr
        bl      rust_main

        .macro  vector
        .p2align 7
        b       _unexpected
        .endm

        .section .vectors, "ax"
        .p2align 11
_vectors:
        .rept   16
        vector
        .endr
_unexpected:
        mrs     x0, esr_el1
        mrs     x1, elr_el1
        mrs     x2, far_el1
        adrp    x3, __stack_top         // the old stack may be what failed
        add     x3, x3, :lo12:__stack_top
        mov     sp, x3
        b       unexpected_exception
"#
);

/// Prints what the processor says about an exception, and ends the machine.
#[unsafe(no_mangle)]
extern "C" fn unexpected_exception(syndrome: u64, at: u64, address: u64) -> ! {
    println!("exception: ESR {syndrome:#x} at {at:#x}, address {address:#x}");
    cpu::power_off()
}
