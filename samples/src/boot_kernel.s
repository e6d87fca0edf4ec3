; The payload that images boot in QEMU: it looks at how it was loaded, says so on the PL011 UART, and
; powers off. It runs with the MMU off, so every pointer that the loader has slid is led back to a physical
; address by the boot arguments: physical = pointer - virtBase + physBase.
;
; x19 boot arguments, x20 what is added to a pointer, x21 link address of _start, x22 slide.
; A function that is called through a pointer has the word "kext" before it.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .globl  _start
        .p2align 14
_start:
        mov     w28, #0x600d            ; who enters behind this does not have it
        b       Lbegin

        .globl  _wrong_entry
        .p2align 2
_wrong_entry:
        mov     w28, #0
Lbegin:
        msr     DAIFSet, #0xf
        adrp    x1, _vectors@PAGE
        add     x1, x1, _vectors@PAGEOFF
        msr     VBAR_EL1, x1
        isb
        adrp    x1, _stack_top@PAGE
        add     x1, x1, _stack_top@PAGEOFF
        mov     sp, x1
        mov     x19, x0
        mov     w1, #0x600d
        cmp     w28, w1
        adrp    x0, _fail_entry@PAGE
        add     x0, x0, _fail_entry@PAGEOFF
        b.ne    Lfail

        ; Boot arguments: revision 2, version 2.
        adrp    x0, _fail_arguments@PAGE
        add     x0, x0, _fail_arguments@PAGEOFF
        cbz     x19, Lfail
        ldrh    w1, [x19]
        cmp     w1, #2
        b.ne    Lfail
        ldrh    w1, [x19, #2]
        cmp     w1, #2
        b.ne    Lfail

        ldp     x1, x2, [x19, #8]       ; virtBase, physBase
        sub     x20, x2, x1
        adrp    x8, _link_start@PAGE
        ldr     x21, [x8, _link_start@PAGEOFF]
        adrp    x23, _start@PAGE
        add     x23, x23, _start@PAGEOFF
        sub     x24, x23, x20           ; where _start is in the slid space
        sub     x22, x24, x21

        adrp    x0, _hello@PAGE
        add     x0, x0, _hello@PAGEOFF
        bl      _uart_puts
        adrp    x0, _virt_base@PAGE
        add     x0, x0, _virt_base@PAGEOFF
        ldr     x1, [x19, #8]
        bl      _print_number
        adrp    x0, _phys_base@PAGE
        add     x0, x0, _phys_base@PAGEOFF
        ldr     x1, [x19, #16]
        bl      _print_number
        adrp    x0, _mem_size@PAGE
        add     x0, x0, _mem_size@PAGEOFF
        ldr     x1, [x19, #24]
        bl      _print_number
        adrp    x0, _top@PAGE
        add     x0, x0, _top@PAGEOFF
        ldr     x1, [x19, #32]
        bl      _print_number
        adrp    x0, _pc@PAGE
        add     x0, x0, _pc@PAGEOFF
        mov     x1, x23
        bl      _print_number
        adrp    x0, _slide@PAGE
        add     x0, x0, _slide@PAGEOFF
        mov     x1, x22
        bl      _print_number
        adrp    x0, _command_line@PAGE
        add     x0, x0, _command_line@PAGEOFF
        bl      _uart_puts
        add     x0, x19, #0x6c
        bl      _uart_puts
        adrp    x0, _newline@PAGE
        add     x0, x0, _newline@PAGEOFF
        bl      _uart_puts

        ; A slot that points to _start holds its slid address; in a static kernel, whose pointers
        ; nobody slides, its link address.
        adrp    x8, _is_static@PAGE
        ldr     w9, [x8, _is_static@PAGEOFF]
        cmp     w9, #0
        csel    x10, xzr, x22, ne       ; slide of the pointers
        csel    x11, x22, xzr, ne       ; what is left for us to add
        add     x10, x21, x10
        adrp    x8, _self@PAGE
        ldr     x9, [x8, _self@PAGEOFF]
        cmp     x9, x10
        b.eq    Lrebased
        adrp    x0, _fail_rebase@PAGE
        add     x0, x0, _fail_rebase@PAGEOFF
        adrp    x1, _fail_slide@PAGE
        add     x1, x1, _fail_slide@PAGEOFF
        lsr     x9, x9, #40
        cmp     x9, x21, lsr #40
        csel    x0, x1, x0, eq          ; a pointer, but to elsewhere
        b       Lfail
Lrebased:
        add     x20, x20, x11

        ; Data, with its sum behind it.
        adrp    x8, _data@PAGE
        add     x8, x8, _data@PAGEOFF
        mov     w1, #0
        mov     w2, #8
Lsum:
        ldr     w3, [x8], #4
        add     w1, w1, w3
        subs    w2, w2, #1
        b.ne    Lsum
        ldr     w3, [x8]
        cmp     w1, w3
        adrp    x0, _fail_data@PAGE
        add     x0, x0, _fail_data@PAGEOFF
        b.ne    Lfail
        adrp    x0, _sum@PAGE
        add     x0, x0, _sum@PAGEOFF
        bl      _print_number

        ; Memory that must be zero.
        adrp    x8, _zeros@PAGE
        add     x8, x8, _zeros@PAGEOFF
        mov     x1, #0
        mov     w2, #0x2000
Lzeros:
        ldr     x3, [x8], #8
        orr     x1, x1, x3
        subs    w2, w2, #8
        b.ne    Lzeros
        adrp    x0, _fail_zeros@PAGE
        add     x0, x0, _fail_zeros@PAGEOFF
        cbnz    x1, Lfail
        adrp    x0, _zero_fill@PAGE
        add     x0, x0, _zero_fill@PAGEOFF
        bl      _print_number

        ; The kexts, through a table of signed pointers.
        adrp    x25, _kext_starts@PAGE
        add     x25, x25, _kext_starts@PAGEOFF
        mov     w26, #0
Lnext:
        ldr     x8, [x25], #8
        cbz     x8, Llast
        add     w26, w26, #2            ; it counts, and so does the one that it calls
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        adrp    x10, _kext_word@PAGE
        ldr     w10, [x10, _kext_word@PAGEOFF]
        cmp     w9, w10
        adrp    x0, _fail_pointer@PAGE
        add     x0, x0, _fail_pointer@PAGEOFF
        b.ne    Lfail
        mov     x0, x10
        blr     x8
        mov     x1, x0
        adrp    x0, _fail_kext@PAGE
        add     x0, x0, _fail_kext@PAGEOFF
        cbnz    x1, Lfail
        b       Lnext
Llast:
        adrp    x8, _calls@PAGE
        ldr     w1, [x8, _calls@PAGEOFF]
        cmp     w1, w26
        adrp    x0, _fail_calls@PAGE
        add     x0, x0, _fail_calls@PAGEOFF
        b.ne    Lfail
        adrp    x0, _kext_calls@PAGE
        add     x0, x0, _kext_calls@PAGEOFF
        bl      _print_number
        adrp    x0, _ok@PAGE
        add     x0, x0, _ok@PAGEOFF
        bl      _uart_puts
        b       _power_off

        ; Prints the message x0 and gives up.
        .p2align 2
Lfail:
        mov     x19, x0
        adrp    x0, _fail_is@PAGE
        add     x0, x0, _fail_is@PAGEOFF
        bl      _uart_puts
        mov     x0, x19
        bl      _uart_puts
        .p2align 2
_power_off:
        mov     w0, #0x8
        movk    w0, #0x8400, lsl #16    ; PSCI SYSTEM_OFF
        hvc     #0
        b       _power_off

        ; Prints the text x0, which ends with 0.
        .long   0x7478656b
        .globl  _uart_puts
_uart_puts:
        movz    w9, #0x0900, lsl #16
Lputs:
        ldrb    w10, [x0], #1
        cbz     w10, Lputs_done
Lfull:
        ldr     w11, [x9, #0x18]
        tbnz    w11, #5, Lfull
        str     w10, [x9]
        b       Lputs
Lputs_done:
        ret

        ; Counts a call.
        .p2align 2
        .long   0x7478656b
        .globl  _count
_count:
        adrp    x8, _calls@PAGE
        add     x8, x8, _calls@PAGEOFF
        ldr     w9, [x8]
        add     w9, w9, #1
        str     w9, [x8]
        ret

        ; Prints the text x0, the number x1 with 16 digits, and a newline.
        .p2align 2
_print_number:
        stp     x29, x30, [sp, #-32]!
        str     x1, [sp, #16]
        bl      _uart_puts
        ldr     x1, [sp, #16]
        movz    w9, #0x0900, lsl #16
        mov     w2, #16
Ldigit:
        ror     x1, x1, #60
        and     w3, w1, #0xf
        cmp     w3, #10
        add     w4, w3, #48             ; '0'
        add     w5, w3, #87             ; 'a' - 10
        csel    w4, w4, w5, lo
Ldigit_full:
        ldr     w5, [x9, #0x18]
        tbnz    w5, #5, Ldigit_full
        str     w4, [x9]
        subs    w2, w2, #1
        b.ne    Ldigit
        mov     w4, #10
        str     w4, [x9]
        ldp     x29, x30, [sp], #32
        ret

        .p2align 11
_vectors:
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
        b       Lunexpected
        .p2align 7
Lunexpected:
        adrp    x0, _fail_exception@PAGE
        add     x0, x0, _fail_exception@PAGEOFF
        b       Lfail

        .section __TEXT,__cstring,cstring_literals
_hello:
        .asciz  "payload: the kernel runs\n"
_virt_base:
        .asciz  "payload: virtBase 0x"
_phys_base:
        .asciz  "payload: physBase 0x"
_mem_size:
        .asciz  "payload: memSize 0x"
_top:
        .asciz  "payload: topOfKernelData 0x"
_pc:
        .asciz  "payload: pc 0x"
_slide:
        .asciz  "payload: slide 0x"
_command_line:
        .asciz  "payload: command line "
_newline:
        .asciz  "\n"
_sum:
        .asciz  "payload: sum of the data 0x"
_zero_fill:
        .asciz  "payload: zero fill 0x"
_kext_calls:
        .asciz  "payload: calls of kexts 0x"
_ok:
        .asciz  "payload: ok\n"
_fail_is:
        .asciz  "payload: FAIL: "
_fail_entry:
        .asciz  "entered at another place than the entry point\n"
_fail_arguments:
        .asciz  "x0 is not the boot arguments\n"
_fail_rebase:
        .asciz  "a slot is not rebased\n"
_fail_slide:
        .asciz  "a slot is rebased by another slide than the boot arguments say\n"
_fail_data:
        .asciz  "the data is not what was linked\n"
_fail_zeros:
        .asciz  "memory that must be zero is not\n"
_fail_pointer:
        .asciz  "a pointer to a kext leads elsewhere\n"
_fail_kext:
        .asciz  "a pointer in a kext leads elsewhere\n"
_fail_calls:
        .asciz  "a kext was not called\n"
_fail_exception:
        .asciz  "exception\n"

        .section __TEXT,__const
        .p2align 2
_kext_word:
        .ascii  "kext"

        .section __DATA_CONST,__const
        .p2align 3
_kext_starts:
        .quad   _alpha_entry@AUTH(ia,19288,addr)
        .quad   0

        .section __DATA,__data
        .p2align 3
        .globl  _self
_self:
        .quad   _start
        .globl  _link_start
_link_start:
        .quad   0                       ; testkit writes the address it linked _start at
        .globl  _is_static
_is_static:
        .long   0                       ; testkit writes 1 into a static kernel
        .globl  _data
_data:
        .long   0x01020304, 0x11223344, 0x55667788, 0x99aabbcc
        .long   0xdeadbeef, 0x0badcafe, 0x12345678, 0x9abcdef0
        .long   (0x01020304+0x11223344+0x55667788+0x99aabbcc+0xdeadbeef+0x0badcafe+0x12345678+0x9abcdef0) & 0xffffffff

        .section __DATA,__common,zerofill
        .zerofill __DATA,__bss,_zeros,0x2000,4
        .zerofill __DATA,__bss,_calls,16,4
        .zerofill __DATA,__bss,_stack,0x1000,4
        .zerofill __DATA,__bss,_stack_top,16,4

.subsections_via_symbols
