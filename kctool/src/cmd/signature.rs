//! `kc signature`: what the code signatures of the images say. Nothing is verified.
use kc_offsets::KernelCache;
use macho_core::{Blob, CodeDirectory, CodeSignature, Name};
use macho_core::{BlobMagic, HashType};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384};

use crate::charge::Charge;
use crate::cli::Signature;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{hex, text};
use crate::printable::Hex;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod lines;

/// Bytes of a cdhash, whatever the hash has.
const CDHASH: usize = 20;

pub(super) fn run(args: &Signature, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("signature", args.report, file, streams).of(payload);
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(
    args: &Signature,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let mut memory = ImageMemory::default();
    let images = memory.mapped(cache)?;
    let mut charge = Charge::new(cache);
    for image in images::selected(images, args.image.as_deref())? {
        let id = image.id.map(images::plain);
        let signature = image.macho.map_err(Failure::from).and_then(|macho| {
            let signature = macho.code_signature()?;
            let bytes = signature.map_or(0, |signature| signature.bytes().len() as u64);
            charge.take(bytes, &macho)?;
            Ok(signature)
        });
        let mut row = match signature {
            Ok(None) => continue,
            Ok(Some(signature)) => described(&signature, id.as_ref(), report),
            Err(error) => {
                let damage = report.damaged(error, id.clone());
                let mut row = empty();
                row["damage"] = damage;
                row
            }
        };
        row["image"] = id.into();
        if report.is_json() {
            report.row(&row)?;
        } else if row["file_offset"].is_null() {
            // The remark says all that there is.
        } else {
            let text = lines::write(&row);
            report.text()?.extend_from_slice(text.as_bytes());
        }
    }
    Ok(())
}

/// A row of nothing.
fn empty() -> Value {
    json!({
        "image": null,
        "file_offset": null,
        "size": null,
        "identifier": null,
        "team": null,
        "version": null,
        "flags": null,
        "flag_names": null,
        "hash": null,
        "cdhash": null,
        "page_size": null,
        "code_slots": null,
        "special_slots": null,
        "code_limit": null,
        "platform": null,
        "exec_segment": null,
        "entitlements": null,
        "blobs": [],
        "damage": null,
    })
}

/// The most blobs that are shown: the index may name one as often as it has entries.
const MOST_BLOBS: usize = 64;

/// What can be read of a signature.
fn described(
    signature: &CodeSignature<'_>,
    id: Option<&String>,
    report: &mut Report<'_, '_>,
) -> Value {
    let mut row = empty();
    row["file_offset"] = hex(signature.file_offset().get());
    row["size"] = signature.bytes().len().into();
    let mut blobs = Vec::new();
    for blob in signature.blobs().take(MOST_BLOBS) {
        match blob {
            Ok(blob) => {
                blobs.push(json!({
                    "slot": blob.slot.to_string(),
                    "magic": blob.magic.to_string(),
                    "file_offset": hex(blob.file_offset().get()),
                    "size": blob.bytes().len(),
                }));
                if row["entitlements"].is_null() {
                    row["entitlements"] = entitlements(&blob);
                }
            }
            Err(error) => row["damage"] = report.damaged(error, id.cloned()),
        }
    }
    row["blobs"] = blobs.into();
    match signature.code_directory() {
        Ok(Some(directory)) => add(&mut row, &directory, id, report),
        Ok(None) => {}
        // A blob that is damaged was said above.
        Err(_) if !row["damage"].is_null() => {}
        Err(error) => row["damage"] = report.damaged(error, id.cloned()),
    }
    row
}

/// The text of entitlements; null of another blob.
fn entitlements(blob: &Blob<'_>) -> Value {
    match blob.bytes().get(8..) {
        Some(list) if blob.magic == BlobMagic::CSMAGIC_EMBEDDED_ENTITLEMENTS => {
            // In full: every image has one at most, of bytes that no other has.
            Name::new(list).to_string().into()
        }
        _ => Value::Null,
    }
}

/// Adds what a code directory says.
fn add(
    row: &mut Value,
    directory: &CodeDirectory<'_>,
    id: Option<&String>,
    report: &mut Report<'_, '_>,
) {
    match directory.identifier() {
        Ok(name) => row["identifier"] = text(name),
        Err(error) => row["damage"] = report.damaged(error, id.cloned()),
    }
    match directory.team() {
        Ok(team) => row["team"] = team.map_or(Value::Null, text),
        Err(error) => row["damage"] = report.damaged(error, id.cloned()),
    }
    let names = directory.flags.iter_names().map(|(name, _)| name);
    row["version"] = hex(directory.version);
    row["flags"] = hex(directory.flags.bits());
    row["flag_names"] = names.collect();
    row["hash"] = directory.hash_type.to_string().into();
    row["cdhash"] = cdhash(directory).into();
    row["page_size"] = 1_u64.checked_shl(directory.page_shift.into()).into();
    row["code_slots"] = directory.code_slots.into();
    row["special_slots"] = directory.special_slots.into();
    row["code_limit"] = hex(directory.code_limit);
    row["platform"] = directory.platform.into();
    row["exec_segment"] = directory
        .exec_segment
        .map_or(Value::Null, |(base, size, flags)| {
            let names = flags.iter_names().map(|(name, _)| name);
            json!({
                "file_offset": hex(base),
                "size": size,
                "flags": hex(flags.bits()),
                "flag_names": names.collect::<Value>(),
            })
        });
}

/// The hash of a code directory by the kind that it names, cut to 20 bytes (XNU's `cs_blobs.h`:
/// `CS_CDHASH_LEN`); `None` of a kind that is not known.
fn cdhash(directory: &CodeDirectory<'_>) -> Option<String> {
    let bytes = directory.bytes();
    let hash = match directory.hash_type {
        HashType::CS_HASHTYPE_SHA1 => Sha1::digest(bytes).to_vec(),
        HashType::CS_HASHTYPE_SHA256 | HashType::CS_HASHTYPE_SHA256_TRUNCATED => {
            Sha256::digest(bytes).to_vec()
        }
        HashType::CS_HASHTYPE_SHA384 => Sha384::digest(bytes).to_vec(),
        _ => return None,
    };
    hash.get(..CDHASH).map(|hash| Hex(hash).to_string())
}
