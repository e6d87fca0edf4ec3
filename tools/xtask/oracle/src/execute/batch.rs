//! Words with their states, and the cases that are made of them.

use aarch64_decode::{Flow, Instruction, MemoryKind, Operand, RegisterSet};

use super::claim::{Claim, address, memory_operand};
use super::machine::{
    Answer, Case, Machine, Processor, SM, State, WINDOW, WINDOW_SIZE, ZA, flow_place, is_nowhere,
    is_place, place,
};
use super::observe;
use super::sign::sign;
use super::states::{aim, below, is_copy, is_indirect, low, small};
use crate::fault::Fault;
use crate::words::Random;

/// A word at its place.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) instruction: Instruction,
    pub(super) pc: u64,
    pub(super) claim: Claim,
}

/// What changes a claim before it is checked; planted errors do.
pub(super) type Change = fn(&mut Claim);

/// Gives every word a place; those that cannot be run anywhere have none.
pub(super) fn place_all(instructions: &[Instruction], change: Change) -> Vec<Placed> {
    let mut used = std::collections::BTreeSet::new();
    let mut list = Vec::new();
    for (index, &instruction) in instructions.iter().enumerate() {
        let flow = instruction.flow(0);
        let pc = if is_literal(instruction) {
            place_of_literal(instruction, &used)
        } else if flow == Flow::Next || flow == Flow::SystemCall {
            Some(place(index))
        } else {
            let pc = flow_place(index);
            is_harmless(instruction, pc).then_some(pc)
        };
        let Some(pc) = pc else {
            continue;
        };
        used.extend((pc - 16..pc + 20).step_by(4));
        let mut claim = Claim::new(instruction, pc);
        change(&mut claim);
        list.push(Placed {
            instruction,
            pc,
            claim,
        });
    }
    list
}

fn is_literal(instruction: Instruction) -> bool {
    memory_operand(instruction, 0).is_none()
        && instruction.memory_access().is_some()
        && instruction
            .operands(0)
            .any(|operand| matches!(operand, Operand::Address(_)))
}

/// A place from which the literal is in the window.
fn place_of_literal(
    instruction: Instruction,
    used: &std::collections::BTreeSet<u64>,
) -> Option<u64> {
    let distance = instruction.effective_address(0, |_| 0)?;
    (0..WINDOW_SIZE / 16)
        .map(|at| (WINDOW + at * 16).wrapping_sub(distance))
        .find(|pc| is_place(*pc) && !used.contains(pc) && !used.contains(&(pc - 8)))
}

/// Whether a branch ends in a signal, wherever it goes.
fn is_harmless(instruction: Instruction, pc: u64) -> bool {
    match instruction.flow(pc) {
        Flow::Branch(target) | Flow::Conditional(target) | Flow::Call(target) => {
            is_nowhere(target) && !(pc - 8..pc + 8).contains(&target)
        }
        // QEMU takes some of them for calls of a debugger.
        Flow::Exception => instruction.mnemonic().as_str() != "hlt",
        _ => true,
    }
}

/// A word in one state: the cases of a batch that are about it.
pub(super) struct Trial {
    pub(super) word: usize,
    pub(super) range: Option<(u64, u64)>,
    /// The first case; those after it are of the same state.
    pub(super) case: usize,
    /// How many bytes at the ends of the range have a case: 0 or 2 cases.
    pub(super) has_ends: bool,
}

impl Trial {
    fn cases(&self) -> usize {
        if self.has_ends { 4 } else { 2 }
    }
}

/// The states of a word.
pub(super) struct Source<'a> {
    pub(super) machine: &'a Machine,
    pub(super) random: Random,
}

impl Source<'_> {
    /// A state in which the word's memory is the window; `number` chooses where.
    pub(super) fn state(
        &mut self,
        word: &Placed,
        svcr: u64,
        number: usize,
    ) -> Option<(State, Option<(u64, u64)>)> {
        let random = &mut self.random;
        let mut state = State::random(random, svcr);
        let Placed {
            instruction,
            pc,
            claim,
        } = word;
        if number < 2 {
            state.activate(*instruction);
        }
        if is_indirect(claim.flow) {
            state.aim_nowhere(random);
        }
        if matches!(claim.flow, Flow::Conditional(_)) && number % 2 == 0 {
            state.equal(*instruction, random);
        }
        if claim.flow == Flow::SystemCall {
            // No such call.
            state.general[8] = 0xffff;
        }
        if claim.memory.is_none() {
            return Some((state, None));
        }
        let told = Claim::new(*instruction, *pc);
        let size = told
            .range(*instruction, *pc, &state)
            .map_or(0, |(_, size)| size);
        let unit = (1 << size.trailing_zeros().min(6)).min(64);
        let at = match (size, number) {
            (0, _) => WINDOW + 1024 + below(random, 16) * 64,
            (_, 0) => WINDOW + WINDOW_SIZE - size,
            (_, 1) => WINDOW,
            _ => WINDOW + below(random, (WINDOW_SIZE - size) / unit) * unit,
        };
        if !aim(*instruction, *pc, &mut state, at, random) {
            return None;
        }
        let range = claim.range(*instruction, *pc, &state);
        if number % 2 == 0 {
            self.expect(word, &mut state, range);
        }
        Some((state, range))
    }

    /// Makes compare-and-swap find what it compares with.
    fn expect(&self, word: &Placed, state: &mut State, range: Option<(u64, u64)>) {
        let Some((address, size)) = range else {
            return;
        };
        if !word.instruction.mnemonic().as_str().starts_with("cas") {
            return;
        }
        let pattern = &self.machine.patterns[0];
        let is_pair = word.instruction.mnemonic().as_str().starts_with("casp");
        let each = if is_pair { size / 2 } else { size };
        let mut at = small(address.wrapping_sub(WINDOW));
        for operand in word
            .instruction
            .operands(word.pc)
            .take(1 + usize::from(is_pair))
        {
            if let (Operand::Register(register), Some(bytes)) =
                (operand, pattern.get(at..at + small(each)))
            {
                let mut value = [0; 8];
                value[..bytes.len()].copy_from_slice(bytes);
                // Unless the address would change with it.
                let before = state.clone();
                state.set(register, u64::from_le_bytes(value));
                if self::address(word.instruction, word.pc, state)
                    != self::address(word.instruction, word.pc, &before)
                {
                    *state = before;
                }
            }
            at += small(each);
        }
    }
}

/// Which words run, and in which mode: out of streaming mode if they do there, with ZA in both.
pub(super) fn modes(
    source: &mut Source<'_>,
    processor: Processor,
    words: &[Placed],
) -> Result<Vec<Option<u64>>, Fault> {
    const MODES: [u64; 2] = [ZA, ZA | SM];
    let mut cases = Vec::new();
    let mut of = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for mode in MODES {
            // Twice, so that a branch, a fault or a wrong signature is not all there is.
            for number in 0..2 {
                if let Some((state, range)) = source.state(word, mode, number) {
                    cases.push(case(word, state, range));
                    of.push((index, mode));
                }
            }
        }
    }
    let signed = of.iter().zip(&mut cases);
    let mut signed: Vec<_> = signed
        .map(|((index, _), case)| (words[*index].instruction, case))
        .collect();
    sign(source.machine, processor, &mut signed)?;
    let answers = source.machine.run(processor, &placements(words), &cases)?;
    let mut modes = vec![None; words.len()];
    for ((case, answer), (index, mode)) in cases.iter().zip(&answers).zip(of) {
        let chosen: &mut Option<u64> = &mut modes[index];
        if observe::has_run(case, answer) && chosen.is_none() {
            *chosen = Some(mode);
        }
    }
    Ok(modes)
}

/// The addresses and words of a batch.
pub(super) fn placements(words: &[Placed]) -> Vec<(u64, u32)> {
    words
        .iter()
        .map(|word| (word.pc, word.instruction.word()))
        .collect()
}

fn case(word: &Placed, state: State, range: Option<(u64, u64)>) -> Case {
    let range = range.map_or((0, WINDOW_SIZE), |(address, size)| {
        let from = address.saturating_sub(WINDOW).min(WINDOW_SIZE);
        (from, (from + size).min(WINDOW_SIZE))
    });
    Case {
        state,
        pc: word.pc,
        range: (low(range.0), low(range.1)),
        inside: 0,
        outside: 0,
        monitor: (0, 0),
    }
}

/// The cases of `states` states of each word that runs.
pub(super) fn trials(
    source: &mut Source<'_>,
    processor: Processor,
    words: &[Placed],
    modes: &[Option<u64>],
    states: usize,
) -> Result<(Vec<Trial>, Vec<Case>), Fault> {
    let (mut trials, mut cases) = (Vec::new(), Vec::new());
    for (index, (word, mode)) in words.iter().zip(modes).enumerate() {
        let Some(svcr) = *mode else {
            continue;
        };
        for number in 0..states {
            let Some((state, range)) = source.state(word, svcr, number) else {
                continue;
            };
            let first = cases.len();
            let mut one = case(word, state, range);
            let memory = word.claim.memory;
            if let (Some(memory), Some((address, size)), 0) = (memory, range, number % 2) {
                if memory.exclusive && memory.kind == MemoryKind::Store {
                    one.monitor = (address, size);
                }
            }
            // The same in what is read, something else everywhere besides.
            let other = State::random(&mut source.random, svcr);
            let mut varied = one.clone();
            varied.state = one.state.varied(word.claim.reads, &other);
            if is_indirect(word.claim.flow) {
                let mut nowhere = one.state.clone();
                nowhere.aim_nowhere(&mut source.random);
                varied.state = nowhere.varied(
                    RegisterSet::general_only(!word.claim.reads.general()),
                    &varied.state,
                );
            }
            varied.outside = 1;
            let has_ends = has_ends(word);
            cases.push(one.clone());
            cases.push(varied);
            if has_ends {
                let (from, to) = one.range;
                let ranges = match range {
                    // A range that ends past the window has its last byte there.
                    Some((_, size)) => [(from + 1, to), (from, to.min(from + low(size) - 1))],
                    None => [(0, 0); 2],
                };
                for range in ranges {
                    cases.push(Case {
                        range,
                        outside: 2,
                        ..one.clone()
                    });
                }
            }
            trials.push(Trial {
                word: index,
                range,
                case: first,
                has_ends,
            });
        }
    }
    sign_trials(source.machine, processor, words, &trials, &mut cases)?;
    Ok((trials, cases))
}

/// Signs the pointers of every trial's first case; the others get the same registers.
fn sign_trials(
    machine: &Machine,
    processor: Processor,
    words: &[Placed],
    trials: &[Trial],
    cases: &mut [Case],
) -> Result<(), Fault> {
    let mut firsts: Vec<Case> = trials
        .iter()
        .map(|trial| cases[trial.case].clone())
        .collect();
    let before: Vec<[u64; 31]> = firsts.iter().map(|case| case.state.general).collect();
    let of = trials.iter().zip(&mut firsts);
    let mut signed: Vec<_> = of
        .map(|(trial, case)| (words[trial.word].instruction, case))
        .collect();
    sign(machine, processor, &mut signed)?;
    for ((trial, first), before) in trials.iter().zip(&firsts).zip(&before) {
        for (number, before) in before.iter().enumerate() {
            if first.state.general[number] != *before {
                for case in &mut cases[trial.case..trial.case + trial.cases()] {
                    case.state.general[number] = first.state.general[number];
                }
            }
        }
    }
    Ok(())
}

/// Whether what is loaded from both ends of the range shows in a register.
fn has_ends(word: &Placed) -> bool {
    let loads = word.claim.memory.is_some_and(|memory| memory.kind.reads());
    let is_zero = |operand| matches!(operand, Operand::Register(register) if register.is_zero());
    let base = memory_operand(word.instruction, word.pc)
        .map_or(RegisterSet::EMPTY, |memory| RegisterSet::of(memory.base));
    loads
        && !is_copy(word.instruction)
        && !(word.claim.writes & !base).is_empty()
        && !word.instruction.operands(word.pc).any(is_zero)
}

/// The answers of a trial.
pub(super) fn answers_of<'a>(trial: &Trial, answers: &'a [Answer]) -> &'a [Answer] {
    &answers[trial.case..trial.case + trial.cases()]
}
