//! The images and kexts of a kernelcache, whatever its shape.
use std::collections::HashMap;

use kc_offsets::{Error, KernelCache, Shape};
use kc_offsets::{IdCell, Ids, Kext};
use macho_core::{MachO, Uuid, VmAddr};

use crate::failure::Failure;
use crate::json;

/// An image of a fileset, or a kext of a prelinked or static kernel.
pub(crate) struct Listed<'a> {
    /// Entry id or bundle id.
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    /// Address of the header; kexts without code have none.
    pub(crate) vmaddr: Option<VmAddr>,
    /// Bytes, as the property list says.
    pub(crate) size: Option<u64>,
    pub(crate) known: Option<Known<'a>>,
    /// An earlier one has the same header.
    pub(crate) is_repeat: bool,
}

impl<'a> Listed<'a> {
    /// The image, where there is one and no earlier one of the list has it.
    pub(crate) fn image(&self) -> Option<MachO<'a>> {
        let known = self.known.filter(|_| !self.is_repeat);
        known.map(|known| known.image)
    }
}

/// An image, and what is asked of it for every line of a list.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) image: MachO<'a>,
    pub(crate) uuid: Result<Option<Uuid>, macho_core::Error>,
}

/// Images by where they lie: a list may name one a hundred thousand times, and each is read once.
#[derive(Default)]
struct Images<'a>(HashMap<u64, Option<Known<'a>>>);

impl<'a> Images<'a> {
    /// The image at a place, and whether it was there before.
    fn at(
        &mut self,
        place: u64,
        read: impl FnOnce() -> Result<MachO<'a>, Error>,
    ) -> Result<(Option<Known<'a>>, bool), Error> {
        if let Some(known) = self.0.get(&place) {
            return Ok((*known, true));
        }
        let known = read().map(|image| Known {
            image,
            uuid: image.uuid(),
        });
        self.0.insert(place, known.as_ref().ok().copied());
        Ok((Some(known?), false))
    }

    /// The image at a kext's address.
    fn of_kext(
        &mut self,
        cache: &KernelCache<'a>,
        vmaddr: Option<VmAddr>,
        damage: &mut Vec<Failure>,
    ) -> (Option<Known<'a>>, bool) {
        let Some(vmaddr) = vmaddr else {
            return (None, false);
        };
        self.at(vmaddr.get(), || cache.image_at(vmaddr))
            .unwrap_or_else(|error| {
                damage.push(error.into());
                (None, false)
            })
    }
}

/// All images and kexts but the outer image, in the order of the file, and what is damaged among them or in the
/// list of kexts, which costs no more than what it says.
pub(crate) fn list<'a>(cache: &KernelCache<'a>) -> (Vec<Listed<'a>>, Vec<Failure>) {
    let mut damage = Vec::new();
    let kexts = kexts(cache, &mut damage);
    if cache.shape() != Shape::Prelinked {
        let all = entries(cache, &kexts, &mut damage);
        return (all, damage);
    }
    let mut images = Images::default();
    let mut all: Vec<Listed<'a>> = Vec::new();
    for kext in kexts {
        let (known, is_repeat) = images.of_kext(cache, kext.load_addr, &mut damage);
        all.push(Listed {
            id: kext.bundle_id.map_or_else(String::new, |id| id.to_string()),
            version: kext.version.map(|version| version.to_string()),
            vmaddr: kext.load_addr,
            size: kext.size,
            known,
            is_repeat,
        });
    }
    if all.is_empty() {
        // No property list: the arrays of a static kernel say less.
        match cache.kmods() {
            Err(error) => damage.push(error.into()),
            Ok(kmods) => {
                for kmod in kmods {
                    let kmod = match kmod {
                        Ok(kmod) => kmod,
                        Err(error) => {
                            damage.push(error.into());
                            continue;
                        }
                    };
                    let (known, is_repeat) = images.of_kext(cache, kmod.header, &mut damage);
                    all.push(Listed {
                        id: kmod.name.to_string(),
                        version: Some(kmod.version.to_string()),
                        vmaddr: kmod.header,
                        size: Some(kmod.size).filter(|size| *size != 0),
                        known,
                        is_repeat,
                    });
                }
            }
        }
    }
    (all, damage)
}

/// The images of a fileset, with what the property list adds.
fn entries<'a>(
    cache: &KernelCache<'a>,
    kexts: &[Kext<'a>],
    damage: &mut Vec<Failure>,
) -> Vec<Listed<'a>> {
    let by_address: HashMap<VmAddr, &Kext<'a>> = kexts
        .iter()
        .filter_map(|kext| Some((kext.load_addr?, kext)))
        .collect();
    // A file that was linked elsewhere keeps the old addresses in its list.
    let by_id: HashMap<String, &Kext<'a>> = kexts
        .iter()
        .filter_map(|kext| Some((kext.bundle_id?.to_string(), kext)))
        .collect();
    let mut images = Images::default();
    let mut all = Vec::new();
    for entry in cache.entries() {
        let entry = entry.and_then(|entry| {
            let known = images.at(entry.file_offset.get(), || entry.image())?;
            Ok((entry, known))
        });
        let (entry, (known, is_repeat)) = match entry {
            Ok(entry) => entry,
            Err(error) => {
                damage.push(error.into());
                continue;
            }
        };
        let kext = by_address
            .get(&entry.vmaddr)
            .or_else(|| by_id.get(&json::plain(entry.id)));
        all.push(Listed {
            id: json::plain(entry.id),
            version: kext.and_then(|kext| kext.version).map(|v| v.to_string()),
            vmaddr: Some(entry.vmaddr),
            size: kext.and_then(|kext| kext.size),
            known,
            is_repeat,
        });
    }
    all
}

/// The longest name or version that is shown, in bytes as it stands in the file; a path has no more on macOS (XNU
/// `bsd/sys/syslimits.h`, `PATH_MAX`). A reference makes a name out of a few bytes, so that without a limit a small file could
/// ask for any amount of text.
const MOST_TEXT: usize = 1024;

fn longest_text(kext: &Kext<'_>) -> usize {
    let texts = [kext.bundle_id, kext.version].into_iter().flatten();
    texts.map(|text| text.raw().len()).max().unwrap_or(0)
}

/// The kexts of the property list; none without one.
fn kexts<'a>(cache: &KernelCache<'a>, damage: &mut Vec<Failure>) -> Vec<Kext<'a>> {
    let info = match cache.prelink_info() {
        Ok(Some(info)) => info,
        Ok(None) => return Vec::new(),
        Err(error) => {
            damage.push(error.into());
            return Vec::new();
        }
    };
    let asked = Ids::build(&info, &mut []).err();
    let needed = asked.and_then(Error::needed).unwrap_or(0);
    let mut entries = vec![IdCell::EMPTY; needed];
    let ids = match Ids::build(&info, &mut entries) {
        Ok(ids) => ids,
        Err(error) => {
            damage.push(error.into());
            Ids::default()
        }
    };
    let mut all = Vec::new();
    for kext in info.kexts(ids) {
        match kext {
            Ok(kext) => match longest_text(&kext) {
                0..=MOST_TEXT => all.push(kext),
                long => damage.push(Failure::refused(format!(
                    "__PRELINK_INFO,__info: a name of {long} bytes, more than {MOST_TEXT}, at file offset {:#x}",
                    kext.file_offset.get()
                ))),
            },
            Err(error) => damage.push(error.into()),
        }
    }
    all
}
