//! `kc patch`: checks a set of patches and writes a patched copy.
use std::io::Write as _;
use std::path::Path;

use kc_offsets::AddressMap;
use kc_offsets::code::{
    Patch as Change, PatchError, PatchPlace, PlacedPatch, apply_patches, code_regions,
};
use macho_core::FileOffset;
use serde_json::json;

use crate::cli::Patch;
use crate::failure::Failure;
use crate::images;
use crate::json::{hex, hex_or_null};
use crate::locations::{LocationMemory, Locations};
use crate::pattern;
use crate::printable::{Hex, Printable};
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod line;

use line::{Line, Place};

/// A patch, and the line that it is from.
struct Placed {
    line: usize,
    place: PatchPlace,
    what: Line,
}

pub(super) fn run(args: &Patch, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    let text = std::fs::read_to_string(&args.patches).map_err(Failure::at(&args.patches))?;
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut memory = LocationMemory::default();
        let locations = Locations::new(cache, &mut memory)?;
        let all = placed(&args.patches, &text, &locations)?;
        let changes: Vec<Change<'_>> = all.iter().map(change).collect();
        let map = cache.address_map();
        let mut file = payload.bytes.to_vec();
        let mut placed = vec![PlacedPatch::default(); changes.len()];
        let done = apply_patches(&changes, &map, &mut file, &mut placed)
            .map_err(|error| refused(&args.patches, &all, &error))?;
        crate::output::write(streams, &args.output, &args.input.file, &[&file])?;
        let done = done
            .iter()
            .map(|done| Done::new(&all[done.patch], done, &payload.bytes, &map));
        let file = &args.input.file;
        let mut report = Report::list("patch", args.report, file, streams)
            .of(payload)
            .beside(Some(&args.output));
        let done = list(done, &locations, &mut report);
        report.end(done)
    })
}

fn change(placed: &Placed) -> Change<'_> {
    Change {
        place: placed.place,
        expected: &placed.what.expected,
        mask: &placed.what.mask,
        skip: placed.what.skip,
        replacement: &placed.what.replacement,
    }
}

/// The error with the number of the line in place of the patch's.
fn refused(path: &Path, all: &[Placed], error: &PatchError) -> Failure {
    let text = error.to_string();
    let why = text.split_once(": ").map_or("", |(_, why)| why);
    let line = all.get(error.patch()).map_or(0, |placed| placed.line);
    let why = match error.kind() {
        kc_offsets::code::PatchErrorKind::Overlap { other } => {
            let other = all.get(other).map_or(0, |placed| placed.line);
            format!("shares bytes with the patch of line {other}")
        }
        _ => why.to_owned(),
    };
    Failure::refused(format!(
        "{}:{line}: {why}; nothing is written",
        Printable::path(path)
    ))
}

/// The patches of a file, each with its place found.
fn placed(path: &Path, text: &str, locations: &Locations<'_, '_>) -> Result<Vec<Placed>, Failure> {
    let mut all = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let wrong = |why: String| {
            Failure::refused(format!(
                "{}:{line}: {why}; nothing is written",
                Printable::path(path)
            ))
        };
        let Some(what) = Line::parse(text).map_err(wrong)? else {
            continue;
        };
        let found = find(&what, locations).map_err(|failure| wrong(failure.to_string()))?;
        all.extend(found.into_iter().map(|place| Placed {
            line,
            place,
            what: what.clone(),
        }));
    }
    if all.is_empty() {
        return Err(Failure::refused(format!(
            "{}: no patch is in it; kc patch --help shows what one looks like",
            Printable::path(path)
        )));
    }
    Ok(all)
}

/// The places of one line: one, or as many as it expects.
fn find(what: &Line, locations: &Locations<'_, '_>) -> Result<Vec<PatchPlace>, Failure> {
    let vmaddr = |vmaddr| PatchPlace::VmAddr(macho_core::VmAddr::new(vmaddr));
    match &what.place {
        Place::VmAddr(number) => Ok(vec![vmaddr(*number)]),
        Place::FileOffset(offset) => Ok(vec![PatchPlace::FileOffset(FileOffset::new(*offset))]),
        Place::Symbol(name, more) => match locations.symbols_named(name).as_slice() {
            [only] => Ok(vec![vmaddr(only.wrapping_add(*more))]),
            several => Err(Failure::refused(format!(
                "{} symbols are called {}",
                several.len(),
                Printable::text(name)
            ))),
        },
        Place::Find { count, image } => {
            let images = locations.lookup().images();
            let image = images::select(images, image.as_deref())?;
            let found = pattern::find_words(code_regions(&image), &what.words)?;
            if found.len() != *count {
                return Err(Failure::refused(format!(
                    "{} matches instead of {count}",
                    found.len()
                )));
            }
            let offsets = found
                .iter()
                .map(|found| PatchPlace::FileOffset(found.file_offset));
            Ok(offsets.collect())
        }
    }
}

/// A change that was made.
struct Done<'a> {
    line: usize,
    vmaddr: Option<u64>,
    file_offset: u64,
    before: Hex<'a>,
    after: Hex<'a>,
}

impl<'a> Done<'a> {
    fn new(placed: &'a Placed, at: &PlacedPatch, before: &'a [u8], map: &AddressMap<'_>) -> Self {
        let what = &placed.what;
        let file_offset = at.file_offset.get() + what.skip as u64;
        let start = usize::try_from(file_offset).unwrap_or(usize::MAX);
        let before = before.get(start..).unwrap_or_default();
        let vmaddr = map.vmaddr_of(FileOffset::new(file_offset));
        Self {
            line: placed.line,
            vmaddr: vmaddr.map(macho_core::VmAddr::get),
            file_offset,
            before: Hex(before.get(..what.replacement.len()).unwrap_or(before)),
            after: Hex(&what.replacement),
        }
    }
}

fn list<'d>(
    all: impl Iterator<Item = Done<'d>>,
    locations: &Locations<'_, '_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    for done in all {
        if report.is_json() {
            let mut row = json!({
                "line": done.line,
                "vmaddr": hex_or_null(done.vmaddr),
                "file_offset": hex(done.file_offset),
                "before": done.before.to_string(),
                "after": done.after.to_string(),
                "image": null,
                "symbol": null,
            });
            if let Some(vmaddr) = done.vmaddr {
                locations.describe(vmaddr, &mut row);
            }
            report.row(&row)?;
            continue;
        }
        let (at, location) = match done.vmaddr {
            Some(vmaddr) => (format!("{vmaddr:#018x}"), locations.text(vmaddr)),
            None => (format!("{:18}", "-"), String::new()),
        };
        let Done {
            line,
            file_offset,
            before,
            after,
            ..
        } = done;
        writeln!(
            report.text()?,
            "{at}  {file_offset:#010x}  {before} -> {after}{location}  (line {line})"
        )?;
    }
    Ok(())
}
