//! What is wrong with a kernelcache.
use core::fmt;

use macho_core::FileOffset;

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
    /// The caller's memory does not hold the answer.
    StorageTooSmall {
        /// Items that it would have to hold.
        needed: usize,
    },
}

impl From<macho_core::Error> for Error {
    fn from(error: macho_core::Error) -> Self {
        Self::MachO(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MachO(error) => error.fmt(f),
            Self::HeaderNotMapped { header } => write!(
                f,
                "mach_header_64: no segment maps the header at file offset {:#x}",
                header.get()
            ),
            Self::EntryOverflow { command } => write!(
                f,
                "entry_point_command: entryoff overflows at file offset {:#x}",
                command.get()
            ),
            Self::StorageTooSmall { needed } => {
                write!(f, "storage too small: {needed} items are needed")
            }
        }
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
