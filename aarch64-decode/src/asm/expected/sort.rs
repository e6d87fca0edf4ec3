//! What a place of an operand list takes.

use core::fmt;

use OperandSort as Sort;

use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::register::RegisterClass;

/// A sort of operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperandSort {
    /// A register of 32 bits, where 31 is the zero register.
    W,
    /// A register of 32 bits, where 31 is the stack pointer.
    Wsp,
    /// A register of 64 bits, where 31 is the zero register.
    X,
    /// A register of 64 bits, where 31 is the stack pointer.
    Xsp,
    /// A register that may have an extension.
    Extended,
    /// 8 bits of a vector register.
    B,
    /// 16 bits of a vector register.
    H,
    /// 32 bits of a vector register.
    S,
    /// 64 bits of a vector register.
    D,
    /// 128 bits of a vector register.
    Q,
    /// A vector, or an element of one.
    Vector,
    /// A scalable vector, or an element of one.
    ScalableVector,
    /// A predicate.
    Predicate,
    /// The matrix ZA, a tile or slices of it.
    Matrix,
    /// The table zt0.
    Table,
    /// Registers or tiles in braces.
    List,
    /// A register and `!`.
    WriteBack,
    /// A memory operand.
    Memory,
    /// A number.
    Number,
    /// A number of 12 bits, shifted by 0 or by 12.
    Shifted,
    /// A number of 16 bits, shifted by a multiple of 16.
    Wide,
    /// A bit mask as `and` takes it.
    Bitmask,
    /// A floating-point number.
    Float,
    /// `mul #4`.
    Multiplier,
    /// An address, or a distance.
    Address,
    /// A condition.
    Condition,
    /// A system register.
    SystemRegister,
    /// `c0` to `c15`.
    ControlRegister,
    /// A name that belongs to the instruction, or its number.
    Name,
}

/// All; a set has a bit for each.
pub(super) const SORTS: [OperandSort; 29] = [
    OperandSort::W,
    OperandSort::Wsp,
    OperandSort::X,
    OperandSort::Xsp,
    OperandSort::Extended,
    OperandSort::B,
    OperandSort::H,
    OperandSort::S,
    OperandSort::D,
    OperandSort::Q,
    OperandSort::Vector,
    OperandSort::ScalableVector,
    OperandSort::Predicate,
    OperandSort::Matrix,
    OperandSort::Table,
    OperandSort::List,
    OperandSort::WriteBack,
    OperandSort::Memory,
    OperandSort::Number,
    OperandSort::Shifted,
    OperandSort::Wide,
    OperandSort::Bitmask,
    OperandSort::Float,
    OperandSort::Multiplier,
    OperandSort::Address,
    OperandSort::Condition,
    OperandSort::SystemRegister,
    OperandSort::ControlRegister,
    OperandSort::Name,
];

impl fmt::Display for OperandSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::W => "a register of 32 bits (w0-w30, wzr)",
            Self::Wsp => "a register of 32 bits (w0-w30, wsp)",
            Self::X => "a register of 64 bits (x0-x30, xzr)",
            Self::Xsp => "a register of 64 bits (x0-x30, sp)",
            Self::Extended => "a register that may be extended",
            Self::B => "b0-b31",
            Self::H => "h0-h31",
            Self::S => "s0-s31",
            Self::D => "d0-d31",
            Self::Q => "q0-q31",
            Self::Vector => "a vector register",
            Self::ScalableVector => "a scalable vector",
            Self::Predicate => "a predicate",
            Self::Matrix => "a part of za",
            Self::Table => "zt0",
            Self::List => "registers in braces",
            Self::WriteBack => "a register and `!`",
            Self::Memory => "an address in brackets",
            Self::Number => "a number",
            Self::Shifted => "0 to 4095, perhaps with lsl #12",
            Self::Wide => "0 to 65535, perhaps with lsl",
            Self::Bitmask => "a bit mask",
            Self::Float => "a floating-point number",
            Self::Multiplier => "mul and a number",
            Self::Address => "an address",
            Self::Condition => "a condition",
            Self::SystemRegister => "a system register",
            Self::ControlRegister => "c0-c15",
            Self::Name => "a name",
        })
    }
}

/// Whether an operand is a register, of this class, of another sort than the place takes.
pub(in crate::asm) fn is_other_register(
    descriptor: Descriptor,
    class_of: Option<RegisterClass>,
) -> bool {
    use Sort::{ControlRegister, Extended, List, Name, SystemRegister};
    let (Some(own), Some(taken)) = (class_of, sort(descriptor)) else {
        return false;
    };
    match taken {
        // Names may look like registers.
        Name | SystemRegister | ControlRegister => false,
        // One vector may do without braces.
        List => own != RegisterClass::Z,
        Extended => !matches!(class(own), Sort::W | Sort::Wsp | Sort::X | Sort::Xsp),
        _ => zeroed(class(own)) != zeroed(taken),
    }
}

/// The sort where 31 is the zero register.
const fn zeroed(sort: Sort) -> Sort {
    match sort {
        Sort::Wsp => Sort::W,
        Sort::Xsp => Sort::X,
        other => other,
    }
}

const fn class(class: RegisterClass) -> Sort {
    match class {
        RegisterClass::W => Sort::W,
        RegisterClass::Wsp => Sort::Wsp,
        RegisterClass::X => Sort::X,
        RegisterClass::Xsp => Sort::Xsp,
        RegisterClass::B => Sort::B,
        RegisterClass::H => Sort::H,
        RegisterClass::S => Sort::S,
        RegisterClass::D => Sort::D,
        RegisterClass::Q => Sort::Q,
        RegisterClass::V => Sort::Vector,
        RegisterClass::Z => Sort::ScalableVector,
        RegisterClass::P | RegisterClass::Pn => Sort::Predicate,
        RegisterClass::Za => Sort::Matrix,
        RegisterClass::Zt => Sort::Table,
    }
}

/// What a place takes, as far as one word says that.
pub(super) fn sort(descriptor: Descriptor) -> Option<Sort> {
    let [a, ..] = descriptor.p;
    Some(match descriptor.kind {
        Kind::Reg | Kind::Arranged | Kind::GprFixed | Kind::GprNext | Kind::ShiftedGpr => {
            class(RegisterClass::new(a))
        }
        Kind::PtrShiftedGpr => Sort::X,
        Kind::ExtendedGpr => Sort::Extended,
        Kind::UImm
        | Kind::UImmPair
        | Kind::SImm
        | Kind::WideValue
        | Kind::NegMod
        | Kind::PlusOne
        | Kind::FieldWidth
        | Kind::ShiftRight
        | Kind::ShiftLeft
        | Kind::Below
        | Kind::ElementBits
        | Kind::ShiftedImmPair
        | Kind::OnesImmPair
        | Kind::ByteMask
        | Kind::Rotate
        | Kind::Shifted8
        | Kind::TszRight
        | Kind::TszLeft
        | Kind::NarrowShift => Sort::Number,
        Kind::ShiftedImm => Sort::Shifted,
        Kind::WideImm => Sort::Wide,
        Kind::Bitmask | Kind::ElementMask => Sort::Bitmask,
        Kind::FpImm8 | Kind::FpImm8Pair | Kind::SmallFloat => Sort::Float,
        Kind::Cond => Sort::Condition,
        Kind::PcRel | Kind::PcRelBack | Kind::Adr | Kind::PageRel => Sort::Address,
        Kind::SystemRegister => Sort::SystemRegister,
        Kind::Named | Kind::NamedPair | Kind::RangePrefetch => Sort::Name,
        Kind::ControlRegister => Sort::ControlRegister,
        Kind::MemBase
        | Kind::MemUImm
        | Kind::MemSImm
        | Kind::MemPac
        | Kind::MemFixed
        | Kind::MemReg
        | Kind::MemBack
        | Kind::MemPostReg
        | Kind::MemPostQ
        | Kind::MemPostSize
        | Kind::MemVl
        | Kind::MemVlPair
        | Kind::MemVlUnsigned
        | Kind::MemIndex
        | Kind::MemIndexZero
        | Kind::MemZ
        | Kind::MemZXs
        | Kind::MemElement
        | Kind::MemZReg
        | Kind::MemAdr => Sort::Memory,
        Kind::WriteBack => Sort::WriteBack,
        Kind::VecQ
        | Kind::VecHalf
        | Kind::VecPairSz
        | Kind::VecSize
        | Kind::VecFull
        | Kind::VecImmh
        | Kind::VecImmhFull
        | Kind::VecImm5
        | Kind::LaneImm5
        | Kind::LaneImm4
        | Kind::LaneHLM
        | Kind::LaneHLMR
        | Kind::LaneHL
        | Kind::LaneSize
        | Kind::LaneSz
        | Kind::LaneComplex
        | Kind::LaneField
        | Kind::LaneConst => Sort::Vector,
        Kind::List
        | Kind::ListFixed
        | Kind::ListLane
        | Kind::ListLaneS
        | Kind::ListLaneD
        | Kind::ScalableList
        | Kind::ScalableListSize
        | Kind::TableList
        | Kind::TileMask
        | Kind::SliceBraced => Sort::List,
        Kind::ZSize
        | Kind::ZTsz
        | Kind::ZLow
        | Kind::ZLaneLow
        | Kind::ZLane
        | Kind::ZLanePair
        | Kind::ZMask
        | Kind::ZSizeShort
        | Kind::ZLaneThree
        | Kind::ZkVector
        | Kind::ZkLane => Sort::ScalableVector,
        Kind::Predicate
        | Kind::PredicateBit
        | Kind::PredicateOf
        | Kind::PredicateSize
        | Kind::PredicateLane
        | Kind::PredicateSlice => Sort::Predicate,
        Kind::Multiplier => Sort::Multiplier,
        Kind::Tile | Kind::Slice | Kind::Array | Kind::ArraySize => Sort::Matrix,
        Kind::TableLane | Kind::TableVector => Sort::Table,
        _ => return None,
    })
}
