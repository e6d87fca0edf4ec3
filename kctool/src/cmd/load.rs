//! `kc load`: where each byte goes in physical memory, and the memory as a loader leaves it.
mod left;

use std::io::Write as _;

use kc_offsets::{Bases, ClampReason, KernelCache, LoadPlan, Slid, Step};
use macho_core::{FileOffset, Name, PhysAddr, Segment, Slide};
use serde_json::json;

use left::{Left, left};

use crate::cli::Load;
use crate::failure::Failure;
use crate::image::protection;
use crate::json::{hex, hex_or_null, text};
use crate::output;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

pub(super) fn run(args: &Load, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let slide = Slide::new(args.slide);
        let plan = LoadPlan::new(cache, PhysAddr::new(args.phys_base), slide)?;
        let plan = if args.cut_payload {
            plan.cut_payload()
        } else {
            plan
        };
        let mut outcome = Outcome {
            entry: plan.entry_point()?,
            left: left(cache, &plan, args.apply_fixups),
            slid: None,
            fixups: None,
        };
        if let Some(path) = &args.output {
            let memory = loaded(args, &plan, &mut outcome)?;
            output::write(streams, path, &args.input.file, &[&memory])?;
        }
        let file = &args.input.file;
        let mut report = Report::list("load", args.report, file, streams)
            .of(payload)
            .beside(args.output.as_deref());
        let done = if report.is_json() {
            write_json(cache, &plan, &outcome, &mut report)
        } else {
            print(&mut report, &plan, &outcome)
        };
        report.end(done)
    })
}

/// What there is to say besides the plan.
struct Outcome {
    entry: Option<PhysAddr>,
    left: Vec<Left>,
    /// What was slid; `None` if no memory was written, or its fixups were applied.
    slid: Option<Slid>,
    /// How many fixups were applied; `None` if none were to be.
    fixups: Option<u64>,
}

/// The memory.
fn loaded(args: &Load, plan: &LoadPlan<'_>, outcome: &mut Outcome) -> Result<Vec<u8>, Failure> {
    let size = usize::try_from(plan.size()).ok();
    let size = size.filter(|_| plan.size() <= args.input.max_size);
    let size = size.ok_or_else(|| {
        Failure::refused(format!(
            "the image takes {} bytes of memory; --max-size raises the limit of {}",
            plan.size(),
            args.input.max_size
        ))
    })?;
    let mut memory = vec![0; size];
    plan.load_into(&mut memory)?;
    if args.apply_fixups {
        outcome.fixups = Some(plan.apply_fixups(&mut memory, &Bases::PRIMARY)?);
    } else {
        outcome.slid = Some(plan.slide_static_kernel(&mut memory)?);
    }
    Ok(memory)
}

/// A step as it is printed.
struct Line<'a> {
    kind: &'static str,
    segment: Option<Segment<'a>>,
    vmaddr: u64,
    phys: u64,
    len: u64,
    /// Of a copy, where its bytes are.
    file_offset: Option<FileOffset>,
    /// Of a protection, what is allowed.
    prot: Option<String>,
    /// Of a clamp, why.
    reason: Option<&'static str>,
}

impl<'a> Line<'a> {
    fn new(plan: &LoadPlan<'a>, step: Step<'a>) -> Option<Self> {
        let vmaddr_of = |phys: PhysAddr| {
            let vmaddr = plan.window().vmaddr_of(phys, plan.slide());
            vmaddr.map_or(0, macho_core::VmAddr::get)
        };
        let line = |kind, segment: Option<Segment<'a>>, phys: PhysAddr, len| Line {
            kind,
            segment,
            vmaddr: vmaddr_of(phys),
            phys: phys.get(),
            len,
            file_offset: None,
            prot: None,
            reason: None,
        };
        Some(match step {
            Step::Copy {
                segment,
                phys,
                bytes,
                ..
            } => Line {
                file_offset: Some(segment.file_offset()),
                ..line("copy", Some(segment), phys, bytes.len() as u64)
            },
            Step::Zero {
                segment, phys, len, ..
            } => line("zero", segment, phys, len),
            Step::Protect {
                segment,
                phys,
                len,
                prot,
            } => Line {
                prot: Some(protection(prot.bits())),
                ..line("protect", Some(segment), phys, len)
            },
            Step::Clamp {
                segment,
                reason,
                claimed,
                copied,
            } => Line {
                reason: Some(match reason {
                    ClampReason::FileSizeExceedsVmSize => "filesize exceeds vmsize",
                    _ => "past the end of the file",
                }),
                ..line(
                    "clamp",
                    Some(segment),
                    plan.phys_of(segment.vmaddr())?,
                    claimed.saturating_sub(copied),
                )
            },
            _ => return None,
        })
    }

    fn name(&self) -> Option<Name<'a>> {
        self.segment.map(|segment| segment.name())
    }
}

fn lines<'a>(plan: &LoadPlan<'a>) -> impl Iterator<Item = Line<'a>> {
    let plan = *plan;
    plan.steps().filter_map(move |step| Line::new(&plan, step))
}

fn print(
    report: &mut Report<'_, '_>,
    plan: &LoadPlan<'_>,
    outcome: &Outcome,
) -> Result<(), Failure> {
    for line in lines(plan) {
        let out = report.text()?;
        write!(
            out,
            "{:<8}{:#018x}  {:#012x}  {:#10x}",
            line.kind, line.vmaddr, line.phys, line.len
        )?;
        match line.name() {
            Some(name) => write!(out, "  {name}")?,
            None => write!(out, "  -")?,
        }
        if let Some(offset) = line.file_offset {
            write!(out, "  from {offset}")?;
        }
        if let Some(prot) = &line.prot {
            write!(out, "  {prot}")?;
        }
        if let Some(reason) = line.reason {
            write!(out, "  {reason}")?;
        }
        writeln!(out)?;
    }
    let fields = plan.boot_fields();
    let out = report.remark()?;
    let mut field = |name: &str, value: String| writeln!(out, "{name:<16} {value}");
    field("size", format!("{:#x}", plan.size()))?;
    field("virtBase", fields.virt_base.to_string())?;
    field("physBase", fields.phys_base.to_string())?;
    field("topOfKernelData", fields.top_of_kernel_data.to_string())?;
    let entry = outcome.entry;
    let entry = entry.map_or_else(|| "-".to_owned(), |entry| entry.to_string());
    field("entry point", entry)?;
    let read_only = plan.read_only();
    let read_only = read_only.map(|range| format!("{} to {}", range.start, range.end));
    field("read-only", read_only.unwrap_or_else(|| "-".to_owned()))?;
    field("32 MiB blocks", blocks(plan))?;
    if let Some(slid) = outcome.slid.filter(|slid| *slid != Slid::default()) {
        field(
            "slid",
            format!(
                "{} addresses, {} symbols, {} non-lazy pointers, {} local relocations",
                slid.addresses, slid.symbols, slid.non_lazy_pointers, slid.local_relocations
            ),
        )?;
    }
    if let Some(fixups) = outcome.fixups {
        field("fixups applied", fixups.to_string())?;
    }
    for to in left::WHOSE {
        let list: Vec<_> = outcome.left.iter().filter(|left| left.to == to).collect();
        if !list.is_empty() {
            let list: Vec<_> = list.iter().map(ToString::to_string).collect();
            field(&format!("left to {to}"), list.join(", "))?;
        }
    }
    Ok(())
}

/// Whether XNU could map what is loaded, and what to ask for if not.
fn blocks(plan: &LoadPlan<'_>) -> String {
    if plan.maps_in_blocks() {
        return "yes".to_owned();
    }
    let address = |address: Option<u64>| address.map_or("-".to_owned(), |at| format!("{at:#x}"));
    format!(
        "no: with this slide --phys-base {}, with this base --slide {}",
        address(plan.next_block_base().map(PhysAddr::get)),
        address(block_slide(plan)),
    )
}

/// The slide for the plan's base that leads least far up from the plan's own.
fn block_slide(plan: &LoadPlan<'_>) -> Option<u64> {
    plan.block_slide(plan.window().virt_base).map(Slide::get)
}

fn write_json(
    cache: &KernelCache<'_>,
    plan: &LoadPlan<'_>,
    outcome: &Outcome,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let step = |line: &Line<'_>| {
        json!({
            "step": line.kind,
            "segment": line.name().map(text),
            "vmaddr": hex(line.vmaddr),
            "phys": hex(line.phys),
            "len": line.len,
            "file_offset": hex_or_null(line.file_offset.map(FileOffset::get)),
            "prot": line.prot,
            "reason": line.reason,
        })
    };
    let fields = plan.boot_fields();
    report.answer(&json!({
        "shape": cache.shape().name(),
        "size": plan.size(),
        "slide": hex(plan.slide().get()),
        "lowest": hex(plan.lowest().get()),
        "virt_base": hex(fields.virt_base.get()),
        "phys_base": hex(fields.phys_base.get()),
        "top_of_kernel_data": hex(fields.top_of_kernel_data.get()),
        "entry_point": hex_or_null(outcome.entry.map(PhysAddr::get)),
        "read_only": plan.read_only().map(|range| json!({
            "start": hex(range.start.get()),
            "end": hex(range.end.get()),
        })),
        "maps_in_blocks": plan.maps_in_blocks(),
        "next_block_base": hex_or_null(plan.next_block_base().map(PhysAddr::get)),
        "block_slide": hex_or_null(block_slide(plan)),
        "fixed_up_by": plan.fixed_up_by().name(),
        "slid": outcome.slid.map(|slid| json!({
            "addresses": slid.addresses,
            "symbols": slid.symbols,
            "non_lazy_pointers": slid.non_lazy_pointers,
            "local_relocations": slid.local_relocations,
        })),
        "fixups": outcome.fixups,
        "left": outcome.left.iter().map(Left::json).collect::<Vec<_>>(),
    }))?;
    lines(plan).try_for_each(|line| report.row(&step(&line)))
}
