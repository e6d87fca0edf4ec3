//! From the lists of a kernelcache to its images.
use macho_core::{FileOffset, VmAddr};

use super::cell::{ByOffset, ImageCell, Sorted, cell};
use super::image::Image;
use super::{describe, references};
use crate::error::{Error, Fault, Structure};
use crate::kernelcache::{KernelCache, Shape};
use crate::kext::{Kmod, PrelinkInfo};

use super::text::ImageText;

/// Fills the caller's cells.
pub(super) struct Builder<'c, 's, 'a> {
    cache: &'c KernelCache<'a>,
    cells: &'s mut [ImageCell<'a>],
    /// Cells that the list takes, also if there are fewer.
    count: usize,
}

impl<'s, 'a> Builder<'_, 's, 'a> {
    pub(super) fn new<'c>(
        cache: &'c KernelCache<'a>,
        cells: &'s mut [ImageCell<'a>],
    ) -> Builder<'c, 's, 'a> {
        Builder {
            cache,
            cells,
            count: 0,
        }
    }

    pub(super) fn whole(mut self) -> Result<&'s [ImageCell<'a>], Error> {
        self.outer();
        self.entries();
        let entries = self.count;
        if matches!(self.cache.shape(), Shape::Fileset | Shape::Prelinked) {
            let info = self.kexts();
            if self.cache.shape() == Shape::Prelinked && self.count == entries {
                self.kmods();
            }
            let cells = self.filled()?;
            if let Some(info) = info {
                references::resolve(cells, &info);
            }
            self.count = describe::merge(cells, entries);
        }
        self.finish(entries)
    }

    pub(super) fn mapped(mut self) -> Result<&'s [ImageCell<'a>], Error> {
        if self.cache.shape() == Shape::Prelinked {
            return self.whole();
        }
        self.outer();
        self.entries();
        let entries = self.count;
        self.finish(entries)
    }

    fn push(&mut self, cell: &ImageCell<'a>) {
        if let Some(place) = self.cells.get_mut(self.count) {
            *place = *cell;
        }
        self.count = self.count.saturating_add(1);
    }

    fn damaged(&mut self, error: Error) {
        self.push(&ImageCell::new(Image {
            damage: Some(error),
            ..Image::default()
        }));
    }

    /// The cells that the list takes.
    fn filled(&mut self) -> Result<&mut [ImageCell<'a>], Error> {
        let needed = self.count;
        self.cells
            .get_mut(..needed)
            .ok_or(Error::too_small(Structure::Images, needed))
    }

    fn outer(&mut self) {
        let image = self.cache.image();
        self.push(&ImageCell::new(Image {
            vmaddr: image.base(),
            file_offset: Some(image.file_offset()),
            macho: Some(image),
            ..Image::default()
        }));
    }

    fn entries(&mut self) {
        for entry in self.cache.image().fileset_entries() {
            match entry {
                Ok(entry) => {
                    let id = entry.id();
                    self.push(&ImageCell::new(Image {
                        id: id.ok().map(ImageText::from_name),
                        vmaddr: Some(entry.vmaddr()),
                        file_offset: Some(entry.file_offset()),
                        damage: id.err().map(Error::from),
                        ..Image::default()
                    }));
                }
                Err(error) => self.damaged(error.into()),
            }
        }
    }

    /// The kexts of the property list, which is the answer.
    fn kexts(&mut self) -> Option<PrelinkInfo<'a>> {
        let info = match self.cache.prelink_info() {
            Ok(info) => info?,
            Err(error) => {
                self.damaged(error);
                return None;
            }
        };
        for dictionary in info.dictionaries() {
            match dictionary {
                Ok(dictionary) => self.push(&references::cell(&dictionary)),
                Err(error) => self.damaged(error),
            }
        }
        Some(info)
    }

    /// The kexts of a static kernel's arrays.
    fn kmods(&mut self) {
        let mut kmods = match self.cache.kmods() {
            Ok(kmods) => kmods,
            Err(error) => return self.damaged(error),
        };
        let listed = kmods.len();
        if listed > self.cells.len().saturating_sub(self.count) {
            // Nobody sees what does not fit: counting is enough.
            self.count = self.count.saturating_add(listed);
            return;
        }
        while let Some((header, kmod)) = kmods.step() {
            self.push(&ImageCell::new(match kmod {
                Ok(kmod) => of_kmod(&kmod),
                Err(error) => Image {
                    vmaddr: header,
                    damage: Some(error),
                    ..Image::default()
                },
            }));
        }
    }

    /// Finds the headers, and reads the image at each once.
    fn finish(mut self, entries: usize) -> Result<&'s [ImageCell<'a>], Error> {
        let cache = self.cache;
        let cells = self.filled()?;
        locate(cache, cells);
        mark_repeats(cells);
        let mut work = Work::new(cache);
        debug_assert!(entries <= cells.len(), "the entries were added first");
        let (of_entries, of_kexts) = cells.split_at_mut_checked(entries).unwrap_or_default();
        let of_entries = of_entries.iter_mut().skip(1);
        for (cell, entry) in of_entries.zip(cache.image().fileset_entries()) {
            if let (None, Ok(entry)) = (cell.image.first, entry) {
                work.read(&mut cell.image, || Ok(entry.parse()?));
            }
        }
        for cell in of_kexts {
            let wanted = cell.image.first.is_none() && cell.image.file_offset.is_some();
            if let (true, Some(vmaddr)) = (wanted, cell.image.vmaddr) {
                work.read(&mut cell.image, || cache.image_at(vmaddr));
            }
        }
        let cells: &'s [ImageCell<'a>] = self.cells;
        debug_assert!(self.count <= cells.len(), "each was put into a cell");
        Ok(cells.get(..self.count).unwrap_or_default())
    }
}

fn of_kmod<'a>(kmod: &Kmod<'a>) -> Image<'a> {
    let named = (kmod.address != VmAddr::new(0)).then_some(kmod.address);
    Image {
        id: Some(ImageText::from_name(kmod.name)),
        version: Some(ImageText::from_name(kmod.version)),
        vmaddr: kmod.header.or(named),
        size: Some(kmod.size).filter(|size| *size != 0),
        ..Image::default()
    }
}

/// Where the headers lie of those that only have an address.
fn locate(cache: &KernelCache<'_>, cells: &mut [ImageCell<'_>]) {
    let map = cache.address_map();
    // A list may ask a hundred thousand times, and each answer may cost a pass over the segments.
    let segments = cache.image().segments();
    let cost = segments.fold(0_u64, |cost, _| cost.saturating_add(1));
    let mut left = budget(cache);
    for cell in cells {
        let image = &mut cell.image;
        if let (None, Some(vmaddr)) = (image.file_offset, image.vmaddr) {
            if cost > left {
                let damage = Error::at(Fault::TooMuchWork, cache.image().file_offset());
                image.damage = image.damage.or(Some(damage));
                continue;
            }
            left = left.saturating_sub(cost);
            image.file_offset = map.file_offset_of(vmaddr);
            if image.file_offset.is_none() {
                let damage = Error::image_not_mapped(vmaddr);
                image.damage = image.damage.or(Some(damage));
            }
        }
    }
}

/// Steps that the list may cost together: as many as the file has bytes.
fn budget(cache: &KernelCache<'_>) -> u64 {
    u64::try_from(cache.image().file().len()).unwrap_or(u64::MAX)
}

/// Of items with one header, all but the first say which that is.
fn mark_repeats(cells: &mut [ImageCell<'_>]) {
    let order = Sorted::<ByOffset>::new(cells, |cells, number| {
        cell(cells, number).is_some_and(|cell| cell.image.file_offset.is_some())
    });
    let mut current: Option<(FileOffset, usize)> = None;
    for index in 0..usize::MAX {
        let Some(number) = order.at(index) else { break };
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(cell) = order.cells.get_mut(number) else {
            break;
        };
        match (current, cell.image.file_offset) {
            (Some((offset, first)), Some(own)) if offset == own => cell.image.first = Some(first),
            (_, Some(own)) => current = Some((own, number)),
            (_, None) => debug_assert!(false, "only those with a header are sorted"),
        }
    }
}

/// What reading all images may still cost: images that lie in one another's load commands must not
/// make a small file dear.
struct Work {
    left: u64,
    exhausted: Error,
}

impl Work {
    fn new(cache: &KernelCache<'_>) -> Self {
        Self {
            left: budget(cache),
            exhausted: Error::at(Fault::TooMuchWork, cache.image().file_offset()),
        }
    }

    fn read<'a>(
        &mut self,
        image: &mut Image<'a>,
        read: impl FnOnce() -> Result<macho_core::MachO<'a>, Error>,
    ) {
        let damage = if self.left == 0 {
            self.exhausted
        } else {
            match read() {
                Ok(macho) => {
                    let cost = u64::from(macho.header().sizeofcmds).saturating_add(32);
                    if cost <= self.left {
                        self.left = self.left.saturating_sub(cost);
                        image.macho = Some(macho);
                        return;
                    }
                    self.left = 0;
                    self.exhausted
                }
                Err(error) => {
                    self.left = self.left.saturating_sub(32);
                    error
                }
            }
        };
        image.damage = image.damage.or(Some(damage));
    }
}
