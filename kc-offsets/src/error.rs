//! What is wrong with a kernelcache, in which structure, and at which byte of the outermost file.
use core::fmt;

use macho_core::{FileOffset, SlidVmAddr, Slide, VmAddr};

mod plist;
mod structure;

pub use plist::PlistErrorKind;
pub use structure::Structure;

/// Why a question about a kernelcache has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The Mach-O layer refused a structure. Its error is the
    /// [`source`](core::error::Error::source), with the same structure and offset.
    MachO(macho_core::ErrorKind),
    /// The property list of `__PRELINK_INFO,__info` is damaged.
    Plist(PlistErrorKind),
    /// `LC_MAIN` counts from the header, and no segment maps the header.
    HeaderNotMapped,
    /// `entryoff` of `LC_MAIN` leads past 2^64.
    EntryOverflow,
    /// An entry of `__kmod_info` or `__kmod_start` leads to no bytes of the file, or to too few.
    KmodNotMapped,
    /// No byte of the file is mapped at the address of a kext's header.
    ImageNotMapped {
        /// The address.
        vmaddr: VmAddr,
    },
    /// A function starts at an address that no segment of its image has.
    FunctionNotMapped {
        /// The address.
        vmaddr: VmAddr,
    },
    /// Tables or images overlap, so that reading each would cost more than the file is large.
    TooMuchWork,
    /// The caller's memory does not hold the answer. [`Error::structure`] names what it is for.
    BufferTooSmall {
        /// How much suffices: bytes of an image or a copy of it, else cells. `usize::MAX` if no
        /// memory of this machine can.
        needed: usize,
    },
    /// No segment has memory.
    NothingToLoad,
    /// More segments have memory than a load plan takes, and the offset is the first one's beyond;
    /// or an address map has more stretches than a page index takes.
    CountTooLarge,
    /// Segments are further apart than the keys of a sorted address map can say.
    SpanTooLarge,
    /// Two segments claim the same memory; the offset is the later one's.
    Overlap,
    /// A segment ends past 2^64: unslid, slid, or in physical memory.
    AddressOverflow,
    /// Slid and physical address of the first byte differ in the bits of a 16 KiB page.
    BaseMismatch {
        /// The slid address.
        slid: SlidVmAddr,
    },
    /// A slide that is not a multiple of 16 KiB.
    Misaligned {
        /// The slide.
        slide: Slide,
    },
    /// The entry point is not a byte that is loaded from the file.
    EntryNotMapped {
        /// Where it would be.
        vmaddr: VmAddr,
    },
    /// An absolute pointer, moved, does not fit the bits that its slot has for it.
    TargetOverflow,
    /// A pointer counts from a base that nobody knows.
    UnknownBase,
    /// A slot binds to an import that the linker does not know.
    UnknownImport,
    /// A slot lies outside the memory that is rewritten.
    SlotNotMapped,
    /// The command line of boot arguments has a NUL, or none where one must end it: its text is
    /// longer than the layout has room for.
    CommandLineUnfit {
        /// Bytes of text that the layout has room for.
        most: usize,
    },
}

/// An error: a kind, the structure that it is about, and the place in the file.
///
/// It prints as one line: the structure, the reason and the file offset.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error {
    cause: Cause,
}

/// A kind with its payload or its offset. No kind has both, so that an error is hardly larger than
/// the one of the Mach-O layer inside it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Cause {
    MachO(macho_core::Error),
    InFile(Fault, FileOffset),
    BufferTooSmall(Structure, usize),
    SpanTooLarge(Structure),
    ImageNotMapped(VmAddr),
    FunctionNotMapped(VmAddr),
    EntryNotMapped(VmAddr),
    BaseMismatch(SlidVmAddr),
    Misaligned(Slide),
    CommandLineUnfit(usize),
}

const _: () = assert!(size_of::<Error>() <= 24);

/// The kinds that are about a byte of the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    Plist(PlistErrorKind),
    HeaderNotMapped,
    EntryOverflow,
    KmodNotMapped,
    NothingToLoad,
    CountTooLarge,
    Overlap,
    AddressOverflow,
    TargetOverflow,
    UnknownBase,
    UnknownImport,
    SlotNotMapped,
    TooMuchWork,
}

impl Fault {
    const fn kind(self) -> ErrorKind {
        match self {
            Self::Plist(kind) => ErrorKind::Plist(kind),
            Self::HeaderNotMapped => ErrorKind::HeaderNotMapped,
            Self::EntryOverflow => ErrorKind::EntryOverflow,
            Self::KmodNotMapped => ErrorKind::KmodNotMapped,
            Self::NothingToLoad => ErrorKind::NothingToLoad,
            Self::CountTooLarge => ErrorKind::CountTooLarge,
            Self::Overlap => ErrorKind::Overlap,
            Self::AddressOverflow => ErrorKind::AddressOverflow,
            Self::TargetOverflow => ErrorKind::TargetOverflow,
            Self::UnknownBase => ErrorKind::UnknownBase,
            Self::UnknownImport => ErrorKind::UnknownImport,
            Self::SlotNotMapped => ErrorKind::SlotNotMapped,
            Self::TooMuchWork => ErrorKind::TooMuchWork,
        }
    }

    const fn structure(self) -> Structure {
        use macho_core::Structure as MachO;
        match self {
            Self::Plist(_) => Structure::PrelinkInfo,
            Self::KmodNotMapped => Structure::KmodInfo,
            Self::HeaderNotMapped | Self::NothingToLoad | Self::TooMuchWork => {
                Structure::MachO(MachO::MachHeader64)
            }
            Self::EntryOverflow => Structure::MachO(MachO::EntryPointCommand),
            Self::CountTooLarge | Self::Overlap | Self::AddressOverflow => {
                Structure::MachO(MachO::SegmentCommand64)
            }
            Self::TargetOverflow
            | Self::UnknownBase
            | Self::UnknownImport
            | Self::SlotNotMapped => Structure::Fixup,
        }
    }
}

impl Error {
    /// About the byte of the outermost file at `offset`.
    #[cold]
    pub(crate) const fn at(fault: Fault, offset: FileOffset) -> Self {
        Self {
            cause: Cause::InFile(fault, offset),
        }
    }

    /// About byte `at` of the property list that starts at `list`.
    #[cold]
    pub(crate) fn plist(kind: PlistErrorKind, list: FileOffset, at: usize) -> Self {
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        let offset = FileOffset::new(list.get().saturating_add(at));
        Self::at(Fault::Plist(kind), offset)
    }

    /// The caller's memory for `structure` has fewer than `needed` bytes or cells.
    #[cold]
    pub(crate) const fn too_small(structure: Structure, needed: usize) -> Self {
        Self {
            cause: Cause::BufferTooSmall(structure, needed),
        }
    }

    /// An index cannot be that large, whatever memory it gets.
    #[cold]
    pub(crate) const fn span_too_large(structure: Structure) -> Self {
        Self {
            cause: Cause::SpanTooLarge(structure),
        }
    }

    #[cold]
    pub(crate) const fn function_not_mapped(vmaddr: VmAddr) -> Self {
        Self {
            cause: Cause::FunctionNotMapped(vmaddr),
        }
    }

    pub(crate) const fn image_not_mapped(vmaddr: VmAddr) -> Self {
        Self {
            cause: Cause::ImageNotMapped(vmaddr),
        }
    }

    pub(crate) const fn entry_not_mapped(vmaddr: VmAddr) -> Self {
        Self {
            cause: Cause::EntryNotMapped(vmaddr),
        }
    }

    pub(crate) const fn base_mismatch(slid: SlidVmAddr) -> Self {
        Self {
            cause: Cause::BaseMismatch(slid),
        }
    }

    /// The command line does not fit the `size` bytes that a layout has for it and its NUL.
    #[cold]
    pub(crate) const fn command_line_unfit(size: usize) -> Self {
        Self {
            cause: Cause::CommandLineUnfit(size.saturating_sub(1)),
        }
    }

    pub(crate) const fn misaligned(slide: Slide) -> Self {
        Self {
            cause: Cause::Misaligned(slide),
        }
    }

    /// Why there is no answer.
    pub const fn kind(self) -> ErrorKind {
        match self.cause {
            Cause::MachO(error) => ErrorKind::MachO(error.kind()),
            Cause::InFile(fault, _) => fault.kind(),
            Cause::BufferTooSmall(_, needed) => ErrorKind::BufferTooSmall { needed },
            Cause::SpanTooLarge(_) => ErrorKind::SpanTooLarge,
            Cause::ImageNotMapped(vmaddr) => ErrorKind::ImageNotMapped { vmaddr },
            Cause::FunctionNotMapped(vmaddr) => ErrorKind::FunctionNotMapped { vmaddr },
            Cause::EntryNotMapped(vmaddr) => ErrorKind::EntryNotMapped { vmaddr },
            Cause::BaseMismatch(slid) => ErrorKind::BaseMismatch { slid },
            Cause::Misaligned(slide) => ErrorKind::Misaligned { slide },
            Cause::CommandLineUnfit(most) => ErrorKind::CommandLineUnfit { most },
        }
    }

    /// What the error is about.
    pub const fn structure(self) -> Structure {
        match self.cause {
            Cause::MachO(error) => Structure::MachO(error.structure()),
            Cause::InFile(fault, _) => fault.structure(),
            Cause::BufferTooSmall(structure, _) | Cause::SpanTooLarge(structure) => structure,
            Cause::ImageNotMapped(_) => Structure::MachO(macho_core::Structure::MachHeader64),
            Cause::FunctionNotMapped(_) => Structure::MachO(macho_core::Structure::FunctionStarts),
            Cause::EntryNotMapped(_) => Structure::EntryPoint,
            Cause::BaseMismatch(_) => Structure::SlidAddress,
            Cause::Misaligned(_) => Structure::Slide,
            Cause::CommandLineUnfit(_) => Structure::BootArgs,
        }
    }

    /// The byte of the outermost file that is at fault; `None` if the error is not about one.
    pub const fn offset(self) -> Option<FileOffset> {
        match self.cause {
            Cause::MachO(error) => Some(error.offset()),
            Cause::InFile(_, offset) => Some(offset),
            _ => None,
        }
    }

    /// How many bytes or cells suffice, of [`ErrorKind::BufferTooSmall`] only: what a caller asks
    /// with an empty slice.
    pub const fn needed(self) -> Option<usize> {
        match self.cause {
            Cause::BufferTooSmall(_, needed) => Some(needed),
            _ => None,
        }
    }
}

impl From<macho_core::Error> for Error {
    fn from(error: macho_core::Error) -> Self {
        Self {
            cause: Cause::MachO(error),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("structure", &self.structure())
            .field("offset", &self.offset())
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.structure().name())?;
        f.write_str(": ")?;
        let reason = match self.kind() {
            ErrorKind::MachO(kind) => kind.reason(),
            ErrorKind::Plist(kind) => kind.reason(),
            ErrorKind::HeaderNotMapped => "no segment maps the header",
            ErrorKind::EntryOverflow => "entryoff overflows",
            ErrorKind::KmodNotMapped => "no kmod_info_64 in the file",
            ErrorKind::NothingToLoad => "no segment has memory",
            ErrorKind::CountTooLarge => "too many segments",
            ErrorKind::SpanTooLarge => "segments are too far apart",
            ErrorKind::Overlap => "memory overlaps an earlier segment's",
            ErrorKind::AddressOverflow => "ends past the last address",
            ErrorKind::TargetOverflow => "moved pointer does not fit its slot",
            ErrorKind::UnknownBase => "pointer counts from an unknown base",
            ErrorKind::UnknownImport => "import is not known",
            ErrorKind::SlotNotMapped => "slot is not in the loaded memory",
            ErrorKind::TooMuchWork => {
                "tables share bytes, and the file is too small for all of them"
            }
            ErrorKind::FunctionNotMapped { vmaddr } => {
                write!(f, "a function starts outside its image, at vmaddr {vmaddr}")?;
                ""
            }
            ErrorKind::BufferTooSmall { needed } => {
                let unit = self.structure().unit();
                write!(f, "memory too small, {needed} {unit} are needed")?;
                ""
            }
            ErrorKind::ImageNotMapped { vmaddr } => {
                write!(f, "no byte of the file at vmaddr {vmaddr}")?;
                ""
            }
            ErrorKind::EntryNotMapped { vmaddr } => {
                write!(f, "no byte of the file is loaded at vmaddr {vmaddr}")?;
                ""
            }
            ErrorKind::BaseMismatch { slid } => {
                write!(
                    f,
                    "{slid} and physical base differ in the bits of a 16 KiB page"
                )?;
                ""
            }
            ErrorKind::CommandLineUnfit { most } => {
                write!(
                    f,
                    "command line with a NUL, or longer than {most} bytes without one"
                )?;
                ""
            }
            ErrorKind::Misaligned { slide } => {
                write!(f, "{slide} is not a multiple of 16 KiB")?;
                ""
            }
        };
        f.write_str(reason)?;
        match self.offset() {
            Some(offset) => write!(f, " at file offset {:#x}", offset.get()),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.cause {
            Cause::MachO(error) => Some(error),
            _ => None,
        }
    }
}
