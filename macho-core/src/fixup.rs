//! Fixups: the words of an image that a loader rewrites, where they are and what each becomes.
//!
//! Several mechanisms say so; [`MachO::fixups`] reads them all, and all yield [`Slot`]s:
//!
//! ```no_run
//! # fn print(file: &[u8]) -> Result<(), macho_core::Error> {
//! let image = macho_core::MachO::parse(file)?;
//! let fixups = image.fixups();
//! for slot in fixups.slots() {
//!     let slot = slot?;
//!     # let _ =
//!     (slot.vmaddr, slot.file_offset, slot.raw, slot.fixup(), fixups.import(&slot)?);
//! }
//! # Ok(())
//! # }
//! ```
use core::iter::FusedIterator;

use crate::error::Error;
use crate::macho::MachO;

pub use chained::{ChainedFixups, SegmentStarts, SegmentStartsIter};
pub use import::{Import, Imports};
pub use pointer::Link;
pub use slot::{Mechanism, Slot};
pub use target::{Auth, AuthKey, Fixup, Target};
pub use walk::{ChainedSlots, SegmentSlots};

mod chained;
mod import;
mod pointer;
mod slot;
mod target;
mod walk;

/// All fixups of an image. Made by [`MachO::fixups`].
#[derive(Clone, Copy, Debug)]
pub struct Fixups<'a> {
    image: MachO<'a>,
    chained: Result<Option<ChainedFixups<'a>>, Error>,
}

impl<'a> Fixups<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Self {
        Self {
            image: *image,
            chained: image.chained_fixups(),
        }
    }

    /// The slots, mechanism by mechanism. Damage is an item, and the walk goes on behind it where
    /// it can.
    pub fn slots(&self) -> Slots<'a> {
        let (chained, error) = match self.chained {
            Ok(chained) => (chained.map(|chained| chained.slots(&self.image)), None),
            Err(error) => (None, Some(error)),
        };
        Slots { error, chained }
    }

    /// What a bind binds to; `None` for a slot that is no bind.
    ///
    /// # Errors
    /// As [`ChainedFixups::import`].
    pub fn import(&self, slot: &Slot) -> Result<Option<Import<'a>>, Error> {
        match (slot.fixup(), self.chained?) {
            (Fixup::Bind { ordinal, .. }, Some(chained)) => chained.import(ordinal).map(Some),
            _ => Ok(None),
        }
    }
}

impl<'a> MachO<'a> {
    /// All fixups of the image, whatever the mechanism: chains, threads, opcodes, relocations.
    pub fn fixups(&self) -> Fixups<'a> {
        Fixups::new(self)
    }
}

/// The slots of all mechanisms. Made by [`Fixups::slots`].
#[derive(Clone, Debug)]
pub struct Slots<'a> {
    /// Why the chains cannot be read at all, until it is said.
    error: Option<Error>,
    chained: Option<ChainedSlots<'a>>,
}

impl Iterator for Slots<'_> {
    type Item = Result<Slot, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(chained) = &mut self.chained {
            return chained.next();
        }
        self.error.take().map(Err)
    }
}

impl FusedIterator for Slots<'_> {}
