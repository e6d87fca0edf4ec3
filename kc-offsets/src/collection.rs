//! Which of a Mac's kernel collections a fileset is, and the property list that says so.
use macho_core::{FileType, LoadCommandKind, MachO};

use crate::error::Error;
use crate::kext::prelink_info::PrelinkInfo;

/// Which of the collections that a Mac loads a fileset is (XNU `kc_kind_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CollectionKind {
    /// With the kernel; cache level 0.
    Primary,
    /// Kexts that are paged in; cache level 1.
    Pageable,
    /// Kexts of others than Apple; cache level 3.
    Auxiliary,
}

impl CollectionKind {
    /// A short name, as the command line prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Pageable => "pageable",
            Self::Auxiliary => "auxiliary",
        }
    }

    /// The level that pointers into the collection have
    /// ([`Target::Cache`](macho_core::Target::Cache)).
    pub const fn level(self) -> u8 {
        match self {
            Self::Primary => 0,
            Self::Pageable => 1,
            Self::Auxiliary => 3,
        }
    }
}

/// Whether an image is a collection of kexts without a kernel, which does not start by itself.
pub(crate) fn is_without_kernel(image: &MachO<'_>) -> bool {
    image.header().filetype == FileType::MH_FILESET
        && image.find_command(LoadCommandKind::LC_UNIXTHREAD).is_none()
}

/// `__PRELINK_INFO,__info` of an image.
pub(crate) fn prelink_info<'a>(image: &MachO<'a>) -> Result<Option<PrelinkInfo<'a>>, Error> {
    let Some(section) = image.section("__PRELINK_INFO", "__info") else {
        return Ok(None);
    };
    let start = section.file_offset().unwrap_or_default();
    Ok(Some(PrelinkInfo::new(section.data()?, start)))
}

/// Which collection a fileset is, if it tells: one with a thread state is the primary one, and of
/// the others the property list names the collections that it was linked against.
pub(crate) fn kind(image: &MachO<'_>) -> Result<Option<CollectionKind>, Error> {
    if !is_without_kernel(image) {
        return Ok(Some(CollectionKind::Primary));
    }
    let Some(info) = prelink_info(image)? else {
        return Ok(None);
    };
    Ok(if info.has_key("_PageableKCID") {
        Some(CollectionKind::Auxiliary)
    } else if info.has_key("_BootKCID") {
        Some(CollectionKind::Pageable)
    } else {
        None
    })
}
