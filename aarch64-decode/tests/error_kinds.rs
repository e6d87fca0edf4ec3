//! Every kind of error of this crate is made, and by what is written here.
use std::collections::BTreeSet;
use std::fmt::Debug;

use aarch64_decode::{
    Arrangement, DecodeError, EncodeError, EncodeErrorKind, Encoding, FeatureSet, Operand, Pattern,
    PatternError, PatternSet, Register, RegisterClass, decode, decode_for,
};

const DECODE: &str = include_str!("../src/error.rs");
const ENCODE: &str = include_str!("../src/encode/error.rs");

/// Names of the variants of this enum in this source text, from which a new one cannot be left out:
/// they stand four spaces from the margin, what they hold stands further in.
fn variants(text: &str, name: &str) -> BTreeSet<String> {
    let head = format!("pub enum {name} {{\n");
    let (_, body) = text.split_once(&head).unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(own_name)
        .collect()
}

/// The name of a variant without what it holds.
fn own_name(text: &str) -> String {
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.next().unwrap().to_owned()
}

/// The same of values.
fn names<T: Debug>(kinds: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    let kinds = kinds.into_iter();
    kinds.map(|kind| own_name(&format!("{kind:?}"))).collect()
}

#[test]
fn words_that_are_no_instruction() {
    let mut made = Vec::new();
    // Of SVE (add), of SME (fmopa) and of Apple.
    let sve = 0x0400_0000;
    let sme = 0x8080_0000;
    let apple = 0x0020_1000;
    for (word, is_in) in [
        (sve, cfg!(feature = "sve")),
        (sme, cfg!(feature = "sme")),
        (apple, cfg!(feature = "apple")),
    ] {
        let error = decode(word).err();
        let expected = (!is_in).then_some(DecodeError::NotCompiledIn);
        assert_eq!(error, expected, "{word:#x}");
        made.extend(error);
    }
    for (word, expected) in [
        (0xffff_ffff, DecodeError::Unallocated),
        (0x7e00_d91a, DecodeError::Undefined),
    ] {
        assert_eq!(decode(word).err(), Some(expected), "{word:#x}");
        made.push(expected);
    }
    // swp x0, x1, [x2]
    let error = decode_for(0xf820_8041, &FeatureSet::ARMV8_0).err();
    assert_eq!(error, Some(DecodeError::NotInSet));
    made.extend(error);
    let mut all = variants(DECODE, "DecodeError");
    if cfg!(all(feature = "sme", feature = "apple")) {
        // If every feature is compiled in, no word can give this error.
        assert!(all.remove("NotCompiledIn"));
    }
    assert_eq!(names(made), all);
}

#[test]
fn operands_that_make_no_word() {
    use EncodeErrorKind as Kind;
    let register = |class, number| Operand::Register(Register::of(class, number).unwrap());
    let x = |number| register(RegisterClass::X, number);
    let w = register(RegisterClass::W, 0);
    let v = |arrangement| {
        let register = Register::of(RegisterClass::V, 1).unwrap();
        Operand::Register(register.with_arrangement(arrangement))
    };
    let (s4, h8) = (v(Arrangement::S4), v(Arrangement::H8));
    #[rustfmt::skip]
    let table: &[(&str, &[Operand], Kind)] = &[
        ("ADD_64_addsub_imm", &[x(0), x(1), Operand::Immediate(-1)], Kind::OutOfRange),
        ("B_only_branch_imm", &[Operand::Address(2)], Kind::Misaligned),
        ("ADD_64_addsub_shift", &[w, x(1), x(2)], Kind::BadRegister),
        // A lane is wanted.
        ("UMOV_asimdins_W_w", &[w, s4], Kind::BadArrangement),
        ("B_only_branch_imm", &[x(0)], Kind::BadOperand),
        ("ADD_asimdsame_only", &[s4, h8, s4], Kind::OperandMismatch),
        ("ADD_64_addsub_shift", &[x(0), x(1)], Kind::CountMismatch),
        // hint #0 is nop.
        ("HINT_HM_hints", &[Operand::Immediate(0)], Kind::Undefined),
    ];
    for (name, operands, kind) in table {
        let got = Encoding::named(name).expect(name).encode(0, operands);
        assert_eq!(got.map_err(EncodeError::kind), Err(*kind), "{name}");
    }
    let made = names(table.iter().map(|(.., kind)| kind));
    assert_eq!(made, variants(ENCODE, "EncodeErrorKind"));
}

#[test]
fn patterns_without_memory() {
    let pattern = [Pattern::word(0xd503_201f)];
    let error = PatternSet::build(&[&pattern], &mut []).unwrap_err();
    // Two cells for the pattern, and the tables.
    assert_eq!(error, PatternError::BufferTooSmall { needed: 5122 });
    let all = variants(include_str!("../src/pattern/set.rs"), "PatternError");
    assert_eq!(names([error]), all);
}

#[cfg(feature = "asm")]
#[test]
fn lines_that_are_no_instruction() {
    use aarch64_decode::{AsmErrorKind as Kind, assemble, patterns};
    let mut made = Vec::new();
    for (line, kind) in [
        ("frob x0", Kind::BadMnemonic),
        ("add x0, x1,", Kind::BadOperand),
        ("ldr x0, [y1]", Kind::BadRegister),
        ("add x0, x1, #", Kind::BadNumber),
        ("ldr x0, [x1, #4", Kind::BadCharacter { expected: ']' }),
        ("add x0 x1", Kind::BadEnd),
        (
            "add x0, x1, x2, x3, x4, x5, x6, x7, x8",
            Kind::CountTooLarge,
        ),
        ("b 2", Kind::Encode(EncodeErrorKind::Misaligned)),
        (
            "umov w0, v0.4s",
            Kind::Encode(EncodeErrorKind::BadArrangement),
        ),
        ("movk x0, _", Kind::Ambiguous),
    ] {
        let error = assemble(0, line).expect_err(line);
        assert_eq!(error.kind(), kind, "{line}");
        made.push(kind);
    }
    let mut room = [Pattern::ANY; 1];
    let error = patterns(0, "ldr x0, [x1, _]", &mut room).unwrap_err();
    assert_eq!(error.kind(), Kind::BufferTooSmall { needed: 2 });
    made.push(error.kind());
    let all = variants(include_str!("../src/asm/error.rs"), "AsmErrorKind");
    assert_eq!(names(made), all);
}
