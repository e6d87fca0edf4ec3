//! `kc xrefs`: what refers to an address, a symbol or a string.
use std::io::Write as _;

use aarch64_decode::ReferenceKind;
use kc_offsets::KernelCache;
use kc_offsets::code::{
    AddressRange, CString, CodeXrefs, PointerXrefs, Stubs, Wanted, c_strings, code_regions,
};
use macho_core::{Name, VmAddr};
use serde_json::{Value, json};

use crate::charge::{Charge, string_bytes};
use crate::cli::Xrefs;
use crate::failure::Failure;
use crate::images;
use crate::json::{self, hex, hex_or_null, text};
use crate::locations::{LocationMemory, Locations};
use crate::number::number;
use crate::place::Places;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

/// What refers to what.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    vmaddr: u64,
    file_offset: u64,
    kind: &'static str,
    target: u64,
    origin: Option<u64>,
}

/// The addresses that are asked for, sorted, and the strings that lie there.
#[derive(Default)]
struct Asked<'a> {
    ranges: Vec<AddressRange>,
    strings: Vec<CString<'a>>,
}

pub(super) fn run(args: &Xrefs, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("xrefs", args.report, file, streams).of(payload);
        report.heading("vmaddr              kind         target");
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(args: &Xrefs, cache: &KernelCache<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let wanted = wanted(args, cache, &locations, report)?;
    let rows = rows(args, cache, &locations, wanted.ranges.clone(), report)?;
    for row in rows {
        if report.is_json() {
            report.row(&row_json(&locations, &wanted, &row))?;
            continue;
        }
        let (vmaddr, target) = (row.vmaddr, row.target);
        let string = wanted.string(target);
        let string = string.map_or_else(String::new, |text| {
            let text = json::plain(text);
            format!("  \"{text}\"")
        });
        let location = locations.text(vmaddr);
        let kind = row.kind;
        writeln!(
            report.text()?,
            "{vmaddr:#018x}  {kind:11}  {target:#018x}{location}{string}"
        )?;
    }
    Ok(())
}

impl<'a> Asked<'a> {
    /// The string that holds the address.
    fn string(&self, vmaddr: u64) -> Option<Name<'a>> {
        let after = self
            .strings
            .partition_point(|string| string.vmaddr.get() <= vmaddr);
        let string = self.strings.get(after.checked_sub(1)?)?;
        let holds = string.range().contains(VmAddr::new(vmaddr));
        holds.then_some(Name::new(string.bytes))
    }
}

fn wanted<'a>(
    args: &Xrefs,
    cache: &KernelCache<'a>,
    locations: &Locations<'a, '_>,
    report: &mut Report<'_, '_>,
) -> Result<Asked<'a>, Failure> {
    let mut wanted = Asked::default();
    for target in &args.targets {
        let mut starts = match number(target) {
            Ok(vmaddr) => vec![vmaddr],
            // All of that name: the stubs and slots of every image that imports it too.
            Err(_) => locations.named(target),
        };
        if starts.is_empty() {
            let places = Places {
                cache,
                locations: *locations,
                image: None,
            };
            starts.push(places.resolve(target)?.vmaddr);
        }
        let ranges = starts
            .iter()
            .map(|start| AddressRange::new(VmAddr::new(*start), args.len));
        wanted.ranges.extend(ranges);
    }
    if args.string.is_some() || args.contains.is_some() {
        let whole = args.string.as_deref().map(str::as_bytes);
        let part = args.contains.as_deref().map(str::as_bytes);
        let images = locations.lookup().images();
        let mut charge = Charge::new(cache);
        for image in images::selected(images, None)? {
            let macho = image.macho.map_err(Failure::from).and_then(|macho| {
                charge.take(string_bytes(&macho), &macho)?;
                Ok(macho)
            });
            let image = match macho {
                Ok(macho) => macho,
                Err(error) => {
                    let id = image.id.map(images::plain);
                    lost(report, error, id.as_deref())?;
                    continue;
                }
            };
            for string in c_strings(&image).filter(|string| {
                whole.is_none_or(|whole| whole == string.bytes)
                    && part.is_none_or(|part| string.contains(part))
            }) {
                wanted.ranges.push(string.range());
                wanted.strings.push(string);
            }
        }
        if wanted.strings.is_empty() {
            return Err(Failure::refused("no string is like that"));
        }
        wanted.strings.sort_by_key(|string| string.vmaddr);
    }
    Ok(wanted)
}

/// Sorted, with those that touch made one.
fn merged(mut ranges: Vec<AddressRange>) -> Vec<AddressRange> {
    ranges.sort_by_key(|range| range.first);
    let mut out: Vec<AddressRange> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.first <= last.last => last.last = last.last.max(range.last),
            _ => out.push(range),
        }
    }
    out
}

fn rows(
    args: &Xrefs,
    cache: &KernelCache<'_>,
    locations: &Locations<'_, '_>,
    ranges: Vec<AddressRange>,
    report: &mut Report<'_, '_>,
) -> Result<Vec<Row>, Failure> {
    let image = cache.image();
    let images = locations.lookup().images();
    let searched = images::searched(cache, images, args.image.as_deref())?;
    let mut ranges = merged(ranges);
    let Some(targets) = Wanted::any(&ranges) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    let mut slots = Vec::new();
    for pointer in PointerXrefs::new(&image, targets) {
        match pointer {
            // Words of a kext's load commands are not pointers of the kernel around it.
            Ok(pointer) if !locations.lookup().may_point(pointer.vmaddr) => {}
            Ok(pointer) => {
                slots.push(pointer.vmaddr);
                rows.push(Row {
                    vmaddr: pointer.vmaddr.get(),
                    file_offset: pointer.file_offset.get(),
                    kind: "pointer",
                    target: pointer.target.get(),
                    origin: None,
                });
            }
            Err(error) => lost(report, error, None)?,
        }
    }
    if args.calls || args.image.is_some() {
        // Data of the collection is no code, and it is not of one image.
        rows.clear();
    }
    if args.calls && !slots.is_empty() {
        slots.sort_unstable();
        for image in images::searched(cache, images, None)? {
            let stubs = Stubs::new(code_regions(&image));
            let ours = stubs.filter(|stub| slots.binary_search(&stub.slot).is_ok());
            ranges.extend(ours.map(|stub| stub.range()));
        }
        ranges = merged(ranges);
    }
    let Some(targets) = Wanted::any(&ranges) else {
        return Ok(rows);
    };
    // Kexts lie in the segments of the outer image, and overlap nothing else.
    let mut charge = Charge::new(cache);
    for (number, image) in searched.into_iter().enumerate() {
        let bytes = code_regions(&image).map(|region| region.bytes.len() as u64);
        let bytes = bytes.fold(0, u64::saturating_add);
        if number > 0 {
            if let Err(error) = charge.take(bytes, &image) {
                lost(report, error, None)?;
                continue;
            }
        }
        let mut xrefs = CodeXrefs::new(code_regions(&image), targets);
        if args.calls {
            xrefs = xrefs.only_branches();
        }
        rows.extend(xrefs.map(|xref| Row {
            vmaddr: xref.vmaddr.get(),
            file_offset: xref.file_offset.get(),
            kind: kind_name(xref.kind),
            target: xref.target.get(),
            origin: xref.origin.map(VmAddr::get),
        }));
    }
    rows.sort_unstable();
    // The images that are searched overlap.
    rows.dedup();
    Ok(rows)
}

const fn kind_name(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Address => "address",
        ReferenceKind::Load => "load",
        ReferenceKind::Store => "store",
        ReferenceKind::Update => "update",
        ReferenceKind::Literal => "literal",
        ReferenceKind::Branch => "branch",
        ReferenceKind::Conditional => "conditional",
        ReferenceKind::Call => "call",
        _ => "other",
    }
}

/// A row of what could not be searched.
fn lost(
    report: &mut Report<'_, '_>,
    error: impl Into<Failure>,
    id: Option<&str>,
) -> Result<(), Failure> {
    let damage = report.damaged(error, id.map(str::to_owned));
    if !report.is_json() {
        return Ok(());
    }
    report.row(&json!({
        "vmaddr": null,
        "file_offset": null,
        "kind": null,
        "target": null,
        "origin": null,
        "image": id,
        "symbol": null,
        "string": null,
        "damage": damage,
    }))
}

fn row_json(locations: &Locations<'_, '_>, wanted: &Asked<'_>, row: &Row) -> Value {
    let mut object = json!({
        "vmaddr": hex(row.vmaddr),
        "file_offset": hex(row.file_offset),
        "kind": row.kind,
        "target": hex(row.target),
        "origin": hex_or_null(row.origin),
    });
    locations.describe(row.vmaddr, &mut object);
    object["string"] = wanted.string(row.target).map_or(Value::Null, text);
    object["damage"] = Value::Null;
    object
}
