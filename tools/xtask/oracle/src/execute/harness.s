// A Linux program for AArch64, made by nothing but an assembler: it runs words, each with every
// register set, and says what every register and a window of memory hold afterwards.
//
// Standard input:  4 patterns of 4096 bytes; a number of placements, 8 bytes; placements of 16
//                  bytes (address, word); then cases of CASE_SIZE bytes until the end.
// Standard output: for each case an answer of CASE_SIZE bytes, and the bytes of the window from the
//                  first that changed to the last.
//
// Cases and answers have the same layout (execute/machine.rs has it too):
//      0  x0 to x30        264  SVCR                         296  from, 300 to: offsets in the window
//    248  sp               272  FPCR                         304  address (of the exclusive monitor; of a fault)
//    256  NZCV             280  pc                           312  bytes for the exclusive monitor
//    288  pattern of the bytes from `from` to `to`; signal   320  FPMR
//    292  pattern of the others                              328  features: 1 SVE, 2 SME, 4 SME2, 8 FPMR
//    384  p0 to p15, 448 FFR, 512 z0 to z31, 1536 ZA, 2560 ZT0
// A vector has 32 bytes, streaming or not.
//
// Why the word can use every register: x0 and x30 are loaded by two instructions before it, in its own slot,
// and saved after it through TPIDR_EL0.

.set IMAGE,     0x1f000000
.set CASE,      IMAGE + 0x10000
.set ANSWER,    IMAGE + 0x12000
.set EXPECTED,  IMAGE + 0x14000
.set PATTERNS,  IMAGE + 0x15000
.set STACK,     IMAGE + 0x30000
.set SIGNALS,   IMAGE + 0x30000
.set END,       IMAGE + 0x80000
.set CODE,      0x20000000
.set CODE_SIZE, 0x00400000
.set WINDOW,    0x20200000
.set WINDOW_SIZE, 4096
.set HOLE,      0x10000
.set FLOW,      0x21000000
.set FLOW_SIZE, 0x01000000
.set CASE_SIZE, 2624

.set SYS_read, 63
.set SYS_write, 64
.set SYS_exit_group, 94
.set SYS_sigaltstack, 132
.set SYS_rt_sigaction, 134
.set SYS_munmap, 215
.set SYS_mmap, 222

.macro const register, value
        movz    \register, #((\value) >> 16 & 0xffff), lsl #16
        movk    \register, #((\value) & 0xffff)
.endm

.text
image:
        .byte   0x7f, 'E', 'L', 'F', 2, 1, 1, 0
        .xword  0
        .hword  2, 183                  // ET_EXEC, EM_AARCH64
        .word   1
        .xword  IMAGE + (start - image)
        .xword  64, 0                   // program headers, no sections
        .word   0
        .hword  64, 56, 1, 0, 0, 0
        .word   1, 7                    // PT_LOAD, all permissions
        .xword  0, IMAGE, IMAGE, end - image, END - IMAGE, 4096

start:
        const   x0, CODE
        const   x1, CODE_SIZE
        bl      map
        const   x0, FLOW
        const   x1, FLOW_SIZE
        bl      map
        // Nothing is mapped next to the window, so that an access past its ends is seen.
        const   x0, WINDOW - HOLE
        mov     x1, #HOLE
        mov     x8, #SYS_munmap
        svc     #0
        const   x0, WINDOW + WINDOW_SIZE
        mov     x1, #HOLE
        mov     x8, #SYS_munmap
        svc     #0
        adr     x0, signal_stack
        mov     x1, xzr
        mov     x8, #SYS_sigaltstack
        svc     #0
        mov     x19, #4                 // SIGILL
        bl      handle
        mov     x19, #5                 // SIGTRAP
        bl      handle
        mov     x19, #7                 // SIGBUS
        bl      handle
        mov     x19, #8                 // SIGFPE
        bl      handle
        mov     x19, #11                // SIGSEGV
        bl      handle
        const   x1, STACK
        mov     sp, x1
        const   x19, PATTERNS
        mov     x20, #0x4000
        bl      read
        const   x19, CASE
        mov     x20, #8
        bl      read
        const   x0, CASE
        ldr     x21, [x0]
        ldr     w22, first
        ldr     w23, second
place:
        cbz     x21, next
        const   x19, CASE
        mov     x20, #16
        bl      read
        const   x0, CASE
        ldr     x1, [x0]
        ldr     w2, [x0, #8]
        stp     w22, w23, [x1, #-8]
        str     w2, [x1]
        // b leave
        adr     x3, leave
        sub     x3, x3, x1
        sub     x3, x3, #4
        ubfx    x3, x3, #2, #26
        mov     w4, #0x14000000
        orr     w3, w3, w4
        str     w3, [x1, #4]
        sub     x21, x21, #1
        b       place
first:  ldr     x30, [x0, #240]
second: ldr     x0, [x0]

next:
        const   x19, CASE
        mov     x20, #CASE_SIZE
        bl      read
        const   x20, CASE
        // The window, and what it is expected to hold afterwards.
        const   x1, PATTERNS
        ldr     w2, [x20, #292]
        add     x1, x1, x2, lsl #12
        const   x2, EXPECTED
        const   x3, WINDOW
        mov     x4, #(WINDOW_SIZE / 32)
1:      ldp     q0, q1, [x1], #32
        stp     q0, q1, [x2], #32
        stp     q0, q1, [x3], #32
        sub     x4, x4, #1
        cbnz    x4, 1b
        const   x1, PATTERNS
        ldr     w2, [x20, #288]
        add     x1, x1, x2, lsl #12
        const   x2, EXPECTED
        const   x3, WINDOW
        ldr     w4, [x20, #296]
        ldr     w5, [x20, #300]
2:      cmp     w4, w5
        b.hs    3f
        ldrb    w6, [x1, x4]
        strb    w6, [x2, x4]
        strb    w6, [x3, x4]
        add     w4, w4, #1
        b       2b
3:      // The registers.
        ldr     x9, [x20, #272]
        msr     FPCR, x9
        msr     FPSR, xzr
        ldr     x10, [x20, #328]
        tbz     x10, #3, 4f
        ldr     x9, [x20, #320]
        msr     S3_3_C4_C4_2, x9        // FPMR
4:      ldr     x11, [x20, #264]
        tbz     x10, #1, 6f
        msr     S3_3_C4_C2_2, x11       // SVCR
        tbz     x11, #1, 6f
        mov     w12, #0
        add     x1, x20, #1536
5:      ldr     za[w12, 0], [x1]
        add     x1, x1, #32
        add     w12, w12, #1
        cmp     w12, #32
        b.ne    5b
        tbz     x10, #2, 6f
        add     x1, x20, #2560
        ldr     zt0, [x1]
6:      clrex
        ldr     x1, [x20, #304]
        ldr     x2, [x20, #312]
        cbz     x2, 11f
        tbz     x2, #0, 7f
        ldxrb   w3, [x1]
7:      tbz     x2, #1, 8f
        ldxrh   w3, [x1]
8:      tbz     x2, #2, 9f
        ldxr    w3, [x1]
9:      tbz     x2, #3, 10f
        ldxr    x3, [x1]
10:     tbz     x2, #4, 11f
        ldxp    x3, x4, [x1]
11:     tbz     x10, #0, 13f
        add     x1, x20, #448
        tbnz    x11, #0, 12f
        ldr     p0, [x1]
        wrffr   p0.b
12:     add     x1, x20, #384
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ldr     p\n, [x1, #\n, mul vl]
.endr
        add     x1, x20, #512
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     z\n, [x1, #\n, mul vl]
.endr
        b       14f
13:     add     x1, x20, #512
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\n, [x1, #(32 * \n)]
.endr
14:     ldr     x1, [x20, #256]
        msr     NZCV, x1
        ldr     x1, [x20, #248]
        mov     sp, x1
        ldr     x30, [x20, #280]
        sub     x30, x30, #8
        mov     x0, x20
        ldp     x1, x2, [x0, #8]
        ldp     x3, x4, [x0, #24]
        ldp     x5, x6, [x0, #40]
        ldp     x7, x8, [x0, #56]
        ldp     x9, x10, [x0, #72]
        ldp     x11, x12, [x0, #88]
        ldp     x13, x14, [x0, #104]
        ldp     x15, x16, [x0, #120]
        ldp     x17, x18, [x0, #136]
        ldp     x19, x20, [x0, #152]
        ldp     x21, x22, [x0, #168]
        ldp     x23, x24, [x0, #184]
        ldp     x25, x26, [x0, #200]
        ldp     x27, x28, [x0, #216]
        ldr     x29, [x0, #232]
        ret     x30

// After a word that fell through.
leave:
        msr     TPIDR_EL0, x0
        const   x0, ANSWER
        stp     x1, x2, [x0, #8]
        stp     x3, x4, [x0, #24]
        stp     x5, x6, [x0, #40]
        stp     x7, x8, [x0, #56]
        stp     x9, x10, [x0, #72]
        stp     x11, x12, [x0, #88]
        stp     x13, x14, [x0, #104]
        stp     x15, x16, [x0, #120]
        stp     x17, x18, [x0, #136]
        stp     x19, x20, [x0, #152]
        stp     x21, x22, [x0, #168]
        stp     x23, x24, [x0, #184]
        stp     x25, x26, [x0, #200]
        stp     x27, x28, [x0, #216]
        stp     x29, x30, [x0, #232]
        mrs     x1, TPIDR_EL0
        str     x1, [x0]
        mov     x1, sp
        str     x1, [x0, #248]
        mrs     x1, NZCV
        str     x1, [x0, #256]
        stp     xzr, xzr, [x0, #280]
        str     xzr, [x0, #304]
        b       save

// x0: signal, x1: siginfo, x2: ucontext. What the word did to general registers is there.
signal:
        const   x3, ANSWER
        str     w0, [x3, #288]
        ldr     x4, [x1, #16]
        str     x4, [x3, #304]
        add     x2, x2, #184            // uc_mcontext.regs
        mov     x5, #0
1:      ldr     x4, [x2, x5]
        str     x4, [x3, x5]
        add     x5, x5, #8
        cmp     x5, #256                // x0 to x30, sp
        b.ne    1b
        ldp     x4, x6, [x2, #256]      // pc, PSTATE
        str     x4, [x3, #280]
        and     x6, x6, #0xf0000000
        str     x6, [x3, #256]
save:
        const   x0, ANSWER
        const   x20, CASE
        const   x1, STACK
        mov     sp, x1
        ldr     x10, [x20, #328]
        mov     x11, xzr
        tbz     x10, #1, 3f
        mrs     x11, S3_3_C4_C2_2       // SVCR
        tbz     x11, #1, 3f
        mov     w12, #0
        add     x1, x0, #1536
2:      str     za[w12, 0], [x1]
        add     x1, x1, #32
        add     w12, w12, #1
        cmp     w12, #32
        b.ne    2b
        tbz     x10, #2, 3f
        add     x1, x0, #2560
        str     zt0, [x1]
3:      str     x11, [x0, #264]
        add     x1, x0, #512
        tbz     x10, #0, 5f
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     z\n, [x1, #\n, mul vl]
.endr
        add     x1, x0, #384
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        str     p\n, [x1, #\n, mul vl]
.endr
        tbnz    x11, #0, 4f
        rdffr   p0.b
        add     x1, x0, #448
        str     p0, [x1]
4:      tbz     x10, #1, 6f
        msr     S3_3_C4_C2_2, xzr       // SVCR
        b       6f
5:
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [x1, #(32 * \n)]
.endr
6:      // What changed in the window.
        const   x2, EXPECTED
        const   x3, WINDOW
        mov     x4, #0                  // from
        mov     x5, #0                  // to
        mov     x6, #0
7:      ldr     x7, [x2, x6]
        ldr     x8, [x3, x6]
        add     x9, x6, #8
        cmp     x7, x8
        b.eq    8f
        cmp     x5, #0
        csel    x4, x6, x4, eq
        mov     x5, x9
8:      mov     x6, x9
        cmp     x6, #WINDOW_SIZE
        b.ne    7b
        str     w4, [x0, #296]
        str     w5, [x0, #300]
        mov     x19, x0
        mov     x20, #CASE_SIZE
        mov     x21, x4
        mov     x22, x5
        bl      write
        subs    x20, x22, x21
        b.eq    next
        const   x19, WINDOW
        add     x19, x19, x21
        bl      write
        b       next

// Maps x1 bytes at x0, with all permissions.
map:
        mov     x2, #7                  // PROT_READ, PROT_WRITE, PROT_EXEC
        mov     x3, #0x32               // MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS
        mov     x4, #-1
        mov     x5, #0
        mov     x8, #SYS_mmap
        svc     #0
        ret

// Sets the handler of signal x19.
handle:
        adr     x1, action
        adr     x2, signal
        str     x2, [x1]
        mov     x0, x19
        mov     x2, #0
        mov     x3, #8
        mov     x8, #SYS_rt_sigaction
        svc     #0
        ret

// Reads x20 bytes to x19; leaves if there are no more.
read:
        cbz     x20, 2f
        mov     x0, #0
        mov     x1, x19
        mov     x2, x20
        mov     x8, #SYS_read
        svc     #0
        cmp     x0, #0
        b.gt    1f
        mov     x0, #0
        mov     x8, #SYS_exit_group
        svc     #0
1:      add     x19, x19, x0
        sub     x20, x20, x0
        b       read
2:      ret

// Writes x20 bytes from x19.
write:
        cbz     x20, 2f
        mov     x0, #1
        mov     x1, x19
        mov     x2, x20
        mov     x8, #SYS_write
        svc     #0
        cmp     x0, #0
        b.gt    1f
        mov     x0, #1
        mov     x8, #SYS_exit_group
        svc     #0
1:      add     x19, x19, x0
        sub     x20, x20, x0
        b       write
2:      ret

        .balign 8
action:
        .xword  0
        .xword  0x48000004              // SA_NODEFER, SA_ONSTACK, SA_SIGINFO
        .xword  0, 0                    // restorer, mask
signal_stack:
        .xword  SIGNALS
        .word   0, 0
        .xword  END - SIGNALS
end:
