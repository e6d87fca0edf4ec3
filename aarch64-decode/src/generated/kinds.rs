// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! What the programs have to know: operand kinds, predicates, tests.

/// A kind of operand; `program` has the code of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Literal,
    Reg,
    Arranged,
    GprFixed,
    GprNext,
    ShiftedGpr,
    ExtendedGpr,
    PtrShiftedGpr,
    UImm,
    UImmPair,
    SImm,
    ShiftedImm,
    WideImm,
    WideValue,
    Bitmask,
    NegMod,
    PlusOne,
    FieldWidth,
    Cond,
    PcRel,
    PcRelBack,
    Adr,
    PageRel,
    SystemRegister,
    Named,
    NamedPair,
    ControlRegister,
    GprSized,
    MemBase,
    MemUImm,
    MemSImm,
    MemPac,
    MemFixed,
    MemReg,
    MemBack,
    WriteBack,
    RangePrefetch,
}

/// A predicate of an alias; `predicate` has the code of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predicate {
    ImmsBelowImmr,
    ImmsIsImmrMinusOne,
    BitmaskIsMov32,
    BitmaskIsMov64,
    MovnIsMov32,
    MovzIsMov,
    MovnIsMov64,
}
