//! Sets of registers and of condition flags.

use core::fmt;
use core::ops::{BitAnd, BitOr, BitOrAssign, Not};

use crate::bits::{index, low8, widen, widen16};
use crate::condition::Condition;
use crate::register::{Register, RegisterClass};

/// Condition flags: N, Z, C and V of PSTATE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// Negative.
    pub const N: Self = Self(1);
    /// Zero.
    pub const Z: Self = Self(2);
    /// Carry.
    pub const C: Self = Self(4);
    /// Overflow.
    pub const V: Self = Self(8);
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All four.
    pub const NZCV: Self = Self(15);

    /// The low four bits: N is bit 0.
    pub(super) const fn new(bits: u8) -> Self {
        Self(bits & 15)
    }

    /// Whether all of `other` are in the set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set has none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The flags of four bits in the order of PSTATE.NZCV: V is bit 0, N bit 3.
    pub const fn from_nzcv(bits: u8) -> Self {
        Self(low8(widen(bits).reverse_bits() >> 28))
    }
}

impl BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Condition {
    /// The flags that decide it; none for `al` and `nv`.
    pub const fn flags(self) -> Flags {
        // Arm ARM, C1.2.4; two neighbours ask the same question.
        match self.number() >> 1 {
            0 => Flags::Z,
            1 => Flags::C,
            2 => Flags::N,
            3 => Flags::V,
            4 => Flags(Flags::C.0 | Flags::Z.0),
            5 => Flags(Flags::N.0 | Flags::V.0),
            6 => Flags(Flags::N.0 | Flags::Z.0 | Flags::V.0),
            _ => Flags::NONE,
        }
    }
}

/// A set of registers and flags. The W and X of a number are one register, as are the B, H, S, D, Q, V and Z of a number and the P
/// and PN of a number; ZA is one register, whatever its tiles. The zero register is in no set.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RegisterSet {
    /// Bit n: x0 to x30; bit 31: sp.
    general: u32,
    /// Bit n: v0 to v31.
    vector: u32,
    /// Bit n: p0 to p15.
    predicate: u16,
    /// Bits 0 to 3: the flags; then ZA, ZT0, FFR.
    other: u16,
}

const ZA: u16 = 0x10;
const ZT0: u16 = 0x20;
const FFR: u16 = 0x40;

impl RegisterSet {
    /// Without any.
    pub const EMPTY: Self = Self {
        general: 0,
        vector: 0,
        predicate: 0,
        other: 0,
    };
    /// The matrix ZA.
    pub const ZA: Self = Self {
        other: ZA,
        ..Self::EMPTY
    };
    /// The lookup table register zt0.
    pub const ZT0: Self = Self {
        other: ZT0,
        ..Self::EMPTY
    };
    /// The first-fault register of SVE.
    pub const FFR: Self = Self {
        other: FFR,
        ..Self::EMPTY
    };
    /// All vector registers.
    pub(crate) const VECTORS: Self = Self {
        vector: u32::MAX,
        ..Self::EMPTY
    };
    /// All predicate registers.
    pub(crate) const PREDICATES: Self = Self {
        predicate: u16::MAX,
        ..Self::EMPTY
    };

    /// Flags alone.
    pub const fn flags_only(flags: Flags) -> Self {
        Self {
            other: u16::from_le_bytes([flags.0, 0]),
            ..Self::EMPTY
        }
    }

    /// General registers alone: bit n is x0 to x30, bit 31 sp.
    pub const fn general_only(mask: u32) -> Self {
        Self {
            general: mask,
            ..Self::EMPTY
        }
    }

    /// One register; empty for the zero register.
    pub const fn of(register: Register) -> Self {
        let number = widen(register.number());
        let bit = 1_u32.wrapping_shl(number);
        match register.class() {
            RegisterClass::W | RegisterClass::X if number == 31 => Self::EMPTY,
            RegisterClass::W | RegisterClass::X | RegisterClass::Wsp | RegisterClass::Xsp => {
                Self::general_only(bit)
            }
            RegisterClass::B
            | RegisterClass::H
            | RegisterClass::S
            | RegisterClass::D
            | RegisterClass::Q
            | RegisterClass::V
            | RegisterClass::Z => Self {
                vector: bit,
                ..Self::EMPTY
            },
            RegisterClass::P | RegisterClass::Pn => Self {
                predicate: crate::bits::low16(bit),
                ..Self::EMPTY
            },
            RegisterClass::Za => Self::ZA,
            RegisterClass::Zt => Self::ZT0,
        }
    }

    /// The general registers: bit n is x0 to x30, bit 31 sp.
    pub const fn general(self) -> u32 {
        self.general
    }

    /// The vector registers: bit n is v0 to v31 and z0 to z31.
    pub const fn vector(self) -> u32 {
        self.vector
    }

    /// The predicate registers: bit n is p0 to p15.
    pub const fn predicate(self) -> u16 {
        self.predicate
    }

    /// The condition flags.
    pub const fn flags(self) -> Flags {
        let [low, _] = self.other.to_le_bytes();
        Flags(low & 15)
    }

    /// Whether the register is in the set; the zero register never is.
    pub fn contains(self, register: Register) -> bool {
        let one = Self::of(register);
        !one.is_empty() && self & one == one
    }

    /// Whether the set has no register and no flag.
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// Whether some register or flag is in both sets.
    pub fn intersects(self, other: Self) -> bool {
        !(self & other).is_empty()
    }
}

impl BitOr for RegisterSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self {
            general: self.general | other.general,
            vector: self.vector | other.vector,
            predicate: self.predicate | other.predicate,
            other: self.other | other.other,
        }
    }
}

impl BitOrAssign for RegisterSet {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl BitAnd for RegisterSet {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self {
            general: self.general & other.general,
            vector: self.vector & other.vector,
            predicate: self.predicate & other.predicate,
            other: self.other & other.other,
        }
    }
}

impl Not for RegisterSet {
    type Output = Self;
    /// All registers and flags that are not in the set.
    fn not(self) -> Self {
        Self {
            general: !self.general,
            vector: !self.vector,
            predicate: !self.predicate,
            other: !self.other & (ZA | ZT0 | FFR | 15),
        }
    }
}

impl fmt::Debug for RegisterSet {
    /// The names: `{x0, sp, v3, p1, nz, za}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const OTHERS: [&str; 7] = ["n", "z", "c", "v", "za", "zt0", "ffr"];
        let mut set = f.debug_set();
        for number in 0..32_u32 {
            if self.general >> number & 1 != 0 {
                if number == 31 {
                    set.entry(&format_args!("sp"));
                } else {
                    set.entry(&format_args!("x{number}"));
                }
            }
        }
        let files = [("v", self.vector), ("p", widen16(self.predicate))];
        for (letter, mask) in files {
            for number in 0..32_u32 {
                if mask >> number & 1 != 0 {
                    set.entry(&format_args!("{letter}{number}"));
                }
            }
        }
        for number in 0..7_u32 {
            if widen16(self.other) >> number & 1 != 0 {
                let name = OTHERS.get(index(number)).copied().unwrap_or("");
                set.entry(&format_args!("{name}"));
            }
        }
        set.finish()
    }
}
