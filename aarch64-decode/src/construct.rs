//! Words for what loaders and patchers write.
//!
//! Each constructor is a `const fn` named after its instruction and refuses what the instruction
//! cannot hold. Branches and pc-relative loads take the address of the instruction and that of the
//! target, in bytes; addresses wrap at 2^64.
//!
//! ```
//! use aarch64_decode::construct::{self, Gpr, Width};
//! use aarch64_decode::{EncodeError, EncodeErrorKind};
//!
//! // A hook of three words: x16 is free at a call (AAPCS64).
//! const HOOK: u64 = 0xffff_fe00_0900_1230;
//! let at = 0xffff_fe00_0700_4000;
//! let words = [
//!     construct::adrp(Gpr::X16, at, HOOK)?,
//!     construct::add_immediate(Width::X, Gpr::X16, Gpr::X16, 0x230)?,
//!     construct::br(Gpr::X16)?,
//! ];
//! assert_eq!(words, [0xb000_fff0, 0x9108_c210, 0xd61f_0200]);
//! assert_eq!(construct::b(at, at + 2).unwrap_err().kind(), EncodeErrorKind::Misaligned);
//! assert_eq!(construct::b(at, at + (128 << 20)).unwrap_err().kind(), EncodeErrorKind::OutOfRange);
//! # Ok::<(), EncodeError>(())
//! ```
//!
//! Source of the encodings: Arm Architecture Reference Manual (DDI 0487), C6.2, under the name that
//! each constructor gives.

#[macro_use]
mod attempt;
mod register;
mod wide;

pub use register::{Gpr, Width};
pub use wide::{MovWide, mov_wide, movk, movn, movz};

use crate::bits::{low32, sign_extend, signed, unsigned, widen, widen16};
use crate::condition::Condition;
use crate::encode::{EncodeError, EncodeErrorKind};

/// The field of `width` bits (below 32) for a distance in bytes that is counted in units of `1 <<
/// scale` bytes.
const fn distance(bytes: u64, scale: u32, width: u8) -> Result<u32, EncodeError> {
    let units = signed(bytes).wrapping_shr(scale);
    if bytes.trailing_zeros() < scale {
        return Err(EncodeError::whole(EncodeErrorKind::Misaligned));
    }
    let field = low32(unsigned(units)) & !u32::MAX.wrapping_shl(widen(width));
    if sign_extend(field, width) == units {
        Ok(field)
    } else {
        Err(EncodeError::whole(EncodeErrorKind::OutOfRange))
    }
}

/// A branch from `pc` to `target` in words.
const fn words(pc: u64, target: u64, width: u8) -> Result<u32, EncodeError> {
    distance(target.wrapping_sub(pc), 2, width)
}

/// `nop` (NOP).
#[must_use]
pub const fn nop() -> u32 {
    0xd503_201f
}

/// `b target` (B).
///
/// # Errors
/// If `target` is more than 128 MiB before `pc`, more than 128 MiB - 4 after it, or not a multiple
/// of 4 away from it.
pub const fn b(pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(0x1400_0000 | ok!(words(pc, target, 26)))
}

/// `bl target` (BL).
///
/// # Errors
/// As for [`b`].
pub const fn bl(pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(0x9400_0000 | ok!(words(pc, target, 26)))
}

/// `b.condition target` (B.cond).
///
/// # Errors
/// If `target` is more than 1 MiB before `pc`, more than 1 MiB - 4 after it, or not a multiple of 4
/// away from it.
pub const fn b_cond(condition: Condition, pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(0x5400_0000 | ok!(words(pc, target, 19)) << 5 | widen(condition.number()))
}

/// `cbz rt, target` (CBZ).
///
/// # Errors
/// As for [`b_cond`]; [`EncodeErrorKind::BadRegister`] for the stack pointer.
pub const fn cbz(width: Width, rt: Gpr, pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(width.sf() | 0x3400_0000 | ok!(words(pc, target, 19)) << 5 | ok!(rt.or_zero()))
}

/// `cbnz rt, target` (CBNZ).
///
/// # Errors
/// As for [`cbz`].
pub const fn cbnz(width: Width, rt: Gpr, pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(1 << 24 | ok!(cbz(width, rt, pc, target)))
}

/// `tbz rt, #bit, target` (TBZ): branches if the bit, 0 to 63, is clear.
///
/// # Errors
/// If `target` is more than 32 KiB before `pc`, more than 32 KiB - 4 after it, or not a multiple of
/// 4 away from it; if `bit` is above 63; if `rt` is the stack pointer.
pub const fn tbz(rt: Gpr, bit: u8, pc: u64, target: u64) -> Result<u32, EncodeError> {
    if bit > 63 {
        return Err(EncodeError::whole(EncodeErrorKind::OutOfRange));
    }
    let bit = widen(bit);
    let number = (bit & 32) << 26 | (bit & 31) << 19;
    Ok(0x3600_0000 | number | ok!(words(pc, target, 14)) << 5 | ok!(rt.or_zero()))
}

/// `tbnz rt, #bit, target` (TBNZ): branches if the bit, 0 to 63, is set.
///
/// # Errors
/// As for [`tbz`].
pub const fn tbnz(rt: Gpr, bit: u8, pc: u64, target: u64) -> Result<u32, EncodeError> {
    Ok(1 << 24 | ok!(tbz(rt, bit, pc, target)))
}

/// `immhi` and `immlo` of ADR and ADRP.
const fn split(field: u32) -> u32 {
    (field & 3) << 29 | (field >> 2) << 5
}

/// `adr rd, target` (ADR).
///
/// # Errors
/// If `target` is more than 1 MiB before `pc` or more than 1 MiB - 1 after it;
/// [`EncodeErrorKind::BadRegister`] for the stack pointer.
pub const fn adr(rd: Gpr, pc: u64, target: u64) -> Result<u32, EncodeError> {
    let field = ok!(distance(target.wrapping_sub(pc), 0, 21));
    Ok(0x1000_0000 | split(field) | ok!(rd.or_zero()))
}

/// `adrp rd, target` (ADRP): the 4 KiB page of `target`. What is left, `target & 0xfff`, is for the
/// `add`, `ldr` or `str` behind it.
///
/// # Errors
/// If the page of `target` is more than 4 GiB before that of `pc` or more than 4 GiB - 4 KiB after
/// it; [`EncodeErrorKind::BadRegister`] for the stack pointer.
pub const fn adrp(rd: Gpr, pc: u64, target: u64) -> Result<u32, EncodeError> {
    let pages = (target & !0xfff).wrapping_sub(pc & !0xfff);
    Ok(0x9000_0000 | split(ok!(distance(pages, 12, 21))) | ok!(rd.or_zero()))
}

/// `imm12` and `sh` of ADD and SUB.
const fn add_field(value: u32) -> Result<u32, EncodeError> {
    if value <= 0xfff {
        Ok(value << 10)
    } else if value > 0xff_f000 {
        Err(EncodeError::whole(EncodeErrorKind::OutOfRange))
    } else if value.trailing_zeros() >= 12 {
        Ok(1 << 22 | value >> 2)
    } else {
        Err(EncodeError::whole(EncodeErrorKind::Misaligned))
    }
}

/// `add rd, rn, #value` (ADD (immediate)). Both registers may be the stack pointer.
///
/// # Errors
/// If `value` is above 0xfff000, or above 4095 and not a multiple of 4096;
/// [`EncodeErrorKind::BadRegister`] for the zero register.
pub const fn add_immediate(width: Width, rd: Gpr, rn: Gpr, value: u32) -> Result<u32, EncodeError> {
    let registers = ok!(rn.or_sp()) << 5 | ok!(rd.or_sp());
    Ok(width.sf() | 0x1100_0000 | ok!(add_field(value)) | registers)
}

/// `sub rd, rn, #value` (SUB (immediate)). Both registers may be the stack pointer.
///
/// # Errors
/// As for [`add_immediate`].
pub const fn sub_immediate(width: Width, rd: Gpr, rn: Gpr, value: u32) -> Result<u32, EncodeError> {
    Ok(1 << 30 | ok!(add_immediate(width, rd, rn, value)))
}

/// `ldr rt, target` (LDR (literal)): the 4 or 8 bytes at `target`.
///
/// # Errors
/// As for [`b_cond`]; [`EncodeErrorKind::BadRegister`] for the stack pointer.
pub const fn ldr_literal(width: Width, rt: Gpr, pc: u64, target: u64) -> Result<u32, EncodeError> {
    // opc, bits 31:30, is 0 for 32 bits and 1 for 64.
    let opc = width.sf() >> 1;
    Ok(0x1800_0000 | opc | ok!(words(pc, target, 19)) << 5 | ok!(rt.or_zero()))
}

/// `str rt, [rn, #offset]` (STR (immediate), unsigned offset): stores 4 or 8 bytes. The offset is
/// in bytes; `rn` may be the stack pointer.
///
/// # Errors
/// If `offset` is above 4095 times the size of `rt`, or not a multiple of that size; if `rt` is the
/// stack pointer or `rn` the zero register.
pub const fn str_immediate(
    width: Width,
    rt: Gpr,
    rn: Gpr,
    offset: u32,
) -> Result<u32, EncodeError> {
    let scale = match width {
        Width::W => 2,
        Width::X => 3,
    };
    if offset.trailing_zeros() < scale {
        return Err(EncodeError::whole(EncodeErrorKind::Misaligned));
    }
    let units = offset.wrapping_shr(scale);
    if units > 0xfff {
        return Err(EncodeError::whole(EncodeErrorKind::OutOfRange));
    }
    let size = 1 << 31 | width.sf() >> 1;
    Ok(0x3900_0000 | size | units << 10 | ok!(rn.or_sp()) << 5 | ok!(rt.or_zero()))
}

/// `ldr rt, [rn, #offset]` (LDR (immediate), unsigned offset): loads 4 or 8 bytes. The offset is in
/// bytes; `rn` may be the stack pointer.
///
/// # Errors
/// As for [`str_immediate`].
pub const fn ldr_immediate(
    width: Width,
    rt: Gpr,
    rn: Gpr,
    offset: u32,
) -> Result<u32, EncodeError> {
    Ok(1 << 22 | ok!(str_immediate(width, rt, rn, offset)))
}

macro_rules! exceptions {
    ($($name:ident $title:literal $base:literal)*) => {
        $(
            #[doc = concat!("`", stringify!($name), " #value` (", $title, ").")]
            #[must_use]
            pub const fn $name(value: u16) -> u32 {
                $base | widen16(value) << 5
            }
        )*
    };
}
exceptions! {
    svc "SVC" 0xd400_0001
    hvc "HVC" 0xd400_0002
    smc "SMC" 0xd400_0003
    brk "BRK" 0xd420_0000
    hlt "HLT" 0xd440_0000
}

macro_rules! to_register {
    ($($name:ident $title:literal $base:literal)*) => {
        $(
            #[doc = concat!("`", stringify!($name), " rn` (", $title, ").")]
            ///
            /// # Errors
            /// [`EncodeErrorKind::BadRegister`] for the stack pointer.
            pub const fn $name(rn: Gpr) -> Result<u32, EncodeError> {
                Ok($base | ok!(rn.or_zero()) << 5)
            }
        )*
    };
}
to_register! {
    br "BR" 0xd61f_0000
    blr "BLR" 0xd63f_0000
    ret "RET" 0xd65f_0000
}

/// A system register's `op0:op1:CRn:CRm:op2` in its place.
const fn system(register: u16) -> Result<u32, EncodeError> {
    if register & 0x8000 == 0 {
        return Err(EncodeError::whole(EncodeErrorKind::OutOfRange));
    }
    Ok(widen16(register) << 5)
}

/// `msr register, rt` (MSR (register)). The system register's number is `op0:op1:CRn:CRm:op2` in 16
/// bits, as [`Name::value`](crate::Name::value) gives it: 0x8084 is OSLAR_EL1.
///
/// # Errors
/// [`EncodeErrorKind::OutOfRange`] unless op0 is 2 or 3; [`EncodeErrorKind::BadRegister`] for the
/// stack pointer.
pub const fn msr(register: u16, rt: Gpr) -> Result<u32, EncodeError> {
    Ok(0xd500_0000 | ok!(system(register)) | ok!(rt.or_zero()))
}

/// `mrs rt, register` (MRS). The system register's number is as for [`msr`].
///
/// # Errors
/// As for [`msr`].
pub const fn mrs(rt: Gpr, register: u16) -> Result<u32, EncodeError> {
    Ok(0xd520_0000 | ok!(system(register)) | ok!(rt.or_zero()))
}

/// A barrier's CRm.
const fn barrier(base: u32, option: u8) -> Result<u32, EncodeError> {
    if option > 15 {
        return Err(EncodeError::whole(EncodeErrorKind::OutOfRange));
    }
    Ok(base | widen(option) << 8)
}

/// `isb` (ISB), for the full system.
#[must_use]
pub const fn isb() -> u32 {
    0xd503_3fdf
}

/// `dsb option` (DSB): 15 is `sy`, 14 `st`, 13 `ld`, 11 `ish`, 10 `ishst`, 9 `ishld`, 7 `nsh`, 3
/// `osh`. 0 and 4 are SSBB and PSSBB.
///
/// # Errors
/// [`EncodeErrorKind::OutOfRange`] above 15.
pub const fn dsb(option: u8) -> Result<u32, EncodeError> {
    barrier(0xd503_309f, option)
}

/// `dmb option` (DMB); the options are those of [`dsb`].
///
/// # Errors
/// As for [`dsb`].
pub const fn dmb(option: u8) -> Result<u32, EncodeError> {
    barrier(0xd503_30bf, option)
}
