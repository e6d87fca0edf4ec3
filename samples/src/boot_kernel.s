; The payload that images boot in QEMU: it looks at how it was loaded, makes its own pointers right as XNU
; does when it starts, says what it finds on the PL011 UART, and powers off. It runs with the MMU off, so every
; slid pointer is led back to a physical address by the boot arguments: physical = pointer - virtBase + physBase.
;
; What XNU does is in osfmk/arm/arm_init.c (arm_slide_rebase_and_sign_image) and osfmk/mach/dyld_kernel_fixups.h.
; This walk is stricter in one thing: a link that leaves its page, or a thread that leaves the kernel, is said.
;
; x19 boot arguments, x20 what is added to a pointer, x21 link address of _start, x22 slide, x23 where _start is
; and x24 its slid address, x25 the kernel's own header, x26 slid address of the header that pointers count from,
; x27 where that header is.
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

        ; The kernel's own header. Its first load command is the segment that maps it.
        adrp    x8, _link_header@PAGE
        ldr     x8, [x8, _link_header@PAGEOFF]
        sub     x9, x21, x8
        sub     x25, x23, x9
        sub     x26, x25, x20
        adrp    x0, _fail_header@PAGE
        add     x0, x0, _fail_header@PAGEOFF
        ldr     w1, [x25, #32]
        cmp     w1, #0x19               ; LC_SEGMENT_64
        b.ne    Lfail
        ldr     x1, [x25, #56]          ; its vmaddr
        adrp    x9, _is_static@PAGE
        ldr     w9, [x9, _is_static@PAGEOFF]
        cbnz    w9, Lstatic

        ; In a collection: the loader leaves headers alone, so this one says the slide, and the collection's
        ; is where every collection is linked.
        sub     x2, x26, x1
        cmp     x2, x22
        b.ne    Lfail
        adrp    x8, _link_collection@PAGE
        ldr     x8, [x8, _link_collection@PAGEOFF]
        add     x26, x8, x22
        add     x27, x26, x20
        bl      _walk_chains
        b       Lfixed

        ; A static kernel: the loader has slid the header and the symbols, and the slide is how far it is from
        ; where the header is linked.
Lstatic:
        cmp     x1, x26
        b.ne    Lfail
        sub     x2, x26, x8
        cmp     x2, x22
        b.ne    Lfail
        mov     x27, x25
        bl      _find_symbol
        bl      _walk_chains
        bl      _walk_threads

        ; A slot that points to _start holds its slid address.
Lfixed:
        adrp    x8, _self@PAGE
        ldr     x9, [x8, _self@PAGEOFF]
        cmp     x9, x24
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
        ; So does one that a static kernel's loader knows by the type of its section.
        adrp    x8, _puts_got@PAGE
        ldr     x9, [x8, _puts_got@PAGEOFF]
        add     x9, x9, x20
        adrp    x1, _uart_puts@PAGE
        add     x1, x1, _uart_puts@PAGEOFF
        cmp     x9, x1
        adrp    x0, _fail_got@PAGE
        add     x0, x0, _fail_got@PAGEOFF
        b.ne    Lfail

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

        ; What the load commands of the header x27 say: x12 that of chained fixups, x13 that of symbols, x15 the
        ; section __thread_starts, each 0 if there is none, and the first two if __LINKEDIT has no memory; x14 is
        ; what makes a file offset of __LINKEDIT a physical address.
        .p2align 2
_commands:
        mov     x12, #0
        mov     x13, #0
        mov     x14, #0
        mov     x15, #0
        mov     x17, #0                 ; bytes of memory of __LINKEDIT
        adrp    x8, _names@PAGE
        add     x8, x8, _names@PAGEOFF
        ldp     x4, x5, [x8]
        ldr     x6, [x8, #16]
        ldr     w10, [x27, #16]         ; ncmds
        add     x11, x27, #32
Lcommand:
        cbz     w10, Lcommands_done
        sub     w10, w10, #1
        ldp     w1, w2, [x11]           ; cmd, cmdsize
        mov     w3, #0x34
        movk    w3, #0x8000, lsl #16    ; LC_DYLD_CHAINED_FIXUPS
        cmp     w1, w3
        csel    x12, x11, x12, eq
        cmp     w1, #2                  ; LC_SYMTAB
        csel    x13, x11, x13, eq
        cmp     w1, #0x19
        b.ne    Lcommand_done
        ldr     x3, [x11, #8]           ; segname
        cmp     x3, x4
        b.ne    Lsections
        ldp     x14, x17, [x11, #24]    ; vmaddr, vmsize
        ldr     x3, [x11, #40]          ; fileoff
        sub     x14, x14, x3
Lsections:
        ldr     w3, [x11, #64]          ; nsects
        add     x7, x11, #72
Lsection:
        cbz     w3, Lcommand_done
        sub     w3, w3, #1
        ldp     x8, x9, [x7]            ; sectname
        cmp     x8, x5
        ccmp    x9, x6, #0, eq
        csel    x15, x7, x15, eq
        add     x7, x7, #80
        b       Lsection
Lcommand_done:
        add     x11, x11, x2
        b       Lcommand
Lcommands_done:
        cmp     x17, #0
        csel    x12, x12, xzr, ne
        csel    x13, x13, xzr, ne
        add     x14, x14, x20
        adrp    x9, _is_static@PAGE
        ldr     w9, [x9, _is_static@PAGEOFF]
        cmp     w9, #0
        csel    x9, x22, xzr, eq        ; headers of a collection are not slid
        add     x14, x14, x9
        ret

        ; The symbol table, if it is loaded, has the slid address of _start.
        .p2align 2
_find_symbol:
        stp     x29, x30, [sp, #-16]!
        bl      _commands
        cbz     x13, Lsymbol_found
        adrp    x0, _fail_symbols@PAGE
        add     x0, x0, _fail_symbols@PAGEOFF
        ldp     w1, w2, [x13, #8]       ; symoff, nsyms
        add     x1, x14, x1
Lsymbol:
        cbz     w2, Lfail
        sub     w2, w2, #1
        ldr     x3, [x1, #8]            ; n_value
        add     x1, x1, #16
        cmp     x3, x24
        b.ne    Lsymbol
Lsymbol_found:
        ldp     x29, x30, [sp], #16
        ret

        ; The chains of the header x27, in formats 8 and 11, one chain a page, whose pointers count from x26.
        .p2align 2
_walk_chains:
        stp     x29, x30, [sp, #-16]!
        bl      _commands
        cbz     x12, Lchains_done
        ldr     w1, [x12, #8]           ; dataoff
        add     x1, x14, x1
        ldr     w2, [x1, #4]            ; starts_offset
        add     x1, x1, x2
        ldr     w2, [x1]                ; seg_count
        mov     x3, x1
Lsegment:
        cbz     w2, Lchains_done
        sub     w2, w2, #1
        ldr     w4, [x3, #4]!           ; seg_info_offset
        cbz     w4, Lsegment
        add     x4, x1, x4
        ldrh    w5, [x4, #4]            ; page_size
        ldrh    w6, [x4, #6]            ; pointer_format
        ldr     x7, [x4, #8]            ; segment_offset
        add     x7, x27, x7
        ldrh    w8, [x4, #20]           ; page_count
        add     x9, x4, #22             ; page_start
        mov     w10, #2                 ; units of 4 bytes
        cmp     w6, #8
        b.eq    Lpage
        mov     w10, #0                 ; units of 1 byte
        cmp     w6, #11
        adrp    x0, _fail_format@PAGE
        add     x0, x0, _fail_format@PAGEOFF
        b.ne    Lfail
Lpage:
        cbz     w8, Lsegment
        sub     w8, w8, #1
        ldrh    w11, [x9], #2
        mov     w12, #0xffff
        cmp     w11, w12
        b.eq    Lnext_page
        adrp    x0, _fail_multi@PAGE
        add     x0, x0, _fail_multi@PAGEOFF
        tst     w11, #0x8000
        b.ne    Lfail
        add     x13, x7, x11
Lslot:
        ldp     w14, w15, [x13]         ; slots are aligned to 4 bytes only
        ubfx    w16, w14, #30, #2       ; cacheLevel; only level 0 has a base
        adrp    x0, _fail_level@PAGE
        add     x0, x0, _fail_level@PAGEOFF
        cbnz    w16, Lfail
        and     w14, w14, #0x3fffffff   ; target
        add     x14, x26, x14
        ubfx    w16, w15, #19, #12      ; next
        lsr     x15, x14, #32
        stp     w14, w15, [x13]
        cbz     w16, Lnext_page
        lsl     w16, w16, w10
        add     x13, x13, x16
        sub     x17, x13, x7
        cmp     x17, x5
        adrp    x0, _fail_page@PAGE
        add     x0, x0, _fail_page@PAGEOFF
        b.hs    Lfail
        b       Lslot
Lnext_page:
        add     x7, x7, x5
        b       Lpage
Lchains_done:
        ldp     x29, x30, [sp], #16
        ret

        ; The threads of the header x27, which know no segment.
        .p2align 2
_walk_threads:
        stp     x29, x30, [sp, #-16]!
        bl      _commands
        cbz     x15, Lthreads_done
        ldp     x1, x2, [x15, #32]      ; addr, size
        add     x1, x1, x20
        add     x2, x1, x2
        ldr     w3, [x1], #4
        and     w3, w3, #1
        add     w3, w3, #2              ; units of 4 or 8 bytes
        ldr     x10, [x19, #32]         ; topOfKernelData
Lthread:
        cmp     x1, x2
        b.hs    Lthreads_done
        ldr     w4, [x1], #4
        cmn     w4, #1
        b.eq    Lthreads_done
        add     x4, x27, x4
Lthread_slot:
        cmp     x4, x10
        adrp    x0, _fail_thread@PAGE
        add     x0, x0, _fail_thread@PAGEOFF
        b.hs    Lfail
        ldp     w5, w6, [x4]
        tbnz    w6, #30, Lthread_next   ; a bind
        add     x7, x26, x5             ; signed: 32 bits from the header
        tbnz    w6, #31, Lthread_store
        orr     x7, x5, x6, lsl #32     ; else 43 bits with a sign, and the top 8
        sbfx    x8, x7, #0, #43
        ubfx    x9, x7, #43, #8
        bfi     x8, x9, #56, #8
        add     x7, x8, x22
Lthread_store:
        lsr     x8, x7, #32
        stp     w7, w8, [x4]
Lthread_next:
        ubfx    w8, w6, #19, #11
        cbz     w8, Lthread
        lsl     w8, w8, w3
        add     x4, x4, x8
        b       Lthread_slot
Lthreads_done:
        ldp     x29, x30, [sp], #16
        ret

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
_fail_header:
        .asciz  "the kernel's header is not as a boot loader leaves it\n"
_fail_symbols:
        .asciz  "a symbol is not slid\n"
_fail_format:
        .asciz  "chains of a format that no kernel walks\n"
_fail_multi:
        .asciz  "a page with more than one chain\n"
_fail_level:
        .asciz  "a slot counts from another collection: who fixed it up before the kernel?\n"
_fail_page:
        .asciz  "a chain leaves its page: who fixed it up before the kernel?\n"
_fail_thread:
        .asciz  "a thread leaves the kernel: who fixed it up before?\n"
_fail_got:
        .asciz  "a non-lazy pointer is not slid\n"
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
        .p2align 3
_names:
        .ascii  "__LINKED"
        .asciz  "__thread_starts"
_kext_word:
        .ascii  "kext"

        .section __DATA_CONST,__const
        .p2align 3
_kext_starts:
        .quad   _alpha_entry@AUTH(ia,19288,addr)
        .quad   0

        .section __DATA_CONST,__got
        .p2align 3
_puts_got:
        .quad   _uart_puts

        .section __DATA,__data
        .p2align 3
        .globl  _self
_self:
        .quad   _start
        .globl  _link_start
_link_start:
        .quad   0                       ; testkit writes the addresses it linked _start, the kernel's own
        .globl  _link_header            ; header and the collection's header at
_link_header:
        .quad   0
        .globl  _link_collection
_link_collection:
        .quad   0
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
