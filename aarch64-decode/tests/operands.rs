//! Operands that are decoded at once are those that are decoded one by one.

use aarch64_decode::{Operand, OperandArray, decode};

/// Every word of a sample that reaches each of the 2,048 values of the top eleven bits 512 times.
fn words() -> impl Iterator<Item = u32> {
    // The multiplier of Knuth's linear congruential generator (The Art of Computer Programming, 3.3.4, line 26).
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        )
    };
    std::iter::successors(Some(1), next)
        .zip(0_u32..1 << 20)
        .map(|(state, at)| (at << 21) | (state >> 43) as u32)
}

#[test]
fn at_once_and_one_by_one() {
    let pc = 0xffff_fe00_0700_4ff8;
    let mut array = OperandArray::new();
    let mut instructions = 0;
    for word in words() {
        let Ok(insn) = decode(word) else {
            continue;
        };
        instructions += 1;
        insn.operands_into(pc, &mut array);
        let single: Vec<Operand> = insn.operands(pc).collect();
        assert_eq!(array.iter().collect::<Vec<_>>(), single, "{word:08x}");
        assert_eq!(array.len(), single.len(), "{word:08x}");
        assert_eq!(array.is_empty(), single.is_empty(), "{word:08x}");
        assert_eq!(array.get(0), single.first().copied(), "{word:08x}");
        assert_eq!(array.get(single.len()), None, "{word:08x}");
    }
    assert!(instructions > 400_000, "{instructions}");
}

#[test]
fn every_part_of_a_word_is_read() {
    let operands = |word| {
        let mut array = OperandArray::new();
        decode(word).unwrap().operands_into(0x1000, &mut array);
        format!("{array:?}")
    };
    // Signs, scales, the shift six bits above a register, the two low bits of a page.
    for (word, text) in [
        (0xb0ff_ffe0, "Address(18446744073709543424)"), // three pages before that of 0x1000
        (0x17ff_ffff, "Address(4092)"),                 // b 0xffc
        (0xf940_07e0, "offset: Immediate(8)"),          // ldr x0, [sp, #0x8]
        (0xf85f_8fe0, "offset: Immediate(-8)"),         // ldr x0, [sp, #-0x8]!
        (0x8b82_fc20, "shift: Asr, amount: 63"),        // add x0, x1, x2, asr #63
        (0x9140_0420, "value: 1, shift: Lsl, amount: 12"), // add x0, x1, #0x1, lsl #12
        (0xd2e0_0020, "value: 1, shift: Lsl, amount: 48"), // movz x0, #0x1, lsl #48
    ] {
        let got = operands(word);
        assert!(got.contains(text), "{word:08x}: {got}");
    }
}
