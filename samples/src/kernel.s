; A tiny arm64e kernel for the sample kernelcache, written for this project.
; It is real code in the sense that it assembles, links and would run: it takes
; the boot arguments in x0, sets up vectors and a stack, walks a table of kext
; start routines through signed pointers, and prints a banner on a PL011 UART.
; It also shows one of each kind of instruction a kernel entry has, so that a
; disassembly of it is worth reading.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .globl  _start
        .p2align 14
_start:
        b       Lreset
        nop
        nop
        nop
Lreset:
        msr     OSLAR_EL1, xzr
        msr     DAIFSet, #0xf
        mov     x20, x0                 ; boot arguments
        adrp    x0, _vectors@PAGE
        add     x0, x0, _vectors@PAGEOFF
        msr     VBAR_EL1, x0
        isb
        mrs     x21, MPIDR_EL1
        and     x22, x21, #0xff
        ubfx    x23, x21, #8, #8
        orr     x22, x22, x23, lsl #2
        cbnz    x22, Lpark
        adrp    x1, _boot_stack_top@PAGE
        add     x1, x1, _boot_stack_top@PAGEOFF
        mov     sp, x1
        bl      _cpu_setup
        mov     x0, x20
        bl      _kernel_main
Lpark:
        wfe
        b       Lpark

        .globl  _cpu_setup
        .p2align 2
_cpu_setup:
        pacibsp
        stp     x29, x30, [sp, #-16]!
        mov     x29, sp
        mrs     x0, S3_0_C15_C0_0       ; Apple HID0_EL1
        orr     x0, x0, #0x100000
        msr     S3_0_C15_C0_0, x0
        mrs     x1, S3_0_C15_C4_0       ; Apple HID4_EL1
        bic     x1, x1, x0, lsl #1
        msr     S3_0_C15_C4_0, x1
        mrs     x2, S3_4_C15_C0_4       ; Apple APCTL_EL1
        dsb     sy
        isb
        mov     x3, #0x0300
        movk    x3, #0x5d00, lsl #16
        movk    x3, #0x2, lsl #32
        msr     CPACR_EL1, x3
        mov     w4, #0x4f04
        msr     MAIR_EL1, x4
        tlbi    vmalle1
        ic      iallu
        dsb     nsh
        isb
        mrs     x5, CTR_EL0
        ubfx    w5, w5, #16, #4
        mov     w6, #4
        lsl     w6, w6, w5
        cmp     w6, #64
        csel    w0, w6, wzr, hs
        cset    w1, eq
        ldp     x29, x30, [sp], #16
        retab

        .globl  _kernel_main
        .p2align 2
_kernel_main:
        pacibsp
        sub     sp, sp, #64
        stp     x19, x20, [sp, #32]
        stp     x29, x30, [sp, #48]
        add     x29, sp, #48
        mov     x19, x0
        adrp    x0, _banner@PAGE
        add     x0, x0, _banner@PAGEOFF
        bl      _uart_puts
        adrp    x8, _boot_count@PAGE
        add     x8, x8, _boot_count@PAGEOFF
        mov     w9, #1
        ldadd   w9, w10, [x8]
        adrp    x20, _kext_starts@PAGE
        add     x20, x20, _kext_starts@PAGEOFF
Lnext_kext:
        ldr     x8, [x20]
        cbz     x8, Lno_more
        mov     x16, x20
        movk    x16, #0x4b58, lsl #48
        mov     x0, x19
        blraa   x8, x16
        add     x20, x20, #8
        tbz     w0, #0, Lnext_kext
Lno_more:
        bl      _checksum
        str     x0, [sp, #8]
        ldr     x1, [sp, #8]
        adrp    x8, _expected@PAGE
        ldr     x2, [x8, _expected@PAGEOFF]
        ccmp    x1, x2, #0, ne
        b.eq    Lgood
        adrp    x0, _bad@PAGE
        add     x0, x0, _bad@PAGEOFF
        bl      _panic
Lgood:
        ldp     x29, x30, [sp, #48]
        ldp     x19, x20, [sp, #32]
        add     sp, sp, #64
        b       _power_off

        .globl  _uart_puts
        .p2align 2
_uart_puts:
        bti     c
        adrp    x9, _uart_base@PAGE
        ldr     x9, [x9, _uart_base@PAGEOFF]
Lputs_loop:
        ldrb    w10, [x0], #1
        cbz     w10, Lputs_done
        ldr     w11, [x9, #0x18]
        tbnz    w11, #5, Lputs_done
        strb    w10, [x9]
        b       Lputs_loop
Lputs_done:
        ret

        .globl  _panic
        .p2align 2
_panic:
        bl      _uart_puts
        brk     #0xc471
        udf     #1

        .globl  _power_off
        .p2align 2
_power_off:
        mov     w0, #0x8
        movk    w0, #0x8400, lsl #16    ; PSCI SYSTEM_OFF
        hvc     #0
Loff:
        wfi
        yield
        b       Loff

        .p2align 2
_checksum:
        adrp    x0, _banner@PAGE
        add     x0, x0, _banner@PAGEOFF
        movi    v0.2d, #0
        ld1     { v1.16b }, [x0]
        uaddlv  h2, v1.16b
        umov    w1, v2.h[0]
        fmov    d3, x1
        scvtf   d4, x1
        fmadd   d5, d4, d4, d3
        fcvtzu  x2, d5
        eor     x0, x1, x2, ror #7
        crc32cx w3, w0, x2
        madd    x0, x0, x2, x1
        udiv    x4, x0, x2
        msub    x0, x4, x2, x0
        rbit    x5, x0
        clz     x5, x5
        rev     x0, x0
        extr    x0, x0, x5, #13
        ret

        .globl  _spin_lock
        .p2align 2
_spin_lock:
        mov     w8, #1
Lspin:
        ldaxr   w9, [x0]
        cbnz    w9, Lwait
        stxr    w10, w8, [x0]
        cbnz    w10, Lspin
        dmb     ish
        ret
Lwait:
        clrex
        isb
        b       Lspin

        .globl  _spin_unlock
        .p2align 2
_spin_unlock:
        stlr    wzr, [x0]
        sev
        ret

        .globl  _copy_page
        .p2align 2
_copy_page:
        mov     x2, #0x4000
        prfm    pldl1strm, [x1, #256]
Lcopy:
        ldp     q0, q1, [x1], #32
        stp     q0, q1, [x0], #32
        subs    x2, x2, #32
        b.hi    Lcopy
        dc      cvau, x0
        ret

        ; Apple's own instructions, as data: no assembler writes them.
        .globl  _apple_extras
        .p2align 2
_apple_extras:
        .long   0x00201220              ; amx set
        .long   0x00201000              ; amx ldx x0
        .long   0x00201221              ; amx clr
        .long   0x00200801              ; wkdmc x0, x1
        .long   0x00201420              ; genter #0
        .long   0x00201400              ; gexit
        .long   0x00201463              ; sdsb sy
        ret

        .globl  _vectors
        .p2align 11
_vectors:
        b       Lsync
        .p2align 7
        b       Lirq
        .p2align 7
        b       Lirq
        .p2align 7
        b       Lsync
        .p2align 7
Lsync:
        mrs     x0, ESR_EL1
        mrs     x1, FAR_EL1
        mrs     x2, ELR_EL1
        lsr     x3, x0, #26
        cmp     x3, #0x15
        b.ne    Lfatal
        svc     #0x80
Lfatal:
        adrp    x0, _fault@PAGE
        add     x0, x0, _fault@PAGEOFF
        b       _panic
Lirq:
        mrs     x4, S3_5_C15_C1_3       ; Apple IPI_SR_EL1
        msr     S3_5_C15_C1_3, x4
        eret

        .section __TEXT,__cstring,cstring_literals
_banner:
        .asciz  "kernelcache sample: hello from the kernel\n"
_bad:
        .asciz  "checksum differs\n"
_fault:
        .asciz  "unexpected exception\n"

        .section __TEXT,__const
        .p2align 3
        .globl  _expected
_expected:
        .quad   0x1122334455667788
        .globl  _version
_version:
        .asciz  "Sample Kernel Version 1.0.0: made by testkit"

        .section __DATA_CONST,__const
        .p2align 3
        .globl  _kext_starts
_kext_starts:
        .quad   _alpha_start@AUTH(ia,19288,addr)
        .quad   _beta_start@AUTH(ia,19288,addr)
        .quad   0
        .globl  _strings
_strings:
        .quad   _banner
        .quad   _bad
        .quad   _fault
        .quad   _version
        .quad   _panic@AUTH(ia,0)
        .quad   _boot_count@AUTH(da,51966,addr)
        .quad   _boot_stack@AUTH(db,1)
        .quad   _vectors@AUTH(ib,65535)

        .section __DATA,__data
        .p2align 3
        .globl  _uart_base
_uart_base:
        .quad   0x09000000
        .globl  _self
_self:
        .quad   _self
        .quad   _strings+16

        .section __DATA,__common,zerofill
        .globl  _boot_count
        .zerofill __DATA,__common,_boot_count,8,3
        .globl  _boot_stack
        .zerofill __DATA,__bss,_boot_stack,0x4000,4
        .globl  _boot_stack_top
        .zerofill __DATA,__bss,_boot_stack_top,16,4

.subsections_via_symbols
