//! How long instructions take.

use crate::bits::{index, low8, widen, widen16};
use crate::encoding::Encoding;
use crate::generated::latency::{CODES, CYCLES, OTHERS};
use crate::insn::Instruction;

impl Instruction {
    /// Cycles from the start of the instruction to its last result, on Apple's cores as LLVM schedules for them; 0 for branches and
    /// hints. `None` for instructions that the model does not know, among them nearly all of SVE and SME.
    ///
    /// Source: LLVM 22.1, `AArch64SchedCyclone.td`, the model of each of Apple's processors there (`apple-a7` to `apple-m4`); the numbers
    /// are `spec/latency.isa`. It was written for the core of 2013: the remark `; Latency: 4` of otool is this number.
    #[must_use]
    pub fn latency(self) -> Option<u8> {
        let number = self.encoding().number();
        let first = OTHERS.partition_point(|entry| entry.0 < number);
        let rest = OTHERS.get(first..).unwrap_or(&[]);
        rest.iter()
            .take_while(|entry| entry.0 == number)
            .find(|&&(_, mask, value, _)| self.word() & mask == value)
            .map(|entry| entry.3)
            .or_else(|| of_encoding(self.encoding()))
    }
}

fn of_encoding(encoding: Encoding) -> Option<u8> {
    let number = widen16(encoding.number());
    let pair = widen(*CODES.get(index(number >> 1))?);
    let code = low8(pair.wrapping_shr((number & 1) << 2) & 15);
    CYCLES.get(usize::from(code.checked_sub(1)?)).copied()
}
