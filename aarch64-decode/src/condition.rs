//! Conditions.

/// A condition of a branch, select or compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition(u8);

impl Condition {
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
