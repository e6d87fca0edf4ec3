//! The ways to spell instructions.

/// How instructions are spelled.
///
/// There can be no other: these are the disassemblers whose text ours is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// As llvm-objdump prints.
    Llvm,
    /// As GNU objdump prints.
    Gnu,
    /// As Apple's otool prints.
    Apple,
}
