//! Edits of an instruction: one operand becomes another, or the edit is refused.

use crate::condition::Condition;
use crate::encode::{EncodeError, EncodeErrorKind, Spelling};
use crate::insn::Instruction;
use crate::operand::{Memory, MemoryOffset, Operand, RegisterList};
use crate::register::Register;

/// Room for the operands of any encoding.
const ROOM: usize = 8;

/// The operands of an instruction, to be changed.
struct Changed {
    list: [Operand; ROOM],
    len: usize,
}

impl Changed {
    fn new(insn: Instruction, pc: u64) -> Self {
        let mut list = [Operand::Immediate(0); ROOM];
        let mut len = 0_usize;
        for (slot, operand) in list.iter_mut().zip(insn.operands(pc)) {
            *slot = operand;
            len = len.wrapping_add(1);
        }
        Self { list, len }
    }

    fn operands(&self) -> &[Operand] {
        debug_assert!(self.len <= ROOM, "each was put into the list");
        self.list.get(..self.len).unwrap_or(&[])
    }

    fn operands_mut(&mut self) -> &mut [Operand] {
        self.list.get_mut(..self.len).unwrap_or(&mut [])
    }
}

/// An instruction with other operands. All of these keep the encoding, so an edit that would make
/// another instruction of the word is refused. The operands are those of [`Instruction::operands`]:
/// of the encoding, not of the alias that is shown. `pc` is the instruction's address in bytes;
/// bits that no operand says stay as they are.
///
/// ```
/// use aarch64_decode::{Condition, EncodeErrorKind, Operand, decode};
///
/// let pc = 0xffff_fe00_0700_4000;
/// let branch = decode(0x5400_0040)?; // b.eq pc + 8
/// let other = branch.with_target(pc - 4, pc)?.with_condition(Condition::NE, pc)?;
/// assert_eq!(other.word(), 0x54ff_ffe1);
/// assert_eq!(branch.with_target(pc + 2, pc).unwrap_err().kind(), EncodeErrorKind::Misaligned);
/// let add = decode(0x9100_43fd)?; // add x29, sp, #0x10
/// assert_eq!(add.with_immediate(2, 0x20, pc)?.word(), 0x9100_83fd);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Instruction {
    /// With all operands given.
    ///
    /// # Errors
    /// As [`Encoding::encode`](crate::Encoding::encode).
    pub fn with_operands(self, pc: u64, operands: &[Operand]) -> Result<Self, EncodeError> {
        let old = self.put(pc, Changed::new(self, pc).operands())?;
        let new = self.put(pc, operands)?;
        // What differs is changed in the word as it is; bits that the architecture ignores stay as
        // they are, unless the new operands then decode as others.
        let kept = self.word() ^ old ^ new;
        self.checked(pc, operands, kept)
            .or_else(|_| self.checked(pc, operands, new))
    }

    /// The word that the operands make, with this word's bits where they say none.
    fn put(self, pc: u64, operands: &[Operand]) -> Result<u32, EncodeError> {
        let fields = Spelling::own(self.encoding()).fields(operands, pc)?;
        Ok(fields.word() | self.word() & !fields.known())
    }

    fn checked(self, pc: u64, operands: &[Operand], word: u32) -> Result<Self, EncodeError> {
        if !self.encoding().owns(word) {
            return Err(EncodeError::whole(EncodeErrorKind::Undefined));
        }
        Spelling::own(self.encoding()).check(operands, pc, word)?;
        Ok(Self::new(word, self.encoding()))
    }

    /// With the operand at `index` (from 0) replaced.
    ///
    /// # Errors
    /// As [`Encoding::encode`](crate::Encoding::encode); [`EncodeErrorKind::OperandMismatch`] where
    /// other operands share the field that would change (the element size of vectors: use
    /// [`with_operands`](Self::with_operands)), [`EncodeErrorKind::CountMismatch`] if there is no
    /// such operand.
    pub fn with_operand(
        self,
        index: usize,
        operand: Operand,
        pc: u64,
    ) -> Result<Self, EncodeError> {
        self.replaced(pc, index, |_| Some(operand))
    }

    fn replaced(
        self,
        pc: u64,
        index: usize,
        change: impl FnOnce(Operand) -> Option<Operand>,
    ) -> Result<Self, EncodeError> {
        let mut changed = Changed::new(self, pc);
        let slot = changed
            .operands_mut()
            .get_mut(index)
            .ok_or(EncodeError::whole(EncodeErrorKind::CountMismatch))?;
        *slot = change(*slot).ok_or(EncodeError::of(EncodeErrorKind::BadOperand, index))?;
        self.with_operands(pc, changed.operands())
    }

    /// With the first operand that `change` takes changed.
    fn first(
        self,
        pc: u64,
        change: impl Fn(Operand) -> Option<Operand>,
    ) -> Result<Self, EncodeError> {
        let index = self
            .operands(pc)
            .position(|operand| change(operand).is_some())
            .ok_or(EncodeError::whole(EncodeErrorKind::BadOperand))?;
        self.replaced(pc, index, change)
    }

    /// With another target: of a branch, of `adr` and `adrp` (for `adrp` the address of a page), or
    /// of a literal.
    ///
    /// # Errors
    /// [`EncodeErrorKind::BadOperand`] for an instruction that has no target; otherwise as the
    /// constructors of [`construct`](crate::construct).
    pub fn with_target(self, target: u64, pc: u64) -> Result<Self, EncodeError> {
        self.first(pc, |operand| match operand {
            Operand::Address(_) => Some(Operand::Address(target)),
            _ => None,
        })
    }

    /// With another condition.
    ///
    /// # Errors
    /// [`EncodeErrorKind::BadOperand`] for an instruction that has no condition.
    pub fn with_condition(self, condition: Condition, pc: u64) -> Result<Self, EncodeError> {
        self.first(pc, |operand| match operand {
            Operand::Condition(_) => Some(Operand::Condition(condition)),
            _ => None,
        })
    }

    /// With another register in the operand at `index` (from 0): the register itself, the one that
    /// is shifted or extended, the first of a list, the base of a memory operand. The class must be
    /// the place's; of 0 to 30 the number is enough, whether 31 there is the stack pointer or the
    /// zero register.
    ///
    /// # Errors
    /// As [`with_operand`](Self::with_operand); [`EncodeErrorKind::BadOperand`] if the operand has
    /// no register.
    pub fn with_register(
        self,
        index: usize,
        register: Register,
        pc: u64,
    ) -> Result<Self, EncodeError> {
        self.replaced(pc, index, |operand| {
            Some(match operand {
                Operand::Register(_) => Operand::Register(register),
                Operand::WriteBack(_) => Operand::WriteBack(register),
                Operand::ShiftedRegister { shift, amount, .. } => Operand::ShiftedRegister {
                    register,
                    shift,
                    amount,
                },
                Operand::ExtendedRegister { extend, amount, .. } => Operand::ExtendedRegister {
                    register,
                    extend,
                    amount,
                },
                Operand::List(list) => Operand::List(RegisterList {
                    first: register,
                    ..list
                }),
                Operand::Memory(memory) => Operand::Memory(Memory {
                    base: register,
                    ..memory
                }),
                _ => return None,
            })
        })
    }

    /// With another immediate in the operand at `index` (from 0): the value itself (where it is
    /// shifted by 12 on request, as `add` does, either way), or the offset of a memory operand, in
    /// the unit in which it is shown.
    ///
    /// # Errors
    /// As [`with_operand`](Self::with_operand); [`EncodeErrorKind::BadOperand`] if the operand has
    /// no immediate.
    pub fn with_immediate(self, index: usize, value: i64, pc: u64) -> Result<Self, EncodeError> {
        self.replaced(pc, index, |operand| {
            Some(match operand {
                Operand::Immediate(_)
                | Operand::ElementImmediate { .. }
                | Operand::ShiftedImmediate { .. } => Operand::Immediate(value),
                Operand::Memory(memory) => {
                    let value = i32::try_from(value).ok()?;
                    let offset = match memory.offset {
                        MemoryOffset::Immediate(_) => MemoryOffset::Immediate(value),
                        MemoryOffset::VectorLengths(_) => MemoryOffset::VectorLengths(value),
                        _ => return None,
                    };
                    Operand::Memory(Memory { offset, ..memory })
                }
                _ => return None,
            })
        })
    }
}
