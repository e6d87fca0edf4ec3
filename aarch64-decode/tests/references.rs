//! What is known of registers along a straight line of code, and what loads and stores of every
//! kind then refer to.
#![cfg(all(feature = "asm", feature = "sysreg-names"))]

use aarch64_decode::{Reference, References, assemble};

const PC: u64 = 0x2_0000;

/// What the last line refers to, of lines that begin at address 0x20000.
fn last(lines: &str) -> Option<Reference> {
    let mut references = References::new();
    let mut reference = None;
    let mut pc = PC;
    for line in lines.split(';') {
        let word = assemble(pc, line.trim()).unwrap_or_else(|error| panic!("{line}: {error}"));
        reference = references.next(word, pc);
        pc += 4;
    }
    reference
}

#[test]
fn a_register_is_known_until_it_is_written() {
    for (lines, known) in [
        // The register that is written is not in bits 4:0.
        (
            "adrp x1, 0x20000; casp x0, x1, x2, x3, [x4]; add x0, x1, #0x18",
            false,
        ),
        (
            "adrp x1, 0x20000; mrrs x0, x1, ttbr0_el1; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; ldp x0, x1, [sp]; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; ldr x0, [x1], #8; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; stp x2, x3, [x1, #-16]!; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; ld1 { v0.16b }, [x1], #16; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; stxr w1, x2, [x3]; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; fcvtzs x1, d0; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; umov w1, v0.b[3]; ldr x0, [x1, #0x18]",
            false,
        ),
        (
            "adrp x1, 0x20000; mrs x1, tpidr_el0; ldr x0, [x1, #0x18]",
            false,
        ),
        ("adrp x17, 0x20000; pacia1716; ldr x0, [x17, #0x18]", false),
        ("adrp x30, 0x20000; bl 0x30000; ldr x0, [x30, #0x18]", false),
        ("adrp x30, 0x20000; autiasp; ldr x0, [x30, #0x18]", false),
        // Calls keep x19 to x29, wherever they go; so do calls of firmware and systems.
        ("adrp x26, 0x20000; bl 0x2006c; ldr x8, [x26, #0x18]", true),
        ("adrp x26, 0x20000; bl 0x20068; ldr x8, [x26, #0x18]", true),
        ("adrp x26, 0x20000; blr x26; ldr x8, [x26, #0x18]", true),
        ("adrp x18, 0x20000; bl 0x2006c; ldr x8, [x18, #0x18]", false),
        ("adrp x0, 0x20000; svc #0; ldr x8, [x0, #0x18]", false),
        ("adrp x18, 0x20000; smc #0; ldr x8, [x18, #0x18]", true),
        // The register in bits 4:0 is not written.
        (
            "adrp x0, 0x20000; str x0, [sp, #8]; ldr x8, [x0, #0x18]",
            true,
        ),
        (
            "adrp x0, 0x20000; stp x0, x1, [sp, #8]; ldr x8, [x0, #0x18]",
            true,
        ),
        ("adrp x8, 0x20000; b.hi 0x2000c; ldr x8, [x8, #0x18]", true),
        (
            "adrp x8, 0x20000; cbz x8, 0x2000c; ldr x8, [x8, #0x18]",
            true,
        ),
        ("adrp x8, 0x20000; ldr q8, [sp]; ldr x8, [x8, #0x18]", true),
        (
            "adrp x8, 0x20000; fadd d8, d1, d2; ldr x8, [x8, #0x18]",
            true,
        ),
        (
            "adrp x8, 0x20000; ccmp x1, x2, #8, eq; ldr x8, [x8, #0x18]",
            true,
        ),
        (
            "adrp x0, 0x20000; prfm pldl1keep, [x1]; ldr x8, [x0, #0x18]",
            true,
        ),
        (
            "adrp x8, 0x20000; msr tpidr_el0, x8; ldr x8, [x8, #0x18]",
            true,
        ),
        // Nothing arrives from these.
        ("adrp x8, 0x20000; b.al 0x2000c; ldr x8, [x8, #0x18]", false),
        ("adrp x19, 0x20000; b 0x2000c; ldr x8, [x19, #0x18]", false),
        ("adrp x19, 0x20000; eret; ldr x8, [x19, #0x18]", false),
        ("adrp x19, 0x20000; udf #0; ldr x8, [x19, #0x18]", false),
    ] {
        let expected = known.then_some(Reference::Address(0x2_0018));
        assert_eq!(last(lines), expected, "{lines}");
    }
}

#[test]
fn loads_and_stores_of_every_kind() {
    for (line, offset) in [
        ("ldr x0, [x1, #0x18]", Some(0x18)),
        ("strb w0, [x1, #0x18]", Some(0x18)),
        ("str q0, [x1, #0x20]", Some(0x20)),
        ("ldp x2, x3, [x1, #-16]", Some(-16)),
        ("ldp w2, w3, [x1, #8]", Some(8)),
        ("ldpsw x2, x3, [x1, #8]", Some(8)),
        ("ldnp q2, q3, [x1, #-1024]", Some(-1024)),
        ("stp d2, d3, [x1, #8]", Some(8)),
        ("stp x2, x3, [x1, #16]!", Some(16)),
        ("stp x2, x3, [x1], #16", Some(0)),
        ("stgp x2, x3, [x1, #-1024]", Some(-1024)),
        ("ldur x2, [x1, #-8]", Some(-8)),
        ("sturh w2, [x1, #-255]", Some(-255)),
        ("ldtr x2, [x1, #-8]", Some(-8)),
        ("ldr x2, [x1, #-8]!", Some(-8)),
        ("ldr x2, [x1], #-8", Some(0)),
        ("ldraa x2, [x1, #-4096]", Some(-4096)),
        ("ldar x2, [x1]", Some(0)),
        ("ldapur x2, [x1, #-3]", Some(-3)),
        ("ldaxr x2, [x1]", Some(0)),
        ("stlxp w0, x2, x3, [x1]", Some(0)),
        ("cas x2, x3, [x1]", Some(0)),
        ("ldadd x2, x3, [x1]", Some(0)),
        ("swpal x2, x3, [x1]", Some(0)),
        ("ld1 { v0.16b, v1.16b }, [x1], #32", Some(0)),
        ("st4 { v0.b, v1.b, v2.b, v3.b }[3], [x1], x2", Some(0)),
        ("stg x2, [x1, #16]", Some(16)),
        ("prfum pldl1keep, [x1, #-9]", Some(-9)),
        // What is added is not known; the base is another.
        ("ldr x0, [x1, x2]", None),
        ("ldr x0, [x2, #0x18]", None),
        ("stp x1, x1, [sp]", None),
        ("mov x0, x1", None),
        ("orr x0, x1, #1", None),
        ("dc cvac, x1", None),
    ] {
        let expected = offset.map(|offset| Reference::Address(PC.wrapping_add_signed(offset)));
        assert_eq!(
            last(&format!("adrp x1, 0x20000; {line}")),
            expected,
            "{line}"
        );
    }
}
