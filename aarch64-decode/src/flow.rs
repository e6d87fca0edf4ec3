//! What an instruction does to the flow of control.

use crate::encoding::FlowClass;
use crate::insn::Instruction;
use crate::operand::Operand;

/// What an instruction does to the flow of control. Targets are addresses in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
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
            FlowClass::Next => Flow::Next,
            FlowClass::Branch => target().map_or(Flow::Indirect, Flow::Branch),
            FlowClass::Conditional => target().map_or(Flow::Next, Flow::Conditional),
            FlowClass::Call => target().map_or(Flow::IndirectCall, Flow::Call),
            FlowClass::Return => Flow::Return,
            FlowClass::Indirect => Flow::Indirect,
            FlowClass::IndirectCall => Flow::IndirectCall,
            FlowClass::Exception => Flow::Exception,
        }
    }
}
