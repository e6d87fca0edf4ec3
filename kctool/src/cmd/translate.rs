//! `kc translate`: vmaddr, file offset, run-time address and physical address, each from another.
use std::io::Write as _;

use kc_offsets::{AddressMap, KernelCache, Outcome, PhysicalWindow};
use macho_core::{FileOffset, PhysAddr, SlidVmAddr, Slide, VmAddr};
use serde_json::{Value, json};

use crate::cli::Translate;
use crate::failure::Failure;
use crate::image::{outcome_name, segment_json};
use crate::json::hex_or_null;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

/// All that is known about one address.
struct Row<'a> {
    vmaddr: Option<VmAddr>,
    file_offset: Option<FileOffset>,
    outcome: Outcome,
    segment: Option<macho_core::Segment<'a>>,
    slid: Option<SlidVmAddr>,
    phys: Option<PhysAddr>,
}

pub(super) fn run(args: &Translate, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let map = cache.address_map();
        let file = &args.input.file;
        let mut report = Report::list("translate", args.report, file, streams).of(payload);
        let done = args.addresses.iter().try_for_each(|&number| {
            let row = row(args, cache, &map, number);
            if report.is_json() {
                return report.row(&row_json(args, &row));
            }
            Ok(writeln!(report.text()?, "{}", row_line(args, &row))?)
        });
        report.end(done)
    })
}

fn row<'a>(
    args: &Translate,
    cache: &KernelCache<'a>,
    map: &AddressMap<'a>,
    number: u64,
) -> Row<'a> {
    let slide = Slide::new(args.slide.unwrap_or(0));
    let window = args
        .virt_base
        .zip(args.phys_base)
        .map(|(virt, phys)| PhysicalWindow {
            virt_base: SlidVmAddr::new(virt),
            phys_base: PhysAddr::new(phys),
        });
    let vmaddr = if args.from_offset {
        map.vmaddr_of(FileOffset::new(number))
    } else if args.from_phys {
        window.and_then(|window| window.vmaddr_of(PhysAddr::new(number), slide))
    } else {
        Some(slide.remove(SlidVmAddr::new(number)))
    };
    let mut row = Row {
        vmaddr,
        file_offset: args.from_offset.then_some(FileOffset::new(number)),
        outcome: Outcome::Unmapped,
        segment: None,
        slid: vmaddr.map(|vmaddr| slide.apply(vmaddr)),
        phys: args.from_phys.then_some(PhysAddr::new(number)),
    };
    let Some(vmaddr) = vmaddr else {
        return row;
    };
    let found = map.translate(vmaddr);
    row.phys = window.and_then(|window| window.phys_of_vmaddr(vmaddr, slide));
    if args.from_offset {
        // The segment that maps this byte; where segments overlap, the vmaddr may be another's.
        let owner = map.owner_of(FileOffset::new(number));
        row.segment = owner.and_then(|(index, _)| cache.segment_at(index));
        row.outcome = Outcome::Mapped(FileOffset::new(number));
    } else {
        row.segment = found.segment.and_then(|index| cache.segment_at(index));
        row.outcome = found.outcome;
        row.file_offset = found.outcome.file_offset();
    }
    row
}

fn row_json(args: &Translate, row: &Row<'_>) -> Value {
    let slid = row.slid.filter(|_| args.slide.is_some());
    let phys = row.phys.filter(|_| args.phys_base.is_some());
    json!({
        "vmaddr": hex_or_null(row.vmaddr.map(VmAddr::get)),
        "file_offset": hex_or_null(row.file_offset.map(FileOffset::get)),
        "segment": segment_json(row.segment),
        "outcome": outcome_name(row.outcome),
        "slid": hex_or_null(slid.map(SlidVmAddr::get)),
        "phys": hex_or_null(phys.map(PhysAddr::get)),
    })
}

fn row_line(args: &Translate, row: &Row<'_>) -> String {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let mut parts = vec![format!(
        "vmaddr {}",
        or_dash(row.vmaddr.map(|vmaddr| vmaddr.to_string()))
    )];
    if args.slide.is_some() {
        parts.push(format!(
            "slid {}",
            or_dash(row.slid.map(|slid| slid.to_string()))
        ));
    }
    if args.phys_base.is_some() {
        parts.push(format!(
            "physical {}",
            or_dash(row.phys.map(|phys| format!("{:#x}", phys.get())))
        ));
    }
    if let Some(offset) = row.file_offset {
        parts.push(format!("file offset {:#x}", offset.get()));
    }
    if let Some(segment) = row.segment {
        parts.push(format!("segment {}", segment.name()));
    }
    parts.push(outcome_name(row.outcome).to_owned());
    parts.join(", ")
}
