//! The part of the document of `kc info` that says what the image is in.
use img4::{
    DigestCheck, FourCc, Img4, KeybagKind, Manifest, Payload as Im4p, Property, Value as Der,
};
use macho_core::FatFile;
use serde_json::{Value, json};

use super::machine;
use crate::container::{Payload, arch_name, slices};
use crate::failure::Failure;
use crate::json::hex;
use crate::printable::{Hex, Printable};

/// What an IMG4, IM4P, IM4M or IM4R has.
pub(super) fn container_json(img4: &Img4<'_>) -> Value {
    let payload = img4.payload().map(|payload| payload_json(&payload));
    let manifest = img4
        .manifest()
        .map(|manifest| manifest_json(&manifest, img4.payload()));
    let restore_info = img4
        .restore_info()
        .map(|info| properties_json(info.properties()));
    json!({
        "kind": format!("{:?}", img4.container()).to_uppercase(),
        "payload": payload,
        "manifest": manifest,
        "restore_info": restore_info,
        "trailing": img4.trailing().len(),
    })
}

/// What the container says of its payload; what cannot be read of that is null.
fn payload_json(payload: &Im4p<'_>) -> Value {
    let plan = payload.plan().ok();
    let keybags: Vec<_> = payload
        .keybags()
        .map(|bag| {
            json!({
                "kind": match bag.kind() {
                    KeybagKind::PRODUCTION => "production".to_owned(),
                    KeybagKind::DEVELOPMENT => "development".to_owned(),
                    KeybagKind(other) => other.to_string(),
                },
                "iv": Hex(bag.iv()).to_string(),
                "key": Hex(bag.key()).to_string(),
            })
        })
        .collect();
    json!({
        "fourcc": payload.fourcc().to_string(),
        "description": Printable(payload.description()).to_string(),
        "codec": plan.map_or("unknown", |plan| codec_name(plan.codec())),
        "data_offset": hex(payload.data_offset()),
        "compressed_size": payload.data().len(),
        "size": plan.and_then(|plan| plan.size()),
        "encrypted": payload.is_encrypted(),
        "keybags": keybags,
        "extra": plan.map_or(0, |plan| plan.extra().len()),
        "properties": properties_json(payload.properties()),
    })
}

/// A compressed stream without a container, as the container that it is not.
pub(super) fn stream_json(data: &[u8], plan: &img4::Plan<'_>) -> Value {
    json!({
        "kind": "none",
        "payload": {
            "fourcc": null,
            "description": "",
            "codec": codec_name(plan.codec()),
            "data_offset": "0x0",
            "compressed_size": data.len(),
            "size": plan.size(),
            "encrypted": false,
            "keybags": [],
            "extra": plan.extra().len(),
            "properties": {},
        },
        "manifest": null,
        "restore_info": null,
        "trailing": 0,
    })
}

const fn codec_name(codec: img4::Codec) -> &'static str {
    match codec {
        img4::Codec::Stored => "none",
        img4::Codec::Lzfse => "lzfse",
        img4::Codec::CompLzss => "complzss",
        img4::Codec::CompLzvn => "complzvn",
        _ => "unknown",
    }
}

fn manifest_json(manifest: &Manifest<'_>, payload: Option<Im4p<'_>>) -> Value {
    let digest = payload.map(|payload| match payload.check_digest(manifest) {
        DigestCheck::MatchesSha1 => "matches (SHA-1)".to_owned(),
        DigestCheck::MatchesSha384 => "matches (SHA-384)".to_owned(),
        DigestCheck::Differs => "differs".to_owned(),
        DigestCheck::NoObject => format!("unverified: no object {}", payload.fourcc()),
        DigestCheck::NoDigest => "unverified: no DGST".to_owned(),
        _ => "unverified: unknown digest".to_owned(),
    });
    let objects: serde_json::Map<_, _> = manifest
        .objects()
        .map(|object| {
            (
                object.name().to_string(),
                properties_json(object.properties()),
            )
        })
        .collect();
    let number = |name: &[u8; 4]| {
        let mut properties = manifest.properties();
        properties
            .find(|property| property.name() == FourCc::new(*name))?
            .value()
            .as_u64()
    };
    let chip = number(b"CHIP");
    // Boards of different chips share numbers.
    let board = chip
        .zip(number(b"BORD"))
        .and_then(|(chip, board)| machine::board(chip, board));
    json!({
        "chip_name": chip.and_then(machine::chip),
        "board_name": board.map(|board| board.name),
        "product": board.map(|board| board.product),
        "payload_digest": digest,
        "signature": "not verified",
        "properties": properties_json(manifest.properties()),
        "objects": objects,
    })
}

fn properties_json<'a>(properties: impl Iterator<Item = Property<'a>>) -> Value {
    let properties: serde_json::Map<_, _> = properties
        .map(|property| {
            let value = match property.value() {
                Der::Boolean(value) => value.into(),
                Der::Integer(bytes) => property
                    .value()
                    .as_u64()
                    .map_or_else(|| format!("0x{}", Hex(bytes)).into(), hex),
                Der::Octets(bytes) => Hex(bytes).to_string().into(),
                Der::Text(bytes) => Printable(bytes).to_string().into(),
                _ => Hex(property.tlv().raw()).to_string().into(),
            };
            (property.name().to_string(), value)
        })
        .collect();
    properties.into()
}

/// The slices of a fat file; null of another one.
pub(super) fn fat_json(payload: &Payload<'_>) -> Result<Value, Failure> {
    if !FatFile::is_fat(&payload.bytes) {
        return Ok(Value::Null);
    }
    let fat = FatFile::parse(&payload.bytes).map_err(|error| payload.inside(error.into()))?;
    Ok(slices(&fat)
        .map(|arch| {
            json!({
                "arch": arch_name(arch.cputype(), arch.cpusubtype()),
                "file_offset": hex(arch.file_offset().get()),
                "size": arch.size(),
                "align": arch.align(),
            })
        })
        .collect())
}
