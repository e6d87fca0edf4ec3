//! What decodes encodes back.

use aarch64_decode::{
    AddressMode, Arrangement, EncodeError, EncodeErrorKind, Encoding, Instruction, Memory,
    MemoryOffset, Operand, Register, RegisterClass, decode,
};

#[path = "support/corners.rs"]
mod corners;

use corners::corners;

const PC: u64 = 0xffff_fe00_0700_4000;

/// Bits that an encoding's operands do not say, so that encoding them cannot bring back: encodings (by a part of the name), the bits,
/// and why.
const SILENT: [(&str, u32, &str); 12] = [
    (
        "_log_imm",
        0x3f << 16,
        "immr above the size of the element is ignored",
    ),
    (
        "_z_zi_",
        0x7e0 << 6,
        "immr above the size of the element is ignored",
    ),
    (
        "dupm_z_i_",
        0x7e0 << 6,
        "immr above the size of the element is ignored",
    ),
    (
        "INS_asimdins_IV_v",
        0xf << 11,
        "imm4 below the size of the element is ignored",
    ),
    (
        "DUP_asimdins_DR_r",
        0x1f << 16,
        "imm5 above the size of the element is ignored",
    ),
    ("adr_z_az_sd_same_scaled", 1 << 22, "sz: an alias says it"),
    ("rn_z_mz2_", 3 << 19, "tsize: an alias says it"),
    ("run_z_mz2_", 3 << 19, "tsize: an alias says it"),
    (
        "CVTL_asimdmisc_V",
        1 << 30,
        "Q: an alias (the half of the vector) says it",
    ),
    (
        "BFMLAL_asimd",
        1 << 30,
        "Q: an alias (top or bottom) says it",
    ),
    (
        "HINTE_extendedhint",
        1 << 21,
        "L: an alias (mrs or msr) says it",
    ),
    (
        "T",
        1 << 17 | 1 << 10,
        "nb of TCHANGE, TENTER, TEXIT: an alias says it",
    ),
];

fn operands(insn: Instruction) -> Vec<Operand> {
    insn.operands(PC).collect()
}

#[test]
fn every_encoding_encodes_back() {
    let mut words = 0;
    let mut explained = 0;
    for encoding in Encoding::all() {
        let mut own = 0;
        for word in corners(encoding) {
            own += 1;
            let insn = decode(word).expect("filtered");
            let given = operands(insn);
            let back = encoding
                .encode(PC, &given)
                .unwrap_or_else(|error| panic!("{word:08x} {}: {error}", encoding.name()));
            if back != word {
                let silent = SILENT.iter().any(|(name, bits, _)| {
                    encoding.name().contains(name) && (back ^ word) & !bits == 0
                });
                // Should-be bits are written as they should be.
                let mended = insn.is_unpredictable()
                    && decode(back).is_ok_and(|back| operands(back) == given);
                assert!(
                    silent || mended,
                    "{word:08x} {back:08x} {}",
                    encoding.name()
                );
                explained += 1;
            }
            assert_eq!(
                operands(decode(back).expect("encoded")),
                given,
                "{word:08x}"
            );
            // Over the word as it is, no bit is lost.
            assert_eq!(insn.with_operands(PC, &given), Ok(insn), "{word:08x}");
        }
        assert!(own > 0, "{} has no word", encoding.name());
        words += own;
    }
    assert!(
        words > 50 * Encoding::all().count() && explained < words / 20,
        "{words} {explained}"
    );
}

/// What differs from the word's own operand is refused, or is what the new word has.
#[test]
fn edits_are_what_was_asked_for() {
    let (mut done, mut refused) = (0, 0);
    for encoding in Encoding::all() {
        for word in corners(encoding).take(8) {
            let insn = decode(word).expect("filtered");
            for index in 0..operands(insn).len() {
                for other in corners(encoding).skip(2).take(8) {
                    let operand = operands(decode(other).expect("filtered"))[index];
                    match insn.with_operand(index, operand, PC) {
                        Ok(edited) => {
                            done += 1;
                            assert_eq!(edited.encoding(), encoding);
                            let mut wanted = operands(insn);
                            wanted[index] = operand;
                            // tbz x0, #3 is tbz w0, #3; a value is one of any element.
                            let other_shape = encoding.name().starts_with('T')
                                || wanted
                                    .iter()
                                    .any(|o| matches!(o, Operand::ElementImmediate { .. }));
                            if !other_shape {
                                assert_eq!(operands(edited), wanted, "{word:08x} {other:08x}");
                            }
                        }
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    // Vectors that must agree in size, tied registers, UNDEFINED combinations.
    assert!(done > 10 * refused && refused > 0, "{done} {refused}");
}

fn x(number: u8) -> Register {
    Register::of(RegisterClass::X, number).expect("0 to 31")
}

#[test]
fn what_does_not_fit_is_refused() {
    use EncodeErrorKind as Kind;
    let sp = Register::of(RegisterClass::Xsp, 31).expect("sp");
    let v = |arrangement| {
        let register = Register::of(RegisterClass::V, 1).expect("v1");
        Operand::Register(register.with_arrangement(arrangement))
    };
    let registers = |list: [Register; 3]| list.map(Operand::Register).to_vec();
    let memory = |base, bytes| {
        Operand::Memory(Memory {
            base,
            offset: MemoryOffset::Immediate(bytes),
            mode: AddressMode::Offset,
        })
    };
    let xi = |value| {
        vec![
            Operand::Register(x(0)),
            Operand::Register(x(1)),
            Operand::Immediate(value),
        ]
    };
    let cases = [
        ("ADD_64_addsub_imm", xi(0x10), Ok(0x9100_4020)),
        ("ADD_64_addsub_imm", xi(0x1000), Ok(0x9140_0420)),
        (
            "ADD_64_addsub_imm",
            xi(-1),
            Err((Kind::OutOfRange, Some(2))),
        ),
        (
            "ADD_64_addsub_shift",
            registers([x(0), x(1), x(2)]),
            Ok(0x8b02_0020),
        ),
        (
            "ADD_64_addsub_shift",
            registers([sp, x(1), x(2)]),
            Err((Kind::BadRegister, Some(0))),
        ),
        (
            "ADD_32_addsub_shift",
            registers([x(0), x(1), x(2)]),
            Err((Kind::BadRegister, Some(0))),
        ),
        (
            "ADD_64_addsub_shift",
            xi(0)[..2].to_vec(),
            Err((Kind::CountMismatch, None)),
        ),
        ("AND_64_log_imm", xi(0x5555_5555_5555_5555), Ok(0x9200_f020)),
        ("AND_64_log_imm", xi(5), Err((Kind::OutOfRange, Some(2)))),
        (
            "LDR_64_ldst_pos",
            vec![Operand::Register(x(0)), memory(sp, 8)],
            Ok(0xf940_07e0),
        ),
        (
            "LDR_64_ldst_pos",
            vec![Operand::Register(x(0)), memory(x(31), 8)],
            Err((Kind::BadRegister, Some(1))),
        ),
        (
            "LDR_64_ldst_pos",
            vec![Operand::Register(x(0)), memory(sp, 4)],
            Err((Kind::Misaligned, Some(1))),
        ),
        (
            "LDR_64_ldst_pos",
            vec![Operand::Register(x(0)), memory(sp, -8)],
            Err((Kind::OutOfRange, Some(1))),
        ),
        (
            "B_only_branch_imm",
            vec![Operand::Address(PC + 8)],
            Ok(0x1400_0002),
        ),
        (
            "B_only_branch_imm",
            vec![Operand::Address(PC + 2)],
            Err((Kind::Misaligned, Some(0))),
        ),
        (
            "B_only_branch_imm",
            vec![Operand::Address(0)],
            Err((Kind::OutOfRange, Some(0))),
        ),
        (
            "B_only_branch_imm",
            vec![Operand::Register(x(0))],
            Err((Kind::BadOperand, Some(0))),
        ),
        // hint #0 is nop.
        (
            "HINT_HM_hints",
            vec![Operand::Immediate(0)],
            Err((Kind::Undefined, None)),
        ),
        (
            "ADD_asimdsame_only",
            vec![v(Arrangement::S4), v(Arrangement::S4), v(Arrangement::S4)],
            Ok(0x4ea1_8421),
        ),
        (
            "ADD_asimdsame_only",
            vec![v(Arrangement::S4), v(Arrangement::H8), v(Arrangement::S4)],
            Err((Kind::OperandMismatch, Some(1))),
        ),
        (
            "ADD_asimdsame_only",
            vec![v(Arrangement::D1), v(Arrangement::D1), v(Arrangement::D1)],
            Err((Kind::Undefined, None)),
        ),
    ];
    for (name, operands, wanted) in cases {
        let encoding = Encoding::named(name).expect(name);
        let got = encoding.encode(PC, &operands);
        let got = got.map_err(|error| (error.kind(), error.operand()));
        assert_eq!(got, wanted, "{name} {operands:?}");
    }
    assert_eq!(size_of::<EncodeError>(), 3);
}
