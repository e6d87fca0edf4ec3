//! What is done with an operand.

/// What is done with the registers of an operand. An operand without registers is read.
///
/// There can be no other: it is read, written or both.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Only read.
    Read,
    /// Only written. A part of a register that is written, such as the low 32 bits, leaves nothing
    /// of the rest.
    Write,
    /// Read and written, or written so that some of it stays: one lane, what a merging predicate
    /// leaves, a slice of ZA.
    ReadWrite,
}

impl Access {
    pub(super) const fn new(reads: bool, writes: bool) -> Self {
        match (reads, writes) {
            (true, true) => Self::ReadWrite,
            (false, true) => Self::Write,
            _ => Self::Read,
        }
    }

    /// Whether it is read.
    pub const fn reads(self) -> bool {
        !matches!(self, Self::Write)
    }

    /// Whether it is written.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Read)
    }
}
