; First kext of the sample: prints through the kernel's _uart_puts by way of an
; authenticated stub and its slot, as kernel extensions reach the kernel.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .globl  _alpha_start
        .p2align 2
_alpha_start:
        pacibsp
        stp     x20, x19, [sp, #-32]!
        stp     x29, x30, [sp, #16]
        add     x29, sp, #16
        mov     x19, x0
        adrp    x0, _alpha_name@PAGE
        add     x0, x0, _alpha_name@PAGEOFF
        bl      _uart_puts_stub
        adrp    x8, _alpha_state@PAGE
        ldr     w9, [x8, _alpha_state@PAGEOFF]
        add     w9, w9, #1
        str     w9, [x8, _alpha_state@PAGEOFF]
        mov     w0, #0
        ldp     x29, x30, [sp, #16]
        ldp     x20, x19, [sp], #32
        autibsp
        eor     x16, x30, x30, lsl #1
        tbz     x16, #62, Lalpha_ok
        brk     #0xc471
Lalpha_ok:
        ret

        .globl  _alpha_stop
        .p2align 2
_alpha_stop:
        bti     c
        mov     w0, wzr
        ret

        .section __TEXT_EXEC,__auth_stubs,regular,pure_instructions
        .p2align 2
_uart_puts_stub:
        adrp    x17, _uart_puts_slot@PAGE
        add     x17, x17, _uart_puts_slot@PAGEOFF
        ldr     x16, [x17]
        braa    x16, x17

        .section __TEXT,__cstring,cstring_literals
_alpha_name:
        .asciz  "alpha: started\n"

        .section __DATA_CONST,__auth_got
        .p2align 3
_uart_puts_slot:
        .quad   _uart_puts@AUTH(ia,0,addr)

        ; kmod_info: packed to four bytes in the kernel's header, so its two
        ; pointers lie at 180 and 188 and are only 4-byte aligned.
        .section __DATA,__data
        .p2align 3
        .globl  _kmod_info
_kmod_info:
        .quad   0
        .long   1
        .long   0xffffffff
        .asciz  "org.example.alpha"
        .zero   46
        .asciz  "1.0.0"
        .zero   58
        .long   0xffffffff
        .quad   0
        .quad   0
        .quad   0
        .quad   0
        .quad   _alpha_start@AUTH(ia,0)
        .quad   _alpha_stop@AUTH(ia,0)
        .long   0
        .globl  _alpha_state
_alpha_state:
        .long   0

.subsections_via_symbols
