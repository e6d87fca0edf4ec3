//! What a place of an operand list takes.

use super::Expected;
use crate::asm::item::Item;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::register::RegisterClass;

/// Whether an operand is a register of another sort than the place takes.
pub(in crate::asm) fn is_other_register(descriptor: Descriptor, item: &Item) -> bool {
    use Expected::{ControlRegister, Extended, List, Name, SystemRegister};
    let (Some(own), Some(taken)) = (item.class(), sort(descriptor)) else {
        return false;
    };
    match taken {
        // Names may look like registers.
        Name | SystemRegister | ControlRegister => false,
        // One vector may do without braces.
        List => own != RegisterClass::Z,
        Extended => !item.is_general(),
        _ => zeroed(class(own)) != zeroed(taken),
    }
}

/// The sort where 31 is the zero register.
const fn zeroed(sort: Expected) -> Expected {
    match sort {
        Expected::Wsp => Expected::W,
        Expected::Xsp => Expected::X,
        other => other,
    }
}

const fn class(class: RegisterClass) -> Expected {
    match class {
        RegisterClass::W => Expected::W,
        RegisterClass::Wsp => Expected::Wsp,
        RegisterClass::X => Expected::X,
        RegisterClass::Xsp => Expected::Xsp,
        RegisterClass::B => Expected::B,
        RegisterClass::H => Expected::H,
        RegisterClass::S => Expected::S,
        RegisterClass::D => Expected::D,
        RegisterClass::Q => Expected::Q,
        RegisterClass::V => Expected::Vector,
        RegisterClass::Z => Expected::ScalableVector,
        RegisterClass::P | RegisterClass::Pn => Expected::Predicate,
        RegisterClass::Za => Expected::Matrix,
        RegisterClass::Zt => Expected::Table,
    }
}

/// What a place takes, as far as one word says that.
pub(super) fn sort(descriptor: Descriptor) -> Option<Expected> {
    let [a, ..] = descriptor.p;
    Some(match descriptor.kind {
        Kind::Reg | Kind::Arranged | Kind::GprFixed | Kind::GprNext | Kind::ShiftedGpr => {
            class(RegisterClass::new(a))
        }
        Kind::PtrShiftedGpr => Expected::X,
        Kind::ExtendedGpr => Expected::Extended,
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
        | Kind::NarrowShift => Expected::Number,
        Kind::ShiftedImm => Expected::Shifted,
        Kind::WideImm => Expected::Wide,
        Kind::Bitmask | Kind::ElementMask => Expected::Bitmask,
        Kind::FpImm8 | Kind::FpImm8Pair | Kind::SmallFloat => Expected::Float,
        Kind::Cond => Expected::Condition,
        Kind::PcRel | Kind::PcRelBack | Kind::Adr | Kind::PageRel => Expected::Address,
        Kind::SystemRegister => Expected::SystemRegister,
        Kind::Named | Kind::NamedPair | Kind::RangePrefetch => Expected::Name,
        Kind::ControlRegister => Expected::ControlRegister,
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
        | Kind::MemAdr => Expected::Memory,
        Kind::WriteBack => Expected::WriteBack,
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
        | Kind::LaneConst => Expected::Vector,
        Kind::List
        | Kind::ListFixed
        | Kind::ListLane
        | Kind::ListLaneS
        | Kind::ListLaneD
        | Kind::ScalableList
        | Kind::ScalableListSize
        | Kind::TableList
        | Kind::TileMask
        | Kind::SliceBraced => Expected::List,
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
        | Kind::ZkLane => Expected::ScalableVector,
        Kind::Predicate
        | Kind::PredicateBit
        | Kind::PredicateOf
        | Kind::PredicateSize
        | Kind::PredicateLane
        | Kind::PredicateSlice => Expected::Predicate,
        Kind::Multiplier => Expected::Multiplier,
        Kind::Tile | Kind::Slice | Kind::Array | Kind::ArraySize => Expected::Matrix,
        Kind::TableLane | Kind::TableVector => Expected::Table,
        _ => return None,
    })
}
