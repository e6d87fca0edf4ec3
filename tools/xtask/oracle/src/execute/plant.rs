//! Planted errors: facts that are changed before they are compared must be found wrong.

use std::collections::BTreeSet;

use aarch64_decode::{AccessSize, Flow, Instruction, MemoryKind, RegisterSet, decode};

use super::batch::Change;
use crate::fault::Fault;

/// A word, the change of what we say of it, and the difference that has to be found.
struct Planted {
    word: u32,
    change: Change,
    found: &'static str,
}

/// Runs each with and without its change; `differences_of` says what is found of an instruction
/// whose claim was changed.
///
/// # Errors
/// When a planted error is not found, or something is found without one.
pub(super) fn run(
    differences_of: impl Fn(&[Instruction], Change) -> Result<BTreeSet<String>, Fault>,
) -> Result<String, Fault> {
    for planted in &PLANTED {
        let instruction = decode(planted.word)
            .map_err(|_| Fault::new(format!("{:08x} is no instruction", planted.word)))?;
        let without = differences_of(&[instruction], |_| {})?;
        let with = differences_of(&[instruction], planted.change)?;
        if !without.is_empty() || !with.contains(planted.found) {
            return Err(Fault::new(format!(
                "{:08x}: the planted error {:?} is not found: {with:?}, without it {without:?}",
                planted.word, planted.found
            )));
        }
    }
    Ok(format!("{} planted errors found", PLANTED.len()))
}

/// The registers without one of the general registers.
fn without(set: RegisterSet, number: u32) -> RegisterSet {
    set & !RegisterSet::general_only(1 << number)
}

const PLANTED: [Planted; 14] = [
    // add x0, x1, x2
    Planted {
        word: 0x8b02_0020,
        change: |claim| claim.writes = without(claim.writes, 0),
        found: "writes x",
    },
    Planted {
        word: 0x8b02_0020,
        change: |claim| claim.reads = without(claim.reads, 2),
        found: "reads for x",
    },
    // adds x0, x1, x2
    Planted {
        word: 0xab02_0020,
        change: |claim| claim.writes = claim.writes & RegisterSet::general_only(u32::MAX),
        found: "writes flags",
    },
    // adc x0, x1, x2
    Planted {
        word: 0x9a02_0020,
        change: |claim| claim.reads = claim.reads & RegisterSet::general_only(u32::MAX),
        found: "reads for x",
    },
    // ldr x0, [x1], #8: the base is written; all 8 bytes are loaded from x1
    Planted {
        word: 0xf840_8420,
        change: |claim| claim.writes = without(claim.writes, 1),
        found: "writes x",
    },
    Planted {
        word: 0xf840_8420,
        change: |claim| set_size(claim, AccessSize::Bytes(9)),
        found: "loads no last byte",
    },
    Planted {
        word: 0xf840_8420,
        change: |claim| set_size(claim, AccessSize::Bytes(4)),
        found: "reads for x",
    },
    Planted {
        word: 0xf840_8420,
        change: |claim| claim.memory = None,
        found: "accesses memory",
    },
    // str x0, [x1]
    Planted {
        word: 0xf900_0020,
        change: |claim| set_kind(claim, MemoryKind::Load),
        found: "stores",
    },
    Planted {
        word: 0xf900_0020,
        change: |claim| claim.aside = 16,
        found: "stores elsewhere",
    },
    Planted {
        word: 0xf900_0020,
        change: |claim| set_size(claim, AccessSize::Bytes(16)),
        found: "stores no last byte",
    },
    // add z0.s, p0/m, z0.s, z1.s: what is not active stays
    Planted {
        word: 0x0480_0020,
        change: |claim| claim.reads = claim.reads & !RegisterSet::EMPTY & predicates(),
        found: "reads for v",
    },
    // fmopa za0.s, p0/m, p1/m, z0.s, z1.s
    Planted {
        word: 0x8081_2000,
        change: |claim| claim.writes = RegisterSet::EMPTY,
        found: "writes za",
    },
    // cbz x0, .+8
    Planted {
        word: 0xb400_0040,
        change: |claim| claim.flow = Flow::Next,
        found: "flow: another target",
    },
];

/// Predicates alone.
fn predicates() -> RegisterSet {
    let mut set = RegisterSet::EMPTY;
    for number in 0..16 {
        let register = aarch64_decode::Register::of(aarch64_decode::RegisterClass::P, number);
        set |= register.map_or(RegisterSet::EMPTY, RegisterSet::of);
    }
    set
}

fn set_size(claim: &mut super::claim::Claim, size: AccessSize) {
    if let Some(memory) = &mut claim.memory {
        memory.size = size;
    }
}

fn set_kind(claim: &mut super::claim::Claim, kind: MemoryKind) {
    if let Some(memory) = &mut claim.memory {
        memory.kind = kind;
    }
}
