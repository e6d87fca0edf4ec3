//! No panic is reachable from `aarch64-decode`.
#![no_std]
#![no_main]

use aarch64_decode::construct::{self, Gpr, Width};
use aarch64_decode::{
    Arrangement, Condition, Encoding, Extend, Feature, FeatureSet, Flags, FpImmediate, Instruction,
    Name, NoSymbols, Occurrences, Operand, OperandArray, OperandPattern, Pattern, PatternCell,
    PatternSet, Patterns, Predication, References, Referrers, Register, RegisterClass, RegisterSet,
    Shift, Symbols, Syntax, TextBuffer, TextOptions, assemble, decode, decode_for, patterns,
};
use nopanic::{black_box, display, entry};

entry!(probe);

fn probe(bytes: &[u8], pc: u64) {
    probe_pattern(bytes, pc);
    probe_asm(bytes, pc);
    for encoding in Encoding::all() {
        black_box(encoding);
    }
    black_box(Encoding::named(black_box("NOP_HI_hints")));
    let mut references = References::new();
    references.label();
    black_box(References::within(pc, pc.rotate_left(7)));
    probe_referrers(bytes, pc);
    for word in bytes.chunks_exact(4) {
        let word = u32::from_le_bytes(word.try_into().unwrap_or_default());
        black_box((references.origin(word), references.is_empty()));
        black_box(references.next(word, pc));
        probe_construct(word, pc);
        match decode(word) {
            Ok(insn) => {
                probe_instruction(insn, pc);
                probe_edit(insn, pc);
                probe_open(insn, pc);
                probe_text(insn, pc);
            }
            Err(error) => display(error),
        }
    }
}

#[inline(never)]
fn probe_instruction(insn: Instruction, pc: u64) {
    black_box((
        insn.word(),
        insn.encoding().number(),
        insn.is_unpredictable(),
    ));
    black_box((insn.encoding().name(), insn.encoding().mnemonic().as_str()));
    black_box((
        insn.encoding().group().name(),
        insn.group(),
        insn.mnemonic(),
    ));
    for (feature, required) in insn.encoding().features() {
        black_box((feature.name(), required));
        let set = black_box(FeatureSet::ARMV8_0);
        black_box((
            set.with(feature),
            set.without(feature),
            set.contains(feature),
        ));
        black_box((Feature::named(feature.name()), set.allows(insn)));
        black_box(decode_for(insn.word(), &set).is_ok());
    }
    black_box(insn.flow(pc));
    probe_effects(insn);
    black_box(insn.effective_address(pc, |register| u64::from(register.number()) << 60));
    insn.operands(pc).for_each(probe_operand);
    let mut array = OperandArray::new();
    insn.operands_into(pc, &mut array);
    array.iter().for_each(probe_operand);
    black_box((array.len(), array.is_empty(), array.get(pc as usize)));
    for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
        black_box(insn.shown_mnemonic(black_box(syntax)));
        insn.shown_operands(pc, black_box(syntax))
            .for_each(probe_operand);
    }
}

#[inline(never)]
fn probe_effects(insn: Instruction) {
    let effects = insn.effects();
    black_box(effects.memory);
    let (reads, writes) = (effects.reads, effects.writes);
    black_box((
        reads | writes,
        reads & writes,
        !reads,
        reads.intersects(writes),
    ));
    black_box((
        reads.general(),
        reads.vector(),
        reads.predicate(),
        reads.is_empty(),
    ));
    let flags = reads.flags() | Flags::from_nzcv(black_box(6));
    black_box((flags.contains(Flags::Z), flags.is_empty()));
    black_box((
        RegisterSet::flags_only(flags),
        RegisterSet::general_only(insn.word()),
    ));
    for (operand, access) in insn.operands(0).zip(insn.accesses()) {
        black_box((access.reads(), access.writes()));
        if let Operand::Register(register) = operand {
            black_box((RegisterSet::of(register), writes.contains(register)));
        }
        if let Operand::Condition(condition) = operand {
            black_box(condition.flags());
        }
    }
    if let Some(access) = insn.memory_access() {
        black_box((access, access.kind.reads(), access.kind.writes()));
        black_box((access.is_acquire_pc(), access.is_limited_order()));
        black_box((access.is_unprivileged(), access.is_non_temporal()));
        black_box((access.is_sign_extended(), access.is_base_signed()));
        black_box((access.writes_tags(), access.bytes_per_register()));
        black_box(access.target_bytes());
    }
}

#[inline(never)]
fn probe_operand(operand: Operand) {
    black_box(operand);
    match operand {
        Operand::Register(register) => probe_register(register),
        Operand::FloatImmediate(value) => {
            black_box((
                value.bits(),
                value.is_negative(),
                value.magnitude_in_128ths(),
            ));
        }
        Operand::ShiftedRegister {
            register, shift, ..
        } => {
            probe_register(register);
            black_box(Shift::name(shift));
        }
        Operand::ExtendedRegister {
            register, extend, ..
        } => {
            probe_register(register);
            black_box(Extend::name(extend));
        }
        Operand::Condition(condition) => {
            black_box((condition.number(), condition.name()));
            black_box(Condition::inverted(condition));
        }
        Operand::Name(name) => {
            black_box((name.value(), name.text(), name.apple_name(), name.feature()));
            if let Some(text) = name.text() {
                black_box(text.as_str());
            }
        }
        Operand::WriteBack(register) => probe_register(register),
        Operand::List(list) => probe_register(list.first),
        Operand::Memory(memory) => probe_register(memory.base),
        _ => {}
    }
}

#[inline(never)]
fn probe_edit(insn: Instruction, pc: u64) {
    let [index, number, lane, ..] = insn.word().to_le_bytes();
    let at = usize::from(index & 7);
    let Some(register) = Register::of(black_box(RegisterClass::Z), number) else {
        return;
    };
    let register = register
        .with_arrangement(black_box(Arrangement::S))
        .with_lane(black_box(Some(lane)))
        .with_predication(black_box(Predication::Merging));
    let operand = black_box(Operand::Name(Name::system_register(0x8084)));
    let operands = [operand; 8];
    let operands = operands.get(..at).unwrap_or(&[]);
    black_box(insn.encoding().encode(pc, operands).is_ok());
    if let Err(error) = insn.with_operands(pc, operands) {
        display(error);
        display(error.kind());
        black_box(error.operand());
    }
    for operand in insn.operands(pc) {
        black_box(insn.with_operand(at, operand, pc).is_ok());
    }
    black_box(insn.with_register(at, register, pc).is_ok());
    black_box(insn.with_immediate(at, i64::from(insn.word()), pc).is_ok());
    black_box(insn.with_target(pc, pc).is_ok());
    black_box(insn.with_condition(black_box(Condition::NE), pc).is_ok());
    black_box(FpImmediate::new(number));
}

#[inline(never)]
fn probe_asm(bytes: &[u8], pc: u64) {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    match assemble(pc, text) {
        Ok(word) => {
            black_box(word);
        }
        Err(error) => {
            display(error);
            display(error.kind());
            black_box(error.column());
            for expected in error.expected() {
                display(expected);
            }
        }
    }
    let mut buffer = [Pattern::ANY; 4];
    black_box(patterns(pc, text, &mut buffer).is_ok());
    black_box(Pattern::from_text(text).is_ok());
    black_box(Patterns::<3>::from_text(text).is_ok());
}

#[inline(never)]
fn probe_open(insn: Instruction, pc: u64) {
    for operand in insn.operands(pc) {
        let Operand::Memory(memory) = operand else {
            continue;
        };
        for open in [
            OperandPattern::Any,
            OperandPattern::AnyBase(memory),
            OperandPattern::AnyOffset(memory),
            OperandPattern::from(operand),
        ] {
            let operands = black_box([open; 2]);
            black_box(insn.encoding().pattern(pc, &operands).is_ok());
        }
    }
}

fn probe_register(register: Register) {
    black_box((register.class(), register.number(), register.lane()));
    black_box((register.arrangement().name(), register.predication()));
    black_box((register.is_zero(), register.is_stack_pointer()));
}

/// A resolver of which nothing is known.
struct Unknown<'a>(&'a str);

impl Symbols for Unknown<'_> {
    fn symbol(&self, address: u64) -> Option<(&str, u64)> {
        black_box(Some((self.0, address)))
    }
}

#[inline(never)]
fn probe_text(insn: Instruction, pc: u64) {
    let mut text = TextBuffer::new();
    for syntax in [Syntax::Llvm, Syntax::Gnu, Syntax::Apple] {
        let syntax = black_box(syntax);
        black_box(insn.format(pc, syntax, &mut text));
        black_box(insn.format_with(pc, syntax, &NoSymbols, &mut text));
        black_box(insn.format_with(pc, syntax, &Unknown(black_box("symbol")), &mut text));
        let options = TextOptions::default()
            .with_apple_names(black_box(true))
            .with_latency(black_box(true));
        black_box(insn.latency());
        black_box(insn.format_options(pc, syntax, options, &NoSymbols, &mut text));
        insn.write(pc, syntax, options, &NoSymbols, &mut text);
        black_box((text.as_str(), text.as_bytes()));
        text.tokens().for_each(|token| {
            black_box(token);
        });
    }
    display(insn);
}

#[inline(never)]
fn probe_construct(word: u32, pc: u64) {
    let [first, second, third, fourth] = word.to_le_bytes();
    let target = pc.wrapping_add(word.into());
    let value = u16::from_le_bytes([third, fourth]);
    let rd = black_box(Gpr::new(first).unwrap_or(Gpr::SP));
    let rn = black_box(Gpr::new(second).unwrap_or(Gpr::ZR));
    black_box(rd.number());
    let condition = black_box(Condition::LE);
    for width in [Width::W, Width::X] {
        let width = black_box(width);
        black_box(width.bits());
        black_box(construct::cbz(width, rd, pc, target));
        black_box(construct::cbnz(width, rd, pc, target));
        black_box(construct::ldr_literal(width, rd, pc, target));
        black_box(construct::add_immediate(width, rd, rn, word));
        black_box(construct::sub_immediate(width, rd, rn, word));
        black_box(construct::ldr_immediate(width, rd, rn, word));
        black_box(construct::str_immediate(width, rd, rn, word));
        black_box(construct::movz(width, rd, value, second));
        black_box(construct::movn(width, rd, value, second));
        black_box(construct::movk(width, rd, value, second));
    }
    match construct::mov_wide(rd, target) {
        Ok(mut words) => {
            black_box((words.words(), words.len(), words.size_hint()));
            while let Some(word) = words.next() {
                black_box(word);
            }
        }
        Err(error) => display(error),
    }
    black_box((construct::b(pc, target), construct::bl(pc, target)));
    black_box(construct::b_cond(condition, pc, target));
    black_box(construct::tbz(rd, second, pc, target));
    black_box(construct::tbnz(rd, second, pc, target));
    black_box((
        construct::adr(rd, pc, target),
        construct::adrp(rd, pc, target),
    ));
    black_box((
        construct::svc(value),
        construct::hvc(value),
        construct::smc(value),
    ));
    black_box((construct::brk(value), construct::hlt(value)));
    black_box((construct::br(rn), construct::blr(rn), construct::ret(rn)));
    black_box((construct::msr(value, rn), construct::mrs(rn, value)));
    black_box((construct::dsb(first), construct::dmb(first)));
    black_box((construct::nop(), construct::isb()));
}

#[inline(never)]
fn probe_pattern(bytes: &[u8], pc: u64) {
    let [first, second, third, fourth, word @ ..] = pc.to_le_bytes();
    let word = u32::from_le_bytes(word);
    let pattern = Pattern::new(word, word);
    let field = pattern.with(first, second, word);
    let hole = pattern.without(third, fourth);
    black_box((pattern.mask(), pattern.value(), pattern.matches(word)));
    let like = Pattern::like(word);
    let words = [field, hole, like].map(|pattern| pattern.unwrap_or(Pattern::word(word)));
    let patterns = black_box(Patterns::new(words));
    black_box(patterns.words());
    let code = black_box([word; 40]);
    black_box(patterns.matches(&[word; 3]));
    black_box((patterns.find(&code), patterns.find_bytes(bytes)));
    patterns.find_iter(&code).for_each(|at| {
        black_box(at);
    });
    patterns.find_bytes_iter(bytes).for_each(|at| {
        black_box(at);
    });
    black_box((patterns.rfind(&code), patterns.rfind_bytes(bytes)));
    black_box(Patterns::from(pattern));
    let mut memory = [PatternCell::EMPTY; 5130];
    match PatternSet::build(black_box(&[&words, &words[..1]]), &mut memory) {
        Ok(set) => probe_set(&set, &code, bytes),
        Err(error) => display(error),
    }
    if let Ok(insn) = decode(word) {
        black_box(Pattern::encoding(insn.encoding()));
        black_box((insn.encoding().mask(), insn.encoding().value()));
    }
}

#[inline(never)]
fn probe_set(set: &PatternSet<'_>, code: &[u32], bytes: &[u8]) {
    black_box(set.patterns());
    set.find_iter(code).for_each(|found| {
        black_box(found);
    });
    set.find_bytes_iter(bytes).for_each(|found| {
        black_box(found);
    });
    let mut memory = [Occurrences::NONE; 2];
    if let Ok(all) = set.occurrences(code, black_box(&mut memory)) {
        for own in all {
            black_box((own.count(), own.first(), own.only().is_ok()));
        }
    }
    let _ = black_box(set.occurrences_in_bytes(bytes, &mut memory));
}

#[inline(never)]
fn probe_referrers(bytes: &[u8], pc: u64) {
    let all = Referrers::new(bytes, pc, pc.rotate_left(7), pc.rotate_left(9));
    for referrers in [
        all.clone(),
        all.clone().without_branches(),
        all.only_branches(),
    ] {
        referrers.for_each(|found| {
            black_box(found);
        });
    }
}
