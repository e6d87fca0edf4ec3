//! What reading tables may cost.
use macho_core::MachO;

use crate::error::{Error, Fault};
use crate::images::Images;

/// Bytes of tables that may still be read: the tables of a file's images share no byte, so that all
/// together have no more than the file. Without a limit 250 images that name one table would cost
/// 250 tables.
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new(images: Images<'_, '_>) -> Self {
        let outer = images.get(0).and_then(|image| image.macho);
        let bytes = outer.map_or(0, |outer| outer.file().len());
        Self {
            left: u64::try_from(bytes).unwrap_or(u64::MAX),
        }
    }

    /// Takes `bytes`, or says that they are too many.
    pub(super) fn take(&mut self, bytes: u64, image: &MachO<'_>) -> Result<(), Error> {
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return Ok(());
        }
        self.left = 0;
        Err(Error::at(Fault::TooMuchWork, image.file_offset()))
    }
}
