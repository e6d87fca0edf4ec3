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
    /// Back to the caller.
    Return,
    /// Back from an exception, to where a system register says: `eret` and its like (Arm ARM C6.2,
    /// ERET).
    ExceptionReturn,
    /// To an address in a register.
    Indirect,
    /// A call of an address in a register.
    IndirectCall,
    /// An exception whose handler returns to the next instruction: `svc`, `hvc`, `smc`. The return
    /// address is that of the instruction after it (Arm ARM D1.3, "Preferred return address").
    SystemCall,
    /// An exception whose handler would return to the instruction itself, or a halt: `brk`, `hlt`,
    /// `udf` (Arm ARM D1.3, "Preferred return address").
    Exception,
    /// An exception if the condition holds, else on to the next instruction: `cflteq`, `tfltz`,
    /// `flt.eq` (AARCHMRS 2026-09).
    ConditionalException,
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
            FlowClass::Conditional => match target() {
                // AL and NV always hold (Arm ARM, ConditionHolds).
                Some(target) if self.always() => Flow::Branch(target),
                Some(target) => Flow::Conditional(target),
                None => Flow::Next,
            },
            FlowClass::Call => target().map_or(Flow::IndirectCall, Flow::Call),
            FlowClass::Return => Flow::Return,
            FlowClass::Indirect => Flow::Indirect,
            FlowClass::IndirectCall => Flow::IndirectCall,
            FlowClass::Exception => Flow::Exception,
            FlowClass::ConditionalException if self.always() => Flow::Exception,
            FlowClass::ConditionalException => Flow::ConditionalException,
            FlowClass::SystemCall => Flow::SystemCall,
            FlowClass::ExceptionReturn => Flow::ExceptionReturn,
        }
    }

    /// Whether there is a condition, and it is AL or NV: of B.cond and BC.cond, and of FLT, in bits
    /// 3 to 0. Looking at the operands would take more code.
    const fn always(self) -> bool {
        self.word() & 0xff00_000e == 0x5400_000e || self.word() & 0xffe0_001e == 0xd420_001e
    }
}
