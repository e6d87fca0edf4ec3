//! Latencies, and the remark that otool makes of them.
#![cfg(all(feature = "fmt", feature = "latency"))]

use aarch64_decode::{DecodeError, NoSymbols, Syntax, TextBuffer, TextOptions, TokenKind, decode};

/// Word, latency, and what LLVM's C interface, which otool calls, prints with `LLVMDisassembler_Option_PrintLatency` for the CPU `cyclone`.
/// Read off libLLVM 15; tabs and the blanks up to column 40 are one blank here. (libLLVM 22.1 finds no latency by this way;
/// its llvm-mca does, and `a64-oracle latency` compares every encoding with that.)
const LINES: &[(u32, Option<u8>, &str)] = &[
    (0xf940_0020, Some(4), "ldr x0, [x1] ; Latency: 4"),
    (0x9b02_7c20, Some(5), "mul x0, x1, x2 ; Latency: 5"),
    (0x8b02_0020, Some(2), "add x0, x1, x2 ; Latency: 2"),
    // One cycle is not remarked.
    (0x9100_0420, Some(1), "add x0, x1, #0x1"),
    (0x9ac2_0820, Some(13), "udiv x0, x1, x2 ; Latency: 13"),
    (0x1e62_2820, Some(5), "fadd d0, d1, d2 ; Latency: 5"),
    (0xd503_201f, Some(0), "nop"),
    (0xd65f_03c0, Some(0), "ret"),
    (
        0x4c9f_69a0,
        Some(4),
        "st1.4s { v0, v1, v2 }, [x13], #48 ; Latency: 4",
    ),
    // The size of the elements, or of the registers, says which.
    (0x4e62_d420, Some(5), "fadd.2d v0, v1, v2 ; Latency: 5"),
    (0x4e22_d420, Some(4), "fadd.4s v0, v1, v2 ; Latency: 4"),
    (0x2ea0_f400, Some(3), "fminp.2s v0, v0, v0 ; Latency: 3"),
    (
        0x4c40_0020,
        Some(9),
        "ld4.16b { v0, v1, v2, v3 }, [x1] ; Latency: 9",
    ),
    // Unknown to the model.
    (0xf8e0_0020, None, "ldaddal x0, x0, [x1]"),
];

#[test]
fn remarks() -> Result<(), DecodeError> {
    let options = TextOptions::default().with_latency(true);
    let mut text = TextBuffer::new();
    for &(word, latency, line) in LINES {
        let insn = decode(word)?;
        assert_eq!(insn.latency(), latency, "{line}");
        let own = insn.format_options(0, Syntax::Apple, options, &NoSymbols, &mut text);
        assert_eq!(own, line);
        let remark = text.tokens().find(|token| token.kind == TokenKind::Remark);
        let wanted = line.find("; ").map(|at| &line[at..]);
        assert_eq!(remark.map(|token| token.text), wanted, "{line}");
        // Off by default.
        let bare = insn.format(0, Syntax::Apple, &mut text);
        assert_eq!(Some(bare), line.split(" ; ").next());
    }
    Ok(())
}

#[test]
fn the_other_syntaxes_have_comments_of_their_own() -> Result<(), DecodeError> {
    let insn = decode(0xf940_0420)?;
    let options = TextOptions::default().with_latency(true);
    for (syntax, line) in [
        (Syntax::Llvm, "ldr x0, [x1, #0x8] // Latency: 4"),
        (Syntax::Gnu, "ldr x0, [x1, #8] // Latency: 4"),
    ] {
        let mut text = TextBuffer::new();
        let own = insn.format_options(0, syntax, options, &NoSymbols, &mut text);
        assert_eq!(own, line);
    }
    Ok(())
}
