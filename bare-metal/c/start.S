/* From the first instruction to loader_main: arm64 Linux's boot protocol, as ../src/start.rs has it for Rust. x0 = device tree, MMU off, so
 * that all memory is Device memory; SCTLR_EL1.A makes QEMU fault on unaligned accesses as hardware does. */
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
        mrs     x1, sctlr_el1
        bic     x1, x1, #1              // M: no MMU
        orr     x1, x1, #2              // A: unaligned accesses fault
        msr     sctlr_el1, x1
        adrp    x1, _vectors
        add     x1, x1, :lo12:_vectors
        msr     vbar_el1, x1
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
        bl      loader_main

/* void start_kernel(uint64_t boot_arguments, uint64_t entry): what was written as data is fetched as instructions. */
        .globl  start_kernel
start_kernel:
        dsb     sy
        ic      iallu
        dsb     sy
        isb
        br      x1

/* void power_off(void): PSCI SYSTEM_OFF, by hvc as QEMU's virt takes it. */
        .globl  power_off
power_off:
        mov     x0, #0x0008
        movk    x0, #0x8400, lsl #16
        hvc     #0
        b       power_off

        .section .vectors, "ax"
        .p2align 11
_vectors:
        .rept   16
        .p2align 7
        b       _unexpected
        .endr
_unexpected:
        mrs     x0, esr_el1
        mrs     x1, elr_el1
        adrp    x3, __stack_top         // the old stack may be what failed
        add     x3, x3, :lo12:__stack_top
        mov     sp, x3
        b       unexpected_exception
