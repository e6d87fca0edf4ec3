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
        Some(match number & 7 {
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

/// An access of memory. Where it is, [`effective_address`](crate::Instruction::effective_address)
/// tells; prefetches are hints, not accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct MemoryAccess {
    /// What is done.
    pub kind: MemoryKind,
    /// How much memory is accessed.
    pub size: AccessSize,
    /// Whether later accesses are observed after it (Arm ARM B2.3, Acquire).
    /// [`is_acquire_pc`](Self::is_acquire_pc) is weaker, and not among these.
    pub acquire: bool,
    /// Whether earlier accesses are observed before it.
    pub release: bool,
    /// Whether it sets or asks the exclusive monitor.
    pub exclusive: bool,
    /// The bits of a64gen's effects.rs from `ACQUIRE` up.
    traits: u16,
    /// Bytes of memory for each register; 0 if they do not say how many.
    register_bytes: u8,
    /// Bytes of the register, or of its elements, that takes what is loaded; 0 if there is none.
    target_bytes: u8,
}

// The numbers of a64gen's effects.rs.
const ACQUIRE: u8 = 1;
const RELEASE: u8 = 2;
const EXCLUSIVE: u8 = 4;
const PAIR: u8 = 8;
const ACQUIRE_PC: u16 = 0x10;
const LIMITED_ORDER: u16 = 0x20;
const UNPRIVILEGED: u16 = 0x40;
const NON_TEMPORAL: u16 = 0x80;
const SIGNED: u16 = 0x100;
const SIGNED_BASE: u16 = 0x200;
const TAGS: u16 = 0x400;
/// Where the last three are above the kind.
const ABOVE_KIND: u32 = 5;
/// The bit of `TAGS` beside a kind.
pub(super) const TAGS_OF_KIND: u8 = 0x80;

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
        let [kinds, size, number, order] = effect.memory;
        let kind = MemoryKind::new(kinds)?;
        let mut traits = u16::from_le_bytes([order, kinds.wrapping_shr(ABOVE_KIND)]);
        let is_discarded = is_discarded(operands.clone());
        if is_discarded {
            traits &= !ACQUIRE_PC;
        }
        let transfer = Transfer::of(kind, size, number, operands);
        let size = match size {
            2 => AccessSize::Bytes(number),
            3 => AccessSize::Elements(number),
            5 => AccessSize::Vector,
            6 => AccessSize::Predicate,
            7 => AccessSize::Some,
            _ if order & PAIR != 0 => AccessSize::Bytes(transfer.sum.wrapping_mul(2)),
            _ => AccessSize::Bytes(transfer.sum),
        };
        Some(Self {
            kind,
            size,
            acquire: order & ACQUIRE != 0 && !is_discarded,
            release: order & RELEASE != 0,
            exclusive: order & EXCLUSIVE != 0,
            traits,
            register_bytes: transfer.each,
            target_bytes: transfer.target,
        })
    }

    /// With what the options in the words of CPY and SET say (Arm ARM C6.2, CPYFP and SETP: `op2`),
    /// which are too many for the table of effects.
    pub(super) const fn with_options(mut self, word: u32) -> Self {
        let sets = word & 0x3be0_0c00 == 0x19c0_0400 || word & 0x3fe0_0c00 == 0x1dc0_0000;
        let copies = word & 0x3b20_0c00 == 0x1900_0400;
        let (unprivileged, non_temporal) = if sets {
            (1 << 12, 1 << 13)
        } else if copies {
            (3 << 12, 3 << 14)
        } else {
            (0, 0)
        };
        if word & unprivileged != 0 {
            self.traits |= UNPRIVILEGED;
        }
        if word & non_temporal != 0 {
            self.traits |= NON_TEMPORAL;
        }
        self
    }

    const fn has(self, bit: u16) -> bool {
        self.traits & bit != 0
    }

    /// Whether later accesses are observed after it, except that an earlier release need not be
    /// (Arm ARM B2.3, AcquirePC): LDAPR and its like.
    pub const fn is_acquire_pc(self) -> bool {
        self.has(ACQUIRE_PC)
    }

    /// Whether its order is that among accesses to one LORegion only (Arm ARM B2.3, LoadLOAcquire
    /// and StoreLORelease): LDLAR, STLLR.
    pub const fn is_limited_order(self) -> bool {
        self.has(LIMITED_ORDER)
    }

    /// Whether permissions are checked as at EL0 (Arm ARM C3.2, load/store unprivileged); of CPY*T,
    /// CPY*RT and CPY*WT, for both accesses, for the read or for the write.
    pub const fn is_unprivileged(self) -> bool {
        self.has(UNPRIVILEGED)
    }

    /// Whether it hints that the memory is not likely to be used again soon (Arm ARM C3.2,
    /// load/store non-temporal); of CPY*N, CPY*RN and CPY*WN, for both accesses, for the read or
    /// for the write.
    pub const fn is_non_temporal(self) -> bool {
        self.has(NON_TEMPORAL)
    }

    /// Whether each value that is loaded is extended with its sign, else with zeros (Arm ARM C6.2,
    /// LDRSB, LDRSH, LDRSW).
    pub const fn is_sign_extended(self) -> bool {
        self.has(SIGNED)
    }

    /// Whether the base register is signed, and authenticated before it is used (Arm ARM C6.2,
    /// LDRAA).
    pub const fn is_base_signed(self) -> bool {
        self.has(SIGNED_BASE)
    }

    /// Whether allocation tags are written, alone or with data (Arm ARM C6.2, STG, STZG, STGP,
    /// SETGP, DC GVA, DC GZVA).
    pub const fn writes_tags(self) -> bool {
        self.has(TAGS)
    }

    /// The bytes of memory that each register takes or gives: 1 of LDRSB, 8 of LDP of X registers,
    /// of LD1 a whole register or one lane (Arm ARM C6.2 and C7.2, the `datasize` of each). `None`
    /// if the size is not that of registers.
    pub const fn bytes_per_register(self) -> Option<u8> {
        match self.register_bytes {
            0 => None,
            bytes => Some(bytes),
        }
    }

    /// The bytes that a value has once it is extended: 4 of `ldrsb w0`, 8 of `ldrsb x0`, 8 of
    /// `ld1sb { z0.d }` (Arm ARM C6.2, the `regsize` of each; C8.2, its `esize`). A write of 4
    /// bytes leaves zeros in the upper half of a general register. `None` if nothing is loaded into
    /// registers.
    pub const fn target_bytes(self) -> Option<u8> {
        match self.target_bytes {
            0 => None,
            bytes => Some(bytes),
        }
    }
}

/// Whether what is loaded goes to the zero register alone. Such a load has no acquire semantics,
/// nor has such an atomic update other than CAS, which reads its register too (Arm ARM C6.2, LDAR,
/// LDADD, SWP).
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
#[derive(Default)]
struct Transfer {
    /// Of all of them; of an update, of the last.
    sum: u8,
    /// Of one; 0 if they do not say so.
    each: u8,
    /// Of the first that is loaded, or of its elements.
    target: u8,
}

impl Transfer {
    fn of(
        kind: MemoryKind,
        size: u8,
        number: u8,
        operands: impl Iterator<Item = (Operand, Access)>,
    ) -> Self {
        let mut all = Self::default();
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
            let bytes = one.wrapping_mul(count);
            let is_data = match kind {
                // The last, of which there may be two.
                MemoryKind::Update => {
                    all.sum = bytes;
                    true
                }
                MemoryKind::Load if access.writes() => {
                    all.sum = all.sum.wrapping_add(bytes);
                    true
                }
                MemoryKind::Store if access.reads() => {
                    all.sum = all.sum.wrapping_add(bytes);
                    true
                }
                _ => false,
            };
            if is_data && matches!(size, 0 | 1 | 4) {
                all.each = one;
            }
            if is_data && access.writes() && all.target == 0 {
                all.target = target(register);
            }
        }
        all
    }
}

/// The bytes of a register that takes a value, or of its elements.
const fn target(register: Register) -> u8 {
    match register.class() {
        RegisterClass::Z | RegisterClass::V => element(register.arrangement()),
        RegisterClass::P | RegisterClass::Pn | RegisterClass::Za | RegisterClass::Zt => 0,
        _ => register_bytes(register),
    }
}
