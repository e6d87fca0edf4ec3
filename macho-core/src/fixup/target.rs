//! What a slot becomes: the words that every mechanism of fixups shares.
use crate::addr::{VmAddr, VmOffset};

/// What a slot becomes at load time.
///
/// Closed: a slot is a pointer into an image, a pointer to what an import names, or no pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Fixup {
    /// A pointer into an image whose base is known.
    Rebase {
        /// Where it points.
        target: Target,
        /// How it is signed; `None` for a plain pointer.
        auth: Option<Auth>,
    },
    /// A pointer to an import.
    Bind {
        /// Which import, for [`ChainedFixups::import`](super::ChainedFixups::import): its index in the
        /// table. Of opcodes the offset of the symbol's name in its stream, of relocations the
        /// index of the symbol; [`Fixups::import`](super::Fixups::import) knows which.
        ordinal: u32,
        /// Bytes to add to the import's address, besides the import's own addend.
        addend: i64,
        /// How it is signed; `None` for a plain pointer.
        auth: Option<Auth>,
    },
    /// No pointer: a number that is a link of the chain only because it lies between pointers
    /// (`DYLD_CHAINED_PTR_32` and its `max_valid_pointer`).
    Value(u32),
}

/// Where a rebase points. The top byte of a tagged pointer (`high8`) is bits 56 to 63 of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// An unslid address.
    VmAddr(VmAddr),
    /// Bytes from the image's base; in a dyld shared cache from the cache's base.
    VmOffset(VmOffset),
    /// Bytes from the base of a kernel collection.
    Cache {
        /// The collection: 0 primary, 1 pageable, 3 auxiliary (XNU
        /// `kcformat.c`); 2 bits.
        level: u8,
        /// Bytes from that collection's base, below 2^30.
        offset: VmOffset,
    },
    /// Bytes from the start of a segment.
    Segment {
        /// The segment, counted from 0; 4 bits.
        index: u8,
        /// Bytes from its start, below 2^28.
        offset: u32,
    },
}

/// How a pointer is signed (arm64e pointer authentication).
///
/// Closed: these three are all that a signing instruction takes besides the pointer and the
/// slot's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auth {
    /// The key.
    pub key: AuthKey,
    /// The constant part of the discriminator.
    pub diversity: u16,
    /// Whether the slot's own address is part of the discriminator: blended with a `diversity`
    /// other than 0, else alone.
    pub address_diversity: bool,
}

/// A key of pointer authentication.
///
/// Closed: two bits of a slot choose one of the four. The fifth key of the architecture, GA, signs
/// no pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthKey {
    /// Instruction key A: 0.
    IA,
    /// Instruction key B: 1.
    IB,
    /// Data key A: 2.
    DA,
    /// Data key B: 3.
    DB,
}

impl AuthKey {
    /// `IA`, `IB`, `DA` or `DB`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IA => "IA",
            Self::IB => "IB",
            Self::DA => "DA",
            Self::DB => "DB",
        }
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::IA,
            1 => Self::IB,
            2 => Self::DA,
            _ => Self::DB,
        }
    }
}
