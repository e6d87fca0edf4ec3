//! `kc find`: places of a masked pattern.
use std::io::Write as _;

use kc_offsets::KernelCache;
use kc_offsets::code::{Region, code_regions};
use macho_core::MachO;
use serde_json::json;

use crate::charge::Charge;
use crate::cli::Find;
use crate::failure::Failure;
use crate::images;
use crate::json::hex;
use crate::locations::{LocationMemory, Locations};
use crate::merged::Merged;
use crate::pattern;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Find, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("find", args.report, file, streams).of(payload);
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(args: &Find, cache: &KernelCache<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let pattern = Pattern::new(args)?;
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let images = locations.lookup().images();
    // The kexts of a prelinked kernel lie in the segments of the outer image, and overlap nothing else.
    let mut charge = Charge::new(cache);
    let mut sources = Vec::new();
    for (number, image) in images::searched(cache, images, args.image.as_deref())?
        .iter()
        .enumerate()
    {
        let regions = pattern.regions(image);
        let bytes = regions.iter().map(|region| region.bytes.len() as u64);
        let bytes = bytes.fold(0, u64::saturating_add);
        if number > 0 {
            if let Err(error) = charge.take(bytes, image) {
                report.damaged(error, None);
                continue;
            }
        }
        sources.extend(regions.into_iter().map(|region| pattern.matches(region)));
    }
    for (vmaddr, file_offset) in Merged::new(sources) {
        if report.is_json() {
            let mut row = json!({ "vmaddr": hex(vmaddr), "file_offset": hex(file_offset) });
            locations.describe(vmaddr, &mut row);
            report.row(&row)?;
            continue;
        }
        let location = locations.text(vmaddr);
        writeln!(
            report.text()?,
            "{vmaddr:#018x}  {file_offset:#010x}{location}"
        )?;
    }
    Ok(())
}

/// What is looked for.
enum Pattern {
    Words(Vec<aarch64_decode::Pattern>),
    Bytes(Vec<(u8, u8)>),
}

impl Pattern {
    fn new(args: &Find) -> Result<Self, Failure> {
        let words = args.words.as_deref().map(pattern::words);
        let text = args.text.as_deref().map(pattern::text);
        if let Some(words) = words.or(text) {
            let words = words.map_err(Failure::Refused)?;
            pattern::check_length(&words)?;
            return Ok(Self::Words(words));
        }
        let bytes = args.bytes.as_deref().unwrap_or_default();
        let bytes = pattern::bytes(bytes).map_err(Failure::Refused)?;
        if bytes.is_empty() {
            return Err(Failure::refused("a pattern of no bytes is everywhere"));
        }
        Ok(Self::Bytes(bytes))
    }

    /// Where it is looked for: words in code, bytes in segments.
    fn regions<'a>(&self, image: &MachO<'a>) -> Vec<Region<'a>> {
        match self {
            Self::Words(_) => code_regions(image).collect(),
            Self::Bytes(_) => image
                .segments()
                .map(|segment| {
                    let data = segment.data();
                    let most = usize::try_from(segment.vmsize()).unwrap_or(usize::MAX);
                    let data = data.get(..most).unwrap_or(data);
                    Region::new(segment.vmaddr(), segment.file_offset(), data)
                })
                .collect(),
        }
    }

    /// vmaddr and file offset of each match, ascending.
    fn matches<'p>(&'p self, region: Region<'p>) -> Box<dyn Iterator<Item = (u64, u64)> + 'p> {
        match self {
            Self::Words(words) => pattern::find_words_in(region, words),
            Self::Bytes(bytes) => {
                let (vmaddr, offset) = (region.vmaddr.get(), region.file_offset.get());
                Box::new(pattern::find_bytes(region.bytes, bytes).map(move |at| {
                    let at = at as u64;
                    (vmaddr.wrapping_add(at), offset.saturating_add(at))
                }))
            }
        }
    }
}
