; First kext of the payload that boots in QEMU: prints and counts through the kernel's functions, and
; calls the second kext, each through a slot of its own. Called with w0 = the word before a function
; that may be called, x20 = what is added to a pointer; returns 0, or 1 where a slot leads elsewhere.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .p2align 2
        .long   0x7478656b              ; "kext"
        .globl  _alpha_entry
_alpha_entry:
        stp     x29, x30, [sp, #-32]!
        str     x0, [sp, #16]
        adrp    x8, _uart_puts_slot@PAGE
        ldr     x8, [x8, _uart_puts_slot@PAGEOFF]
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        cmp     w9, w0
        b.ne    Lwrong
        adrp    x0, _alpha_name@PAGE
        add     x0, x0, _alpha_name@PAGEOFF
        blr     x8
        ldr     x0, [sp, #16]
        adrp    x8, _count_slot@PAGE
        ldr     x8, [x8, _count_slot@PAGEOFF]
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        cmp     w9, w0
        b.ne    Lwrong
        blr     x8
        ldr     x0, [sp, #16]
        adrp    x8, _beta_slot@PAGE
        ldr     x8, [x8, _beta_slot@PAGEOFF]
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        cmp     w9, w0
        b.ne    Lwrong
        blr     x8
        ldp     x29, x30, [sp], #32
        ret
Lwrong:
        mov     w0, #1
        ldp     x29, x30, [sp], #32
        ret

        .section __TEXT,__cstring,cstring_literals
_alpha_name:
        .asciz  "payload: alpha was called by the kernel\n"

        .section __DATA_CONST,__auth_got
        .p2align 3
_uart_puts_slot:
        .quad   _uart_puts@AUTH(ia,0,addr)
_count_slot:
        .quad   _count@AUTH(ia,0,addr)

        .section __DATA,__data
        .p2align 3
        .globl  _beta_slot
_beta_slot:
        .quad   _beta_entry

.subsections_via_symbols
