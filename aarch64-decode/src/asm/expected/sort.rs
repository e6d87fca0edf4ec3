//! What a place of an operand list takes.

use super::OperandSort as Sort;
use crate::asm::item::Item;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::register::RegisterClass;

/// Whether an operand is a register of another sort than the place takes.
pub(in crate::asm) fn is_other_register(descriptor: Descriptor, item: &Item) -> bool {
    use Sort::{ControlRegister, Extended, List, Name, SystemRegister};
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
