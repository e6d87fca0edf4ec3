//! What we say of an instruction, in the form in which it can be checked.

use aarch64_decode::{
    AccessSize, Arrangement, Flow, Instruction, Memory, MemoryAccess, MemoryOffset, Operand,
    Register, RegisterClass, RegisterSet,
};

use super::machine::{State, VECTOR};

/// What we say of an instruction at an address.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) reads: RegisterSet,
    pub(super) writes: RegisterSet,
    pub(super) memory: Option<MemoryAccess>,
    pub(super) flow: Flow,
    /// What is added to the address that we say; 0 but in planted errors.
    pub(super) aside: u64,
    /// Whether a register of it is the zero register.
    pub(super) has_zero: bool,
}

impl Claim {
    pub(super) fn new(instruction: Instruction, pc: u64) -> Self {
        let effects = instruction.effects();
        Self {
            reads: effects.reads,
            writes: effects.writes,
            memory: effects.memory,
            flow: instruction.flow(pc),
            aside: 0,
            has_zero: instruction.operands(pc).any(
                |operand| matches!(operand, Operand::Register(register) if register.is_zero()),
            ),
        }
    }

    /// Where memory is accessed in a state, and how many bytes, if both are told.
    pub(super) fn range(
        &self,
        instruction: Instruction,
        pc: u64,
        state: &State,
    ) -> Option<(u64, u64)> {
        let access = self.memory?;
        let bytes = bytes(instruction, pc, access.size)?;
        Some((
            address(instruction, pc, state)?.wrapping_add(self.aside),
            bytes,
        ))
    }
}

/// The value of a general register, 64 bits.
pub(super) fn general(state: &State, register: Register) -> u64 {
    if register.is_zero() {
        0
    } else if register.is_stack_pointer() {
        state.sp
    } else {
        state.general[usize::from(register.number())]
    }
}

/// The memory operand.
pub(super) fn memory_operand(instruction: Instruction, pc: u64) -> Option<Memory> {
    instruction.operands(pc).find_map(|operand| match operand {
        Operand::Memory(memory) => Some(memory),
        _ => None,
    })
}

/// The first address that is accessed: what the decoder says, and for offsets in vector lengths
/// what the length of vectors here makes of it.
pub(super) fn address(instruction: Instruction, pc: u64, state: &State) -> Option<u64> {
    let told = instruction.effective_address(pc, |register| general(state, register));
    told.or_else(|| {
        let memory = memory_operand(instruction, pc)?;
        let MemoryOffset::VectorLengths(lengths) = memory.offset else {
            return None;
        };
        let length = match instruction.memory_access().map(|access| access.size) {
            Some(AccessSize::Predicate) => VECTOR / 8,
            _ => VECTOR,
        };
        // Offsets of accesses that are narrower than a vector count in what one vector takes.
        let part = elements(instruction, pc).map_or(length as u64, |(bytes, _)| bytes);
        let offset = i64::from(lengths).wrapping_mul(i64::try_from(part).ok()?);
        Some(general(state, memory.base).wrapping_add_signed(offset))
    })
}

/// Of accesses by elements: the bytes in memory for one register, and the number of registers.
fn elements(instruction: Instruction, pc: u64) -> Option<(u64, u64)> {
    let AccessSize::Elements(each) = instruction.memory_access()?.size else {
        return None;
    };
    let (element, count) = match instruction.operands(pc).next()? {
        Operand::Register(register) => (size_of(register.arrangement()), 1),
        Operand::List(list) => (size_of(list.first.arrangement()), u64::from(list.count)),
        // A slice of ZA, whose elements are as long as in memory.
        _ => (u64::from(each), 1),
    };
    let element = element.max(u64::from(each));
    Some((VECTOR as u64 / element * u64::from(each), count))
}

/// The number of bytes.
fn bytes(instruction: Instruction, pc: u64, size: AccessSize) -> Option<u64> {
    Some(match size {
        AccessSize::Bytes(bytes) => u64::from(bytes),
        AccessSize::Elements(_) => {
            let (bytes, count) = elements(instruction, pc)?;
            bytes * count
        }
        AccessSize::Vector => VECTOR as u64,
        AccessSize::Predicate => VECTOR as u64 / 8,
        _ => return None,
    })
}

/// The bytes of an element.
pub(super) fn size_of(arrangement: Arrangement) -> u64 {
    match arrangement {
        Arrangement::H | Arrangement::H2 | Arrangement::H4 | Arrangement::H8 => 2,
        Arrangement::S | Arrangement::S2 | Arrangement::S4 => 4,
        Arrangement::D | Arrangement::D1 | Arrangement::D2 => 8,
        Arrangement::Q | Arrangement::Q1 => 16,
        _ => 1,
    }
}

/// Whether the base of the memory operand is a vector.
pub(super) fn is_vector(register: Register) -> bool {
    register.class() == RegisterClass::Z
}
