; Second kext of the payload that boots in QEMU; see boot_alpha.s, which calls it.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .p2align 2
        .long   0x7478656b              ; "kext"
        .globl  _beta_entry
_beta_entry:
        stp     x29, x30, [sp, #-32]!
        str     x0, [sp, #16]
        adrp    x8, _puts_pointer@PAGE
        ldr     x8, [x8, _puts_pointer@PAGEOFF]
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        cmp     w9, w0
        b.ne    Lwrong
        adrp    x0, _beta_name@PAGE
        add     x0, x0, _beta_name@PAGEOFF
        blr     x8
        ldr     x0, [sp, #16]
        adrp    x8, _count_pointer@PAGE
        ldr     x8, [x8, _count_pointer@PAGEOFF]
        add     x8, x8, x20
        ldur    w9, [x8, #-4]
        cmp     w9, w0
        b.ne    Lwrong
        blr     x8
        mov     w0, #0
        ldp     x29, x30, [sp], #32
        ret
Lwrong:
        mov     w0, #1
        ldp     x29, x30, [sp], #32
        ret

        .section __TEXT,__cstring,cstring_literals
_beta_name:
        .asciz  "payload: beta was called by alpha\n"

        .section __DATA,__data
        .p2align 3
_puts_pointer:
        .quad   _uart_puts
_count_pointer:
        .quad   _count@AUTH(ia,7)

.subsections_via_symbols
