//! What instructions read and write.
//!
//! `tests/effects.txt` has lines for a person to read: `WORD TEXT | reads | writes | memory`. Each was read against the Arm
//! ARM's pseudocode; `a64-oracle effects` asks other tools about every encoding.
#![cfg(all(
    feature = "fmt",
    feature = "sve",
    feature = "sme",
    feature = "sysreg-names",
    feature = "apple"
))]

use std::fmt::Write as _;

use aarch64_decode::{
    Access, AccessSize, AddressMode, Encoding, Flags, Instruction, MemoryKind, Operand, Register,
    RegisterClass, RegisterSet, Syntax, TextBuffer, decode,
};
#[path = "support/corners.rs"]
mod corners;

fn memory(instruction: Instruction) -> String {
    let Some(access) = instruction.memory_access() else {
        return String::new();
    };
    let mut text = match access.kind {
        MemoryKind::Load => "load",
        MemoryKind::Store => "store",
        MemoryKind::Update => "update",
        MemoryKind::LoadTags => "load tags",
        MemoryKind::StoreTags => "store tags",
        _ => "?",
    }
    .to_owned();
    let _ = match access.size {
        AccessSize::Bytes(bytes) => write!(text, " {bytes}"),
        AccessSize::Elements(bytes) => write!(text, " {bytes} for each element"),
        AccessSize::Vector => write!(text, " a vector"),
        AccessSize::Predicate => write!(text, " a predicate"),
        AccessSize::Some => write!(text, " some"),
        _ => write!(text, " ?"),
    };
    for (word, holds) in [
        ("acquire", access.acquire),
        ("release", access.release),
        ("exclusive", access.exclusive),
        ("acquire-pc", access.is_acquire_pc()),
        ("limited-order", access.is_limited_order()),
        ("unprivileged", access.is_unprivileged()),
        ("non-temporal", access.is_non_temporal()),
        ("signed", access.is_sign_extended()),
        ("signed-base", access.is_base_signed()),
        ("tags", access.writes_tags()),
    ] {
        if holds {
            let _ = write!(text, " {word}");
        }
    }
    text
}

#[test]
fn golden_lines() {
    let mut buffer = TextBuffer::new();
    let (mut count, mut wrong) = (0, Vec::new());
    for line in include_str!("effects.txt").lines() {
        let word = u32::from_str_radix(&line[..8], 16).unwrap();
        let insn = decode(word).unwrap();
        let effects = insn.effects();
        let ours = format!(
            "{word:08x} {} | {:?} | {:?} | {}",
            insn.format(0, Syntax::Llvm, &mut buffer),
            effects.reads,
            effects.writes,
            memory(insn)
        );
        count += 1;
        if ours.trim_end() != line {
            wrong.push(format!("{line}\n{ours}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 151);
}

/// What an instruction of each encoding does, whatever its fields are.
#[test]
fn every_encoding() {
    let (mut seen, mut addresses) = (0, Vec::new());
    for encoding in Encoding::all() {
        let mut without = false;
        for word in corners::corners(encoding) {
            let insn = decode(word).unwrap();
            let effects = insn.effects();
            let operands: Vec<Operand> = insn.operands(0).collect();
            let accesses: Vec<Access> = insn.accesses().collect();
            assert_eq!(operands.len(), accesses.len());
            for (operand, access) in operands.iter().zip(accesses) {
                let touched = |set: RegisterSet| match operand {
                    Operand::Register(register) | Operand::WriteBack(register) => {
                        set.contains(*register) || register.is_zero()
                    }
                    Operand::Memory(memory) => set.contains(memory.base),
                    _ => true,
                };
                assert!(!access.reads() || touched(effects.reads), "{word:08x}");
                assert!(!access.writes() || touched(effects.writes), "{word:08x}");
                match operand {
                    // What has no register is read.
                    Operand::Immediate(_) | Operand::Name(_) | Operand::Condition(_) => {
                        assert!(
                            !access.writes() || insn.group().name() == "sme",
                            "{word:08x}"
                        );
                    }
                    Operand::Memory(memory) => {
                        assert_eq!(access.writes(), memory.mode != AddressMode::Offset);
                        without |= effects.memory.is_none();
                    }
                    _ => {}
                }
            }
            match effects.memory.map(|memory| memory.size) {
                Some(AccessSize::Bytes(bytes)) => {
                    assert!((1..=64).contains(&bytes), "{word:08x} {}", encoding.name());
                }
                Some(AccessSize::Elements(bytes)) => assert!(matches!(bytes, 1 | 2 | 4 | 8 | 16)),
                _ => {}
            }
            seen += 1;
        }
        if without {
            addresses.push(encoding.mnemonic().as_str());
        }
    }
    assert!(seen > 8 * 4431, "{seen}");
    // Operands that look like memory: prefetches, and addresses of vectors that are only computed.
    addresses.dedup();
    let prefetch = |name: &&str| name.starts_with("prf") || *name == "rprfm";
    let others: Vec<&str> = addresses
        .iter()
        .copied()
        .filter(|name| !prefetch(name))
        .collect();
    assert_eq!(others, ["adr"]);
    assert!(addresses.iter().any(prefetch));
}

#[test]
fn sets_answer_about_dependencies() {
    // adds x0, x1, x2; b.eq: the branch depends on the flags.
    let adds = decode(0xab02_0020).unwrap().effects();
    let branch = decode(0x5400_0040).unwrap().effects();
    assert!(adds.writes.intersects(branch.reads));
    assert_eq!((adds.writes & branch.reads).flags(), Flags::Z);
    assert_eq!(adds.reads.general(), 0b110);
    assert!(!branch.writes.intersects(adds.reads));
}

#[test]
fn names_of_one_register_are_one() {
    let of = |class, number| Register::of(class, number).unwrap();
    let x = RegisterSet::of(of(RegisterClass::X, 3));
    assert_eq!(x, RegisterSet::of(of(RegisterClass::W, 3)));
    assert!(RegisterSet::of(of(RegisterClass::X, 31)).is_empty());
    let sp = of(RegisterClass::Xsp, 31);
    assert!(RegisterSet::of(sp).contains(sp));
    assert!(!(!RegisterSet::of(sp)).contains(sp));
    let q = RegisterSet::of(of(RegisterClass::Q, 31));
    assert!(q.contains(of(RegisterClass::Z, 31)));
    let all = x | q | RegisterSet::ZA | RegisterSet::ZT0 | RegisterSet::FFR;
    assert_eq!(format!("{all:?}"), "{x3, v31, za, zt0, ffr}");
}

/// Whether a condition holds for PSTATE.NZCV, as ConditionHolds of the Arm ARM computes it.
fn holds(condition: u8, nzcv: u8) -> bool {
    let [n, z, c, v] = [8, 4, 2, 1].map(|bit| nzcv & bit != 0);
    let yes = match condition >> 1 {
        0 => z,
        1 => c,
        2 => n,
        3 => v,
        4 => c && !z,
        5 => n == v,
        6 => n == v && !z,
        _ => return true,
    };
    yes != (condition & 1 != 0)
}

#[test]
fn a_condition_depends_on_its_flags_and_on_no_other() {
    let conditions = [
        "EQ", "NE", "HS", "LO", "MI", "PL", "VS", "VC", "HI", "LS", "GE", "LT", "GT", "LE", "AL",
        "NV",
    ];
    for (number, name) in (0..).zip(conditions) {
        // b.cond has the condition in its low four bits.
        let reads = decode(0x5400_0040 | u32::from(number))
            .unwrap()
            .effects()
            .reads;
        for (bit, flag) in [(8, Flags::N), (4, Flags::Z), (2, Flags::C), (1, Flags::V)] {
            let matters = (0..16).any(|nzcv| holds(number, nzcv) != holds(number, nzcv ^ bit));
            assert_eq!(reads.flags().contains(flag), matters, "{name} {flag:?}");
        }
    }
    assert_eq!(Flags::from_nzcv(0b1001), Flags::N | Flags::V);
    assert_eq!(Flags::from_nzcv(0b0110), Flags::Z | Flags::C);
}
