//! What `{:?}` prints of each public type is short, whatever the value borrows.
#![cfg(all(feature = "asm", feature = "fmt"))]

#[path = "support/corners.rs"]
mod corners;

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use aarch64_decode::construct::{Gpr, Width, mov_wide};
use aarch64_decode::*;

/// The most characters of one value.
const MOST: usize = 1024;

/// The types that were formatted.
#[derive(Default)]
struct Seen(BTreeSet<&'static str>);

impl Seen {
    fn see<T: Debug>(&mut self, value: &T) {
        let text = format!("{value:?}");
        let len = text.chars().count();
        assert!(
            len <= MOST,
            "{len} characters of {}: {text}",
            type_name::<T>()
        );
        // Without its parameters and its path.
        let name = type_name::<T>().split('<').next().unwrap_or_default();
        self.0.insert(name.rsplit("::").next().unwrap_or_default());
    }
}

/// Names that a file exports and that begin like a type.
fn exported(source: &str) -> BTreeSet<&str> {
    source
        .split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
        .flat_map(|item| item.split(|c: char| !c.is_alphanumeric()))
        .filter(|name| name.starts_with(char::is_uppercase))
        .collect()
}

fn operand(seen: &mut Seen, operand: Operand) {
    seen.see(&operand);
    seen.see(&OperandPattern::Exactly(operand));
    match operand {
        Operand::Register(register) => {
            seen.see(&register);
            seen.see(&register.class());
            seen.see(&register.arrangement());
            seen.see(&register.predication());
        }
        Operand::ShiftedRegister { shift, .. } => seen.see(&shift),
        Operand::ExtendedRegister { extend, .. } => seen.see(&extend),
        Operand::FloatImmediate(value) => seen.see(&value),
        Operand::List(list) => seen.see(&list),
        Operand::Matrix(matrix) => {
            seen.see(&matrix);
            seen.see(&matrix.part);
        }
        Operand::Memory(memory) => {
            seen.see(&memory);
            seen.see(&memory.offset);
            seen.see(&memory.mode);
        }
        Operand::Condition(condition) => seen.see(&condition),
        Operand::Name(name) => {
            seen.see(&name);
            if let Some(text) = name.text() {
                seen.see(&text);
            }
        }
        _ => {}
    }
}

fn instruction(seen: &mut Seen, insn: Instruction) {
    const PC: u64 = 0xffff_fe00_0700_4000;
    seen.see(&insn);
    seen.see(&insn.encoding());
    seen.see(&insn.mnemonic());
    seen.see(&insn.group());
    seen.see(&insn.flow(PC));
    for (feature, _) in insn.encoding().features() {
        seen.see(&feature);
    }
    let operands = insn.operands(PC);
    seen.see(&operands);
    operands.for_each(|own| operand(seen, own));
    let mut array = OperandArray::new();
    insn.operands_into(PC, &mut array);
    seen.see(&array);
    let effects = insn.effects();
    seen.see(&effects);
    seen.see(&effects.reads);
    seen.see(&effects.reads.flags());
    if let Some(memory) = effects.memory {
        seen.see(&memory);
        seen.see(&memory.kind);
        seen.see(&memory.size);
    }
    insn.accesses().for_each(|access| seen.see(&access));
    let mut text = TextBuffer::new();
    insn.format_with(PC, Syntax::Llvm, &Long, &mut text);
    seen.see(&text);
    for token in text.tokens() {
        seen.see(&token);
        seen.see(&token.kind);
    }
}

/// The longest symbol there is, of characters that `{:?}` escapes.
struct Long;

impl Symbols for Long {
    fn symbol(&self, _address: u64) -> Option<(&str, u64)> {
        static NAME: LazyLock<String> = LazyLock::new(|| "\u{10ffff}".repeat(64));
        Some((&NAME, 0))
    }
}

fn searches(seen: &mut Seen) {
    // adrp x0, 0x103000; add x0, x0, #0x123; then nothing that matters.
    let mut words = vec![0xf000_0000_u32, 0x9104_8c00];
    words.resize(0x4000, 0xd503_201f);
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut references = References::new();
    for (word, pc) in words.iter().zip((0x10_0010..).step_by(4)) {
        if let Some(reference) = references.next(*word, pc) {
            seen.see(&reference);
        }
    }
    for register in 0..31 {
        let _ = references.next(0x9000_0000 | register, 0);
    }
    seen.see(&references);
    let mut referrers = Referrers::new(&code, 0x10_0010, 0x10_3123, 0x10_3123);
    seen.see(&referrers);
    let referrer = referrers.next().expect("the pair");
    seen.see(&referrer);
    seen.see(&referrer.kind);
    let patterns = Patterns::new([Pattern::word(0xd503_201f); 64]);
    seen.see(&patterns);
    seen.see(&Pattern::ANY);
    seen.see(&patterns.find_iter(&words));
    seen.see(&patterns.find_bytes_iter(&code));
    sets(seen, &words, &code);
}

fn sets(seen: &mut Seen, words: &[u32], code: &[u8]) {
    let nop = [Pattern::word(0xd503_201f)];
    let all: [&[Pattern]; 64] = [&nop; 64];
    let error = PatternSet::build(&all, &mut []).expect_err("no memory");
    seen.see(&error);
    let PatternError::BufferTooSmall { needed } = error else {
        panic!("{error}");
    };
    let mut cells = vec![PatternCell::EMPTY; needed];
    seen.see(&cells[0]);
    let set = PatternSet::build(&all, &mut cells).expect("enough memory");
    seen.see(&set);
    let mut found = set.find_iter(words);
    seen.see(&found.next().expect("a match"));
    seen.see(&found);
    seen.see(&set.find_bytes_iter(code));
    let mut often = [Occurrences::default(); 64];
    let often = set.occurrences(words, &mut often).expect("enough memory");
    seen.see(&often[0]);
    seen.see(&OperandParts::NUMBER.with(OperandParts::OFFSET));
}

fn errors(seen: &mut Seen) {
    let error = decode(u32::MAX).expect_err("no encoding has it");
    seen.see(&error);
    let error = assemble(0, "add x0, x1, #0x1001").expect_err("out of range");
    seen.see(&error);
    seen.see(&error.kind());
    let error = assemble(0, "add x0, x1, #0x1001").expect_err("out of range");
    for expected in error.expected() {
        seen.see(&expected);
        if let Expected::Operand(sort) = expected {
            seen.see(&sort);
        }
    }
    let encoding = Encoding::all().next().expect("an encoding");
    let error = encoding.encode(0, &[]).expect_err("no operands");
    seen.see(&error);
    seen.see(&error.kind());
}

#[test]
fn every_type_prints_little() {
    let mut seen = Seen::default();
    for encoding in Encoding::all() {
        for word in corners::corners(encoding).take(4) {
            let insn = decode(word).expect("a word of the encoding");
            instruction(&mut seen, insn);
        }
    }
    searches(&mut seen);
    errors(&mut seen);
    seen.see(&!RegisterSet::EMPTY);
    seen.see(&FeatureSet::ALL);
    seen.see(&Syntax::Llvm);
    seen.see(&NoSymbols);
    seen.see(&TextOptions::default());
    seen.see(&Gpr::SP);
    seen.see(&Width::X);
    seen.see(&mov_wide(Gpr::X0, 0x0123_4567_89ab_cdef).expect("a register"));
    let mut wanted = exported(include_str!("../src/lib.rs"));
    wanted.extend(exported(include_str!("../src/construct.rs")));
    assert!(wanted.len() > 55, "{}", wanted.len());
    // A trait.
    assert!(wanted.remove("Symbols"));
    let missing: Vec<_> = wanted.difference(&seen.0).collect();
    assert!(missing.is_empty(), "not formatted: {missing:?}");
}
