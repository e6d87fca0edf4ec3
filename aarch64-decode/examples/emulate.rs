//! Emulates one instruction that trapped: MRS and MSR, loads and stores of general registers.
use aarch64_decode::Operand::{self, Memory, Name, Register as Reg};
use aarch64_decode::{AddressMode, MemoryKind, MemoryOffset, Register, RegisterClass, decode};
use std::collections::BTreeMap;

/// What the instruction reads and changes.
pub struct Guest {
    /// x0 to x30, the stack pointer, the zero register.
    pub x: [u64; 33],
    /// System registers by number.
    pub system: BTreeMap<u16, u64>,
    /// Memory by byte.
    pub memory: BTreeMap<u64, u8>,
}
/// Does what `word` at `pc` does; `None` if that is something else.
pub fn emulate(guest: &mut Guest, pc: u64, word: u32) -> Option<()> {
    let insn = decode(word).ok()?;
    let (mut x, operands) = (guest.x, insn.operands(pc).collect::<Vec<_>>());
    let slot = |own: Register| usize::from(own.number()) + usize::from(own.is_zero());
    let get = |own: Register| guest.x[slot(own)];
    let mut set = |to: Register, value| x[slot(to)] = value;
    let access = insn.effects().memory.filter(|access| !access.exclusive);
    match (insn.mnemonic().as_str(), &operands[..]) {
        ("mrs", [Reg(to), Name(own)]) => set(*to, *guest.system.get(&own.value())?),
        ("msr", [Name(own), Reg(from)]) => drop(guest.system.insert(own.value(), get(*from))),
        _ => drop(access?),
    }
    let mut at = insn.effective_address(pc, get);
    for (operand, access) in operands.iter().zip(access.iter().cycle()) {
        let size = u64::from(access.bytes_per_register()?);
        match (*operand, access.kind) {
            (Reg(own), _) if !matches!(own.class(), RegisterClass::W | RegisterClass::X) => None?,
            (Reg(to), MemoryKind::Load) => {
                let byte = |at| Some(u64::from(*guest.memory.get(&at)?));
                let more = |all: u64, back| Some(all << 8 | byte(at?.wrapping_add(size - back))?);
                let value = (1..=size).try_fold(0, more)?;
                let unused = 64 - 8 * size.max(access.target_bytes()?.into());
                let sign = u64::from(access.is_sign_extended()) << (8 * size - 1);
                set(to, (value ^ sign).wrapping_sub(sign) << unused >> unused);
            }
            (Reg(from), MemoryKind::Store) => {
                let bytes = (0..size).zip(get(from).to_le_bytes());
                let places = bytes.map(|(by, byte)| Some((at?.wrapping_add(by), byte)));
                guest.memory.extend(places.flatten());
            }
            (Memory(own), _) if own.mode != AddressMode::Offset => {
                let MemoryOffset::Immediate(by) = own.offset else {
                    return None;
                };
                set(own.base, get(own.base).wrapping_add_signed(by.into()));
            }
            (Memory(_) | Operand::Address(_), _) => {}
            _ => None?,
        }
        at = at.map(|at| at.wrapping_add(size));
    }
    x[32] = 0;
    guest.x = x;
    Some(())
}
