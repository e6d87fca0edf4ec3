//! `kc xrefs`: what refers to an address, a symbol or a string.
use aarch64_decode::ReferenceKind;
use kc_offsets::KernelCache;
use kc_offsets::code::{
    AddressRange, CString, CodeXrefs, PointerXrefs, Stubs, Wanted, c_strings, code_regions,
};
use macho_core::{Name, VmAddr};
use serde_json::{Value, json};

use crate::cli::Xrefs;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images;
use crate::json::{self, hex, hex_or_null, text};
use crate::locations::{LocationMemory, Locations};
use crate::number::number;
use crate::question::with_image;
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

pub(super) fn run(args: &Xrefs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut memory = LocationMemory::default();
        let locations = Locations::new(cache, &mut memory)?;
        let mut damage = Damage::default();
        let wanted = wanted(args, &locations, &mut damage)?;
        let rows = rows(args, cache, &locations, wanted.ranges.clone(), streams)?;
        if args.json {
            let rows = rows.iter().map(|row| row_json(&locations, &wanted, row));
            json::write(streams.stdout, &Value::Array(rows.collect()))?;
            return damage.outcome(streams);
        }
        for row in rows {
            let (vmaddr, target) = (row.vmaddr, row.target);
            let string = wanted.string(target);
            let string = string.map_or_else(String::new, |text| format!("  \"{text}\""));
            let location = locations.text(vmaddr);
            let kind = row.kind;
            writeln!(
                streams.stdout,
                "{vmaddr:#018x}  {kind:11}  {target:#018x}{location}{string}"
            )?;
        }
        damage.outcome(streams)
    })
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
    locations: &Locations<'a, '_>,
    damage: &mut Damage,
) -> Result<Asked<'a>, Failure> {
    let mut wanted = Asked::default();
    for target in &args.targets {
        let starts = match number(target) {
            Ok(vmaddr) => vec![vmaddr],
            Err(_) => locations.named(target),
        };
        if starts.is_empty() {
            return Err(Failure::refused(format!(
                "no address and no symbol: {target}"
            )));
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
        for (_, image) in images::selected(images, None, damage)? {
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
    streams: &mut Streams<'_>,
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
            Err(error) => streams.note(format_args!("pointers: {error}"))?,
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
    for image in searched {
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
    object
}
