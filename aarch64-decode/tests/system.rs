//! System instructions and Apple's own: one line a word, in LLVM's and GNU's spelling.
#![cfg(all(feature = "fmt", feature = "sysreg-names", feature = "apple"))]

use aarch64_decode::{Feature, NoSymbols, Operand, Syntax, TextBuffer, TextOptions, decode};

/// Word, LLVM (and otool), GNU. Read off llvm-objdump 22.1.8 and GNU objdump 2.44.
const LINES: &[(u32, &str, &str)] = &[
    (0xd510_109f, "msr OSLAR_EL1, xzr", "msr oslar_el1, xzr"),
    (0xd538_0000, "mrs x0, MIDR_EL1", "mrs x0, midr_el1"),
    (0xd518_0000, "msr S3_0_C0_C0_0, x0", "msr midr_el1, x0"),
    (
        0xd538_f000,
        "mrs x0, S3_0_C15_C0_0",
        "mrs x0, s3_0_c15_c0_0",
    ),
    (0xd533_0501, "mrs x1, DBGDTRRX_EL0", "mrs x1, dbgdtrrx_el0"),
    (0xd513_0501, "msr DBGDTRTX_EL0, x1", "msr dbgdtrtx_el0, x1"),
    (
        0xd518_2120,
        "msr APIAKeyHi_EL1, x0",
        "msr apiakeyhi_el1, x0",
    ),
    (0xd503_4fdf, "msr DAIFSet, #0xf", "msr daifset, #0xf"),
    (0xd500_41bf, "msr SPSel, #0x1", "msr spsel, #0x1"),
    (0xd503_467f, "smstop", "smstop"),
    (0xd503_437f, "smstart sm", "smstart sm"),
    (0xd501_431f, "msr PM, #0x1", "msr s0_1_c4_c3_0, xzr"),
    (0xd503_3f9f, "dsb sy", "dsb sy"),
    (0xd503_389f, "dsb #8", "dsb #0x08"),
    (0xd503_3c9f, "dfb", "dsb #0x0c"),
    (0xd503_309f, "ssbb", "ssbb"),
    (0xd503_3fdf, "isb", "isb"),
    (0xd503_30df, "isb #0", "isb #0x0"),
    (0xd503_3e3f, "dsb synxs", "dsb synxs"),
    (0xd503_3f5f, "clrex", "clrex"),
    (0xd503_305f, "clrex #0x0", "clrex #0x0"),
    (0xd503_201f, "nop", "nop"),
    (0xd503_2fff, "hint #0x7f", "hint #0x7f"),
    (0xd503_241f, "bti r", "bti"),
    (0xd503_245f, "bti c", "bti c"),
    (0xd503_223f, "psb csync", "psb csync"),
    (0xd503_251f, "chkfeat x16", "chkfeat x16"),
    (0xd508_7100, "sys #0x0, c7, c1, #0x0, x0", "ic ialluis"),
    (0xd508_711f, "ic ialluis", "ic ialluis"),
    (0xd508_8100, "tlbi vmalle1os, x0", "tlbi vmalle1os"),
    (0xd508_811f, "tlbi vmalle1os", "tlbi vmalle1os"),
    (0xd508_833f, "tlbi vae1is, xzr", "tlbi vae1is, xzr"),
    (0xd50b_7423, "dc zva, x3", "dc zva, x3"),
    (
        0xd50c_ae7f,
        "sys #0x4, c10, c14, #0x3",
        "sys #4, C10, C14, #3",
    ),
    (
        0xd52a_4380,
        "sysl x0, #0x2, c4, c3, #0x4",
        "sysl x0, #2, C4, C3, #4",
    ),
    (0xd52b_773f, "gcspopm", "gcspopm"),
    (0xd503_1000, "wfet x0", "wfet x0"),
    // Apple's own print alike in every syntax.
    (0x0020_0022, "mul53lo v2.2d, v1.2d", "mul53lo v2.2d, v1.2d"),
    (0x0020_0841, "wkdmc x2, x1", "wkdmc x2, x1"),
    (0x0020_1005, "ldx x5", "ldx x5"),
    (0x0020_1220, "set", "set"),
    (0x0020_1221, "clr", "clr"),
    (0x0020_12c3, "genlut x3", "genlut x3"),
    (0x0020_1400, "gexit", "gexit"),
    (0x0020_1425, "genter #0x5", "genter #0x5"),
    (0x0020_1441, "at_as1elx x1", "at_as1elx x1"),
    (0x0020_1463, "sdsb sy", "sdsb sy"),
];

#[test]
fn text() {
    for &(word, llvm, gnu) in LINES {
        let insn = decode(word).unwrap();
        let mut text = TextBuffer::new();
        assert_eq!(
            insn.format(0, Syntax::Llvm, &mut text),
            llvm,
            "{word:#010x}"
        );
        assert_eq!(
            insn.format(0, Syntax::Apple, &mut text),
            llvm,
            "{word:#010x}"
        );
        assert_eq!(insn.format(0, Syntax::Gnu, &mut text), gnu, "{word:#010x}");
    }
}

#[test]
fn apples_instructions_say_so() {
    for (word, apple) in [(0x0020_1005, true), (0xd503_201f, false)] {
        let encoding = decode(word).unwrap().encoding();
        assert_eq!(encoding.features().any(|(f, _)| f == Feature::APPLE), apple);
    }
}

#[test]
fn named_registers_know_their_feature() {
    let insn = decode(0xd518_2120).unwrap(); // msr APIAKeyHi_EL1, x0
    let Some(Operand::Name(name)) = insn.operands(0).next() else {
        panic!("no name");
    };
    assert_eq!(name.feature().map(Feature::name), Some("FEAT_PAuth"));
}

#[test]
fn undefined() {
    // op0 of 0 or 1 in a register move, PSTATE fields that do not exist, odd pairs.
    for word in [
        0xd505_afe0,
        0xd500_40df,
        0xd502_401f,
        0xd548_0001,
        0xd550_0001,
        0x0020_1222,
    ] {
        assert!(decode(word).is_err(), "{word:#010x}");
    }
}

#[test]
fn apples_registers_have_names_on_request() {
    let insn = decode(0xd538_f000).unwrap();
    let mut text = TextBuffer::new();
    for (syntax, name) in [
        (Syntax::Llvm, "mrs x0, HID0_EL1"),
        (Syntax::Apple, "mrs x0, HID0_EL1"),
        (Syntax::Gnu, "mrs x0, hid0_el1"),
    ] {
        let options = TextOptions::default().with_apple_names(true);
        assert_eq!(
            insn.format_options(0, syntax, options, &NoSymbols, &mut text),
            name
        );
    }
    // A register of Arm's stays as the syntax shows it.
    let arms = decode(0xd518_0000).unwrap();
    let options = TextOptions::default().with_apple_names(true);
    assert_eq!(
        arms.format_options(0, Syntax::Llvm, options, &NoSymbols, &mut text),
        "msr S3_0_C0_C0_0, x0"
    );
    let Some(Operand::Name(name)) = insn.operands(0).last() else {
        panic!("no name");
    };
    assert_eq!(name.value(), 0b1100_0111_1000_0000);
    assert_eq!(name.text().as_deref(), Some("HID0_EL1"));
    assert_eq!(name.apple_name().as_deref(), Some("HID0_EL1"));
    assert!(name.feature().is_none());
}

#[test]
fn otool_shows_distances() {
    let mut text = TextBuffer::new();
    for (word, apple) in [
        (0xb000_0004, "adrp x4, 1"),
        (0x9000_0004, "adrp x4, 0"),
        (0xf0ff_ffe4, "adrp x4, -1"),
        (0x10ff_ffe1, "adr x1, #-4"),
        (0xba00_0400, "rmif"),
    ] {
        let insn = decode(word).unwrap();
        assert_eq!(insn.format(0x1234, Syntax::Apple, &mut text), apple);
    }
}
