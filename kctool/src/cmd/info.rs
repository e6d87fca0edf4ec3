//! `kc info`: what the file is, from the container to the entries.
use img4::{
    DigestCheck, FourCc, Img4, KeybagKind, Manifest, Payload as Im4p, Property, Value as Der,
};
use kc_offsets::{CollectionKind, KernelCache};
use macho_core::{FatFile, MachO, Name, Segment};
use serde_json::{Value, json};

use crate::cli::Info;
use crate::cmd::{entries, headers};
use crate::container::{self, Payload, arch_name, slices};
use crate::damage::Damage;
use crate::failure::Failure;
use crate::image::{entry_json, note_tolerated, protection};
use crate::input::Input;
use crate::json::{self, hex, text};
use crate::printable::{Hex, Printable};
use crate::report::{Report, Status};
use crate::streams::Streams;

mod chip;
mod text;

/// The fields of the document that an image has, null if there is none.
const IMAGE_FIELDS: [&str; 15] = [
    "shape",
    "collection",
    "darwin",
    "header",
    "uuid",
    "build_version",
    "source_version",
    "entry",
    "base",
    "linear",
    "first_nonlinear",
    "segments",
    "entries",
    "tolerated",
    "damage",
];

pub(super) fn run(args: &Info, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    let input = container::open(&args.input, streams.stdin)?;
    if matches!(input, Input::Ticket(_)) {
        streams
            .note("the file is a property list; this is its ApImg4Ticket, size and offsets too")?;
    }
    let img4 = container::img4(&input, &args.input)?;
    let container = match (img4, container::stream(&input, &args.input)) {
        (Some(img4), _) => Some(container_json(&img4)),
        (None, Ok(Some(plan))) => Some(stream_json(&input, &plan)),
        // A damaged stream is said where it is read.
        (None, _) => None,
    };
    let mut document = json!({ "size": input.len(), "container": container, "fat": null });
    for field in IMAGE_FIELDS {
        document[field] = Value::Null;
    }
    let mut error = None;
    let mut damage = Damage::default();
    let opaque = img4.and_then(|img4| match img4.payload() {
        None => Some("no payload"),
        Some(payload) if payload.is_encrypted() => Some("the payload is encrypted"),
        Some(_) => None,
    });
    match opaque {
        Some(why) => streams.note(format_args!("no image is shown: {why}"))?,
        None => {
            // What the container says is worth showing even where its payload is damaged.
            if let Err(failure) =
                describe_payload(args, &input, &mut document, &mut damage, streams)
            {
                error = Some(failure);
            }
        }
    }
    let file = &args.input.file;
    let mut report = Report::single("info", args.report, file, streams);
    report.damage = damage;
    if let Some(error) = error {
        if document["container"].is_null() && document["header"].is_null() {
            // Nothing is known of the file.
            return Err(error);
        }
        report.damaged(error, None);
    }
    let done = if report.is_json() {
        report.answer(&document)
    } else {
        report
            .text()
            .map(|out| out.extend_from_slice(text::write(&document).as_bytes()))
    };
    report.end(done)
}

fn describe_payload(
    args: &Info,
    input: &[u8],
    document: &mut Value,
    damage: &mut Damage,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let payload = container::payload(input, &args.input)?;
    document["fat"] = fat_json(&payload)?;
    let image = match payload.image(&args.input) {
        Err(failure @ Failure::NotAnImage { of: Some(_), .. }) => {
            return streams.note(format_args!("no image is shown: {failure}"));
        }
        other => other?,
    };
    note_tolerated(&image, streams)?;
    let cache = KernelCache::new(image);
    let described = describe_image(&cache, document, damage);
    if let Some(error) = payload.contradiction(&args.input, &image) {
        // What ends the description is said as damage; once is enough.
        if !matches!(&described, Err(Failure::MachO(said)) if *said == error) {
            streams.note(format_args!("tolerated: {error}"))?;
        }
        if let Some(tolerated) = document["tolerated"].as_array_mut() {
            tolerated.push(error.to_string().into());
        }
    }
    described.map_err(|failure| payload.inside(failure))
}

fn container_json(img4: &Img4<'_>) -> Value {
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
fn stream_json(data: &[u8], plan: &img4::Plan<'_>) -> Value {
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
    let mut properties = manifest.properties();
    let chip = properties.find(|property| property.name() == FourCc::new(*b"CHIP"));
    let chip = chip.and_then(|property| chip::name(property.value().as_u64()?));
    json!({
        "chip_name": chip,
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

fn fat_json(payload: &Payload<'_>) -> Result<Value, Failure> {
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

/// The image's part of the document.
pub(super) fn image_json(cache: &KernelCache<'_>, damage: &mut Damage) -> Result<Value, Failure> {
    let mut document = json!({});
    describe_image(cache, &mut document, damage)?;
    Ok(document)
}

fn describe_image(
    cache: &KernelCache<'_>,
    document: &mut Value,
    damage: &mut Damage,
) -> Result<(), Failure> {
    let image = cache.image();
    document["shape"] = cache.shape().name().into();
    // Damage in the list that tells is said where the kexts are listed.
    let kind = cache.collection_kind().ok().flatten();
    document["collection"] = kind.map(CollectionKind::name).into();
    document["darwin"] = darwin_json(cache);
    document["header"] = headers::header_json(&image);
    document["uuid"] = image.uuid()?.map(|uuid| uuid.to_string()).into();
    document["build_version"] = build_version_json(&image)?;
    let source = image.source_version()?;
    document["source_version"] = source.map(|version| version.to_string()).into();
    let entry = cache.entry_point()?;
    document["entry"] = entry_json(entry);
    document["base"] = json::hex_or_null(image.base().map(macho_core::VmAddr::get));
    let is_linear = cache.address_map().is_linear();
    document["linear"] = is_linear.into();
    let first = first_nonlinear(&image).filter(|_| !is_linear);
    document["first_nonlinear"] = first.map_or(Value::Null, |segment| text(segment.name()));
    document["segments"] = image
        .segments()
        .map(|segment| {
            json!({
                "name": text(segment.name()),
                "vmaddr": hex(segment.vmaddr().get()),
                "vmsize": segment.vmsize(),
                "file_offset": hex(segment.file_offset().get()),
                "filesize": segment.filesize(),
                "initprot": protection(segment.initprot().bits()),
                "maxprot": protection(segment.maxprot().bits()),
            })
        })
        .collect();
    document["entries"] = entries::entries_json(cache, damage)?;
    document["tolerated"] = image
        .tolerated()
        .take(64)
        .map(|error| error.to_string())
        .collect();
    Ok(())
}

/// The first segment with bytes whose file offset is not its distance from the base.
fn first_nonlinear<'a>(image: &MachO<'a>) -> Option<Segment<'a>> {
    let base = image.base()?;
    let mut segments = image.segments();
    segments.find(|segment| {
        let distance = segment.vmaddr().checked_distance_from(base);
        segment.filesize() != 0 && distance != Some(segment.file_offset().get())
    })
}

/// What the kernel says of itself.
fn darwin_json(cache: &KernelCache<'_>) -> Value {
    cache.darwin_version().map_or(Value::Null, |version| {
        let part = |name: Option<Name<'_>>| name.map_or(Value::Null, text);
        json!({
            "text": text(version.text),
            "release": text(version.release),
            "date": part(version.date),
            "builder": part(version.builder),
            "tree": part(version.tree),
            "config": part(version.config),
            "arch": part(version.arch),
            "soc": part(version.soc),
        })
    })
}

fn build_version_json(image: &MachO<'_>) -> Result<Value, Failure> {
    Ok(image.build_version()?.map_or(Value::Null, |version| {
        json!({
            "platform": version.platform.to_string(),
            "minos": version.minos.to_string(),
            "sdk": version.sdk.to_string(),
        })
    }))
}
