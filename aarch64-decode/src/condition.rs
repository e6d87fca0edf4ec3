//! Conditions.

use crate::register::Register;

/// A condition of a branch, select or compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition(u8);

impl Condition {
    /// Equal: Z is 1.
    pub const EQ: Self = Self(0);
    /// Not equal: Z is 0.
    pub const NE: Self = Self(1);
    /// Unsigned higher or same: C is 1.
    pub const HS: Self = Self(2);
    /// Unsigned lower: C is 0.
    pub const LO: Self = Self(3);
    /// Minus: N is 1.
    pub const MI: Self = Self(4);
    /// Plus or zero: N is 0.
    pub const PL: Self = Self(5);
    /// Overflow: V is 1.
    pub const VS: Self = Self(6);
    /// No overflow: V is 0.
    pub const VC: Self = Self(7);
    /// Unsigned higher: C is 1 and Z is 0.
    pub const HI: Self = Self(8);
    /// Unsigned lower or same: C is 0 or Z is 1.
    pub const LS: Self = Self(9);
    /// Signed greater or equal: N equals V.
    pub const GE: Self = Self(10);
    /// Signed less: N differs from V.
    pub const LT: Self = Self(11);
    /// Signed greater: Z is 0 and N equals V.
    pub const GT: Self = Self(12);
    /// Signed less or equal: Z is 1 or N differs from V.
    pub const LE: Self = Self(13);
    /// Always.
    pub const AL: Self = Self(14);
    /// Always, too.
    pub const NV: Self = Self(15);

    /// A condition in the place of a register, of a class that no register has.
    pub(crate) const fn as_register(self) -> Register {
        Register::numbered(Self::CLASS, self.0)
    }

    /// The class of a condition in the place of a register.
    pub(crate) const CLASS: u8 = 15;

    pub(crate) const fn new(number: u8) -> Self {
        Self(number & 15)
    }

    /// The field's value: 0 eq, 1 ne, 2 hs, 3 lo, 4 mi, 5 pl, 6 vs, 7 vc, 8 hi, 9 ls, 10 ge, 11 lt, 12 gt, 13 le, 14 al, 15 nv.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The opposite condition.
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self(self.0 ^ 1)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "eq",
            1 => "ne",
            2 => "hs",
            3 => "lo",
            4 => "mi",
            5 => "pl",
            6 => "vs",
            7 => "vc",
            8 => "hi",
            9 => "ls",
            10 => "ge",
            11 => "lt",
            12 => "gt",
            13 => "le",
            14 => "al",
            _ => "nv",
        }
    }
}
