//! An operand in sixteen bytes, before it is asked for its type: all kinds of operand have their parts at the same places.

use crate::bits::{
    low8, low16, low32, sign_extend, signed, signed32, unsigned, wide, widen, widen16,
};
use crate::condition::Condition;
use crate::named::Name;
use crate::operand::{
    AddressMode, Extend, FpImmediate, Matrix, MatrixPart, Memory, MemoryOffset, Operand,
    RegisterList, Shift,
};
use crate::register::{Arrangement, Register, RegisterClass};

/// What an operand is: the variants of [`Operand`], a memory operand and an address in several.
pub(crate) mod tag {
    pub(crate) const REGISTER: u8 = 0;
    pub(crate) const SHIFTED: u8 = 1;
    pub(crate) const SHIFTED_IMMEDIATE: u8 = 2;
    pub(crate) const IMMEDIATE: u8 = 3;
    pub(crate) const MEMORY_IMMEDIATE: u8 = 4;
    pub(crate) const ADDRESS: u8 = 5;
    pub(crate) const PAGE: u8 = 6;
    pub(crate) const CONDITION: u8 = 7;
    pub(crate) const EXTENDED: u8 = 8;
    pub(crate) const MEMORY: u8 = 9;
    pub(crate) const MEMORY_LENGTHS: u8 = 10;
    pub(crate) const MEMORY_REGISTER: u8 = 11;
    pub(crate) const FLOAT: u8 = 12;
    pub(crate) const HALF_UNITS: u8 = 13;
    pub(crate) const ELEMENT: u8 = 14;
    pub(crate) const MULTIPLIER: u8 = 15;
    pub(crate) const LIST: u8 = 16;
    pub(crate) const SLICE: u8 = 17;
    pub(crate) const MATRIX: u8 = 18;
    pub(crate) const TILE_MASK: u8 = 19;
    pub(crate) const TABLE_VECTOR: u8 = 20;
    pub(crate) const WRITE_BACK: u8 = 21;
    pub(crate) const CONTROL_REGISTER: u8 = 22;
    pub(crate) const NAME: u8 = 23;
    /// No operand yet: its kind has code, which has to run.
    pub(crate) const COMPUTED: u8 = 24;
}

/// Marks a style.
const STYLED: u8 = 0x80;

/// Stands for no amount.
const NO_AMOUNT: u8 = 0xff;

/// An operand.
//
//  63      56 55      48 47      40 39      32 31               8 7   6 5      0
// +----------+----------+----------+----------+-------------------+-----+--------+
// |    z     |    y     |    x     |   tag    |      register     | two | number |   low
// +----------+----------+----------+----------+-------------------+-----+--------+
// |                                     value                                    |
// +------------------------------------------------------------------------------+
#[derive(Clone, Copy)]
pub(crate) struct Packed {
    pub(crate) low: u64,
    pub(crate) value: i64,
}

impl Packed {
    pub(crate) const NONE: Self = Self { low: 0, value: 0 };

    pub(crate) const fn new(tag: u8, register: Register, [x, y, z]: [u8; 3], value: i64) -> Self {
        let high = u32::from_le_bytes([tag, x, y, z]);
        Self {
            low: wide(high) << 32 | wide(register.bits()),
            value,
        }
    }

    const fn plain(tag: u8, value: u8) -> Self {
        Self::new(tag, Register::NONE, [0; 3], signed(wide(widen(value))))
    }

    pub(crate) const fn register(register: Register) -> Self {
        Self::new(tag::REGISTER, register, [0; 3], 0)
    }

    /// A register that is shifted left.
    pub(crate) const fn shifted(register: Register, amount: u8) -> Self {
        Self::new(tag::SHIFTED, register, [0; 3], signed(wide(widen(amount))))
    }

    pub(crate) const fn extended(register: Register, extend: Extend, amount: u8) -> Self {
        let amount = signed(wide(widen(amount)));
        Self::new(tag::EXTENDED, register, [extend.code(), 0, 0], amount)
    }

    pub(crate) const fn immediate(value: i64) -> Self {
        Self::new(tag::IMMEDIATE, Register::NONE, [0; 3], value)
    }

    /// The same immediate, which the syntaxes print as the style says (`word style` in operands.isa).
    pub(crate) const fn styled(self, style: u8) -> Self {
        Self {
            low: self.low | wide(widen(style | STYLED)) << 56,
            value: self.value,
        }
    }

    /// The same operand, which no syntax spells in a way of its own.
    pub(crate) const fn usual(self) -> Self {
        self.styled(0)
    }

    /// An immediate that is shifted by `steps` times `unit` bits.
    pub(crate) const fn shifted_immediate(value: u16, shift: Shift, steps: u8, unit: u8) -> Self {
        let value = signed(wide(widen16(value)));
        let more = [shift.number(), steps, unit];
        Self::new(tag::SHIFTED_IMMEDIATE, Register::NONE, more, value)
    }

    pub(crate) const fn float(bits: u8) -> Self {
        Self::plain(tag::FLOAT, bits)
    }

    pub(crate) const fn list(list: RegisterList) -> Self {
        Self::new(tag::LIST, list.first, [list.count, list.stride, 0], 0)
    }

    pub(crate) const fn condition(condition: Condition) -> Self {
        Self::new(tag::CONDITION, condition.as_register(), [0; 3], 0)
    }

    pub(crate) const fn address(distance: i64) -> Self {
        Self::new(tag::ADDRESS, Register::NONE, [0; 3], distance)
    }

    pub(crate) const fn write_back(register: Register) -> Self {
        Self::new(tag::WRITE_BACK, register, [0; 3], 0)
    }

    pub(crate) const fn control_register(number: u8) -> Self {
        Self::plain(tag::CONTROL_REGISTER, number)
    }

    pub(crate) const fn name(name: Name) -> Self {
        let (table, flags, value) = name.parts();
        let value = signed(wide(widen16(value)));
        Self::new(tag::NAME, Register::NONE, [table, flags, 0], value)
    }

    pub(crate) const fn memory(base: Register, offset: MemoryOffset, mode: AddressMode) -> Self {
        let mode = mode.number();
        match offset {
            MemoryOffset::None => Self::new(tag::MEMORY, base, [mode, 0, 0], 0),
            MemoryOffset::Immediate(value) => {
                Self::new(tag::MEMORY_IMMEDIATE, base, [mode, 0, 0], extend32(value))
            }
            MemoryOffset::VectorLengths(value) => {
                Self::new(tag::MEMORY_LENGTHS, base, [mode, 0, 0], extend32(value))
            }
            MemoryOffset::Register {
                index,
                extend,
                amount,
            } => {
                let amount = match amount {
                    Some(amount) => amount,
                    None => NO_AMOUNT,
                };
                let more = [mode, extend.code(), amount];
                let index = signed(wide(index.bits()));
                Self::new(tag::MEMORY_REGISTER, base, more, index)
            }
        }
    }
}

#[cfg(feature = "sve")]
impl Packed {
    pub(crate) const fn half_units(halves: u8) -> Self {
        Self::plain(tag::HALF_UNITS, halves)
    }

    pub(crate) const fn element_immediate(value: i16, element: Arrangement) -> Self {
        let [low, high] = value.to_le_bytes();
        let value = sign_extend(u32::from_le_bytes([low, high, 0, 0]), 16);
        Self::new(
            tag::ELEMENT,
            Register::NONE,
            [element.number(), 0, 0],
            value,
        )
    }

    pub(crate) const fn multiplier(value: u8) -> Self {
        Self::plain(tag::MULTIPLIER, value)
    }

    pub(crate) const fn slice(register: Register, base: Register, offset: u8) -> Self {
        let offset = signed(wide(widen(offset)));
        Self::new(tag::SLICE, register, [base.number(), 0, 0], offset)
    }
}

#[cfg(feature = "sme")]
impl Packed {
    pub(crate) const fn matrix(own: Matrix) -> Self {
        let part = match own.part {
            MatrixPart::Horizontal => 0,
            MatrixPart::Vertical => 1,
            MatrixPart::Array => 2,
        };
        let value = i64::from_le_bytes([own.first, own.count, own.group, 0, 0, 0, 0, 0]);
        let more = [part, own.selector.number(), 0];
        Self::new(tag::MATRIX, own.matrix, more, value)
    }

    pub(crate) const fn tile_mask(mask: u8) -> Self {
        Self::plain(tag::TILE_MASK, mask)
    }

    pub(crate) const fn table_vector(index: u8) -> Self {
        Self::plain(tag::TABLE_VECTOR, index)
    }
}

/// The same number in 64 bits.
const fn extend32(value: i32) -> i64 {
    let [a, b, c, d] = value.to_le_bytes();
    sign_extend(u32::from_le_bytes([a, b, c, d]), 32)
}

impl Packed {
    #[inline]
    pub(crate) const fn tag(self) -> u8 {
        low8(low32(self.low >> 32))
    }

    /// Two bits that may be at a distance of six from a register's number.
    #[inline]
    pub(crate) const fn two(self) -> u8 {
        low8(low32(self.low) >> 6 & 3)
    }

    #[inline]
    pub(crate) const fn x(self) -> u8 {
        low8(low32(self.low >> 40))
    }

    #[inline]
    pub(crate) const fn y(self) -> u8 {
        low8(low32(self.low >> 48))
    }

    #[inline]
    pub(crate) const fn z(self) -> u8 {
        low8(low32(self.low >> 56))
    }

    /// The register, or the base of a memory operand.
    #[inline]
    pub(crate) const fn own(self) -> Register {
        Register::from_bits(low32(self.low) & !0xe0)
    }

    /// The low bits of the value.
    const fn byte(self) -> u8 {
        low8(low32(unsigned(self.value)))
    }

    /// Whether no syntax spells the memory operand or the address in a way of its own.
    #[cfg(feature = "fmt")]
    #[inline]
    pub(crate) const fn is_usual(self) -> bool {
        self.z() & STYLED != 0
    }

    /// How an immediate is printed, if its kind leaves that to a parameter.
    #[cfg(feature = "fmt")]
    #[inline]
    pub(crate) const fn style(self) -> Option<u8> {
        if self.z() & STYLED == 0 {
            None
        } else {
            Some(self.z() & !STYLED)
        }
    }

    #[cfg(feature = "fmt")]
    #[inline]
    pub(crate) const fn is_address(self) -> bool {
        matches!(self.tag(), tag::ADDRESS | tag::PAGE)
    }

    /// The address of an operand that is one; `pc` is the instruction's.
    #[inline]
    pub(crate) const fn target(self, pc: u64) -> u64 {
        if self.tag() == tag::PAGE {
            // The two lowest bits of the number of pages are apart.
            let pages = unsigned(self.value) | wide(widen(self.two()));
            (pc & !0xfff).wrapping_add(pages << 12)
        } else {
            pc.wrapping_add(unsigned(self.value))
        }
    }

    /// The bits that a shifted immediate is shifted by.
    #[inline]
    pub(crate) const fn shift_amount(self) -> u8 {
        self.y().wrapping_add(self.two()).wrapping_mul(self.z())
    }

    /// The shift of a register.
    #[inline]
    pub(crate) const fn register_shift(self) -> Shift {
        Shift::new(widen(self.two()))
    }

    /// The typed operand of the instruction at `pc`.
    #[inline]
    pub(crate) fn operand(self, pc: u64) -> Operand {
        let register = self.own();
        match self.tag() {
            tag::REGISTER => Operand::Register(register),
            tag::SHIFTED => Operand::ShiftedRegister {
                register,
                shift: self.register_shift(),
                amount: self.byte(),
            },
            tag::SHIFTED_IMMEDIATE => Operand::ShiftedImmediate {
                value: low16(low32(unsigned(self.value))),
                shift: Shift::new(widen(self.x())),
                amount: self.shift_amount(),
            },
            tag::IMMEDIATE => Operand::Immediate(self.value),
            tag::MEMORY_IMMEDIATE => {
                let offset = MemoryOffset::Immediate(signed32(low32(unsigned(self.value))));
                self.addressed(offset)
            }
            tag::ADDRESS | tag::PAGE => Operand::Address(self.target(pc)),
            tag::CONDITION => Operand::Condition(Condition::new(register.number())),
            tag::EXTENDED => Operand::ExtendedRegister {
                register,
                extend: Extend::from_code(self.x()),
                amount: self.byte(),
            },
            _ => self.other(),
        }
    }

    #[inline]
    fn addressed(self, offset: MemoryOffset) -> Operand {
        Operand::Memory(Memory {
            base: self.own(),
            offset,
            mode: AddressMode::new(self.x()),
        })
    }

    /// The operands that are seldom met.
    #[inline(never)]
    fn other(self) -> Operand {
        let register = self.own();
        match self.tag() {
            tag::MEMORY => self.addressed(MemoryOffset::None),
            tag::MEMORY_LENGTHS => {
                let lengths = signed32(low32(unsigned(self.value)));
                self.addressed(MemoryOffset::VectorLengths(lengths))
            }
            tag::MEMORY_REGISTER => self.addressed(MemoryOffset::Register {
                index: Register::from_bits(low32(unsigned(self.value))),
                extend: Extend::from_code(self.y()),
                amount: (self.z() != NO_AMOUNT).then_some(self.z()),
            }),
            tag::FLOAT => Operand::FloatImmediate(FpImmediate::new(self.byte())),
            tag::HALF_UNITS => Operand::HalfUnits(self.byte()),
            tag::ELEMENT => {
                let [low, high, ..] = self.value.to_le_bytes();
                Operand::ElementImmediate {
                    value: i16::from_le_bytes([low, high]),
                    element: Arrangement::new(self.x()),
                }
            }
            tag::MULTIPLIER => Operand::Multiplier(self.byte()),
            tag::LIST => Operand::List(RegisterList {
                first: register,
                count: self.x(),
                stride: self.y(),
            }),
            tag::SLICE => Operand::Slice {
                register,
                base: Register::new(RegisterClass::W, self.x()),
                offset: self.byte(),
            },
            tag::MATRIX => {
                let [first, count, group, ..] = self.value.to_le_bytes();
                Operand::Matrix(Matrix {
                    matrix: register,
                    part: match self.x() {
                        0 => MatrixPart::Horizontal,
                        1 => MatrixPart::Vertical,
                        _ => MatrixPart::Array,
                    },
                    selector: Register::new(RegisterClass::W, self.y()),
                    first,
                    count,
                    group,
                })
            }
            tag::TILE_MASK => Operand::TileMask(self.byte()),
            tag::TABLE_VECTOR => Operand::TableVector(self.byte()),
            tag::WRITE_BACK => Operand::WriteBack(register),
            tag::CONTROL_REGISTER => Operand::ControlRegister(self.byte()),
            _ => {
                let value = low16(low32(unsigned(self.value)));
                Operand::Name(Name::new(self.x(), value, self.y()))
            }
        }
    }
}
