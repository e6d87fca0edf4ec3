//! The images of a kernelcache, in memory that a run of the command owns.
use kc_offsets::{
    Image, ImageCell, ImageNameError, ImageText, Images, KernelCache, Lookup, LookupCell,
    LookupOptions, Shape,
};
use macho_core::MachO;

use crate::failure::Failure;
use crate::printable::{MOST_NAME, Printable};

/// The memory of a list of images.
#[derive(Default)]
pub(crate) struct ImageMemory<'a>(Vec<ImageCell<'a>>);

impl<'a> ImageMemory<'a> {
    /// All that is known of every image, versions and sizes included.
    pub(crate) fn whole(&mut self, cache: &KernelCache<'a>) -> Result<Images<'a, '_>, Failure> {
        if let Err(error) = Images::build(cache, &mut self.0) {
            let needed = error.needed().ok_or(error)?;
            self.0.resize(needed, ImageCell::EMPTY);
        }
        Ok(Images::build(cache, &mut self.0)?)
    }

    /// What has code: enough to ask for addresses.
    pub(crate) fn mapped(&mut self, cache: &KernelCache<'a>) -> Result<Images<'a, '_>, Failure> {
        if let Err(error) = Images::build_mapped(cache, &mut self.0) {
            let needed = error.needed().ok_or(error)?;
            self.0.resize(needed, ImageCell::EMPTY);
        }
        Ok(Images::build_mapped(cache, &mut self.0)?)
    }
}

/// The memory of an index of names.
#[derive(Default)]
pub(crate) struct LookupMemory(Vec<LookupCell>);

impl LookupMemory {
    /// The index, with a table of pages. `damaged` gets the tables that are damaged.
    pub(crate) fn build<'a, 's>(
        &'s mut self,
        images: Images<'a, 's>,
        options: LookupOptions,
        damaged: impl FnMut(usize, kc_offsets::Error),
    ) -> Result<Lookup<'a, 's>, Failure> {
        let needed = match Lookup::build(images, options, &mut [], |_, _| {}) {
            Ok(_) => 0,
            Err(error) => error.needed().ok_or(error)?,
        };
        self.0
            .resize(needed.saturating_add(PAGES), LookupCell::EMPTY);
        Ok(Lookup::build(images, options, &mut self.0, damaged)?)
    }
}

/// Cells for the table of pages: 16 KiB.
const PAGES: usize = 1 << 10;

/// The number of the image with that id, or with that last part of an id.
///
/// # Errors
/// No image, or several.
pub(crate) fn number(images: Images<'_, '_>, name: &str) -> Result<usize, Failure> {
    images.named(name).map_err(|error| {
        let id = |number: usize| {
            let id = images.get(number).and_then(|image| image.id);
            id.map(plain).unwrap_or_default()
        };
        let name = Printable::text(name);
        match error {
            ImageNameError::Ambiguous(one, two) => Failure::refused(format!(
                "several images are called {name}: {} and {} among them",
                id(one),
                id(two)
            )),
            _ => Failure::refused(format!(
                "no image with the entry id {name}; `kc entries` lists them"
            )),
        }
    })
}

/// The image with that id; the outer one without an id.
///
/// # Errors
/// No such image, or it is damaged or has no code.
pub(crate) fn select<'a>(images: Images<'a, '_>, name: Option<&str>) -> Result<MachO<'a>, Failure> {
    let number = name.map_or(Ok(0), |name| number(images, name))?;
    let image = images
        .get(images.first(number))
        .copied()
        .unwrap_or_default();
    match (image.macho, image.damage) {
        (Some(macho), _) => Ok(macho),
        (None, Some(damage)) => Err(damage.into()),
        (None, None) => Err(Failure::refused(format!(
            "the image {} has no code",
            Printable::text(name.unwrap_or_default())
        ))),
    }
}

/// An image that is asked for.
pub(crate) struct Selected<'a> {
    pub(crate) id: Option<ImageText<'a>>,
    /// The image, or why it cannot be read.
    pub(crate) macho: Result<MachO<'a>, kc_offsets::Error>,
}

/// Every image once, with its id, those that are damaged too; or the one with that id alone.
///
/// # Errors
/// As [`select`].
pub(crate) fn selected<'a>(
    images: Images<'a, '_>,
    name: Option<&str>,
) -> Result<Vec<Selected<'a>>, Failure> {
    if let Some(name) = name {
        // Damage in other images is irrelevant to the one requested.
        let macho = Ok(select(images, Some(name))?);
        let id = images.get(number(images, name)?).and_then(|image| image.id);
        return Ok(vec![Selected { id, macho }]);
    }
    let all = images.iter().filter_map(|image| {
        let macho = match (image.macho, image.damage) {
            (Some(macho), _) => Ok(macho),
            (None, Some(error)) => Err(error),
            (None, None) => return None,
        };
        Some(Selected {
            id: image.id,
            macho,
        })
    });
    Ok(all.collect())
}

/// The images in which code and bytes are looked for: the one with that id, or else the outer one,
/// whose segments span those of a collection's images, and the kexts of a prelinked kernel, whose
/// sections say more than the segments around them. They overlap.
///
/// # Errors
/// As [`select`].
pub(crate) fn searched<'a>(
    cache: &KernelCache<'a>,
    images: Images<'a, '_>,
    name: Option<&str>,
) -> Result<Vec<MachO<'a>>, Failure> {
    if name.is_some() {
        return Ok(vec![select(images, name)?]);
    }
    let kexts = images.machos().skip(1).map(|(_, macho)| macho);
    let kexts = kexts.filter(|_| cache.shape() == Shape::Prelinked);
    Ok(std::iter::once(cache.image()).chain(kexts).collect())
}

/// The damage that costs an image, with its id: what else is damaged in the list is said by
/// `kc entries`.
pub(crate) fn lost<'a, 's>(
    images: Images<'a, 's>,
) -> impl Iterator<Item = (kc_offsets::Error, Option<ImageText<'a>>)> + use<'a, 's> {
    damaged(images).filter_map(|(error, image)| image.macho.is_none().then_some((error, image.id)))
}

/// What is damaged in the list.
pub(crate) fn damaged<'a, 's>(
    images: Images<'a, 's>,
) -> impl Iterator<Item = (kc_offsets::Error, &'s Image<'a>)> + use<'a, 's> {
    images
        .iter()
        .filter_map(|image| Some((image.damage?, image)))
}

/// An id or a version as it is printed, in text and in JSON.
pub(crate) fn plain(text: ImageText<'_>) -> String {
    let bytes: Vec<u8> = text.bytes().take(MOST_NAME + 1).collect();
    Printable(&bytes).to_string()
}

/// The id of an image; of the outer one none.
pub(crate) fn id(image: &Image<'_>) -> Option<String> {
    image.id.map(plain)
}
