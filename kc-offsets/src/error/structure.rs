//! What an error is about.

/// The structure of the file, the request or the memory that an [`Error`](crate::Error) is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Structure {
    /// A structure of Mach-O.
    MachO(macho_core::Structure),
    /// The property list of the kexts, `__PRELINK_INFO,__info`.
    PrelinkInfo,
    /// The arrays `__kmod_info` and `__kmod_start`.
    KmodInfo,
    /// A word that a fixup changes.
    Fixup,
    /// Where an image starts to run.
    EntryPoint,
    /// The slide that was asked for.
    Slide,
    /// The slid address of an image's first byte.
    SlidAddress,
    /// The memory that an image is loaded into.
    LoadedImage,
    /// The copy of the file that is rewritten.
    FileCopy,
    /// The memory of boot arguments.
    BootArgs,
    /// A sorted [`AddressMap`](crate::AddressMap).
    AddressMap,
    /// A [`PageIndex`](crate::PageIndex).
    PageIndex,
    /// The list of [`Images`](crate::Images).
    Images,
    /// A [`Lookup`](crate::Lookup).
    Lookup,
    /// The [`Ids`](crate::Ids).
    Ids,
    /// The memory for the places where a pattern matches.
    CodeMatches,
    /// The memory for the strings that a search looks for.
    Strings,
}

impl Structure {
    /// Its C name, or an English one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MachO(structure) => structure.name(),
            Self::PrelinkInfo => "__PRELINK_INFO,__info",
            Self::KmodInfo => "__kmod_info",
            Self::Fixup => "fixup",
            Self::EntryPoint => "entry point",
            Self::Slide => "slide",
            Self::SlidAddress => "slid address",
            Self::LoadedImage => "loaded image",
            Self::FileCopy => "copy of the file",
            Self::BootArgs => "boot_args",
            Self::AddressMap => "address map",
            Self::PageIndex => "page index",
            Self::Images => "list of images",
            Self::Lookup => "look-up",
            Self::Ids => "IDs of __PRELINK_INFO,__info",
            Self::CodeMatches => "matches",
            Self::Strings => "strings",
        }
    }

    /// What the caller's memory for it is counted in.
    pub(super) const fn unit(self) -> &'static str {
        match self {
            Self::LoadedImage | Self::FileCopy | Self::BootArgs => "bytes",
            _ => "cells",
        }
    }
}
