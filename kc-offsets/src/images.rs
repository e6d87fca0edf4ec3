//! The images of a kernelcache, whatever its shape.
//!
//! # What the list has
//! 1. The outer image comes first: the collection, or the kernel itself.
//! 2. Of a fileset (primary, pageable or auxiliary) every `LC_FILESET_ENTRY` follows, in the order
//!    of the commands. Version and size are those of the kext in `__PRELINK_INFO,__info` that has
//!    the entry's address, or if none has, the entry's id: a file that was linked elsewhere keeps
//!    the old addresses in its property list. Kexts that no entry stands for follow, in the order
//!    of the list.
//! 3. Of a prelinked kernel the kexts of `__PRELINK_INFO,__info` follow; if that has none, those of
//!    the arrays `__kmod_info` and `__kmod_start`.
//! 4. A kext without code has no address. It has no `_PrelinkExecutableLoadAddr`, or one of
//!    0x7fffffffffffffff (dyld `kernel-collection-builder/AppCacheBuilder.cpp`).
//! 5. Damage is an item of the list: it shows what the load command or the property list still
//!    says, and its error. Damage of the property list itself is the last item.
//! 6. Of several items with one header the first has the image; the others say which that is.
use core::fmt;

use macho_core::MachO;

use crate::error::Error;
use crate::kernelcache::KernelCache;

mod build;
mod cell;
mod describe;
mod image;
mod references;
mod text;

pub use cell::ImageCell;
pub use image::Image;
pub use text::{ImageText, ImageTextBytes};

use build::Builder;

/// Why a name stands for no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageNameError {
    /// No image has that id, and none an id that ends in it.
    Unknown,
    /// Several ids end in it; these two are the first.
    Ambiguous(usize, usize),
}

/// The images of a kernelcache, by number; 0 is the outer one.
#[derive(Clone, Copy)]
pub struct Images<'a, 's> {
    cells: &'s [ImageCell<'a>],
}

impl fmt::Debug for Images<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images")
            .field("len", &self.cells.len())
            .finish_non_exhaustive()
    }
}

impl<'a, 's> Images<'a, 's> {
    /// Lists the images in the caller's memory, with versions and sizes.
    ///
    /// One cell for each load command and each kext of the property list that names an image, and
    /// one for the outer image. Costs two passes over the property list, n log n comparisons for n
    /// images, and a parse of each; all parses together look at no more load commands than the file
    /// has bytes, and an image beyond that is damage (`TooMuchWork`).
    ///
    /// ```
    /// # fn list(file: &[u8]) -> Result<(), kc_offsets::Error> {
    /// use kc_offsets::{ImageCell, Images, KernelCache};
    ///
    /// let cache = KernelCache::parse(file)?;
    /// let mut cells = [ImageCell::EMPTY; 1024];
    /// let images = Images::build(&cache, &mut cells)?;
    /// for image in images.iter() {
    ///     # let _ =
    ///     (image.id, image.vmaddr, image.damage);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `BufferTooSmall` says how many cells suffice. Nothing else is an error of the whole list.
    pub fn build(cache: &KernelCache<'a>, cells: &'s mut [ImageCell<'a>]) -> Result<Self, Error> {
        let cells = Builder::new(cache, cells).whole()?;
        Ok(Self { cells })
    }

    /// As [`build`](Self::build), but of a fileset only what `LC_FILESET_ENTRY` says: no versions,
    /// no sizes, no kexts without code, and no pass over the property list. Enough to ask
    /// for addresses.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_mapped(
        cache: &KernelCache<'a>,
        cells: &'s mut [ImageCell<'a>],
    ) -> Result<Self, Error> {
        let cells = Builder::new(cache, cells).mapped()?;
        Ok(Self { cells })
    }

    /// How many there are, the outer one counted.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Never: there is always the outer image.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The image with that number.
    pub fn get(&self, number: usize) -> Option<&'s Image<'a>> {
        Some(self.cells.get(number)?.image())
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'s Image<'a>> + Clone + use<'a, 's> {
        self.cells.iter().map(ImageCell::image)
    }

    /// Those that can be read, each once, with their numbers.
    pub fn machos(&self) -> impl Iterator<Item = (usize, MachO<'a>)> + Clone + use<'a, 's> {
        let numbered = (0..usize::MAX).zip(self.iter());
        numbered.filter_map(|(number, image)| Some((number, image.macho?)))
    }

    /// The number of the image that has code of its own at the item: the item itself, or the
    /// earlier one with the same header.
    pub fn first(&self, number: usize) -> usize {
        let first = self.get(number).and_then(|image| image.first);
        first.unwrap_or(number)
    }

    /// The image with that id, or if none has it, the only one whose id ends in a dot and that
    /// name: `kernel` for `com.apple.kernel`. Of several items with one id the first. Costs a pass
    /// over the ids.
    ///
    /// # Errors
    /// No image, or several.
    pub fn named(&self, name: &str) -> Result<usize, ImageNameError> {
        let mut numbered = (0..usize::MAX).zip(self.iter());
        if let Some((number, _)) = numbered
            .clone()
            .find(|(_, image)| image.id.is_some_and(|id| id == name))
        {
            return Ok(number);
        }
        let mut found = None;
        let ends_so = |image: &Image<'a>| {
            image.first.is_none() && image.id.is_some_and(|id| id.last_part_is(name))
        };
        while let Some((number, image)) = numbered.find(|(_, image)| ends_so(image)) {
            match found {
                None => found = Some((number, image.id)),
                // Two items of one id are one name.
                Some((_, id)) if id == image.id => {}
                Some((first, _)) => return Err(ImageNameError::Ambiguous(first, number)),
            }
        }
        found
            .map(|(number, _)| number)
            .ok_or(ImageNameError::Unknown)
    }
}
