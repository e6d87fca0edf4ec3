//! Where an instruction accesses memory.

use crate::bits::{low32, sign_extend, unsigned, wide, widen};
use crate::insn::Instruction;
use crate::operand::{AddressMode, Extend, Memory, MemoryOffset, Operand};
use crate::register::{Register, RegisterClass};

/// DC ZVA, DC GVA and DC GZVA with any register: SYS with op1 3, CRn 7, CRm 4.
const ZERO_BLOCK: [u32; 3] = [0xd50b_7420, 0xd50b_7460, 0xd50b_7480];

impl Instruction {
    /// The address, in bytes, at which the instruction at address `pc` accesses memory or
    /// prefetches, if `register` gives the values that its registers have before it: 64 bits of a
    /// general register or the stack pointer. The zero register is not asked for.
    ///
    /// A base is added to its offset or its extended and shifted index; an access before the base
    /// is updated (post-index) is at the base itself (Arm ARM C1.3.3, "Load/store addressing
    /// modes"). Literals count from `pc`. DC ZVA, DC GVA and DC GZVA access the block that contains
    /// the address (Arm ARM C5.3). Of a signed base (LDRAA) the value is taken as it is.
    ///
    /// `None` of an instruction that accesses no memory, of CPY and SET, which have more than one
    /// address or a progress that registers tell, and of accesses of SVE whose addresses are
    /// vectors or count from the length of vectors.
    pub fn effective_address(self, pc: u64, register: impl Fn(Register) -> u64) -> Option<u64> {
        let value = |of: Register| if of.is_zero() { 0 } else { register(of) };
        if ZERO_BLOCK.contains(&(self.word() & 0xffff_ffe0)) {
            return self.operands(pc).find_map(|operand| match operand {
                Operand::Register(address) => Some(value(address)),
                _ => None,
            });
        }
        // Load register (literal), Arm ARM C4.1; its address is that of a prefetch too.
        let is_literal = self.word() & 0x3b00_0000 == 0x1800_0000;
        self.operands(pc).find_map(|operand| match operand {
            Operand::Memory(memory) => address(memory, value),
            Operand::Address(address) if is_literal => Some(address),
            _ => None,
        })
    }
}

fn address(memory: Memory, value: impl Fn(Register) -> u64) -> Option<u64> {
    if memory.base.class() != RegisterClass::Xsp && memory.base.class() != RegisterClass::X {
        return None;
    }
    let offset = match memory.offset {
        _ if memory.mode == AddressMode::Post => 0,
        MemoryOffset::None | MemoryOffset::VectorLengths(0) => 0,
        MemoryOffset::Immediate(bytes) => unsigned(i64::from(bytes)),
        MemoryOffset::VectorLengths(_) => return None,
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } => {
            if !matches!(index.class(), RegisterClass::W | RegisterClass::X) {
                return None;
            }
            extended(value(index), extend).wrapping_shl(widen(amount.unwrap_or(0)))
        }
    };
    Some(value(memory.base).wrapping_add(offset))
}

/// ExtendReg of the Arm ARM, without its shift.
fn extended(value: u64, extend: Extend) -> u64 {
    let low = low32(value);
    match extend {
        Extend::Uxtb => wide(low & 0xff),
        Extend::Uxth => wide(low & 0xffff),
        Extend::Uxtw => wide(low),
        Extend::Sxtb => unsigned(sign_extend(low & 0xff, 8)),
        Extend::Sxth => unsigned(sign_extend(low & 0xffff, 16)),
        Extend::Sxtw => unsigned(sign_extend(low, 32)),
        Extend::Uxtx | Extend::Sxtx | Extend::Lsl => value,
    }
}
