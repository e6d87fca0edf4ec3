; Second kext of the sample: only code and constants, and a call into the
; first kext, so that one kext's slot points into another.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .globl  _beta_start
        .p2align 2
_beta_start:
        pacibsp
        stp     x29, x30, [sp, #-16]!
        mov     x29, sp
        adrp    x8, _beta_table@PAGE
        add     x8, x8, _beta_table@PAGEOFF
        ldp     x0, x9, [x8]
        blraaz  x9
        ldr     q0, [x8, #16]
        fadd    v0.2d, v0.2d, v0.2d
        fmov    x0, d0
        and     w0, w0, #1
        ldp     x29, x30, [sp], #16
        retab

        .globl  _beta_jump
        .p2align 2
_beta_jump:
        cmp     w0, #3
        b.hi    Lbeta_default
        adr     x8, Lbeta_jumps
        ldrsw   x9, [x8, w0, uxtw #2]
        add     x8, x8, x9
        br      x8
Lbeta_jumps:
        .long   Lbeta_0-Lbeta_jumps
        .long   Lbeta_1-Lbeta_jumps
        .long   Lbeta_0-Lbeta_jumps
        .long   Lbeta_1-Lbeta_jumps
Lbeta_0:
        mov     x0, #-1
        ret
Lbeta_1:
        movz    x0, #0xbeef, lsl #16
        ret
Lbeta_default:
        hint    #34
        mov     x0, #0x5555555555555555
        ret

        .section __TEXT,__cstring,cstring_literals
_beta_name:
        .asciz  "beta: started\n"

        .section __DATA_CONST,__const
        .p2align 4
_beta_table:
        .quad   _beta_name
        .quad   _alpha_start@AUTH(ia,0)
        .quad   0x3ff0000000000000
        .quad   0x4000000000000000

.subsections_via_symbols
