//! Accesses of memory.

use super::access::Access;
use crate::generated::Effect;
use crate::operand::Operand;
use crate::register::{Arrangement, Register, RegisterClass};

/// What an instruction does with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryKind {
    /// Reads it.
    Load,
    /// Writes it.
    Store,
    /// Reads it and writes it: an atomic update, or a copy from one place to another.
    Update,
    /// Reads allocation tags (FEAT_MTE2); the size is that of the tagged memory.
    LoadTags,
    /// Writes allocation tags, not the memory; the size is that of the tagged memory.
    StoreTags,
}

impl MemoryKind {
    /// Of the number of a64gen's effects.rs.
    pub(crate) const fn new(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Load,
            2 => Self::Store,
            3 => Self::Update,
            4 => Self::LoadTags,
            5 => Self::StoreTags,
            _ => return None,
        })
    }

    /// Whether memory is read.
    pub const fn reads(self) -> bool {
        matches!(self, Self::Load | Self::Update)
    }

    /// Whether memory is written.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Store | Self::Update)
    }
}

/// How much memory is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessSize {
    /// A number of bytes, 1 to 64.
    Bytes(u8),
    /// A number of bytes for each active element of each vector.
    Elements(u8),
    /// As many bytes as a scalable vector has.
    Vector,
    /// As many bytes as a scalable predicate has: an eighth of a vector's.
    Predicate,
    /// A number of bytes that a register, or the implementation, gives.
    Some,
}

/// An access of memory. Where it is, the operands tell; prefetches are hints, not accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct MemoryAccess {
    /// What is done.
    pub kind: MemoryKind,
    /// How much memory is accessed.
    pub size: AccessSize,
    /// Whether later accesses are observed after it.
    pub acquire: bool,
    /// Whether earlier accesses are observed before it.
    pub release: bool,
    /// Whether it sets or asks the exclusive monitor.
    pub exclusive: bool,
}

// The numbers of a64gen's effects.rs.
const ACQUIRE: u8 = 1;
const RELEASE: u8 = 2;
const EXCLUSIVE: u8 = 4;
const PAIR: u8 = 8;

/// The bytes of one element.
const fn element(arrangement: Arrangement) -> u8 {
    match arrangement {
        Arrangement::None => 0,
        Arrangement::B | Arrangement::B2 | Arrangement::B4 | Arrangement::B8 | Arrangement::B16 => {
            1
        }
        Arrangement::H | Arrangement::H2 | Arrangement::H4 | Arrangement::H8 => 2,
        Arrangement::S | Arrangement::S2 | Arrangement::S4 => 4,
        Arrangement::D | Arrangement::D1 | Arrangement::D2 => 8,
        Arrangement::Q | Arrangement::Q1 => 16,
    }
}

/// The bytes of a register, or of its element.
const fn register_bytes(register: Register) -> u8 {
    match register.class() {
        RegisterClass::B => 1,
        RegisterClass::H => 2,
        RegisterClass::W | RegisterClass::Wsp | RegisterClass::S => 4,
        RegisterClass::X | RegisterClass::Xsp | RegisterClass::D => 8,
        RegisterClass::V if register.lane().is_some() => element(register.arrangement()),
        RegisterClass::V => match register.arrangement() {
            Arrangement::B8 | Arrangement::H4 | Arrangement::S2 | Arrangement::D1 => 8,
            _ => 16,
        },
        _ => 16,
    }
}

impl MemoryAccess {
    /// What `effect` says of the operands, each with its access.
    pub(crate) fn of(
        effect: &Effect,
        operands: impl Iterator<Item = (Operand, Access)> + Clone,
    ) -> Option<Self> {
        let [kind, size, number, order] = effect.memory;
        let kind = MemoryKind::new(kind)?;
        let acquire = order & ACQUIRE != 0 && !is_discarded(operands.clone());
        let size = match size {
            2 => AccessSize::Bytes(number),
            3 => AccessSize::Elements(number),
            5 => AccessSize::Vector,
            6 => AccessSize::Predicate,
            7 => AccessSize::Some,
            _ => AccessSize::Bytes(transferred(kind, size, number, order, operands)),
        };
        Some(Self {
            kind,
            size,
            acquire,
            release: order & RELEASE != 0,
            exclusive: order & EXCLUSIVE != 0,
        })
    }
}

/// Whether what is loaded goes to the zero register alone. Such a load has no acquire semantics, nor has such an atomic update
/// other than CAS, which reads its register too (Arm ARM C6.2, LDAR, LDADD, SWP).
fn is_discarded(operands: impl Iterator<Item = (Operand, Access)>) -> bool {
    let mut is_discarded = false;
    for (operand, access) in operands {
        match operand {
            Operand::Register(register) if access == Access::Write => {
                if !register.is_zero() {
                    return false;
                }
                is_discarded = true;
            }
            Operand::List(_) => return false,
            Operand::Memory(_) | Operand::Address(_) => break,
            _ => {}
        }
    }
    is_discarded
}

/// The bytes of the registers before the address.
fn transferred(
    kind: MemoryKind,
    size: u8,
    number: u8,
    order: u8,
    operands: impl Iterator<Item = (Operand, Access)>,
) -> u8 {
    let mut sum = 0_u8;
    for (operand, access) in operands {
        let (register, count) = match operand {
            Operand::Register(register) => (register, 1),
            Operand::List(list) => (list.first, list.count),
            Operand::Memory(_) | Operand::Address(_) => break,
            _ => continue,
        };
        let one = match size {
            1 => number,
            4 => element(register.arrangement()),
            _ => register_bytes(register),
        };
        let all = one.wrapping_mul(count);
        match kind {
            // The last, of which there may be two.
            MemoryKind::Update => sum = all,
            MemoryKind::Load if access.writes() => sum = sum.wrapping_add(all),
            MemoryKind::Store if access.reads() => sum = sum.wrapping_add(all),
            _ => {}
        }
    }
    if order & PAIR == 0 {
        sum
    } else {
        sum.wrapping_mul(2)
    }
}
