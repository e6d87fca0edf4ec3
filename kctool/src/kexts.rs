//! The images and kexts of a kernelcache, whatever its shape.
use std::collections::HashMap;

use kc_offsets::kext::{IdEntry, Ids, Kext};
use kc_offsets::{Error, KernelCache, Shape};
use macho_core::{MachO, VmAddr};

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
    /// The image, where there is one.
    pub(crate) image: Option<MachO<'a>>,
}

/// All images and kexts but the outer image, in the order of the file, and what is damaged in the
/// list of kexts, which costs no more than what it says.
///
/// # Errors
/// A fileset entry that is damaged.
pub(crate) fn list<'a>(cache: &KernelCache<'a>) -> Result<(Vec<Listed<'a>>, Vec<Error>), Failure> {
    let mut damage = Vec::new();
    let kexts = kexts(cache, &mut damage);
    if cache.shape() != Shape::Prelinked {
        return Ok((entries(cache, &kexts)?, damage));
    }
    let mut all: Vec<Listed<'a>> = kexts
        .iter()
        .map(|kext| Listed {
            id: kext.bundle_id.map_or_else(String::new, |id| id.to_string()),
            version: kext.version.map(|version| version.to_string()),
            vmaddr: kext.load_addr,
            size: kext.size,
            image: image_at(cache, kext.load_addr, &mut damage),
        })
        .collect();
    if all.is_empty() {
        // No property list: the arrays of a static kernel say less.
        match cache.kmods() {
            Err(error) => damage.push(error),
            Ok(kmods) => {
                for kmod in kmods {
                    match kmod {
                        Err(error) => damage.push(error),
                        Ok(kmod) => all.push(Listed {
                            id: kmod.name.to_string(),
                            version: Some(kmod.version.to_string()),
                            vmaddr: kmod.header,
                            size: Some(kmod.size).filter(|size| *size != 0),
                            image: image_at(cache, kmod.header, &mut damage),
                        }),
                    }
                }
            }
        }
    }
    Ok((all, damage))
}

/// The images of a fileset, with what the property list adds.
fn entries<'a>(cache: &KernelCache<'a>, kexts: &[Kext<'a>]) -> Result<Vec<Listed<'a>>, Failure> {
    let by_address: HashMap<VmAddr, &Kext<'a>> = kexts
        .iter()
        .filter_map(|kext| Some((kext.load_addr?, kext)))
        .collect();
    // A file that was linked elsewhere keeps the old addresses in its list.
    let by_id: HashMap<String, &Kext<'a>> = kexts
        .iter()
        .filter_map(|kext| Some((kext.bundle_id?.to_string(), kext)))
        .collect();
    let mut all = Vec::new();
    for entry in cache.entries() {
        let entry = entry?;
        let kext = by_address
            .get(&entry.vmaddr)
            .or_else(|| by_id.get(&json::plain(entry.id)));
        all.push(Listed {
            id: json::plain(entry.id),
            version: kext.and_then(|kext| kext.version).map(|v| v.to_string()),
            vmaddr: Some(entry.vmaddr),
            size: kext.and_then(|kext| kext.size),
            image: Some(entry.image()?),
        });
    }
    Ok(all)
}

/// The kexts of the property list; none without one.
fn kexts<'a>(cache: &KernelCache<'a>, damage: &mut Vec<Error>) -> Vec<Kext<'a>> {
    let info = match cache.prelink_info() {
        Ok(Some(info)) => info,
        Ok(None) => return Vec::new(),
        Err(error) => {
            damage.push(error);
            return Vec::new();
        }
    };
    let mut entries = vec![IdEntry::default(); info.ids_needed()];
    let ids = match Ids::build(&info, &mut entries) {
        Ok(ids) => ids,
        Err(error) => {
            damage.push(error);
            Ids::default()
        }
    };
    let mut all = Vec::new();
    for kext in info.kexts(ids) {
        match kext {
            Ok(kext) => all.push(kext),
            Err(error) => damage.push(error),
        }
    }
    all
}

/// The image at a kext's address.
fn image_at<'a>(
    cache: &KernelCache<'a>,
    vmaddr: Option<VmAddr>,
    damage: &mut Vec<Error>,
) -> Option<MachO<'a>> {
    match cache.image_at(vmaddr?) {
        Ok(image) => Some(image),
        Err(error) => {
            damage.push(error);
            None
        }
    }
}
