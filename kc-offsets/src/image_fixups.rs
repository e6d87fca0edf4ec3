//! The fixups of a kernelcache, image by image.
//!
//! A primary collection has one table of chains for all its images. Each kext of a pageable
//! collection has a table of its own, so that it can be loaded anew, and so has each kext of an
//! auxiliary collection for `x86_64` (dyld `kernel-collection-builder/AppCacheBuilder.cpp`,
//! `fixupsArePerKext`); the outer image of these may have one for the pointers of its branch stubs.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{FilesetEntries, FilesetEntry, Fixups, MachO, Segment};

use crate::collection;
use crate::error::{Error, Fault};
use crate::target::RebaseTargets;

/// The fixups of one image of a kernelcache.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct ImageFixups<'a> {
    /// The load command of an image inside; `None` of the outer image.
    pub entry: Option<FilesetEntry<'a>>,
    /// The image.
    pub image: MachO<'a>,
    /// Its fixups: of the outer image all, of an image inside its chains.
    pub fixups: Fixups<'a>,
    /// Where its pointers point.
    pub targets: RebaseTargets,
}

impl<'a> ImageFixups<'a> {
    /// All fixups of an image that is not inside of another.
    pub(crate) fn of_outer(image: &MachO<'a>) -> Self {
        Self {
            entry: None,
            image: *image,
            fixups: image.fixups(),
            targets: RebaseTargets::new(image),
        }
    }
}

/// The fixups of the outer image, whether it has some or not, and then those of every image inside
/// that has chains of its own. Made by [`KernelCache::fixups`](crate::KernelCache::fixups).
///
/// An image inside that is damaged is an error, and the walk goes on after it. So is one
/// (`TooMuchWork`) that shares so much with others that walking all of them would cost more than
/// the file is large. Images inside of a primary collection have no fixups of their own, and are
/// not looked at.
#[derive(Clone)]
#[must_use]
pub struct CollectionFixups<'a> {
    outer: MachO<'a>,
    targets: RebaseTargets,
    has_started: bool,
    /// The images inside that are still to come; `None` if they have no fixups of their own.
    entries: Option<FilesetEntries<'a>>,
    /// Bytes of load commands, tables and segments that may still be walked.
    left: u64,
}

impl fmt::Debug for CollectionFixups<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionFixups")
            .field("outer", &self.outer)
            .field("has_started", &self.has_started)
            .field("looks_inside", &self.entries.is_some())
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl<'a> CollectionFixups<'a> {
    pub(crate) fn new(outer: &MachO<'a>) -> Self {
        let looks_inside = collection::is_without_kernel(outer);
        let size = u64::try_from(outer.file().len()).unwrap_or(u64::MAX);
        Self {
            outer: *outer,
            targets: RebaseTargets::new(outer),
            has_started: false,
            entries: looks_inside.then(|| outer.fileset_entries()),
            // Images share no byte but those of tables.
            left: size.saturating_mul(2),
        }
    }

    /// Without the outer image's.
    pub(crate) const fn inside_only(mut self) -> Self {
        self.has_started = true;
        self
    }

    /// The image of an entry; `None` if it has no chains.
    #[inline(never)]
    fn inside(&mut self, entry: FilesetEntry<'a>) -> Result<Option<ImageFixups<'a>>, Error> {
        // A header is looked at before its image tells its size.
        self.take(32)?;
        let image = entry.parse()?;
        self.take(image.header().sizeofcmds.into())?;
        let Some(chained) = image.chained_fixups()? else {
            return Ok(None);
        };
        let table = u64::try_from(chained.segment_count()).unwrap_or(u64::MAX);
        self.take(table.saturating_mul(4))?;
        let walked = |segment: &Segment<'_>| segment.name() != "__LINKEDIT";
        for segment in image.segments().filter(walked) {
            self.take(segment.data_size())?;
        }
        Ok(Some(ImageFixups {
            entry: Some(entry),
            image,
            fixups: image.fixups().only_chains(),
            targets: self.targets.within(&image),
        }))
    }

    fn take(&mut self, bytes: u64) -> Result<(), Error> {
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return Ok(());
        }
        self.left = 0;
        let header = self.outer.file_offset();
        Err(Error::at(Fault::TooMuchWork, header))
    }
}

impl<'a> Iterator for CollectionFixups<'a> {
    type Item = Result<ImageFixups<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.has_started {
            self.has_started = true;
            return Some(Ok(ImageFixups::of_outer(&self.outer)));
        }
        loop {
            let entry = match self.entries.as_mut()?.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(error.into())),
            };
            match self.inside(entry) {
                Ok(Some(found)) => return Some(Ok(found)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl FusedIterator for CollectionFixups<'_> {}
