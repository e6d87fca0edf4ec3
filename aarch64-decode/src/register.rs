//! Registers.

use core::fmt;

#[cfg(feature = "fmt")]
use crate::bits::index;
use crate::bits::{low8, widen};

/// What a register's number selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegisterClass {
    /// 32-bit general; 31 is wzr.
    W,
    /// 64-bit general; 31 is xzr.
    X,
    /// 32-bit general; 31 is wsp.
    Wsp,
    /// 64-bit general; 31 is sp.
    Xsp,
    /// The low 8 bits of a vector register.
    B,
    /// The low 16 bits of a vector register.
    H,
    /// The low 32 bits of a vector register.
    S,
    /// The low 64 bits of a vector register.
    D,
    /// All 128 bits of a vector register.
    Q,
    /// A vector register with an arrangement.
    V,
    /// A scalable vector register.
    Z,
    /// A predicate register.
    P,
    /// A predicate register as a counter.
    Pn,
    /// The matrix ZA, or a tile of it.
    Za,
    /// The lookup table register zt0.
    Zt,
}

impl RegisterClass {
    /// The inverse of `new`.
    #[allow(dead_code, reason = "for the rows of vector instructions")]
    const fn number(self) -> u8 {
        match self {
            Self::W => 0,
            Self::X => 1,
            Self::Wsp => 2,
            Self::Xsp => 3,
            Self::B => 4,
            Self::H => 5,
            Self::S => 6,
            Self::D => 7,
            Self::Q => 8,
            Self::V => 9,
            Self::Z => 10,
            Self::P => 11,
            Self::Pn => 12,
            Self::Za => 13,
            Self::Zt => 14,
        }
    }

    /// The class of a parameter (`word class` in operands.isa).
    pub(crate) const fn new(number: u8) -> Self {
        match number {
            0 => Self::W,
            1 => Self::X,
            2 => Self::Wsp,
            3 => Self::Xsp,
            4 => Self::B,
            5 => Self::H,
            6 => Self::S,
            7 => Self::D,
            8 => Self::Q,
            9 => Self::V,
            10 => Self::Z,
            11 => Self::P,
            12 => Self::Pn,
            13 => Self::Za,
            _ => Self::Zt,
        }
    }
}

/// How a register is divided into elements, or the size of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arrangement {
    /// Not divided.
    None,
    /// Bytes: of a scalable register, or one of them.
    B,
    /// Halves: of a scalable register, or one of them.
    H,
    /// Words: of a scalable register, or one of them.
    S,
    /// Double words: of a scalable register, or one of them.
    D,
    /// 128-bit elements of a scalable register, or one of them.
    Q,
    /// Two bytes.
    B2,
    /// Four bytes.
    B4,
    /// Eight bytes.
    B8,
    /// Sixteen bytes.
    B16,
    /// Two halves.
    H2,
    /// Four halves.
    H4,
    /// Eight halves.
    H8,
    /// Two words.
    S2,
    /// Four words.
    S4,
    /// One double word.
    D1,
    /// Two double words.
    D2,
    /// One 128-bit element.
    Q1,
}

impl Arrangement {
    /// The inverse of `new`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::B => 1,
            Self::H => 2,
            Self::S => 3,
            Self::D => 4,
            Self::Q => 5,
            Self::B2 => 6,
            Self::B4 => 7,
            Self::B8 => 8,
            Self::B16 => 9,
            Self::H2 => 10,
            Self::H4 => 11,
            Self::H8 => 12,
            Self::S2 => 13,
            Self::S4 => 14,
            Self::D1 => 15,
            Self::D2 => 16,
            Self::Q1 => 17,
        }
    }

    /// The arrangement of a parameter (`word arrangement` in operands.isa).
    pub(crate) const fn new(number: u8) -> Self {
        match number {
            1 => Self::B,
            2 => Self::H,
            3 => Self::S,
            4 => Self::D,
            5 => Self::Q,
            6 => Self::B2,
            7 => Self::B4,
            8 => Self::B8,
            9 => Self::B16,
            10 => Self::H2,
            11 => Self::H4,
            12 => Self::H8,
            13 => Self::S2,
            14 => Self::S4,
            15 => Self::D1,
            16 => Self::D2,
            17 => Self::Q1,
            _ => Self::None,
        }
    }

    /// Its name without the dot; empty for [`None`](Self::None).
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::B => "b",
            Self::H => "h",
            Self::S => "s",
            Self::D => "d",
            Self::Q => "q",
            Self::B2 => "2b",
            Self::B4 => "4b",
            Self::B8 => "8b",
            Self::B16 => "16b",
            Self::H2 => "2h",
            Self::H4 => "4h",
            Self::H8 => "8h",
            Self::S2 => "2s",
            Self::S4 => "4s",
            Self::D1 => "1d",
            Self::D2 => "2d",
            Self::Q1 => "1q",
        }
    }
}

/// What a governing predicate does with inactive elements.
///
/// There can be no other: they are set to zero or kept, or nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Predication {
    /// Nothing is said.
    None,
    /// They become zero (`/z`).
    Zeroing,
    /// They keep their value (`/m`).
    Merging,
}

/// Stands for no lane.
const NO_LANE: u8 = 0xff;

/// A register operand.
// One word, because bytes that are written one by one and read together stall the processor.
//
//  31      24 23  22 20         16 15       8 7    5 4      0
// +----------+------+-------------+----------+------+--------+
// |   lane   | /z/m | arrangement |  class   | free | number |
// +----------+------+-------------+----------+------+--------+
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Register(u32);

impl Register {
    #[inline]
    #[allow(dead_code, reason = "for the rows of vector instructions")]
    pub(crate) const fn new(class: RegisterClass, number: u8) -> Self {
        Self::numbered(class.number(), number)
    }

    /// The register of a class parameter (`word class` in operands.isa).
    #[inline]
    pub(crate) const fn numbered(class: u8, number: u8) -> Self {
        Self(u32::from_le_bytes([number & 31, class, 0, NO_LANE]))
    }

    /// No register.
    pub(crate) const NONE: Self = Self(0);

    /// A register of its bits.
    #[inline]
    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The same register with an arrangement.
    pub(crate) const fn arranged(self, arrangement: Arrangement) -> Self {
        Self(self.0 & !0x001f_0000 | widen(arrangement.number()) << 16)
    }

    /// One element of the register.
    pub(crate) const fn at_lane(self, lane: u8) -> Self {
        Self(self.0 & 0x00ff_ffff | widen(lane) << 24)
    }

    /// The same predicate with what it does to inactive elements.
    #[allow(dead_code, reason = "for the rows of vector instructions")]
    pub(crate) const fn predicated(self, predication: Predication) -> Self {
        let bits = match predication {
            Predication::None => 0,
            Predication::Zeroing => 1,
            Predication::Merging => 2,
        };
        Self(self.0 & !0x00c0_0000 | bits << 22)
    }

    /// `class * 32 + number`.
    #[cfg(feature = "fmt")]
    #[inline]
    pub(crate) const fn by_number(self) -> usize {
        index((self.0 >> 3 & 0x1e0) | self.0 & 31)
    }

    /// Whether the register has neither arrangement nor lane nor predication.
    #[cfg(feature = "fmt")]
    #[inline]
    pub(crate) const fn is_plain(self) -> bool {
        self.0 >> 16 == 0xff00
    }

    /// Whether its name is a letter and a number: neither arrangement nor lane nor predication, and
    /// not pn, za or zt.
    pub(crate) const fn has_short_name(self) -> bool {
        let class = self.0 >> 8 & 0xff;
        self.0 >> 16 == 0xff00 && !(class >= 12 && class <= 14)
    }

    /// Its bits.
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// The register of a class with a number, without arrangement, lane and predication; `None` for
    /// a number above the class's last (31, of predicates 15, of tiles 15, of `zt0` 0).
    pub const fn of(class: RegisterClass, number: u8) -> Option<Self> {
        let last = match class {
            RegisterClass::P | RegisterClass::Pn | RegisterClass::Za => 15,
            RegisterClass::Zt => 0,
            _ => 31,
        };
        if number <= last {
            Some(Self::new(class, number))
        } else {
            None
        }
    }

    /// The same register with an arrangement.
    #[must_use]
    pub const fn with_arrangement(self, arrangement: Arrangement) -> Self {
        self.arranged(arrangement)
    }

    /// One element of the register, or with `None` all of it. 255 is no lane.
    #[must_use]
    pub const fn with_lane(self, lane: Option<u8>) -> Self {
        self.at_lane(match lane {
            Some(lane) => lane,
            None => NO_LANE,
        })
    }

    /// The same predicate with what it does to inactive elements.
    #[must_use]
    pub const fn with_predication(self, predication: Predication) -> Self {
        self.predicated(predication)
    }

    /// The same register, its number taken in another class.
    pub(crate) const fn in_class(self, class: RegisterClass) -> Self {
        Self(self.0 & !0xff00 | widen(class.number()) << 8)
    }

    const fn bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// The register without a lane.
    #[cfg(feature = "fmt")]
    pub(crate) const fn whole(self) -> Self {
        self.at_lane(NO_LANE)
    }

    /// The register of the same kind with another number.
    pub(crate) const fn with_number(self, number: u8) -> Self {
        Self(self.0 & !31 | widen(number & 31))
    }

    /// The class.
    pub const fn class(self) -> RegisterClass {
        RegisterClass::new(low8(self.0 >> 8))
    }

    /// The number, 0 to 31.
    #[inline]
    pub const fn number(self) -> u8 {
        low8(self.0 & 31)
    }

    /// How it is divided into elements.
    pub const fn arrangement(self) -> Arrangement {
        let [_, _, third, _] = self.bytes();
        Arrangement::new(third & 31)
    }

    /// The index of the element that is meant, if it is only one.
    pub const fn lane(self) -> Option<u8> {
        let [.., lane] = self.bytes();
        if lane == NO_LANE { None } else { Some(lane) }
    }

    /// Whether it has an arrangement.
    #[cfg(feature = "fmt")]
    pub(crate) const fn is_arranged(self) -> bool {
        self.0 & 0x001f_0000 != 0
    }

    /// What a governing predicate does with inactive elements.
    pub const fn predication(self) -> Predication {
        match self.0 >> 22 & 3 {
            0 => Predication::None,
            1 => Predication::Zeroing,
            _ => Predication::Merging,
        }
    }

    /// Whether it is wzr or xzr.
    pub const fn is_zero(self) -> bool {
        self.number() == 31 && matches!(self.class(), RegisterClass::W | RegisterClass::X)
    }

    /// Whether it is wsp or sp.
    pub const fn is_stack_pointer(self) -> bool {
        self.number() == 31 && matches!(self.class(), RegisterClass::Wsp | RegisterClass::Xsp)
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register")
            .field("class", &self.class())
            .field("number", &self.number())
            .field("arrangement", &self.arrangement())
            .field("lane", &self.lane())
            .field("predication", &self.predication())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrangement, Predication, Register, RegisterClass};

    #[test]
    fn parts_do_not_disturb_each_other() {
        for class in 0..15 {
            for arrangement in 0..18 {
                let register = Register::new(RegisterClass::new(class), 31)
                    .arranged(Arrangement::new(arrangement))
                    .predicated(Predication::Merging)
                    .at_lane(63);
                assert_eq!(register.class(), RegisterClass::new(class));
                assert_eq!(register.arrangement(), Arrangement::new(arrangement));
                assert_eq!(register.arrangement().number(), arrangement);
                assert_eq!(register.class().number(), class);
                assert_eq!(register.predication(), Predication::Merging);
                assert_eq!((register.number(), register.lane()), (31, Some(63)));
            }
        }
        assert_eq!(Register::new(RegisterClass::X, 1).lane(), None);
    }
}
