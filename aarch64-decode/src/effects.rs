//! What an instruction reads and writes: registers, flags, memory.

mod access;
mod address;
mod memory;
mod set;

pub use access::Access;
use memory::TAGS_OF_KIND;
pub use memory::{AccessSize, MemoryAccess, MemoryKind};
pub use set::{Flags, RegisterSet};

use crate::bits::{index, low8, widen16};
use crate::generated::Effect;
use crate::generated::effects::{EFFECT_OF, EFFECTS};
use crate::insn::Instruction;
use crate::operand::{AddressMode, Operand, RegisterList};
use crate::operands::Operands;
use crate::register::{Predication, Register, RegisterClass};

/// What an instruction reads and writes.
///
/// Not told: the program counter, FPCR and FPSR, system registers other than NZCV, what an
/// exception does, memory that system operations other than `dc zva`, `dc gva` and `dc gzva` touch,
/// and the Guarded Control Stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Effects {
    /// Registers and flags whose old value may matter.
    pub reads: RegisterSet,
    /// Registers and flags that take a new value, or may.
    pub writes: RegisterSet,
    /// The access of memory.
    pub memory: Option<MemoryAccess>,
}

// The bits of a64gen's effects.rs.
const READ: u32 = 1;
const WRITE: u32 = 2;
const HALF: u32 = 4;
const EIGHT: u32 = 8;

/// The operands of an instruction, each with what is done with it and whether it is the first of
/// eight registers.
#[derive(Clone)]
struct Accesses {
    operands: Operands,
    /// What is left of the row's bits.
    bits: u32,
    /// Whether a predicate leaves something of the register that is written.
    merging: bool,
    /// Whether only the high half of a vector is written.
    high: bool,
}

impl Accesses {
    fn new(instruction: Instruction, pc: u64, effect: &Effect) -> Self {
        let operands = instruction.operands(pc);
        let merging = operands.clone().any(|operand| {
            matches!(operand, Operand::Register(register) if register.predication() == Predication::Merging)
        });
        Self {
            operands,
            bits: effect.access,
            merging,
            high: instruction.word() & 1 << 30 != 0,
        }
    }
}

impl Iterator for Accesses {
    type Item = (Operand, Access, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let operand = self.operands.next()?;
        let bits = self.bits;
        self.bits >>= 4;
        let writes = bits & WRITE != 0;
        let leaves = match operand {
            Operand::Register(register) => {
                register.lane().is_some()
                    || self.merging
                        && matches!(register.class(), RegisterClass::Z | RegisterClass::P)
            }
            Operand::List(list) => list.first.lane().is_some(),
            Operand::Matrix(_) | Operand::TableVector(_) => true,
            Operand::TileMask(mask) => mask != 0xff,
            _ => false,
        };
        let stays = leaves || bits & HALF != 0 && self.high;
        let access = Access::new(bits & READ != 0 || writes && stays, writes);
        // Base registers that are updated and registers that are counted are written, whatever the
        // row says.
        let access = match operand {
            Operand::WriteBack(_) => Access::ReadWrite,
            Operand::Memory(memory) if memory.mode != AddressMode::Offset => Access::ReadWrite,
            Operand::Memory(_) => Access::Read,
            _ => access,
        };
        Some((operand, access, bits & EIGHT != 0))
    }
}

/// The registers of a list.
fn list_set(list: RegisterList) -> RegisterSet {
    let class = list.first.class();
    // Behind the last comes the first.
    let last = match class {
        RegisterClass::P | RegisterClass::Pn => 15,
        _ => 31,
    };
    let mut set = RegisterSet::EMPTY;
    let mut number = list.first.number();
    for _ in 0..list.count.min(4) {
        set |= numbered(class, number);
        number = number.wrapping_add(list.stride) & last;
    }
    set
}

fn numbered(class: RegisterClass, number: u8) -> RegisterSet {
    Register::of(class, number).map_or(RegisterSet::EMPTY, RegisterSet::of)
}

/// The set of the registers and flags that no operand names.
fn implied(bits: u16, word: u32) -> RegisterSet {
    let bits = widen16(bits);
    let mut set = RegisterSet::flags_only(Flags::new(low8(bits)));
    set |= RegisterSet::general_only((bits >> 4 & 7) << 15 | (bits >> 7 & 3) << 30);
    if bits & 1 << 9 != 0 {
        set |= RegisterSet::FFR;
    }
    if bits & 1 << 10 != 0 {
        set |= RegisterSet::flags_only(Flags::from_nzcv(low8(word)));
    }
    set
}

/// What moves of system registers and system operations do besides: mask and value of the words,
/// what is read, what is written.
// Arm ARM, C5.2 (NZCV), D24.2 (RNDR and RNDRRS set NZCV).
const SYSTEM: [(u32, u32, Flags, Flags); 3] = [
    (0xffff_ffe0, 0xd53b_4200, Flags::NZCV, Flags::NONE),
    (0xffff_ffe0, 0xd51b_4200, Flags::NONE, Flags::NZCV),
    (0xffff_ffc0, 0xd53b_2400, Flags::NONE, Flags::NZCV),
];

/// `msr svcr*, #imm`: bit 9 is said of streaming mode, bit 10 of ZA. What is already as it would be
/// set keeps its registers, and else they become zero (Arm ARM, SetPSTATE_SM, SetPSTATE_ZA).
const SVCR: (u32, u32) = (0xffff_f8ff, 0xd503_407f);

/// `msr SVCR, Xt`, which may change both (Arm ARM, SVCR; ResetSVEState).
const SVCR_REGISTER: (u32, u32) = (0xffff_ffe0, 0xd51b_4240);

impl Instruction {
    fn effect(self) -> &'static Effect {
        const NOTHING: &Effect = &Effect {
            access: 0,
            reads: 0,
            writes: 0,
            memory: [0; 4],
        };
        let at = index(widen16(self.encoding().number()));
        debug_assert!(at < EFFECT_OF.len(), "every encoding has effects");
        let number = EFFECT_OF.get(at).copied().unwrap_or(0);
        debug_assert!(usize::from(number) < EFFECTS.len(), "a64gen counts them");
        EFFECTS.get(usize::from(number)).unwrap_or(NOTHING)
    }

    /// What is done with each operand of [`operands`](Self::operands), in the same order.
    pub fn accesses(self) -> impl Iterator<Item = Access> {
        Accesses::new(self, 0, self.effect()).map(|(_, access, _)| access)
    }

    /// What the instruction does with the memory that its memory operand names.
    pub(crate) fn memory_kind(self) -> Option<MemoryKind> {
        let [kind, ..] = self.effect().memory;
        MemoryKind::new(kind)
    }

    /// The access of memory, if the instruction makes one.
    pub fn memory_access(self) -> Option<MemoryAccess> {
        let effect = self.effect();
        // `dc gva`, `dc zva`, `dc gzva`: SYS with op1 3, CRn 7, CRm 4.
        let system = match self.word() & 0xffff_ffe0 {
            0xd50b_7420 => Some([2, 7, 0, 0]),
            0xd50b_7480 => Some([2 | TAGS_OF_KIND, 7, 0, 0]),
            0xd50b_7460 => Some([5 | TAGS_OF_KIND, 7, 0, 0]),
            _ => None,
        };
        let effect = system.map_or(*effect, |memory| Effect { memory, ..*effect });
        let accesses = Accesses::new(self, 0, &effect);
        MemoryAccess::of(
            &effect,
            accesses.map(|(operand, access, _)| (operand, access)),
        )
        .map(|access| access.with_options(self.word()))
    }

    /// What the instruction reads and writes.
    pub fn effects(self) -> Effects {
        let (reads, writes) = self.registers();
        Effects {
            reads,
            writes,
            memory: self.memory_access(),
        }
    }

    /// The registers and flags that take a new value, or may.
    pub(crate) fn written(self) -> RegisterSet {
        let (_, writes) = self.registers();
        writes
    }

    /// The registers and flags that are read, and those that are written.
    fn registers(self) -> (RegisterSet, RegisterSet) {
        let effect = self.effect();
        let mut reads = implied(effect.reads, self.word());
        let mut writes = implied(effect.writes, self.word());
        for (operand, access, eight) in Accesses::new(self, 0, effect) {
            let set = match operand {
                Operand::Register(register) if eight => {
                    let mut set = RegisterSet::EMPTY;
                    for number in 0..8 {
                        let number = register.number().wrapping_add(number) & 31;
                        set |= numbered(register.class(), number);
                    }
                    set
                }
                Operand::Register(register)
                | Operand::ShiftedRegister { register, .. }
                | Operand::ExtendedRegister { register, .. }
                | Operand::WriteBack(register) => RegisterSet::of(register),
                Operand::List(list) => list_set(list),
                Operand::Slice { register, base, .. } => {
                    reads |= RegisterSet::of(base);
                    RegisterSet::of(register)
                }
                Operand::Matrix(matrix) => {
                    reads |= RegisterSet::of(matrix.selector);
                    RegisterSet::ZA
                }
                Operand::TileMask(_) => RegisterSet::ZA,
                Operand::TableVector(_) => RegisterSet::ZT0,
                Operand::Memory(memory) => {
                    if let crate::operand::MemoryOffset::Register { index, .. } = memory.offset {
                        reads |= RegisterSet::of(index);
                    }
                    RegisterSet::of(memory.base)
                }
                Operand::Condition(condition) => {
                    reads |= RegisterSet::flags_only(condition.flags());
                    continue;
                }
                _ => continue,
            };
            if access.reads() {
                reads |= set;
            }
            if access.writes() {
                writes |= set;
            }
        }
        for (mask, value, read, written) in SYSTEM {
            if self.word() & mask == value {
                reads |= RegisterSet::flags_only(read);
                writes |= RegisterSet::flags_only(written);
            }
        }
        let is = |(mask, value)| self.word() & mask == value;
        let both = is(SVCR_REGISTER);
        if both || is(SVCR) && self.word() & 1 << 9 != 0 {
            let streaming = RegisterSet::VECTORS | RegisterSet::PREDICATES | RegisterSet::FFR;
            reads |= streaming;
            writes |= streaming;
        }
        if both || is(SVCR) && self.word() & 1 << 10 != 0 {
            let matrix = RegisterSet::ZA | RegisterSet::ZT0;
            reads |= matrix;
            writes |= matrix;
        }
        (reads, writes)
    }
}
