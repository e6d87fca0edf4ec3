//! Random states, and states in which an instruction's memory is the window.

use aarch64_decode::{
    Extend, Flow, Instruction, MemoryOffset, Operand, Register, RegisterClass, RegisterSet,
};

use super::claim::{address, general, is_vector, memory_operand, size_of};
use super::machine::{State, VECTOR, WINDOW, WINDOW_SIZE};
use crate::words::Random;

/// 64 random bits.
pub(super) fn wide(random: &mut Random) -> u64 {
    u64::from(random.word()) << 32 | u64::from(random.word())
}

/// A number below `limit`, which is not 0.
pub(super) fn below(random: &mut Random, limit: u64) -> u64 {
    wide(random) % limit
}

/// A number of bytes of memory.
pub(super) fn small(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A number of bytes of the window.
pub(super) fn low(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Random bits, small numbers, zeros and ones.
fn number(random: &mut Random) -> u64 {
    match random.word() % 8 {
        0 => 0,
        1 => u64::MAX,
        2 => below(random, 64),
        3 => below(random, 64).wrapping_neg(),
        4 => u64::from(random.word()),
        _ => wide(random),
    }
}

fn bytes<const N: usize>(random: &mut Random) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&number(random).to_le_bytes()[..chunk.len()]);
    }
    bytes
}

/// A predicate for all elements of some size, for none or for random ones.
fn predicate(random: &mut Random) -> u32 {
    match random.word() % 4 {
        0 => u32::MAX,
        1 => random.word() & random.word() & 0x1111_1111,
        _ => random.word(),
    }
}

impl State {
    pub(super) fn random(random: &mut Random, svcr: u64) -> Self {
        Self {
            general: std::array::from_fn(|_| number(random)),
            sp: wide(random) & !15,
            nzcv: u64::from(random.word() & 0xf000_0000),
            svcr,
            predicates: std::array::from_fn(|_| predicate(random)),
            // The first elements, without a gap (Arm ARM C8.2, WRFFR).
            ffr: u32::MAX.checked_shr(random.word() % 33).unwrap_or_default(),
            vectors: std::array::from_fn(|_| bytes(random)),
            za: bytes(random),
            zt0: bytes(random),
        }
    }

    /// This state where `kept` has registers, `other` everywhere else.
    pub(super) fn varied(&self, kept: RegisterSet, other: &Self) -> Self {
        let mut mixed = other.clone();
        mixed.svcr = self.svcr;
        for number in 0..31 {
            if kept.general() >> number & 1 != 0 {
                mixed.general[number] = self.general[number];
            }
        }
        if kept.general() >> 31 & 1 != 0 {
            mixed.sp = self.sp;
        }
        for number in 0..32 {
            if kept.vector() >> number & 1 != 0 {
                mixed.vectors[number] = self.vectors[number];
            }
        }
        for number in 0..16 {
            if kept.predicate() >> number & 1 != 0 {
                mixed.predicates[number] = self.predicates[number];
            }
        }
        let flags = flag_bits(kept);
        mixed.nzcv = self.nzcv & flags | other.nzcv & !flags;
        if kept.intersects(RegisterSet::FFR) {
            mixed.ffr = self.ffr;
        }
        if kept.intersects(RegisterSet::ZA) {
            mixed.za = self.za;
        }
        if kept.intersects(RegisterSet::ZT0) {
            mixed.zt0 = self.zt0;
        }
        mixed
    }

    /// Makes every general register an address at which nothing is mapped, or 0.
    pub(super) fn aim_nowhere(&mut self, random: &mut Random) {
        for register in &mut self.general {
            *register = match random.word() % 4 {
                0 => 0,
                _ => 0x4000_0000 | below(random, 1 << 30) & !3,
            };
        }
    }

    pub(super) fn set(&mut self, register: Register, value: u64) {
        if register.is_stack_pointer() {
            self.sp = value;
        } else if !register.is_zero() {
            self.general[usize::from(register.number())] = value;
        }
    }

    /// Every predicate governs every element.
    pub(super) fn activate(&mut self, instruction: Instruction) {
        self.predicates = [u32::MAX; 16];
        self.ffr = u32::MAX;
        let data = instruction.operands(0).find_map(|operand| match operand {
            Operand::Register(register) => Some(register),
            Operand::List(list) => Some(list.first),
            _ => None,
        });
        let size = data.map_or(1, |register| size_of(register.arrangement()));
        for operand in instruction.operands(0) {
            if let Operand::Register(register) = operand {
                if register.class() == RegisterClass::Pn {
                    self.predicates[usize::from(register.number())] = 0x8000 | low(size);
                }
            }
        }
    }

    /// Makes all general registers equal: to a number of the instruction, if it has one.
    pub(super) fn equal(&mut self, instruction: Instruction, random: &mut Random) {
        let number = instruction.operands(0).find_map(|operand| match operand {
            Operand::Immediate(number) => Some(0_u64.wrapping_add_signed(number)),
            _ => None,
        });
        self.general = [number.unwrap_or_else(|| wide(random)); 31];
    }
}

/// The flags of a set in the bits of NZCV.
pub(super) fn flag_bits(set: RegisterSet) -> u64 {
    use aarch64_decode::Flags;
    [
        (Flags::N, 31),
        (Flags::Z, 30),
        (Flags::C, 29),
        (Flags::V, 28),
    ]
    .into_iter()
    .filter(|(flag, _)| set.flags().contains(*flag))
    .fold(0, |bits, (_, bit)| bits | 1 << bit)
}

/// Whether the instruction is one of CPY and SET.
pub(super) fn is_copy(instruction: Instruction) -> bool {
    let has_count = |operand| matches!(operand, Operand::WriteBack(_));
    memory_operand(instruction, 0).is_some() && instruction.operands(0).any(has_count)
}

/// Changes the state so that memory is accessed in the window: at `at`, if the decoder tells the
/// address; somewhere in its middle, if it does not. False if no state does that.
pub(super) fn aim(
    instruction: Instruction,
    pc: u64,
    state: &mut State,
    at: u64,
    random: &mut Random,
) -> bool {
    if is_copy(instruction) {
        aim_copy(instruction, state, random);
        return true;
    }
    let Some(memory) = memory_operand(instruction, pc) else {
        return aim_register(instruction, pc, state, at);
    };
    let middle = WINDOW + WINDOW_SIZE / 2;
    if is_vector(memory.base) {
        let offset = match memory.offset {
            MemoryOffset::Immediate(bytes) => 0_u64.wrapping_add_signed(i64::from(bytes)),
            MemoryOffset::Register { index, .. } if !is_vector(index) => {
                state.set(index, below(random, 64) * 8);
                general(state, index)
            }
            _ => 0,
        };
        let size = size_of(memory.base.arrangement());
        let number = usize::from(memory.base.number());
        fill(&mut state.vectors[number], size, || {
            middle
                .wrapping_sub(offset)
                .wrapping_add(below(random, 64) * 8)
        });
        if let MemoryOffset::Register { index, .. } = memory.offset {
            return !is_vector(index);
        }
        return true;
    }
    if let MemoryOffset::Register { index, extend, .. } = memory.offset {
        if is_vector(index) {
            let size = size_of(index.arrangement());
            let number = usize::from(index.number());
            let narrow = matches!(extend, Extend::Uxtw | Extend::Sxtw) && size == 8;
            fill(&mut state.vectors[number], size, || {
                let offset = below(random, 16) * 8;
                if narrow {
                    u64::from(random.word()) << 32 | offset
                } else {
                    offset
                }
            });
            state.set(memory.base, middle);
            return true;
        }
    }
    // The base makes up for whatever the index is.
    let Some(told) = address(instruction, pc, state) else {
        return false;
    };
    let base = general(state, memory.base);
    state.set(memory.base, base.wrapping_add(at.wrapping_sub(told)));
    if memory.base.is_stack_pointer() && state.sp % 16 != 0 {
        // A stack pointer that is not aligned faults; another address does as well.
        state.sp &= !15;
        if address(instruction, pc, state).is_some_and(|told| told < WINDOW) {
            state.sp += 16;
        }
    }
    address(instruction, pc, state).is_some_and(|told| told + 15 >= at && told <= at + 15)
}

/// DC ZVA and its like have their address in a register, literals have it in the word.
fn aim_register(instruction: Instruction, pc: u64, state: &mut State, at: u64) -> bool {
    let register = instruction.operands(pc).find_map(|operand| match operand {
        Operand::Register(register) => Some(register),
        _ => None,
    });
    let Some(told) = address(instruction, pc, state) else {
        return false;
    };
    if (WINDOW..WINDOW + WINDOW_SIZE).contains(&told) {
        return true;
    }
    if let Some(register) = register {
        state.set(register, at);
    }
    address(instruction, pc, state) == Some(at)
}

/// Two places, and a small number of bytes; of the middle and the end of a copy what is left, as
/// the first option of the architecture counts (Arm ARM C6.2, CPYP: option A, PSTATE.C is 0).
fn aim_copy(instruction: Instruction, state: &mut State, random: &mut Random) {
    let count = below(random, 8) * 16;
    let is_first = instruction.effects().writes.flags() == aarch64_decode::Flags::NZCV;
    let mut place = WINDOW + 1024;
    for operand in instruction.operands(0) {
        match operand {
            Operand::Memory(memory) => {
                state.set(memory.base, place);
                place += 1024 + below(random, 8) * 16;
            }
            Operand::WriteBack(register) if is_first => state.set(register, count),
            Operand::WriteBack(register) => state.set(register, count.wrapping_neg()),
            _ => {}
        }
    }
    state.nzcv = 0;
}

fn fill(vector: &mut [u8; VECTOR], size: u64, mut value: impl FnMut() -> u64) {
    for element in vector.chunks_mut(small(size)) {
        let bytes = value().to_le_bytes();
        let length = element.len().min(8);
        element[..length].copy_from_slice(&bytes[..length]);
    }
}

/// Whether the instruction goes where a register says.
pub(super) fn is_indirect(flow: Flow) -> bool {
    matches!(flow, Flow::Return | Flow::Indirect | Flow::IndirectCall)
}
