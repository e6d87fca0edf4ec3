//! `kc find`: places of a masked pattern.
use kc_offsets::code::code_regions;
use macho_core::MachO;
use serde_json::{Value, json};

use crate::cli::Find;
use crate::failure::Failure;
use crate::images;
use crate::json::{self, hex};
use crate::locations::{LocationMemory, Locations};
use crate::pattern;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Find, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut memory = LocationMemory::default();
        let locations = Locations::new(cache, &mut memory)?;
        let images = locations.lookup().images();
        let mut found = Vec::new();
        for image in images::searched(cache, images, args.image.as_deref())? {
            found.extend(matches(args, &image)?);
        }
        found.sort_unstable();
        found.dedup();
        if args.json {
            let rows = found.iter().map(|&(vmaddr, file_offset)| {
                let mut row = json!({ "vmaddr": hex(vmaddr), "file_offset": hex(file_offset) });
                locations.describe(vmaddr, &mut row);
                row
            });
            return json::write(streams.stdout, &Value::Array(rows.collect()));
        }
        for (vmaddr, file_offset) in found {
            let location = locations.text(vmaddr);
            writeln!(
                streams.stdout,
                "{vmaddr:#018x}  {file_offset:#010x}{location}"
            )?;
        }
        Ok(())
    })
}

/// vmaddr and file offset of each match.
fn matches(args: &Find, image: &MachO<'_>) -> Result<Vec<(u64, u64)>, Failure> {
    let words = args.words.as_deref().map(pattern::words);
    let text = args.text.as_deref().map(pattern::text);
    if let Some(words) = words.or(text) {
        let words = words.map_err(Failure::Refused)?;
        let all = pattern::find_words(code_regions(image), &words)?;
        let all = all
            .iter()
            .map(|found| (found.vmaddr.get(), found.file_offset.get()));
        return Ok(all.collect());
    }
    let bytes = args.bytes.as_deref().unwrap_or_default();
    let bytes = pattern::bytes(bytes).map_err(Failure::Refused)?;
    if bytes.is_empty() {
        return Err(Failure::refused("a pattern of no bytes is everywhere"));
    }
    let mut all = Vec::new();
    for segment in image.segments() {
        let data = segment.data();
        let most = usize::try_from(segment.vmsize()).unwrap_or(usize::MAX);
        let data = data.get(..most).unwrap_or(data);
        all.extend(pattern::find_bytes(data, &bytes).map(|at| {
            let at = at as u64;
            let vmaddr = segment.vmaddr().get().wrapping_add(at);
            (vmaddr, segment.file_offset().get().saturating_add(at))
        }));
    }
    Ok(all)
}
