//! What lies at a vmaddr.
use macho_core::{FileOffset, VmAddr};

/// What lies at a vmaddr. There is no fifth answer: memory is a segment's or not, and a segment's
/// is backed by the file, zeros, or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Outcome {
    /// A byte of the file, at this offset from the start of the outermost file.
    Mapped(FileOffset),
    /// Memory of a segment that the file does not back: zeros when loaded.
    ZeroFill,
    /// Memory that the segment claims from the file, past the file's end. m1n1's payload
    /// segment is like this.
    PastEndOfFile,
    /// No segment contains it.
    Unmapped,
}

impl Outcome {
    /// The file offset, if a byte of the file backs the vmaddr.
    #[inline]
    #[must_use]
    pub const fn file_offset(self) -> Option<FileOffset> {
        match self {
            Self::Mapped(offset) => Some(offset),
            _ => None,
        }
    }
}

/// The answer for one vmaddr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Translation {
    /// The vmaddr that was asked for.
    pub vmaddr: VmAddr,
    /// What lies there.
    pub outcome: Outcome,
    /// The segment that contains it, counted from 0 in load-command order.
    pub segment: Option<u32>,
}

impl Translation {
    /// The answer for an address that no segment contains.
    #[inline]
    pub(super) const fn unmapped(vmaddr: VmAddr) -> Self {
        Self {
            vmaddr,
            outcome: Outcome::Unmapped,
            segment: None,
        }
    }
}
