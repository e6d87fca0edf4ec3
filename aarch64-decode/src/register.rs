//! Registers.

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
    /// 128-bit vector.
    V,
    /// The low 8 bits of a SIMD register.
    B,
    /// The low 16 bits of a SIMD register.
    H,
    /// The low 32 bits of a SIMD register.
    S,
    /// The low 64 bits of a SIMD register.
    D,
    /// A SIMD register, 128 bits.
    Q,
}

impl RegisterClass {
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
            _ => Self::Q,
        }
    }
}

/// A register operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    class: RegisterClass,
    number: u8,
}

impl Register {
    pub(crate) const fn new(class: RegisterClass, number: u8) -> Self {
        Self { class, number }
    }

    /// The class.
    pub const fn class(self) -> RegisterClass {
        self.class
    }

    /// The number, 0 to 31.
    pub const fn number(self) -> u8 {
        self.number
    }

    /// Whether it is wzr or xzr.
    pub const fn is_zero(self) -> bool {
        self.number == 31 && matches!(self.class, RegisterClass::W | RegisterClass::X)
    }

    /// Whether it is wsp or sp.
    pub const fn is_stack_pointer(self) -> bool {
        self.number == 31 && matches!(self.class, RegisterClass::Wsp | RegisterClass::Xsp)
    }
}
