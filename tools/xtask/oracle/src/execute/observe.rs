//! What a run shows, against what is claimed.

use aarch64_decode::{Flags, Flow, MemoryKind, Register, RegisterClass, RegisterSet};

use super::claim::{Claim, general};
use super::machine::{
    Answer, Case, SIGBUS, SIGILL, SIGSEGV, SIGTRAP, SM, State, WINDOW, WINDOW_SIZE, ZA,
};

/// Whether the word ran at all: an instruction that the processor does not have gives SIGILL, and
/// so do those that it may not use.
pub(super) fn has_run(case: &Case, answer: &Answer) -> bool {
    answer.signal != SIGILL || answer.pc != case.pc
}

/// Whether the state was of use: an access that must be aligned is not always.
pub(super) fn is_misaligned(answer: &Answer) -> bool {
    answer.signal == SIGBUS
}

/// The registers that differ between two states.
fn differing(one: &State, other: &State) -> RegisterSet {
    let mut set = RegisterSet::EMPTY;
    let mut add = |class, number: usize| {
        let register = u8::try_from(number)
            .ok()
            .and_then(|number| Register::of(class, number));
        set |= register.map_or(RegisterSet::EMPTY, RegisterSet::of);
    };
    for number in 0..31 {
        if one.general[number] != other.general[number] {
            add(RegisterClass::X, number);
        }
    }
    if one.sp != other.sp {
        add(RegisterClass::Xsp, 31);
    }
    for number in 0..32 {
        if one.vectors[number] != other.vectors[number] {
            add(RegisterClass::Z, number);
        }
    }
    for number in 0..16 {
        if one.predicates[number] != other.predicates[number] {
            add(RegisterClass::P, number);
        }
    }
    if one.ffr != other.ffr {
        set |= RegisterSet::FFR;
    }
    if one.za != other.za {
        set |= RegisterSet::ZA;
    }
    if one.zt0 != other.zt0 {
        set |= RegisterSet::ZT0;
    }
    let flags = one.nzcv ^ other.nzcv;
    for (flag, bit) in [
        (Flags::N, 31),
        (Flags::Z, 30),
        (Flags::C, 29),
        (Flags::V, 28),
    ] {
        if flags >> bit & 1 != 0 {
            set |= RegisterSet::flags_only(flag);
        }
    }
    set
}

/// Every register.
fn everything() -> RegisterSet {
    !RegisterSet::EMPTY
}

/// All vectors and predicates.
fn streaming() -> RegisterSet {
    let mut set = RegisterSet::EMPTY;
    for (class, count) in [(RegisterClass::Z, 32), (RegisterClass::P, 16)] {
        for number in 0..count {
            set |= Register::of(class, number).map_or(RegisterSet::EMPTY, RegisterSet::of);
        }
    }
    set
}

/// The registers of an answer that can be looked at; those that a change of SVCR took away are
/// changed.
fn visible(before: u64, answer: &Answer) -> (RegisterSet, RegisterSet) {
    let matrix = RegisterSet::ZA | RegisterSet::ZT0;
    let mut seen = everything();
    let mut lost = RegisterSet::EMPTY;
    if answer.signal != 0 {
        // The kernel leaves streaming mode and turns ZA off before the handler runs.
        seen = seen & !matrix;
        if before & SM != 0 {
            seen = seen & !(streaming() | RegisterSet::FFR);
        }
        return (seen, lost);
    }
    if before & ZA == 0 {
        seen = seen & !matrix;
    } else if answer.state.svcr & ZA == 0 {
        seen = seen & !matrix;
        lost |= matrix;
    }
    if before & SM != 0 || answer.state.svcr & SM != 0 {
        seen = seen & !RegisterSet::FFR;
    }
    if (before ^ answer.state.svcr) & SM != 0 {
        lost |= RegisterSet::FFR;
    }
    (seen, lost)
}

/// The registers that the word changed.
fn changed(case: &Case, answer: &Answer) -> RegisterSet {
    let (seen, lost) = visible(case.state.svcr, answer);
    differing(&case.state, &answer.state) & seen | lost
}

/// The kinds of registers in a set, as the list of explained differences names them.
fn kinds(set: RegisterSet) -> String {
    let mut kinds = Vec::new();
    if set.general() & 0x7fff_ffff != 0 {
        kinds.push("x");
    }
    if set.general() >> 31 != 0 {
        kinds.push("sp");
    }
    if set.vector() != 0 {
        kinds.push("v");
    }
    if set.predicate() != 0 {
        kinds.push("p");
    }
    if !set.flags().is_empty() {
        kinds.push("flags");
    }
    for (name, one) in [
        ("ffr", RegisterSet::FFR),
        ("za", RegisterSet::ZA),
        ("zt0", RegisterSet::ZT0),
    ] {
        if set.intersects(one) {
            kinds.push(name);
        }
    }
    kinds.join(" ")
}

/// What of a claim does not hold for the run of one case.
pub(super) fn check(
    claim: &Claim,
    range: Option<(u64, u64)>,
    case: &Case,
    answer: &Answer,
) -> Vec<String> {
    let mut list = Vec::new();
    let undeclared = changed(case, answer) & !claim.writes;
    if claim.flow != Flow::SystemCall && !undeclared.is_empty() {
        list.push(format!("writes {}", kinds(undeclared)));
    }
    if let Some(what) = check_flow(claim, case, answer) {
        list.push(what);
    }
    let (from, bytes) = &answer.changed;
    if bytes.is_empty() {
        return list;
    }
    let writes = claim.memory.is_some_and(|memory| memory.kind.writes());
    if !writes {
        list.push("stores".to_owned());
    } else if let Some((address, size)) = range {
        let from = WINDOW + *from as u64;
        let to = from + bytes.len() as u64;
        // Changes are told by eight bytes.
        if from + 8 <= address || to >= address.wrapping_add(size).wrapping_add(8) {
            list.push("stores elsewhere".to_owned());
        }
    }
    list
}

/// What of the flow is not as claimed.
fn check_flow(claim: &Claim, case: &Case, answer: &Answer) -> Option<String> {
    let goes = |target: u64| answer.signal != 0 && answer.pc == target;
    let next = answer.signal == 0;
    // A target that is the next instruction cannot be told from it.
    let is_next = |target: u64| target == case.pc + 4;
    let holds = match claim.flow {
        Flow::Next | Flow::SystemCall => next,
        Flow::Branch(target) | Flow::Call(target) if is_next(target) => next,
        Flow::Branch(target) | Flow::Call(target) => goes(target),
        Flow::Conditional(target) => next || goes(target),
        Flow::Return | Flow::Indirect | Flow::IndirectCall => {
            answer.signal == SIGSEGV
                && targets(claim, &case.state).any(|target| goes(target & ADDRESS))
        }
        Flow::Exception => answer.signal == SIGTRAP && answer.pc == case.pc,
        _ => true,
    };
    if holds {
        return None;
    }
    Some(match answer.signal {
        0 => "flow: next".to_owned(),
        SIGSEGV | SIGBUS if answer.pc == case.pc => {
            let window = WINDOW..WINDOW + WINDOW_SIZE;
            if claim.memory.is_none() {
                "accesses memory".to_owned()
            } else if window.contains(&answer.fault) {
                "accesses memory otherwise".to_owned()
            } else {
                "accesses memory elsewhere".to_owned()
            }
        }
        _ => "flow: another target".to_owned(),
    })
}

/// The bits of an address that are no signature.
const ADDRESS: u64 = (1 << 48) - 1;

/// Where an indirect branch may go: the values of what it reads.
fn targets(claim: &Claim, state: &State) -> impl Iterator<Item = u64> {
    let reads = claim.reads;
    (0..31)
        .filter(move |number| reads.general() >> number & 1 != 0)
        .filter_map(|number| Register::of(RegisterClass::X, number))
        .map(|register| general(state, register))
        .chain(claim.has_zero.then_some(0))
}

/// What depends on more than is claimed to be read: the second case has the same in it, and
/// something else everywhere besides.
pub(super) fn check_reads(
    claim: &Claim,
    range: Option<(u64, u64)>,
    cases: [&Case; 2],
    answers: [&Answer; 2],
    pattern: &[u8],
) -> Vec<String> {
    let [one, other] = answers;
    if claim.flow == Flow::SystemCall {
        return Vec::new();
    }
    if one.signal != other.signal || one.pc != other.pc {
        return vec!["flow depends on what is not read".to_owned()];
    }
    let mut list = Vec::new();
    let [(seen, _), (seen_too, _)] = [0, 1].map(|at| visible(cases[at].state.svcr, answers[at]));
    let depends = differing(&one.state, &other.state) & claim.writes & seen & seen_too;
    if !depends.is_empty() {
        list.push(format!("reads for {}", kinds(depends)));
    }
    if one.state.svcr != other.state.svcr {
        list.push("reads for SVCR".to_owned());
    }
    let bytes = |answer: &Answer, at: u64| {
        let at = usize::try_from(at).ok()?;
        let (from, bytes) = &answer.changed;
        let changed = at.checked_sub(*from).and_then(|at| bytes.get(at));
        changed.or_else(|| pattern.get(at)).copied()
    };
    if let Some((address, size)) = range {
        let start = address.wrapping_sub(WINDOW);
        if (0..size).any(|at| bytes(one, start + at) != bytes(other, start + at)) {
            list.push("reads for memory".to_owned());
        }
    }
    list
}

/// Whether the results of two runs differ; one of them had another byte in memory.
pub(super) fn differs(claim: &Claim, one: &Answer, other: &Answer) -> bool {
    !(differing(&one.state, &other.state) & claim.writes).is_empty()
}

/// Whether the byte at an address was changed.
pub(super) fn is_changed(answer: &Answer, address: u64, pattern: &[u8]) -> bool {
    let Some(at) = address
        .checked_sub(WINDOW)
        .and_then(|at| usize::try_from(at).ok())
    else {
        return false;
    };
    let (from, bytes) = &answer.changed;
    let now = at.checked_sub(*from).and_then(|at| bytes.get(at));
    now.is_some_and(|now| pattern.get(at) != Some(now))
}

/// Whether the claimed kind of access stores and only stores.
pub(super) fn only_stores(claim: &Claim) -> bool {
    claim
        .memory
        .is_some_and(|memory| memory.kind == MemoryKind::Store)
}
