//! `kc owner`: which image, segment, section and name own an address.
use std::io::Write as _;

use kc_offsets::{AddressMap, Images, KernelCache, Location, LookupOptions};
use macho_core::{FileOffset, SlidVmAddr, Slide, VmAddr};
use serde_json::{Value, json};

use crate::cli::Owner;
use crate::failure::Failure;
use crate::image::outcome_name;
use crate::images::{self, ImageMemory};
use crate::json::{hex, hex_or_null, plain};
use crate::locations::{self, LocationMemory, Locations};
use crate::number::number;
use crate::place::Places;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

/// Up to so many addresses are looked for in one pass over the images each, which costs less than
/// an index.
const FEW: usize = 16;

pub(super) fn run(args: &Owner, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("owner", args.report, file, streams).of(payload);
        let done = answer(args, cache, &mut report);
        report.end(done)
    })
}

fn answer(
    args: &Owner,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let numbers = args.addresses.iter().map(|place| number(place).ok());
    let numbers: Option<Vec<u64>> = numbers.collect();
    let few = numbers.filter(|numbers| numbers.len() <= FEW);
    if let Some(addresses) = few {
        let mut memory = ImageMemory::default();
        let images = memory.mapped(cache)?;
        let locate = |vmaddr| images.locate(vmaddr, LookupOptions::default());
        return rows(args, cache, &addresses, images, &locate, report);
    }
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let places = Places {
        cache,
        locations,
        image: None,
    };
    let slide = Slide::new(args.slide.unwrap_or(0));
    let addresses = args.addresses.iter().map(|place| {
        if let Ok(slid) = number(place) {
            return Ok(slid);
        }
        // What is named has no slide yet.
        let vmaddr = VmAddr::new(places.resolve(place)?.vmaddr);
        Ok(slide.apply(vmaddr).get())
    });
    let addresses: Vec<u64> = addresses.collect::<Result<_, Failure>>()?;
    let lookup = locations.lookup();
    let locate = |vmaddr| lookup.location(vmaddr);
    rows(args, cache, &addresses, lookup.images(), &locate, report)
}

fn rows<'a>(
    args: &Owner,
    cache: &KernelCache<'a>,
    addresses: &[u64],
    images: Images<'a, '_>,
    locate: &dyn Fn(VmAddr) -> Option<Location<'a>>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    // An image that cannot be read may own what another seems to own.
    for (error, image) in images::damaged(images) {
        report.damaged(error, images::id(image));
    }
    let rows = Rows {
        args,
        cache,
        map: cache.address_map(),
        images,
        locate,
    };
    for &at in addresses {
        if report.is_json() {
            report.row(&rows.json(at))?;
        } else {
            writeln!(report.text()?, "{}", rows.line(at))?;
        }
    }
    Ok(())
}

struct Rows<'r, 'a> {
    args: &'r Owner,
    cache: &'r KernelCache<'a>,
    map: AddressMap<'a>,
    images: Images<'a, 'r>,
    locate: &'r dyn Fn(VmAddr) -> Option<Location<'a>>,
}

impl Rows<'_, '_> {
    fn vmaddr(&self, at: u64) -> VmAddr {
        Slide::new(self.args.slide.unwrap_or(0)).remove(SlidVmAddr::new(at))
    }

    /// The image's id; none of the outer one.
    fn id(&self, location: &Location<'_>) -> Option<String> {
        self.images.get(location.image).and_then(images::id)
    }

    fn json(&self, at: u64) -> Value {
        let vmaddr = self.vmaddr(at);
        let outcome = self.map.outcome(vmaddr);
        let location = (self.locate)(vmaddr);
        let location = location.as_ref();
        let name = location.and_then(|location| locations::name(location, vmaddr));
        let (name, offset) = name.unzip();
        let section = location.and_then(|location| location.section);
        json!({
            "vmaddr": hex(vmaddr.get()),
            "image": location.and_then(|location| self.id(location)),
            "segment": location.map(|location| plain(location.segment.name())),
            "section": section.map(|section| plain(section.name())),
            "symbol": name,
            "symbol_offset": offset,
            "file_offset": hex_or_null(outcome.file_offset().map(FileOffset::get)),
            "outcome": outcome_name(outcome),
            "slid": self.args.slide.map(|_| hex(at)),
        })
    }

    fn line(&self, at: u64) -> String {
        let vmaddr = self.vmaddr(at);
        let mut parts = vec![format!("vmaddr {vmaddr}")];
        if self.args.slide.is_some() {
            parts.push(format!("slid {}", SlidVmAddr::new(at)));
        }
        let outcome = self.map.outcome(vmaddr);
        if let Some(location) = (self.locate)(vmaddr) {
            match self.id(&location) {
                Some(id) => parts.push(format!("image {id}")),
                None => parts.push(self.cache.shape().name().to_owned()),
            }
            parts.push(format!("segment {}", location.segment.name()));
            if let Some(section) = location.section {
                parts.push(format!("section {}", section.name()));
            }
            if let Some((name, offset)) = locations::name(&location, vmaddr) {
                parts.push(match offset {
                    0 => format!("symbol {name}"),
                    offset => format!("symbol {name}+{offset:#x}"),
                });
            } else if location.name.is_some() {
                parts.push("symbol with a damaged name".to_owned());
            }
        }
        match outcome.file_offset() {
            Some(offset) => parts.push(format!("file offset {:#x}", offset.get())),
            None => parts.push(outcome_name(outcome).to_owned()),
        }
        parts.join(", ")
    }
}
