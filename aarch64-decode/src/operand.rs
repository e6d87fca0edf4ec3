//! Operands: typed, complete, decoded one by one.

use crate::condition::Condition;
use crate::named::Name;
use crate::register::{Arrangement, Register};

/// A shift of a register.
///
/// There can be no other: the field has two bits, and `msl` is the one that immediates have besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shift {
    /// Left.
    Lsl,
    /// Logical right.
    Lsr,
    /// Arithmetic right.
    Asr,
    /// Rotate right.
    Ror,
    /// Left, ones being shifted in.
    Msl,
}

impl Shift {
    pub(crate) const fn new(number: u32) -> Self {
        match number & 7 {
            0 => Self::Lsl,
            1 => Self::Lsr,
            2 => Self::Asr,
            3 => Self::Ror,
            _ => Self::Msl,
        }
    }

    /// The inverse of `new`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Lsl => 0,
            Self::Lsr => 1,
            Self::Asr => 2,
            Self::Ror => 3,
            Self::Msl => 4,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lsl => "lsl",
            Self::Lsr => "lsr",
            Self::Asr => "asr",
            Self::Ror => "ror",
            Self::Msl => "msl",
        }
    }
}

/// How a register is widened before it is used.
///
/// There can be no other: the field has three bits, and `lsl` is the second spelling of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extend {
    /// Unsigned byte.
    Uxtb,
    /// Unsigned half.
    Uxth,
    /// Unsigned word.
    Uxtw,
    /// Unsigned double word: all of it.
    Uxtx,
    /// Signed byte.
    Sxtb,
    /// Signed half.
    Sxth,
    /// Signed word.
    Sxtw,
    /// Signed double word: all of it.
    Sxtx,
    /// All of it, spelled as a shift.
    Lsl,
}

impl Extend {
    pub(crate) const fn new(number: u32) -> Self {
        match number & 7 {
            0 => Self::Uxtb,
            1 => Self::Uxth,
            2 => Self::Uxtw,
            3 => Self::Uxtx,
            4 => Self::Sxtb,
            5 => Self::Sxth,
            6 => Self::Sxtw,
            _ => Self::Sxtx,
        }
    }

    /// The number that is 8 for the spelling as a shift.
    pub(crate) const fn code(self) -> u8 {
        match self.number() {
            Some(number) => crate::bits::low8(number),
            None => 8,
        }
    }

    /// The inverse of `code`.
    pub(crate) const fn from_code(code: u8) -> Self {
        if code >= 8 {
            Self::Lsl
        } else {
            Self::new(crate::bits::widen(code))
        }
    }

    /// The inverse of `new`; `None` for the spelling as a shift.
    pub(crate) const fn number(self) -> Option<u32> {
        Some(match self {
            Self::Uxtb => 0,
            Self::Uxth => 1,
            Self::Uxtw => 2,
            Self::Uxtx => 3,
            Self::Sxtb => 4,
            Self::Sxth => 5,
            Self::Sxtw => 6,
            Self::Sxtx => 7,
            Self::Lsl => return None,
        })
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uxtb => "uxtb",
            Self::Uxth => "uxth",
            Self::Uxtw => "uxtw",
            Self::Uxtx => "uxtx",
            Self::Sxtb => "sxtb",
            Self::Sxth => "sxth",
            Self::Sxtw => "sxtw",
            Self::Sxtx => "sxtx",
            Self::Lsl => "lsl",
        }
    }
}

/// When the base register takes the address with its offset.
///
/// There can be no other: never, before the access or behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressMode {
    /// Never.
    Offset,
    /// Before the access: the access is at base plus offset.
    Pre,
    /// Behind the access: the access is at base.
    Post,
}

impl AddressMode {
    /// The parameter of [`Pre`](Self::Pre) (`word mode` in operands.isa).
    pub(crate) const PRE: u8 = 1;

    pub(crate) const fn new(number: u8) -> Self {
        match number {
            0 => Self::Offset,
            Self::PRE => Self::Pre,
            _ => Self::Post,
        }
    }

    /// The inverse of `new`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Offset => 0,
            Self::Pre => Self::PRE,
            Self::Post => 2,
        }
    }
}

/// What is added to the base of a memory operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryOffset {
    /// Nothing: the instruction has no offset.
    None,
    /// Bytes.
    Immediate(i32),
    /// Vector lengths; of ldr and str of a predicate, lengths of a predicate register.
    VectorLengths(i32),
    /// A register, widened and shifted left.
    Register {
        /// The register before it is widened.
        index: Register,
        /// How it is widened; [`Extend::Lsl`] for all of it.
        extend: Extend,
        /// Shift to the left in bits, 0 to 4; `None` where the instruction says that there is none.
        amount: Option<u8>,
    },
}

/// A memory operand.
///
/// Callers build it to encode it, so it gains no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Memory {
    /// The base register, 64 bits.
    pub base: Register,
    /// What is added to it.
    pub offset: MemoryOffset,
    /// When the base takes the sum.
    pub mode: AddressMode,
}

/// Several registers.
///
/// Callers build it to encode it, so it gains no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RegisterList {
    /// The first; its arrangement and lane are those of all.
    pub first: Register,
    /// How many, 1 to 4.
    pub count: u8,
    /// From one number to the next, modulo 32.
    pub stride: u8,
}

/// Which part of the matrix ZA.
///
/// There can be no other: a matrix has rows and columns, and ZA its array of vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatrixPart {
    /// Rows of a tile.
    Horizontal,
    /// Columns of a tile.
    Vertical,
    /// Vectors of the whole matrix.
    Array,
}

/// Slices of a tile of the matrix ZA, or vectors of the matrix: `za0h.s[w12, 2:3]`, `za.d[w8, 0, vgx2]`.
///
/// Callers build it to encode it, so it gains no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matrix {
    /// The tile with the size of its elements. [`RegisterClass::Za`](crate::RegisterClass::Za) 0 stands for the whole matrix
    /// if the part is [`MatrixPart::Array`].
    pub matrix: Register,
    /// Which part of it.
    pub part: MatrixPart,
    /// The register, w8 to w15, that is added to the number of the first slice or vector.
    pub selector: Register,
    /// The number of the first slice or vector without the register, 0 to 15.
    pub first: u8,
    /// How many, one behind the other: 1, 2 or 4.
    pub count: u8,
    /// How many such runs, spread evenly over the matrix: 1, 2 (`vgx2`) or 4 (`vgx4`).
    pub group: u8,
}

/// A float of eight bits: sign, three bits of exponent, four of fraction. Its value is plus or minus n/128, n being 16 to 3968.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FpImmediate(u8);

impl FpImmediate {
    /// The float of eight bits.
    pub const fn new(bits: u8) -> Self {
        Self(bits)
    }

    /// The eight bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is negative.
    pub const fn is_negative(self) -> bool {
        self.0 >= 0x80
    }

    /// Its magnitude in units of 1/128 (Arm ARM, VFPExpandImm): (16 + fraction) << exponent, where the exponent's three bits
    /// 4 to 7 come before 0 to 3.
    pub const fn magnitude_in_128ths(self) -> u16 {
        let [fraction, _] = u16::from_le_bytes([self.0 & 15, 0]).to_le_bytes();
        let exponent = (self.0 >> 4 & 7) ^ 4;
        u16::from_le_bytes([fraction | 16, 0]) << exponent
    }
}

/// One operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operand {
    /// A register.
    Register(Register),
    /// A register shifted by an amount of bits.
    ShiftedRegister {
        /// The register before the shift.
        register: Register,
        /// The shift.
        shift: Shift,
        /// By how many bits, 0 to 63.
        amount: u8,
    },
    /// A register widened and shifted left.
    ExtendedRegister {
        /// The register before it is widened.
        register: Register,
        /// How it is widened.
        extend: Extend,
        /// Shift to the left in bits, 0 to 4.
        amount: u8,
    },
    /// An immediate value, fully expanded (a bitmask as its 64 bits).
    Immediate(i64),
    /// An immediate value that the instruction shifts left.
    ShiftedImmediate {
        /// The value before the shift.
        value: u16,
        /// The shift: [`Shift::Lsl`] or [`Shift::Msl`].
        shift: Shift,
        /// Shift to the left in bits.
        amount: u8,
    },
    /// A float that fits eight bits.
    FloatImmediate(FpImmediate),
    /// A float in units of one half: 0, 1, 2 or 4.
    HalfUnits(u8),
    /// An immediate value that each element takes, with its sign extended or its high bits cut off.
    ElementImmediate {
        /// The value.
        value: i16,
        /// The size of the elements.
        element: Arrangement,
    },
    /// A number by which an element count is multiplied, 1 to 16.
    Multiplier(u8),
    /// Registers, or one element of each.
    List(RegisterList),
    /// A part of a register, whose number is a general register plus an offset.
    Slice {
        /// The register that has the part.
        register: Register,
        /// The general register, 32 bits.
        base: Register,
        /// What is added to it, 0 to 15.
        offset: u8,
    },
    /// Slices or vectors of the matrix ZA.
    Matrix(Matrix),
    /// The 64-bit tiles of the matrix ZA, za0.d to za7.d from the lowest bit.
    TileMask(u8),
    /// A part of zt0 that is as long as a scalable vector, 0 to 3.
    TableVector(u8),
    /// A memory operand.
    Memory(Memory),
    /// A register that the instruction counts up or down (`x2!`).
    WriteBack(Register),
    /// A condition.
    Condition(Condition),
    /// An address in bytes: the target of a branch, of `adr` (exact) or of `adrp` (a 4 KiB page), or a literal's.
    Address(u64),
    /// CRn or CRm of a system operation, 0 to 15.
    ControlRegister(u8),
    /// A value that has a name: a barrier, a prefetch, a system register, a system operation, a fixed word of the syntax.
    Name(Name),
}
