//! `kc functions`: bounds of functions.
use kc_offsets::code::{code_regions, guess_function_start};
use kc_offsets::{Function, Images, KernelCache, LookupOptions};
use macho_core::VmAddr;
use serde_json::{Value, json};

use crate::cli::Functions;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, LookupMemory};
use crate::json::{self, hex, hex_or_null};
use crate::locations::{LocationMemory, Locations};
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Functions, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut memory = LocationMemory::default();
        let locations = Locations::new(cache, &mut memory)?;
        let lookup = locations.lookup();
        let images = lookup.images();
        let name = args.image.as_deref();
        let wanted = name.map(|name| images::number(images, name)).transpose()?;
        let wanted = wanted.map(|number| images.first(number));
        // Damage in other images is irrelevant to the one requested.
        images::select(images, name)?;
        let is_wanted = |image: usize| wanted.is_none_or(|wanted| wanted == image);
        let damage = damage(images, wanted)?;
        let mut guessed = None;
        let functions: Vec<Function> = match args.containing.map(VmAddr::new) {
            None => lookup.functions().collect(),
            Some(vmaddr) => {
                let known = lookup.function_at(vmaddr);
                if known.is_none() {
                    guessed = guess(images, wanted, vmaddr);
                }
                known.into_iter().collect()
            }
        };
        let functions = functions
            .into_iter()
            .filter(|function| is_wanted(function.image));
        let functions: Vec<Function> = functions.collect();
        if functions.is_empty() && guessed.is_none() {
            if let Some(vmaddr) = args.containing {
                // It may be one of those after the damage.
                damage.outcome(streams)?;
                return Err(Failure::refused(format!("no function holds {vmaddr:#x}")));
            }
        }
        let ends = functions
            .into_iter()
            .map(|function| (function.start, Some(function.end)));
        let rows = ends.chain(guessed.map(|start| (start, None)));
        if args.json {
            let rows = rows.map(|(start, end)| row_json(cache, &locations, start, end));
            json::write(streams.stdout, &Value::Array(rows.collect()))?;
            return damage.outcome(streams);
        }
        for (start, end) in rows {
            let size = end.map_or_else(
                || "(guessed)".to_owned(),
                |end| format!("{:#x}", end.get().wrapping_sub(start.get())),
            );
            let location = locations.text(start.get());
            writeln!(streams.stdout, "{start}  {size:>8}{location}")?;
        }
        damage.outcome(streams)
    })
}

/// What is damaged of the images and of their tables of functions.
fn damage(images: Images<'_, '_>, wanted: Option<usize>) -> Result<Damage, Failure> {
    let mut damage = Damage::default();
    if wanted.is_none() {
        images::lost(images).for_each(|error| damage.add(error));
    }
    let only_functions = LookupOptions {
        symbols: false,
        imports: false,
        ..LookupOptions::default()
    };
    let mut memory = LookupMemory::default();
    memory.build(images, only_functions, |image, error| {
        if wanted.is_none_or(|wanted| wanted == image) {
            damage.add(error);
        }
    })?;
    Ok(damage)
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

fn row_json(
    cache: &KernelCache<'_>,
    locations: &Locations<'_, '_>,
    start: VmAddr,
    end: Option<VmAddr>,
) -> Value {
    let file_offset = cache.address_map().file_offset_of(start);
    let mut row = json!({
        "vmaddr": hex(start.get()),
        "end": hex_or_null(end.map(VmAddr::get)),
        "file_offset": hex_or_null(file_offset.map(macho_core::FileOffset::get)),
        "size": end.map(|end| end.get().wrapping_sub(start.get())),
        "guessed": end.is_none(),
    });
    locations.describe(start.get(), &mut row);
    row
}
