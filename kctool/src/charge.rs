//! What listing tables may cost.
use kc_offsets::KernelCache;
use kc_offsets::code::holds_strings;
use macho_core::MachO;

use crate::failure::Failure;

/// Bytes of tables that may still be listed. The tables of a file's images share no byte, so that
/// all together have no more than the file: without a limit 250 images that name one table would
/// list it 250 times.
pub(crate) struct Charge {
    left: u64,
}

impl Charge {
    pub(crate) fn new(cache: &KernelCache<'_>) -> Self {
        Self {
            left: cache.image().file().len() as u64,
        }
    }

    /// Takes the bytes of a table or of an item.
    ///
    /// # Errors
    /// The image's, if the file has no bytes left.
    pub(crate) fn take(&mut self, bytes: u64, image: &MachO<'_>) -> Result<(), Failure> {
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return Ok(());
        }
        self.left = 0;
        Err(Failure::Shared(image.file_offset()))
    }
}

/// The bytes of the sections that hold strings.
pub(crate) fn string_bytes(macho: &MachO<'_>) -> u64 {
    let sections = macho.sections().filter(holds_strings);
    sections.fold(0, |sum, section| {
        let bytes = section.data().map_or(0, |data| data.len() as u64);
        sum.saturating_add(bytes)
    })
}
