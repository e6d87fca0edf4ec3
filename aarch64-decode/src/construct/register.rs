//! The general registers that the constructors take.

use crate::bits::widen;
use crate::encode::{EncodeError, EncodeErrorKind};

/// A general register: x0 to x30, the zero register, or the stack pointer.
///
/// Number 31 is the zero register in some places of an instruction and the stack pointer in others. Here they are two values, so that a
/// constructor can refuse the one that it would not mean. Whether 32 or 64 bits of the register are meant is the constructor's
/// [`Width`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gpr(u8);

/// Beyond the numbers that an instruction can hold.
const STACK_POINTER: u8 = 32;

macro_rules! numbered {
    ($($name:ident $number:literal)*) => {
        $(
            #[doc = concat!("Register ", $number, ".")]
            pub const $name: Self = Self($number);
        )*
    };
}

impl Gpr {
    numbered! {
        X0 0 X1 1 X2 2 X3 3 X4 4 X5 5 X6 6 X7 7 X8 8 X9 9 X10 10 X11 11 X12 12 X13 13 X14 14 X15 15
        X16 16 X17 17 X18 18 X19 19 X20 20 X21 21 X22 22 X23 23 X24 24 X25 25 X26 26 X27 27 X28 28
        X29 29 X30 30
    }

    /// The link register, x30.
    pub const LR: Self = Self::X30;
    /// The zero register: xzr or wzr.
    pub const ZR: Self = Self(31);
    /// The stack pointer: sp or wsp.
    pub const SP: Self = Self(STACK_POINTER);

    /// Register `number`; `None` unless it is 0 to 30.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 30 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number in the instruction, 0 to 31.
    pub const fn number(self) -> u8 {
        if self.0 == STACK_POINTER { 31 } else { self.0 }
    }

    /// The field of a place where 31 is the zero register.
    pub(super) const fn or_zero(self) -> Result<u32, EncodeError> {
        if self.0 == STACK_POINTER {
            Err(EncodeError::whole(EncodeErrorKind::BadRegister))
        } else {
            Ok(widen(self.0))
        }
    }

    /// The field of a place where 31 is the stack pointer.
    pub(super) const fn or_sp(self) -> Result<u32, EncodeError> {
        if self.0 == Self::ZR.0 {
            Err(EncodeError::whole(EncodeErrorKind::BadRegister))
        } else {
            Ok(widen(self.number()))
        }
    }
}

/// How much of a general register.
///
/// There can be no other: A64 has 32 bits of a general register or all 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// The low 32 bits.
    W,
    /// All 64 bits.
    X,
}

impl Width {
    /// The size in bits.
    pub const fn bits(self) -> u8 {
        match self {
            Self::W => 32,
            Self::X => 64,
        }
    }

    /// `sf`, bit 31 of data processing and compare and branch.
    pub(super) const fn sf(self) -> u32 {
        match self {
            Self::W => 0,
            Self::X => 1 << 31,
        }
    }
}
