; The payload in m1n1's shape: one section of code, without a pointer. It is loaded at physBase with one
; page of header before it, and behind it RODA, DATA (whose second page is zero fill) and PYLD, which claims
; more bytes than the file has. Prints as boot_kernel.s does, and powers off.

        .section __TEXT_EXEC,__text,regular,pure_instructions
        .globl  _stage
        .p2align 14
_stage:
        mov     x19, x0
        adr     x0, Larguments
        cbz     x19, Lfail
        ldrh    w1, [x19]
        cmp     w1, #2
        b.ne    Lfail
        adr     x0, Lhello
        bl      Lputs
        ldr     x20, [x19, #16]         ; physBase
        add     x1, x20, #4, lsl #12
        adr     x2, _stage
        cmp     x1, x2
        adr     x0, Lentry
        b.ne    Lfail
        add     x8, x20, #16, lsl #12   ; second page of DATA
        mov     x1, #0
        mov     w2, #0x4000
1:      ldr     x3, [x8], #8
        orr     x1, x1, x3
        subs    w2, w2, #8
        b.ne    1b
        adr     x0, Lzeros
        cbnz    x1, Lfail
        ldr     x3, [x8]                ; first bytes of PYLD
        ldr     x4, Lpayload
        cmp     x3, x4
        adr     x0, Ldata
        b.ne    Lfail
        adr     x0, Lok
        bl      Lputs
Loff:
        mov     w0, #0x8
        movk    w0, #0x8400, lsl #16    ; PSCI SYSTEM_OFF
        hvc     #0
        b       Loff
Lfail:
        mov     x19, x0
        adr     x0, Lfail_is
        bl      Lputs
        mov     x0, x19
        bl      Lputs
        b       Loff
Lputs:
        movz    w9, #0x0900, lsl #16
2:      ldrb    w10, [x0], #1
        cbz     w10, 4f
3:      ldr     w11, [x9, #0x18]
        tbnz    w11, #5, 3b
        str     w10, [x9]
        b       2b
4:      ret
        .p2align 3
Lpayload:
        .ascii  "payload:"
Lhello:
        .asciz  "payload: the stage runs\n"
Lok:
        .asciz  "payload: ok\n"
Lfail_is:
        .asciz  "payload: FAIL: "
Larguments:
        .asciz  "x0 is not the boot arguments\n"
Lentry:
        .asciz  "entered at another place than the entry point\n"
Lzeros:
        .asciz  "memory that must be zero is not\n"
Ldata:
        .asciz  "the data is not what was linked\n"
        .p2align 2

.subsections_via_symbols
