//! `kc functions`: bounds of functions.
use kc_offsets::code::{Function, FunctionCell, FunctionIndex, code_regions, guess_function_start};
use kc_offsets::{Error, KernelCache};
use macho_core::{MachO, VmAddr};
use serde_json::{Value, json};

use crate::cli::Functions;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::image::images;
use crate::json::{self, hex, hex_or_null};
use crate::place::{PlaceStorage, Places};
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Functions, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut damage = Damage::default();
        let mut images: Vec<MachO<'_>> = images(cache, args.image.as_deref(), &mut damage)?
            .into_iter()
            .map(|(_, image)| image)
            .collect();
        if images.len() > 1 {
            // The outer image of a collection spans the others.
            images.remove(0);
        }
        let mut marks = Vec::new();
        let index = index(&images, &mut marks, &mut damage)?;
        let mut storage = PlaceStorage::new(cache)?;
        let places = Places::new(&mut storage)?;
        let mut guessed = None;
        let functions: Vec<Function> = match args.containing.map(VmAddr::new) {
            None => index.iter().collect(),
            Some(vmaddr) => {
                let known = index.containing(vmaddr);
                if known.is_none() {
                    guessed = guess(&images, vmaddr);
                }
                known.into_iter().collect()
            }
        };
        if functions.is_empty() && guessed.is_none() {
            if let Some(vmaddr) = args.containing {
                // It may be one of those behind the damage.
                damage.outcome(streams)?;
                return Err(Failure::refused(format!("no function holds {vmaddr:#x}")));
            }
        }
        let ends = functions
            .into_iter()
            .map(|function| (function.start, Some(function.end)));
        let rows = ends.chain(guessed.map(|start| (start, None)));
        if args.json {
            let rows = rows.map(|(start, end)| row_json(cache, &places, start, end));
            json::write(streams.stdout, &Value::Array(rows.collect()))?;
            return damage.outcome(streams);
        }
        for (start, end) in rows {
            let size = end.map_or_else(
                || "(guessed)".to_owned(),
                |end| format!("{:#x}", end.get().wrapping_sub(start.get())),
            );
            let place = places.text(start.get());
            writeln!(streams.stdout, "{start}  {size:>8}{place}")?;
        }
        damage.outcome(streams)
    })
}

/// The index of the functions, in memory of the size that it asks for.
fn index<'s>(
    images: &[MachO<'_>],
    marks: &'s mut Vec<FunctionCell>,
    damage: &mut Damage,
) -> Result<FunctionIndex<'s>, Failure> {
    let images = images.iter().copied();
    let asked = FunctionIndex::build_with(images.clone(), marks, drop);
    if let Some(needed) = asked.err().and_then(Error::needed) {
        marks.resize(needed, FunctionCell::EMPTY);
    }
    Ok(FunctionIndex::build_with(images, marks, |error| {
        damage.add(error);
    })?)
}

fn guess(images: &[MachO<'_>], vmaddr: VmAddr) -> Option<VmAddr> {
    let mut regions = images.iter().flat_map(code_regions);
    regions.find_map(|region| guess_function_start(&region, vmaddr))
}

fn row_json(
    cache: &KernelCache<'_>,
    places: &Places<'_, '_>,
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
    places.describe(start.get(), &mut row);
    row
}
