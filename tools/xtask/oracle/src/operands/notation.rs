//! What both notations share: the address, and the names of system registers.

use aarch64_decode::{Operand, decode};

use crate::Text;

/// The address of the first word: high, as a kernel's, so that all bits of a target count.
pub(super) const BASE: u64 = 0xffff_fe00_0700_4000;

/// The other decoder: a word and its address to the notation.
pub(super) type Decode = fn(u32, u64) -> Text;

/// A system register: its numbers, and if both decoders have a name for it, that of one.
pub(super) fn system(value: u32, name: fn(u32) -> Option<String>) -> String {
    let [op0, op1, crn, crm, op2] = [
        value >> 14,
        value >> 11 & 7,
        value >> 7 & 15,
        value >> 3 & 15,
        value & 7,
    ];
    // MRS X0: bits 20 to 5 are the register.
    let mrs = 0xd520_0000 | value << 5;
    let numbers = format!("s{op0}_{op1}_c{crn}_c{crm}_{op2}");
    // Who names implementation-defined registers names them as he likes.
    if matches!(crn, 11 | 15) {
        return numbers;
    }
    match (our_name(mrs), their_name(mrs)) {
        (Some(_), Some(_)) => format!("{numbers}:{}", name(mrs).unwrap_or_default()),
        _ => numbers,
    }
}

/// The name of a system register, from what we make of an MRS that reads it.
pub(super) fn our_name(mrs: u32) -> Option<String> {
    let mut operands = decode(mrs).ok()?.operands(0);
    let name = operands.find_map(|operand| match operand {
        Operand::Name(name) => name.text(),
        _ => None,
    })?;
    Some(name.as_str().to_ascii_lowercase())
}

/// The name of a system register, from what bad64 makes of an MRS that reads it.
#[cfg(feature = "bad64")]
pub(super) fn their_name(mrs: u32) -> Option<String> {
    let instruction = bad64::decode(mrs, 0).ok()?;
    instruction
        .operands()
        .iter()
        .find_map(|operand| match operand {
            bad64::Operand::SysReg(own) => Some(own.name().to_ascii_lowercase()),
            _ => None,
        })
}

/// No name, since bad64 is not built in.
#[cfg(not(feature = "bad64"))]
pub(super) fn their_name(_mrs: u32) -> Option<String> {
    None
}
