//! What an instruction does to the flow of control.

use crate::insn::Instruction;
use crate::operand::Operand;

/// What an instruction does to the flow of control. Targets are addresses in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// On to the next instruction.
    Next,
    /// To the target.
    Branch(u64),
    /// To the target or to the next instruction.
    Conditional(u64),
    /// A call of the target.
    Call(u64),
    /// Back to the caller (or from an exception).
    Return,
    /// To an address in a register.
    Indirect,
    /// A call of an address in a register.
    IndirectCall,
    /// An exception: a supervisor call, a breakpoint, a halt, an undefined instruction.
    Exception,
}

/// The flow class of an encoding (`flow` in the specification text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Next,
    Branch,
    Conditional,
    Call,
    Return,
    Indirect,
    IndirectCall,
    Exception,
}

impl Class {
    pub(crate) const fn new(number: u32) -> Self {
        match number {
            1 => Self::Branch,
            2 => Self::Conditional,
            3 => Self::Call,
            4 => Self::Return,
            5 => Self::Indirect,
            6 => Self::IndirectCall,
            7 => Self::Exception,
            _ => Self::Next,
        }
    }
}

impl Instruction {
    /// What the instruction at address `pc` (in bytes) does to the flow of control.
    pub fn flow(self, pc: u64) -> Flow {
        let target = || {
            let mut operands = self.operands(pc);
            operands.find_map(|operand| match operand {
                Operand::Address(target) => Some(target),
                _ => None,
            })
        };
        match self.encoding().flow_class() {
            Class::Next => Flow::Next,
            Class::Branch => target().map_or(Flow::Indirect, Flow::Branch),
            Class::Conditional => target().map_or(Flow::Next, Flow::Conditional),
            Class::Call => target().map_or(Flow::IndirectCall, Flow::Call),
            Class::Return => Flow::Return,
            Class::Indirect => Flow::Indirect,
            Class::IndirectCall => Flow::IndirectCall,
            Class::Exception => Flow::Exception,
        }
    }
}
