//! A slot: the word of an image that a loader rewrites, whatever says so.
use crate::addr::{FileOffset, VmAddr};
use crate::fixup::pointer;
use crate::fixup::target::Fixup;
use crate::raw::fixup::PointerFormat;

/// What in an image says that a slot is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// `LC_DYLD_CHAINED_FIXUPS`.
    Chained,
}

impl Mechanism {
    /// `chained` ...: one word for people and machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chained => "chained",
        }
    }
}

/// What a mechanism says about a slot besides its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Chained {
        format: PointerFormat,
        max_valid_pointer: u32,
    },
}

/// One word that a loader rewrites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Unslid address of the slot.
    pub vmaddr: VmAddr,
    /// Where the slot lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The slot as it stands; [`size`](Self::size) bytes of it.
    pub raw: u64,
    pub(super) source: Source,
}

impl Slot {
    /// What the slot becomes. Decoded here, so that a walk that only wants places costs less.
    #[inline]
    pub const fn fixup(&self) -> Fixup {
        match self.source {
            Source::Chained {
                format,
                max_valid_pointer,
            } => match format.fixup(self.raw) {
                Some(fixup) if matches!(format, PointerFormat::DYLD_CHAINED_PTR_32) => {
                    pointer::without_non_pointer(fixup, max_valid_pointer)
                }
                Some(fixup) => fixup,
                // The walk takes known formats only.
                None => Fixup::Value(0),
            },
        }
    }

    /// What says that this is a slot.
    #[inline]
    pub const fn mechanism(&self) -> Mechanism {
        match self.source {
            Source::Chained { .. } => Mechanism::Chained,
        }
    }

    /// How the slot is written, where it is a link of a chain; `None` for a plain pointer.
    #[inline]
    pub const fn pointer_format(&self) -> Option<PointerFormat> {
        match self.source {
            Source::Chained { format, .. } => Some(format),
        }
    }

    /// Bytes of the slot: 4 or 8.
    #[inline]
    pub const fn size(&self) -> u64 {
        match self.source {
            Source::Chained { format, .. } => match format.slot_size() {
                Some(size) => size,
                None => 8,
            },
        }
    }
}
