//! Operand kinds whose operand is a constant and at most three fields: data instead of code, and no jump to take.

use crate::bits::{index, low8, low32, signed, wide, widen};
use crate::condition::Condition;
use crate::generated::Descriptor;
use crate::generated::forms::DESCRIPTORS;
use crate::generated::kinds::{KINDS, Kind};
use crate::operand::{AddressMode, MemoryOffset, Shift};
use crate::packed::{Packed, tag};
use crate::register::{Arrangement, Register};

/// Where the parts of an operand are in its word: a constant, a number of up to eight bits and a value.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Plan {
    /// The constant part, that is everything but the fields.
    constant: u64,
    /// The bits of the value, in place in the word.
    mask: u32,
    /// From there to the value: to the left, and back to the right with the sign.
    left: u8,
    right: u8,
    /// From the word to the operand's number, to the right.
    down: u8,
    /// The bits of the number, and of what is two bits above it.
    number: u8,
}

/// The bits of a number in a plan.
const FIVE: u8 = 31;
/// The bits of what is two bits above a number.
const TWO: u8 = 0xc0;

impl Plan {
    const fn of(constant: Packed) -> Self {
        Self {
            constant: constant.low,
            mask: 0,
            left: 0,
            right: 0,
            down: 0,
            number: 0,
        }
    }

    /// In the place of a plan, the descriptor of an operand whose kind has code.
    #[expect(
        clippy::as_conversions,
        clippy::many_single_char_names,
        reason = "the number of a kind, which From does not give; the parameters of a descriptor"
    )]
    const fn computed(descriptor: Descriptor) -> Self {
        let [a, b, c, d, e, f, g] = descriptor.p;
        let mut plan = Self::of(Packed {
            low: u64::from_le_bytes([a, b, c, d, tag::COMPUTED, e, f, g]),
            value: 0,
        });
        plan.mask = descriptor.kind as u32;
        plan
    }

    /// What [`computed`](Self::computed) took.
    #[inline]
    #[expect(clippy::many_single_char_names, reason = "the parameters")]
    pub(crate) fn descriptor(&self) -> Descriptor {
        let [a, b, c, d, _, e, f, g] = self.constant.to_le_bytes();
        let kind = KINDS.get(index(self.mask)).copied();
        debug_assert!(kind.is_some(), "the number of a kind");
        Descriptor {
            kind: kind.unwrap_or(Kind::Literal),
            p: [a, b, c, d, e, f, g],
        }
    }

    /// With the bits `number` of what is at `lsb` in the word.
    const fn number(mut self, lsb: u8, number: u8) -> Self {
        self.down = lsb;
        self.number = number;
        self
    }

    /// With two bits at `lsb`, which has to be at least six.
    const fn two(self, lsb: u8, width: u8) -> Self {
        self.number(lsb.wrapping_sub(6), low8(ones(width)) << 6)
    }

    /// With a value, which is shifted left by `scale`.
    const fn value(mut self, lsb: u8, width: u8, scale: u8, is_signed: bool) -> Self {
        // An unsigned value leaves the highest bit free.
        let top = if is_signed { 64_u8 } else { 63 };
        self.mask = ones(width).wrapping_shl(widen(lsb));
        self.left = top.wrapping_sub(lsb).wrapping_sub(width);
        self.right = top.wrapping_sub(width).wrapping_sub(scale);
        self
    }

    const fn tag(self) -> u8 {
        low8(low32(self.constant >> 32))
    }

    /// Whether the operand is a register with a short name.
    pub(crate) const fn is_plain(self) -> bool {
        self.tag() == tag::REGISTER && Register::from_bits(low32(self.constant)).has_short_name()
    }

    /// The operand, if it is a register.
    #[inline]
    pub(crate) fn register(&self, word: u32) -> Option<Register> {
        (self.tag() == tag::REGISTER).then(|| Register::from_bits(low32(self.low(word))))
    }

    /// Whether the kind has code.
    #[inline]
    pub(crate) const fn is_computed(self) -> bool {
        self.tag() == tag::COMPUTED
    }

    /// The operand without its value.
    #[inline]
    pub(crate) const fn low(&self, word: u32) -> u64 {
        self.constant ^ wide(word.wrapping_shr(widen(self.down)) & widen(self.number))
    }

    /// The operand.
    #[inline]
    pub(crate) const fn operand(&self, word: u32) -> Packed {
        let value = wide(word & self.mask).wrapping_shl(widen(self.left));
        Packed {
            low: self.low(word),
            value: signed(value).wrapping_shr(widen(self.right)),
        }
    }
}

/// The lowest `width` bits, 0 to 31.
const fn ones(width: u8) -> u32 {
    !u32::MAX.wrapping_shl(widen(width))
}

/// The binary logarithm of a factor that is a power of two.
const fn log(factor: u8) -> Option<u8> {
    if factor.is_power_of_two() {
        Some(low8(factor.trailing_zeros()))
    } else {
        None
    }
}

const fn register(class: u8) -> Packed {
    Packed::register(Register::numbered(class, 0))
}

/// A memory operand with a number of bytes.
const fn memory(offset: MemoryOffset, mode: u8) -> Packed {
    Packed::memory(Register::numbered(3, 0), offset, AddressMode::new(mode)).usual()
}

const BYTES: MemoryOffset = MemoryOffset::Immediate(0);

/// The plan of an operand. The kinds that it does not know have code in `program`.
#[expect(
    clippy::many_single_char_names,
    reason = "the parameters of a descriptor, which operands.isa names"
)]
pub(crate) const fn plan(descriptor: Descriptor) -> Plan {
    let [a, b, c, d, e, ..] = descriptor.p;
    match descriptor.kind {
        Kind::Reg => Plan::of(register(a)).number(b, FIVE),
        Kind::GprFixed => Plan::of(Packed::register(Register::numbered(a, b))),
        Kind::Arranged => {
            let register = Register::numbered(a, 0).arranged(Arrangement::new(b));
            Plan::of(Packed::register(register)).number(c, FIVE)
        }
        Kind::Cond => Plan::of(Packed::condition(Condition::new(b))).number(a, 15),
        Kind::ShiftedGpr => {
            let plan = Plan::of(Packed::shifted(Register::numbered(a, 0), 0)).value(d, 6, 0, false);
            // The shift is six bits above the register wherever there is one.
            if c == b.wrapping_add(6) {
                plan.number(b, FIVE | TWO)
            } else {
                Plan::computed(descriptor)
            }
        }
        Kind::UImm => match log(c) {
            Some(scale) => Plan::of(Packed::immediate(0).styled(d)).value(a, b, scale, false),
            None => Plan::computed(descriptor),
        },
        Kind::SImm => match log(c) {
            Some(scale) => Plan::of(Packed::immediate(0).styled(d)).value(a, b, scale, true),
            None => Plan::computed(descriptor),
        },
        Kind::ShiftedImm => {
            let constant = Packed::shifted_immediate(0, Shift::Lsl, 0, 12);
            Plan::of(constant).two(c, 1).value(a, b, 0, false)
        }
        Kind::WideImm => {
            let constant = Packed::shifted_immediate(0, Shift::Lsl, 0, 16);
            Plan::of(constant).two(c, d).value(a, b, 0, false)
        }
        Kind::PcRel => Plan::of(Packed::address(0).usual()).value(a, b, c, true),
        Kind::PageRel => Plan::of(Packed::new(tag::PAGE, Register::NONE, [0; 3], 0))
            .two(a, 2)
            .value(b, 19, 2, true),
        Kind::MemBase => Plan::of(memory(MemoryOffset::None, 0)).number(a, FIVE),
        Kind::MemBack => Plan::of(memory(MemoryOffset::None, AddressMode::PRE)).number(a, FIVE),
        Kind::WriteBack => Plan::of(Packed::write_back(Register::numbered(1, 0))).number(a, FIVE),
        Kind::MemUImm => match log(d) {
            Some(scale) => Plan::of(memory(BYTES, 0))
                .number(a, FIVE)
                .value(b, c, scale, false),
            None => Plan::computed(descriptor),
        },
        Kind::MemSImm => match log(d) {
            Some(scale) => Plan::of(memory(BYTES, e))
                .number(a, FIVE)
                .value(b, c, scale, true),
            None => Plan::computed(descriptor),
        },
        Kind::ControlRegister => Plan::of(Packed::control_register(0)).value(a, 4, 0, false),
        _ => Plan::computed(descriptor),
    }
}

/// Whether the plan of a kind without code is missing: a factor that is no power of two, or a shift that is not where it always is.
const fn is_forgotten(descriptor: Descriptor) -> bool {
    plan(descriptor).is_computed()
        && matches!(
            descriptor.kind,
            Kind::ShiftedGpr | Kind::UImm | Kind::SImm | Kind::MemUImm | Kind::MemSImm
        )
}

/// A plan for each descriptor.
pub(crate) static PLANS: [Plan; DESCRIPTORS.len()] = plans();

#[expect(clippy::indexing_slicing, reason = "runs at compile time only")]
const fn plans() -> [Plan; DESCRIPTORS.len()] {
    let mut all = [Plan::of(Packed::NONE); DESCRIPTORS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = plan(DESCRIPTORS[at]);
        // The build fails here if the specification text says what a plan cannot.
        assert!(!is_forgotten(DESCRIPTORS[at]));
        at = at.wrapping_add(1);
    }
    all
}
