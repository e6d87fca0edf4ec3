//! `kc carve`: the file's bytes behind a range of addresses.
use kc_offsets::{KernelCache, Outcome};
use macho_core::{FileOffset, VmAddr};

use crate::cli::Carve;
use crate::failure::Failure;
use crate::image::outcome_name;
use crate::output;
use crate::question::with_image;
use crate::report::Status;
use crate::streams::Streams;

pub(super) fn run(args: &Carve, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        if args.from_offset {
            let bytes = bytes_at(&payload.bytes, FileOffset::new(args.at), args.len)?;
            output::write(streams, &args.output, &args.input.file, &[bytes])?;
            return Ok(Status::Whole);
        }
        let parts = parts(args, cache, &payload.bytes)?;
        let parts: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
        output::write(streams, &args.output, &args.input.file, &parts)?;
        Ok(Status::Whole)
    })
}

fn bytes_at(file: &[u8], offset: FileOffset, len: u64) -> Result<&[u8], Failure> {
    usize::try_from(offset.get())
        .ok()
        .zip(usize::try_from(len).ok())
        .and_then(|(start, len)| file.get(start..start.checked_add(len)?))
        .ok_or_else(|| {
            Failure::refused(format!(
                "{len} bytes at file offset {:#x} reach past the end of the file",
                offset.get()
            ))
        })
}

fn parts<'p>(
    args: &Carve,
    cache: &KernelCache<'_>,
    file: &'p [u8],
) -> Result<Vec<std::borrow::Cow<'p, [u8]>>, Failure> {
    let map = cache.address_map();
    let start = VmAddr::new(args.at);
    if let Some(offset) = map.translate_block(start, args.len) {
        return Ok(vec![bytes_at(file, offset, args.len)?.into()]);
    }
    let mut parts = Vec::new();
    let mut left = args.len;
    for run in map.translate_range(start, args.len) {
        match run.outcome {
            Outcome::Mapped(offset) => parts.push(bytes_at(file, offset, run.len)?.into()),
            Outcome::ZeroFill if args.zero_fill => {
                // The command line's own limit keeps a hostile vmsize from filling memory.
                let len = usize::try_from(run.len)
                    .ok()
                    .filter(|_| run.len <= args.input.max_size);
                let len = len.ok_or_else(|| {
                    Failure::refused(format!(
                        "{} bytes of zero fill at vmaddr {}; --max-size raises the limit",
                        run.len, run.vmaddr
                    ))
                })?;
                parts.push(vec![0; len].into());
            }
            outcome => {
                let hint = if outcome == Outcome::ZeroFill {
                    "; --zero-fill writes zeros"
                } else {
                    ""
                };
                return Err(Failure::refused(format!(
                    "vmaddr {} is not in the file: {}{hint}",
                    run.vmaddr,
                    outcome_name(outcome)
                )));
            }
        }
        left = left.saturating_sub(run.len);
    }
    if left > 0 {
        return Err(Failure::refused("the range passes the end of memory"));
    }
    Ok(parts)
}
