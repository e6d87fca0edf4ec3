//! One image of the list.
use core::fmt;

use macho_core::{FileOffset, MachO, VmAddr};

use super::text::ImageText;
use crate::error::Error;

/// One image of a kernelcache: what its list says of it, and the image if it can be read.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Image<'a> {
    /// Entry id or bundle id; `None` of the outer image, and if it is missing or damaged.
    pub id: Option<ImageText<'a>>,
    /// The version, as the property list or `kmod_info_64` says.
    pub version: Option<ImageText<'a>>,
    /// Unslid address of the header; `None` of a kext without code.
    pub vmaddr: Option<VmAddr>,
    /// Where the header lies in the outermost file; `None` if nowhere.
    pub file_offset: Option<FileOffset>,
    /// Bytes, as the property list or `kmod_info_64` says.
    pub size: Option<u64>,
    /// The image; `None` without code, of damage, and if an earlier item has it.
    pub macho: Option<MachO<'a>>,
    /// The number of the earlier item with the same header.
    pub first: Option<usize>,
    /// What is damaged.
    pub damage: Option<Error>,
}

impl fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("vmaddr", &self.vmaddr)
            .field("file_offset", &self.file_offset)
            .field("size", &self.size)
            .field("has_macho", &self.macho.is_some())
            .field("first", &self.first)
            .field("damage", &self.damage)
            .finish()
    }
}
