//! `kc extract`: payload and manifest out of a container.
use img4::{DigestCheck, Img4};
use macho_core::FatFile;

use crate::cli::Extract;
use crate::container;
use crate::failure::Failure;
use crate::output;
use crate::report::Status;
use crate::streams::Streams;

mod images;

pub(super) fn run(args: &Extract, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    extract(args, streams).map_err(|failure| failure.of(&args.input.file, args.input.strict))
}

fn extract(args: &Extract, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    let input = container::open(&args.input, streams.stdin)?;
    // Everything that can fail comes first: no file is written before all is known to be well.
    let manifest = match &args.manifest {
        None => None,
        Some(path) => {
            let found = container::img4(&input, &args.input)?.and_then(|img4| img4.manifest());
            let manifest = found.ok_or_else(|| {
                refused(
                    args,
                    "no manifest (IM4M) is in it; kc info shows what there is",
                )
            })?;
            Some((path, manifest.tlv().raw()))
        }
    };
    let trailer = match &args.trailer {
        None => None,
        Some(path) => Some((path, trailer(&input, args)?)),
    };
    let mut status = Status::Whole;
    if args.image.is_some() || args.all_images.is_some() {
        let payload = container::payload(&input, &args.input)?;
        if let Some(img4) = &payload.img4 {
            check_digest(args, img4, streams)?;
        }
        status =
            images::write(args, &payload, streams).map_err(|failure| payload.inside(failure))?;
    } else if let Some(path) = &args.output {
        if args.raw {
            let img4 = container::img4(&input, &args.input)?;
            let payload = img4.and_then(|img4| img4.payload());
            let payload = payload
                .ok_or_else(|| refused(args, "no payload is in it; kc info shows what there is"))?;
            output::write(streams, path, &args.input.file, &[payload.data()])?;
        } else {
            status = write_payload(args, &input, path, streams)?;
        }
    }
    if let Some((path, bytes)) = trailer {
        output::write(streams, path, &args.input.file, &[bytes])?;
    }
    if let Some((path, bytes)) = manifest {
        output::write(streams, path, &args.input.file, &[bytes])?;
    }
    Ok(status)
}

fn refused(args: &Extract, why: &str) -> Failure {
    Failure::refused(why).in_file(&args.input.file)
}

/// The bytes after the compressed stream.
fn trailer<'a>(input: &'a [u8], args: &Extract) -> Result<&'a [u8], Failure> {
    let plan = match container::img4(input, &args.input)? {
        Some(img4) => img4.payload().map(|payload| payload.plan()).transpose()?,
        None => container::stream(input, &args.input)?,
    };
    let extra = plan.map(|plan| plan.extra()).unwrap_or_default();
    if extra.is_empty() {
        let why = "no bytes follow the compressed stream; leave --trailer out";
        return Err(refused(args, why));
    }
    Ok(extra)
}

/// Writes the payload, decompressed.
fn write_payload(
    args: &Extract,
    input: &[u8],
    path: &std::path::Path,
    streams: &mut Streams<'_>,
) -> Result<Status, Failure> {
    let mut status = Status::Whole;
    let payload = match container::payload(input, &args.input) {
        Err(failure) if args.damaged => {
            let payload = container::undeclared(input, &args.input)?;
            streams.note(format_args!("damaged: {failure}"))?;
            status = Status::Damaged;
            payload
        }
        other => other?,
    };
    match &payload.img4 {
        Some(img4) => check_digest(args, img4, streams)?,
        None => container::expect_image(&payload, &args.input)?,
    }
    let bytes = match args.input.arch.as_deref() {
        Some(arch) if FatFile::is_fat(&payload.bytes) => {
            let fat = FatFile::parse(&payload.bytes)?;
            container::slice(&fat, Some(arch))?.data()
        }
        _ => &payload.bytes,
    };
    output::write(streams, path, &args.input.file, &[bytes])?;
    Ok(status)
}

/// Refuses a payload that is not the manifest's; says so where that cannot be known.
fn check_digest(args: &Extract, img4: &Img4<'_>, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let Some(payload) = img4.payload() else {
        return Ok(());
    };
    let Some(manifest) = img4.manifest() else {
        return streams.note("payload unverified: the container has no manifest");
    };
    let fourcc = payload.fourcc();
    match payload.check_digest(&manifest) {
        check if check.matches() => Ok(()),
        DigestCheck::Differs if args.accept_digest_mismatch => {
            streams.note("accepted: the payload's digest differs from the manifest's")
        }
        DigestCheck::Differs => Err(Failure::refused(format!(
            "IM4P: digest differs from the manifest's DGST of {fourcc} at file offset {:#x}; \
             --accept-digest-mismatch writes it all the same",
            payload.tlv().offset()
        ))),
        DigestCheck::NoObject => streams.note(format_args!(
            "payload unverified: the manifest has no object {fourcc}"
        )),
        DigestCheck::NoDigest => streams.note(format_args!(
            "payload unverified: the manifest has no DGST for {fourcc}"
        )),
        DigestCheck::UnknownAlgorithm(len) => streams.note(format_args!(
            "payload unverified: DGST of {len} bytes is neither SHA-1 nor SHA-384"
        )),
        _ => streams.note("payload unverified"),
    }
}
