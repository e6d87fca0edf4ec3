//! Images of a collection as files of their own.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kc_offsets::{Images, KernelCache, extract_image, resolve_pointers};
use macho_core::{Fixup, MachO};

use crate::charge::Charge;
use crate::cli::Extract;
use crate::container::Payload;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::Row;
use crate::output;
use crate::report::Status;
use crate::streams::Streams;

/// Bytes of a file name before its ending; systems take 255.
const MOST_NAME: usize = 200;

/// Times the bytes of the file that all images together may have, besides `EACH` of each: they
/// share none, and the pages that their segments start at are padded.
const TIMES: u64 = 4;
const EACH: u64 = 1 << 18;

/// A signed pointer of the file, whose signature no plain address has.
struct Signed {
    vmaddr: u64,
    target: Option<u64>,
    key: &'static str,
    diversity: u16,
    address_diversity: bool,
}

/// Writes the image that the command line names, or all of them.
pub(super) fn write(
    args: &Extract,
    payload: &Payload<'_>,
    streams: &mut Streams<'_>,
) -> Result<Status, Failure> {
    let cache = KernelCache::new(payload.image(&args.input)?);
    let mut memory = ImageMemory::default();
    let images = memory.mapped(&cache)?;
    let mut damage = Damage::default();
    let mut copy = payload.bytes.to_vec();
    let mut signed = Vec::new();
    let resolved = resolve_pointers(&cache, &mut copy, |slot, target| {
        if let Fixup::Rebase {
            auth: Some(auth), ..
        }
        | Fixup::Bind {
            auth: Some(auth), ..
        } = slot.fixup()
        {
            signed.push(Signed {
                vmaddr: slot.vmaddr.get(),
                target,
                key: auth.key.name(),
                diversity: auth.diversity,
                address_diversity: auth.address_diversity,
            });
        }
    });
    // Pointers after the damage stay as they are.
    if let Err(error) = resolved {
        damage.add(error);
    }
    match (&args.image, &args.output) {
        (Some(name), Some(path)) => {
            let image = images::select(images, Some(name))?;
            let bytes = extracted(&image, &copy)?;
            output::write(streams, path, &args.input.file, &[&bytes])?;
            if let Some(path) = &args.signed {
                let rows = sidecar(&image, &signed)?;
                output::write(streams, path, &args.input.file, &[&rows])?;
            }
        }
        _ => {
            if let Some(folder) = &args.all_images {
                all(args, &cache, images, &copy, folder, &mut damage, streams)?;
            }
        }
    }
    let is_whole = damage.is_none();
    damage.say(payload.img4.is_some(), streams)?;
    Ok(if is_whole {
        Status::Whole
    } else {
        Status::Damaged
    })
}

/// Every image inside, each in a file of its own; what is damaged of one costs only that.
fn all(
    args: &Extract,
    cache: &KernelCache<'_>,
    images: Images<'_, '_>,
    copy: &[u8],
    folder: &Path,
    damage: &mut Damage,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    for (error, id) in images::lost(images) {
        damage.add_to(error.into(), id.map(images::plain));
    }
    if !folder.is_dir() {
        fs::create_dir(folder).map_err(Failure::writing(folder))?;
    }
    let mut charge = Charge::new(cache);
    let mut names = BTreeSet::new();
    for (number, image) in images.machos().skip(1) {
        let id = images.get(number).and_then(images::id).unwrap_or_default();
        let size = match sized(&image, copy) {
            Ok(size) => size,
            Err(error) => {
                damage.add_to(error, Some(id));
                continue;
            }
        };
        // What is beyond its own padding counts against the file.
        let own = (size as u64).saturating_sub(EACH) / TIMES;
        let bytes = charge
            .take(own, &image)
            .and_then(|()| extracted(&image, copy));
        match bytes {
            Ok(bytes) => {
                let path = folder.join(file_name(&id, &mut names));
                output::write(streams, &path, &args.input.file, &[&bytes])?;
            }
            Err(error) => damage.add_to(error, Some(id)),
        }
    }
    Ok(())
}

fn sized(image: &MachO<'_>, copy: &[u8]) -> Result<usize, Failure> {
    match extract_image(image, copy, &mut []) {
        Ok(size) => Ok(size),
        Err(error) => Ok(error.needed().ok_or(error)?),
    }
}

fn extracted(image: &MachO<'_>, copy: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; sized(image, copy)?];
    let size = extract_image(image, copy, &mut bytes)?;
    bytes.truncate(size);
    Ok(bytes)
}

/// A name that is new, and that leads nowhere but into its folder: an id may have any byte.
fn file_name(id: &str, names: &mut BTreeSet<String>) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let plain = id.bytes().take(MOST_NAME).enumerate().map(|(at, byte)| {
        let is_first_dot = at == 0 && matches!(byte, b'.' | b'-');
        match byte {
            byte if is_plain(byte) && !is_first_dot => char::from(byte),
            _ => '_',
        }
    });
    let plain: String = plain.collect();
    let plain = if plain.is_empty() { "_" } else { &plain };
    // Some file systems have one name for both cases.
    let mut name = format!("{plain}.macho");
    let mut number = 1_u64;
    while !names.insert(name.to_ascii_lowercase()) {
        number += 1;
        name = format!("{plain}-{number}.macho");
    }
    name
}

/// The signed pointers in an image's segments, as a list in JSON.
fn sidecar(image: &MachO<'_>, signed: &[Signed]) -> Result<Vec<u8>, Failure> {
    let ranges: Vec<(u64, u64)> = image
        .segments()
        .filter(|segment| segment.name() != "__LINKEDIT")
        .map(|segment| (segment.vmaddr().get(), segment.vmsize()))
        .collect();
    let mut out = b"[".to_vec();
    let mut gap: &[u8] = b"\n";
    for slot in signed {
        let is_inside = |(start, size): &(u64, u64)| slot.vmaddr.wrapping_sub(*start) < *size;
        if !ranges.iter().any(is_inside) {
            continue;
        }
        out.extend_from_slice(gap);
        gap = b",\n";
        Row::new(&mut out)
            .hex("vmaddr", Some(slot.vmaddr))?
            .hex("target", slot.target)?
            .text("key", Some(slot.key))?
            .hex("diversity", Some(slot.diversity.into()))?
            .flag("address_diversity", slot.address_diversity)?
            .end(&serde_json::Value::Null)?;
    }
    out.extend_from_slice(b"\n]\n");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MOST_NAME, file_name};

    #[test]
    fn names_stay_in_their_folder() {
        let mut names = BTreeSet::new();
        let mut name = |id: &str| file_name(id, &mut names);
        assert_eq!(name("com.apple.kernel"), "com.apple.kernel.macho");
        assert_eq!(name("com.apple.Kernel"), "com.apple.Kernel-2.macho");
        assert_eq!(name("../../etc/passwd"), "_._.._etc_passwd.macho");
        assert_eq!(name(".."), "_..macho");
        assert_eq!(name("/"), "_.macho");
        assert_eq!(name(""), "_-2.macho");
        assert_eq!(name("-o\\x00\n"), "_o_x00_.macho");
        assert_eq!(name(&"n".repeat(9999)).len(), MOST_NAME + 6);
    }
}
