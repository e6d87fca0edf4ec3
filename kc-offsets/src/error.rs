//! What is wrong with a kernelcache.
use core::fmt;

use macho_core::{FileOffset, SlidVmAddr, Slide, VmAddr};

/// Why a question about a kernelcache has no answer.
///
/// It prints as one line: the structure, the reason and the file offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The Mach-O layer refused a structure; it is the [`source`](core::error::Error::source).
    MachO(macho_core::Error),
    /// `LC_MAIN` counts from the header, and no segment maps the header.
    HeaderNotMapped {
        /// Where the header lies.
        header: FileOffset,
    },
    /// `entryoff` of `LC_MAIN` leads past 2^64.
    EntryOverflow {
        /// Where the load command lies.
        command: FileOffset,
    },
    /// The property list of `__PRELINK_INFO,__info` is damaged.
    Plist {
        /// Why.
        kind: PlistErrorKind,
        /// Where the element lies.
        offset: FileOffset,
    },
    /// An entry of `__kmod_info` or `__kmod_start` leads to no bytes of the file, or to too few.
    KmodNotMapped {
        /// Where the entry lies.
        entry: FileOffset,
    },
    /// No byte of the file is mapped at the address of a kext's header.
    ImageNotMapped {
        /// The address.
        header: VmAddr,
    },
    /// The caller's memory does not hold the answer.
    StorageTooSmall {
        /// Items that it would have to hold.
        needed: usize,
    },
    /// No segment has memory.
    NothingToLoad {
        /// Where the header lies.
        header: FileOffset,
    },
    /// More segments have memory than a load plan takes.
    TooManySegments {
        /// The first one beyond.
        command: FileOffset,
    },
    /// Two segments claim the same memory.
    SegmentsOverlap {
        /// The load command of the later one.
        command: FileOffset,
    },
    /// A segment ends past 2^64: unslid, slid, or in physical memory.
    SegmentOverflow {
        /// Its load command.
        command: FileOffset,
    },
    /// Slid and physical address of the first byte differ in the bits of a 16 KiB page.
    Misaligned {
        /// The slid address.
        slid: SlidVmAddr,
    },
    /// A slide that is no multiple of 16 KiB.
    UnalignedSlide {
        /// The slide.
        slide: Slide,
    },
    /// An absolute pointer, moved, does not fit the bits that its slot has for it.
    TargetOutOfRange {
        /// The slot.
        slot: FileOffset,
    },
    /// The copy of the file that is rewritten has no byte there.
    CopyTooSmall {
        /// What should be rewritten.
        place: FileOffset,
    },
    /// The memory to load into is too small.
    MemoryTooSmall {
        /// Bytes that it takes.
        needed: u64,
    },
    /// The entry point is no byte that is loaded from the file.
    EntryNotLoaded {
        /// Where it would be.
        vmaddr: VmAddr,
    },
    /// A pointer counts from a base that nobody knows.
    UnknownBase {
        /// The slot that has it.
        slot: FileOffset,
    },
    /// A slot binds to an import that the linker does not know.
    Unbound {
        /// The slot.
        slot: FileOffset,
    },
    /// A slot lies outside the memory that is rewritten.
    SlotNotLoaded {
        /// The slot.
        slot: FileOffset,
    },
}

/// What is wrong with a property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlistErrorKind {
    /// The text ends inside an element, a tag or a comment.
    Truncated,
    /// Text where an element must be.
    StrayText,
    /// An element that is none of the known ones.
    UnknownElement,
    /// A closing tag that closes another element than the open one, or none.
    Mismatched,
    /// More than 64 containers inside each other.
    TooDeep,
    /// An attribute without a quoted value, or an `ID` or `IDREF` that is no number of 32 bits.
    BadAttribute,
    /// An integer with other characters than digits, or with none.
    BadInteger,
    /// An integer that does not fit in 64 bits.
    IntegerOverflow,
    /// A key without a value, or a value without a key.
    KeyWithoutValue,
    /// A value of another kind than the key needs.
    WrongKind,
    /// `IDREF` names no earlier element that has a value of its own.
    UnknownReference,
}

impl PlistErrorKind {
    /// A short English reason.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Truncated => "ends inside an element",
            Self::StrayText => "text where an element must be",
            Self::UnknownElement => "unknown element",
            Self::Mismatched => "closing tag does not match",
            Self::TooDeep => "nested too deeply",
            Self::BadAttribute => "bad attribute",
            Self::BadInteger => "bad integer",
            Self::IntegerOverflow => "integer exceeds 64 bits",
            Self::KeyWithoutValue => "key without a value, or a value without a key",
            Self::WrongKind => "value of another kind",
            Self::UnknownReference => "IDREF to no earlier value",
        }
    }
}

impl Error {
    /// The byte of the outermost file that is at fault; `None` where it is no byte of the file.
    pub const fn file_offset(&self) -> Option<FileOffset> {
        Some(match *self {
            Self::MachO(error) => error.offset(),
            Self::HeaderNotMapped { header } | Self::NothingToLoad { header } => header,
            Self::EntryOverflow { command }
            | Self::TooManySegments { command }
            | Self::SegmentsOverlap { command }
            | Self::SegmentOverflow { command } => command,
            Self::TargetOutOfRange { slot }
            | Self::UnknownBase { slot }
            | Self::Unbound { slot }
            | Self::SlotNotLoaded { slot } => slot,
            Self::CopyTooSmall { place } => place,
            Self::Plist { offset, .. } => offset,
            Self::KmodNotMapped { entry } => entry,
            Self::ImageNotMapped { .. }
            | Self::StorageTooSmall { .. }
            | Self::Misaligned { .. }
            | Self::UnalignedSlide { .. }
            | Self::MemoryTooSmall { .. }
            | Self::EntryNotLoaded { .. } => return None,
        })
    }
}

impl From<macho_core::Error> for Error {
    fn from(error: macho_core::Error) -> Self {
        Self::MachO(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, offset) = match *self {
            Self::MachO(error) => return error.fmt(f),
            Self::StorageTooSmall { needed } => {
                return write!(f, "storage too small: {needed} items are needed");
            }
            Self::MemoryTooSmall { needed } => {
                return write!(f, "memory too small: the image takes {needed} bytes");
            }
            Self::Misaligned { slid } => {
                return write!(
                    f,
                    "slid address {:#018x} and physical base differ in the bits of a 16 KiB page",
                    slid.get()
                );
            }
            Self::UnalignedSlide { slide } => {
                return write!(f, "slide {slide}: not a multiple of 16 KiB");
            }
            Self::EntryNotLoaded { vmaddr } => {
                return write!(
                    f,
                    "entry point {:#018x}: no byte of the file is loaded there",
                    vmaddr.get()
                );
            }
            Self::Plist { kind, offset } => {
                f.write_str("__PRELINK_INFO,__info: ")?;
                (kind.reason(), offset)
            }
            Self::KmodNotMapped { entry } => ("__kmod_info: no kmod_info_64 in the file", entry),
            Self::ImageNotMapped { header } => {
                return write!(f, "mach_header_64: no byte of the file at vmaddr {header}");
            }
            Self::HeaderNotMapped { header } => {
                ("mach_header_64: no segment maps the header", header)
            }
            Self::EntryOverflow { command } => ("entry_point_command: entryoff overflows", command),
            Self::NothingToLoad { header } => ("mach_header_64: no segment has memory", header),
            Self::TooManySegments { command } => ("segment_command_64: too many segments", command),
            Self::SegmentsOverlap { command } => (
                "segment_command_64: memory overlaps an earlier segment's",
                command,
            ),
            Self::SegmentOverflow { command } => {
                ("segment_command_64: ends past the last address", command)
            }
            Self::UnknownBase { slot } => ("fixup: pointer counts from an unknown base", slot),
            Self::Unbound { slot } => ("fixup: import is not known", slot),
            Self::TargetOutOfRange { slot } => ("fixup: moved pointer does not fit its slot", slot),
            Self::CopyTooSmall { place } => ("copy too small: it has no byte", place),
            Self::SlotNotLoaded { slot } => ("fixup: slot is not in the loaded memory", slot),
        };
        write!(f, "{what} at file offset {:#x}", offset.get())
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::MachO(error) => Some(error),
            _ => None,
        }
    }
}
