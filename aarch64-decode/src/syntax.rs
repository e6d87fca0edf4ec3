//! The ways to spell instructions.

/// How instructions are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// As llvm-objdump prints.
    Llvm,
    /// As GNU objdump prints.
    Gnu,
    /// As Apple's otool prints.
    Apple,
}
