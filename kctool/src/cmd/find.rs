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
        report.heading("vmaddr              offset      image  symbol");
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(args: &Find, cache: &KernelCache<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let pattern = Pattern::new(args)?;
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let images = locations.lookup().images();
    // The kexts of a prelinked kernel lie in the segments of the outer image, and overlap nothing
    // else.
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
        sources.extend(
            regions
                .into_iter()
                .flat_map(|region| pattern.matches(region)),
        );
    }
    let mut found: Box<dyn Iterator<Item = (u64, u64)>> = Box::new(Merged::new(sources));
    if let Some(end) = args.before {
        let fits = |at: &(u64, u64)| at.0.saturating_add(pattern.size()) <= end;
        found = Box::new(found.filter(fits).last().into_iter());
    }
    for (vmaddr, file_offset) in found {
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
    /// Sequences of the same length, any of which is looked for.
    Words(Vec<Vec<aarch64_decode::Pattern>>),
    Bytes(Vec<(u8, u8)>),
}

impl Pattern {
    fn new(args: &Find) -> Result<Self, Failure> {
        let words = args.words.as_deref();
        let words = words.map(|words| Ok(vec![pattern::words(words)?]));
        let text = args.text.as_deref().map(pattern::sequences);
        if let Some(sequences) = words.or(text) {
            let sequences = sequences.map_err(Failure::Refused)?;
            for words in &sequences {
                pattern::check_length(words)?;
            }
            return Ok(Self::Words(sequences));
        }
        let bytes = args.bytes.as_deref().map(pattern::bytes);
        let halfwords = args.halfwords.as_deref().map(pattern::halfwords);
        let quadwords = args.quadwords.as_deref().map(pattern::quadwords);
        let bytes = bytes.or(halfwords).or(quadwords);
        let bytes = bytes.unwrap_or(Ok(Vec::new())).map_err(Failure::Refused)?;
        if bytes.is_empty() {
            return Err(Failure::refused("a pattern of no bytes is everywhere"));
        }
        Ok(Self::Bytes(bytes))
    }

    /// How many bytes each match has.
    fn size(&self) -> u64 {
        match self {
            Self::Words(all) => all.first().map_or(0, Vec::len) as u64 * 4,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
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

    /// vmaddr and file offset of each match; each of the iterators ascends.
    fn matches<'p>(&'p self, region: Region<'p>) -> Vec<Places<'p>> {
        match self {
            Self::Words(sequences) => {
                let all = sequences.iter();
                all.map(|words| pattern::find_words_in(region, words))
                    .collect()
            }
            Self::Bytes(bytes) => {
                let (vmaddr, offset) = (region.vmaddr.get(), region.file_offset.get());
                let found = pattern::find_bytes(region.bytes, bytes).map(move |at| {
                    let at = at as u64;
                    (vmaddr.wrapping_add(at), offset.saturating_add(at))
                });
                vec![Box::new(found)]
            }
        }
    }
}

type Places<'p> = Box<dyn Iterator<Item = (u64, u64)> + 'p>;
