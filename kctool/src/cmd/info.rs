//! `kc info`: what the file is, from the container to the entries.
use kc_offsets::{CollectionKind, KernelCache, Shape};
use macho_core::{MachO, Name, Platform, Segment};
use serde_json::{Value, json};

use crate::cli::Info;
use crate::cmd::{entries, headers};
use crate::container;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::image::{entry_json, note_tolerated, protection};
use crate::input::Input;
use crate::json::{self, hex, text};
use crate::report::{Report, Status};
use crate::streams::Streams;

mod container_json;
mod lines;
mod machine;
mod text;

use container_json::{container_json, fat_json, stream_json};

/// The fields of the document that an image has, null if there is none.
const IMAGE_FIELDS: [&str; 16] = [
    "shape",
    "collection",
    "darwin",
    "platform",
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
    describe(args, streams).map_err(|failure| failure.of(&args.input.file, args.input.strict))
}

fn describe(args: &Info, streams: &mut Streams<'_>) -> Result<Status, Failure> {
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
    let width = report.width();
    let done = if report.is_json() {
        report.answer(&document)
    } else {
        report
            .text()
            .map(|out| out.extend_from_slice(text::write(&document, width).as_bytes()))
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
    document["platform"] = platform_json(cache);
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
            "xnu": version.tree.and_then(xnu),
            "config": part(version.config),
            "arch": part(version.arch),
            "soc": part(version.soc),
        })
    })
}

/// The number of the sources in the name of their tree, as `11417.121.6~2` of
/// `xnu-11417.121.6~2`.
fn xnu(tree: Name<'_>) -> Option<String> {
    const PREFIX: &[u8] = b"xnu-";
    let tree = tree.as_bytes();
    let places = tree
        .windows(PREFIX.len())
        .rposition(|window| window == PREFIX);
    let number = &tree[places? + PREFIX.len()..];
    let is_part = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'~');
    let number: String = number
        .iter()
        .take_while(is_part)
        .map(|&byte| char::from(byte))
        .collect();
    (!number.is_empty()).then_some(number)
}

/// What the kernel was built for: its image says so, that of a collection has a version of 0.
fn platform_json(cache: &KernelCache<'_>) -> Value {
    let kernel = match cache.shape() {
        Shape::Fileset => {
            let mut entries = cache.entries().flatten();
            let kernel = entries.find(|entry| entry.id == "com.apple.kernel");
            kernel.and_then(|kernel| kernel.image().ok())
        }
        _ => Some(cache.image()),
    };
    let version = kernel.and_then(|kernel| kernel.build_version().ok().flatten());
    version.map_or(Value::Null, |version| {
        json!({
            "name": platform_name(version.platform),
            "minos": version.minos.to_string(),
            "sdk": version.sdk.to_string(),
        })
    })
}

/// What Apple calls a platform; of others the name of the constant.
fn platform_name(platform: Platform) -> String {
    match platform {
        Platform::PLATFORM_MACOS => "macOS".to_owned(),
        Platform::PLATFORM_IOS => "iOS".to_owned(),
        Platform::PLATFORM_TVOS => "tvOS".to_owned(),
        Platform::PLATFORM_WATCHOS => "watchOS".to_owned(),
        Platform::PLATFORM_BRIDGEOS => "bridgeOS".to_owned(),
        Platform::PLATFORM_VISIONOS => "visionOS".to_owned(),
        other => other.to_string(),
    }
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
