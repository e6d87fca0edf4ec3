//! `kc fixups`: the slots of the chained fixups, counted or one by one.
use std::collections::BTreeMap;
use std::io::Write as _;

use macho_core::fixup::{Auth, ChainedFixups, Fixup, SegmentStarts, Slot};
use macho_core::{Error, MachO, Segment};
use serde_json::{Value, json};

use crate::Streams;
use crate::cli::Fixups;
use crate::cmd::with_image;
use crate::failure::Failure;
use crate::json::{self, hex, hex_or_null, text};

mod target;

use target::Targets;

pub(super) fn run(args: &Fixups, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let image = cache.image();
        let Some(fixups) = image.chained_fixups()? else {
            if args.json {
                return json::write(streams.stdout, &json!([]));
            }
            return streams.note("the image has no chained fixups");
        };
        let damage = match (args.list, args.json) {
            (true, false) => list(&image, &fixups, streams)?,
            (true, true) => list_json(&image, &fixups, streams)?,
            (false, as_json) => summary(&image, &fixups, as_json, streams)?,
        };
        damage.outcome(streams)
    })
}

/// The first place that is damaged, and how many more there are. What is whole is printed first.
#[derive(Default)]
struct Damage {
    first: Option<Error>,
    more: u64,
}

impl Damage {
    fn add(&mut self, error: Error) {
        if self.first.is_some() {
            self.more += 1;
        } else {
            self.first = Some(error);
        }
    }

    fn outcome(self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        if self.more > 0 {
            streams.note(format_args!("{} more places are damaged", self.more))?;
        }
        self.first.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Calls `each` for every slot that can be read.
fn walk<'a>(
    image: &MachO<'a>,
    fixups: &ChainedFixups<'a>,
    mut each: impl FnMut(&SegmentStarts<'a>, &Slot) -> Result<(), Failure>,
) -> Result<Damage, Failure> {
    let mut damage = Damage::default();
    let mut slots = fixups.slots(image);
    while let Some(item) = slots.next() {
        match (item, slots.starts()) {
            (Ok(slot), Some(starts)) => each(starts, &slot)?,
            (Ok(_), None) => {}
            (Err(error), _) => damage.add(error),
        }
    }
    Ok(damage)
}

const fn auth(fixup: Fixup) -> Option<Auth> {
    match fixup {
        Fixup::Rebase { auth, .. } | Fixup::Bind { auth, .. } => auth,
        Fixup::Value(_) => None,
    }
}

const fn kind(fixup: Fixup) -> &'static str {
    match fixup {
        Fixup::Rebase { .. } => "rebase",
        Fixup::Bind { .. } => "bind",
        Fixup::Value(_) => "value",
    }
}

/// `IA 0x1234 address` of a signed pointer.
fn auth_text(auth: Auth) -> String {
    let address = if auth.address_diversity {
        " address"
    } else {
        ""
    };
    format!("  {} {:#06x}{address}", auth.key.name(), auth.diversity)
}

fn list(
    image: &MachO<'_>,
    fixups: &ChainedFixups<'_>,
    streams: &mut Streams<'_>,
) -> Result<Damage, Failure> {
    let mut targets = Targets::new(image, fixups)?;
    let mut out = Vec::new();
    let damage = walk(image, fixups, |starts, slot| {
        let offset = slot.file_offset.get();
        let target = targets.text(starts.pointer_format, slot.fixup());
        write!(
            out,
            "{}  {offset:#010x}  {:6}  {target}",
            slot.vmaddr,
            kind(slot.fixup())
        )?;
        writeln!(
            out,
            "{}",
            auth(slot.fixup()).map(auth_text).unwrap_or_default()
        )?;
        if out.len() > 1 << 16 {
            streams.stdout.write_all(&out)?;
            out.clear();
        }
        Ok(())
    })?;
    streams.stdout.write_all(&out)?;
    Ok(damage)
}

/// A million slots are written one by one: a document of them all would take a gigabyte.
fn list_json(
    image: &MachO<'_>,
    fixups: &ChainedFixups<'_>,
    streams: &mut Streams<'_>,
) -> Result<Damage, Failure> {
    let mut targets = Targets::new(image, fixups)?;
    let mut out = b"[".to_vec();
    let mut gap = "\n";
    let damage = walk(image, fixups, |starts, slot| {
        let auth = auth(slot.fixup());
        let mut object = json!({
            "vmaddr": hex(slot.vmaddr.get()),
            "file_offset": hex(slot.file_offset.get()),
            "format": starts.pointer_format.0,
            "kind": kind(slot.fixup()),
            "target": null,
            "cache_level": null,
            "key": auth.map(|auth| auth.key.name()),
            "diversity": hex_or_null(auth.map(|auth| auth.diversity.into())),
            "address_diversity": auth.map(|auth| auth.address_diversity),
        });
        targets.describe(starts.pointer_format, slot.fixup(), &mut object);
        write!(out, "{gap}  {object}")?;
        gap = ",\n";
        if out.len() > 1 << 16 {
            streams.stdout.write_all(&out)?;
            out.clear();
        }
        Ok(())
    })?;
    let end: &[u8] = if gap == "\n" { b"]\n" } else { b"\n]\n" };
    out.extend(end);
    streams.stdout.write_all(&out)?;
    Ok(damage)
}

/// What a segment has.
#[derive(Clone, Copy, Default)]
struct Counts {
    pages: u64,
    last_page: Option<u64>,
    rebase: u64,
    bind: u64,
    value: u64,
    signed: u64,
}

impl Counts {
    fn add(&mut self, page: u64, fixup: Fixup) {
        if self.last_page != Some(page) {
            self.last_page = Some(page);
            self.pages += 1;
        }
        self.signed += u64::from(auth(fixup).is_some());
        *match fixup {
            Fixup::Rebase { .. } => &mut self.rebase,
            Fixup::Bind { .. } => &mut self.bind,
            Fixup::Value(_) => &mut self.value,
        } += 1;
    }
}

fn summary(
    image: &MachO<'_>,
    fixups: &ChainedFixups<'_>,
    as_json: bool,
    streams: &mut Streams<'_>,
) -> Result<Damage, Failure> {
    let segments: Vec<Segment<'_>> = image.segments().collect();
    let mut counts: BTreeMap<usize, Counts> = BTreeMap::new();
    let damage = walk(image, fixups, |starts, slot| {
        let start = segments.get(starts.segment_index).map(Segment::vmaddr);
        let past = start.and_then(|start| slot.vmaddr.checked_distance_from(start));
        let page = past.unwrap_or(0) / u64::from(starts.page_size.max(1));
        counts
            .entry(starts.segment_index)
            .or_default()
            .add(page, slot.fixup());
        Ok(())
    })?;
    let mut rows = Vec::new();
    for starts in fixups.segments().flatten() {
        let Some(segment) = segments.get(starts.segment_index) else {
            // The walk has called this damage.
            continue;
        };
        let counts = counts
            .get(&starts.segment_index)
            .copied()
            .unwrap_or_default();
        if as_json {
            rows.push(row_json(segment, &starts, &counts));
        } else {
            writeln!(streams.stdout, "{}", row(segment, &starts, &counts))?;
        }
    }
    if as_json {
        json::write(streams.stdout, &Value::Array(rows))?;
    }
    Ok(damage)
}

fn row(segment: &Segment<'_>, starts: &SegmentStarts<'_>, counts: &Counts) -> String {
    let name = segment.name().to_string();
    let others = |count: u64, what: &str| match count {
        0 => String::new(),
        _ => format!(", {count} {what}"),
    };
    let (binds, values) = (others(counts.bind, "binds"), others(counts.value, "values"));
    format!(
        "{}  {name:16}  {} ({})  {} of {} pages of {:#x}  {} rebases{binds}{values}, {} signed",
        segment.vmaddr(),
        starts.pointer_format,
        starts.pointer_format.0,
        counts.pages,
        starts.page_count,
        starts.page_size,
        counts.rebase,
        counts.signed
    )
}

fn row_json(segment: &Segment<'_>, starts: &SegmentStarts<'_>, counts: &Counts) -> Value {
    json!({
        "segment": text(segment.name()),
        "vmaddr": hex(segment.vmaddr().get()),
        "format": starts.pointer_format.0,
        "format_name": starts.pointer_format.name(),
        "page_size": starts.page_size,
        "page_count": starts.page_count,
        "pages_with_fixups": counts.pages,
        "slots": counts.rebase + counts.bind + counts.value,
        "rebase": counts.rebase,
        "bind": counts.bind,
        "value": counts.value,
        "signed": counts.signed,
    })
}
