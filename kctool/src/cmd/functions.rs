//! `kc functions`: bounds of functions.
use std::io::Write as _;

use kc_offsets::code::{code_regions, guess_function_start};
use kc_offsets::{Function, Images, KernelCache, LookupOptions};
use macho_core::VmAddr;
use serde_json::{Value, json};

use crate::cli::Functions;
use crate::failure::Failure;
use crate::images::{self, LookupMemory};
use crate::json::{hex, hex_or_null};
use crate::locations::{LocationMemory, Locations};
use crate::place::Places;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Functions, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("functions", args.report, file, streams).of(payload);
        report.heading("vmaddr                  size  image  symbol");
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(
    args: &Functions,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let lookup = locations.lookup();
    let images = lookup.images();
    let name = args.image.as_deref();
    let wanted = name.map(|name| images::number(images, name)).transpose()?;
    let wanted = wanted.map(|number| images.first(number));
    // Damage in other images is irrelevant to the one requested.
    images::select(images, name)?;
    let rows = Rows { cache, locations };
    rows.damage(wanted, report)?;
    let is_wanted = |function: &Function| wanted.is_none_or(|wanted| wanted == function.image);
    let places = Places {
        cache,
        locations,
        image: wanted,
    };
    let containing = args.containing.as_deref();
    let containing = containing.map(|place| places.resolve(place)).transpose()?;
    let Some(vmaddr) = containing.map(|place| VmAddr::new(place.vmaddr)) else {
        return lookup
            .functions()
            .filter(is_wanted)
            .try_for_each(|function| rows.write(function.start, Some(function.end), report));
    };
    let known = lookup.function_at(vmaddr);
    if let Some(function) = known {
        if is_wanted(&function) {
            return rows.write(function.start, Some(function.end), report);
        }
    } else if let Some(start) = guess(images, wanted, vmaddr) {
        return rows.write(start, None, report);
    }
    report.note(format_args!("no function holds {vmaddr}"))
}

/// Where rows get what they have.
struct Rows<'r, 'a> {
    cache: &'r KernelCache<'a>,
    locations: Locations<'a, 'r>,
}

impl Rows<'_, '_> {
    /// What is damaged of the images and of their tables of functions.
    fn damage(&self, wanted: Option<usize>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let images = self.locations.lookup().images();
        let mut damaged = Vec::new();
        if wanted.is_none() {
            let lost = images::lost(images);
            damaged.extend(lost.map(|(error, id)| (error, id.map(images::plain))));
        }
        let only_functions = LookupOptions {
            symbols: false,
            imports: false,
            ..LookupOptions::default()
        };
        let mut memory = LookupMemory::default();
        memory.build(images, only_functions, |number, error| {
            if wanted.is_none_or(|wanted| wanted == number) {
                let image = images.get(number);
                damaged.push((error, image.and_then(images::id)));
            }
        })?;
        for (error, id) in damaged {
            let damage = report.damaged(error, id.clone());
            if report.is_json() {
                report.row(&json!({
                    "vmaddr": null,
                    "end": null,
                    "file_offset": null,
                    "size": null,
                    "guessed": false,
                    "image": id,
                    "symbol": null,
                    "damage": damage,
                }))?;
            }
        }
        Ok(())
    }

    fn write(
        &self,
        start: VmAddr,
        end: Option<VmAddr>,
        report: &mut Report<'_, '_>,
    ) -> Result<(), Failure> {
        let size = end.map(|end| end.get().wrapping_sub(start.get()));
        if report.is_json() {
            let file_offset = self.cache.address_map().file_offset_of(start);
            let mut row = json!({
                "vmaddr": hex(start.get()),
                "end": hex_or_null(end.map(VmAddr::get)),
                "file_offset": hex_or_null(file_offset.map(macho_core::FileOffset::get)),
                "size": size,
                "guessed": end.is_none(),
            });
            self.locations.describe(start.get(), &mut row);
            row["damage"] = Value::Null;
            return report.row(&row);
        }
        let size = size.map_or_else(|| "(guessed)".to_owned(), |size| format!("{size:#x}"));
        let location = self.locations.text(start.get());
        Ok(writeln!(report.text()?, "{start}  {size:>8}{location}")?)
    }
}

/// A guess in the image whose code holds the address, or else in the outer one, whose segments span
/// the others.
fn guess(images: Images<'_, '_>, wanted: Option<usize>, vmaddr: VmAddr) -> Option<VmAddr> {
    let machos = images.machos();
    let inside = machos.clone().skip(1).chain(machos.take(1));
    let mut regions = inside
        .filter(|(number, _)| wanted.is_none_or(|wanted| wanted == *number))
        .flat_map(|(_, macho)| code_regions(&macho));
    regions.find_map(|region| guess_function_start(&region, vmaddr))
}
