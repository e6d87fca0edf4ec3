//! Parts of operands that may be anything.

use crate::operand::{Matrix, Memory, MemoryOffset, Operand, RegisterList};
use crate::register::Register;

/// Parts of an operand that may be anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OperandParts(u8);

impl OperandParts {
    /// No part.
    pub const NONE: Self = Self(0);
    /// The number of the register: of a list the first one's, of a memory operand the base's.
    pub const NUMBER: Self = Self(1);
    /// The lane of the register.
    pub const LANE: Self = Self(2);
    /// The amount by which a register or a number is shifted, also in a memory operand.
    pub const AMOUNT: Self = Self(4);
    /// The number that is shifted, or that is added to the register which selects slices.
    pub const VALUE: Self = Self(8);
    /// The number of the register that is added in a memory operand, or that selects slices.
    pub const INDEX: Self = Self(16);
    /// All of a memory operand's offset.
    pub const OFFSET: Self = Self(32);

    /// These parts and the others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether a part is among them.
    const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }

    /// Whether an offset is open as a whole.
    pub(super) const fn has_offset(self) -> bool {
        self.has(Self::OFFSET)
    }

    fn register(self, given: Register, own: Register) -> Register {
        let given = if self.has(Self::NUMBER) {
            given.with_number(own.number())
        } else {
            given
        };
        if self.has(Self::LANE) && own.lane().is_some() {
            given.with_lane(own.lane())
        } else {
            given
        }
    }

    fn index(self, given: Register, own: Register) -> Register {
        if self.has(Self::INDEX) {
            given.with_number(own.number())
        } else {
            given
        }
    }

    fn offset(self, given: MemoryOffset, own: MemoryOffset) -> MemoryOffset {
        if self.has(Self::OFFSET) {
            return own;
        }
        match (given, own) {
            (
                MemoryOffset::Register {
                    index,
                    extend,
                    amount,
                },
                MemoryOffset::Register {
                    index: own,
                    amount: own_amount,
                    ..
                },
            ) => MemoryOffset::Register {
                index: self.index(index, own),
                extend,
                amount: self.one_of(amount, own_amount, Self::AMOUNT),
            },
            _ => given,
        }
    }

    const fn one_of<T: Copy>(self, given: T, own: T, part: Self) -> T {
        if self.has(part) { own } else { given }
    }

    /// What is given, with these parts from an operand of the same sort.
    pub(super) fn fill(self, given: Operand, own: Operand) -> Operand {
        match (given, own) {
            (Operand::Register(given), Operand::Register(own)) => {
                Operand::Register(self.register(given, own))
            }
            (Operand::WriteBack(given), Operand::WriteBack(own)) => {
                Operand::WriteBack(self.register(given, own))
            }
            (Operand::List(given), Operand::List(own)) => Operand::List(RegisterList {
                first: self.register(given.first, own.first),
                ..given
            }),
            (
                Operand::ShiftedRegister {
                    register,
                    shift,
                    amount,
                },
                Operand::ShiftedRegister {
                    register: own,
                    amount: own_amount,
                    ..
                },
            ) => Operand::ShiftedRegister {
                register: self.register(register, own),
                shift,
                amount: self.one_of(amount, own_amount, Self::AMOUNT),
            },
            (
                Operand::ExtendedRegister {
                    register,
                    extend,
                    amount,
                },
                Operand::ExtendedRegister {
                    register: own,
                    amount: own_amount,
                    ..
                },
            ) => Operand::ExtendedRegister {
                register: self.register(register, own),
                extend,
                amount: self.one_of(amount, own_amount, Self::AMOUNT),
            },
            (
                Operand::ShiftedImmediate {
                    value,
                    shift,
                    amount,
                },
                Operand::ShiftedImmediate {
                    value: own,
                    amount: own_amount,
                    ..
                },
            ) => Operand::ShiftedImmediate {
                value: self.one_of(value, own, Self::VALUE),
                shift,
                amount: self.one_of(amount, own_amount, Self::AMOUNT),
            },
            (Operand::Memory(given), Operand::Memory(own)) => Operand::Memory(Memory {
                base: self.register(given.base, own.base),
                offset: self.offset(given.offset, own.offset),
                ..given
            }),
            (
                Operand::Slice {
                    register,
                    base,
                    offset,
                },
                Operand::Slice {
                    register: own,
                    base: own_base,
                    offset: own_offset,
                },
            ) => Operand::Slice {
                register: self.register(register, own),
                base: self.index(base, own_base),
                offset: self.one_of(offset, own_offset, Self::VALUE),
            },
            (Operand::Matrix(given), Operand::Matrix(own)) => Operand::Matrix(Matrix {
                matrix: self.register(given.matrix, own.matrix),
                selector: self.index(given.selector, own.selector),
                first: self.one_of(given.first, own.first, Self::VALUE),
                ..given
            }),
            _ => given,
        }
    }

    /// What is given, with the open amounts, lanes and numbers another value: which of them an
    /// instruction takes depends on it. 0 gives the first.
    pub(super) fn variant(self, given: Operand, number: u8) -> Operand {
        let register = |register: Register| {
            let register = if self.has(Self::NUMBER) {
                register.with_number(register.number().wrapping_add(number) & 31)
            } else {
                register
            };
            if self.has(Self::INDEX) {
                register.with_number(register.number().wrapping_add(number) & 31)
            } else {
                register
            }
        };
        let mut own = given;
        match &mut own {
            Operand::ShiftedRegister { amount, .. }
            | Operand::ExtendedRegister { amount, .. }
            | Operand::ShiftedImmediate { amount, .. } => {
                *amount = self.one_of(*amount, number, Self::AMOUNT);
            }
            Operand::Memory(memory) => {
                if let MemoryOffset::Register { amount, .. } = &mut memory.offset {
                    *amount = self.one_of(*amount, Some(number), Self::AMOUNT);
                }
            }
            Operand::Slice { base, .. } => *base = register(*base),
            Operand::Matrix(matrix) => matrix.selector = register(matrix.selector),
            _ => {}
        }
        own
    }
}
