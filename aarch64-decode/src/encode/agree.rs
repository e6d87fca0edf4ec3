//! When a given operand is what a word decodes to: the spellings that mean the same.

use super::error::EncodeErrorKind as Kind;
#[cfg(feature = "sve")]
use super::scalable::from_element;
#[cfg(feature = "sve")]
use crate::bits::low16;
use crate::bits::{low32, sign_extend, signed, unsigned, wide, widen};
use crate::generated::Descriptor;
use crate::generated::kinds::Kind as Program;
use crate::generated::named::table::{RANGEPREFETCH, SYSREG};
use crate::named::Name;
use crate::operand::{Extend, Memory, MemoryOffset, Operand, Shift};
use crate::register::{Register, RegisterClass};

/// The operand in the shape in which the kind decodes it: a register without its shift by 0, an immediate without `lsl #0`, a value
/// without its name.
pub(super) fn adapt(descriptor: Descriptor, operand: Operand) -> Operand {
    let [a, _, c, d, e, ..] = descriptor.p;
    match (descriptor.kind, operand) {
        (Program::ShiftedGpr | Program::PtrShiftedGpr, Operand::Register(register)) => {
            Operand::ShiftedRegister {
                register,
                shift: Shift::Lsl,
                amount: 0,
            }
        }
        (Program::ExtendedGpr, Operand::Register(register)) => Operand::ExtendedRegister {
            register,
            extend: Extend::Lsl,
            amount: 0,
        },
        (
            Program::ExtendedGpr,
            Operand::ShiftedRegister {
                register,
                shift: Shift::Lsl,
                amount,
            },
        ) => Operand::ExtendedRegister {
            register,
            extend: Extend::Lsl,
            amount,
        },
        (Program::ShiftedImm, Operand::Immediate(value))
            if value > 0xfff && value.trailing_zeros() >= 12 =>
        {
            shifted(value >> 12, 12).unwrap_or(operand)
        }
        (
            Program::ShiftedImm | Program::WideImm | Program::ShiftedImmPair,
            Operand::Immediate(value),
        ) => shifted(value, 0).unwrap_or(operand),
        (Program::Bitmask, Operand::Immediate(value)) if a == 32 && is_low(value) => {
            let low = low32(unsigned(value));
            Operand::Immediate(if e == 0 {
                signed(wide(low))
            } else {
                sign_extend(low, 32)
            })
        }
        (Program::WideValue, Operand::Immediate(value)) if a == 32 && is_word(value) => {
            Operand::Immediate(sign_extend(low32(unsigned(value)), 32))
        }
        (Program::Named, Operand::Immediate(value)) => valued(a, d, value).unwrap_or(operand),
        (Program::NamedPair, Operand::Immediate(value)) => valued(a, 1, value).unwrap_or(operand),
        (Program::SystemRegister, Operand::Immediate(value)) => {
            valued(SYSREG, 1, value).unwrap_or(operand)
        }
        (Program::RangePrefetch, Operand::Immediate(value)) => {
            valued(RANGEPREFETCH, 1, value).unwrap_or(operand)
        }
        (kind, Operand::Memory(memory)) => Operand::Memory(Memory {
            offset: offset(kind, memory.offset, c, e),
            ..memory
        }),
        _ => operand,
    }
}

/// Whether a value is one of 32 bits, signed or unsigned.
fn is_word(value: i64) -> bool {
    u32::try_from(value).is_ok() || i32::try_from(value).is_ok()
}

/// Whether the upper 32 bits of a value are all the same: those of 32 bits do not say theirs.
const fn is_low(value: i64) -> bool {
    matches!(value >> 32, 0 | -1)
}

fn shifted(value: i64, amount: u8) -> Option<Operand> {
    Some(Operand::ShiftedImmediate {
        value: u16::try_from(value).ok()?,
        shift: Shift::Lsl,
        amount,
    })
}

fn valued(table: u8, flags: u8, value: i64) -> Option<Operand> {
    let value = u16::try_from(value).ok()?;
    Some(Operand::Name(Name::new(table, value, flags)))
}

/// An offset in the shape in which the kind decodes it; `shift` is that of a scalable index, `log` that of a register offset.
fn offset(kind: Program, offset: MemoryOffset, shift: u8, log: u8) -> MemoryOffset {
    let none = matches!(offset, MemoryOffset::None | MemoryOffset::Immediate(0));
    match (kind, offset) {
        (Program::MemBase | Program::MemBack, _) if none => MemoryOffset::None,
        (
            Program::MemUImm | Program::MemSImm | Program::MemPac | Program::MemElement,
            MemoryOffset::None,
        ) => MemoryOffset::Immediate(0),
        (Program::MemVl | Program::MemVlPair | Program::MemVlUnsigned, _) if none => {
            MemoryOffset::VectorLengths(0)
        }
        (Program::MemIndex | Program::MemZReg, MemoryOffset::None) => MemoryOffset::Register {
            index: Register::new(RegisterClass::X, 31),
            extend: Extend::Lsl,
            amount: (kind == Program::MemIndex && shift != 0).then_some(shift),
        },
        (
            _,
            MemoryOffset::Register {
                index,
                extend,
                amount: Some(0),
            },
        ) if kind != Program::MemReg || log != 0 => MemoryOffset::Register {
            index,
            extend,
            amount: None,
        },
        _ => offset,
    }
}

/// Whether two registers are the same one: 0 to 30 have one name, whether 31 is the zero register there or the stack pointer.
fn same_register(given: Register, decoded: Register) -> bool {
    let other = match given.class() {
        RegisterClass::W => RegisterClass::Wsp,
        RegisterClass::Wsp => RegisterClass::W,
        RegisterClass::X => RegisterClass::Xsp,
        RegisterClass::Xsp => RegisterClass::X,
        _ => return given == decoded,
    };
    given == decoded || given.number() != 31 && given.in_class(other) == decoded
}

/// Whether the given operand, in the kind's shape, is the decoded one or means the same.
pub(super) fn same(descriptor: Descriptor, given: &Operand, decoded: &Operand) -> bool {
    if given == decoded {
        return true;
    }
    let [a, ..] = descriptor.p;
    match (*given, *decoded) {
        (Operand::Register(given), Operand::Register(decoded)) => {
            same_register(given, decoded)
                // tbz x0, #3 is tbz w0, #3.
                || descriptor.kind == Program::GprSized
                    && given == decoded.in_class(RegisterClass::X)
        }
        (
            Operand::ShiftedRegister {
                register,
                shift,
                amount,
            },
            Operand::ShiftedRegister {
                register: own,
                shift: own_shift,
                amount: own_amount,
            },
        ) => same_register(register, own) && shift == own_shift && amount == own_amount,
        (
            Operand::ExtendedRegister {
                register,
                extend,
                amount,
            },
            Operand::ExtendedRegister {
                register: own,
                extend: own_extend,
                amount: own_amount,
            },
        ) => {
            // lsl is another spelling of uxtw and uxtx.
            let option = |extend: Extend| extend.number().unwrap_or(widen(a).wrapping_add(2));
            same_register(register, own)
                && option(extend) == option(own_extend)
                && amount == own_amount
        }
        (Operand::Memory(given), Operand::Memory(decoded)) => {
            same_register(given.base, decoded.base)
                && given.mode == decoded.mode
                && same_offset(given.offset, decoded.offset)
        }
        (Operand::WriteBack(given), Operand::WriteBack(decoded)) => same_register(given, decoded),
        (Operand::Name(given), Operand::Name(decoded)) => given.is_same(decoded),
        #[cfg(feature = "sve")]
        (given, decoded) => same_value(&given, &decoded),
        #[cfg(not(feature = "sve"))]
        _ => false,
    }
}

/// Whether the spelling is the decoded operand's too: `lsl` is not `uxtw`, though it means the same.
#[cfg(feature = "asm")]
pub(super) fn is_spelled(given: &Operand, decoded: &Operand) -> bool {
    match (*given, *decoded) {
        (
            Operand::ExtendedRegister { extend, .. },
            Operand::ExtendedRegister {
                extend: own_extend, ..
            },
        ) => extend == own_extend,
        _ => true,
    }
}

fn same_offset(given: MemoryOffset, decoded: MemoryOffset) -> bool {
    match (given, decoded) {
        (
            MemoryOffset::Register {
                index,
                extend,
                amount,
            },
            MemoryOffset::Register {
                index: own,
                extend: own_extend,
                amount: own_amount,
            },
        ) => same_register(index, own) && extend == own_extend && amount == own_amount,
        _ => given == decoded,
    }
}

/// Whether two immediates of an element are the same: with its sign, as the element's bits, or shifted by 8.
#[cfg(feature = "sve")]
fn same_value(given: &Operand, decoded: &Operand) -> bool {
    let value = |operand: &Operand| match *operand {
        Operand::Immediate(value) => Some(value),
        Operand::ElementImmediate { value, .. } => Some(i64::from(value)),
        Operand::ShiftedImmediate {
            value,
            shift: Shift::Lsl,
            amount: 8,
        } if value <= 0xff => Some(i64::from(value) << 8),
        _ => None,
    };
    let (Some(given), Some(own)) = (value(given), value(decoded)) else {
        return false;
    };
    match *decoded {
        Operand::ElementImmediate { element, .. } => {
            let size = super::vector::log(element).unwrap_or(3);
            from_element(given, size) == own
                || i64::from(signed16(low16(low32(unsigned(given))))) == own && given >> 16 == 0
        }
        Operand::Immediate(_) => given == own,
        _ => false,
    }
}

/// The same bits, signed.
#[cfg(feature = "sve")]
const fn signed16(value: u16) -> i16 {
    i16::from_le_bytes(value.to_le_bytes())
}

/// What is wrong with an operand that decodes as another one.
pub(super) fn difference(given: &Operand, decoded: &Operand) -> Kind {
    let register = |given: Register, decoded: Register| {
        let plain = |register: Register| (register.class(), register.number());
        if plain(given) == plain(decoded) {
            Kind::BadArrangement
        } else {
            Kind::BadRegister
        }
    };
    match (*given, *decoded) {
        (Operand::Register(given), Operand::Register(decoded)) => register(given, decoded),
        (Operand::List(given), Operand::List(decoded)) => {
            if (given.count, given.stride) == (decoded.count, decoded.stride) {
                register(given.first, decoded.first)
            } else {
                Kind::BadRegister
            }
        }
        (Operand::Memory(given), Operand::Memory(decoded)) => {
            if same_register(given.base, decoded.base) {
                Kind::BadOperand
            } else {
                Kind::BadRegister
            }
        }
        (
            Operand::ShiftedRegister { .. }
            | Operand::ExtendedRegister { .. }
            | Operand::WriteBack(_),
            Operand::ShiftedRegister { .. }
            | Operand::ExtendedRegister { .. }
            | Operand::WriteBack(_),
        ) => Kind::BadRegister,
        (Operand::Immediate(_), Operand::Immediate(_)) => Kind::OutOfRange,
        (
            Operand::Matrix(_) | Operand::Slice { .. },
            Operand::Matrix(_) | Operand::Slice { .. },
        ) => Kind::BadArrangement,
        _ => Kind::BadOperand,
    }
}
