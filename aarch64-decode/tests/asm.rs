//! Text to words: what we print, and what LLVM's assembler takes beside it.
#![cfg(all(feature = "asm", feature = "fmt"))]

#[path = "support/corners.rs"]
mod corners;
#[path = "support/freedoms.rs"]
mod freedoms;

use aarch64_decode::{
    AsmErrorKind, EncodeErrorKind, Encoding, Expected, Pattern, Patterns, Syntax, TextBuffer,
    assemble, decode, patterns,
};
use corners::corners;
use freedoms::FREEDOMS;

const PC: u64 = 0xffff_fe00_0700_4000;

/// The text that we print assembles to a word that is printed the same; `a64-oracle roundtrip` says
/// which words are not the same one.
#[test]
fn what_we_print_we_read() {
    let mut text = TextBuffer::new();
    let mut again = TextBuffer::new();
    for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
        let (mut words, mut others) = (0, 0);
        for encoding in Encoding::all() {
            // otool's adrp has the distance in pages, and no sign that says so.
            if syntax == Syntax::Apple && encoding.name() == "ADRP_only_pcreladdr" {
                continue;
            }
            for word in corners(encoding) {
                words += 1;
                let insn = decode(word).expect("filtered");
                let line = insn.format(PC, syntax, &mut text);
                let back = assemble(PC, line)
                    .unwrap_or_else(|error| panic!("{word:08x} {line} ({syntax:?}): {error}"));
                if back != word {
                    others += 1;
                    let back = decode(back).expect("assembled");
                    assert_eq!(
                        back.format(PC, syntax, &mut again),
                        line,
                        "{word:08x} {syntax:?}"
                    );
                }
            }
        }
        assert!(
            words > 250_000 && others < words / 40,
            "{syntax:?}: {words} {others}"
        );
    }
}

#[test]
fn other_spellings() {
    for (line, ours) in FREEDOMS {
        let word = assemble(PC, line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(Ok(word), assemble(PC, ours), "{line}: {ours}");
    }
}

#[test]
fn what_is_wrong_and_where() {
    use AsmErrorKind as Kind;
    use EncodeErrorKind as Why;
    for (line, kind, column) in [
        ("", Kind::BadMnemonic, 0),
        ("  // nothing", Kind::BadMnemonic, 12),
        ("  frob x0", Kind::BadMnemonic, 2),
        ("b.xx #4", Kind::Encode(Why::BadOperand), 2),
        ("madd x0, x1", Kind::Encode(Why::CountMismatch), 0),
        ("add x0, x1,", Kind::BadOperand, 11),
        ("add x0 x1", Kind::BadEnd, 7),
        (
            "add x0, x1, x2, x3, x4, x5, x6, x7, x8",
            Kind::CountTooLarge,
            38,
        ),
        ("add x0, x1, w2", Kind::Encode(Why::BadRegister), 12),
        ("add x0, x1, #0x1001", Kind::Encode(Why::OutOfRange), 12),
        ("add x0, x1, #", Kind::BadNumber, 13),
        ("ldr x0, [x1, #4", Kind::BadCharacter { expected: ']' }, 15),
        ("ldr x0, [y1]", Kind::BadRegister, 9),
        ("ldp x0, x1, [x2, #4]", Kind::Encode(Why::Misaligned), 12),
        ("b #2", Kind::Encode(Why::Misaligned), 2),
        ("b 0", Kind::Encode(Why::OutOfRange), 2),
        (
            "add v0.4s, v1.8h, v2.4s",
            Kind::Encode(Why::OperandMismatch),
            11,
        ),
        ("ic iallu, x0", Kind::Encode(Why::CountMismatch), 0),
        ("movk x0, _", Kind::Ambiguous, 9),
        ("ld1 {v0.16b, v2.8h}, [x0]", Kind::BadRegister, 13),
    ] {
        let error = assemble(PC, line).expect_err(line);
        assert_eq!((error.kind(), error.column()), (kind, column), "{line}");
    }
}

/// The whole text of errors: the column, what is wrong, what was expected.
#[test]
fn what_was_expected() {
    let mut wrong = Vec::new();
    for (line, text) in [
        ("isp", "column 0: a mnemonic was expected"),
        (
            "madd x0, x1",
            "column 0: wrong number of operands; expected 4 operands",
        ),
        (
            "ic iallu, x0",
            "column 0: wrong number of operands; expected 1 operand",
        ),
        (
            "b.eq",
            "column 0: wrong number of operands; expected 1 operand",
        ),
        (
            "mul x0, w1, x2",
            "column 8: the instruction has no such register there; expected a register of 64 bits (x0-x30, xzr)",
        ),
        (
            "madd w0, w1, w2, sp",
            "column 17: the instruction has no such register there; expected a register of 32 bits (w0-w30, wzr)",
        ),
        (
            "add x0, x1, w2",
            "column 12: the instruction has no such register there; expected a register of 64 bits (x0-x30, xzr) or a register that may be extended",
        ),
        (
            "add x0, x1, y2",
            "column 12: the instruction takes another sort of operand there; expected a register of 64 bits (x0-x30, xzr), a register that may be extended or 0 to 4095, perhaps with lsl #12",
        ),
        (
            "add x0, x1, #0x1001",
            "column 12: value out of the instruction's range; expected 0 to 4095, perhaps with lsl #12",
        ),
        (
            "and x0, x1, #5",
            "column 12: value out of the instruction's range; expected a bit mask",
        ),
        (
            "ldr x0, [x1, #-300]",
            "column 8: value out of the instruction's range; expected -256 to 255 or 0 to 32760 in steps of 8",
        ),
        (
            "ldr x0, [x1, #0x8001]",
            "column 8: value out of the instruction's range; expected -256 to 255 or 0 to 32760 in steps of 8",
        ),
        (
            "ldr x0, x1",
            "column 8: the instruction takes another sort of operand there; expected an address in brackets, a number or an address",
        ),
        (
            "ldp x0, x1, [x2, #4]",
            "column 12: value is not a multiple of the instruction's unit; expected -512 to 504 in steps of 8",
        ),
        (
            "ldp x0, x1, [x2, #512]",
            "column 12: value out of the instruction's range; expected -512 to 504 in steps of 8",
        ),
        (
            "b #2",
            "column 2: value is not a multiple of the instruction's unit; expected a distance of -134217728 to 134217724 in steps of 4",
        ),
        (
            "tbz w0, #1, #0x8000",
            "column 12: value out of the instruction's range; expected a distance of -32768 to 32764 in steps of 4",
        ),
        (
            "csel x0, x1, x2, #1",
            "column 17: the instruction takes another sort of operand there; expected a condition",
        ),
        (
            "mrs x0, nope",
            "column 8: the instruction takes another sort of operand there; expected a system register",
        ),
        (
            "dsb nope",
            "column 4: the instruction takes another sort of operand there; expected a name",
        ),
        (
            "fadd s0, s1, d2",
            "column 13: the instruction has no such register there; expected s0-s31",
        ),
        (
            "add v0.4s, v1.4s, x2",
            "column 18: the instruction has no such arrangement, lane or predication there; expected a vector register",
        ),
        (
            "add v0.4s, v1.8h, v2.4s",
            "column 11: value does not agree with another operand",
        ),
        (
            "ld1 v0.4s, [x0]",
            "column 4: the instruction takes another sort of operand there; expected registers in braces",
        ),
        (
            "ptrue p0.b, nope",
            "column 12: the instruction takes another sort of operand there; expected a name",
        ),
        (
            "movk x0, x1",
            "column 9: the instruction takes another sort of operand there; expected 0 to 65535, perhaps with lsl",
        ),
    ] {
        let error = assemble(PC, line).expect_err(line);
        if error.to_string() != text {
            wrong.push(format!("{line}: {error}"));
        }
        assert_eq!(size_of_val(&error), 12);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The same, for programs.
    let error = assemble(PC, "ldr x0, [x1, #-300]").expect_err("out of range");
    let (low, high, unit) = (0, 32760, 8);
    let scaled = Expected::Range { low, high, unit };
    assert!(error.expected().any(|own| own == scaled), "{error}");
    let error = Pattern::from_text("madd x_, x1").expect_err("two operands");
    assert!(error.expected().eq([Expected::Operands(4)]), "{error}");
}

/// Lines with wildcards: mask and value.
#[test]
fn wildcards_free_their_bits() {
    let mut wrong = Vec::new();
    for (line, mask, value) in [
        ("movk x0, _", 0xff80_001f, 0xf280_0000),
        ("bl _", 0xfc00_0000, 0x9400_0000),
        ("b.ne #_", 0xff00_001f, 0x5400_0001),
        ("cbz x3, _", 0xff00_001f, 0xb400_0003),
        ("adrp x0, _", 0x9f00_001f, 0x9000_0000),
        ("add x0, x0, #_", 0xff80_03ff, 0x9100_0000),
        ("cmp x0, #_", 0xff80_03ff, 0xf100_001f),
        ("msr oslar_el1, _", 0xffff_ffe0, 0xd510_1080),
        ("mrs _, currentel", 0xffff_ffe0, 0xd538_4240),
        ("mrs x0, _", 0xfff0_001f, 0xd530_0000),
        ("ldrb _, [x1, #8]", 0xffff_ffe0, 0x3940_2020),
        ("ldr x0, [_, #8]", 0xffff_fc1f, 0xf940_0400),
        ("ldr x0, [x1, #_]", 0xffc0_03ff, 0xf940_0020),
        ("ldr x0, [x1, #_]!", 0xffe0_0fff, 0xf840_0c20),
        ("ldr x0, [x1], #_", 0xffe0_0fff, 0xf840_0420),
        ("ldp x29, x30, [sp], #_", 0xffc0_7fff, 0xa8c0_7bfd),
        ("add v0.4s, v1.4s, _", 0xffe0_ffff, 0x4ea0_8420),
        ("ret _", 0xffff_fc1f, 0xd65f_0000),
        ("nop", 0xffff_ffff, 0xd503_201f),
        ("mov x0, x1", 0xffff_ffff, 0xaa01_03e0),
        ("svc #_", 0xffe0_001f, 0xd400_0001),
        ("tbz w0, #_, _", 0xff00_001f, 0x3600_0000),
        // Inside an operand: amounts, numbers that are shifted, registers of a class, lanes.
        ("add x0, x1, x2, lsl #_", 0xffff_03ff, 0x8b02_0020),
        ("add x0, x1, x_, lsl #3", 0xffe0_ffff, 0x8b00_0c20),
        ("add x0, x1, w2, uxtw #_", 0xffff_e3ff, 0x8b22_4020),
        ("add x_, x_, #_", 0xff80_0000, 0x9100_0000),
        ("add x0, x1, #_, lsl #12", 0xffc0_03ff, 0x9140_0020),
        ("movk x0, #_, lsl #16", 0xffe0_001f, 0xf2a0_0000),
        ("movk x0, #1, lsl #_", 0xff9f_ffff, 0xf280_0020),
        ("movk x0, #_, lsl #_", 0xff80_001f, 0xf280_0000),
        ("movi v0.4s, #1, lsl #_", 0xffff_9fff, 0x4f00_0420),
        ("ldr x0, [x_, #8]", 0xffff_fc1f, 0xf940_0400),
        ("ldr x0, [x_, #_]", 0xffc0_001f, 0xf940_0000),
        ("ldr x_, [_, #_]", 0xffc0_0000, 0xf940_0000),
        ("ldr x0, [x1, x_, lsl #3]", 0xffe0_ffff, 0xf860_7820),
        ("ldr x0, [x1, x2, lsl #_]", 0xffff_efff, 0xf862_6820),
        ("ldr x0, [x1, w2, uxtw #_]", 0xffff_efff, 0xf862_4820),
        ("ldp x_, x_, [sp, #16]", 0xffff_83e0, 0xa941_03e0),
        ("b._ #8", 0xffff_fff0, 0x5400_0040),
        ("csel x0, x1, x2, _", 0xffff_0fff, 0x9a82_0020),
        ("cbz w_, _", 0xff00_0000, 0x3400_0000),
        ("msr s3_0_c15_c0_0, x_", 0xffff_ffe0, 0xd518_f000),
        ("mov v0.s[_], w1", 0xffe7_ffff, 0x4e04_1c20),
        ("fmla v0.4s, v1.4s, v2.s[_]", 0xffdf_f7ff, 0x4f82_1020),
        ("fmla v0.4s, v1.4s, v_.s[1]", 0xffe0_ffff, 0x4fa0_1020),
        ("ld1 { v_.4s, v_.4s }, [x0]", 0xffff_ffe0, 0x4c40_a800),
        ("tbl v0.16b, { v_.16b }, v1.16b", 0xffff_fc1f, 0x4e01_0000),
        ("ld1 { v0.s }[_], [x0]", 0xbfff_efff, 0x0d40_8000),
        ("psel p0, p1, p2.s[w_, _]", 0xff3c_ffff, 0x2530_4440),
        (
            "ld1w { z0.s }, p0/z, [x0, #_, mul vl]",
            0xfff0_ffff,
            0xa540_a000,
        ),
    ] {
        let found = Pattern::from_text(line).map(|pattern| (pattern.mask(), pattern.value()));
        if found != Ok((mask, value)) {
            wrong.push(format!("{line}: {found:08x?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where we print `#` and a number that is not fixed, the instruction takes `#_`.
#[test]
fn every_number_can_be_a_wildcard() {
    let mut text = TextBuffer::new();
    let mut found = 0;
    for encoding in Encoding::all() {
        for word in corners(encoding).skip(1).take(2) {
            let insn = decode(word).expect("filtered");
            let line = insn.format(PC, Syntax::Llvm, &mut text);
            let Some((start, rest)) = line.rsplit_once(", #") else {
                continue;
            };
            let (number, tail) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            // Brackets and a shift make one operand with the number; two numbers may have a field
            // in common; a zero is fixed.
            let part = rest.contains([']', '}']) || tail.contains("lsl") || tail.contains("msl");
            if part || start.contains(" #") || matches!(number, "0" | "0.0") {
                continue;
            }
            let open = format!("{start}, #_{tail}");
            let mut all = [Pattern::ANY; 8];
            let count = patterns(PC, &open, &mut all)
                .unwrap_or_else(|error| panic!("{word:08x} {open}: {error}"));
            let own = all[..count].iter().any(|pattern| pattern.matches(word));
            assert!(own, "{word:08x} {open}");
            found += 1;
        }
    }
    assert!(found > 700, "{found}");
}

#[test]
fn wildcards_that_leave_several_encodings_open() {
    let mut all = [Pattern::ANY; 8];
    // With an immediate, and with a register.
    assert_eq!(patterns(0, "ldr x0, [x1, _]", &mut all), Ok(2));
    assert!(all[..2].contains(&Pattern::new(0xffc0_03ff, 0xf940_0020)));
    assert!(all[..2].contains(&Pattern::new(0xffe0_0fff, 0xf860_0820)));
    // Too little room says how much suffices, and none asks.
    for room in 0..2 {
        let error = patterns(0, "ldr x0, [x1, _]", &mut all[..room]).expect_err("two patterns");
        let AsmErrorKind::BufferTooSmall { needed } = error.kind() else {
            panic!("{error}");
        };
        assert_eq!(needed, 2);
        assert_eq!(patterns(0, "ldr x0, [x1, _]", &mut all[..2]), Ok(2));
        assert_eq!(size_of_val(&error), 12);
    }
    for (line, kind) in [
        ("ldr x0, [x1, _]", AsmErrorKind::Ambiguous),
        ("add x0, x1, _", AsmErrorKind::Ambiguous),
        // Of w registers and of x registers.
        ("movk _, #5", AsmErrorKind::Ambiguous),
        ("ldr x0, [_, _]", AsmErrorKind::Ambiguous),
        // Two fields hold the amount.
        (
            "lsl x0, x1, #_",
            AsmErrorKind::Encode(EncodeErrorKind::OperandMismatch),
        ),
        (
            "movk #_, #1",
            AsmErrorKind::Encode(EncodeErrorKind::BadOperand),
        ),
    ] {
        assert_eq!(
            Pattern::from_text(line).expect_err(line).kind(),
            kind,
            "{line}"
        );
    }
}

#[test]
fn sequences() {
    let text = "msr oslar_el1, xzr; msr daifset, #0xf;\n movk x0, _";
    let all = Patterns::<3>::from_text(text).expect(text);
    assert_eq!(all.words()[0], Pattern::word(0xd510_109f));
    assert_eq!(all.words()[1], Pattern::word(0xd503_4fdf));
    assert_eq!(all.words()[2], Pattern::new(0xff80_001f, 0xf280_0000));
    let error = Patterns::<4>::from_text(text).expect_err("three");
    assert_eq!(
        (error.kind(), error.column()),
        (AsmErrorKind::BadMnemonic, 50)
    );
    let error = Patterns::<2>::from_text(text).expect_err("three");
    assert_eq!((error.kind(), error.column()), (AsmErrorKind::BadEnd, 39));
    let error = Patterns::<2>::from_text("nop; mov x0, #zz").expect_err("no number");
    assert_eq!(
        (error.kind(), error.column()),
        (AsmErrorKind::BadNumber, 14)
    );
}

/// An open operand frees its own bits: all words that differ in it match, and none that differs in
/// another operand.
#[test]
fn open_operands_match_what_differs_in_them_only() {
    use aarch64_decode::{Operand, OperandPattern};
    let (mut same, mut other, mut tied) = (0, 0, 0);
    for encoding in Encoding::all() {
        let all: Vec<u32> = corners(encoding).take(40).collect();
        let operands =
            |word: u32| -> Vec<Operand> { decode(word).expect("filtered").operands(PC).collect() };
        let given = operands(all[0]);
        for open in 0..given.len() {
            let mut wanted: Vec<_> = given.iter().map(|o| OperandPattern::Exactly(*o)).collect();
            wanted[open] = OperandPattern::Any;
            let Ok(pattern) = encoding.pattern(PC, &wanted) else {
                tied += 1;
                continue;
            };
            for &word in &all {
                let differs = |at: usize| operands(word)[at] != given[at];
                let elsewhere = (0..given.len()).any(|at| at != open && differs(at));
                if !elsewhere && !differs(open) {
                    // Ignored bits and should-be bits may differ.
                    continue;
                }
                if elsewhere {
                    other += 1;
                    assert!(
                        !pattern.matches(word),
                        "{} {open} {word:08x}",
                        encoding.name()
                    );
                } else {
                    same += 1;
                    assert!(
                        pattern.matches(word),
                        "{} {open} {word:08x}",
                        encoding.name()
                    );
                }
            }
        }
    }
    assert!(
        same > 10_000 && other > 100_000 && tied < 1000,
        "{same} {other} {tied}"
    );
}
