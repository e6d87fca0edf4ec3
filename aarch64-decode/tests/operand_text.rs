//! The text that is printed says what the typed operands say: every piece of it, in order, and nothing else.
#![cfg(all(
    feature = "fmt",
    feature = "sve",
    feature = "sme",
    feature = "sysreg-names"
))]

use aarch64_decode::{
    Encoding, Instruction, Memory, MemoryOffset, Operand, Register, RegisterClass, Syntax,
    TextBuffer, decode,
};
use proptest::prelude::*;

#[path = "support/corners.rs"]
mod corners;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/pieces.rs"]
mod pieces;
#[path = "support/reading.rs"]
mod reading;

use damage::damaged;
use pieces::Taken;
use reading::read;

const PC: u64 = 0xffff_fe00_0700_4000;

/// Whether the text of an instruction is that of its operands.
fn consistent(insn: Instruction) -> Taken {
    let shown: Vec<Operand> = insn.shown_operands(PC, Syntax::Llvm).collect();
    let mut buffer = TextBuffer::new();
    let text = insn.format(PC, Syntax::Llvm, &mut buffer);
    let mnemonic = insn.shown_mnemonic(Syntax::Llvm).as_str();
    let own: Vec<Operand> = insn.operands(PC).collect();
    read(text, mnemonic, &shown)
        .and_then(|()| alias(&own, &shown))
        .map_err(|why| {
            format!(
                "{:08x} {}: `{text}`: {why}",
                insn.word(),
                insn.encoding().name()
            )
        })
}

/// An alias names no register that the encoding does not name, in the same order, and the same addresses.
fn alias(own: &[Operand], shown: &[Operand]) -> Taken {
    let mut left = own.iter().flat_map(named_registers);
    for register in shown.iter().flat_map(named_registers) {
        if !left.any(|own| own == register) {
            return Err(format!("{register:?} is not in {own:?}"));
        }
    }
    let addresses = |operands: &[Operand]| -> Vec<Operand> {
        operands
            .iter()
            .filter(|operand| matches!(operand, Operand::Address(_)))
            .copied()
            .collect()
    };
    if addresses(own) != addresses(shown) {
        return Err(format!("{:?}", addresses(own)));
    }
    Ok(())
}

#[test]
fn corners_of_every_encoding() {
    let mut words = 0;
    let mut wrong = Vec::new();
    for encoding in Encoding::all() {
        let mut own = 0;
        for word in corners::corners(encoding) {
            own += 1;
            if let Err(why) = consistent(decode(word).expect("filtered")) {
                wrong.push(why);
                break;
            }
        }
        assert!(own > 0, "{} has no word", encoding.name());
        words += own;
    }
    assert!(
        wrong.is_empty(),
        "{} encodings\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(words > 50 * Encoding::all().count(), "{words}");
}

/// The registers that an operand names, with whether they are general, vector or predicate registers, or parts of the matrix.
fn named_registers(operand: &Operand) -> Vec<(char, u8)> {
    let of = |registers: &[Register]| {
        registers
            .iter()
            .map(|&register| {
                let kind = match register.class() {
                    RegisterClass::W
                    | RegisterClass::X
                    | RegisterClass::Wsp
                    | RegisterClass::Xsp => 'x',
                    RegisterClass::P | RegisterClass::Pn => 'p',
                    RegisterClass::Za | RegisterClass::Zt => 'm',
                    _ => 'v',
                };
                (kind, register.number())
            })
            .collect()
    };
    match *operand {
        Operand::Register(register)
        | Operand::WriteBack(register)
        | Operand::ShiftedRegister { register, .. }
        | Operand::ExtendedRegister { register, .. } => of(&[register]),
        Operand::List(list) => of(&[list.first]),
        Operand::Slice { register, base, .. } => of(&[register, base]),
        Operand::Matrix(own) => of(&[own.matrix, own.selector]),
        Operand::Memory(Memory {
            base,
            offset: MemoryOffset::Register { index, .. },
            ..
        }) => of(&[base, index]),
        Operand::Memory(own) => of(&[own.base]),
        // zt0.
        Operand::TableVector(_) => vec![('m', 0)],
        _ => Vec::new(),
    }
}

/// The reading is not satisfied with anything else: a part of an operand that changes is noticed.
#[test]
fn a_damaged_operand_is_not_what_the_text_says() {
    let mut refused = 0;
    for encoding in Encoding::all() {
        for word in corners::corners(encoding).take(4) {
            let insn = decode(word).expect("filtered");
            let mut buffer = TextBuffer::new();
            let text = insn.format(PC, Syntax::Llvm, &mut buffer);
            let mnemonic = insn.shown_mnemonic(Syntax::Llvm).as_str();
            let shown: Vec<Operand> = insn.shown_operands(PC, Syntax::Llvm).collect();
            for index in 0..shown.len() {
                for other in damaged(shown[index]) {
                    let mut operands = shown.clone();
                    operands[index] = other;
                    let taken = read(text, mnemonic, &operands);
                    assert!(taken.is_err(), "{word:08x} `{text}` is not {operands:?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 20 * Encoding::all().count(), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The same free bits in every encoding; those whose word they make another's or no instruction are left out.
    #[test]
    fn free_bits_in_every_encoding(bits in any::<u32>()) {
        let mut words = 0;
        for encoding in Encoding::all() {
            let word = encoding.value() | bits & !encoding.mask();
            if let Some(insn) = decode(word).ok().filter(|insn| insn.encoding() == encoding) {
                words += 1;
                let read = consistent(insn);
                prop_assert!(read.is_ok(), "{}", read.unwrap_err());
            }
        }
        prop_assert!(words > Encoding::all().count() / 2, "{words} words");
    }
}
