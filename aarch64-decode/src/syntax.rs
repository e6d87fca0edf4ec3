//! The ways to spell instructions.

/// How instructions are spelled.
///
/// There can be no other: these are the disassemblers whose text ours is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// As llvm-objdump prints.
    Llvm,
    /// As GNU objdump 2.44 prints: lists of registers are ranges (`{v0.4s-v3.4s}`), also if their
    /// numbers wrap around (`{v31.8b-v0.8b}`). Older releases, such as 2.40, spell a list of two
    /// out and know fewer names.
    Gnu,
    /// As Apple's otool prints.
    Apple,
}
