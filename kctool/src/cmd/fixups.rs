//! `kc fixups`: the slots that a loader rewrites, counted or one by one.
use std::collections::BTreeMap;
use std::io::Write as _;

use macho_core::{Auth, Fixup, MachO, Mechanism, Segment, SegmentStarts, Slot};
use serde_json::{Value, json};

use crate::cli::Fixups;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{self, hex, hex_or_null, text};
use crate::question::with_image;
use crate::streams::Streams;

mod import_names;

use import_names::ImportNames;

pub(super) fn run(args: &Fixups, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let mut memory = ImageMemory::default();
        let image = images::select(memory.mapped(cache)?, args.image.as_deref())?;
        let damage = match (args.list, args.json) {
            (true, false) => list(&image, streams)?,
            (true, true) => list_json(&image, streams)?,
            (false, as_json) => summary(&image, as_json, streams)?,
        };
        damage.outcome(streams)
    })
}

/// There is nothing to show.
fn none(streams: &mut Streams<'_>) -> Result<(), Failure> {
    streams.note("the image has no fixups")
}

/// Calls `each` for every slot that can be read.
fn walk(
    image: &MachO<'_>,
    mut each: impl FnMut(&Slot) -> Result<(), Failure>,
) -> Result<Damage, Failure> {
    let mut damage = Damage::default();
    for item in image.fixups().slots() {
        match item {
            Ok(slot) => each(&slot)?,
            Err(error) => damage.add(error),
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

fn list(image: &MachO<'_>, streams: &mut Streams<'_>) -> Result<Damage, Failure> {
    let names = ImportNames::new(image);
    let mut out = Vec::new();
    let mut is_empty = true;
    let damage = walk(image, |slot| {
        is_empty = false;
        let offset = slot.file_offset.get();
        let fixup = slot.fixup();
        let target = names.text(slot);
        write!(
            out,
            "{}  {offset:#010x}  {:6}  {target}",
            slot.vmaddr,
            kind(fixup)
        )?;
        let auth = auth(fixup).map(auth_text).unwrap_or_default();
        match slot.mechanism() {
            Mechanism::Chained => writeln!(out, "{auth}")?,
            other => writeln!(out, "{auth}  ({})", other.name())?,
        }
        if out.len() > 1 << 16 {
            streams.stdout.write_all(&out)?;
            out.clear();
        }
        Ok(())
    })?;
    streams.stdout.write_all(&out)?;
    if is_empty && damage.is_none() {
        none(streams)?;
    }
    Ok(damage)
}

/// A million slots are written one by one: a document of them all would take a gigabyte.
fn list_json(image: &MachO<'_>, streams: &mut Streams<'_>) -> Result<Damage, Failure> {
    let names = ImportNames::new(image);
    let mut out = b"[".to_vec();
    let mut gap = "\n";
    let damage = walk(image, |slot| {
        let auth = auth(slot.fixup());
        let mut object = json!({
            "vmaddr": hex(slot.vmaddr.get()),
            "file_offset": hex(slot.file_offset.get()),
            "mechanism": slot.mechanism().name(),
            "format": slot.pointer_format().map(|format| format.0),
            "kind": kind(slot.fixup()),
            "target": null,
            "cache_level": null,
            "key": auth.map(|auth| auth.key.name()),
            "diversity": hex_or_null(auth.map(|auth| auth.diversity.into())),
            "address_diversity": auth.map(|auth| auth.address_diversity),
        });
        names.describe(slot, &mut object);
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

/// What a mechanism has in a segment.
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
    fn add(&mut self, page: Option<u64>, fixup: Fixup) {
        if page.is_some() && self.last_page != page {
            self.last_page = page;
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

/// A row of the summary.
struct Row<'a> {
    mechanism: Mechanism,
    segment: Segment<'a>,
    /// Of chains, where they start.
    starts: Option<SegmentStarts<'a>>,
    counts: Counts,
}

/// What each mechanism has in each segment: segments in the order of the table of chains, or of the
/// load commands.
fn rows<'a>(image: &MachO<'a>) -> Result<(Vec<Row<'a>>, Damage), Failure> {
    let segments: Vec<Segment<'a>> = image.segments().collect();
    let starts: BTreeMap<usize, SegmentStarts<'a>> = match image.chained_fixups() {
        Ok(Some(chained)) if !image.layout().has_fixups_applied() => chained
            .segments()
            .flatten()
            .map(|starts| (starts.segment_index, starts))
            .collect(),
        // The walk calls this damage.
        _ => BTreeMap::new(),
    };
    let mut counts: BTreeMap<(Mechanism, usize), Counts> = starts
        .keys()
        .map(|&index| ((Mechanism::Chained, index), Counts::default()))
        .collect();
    let holds = |index: usize, slot: &Slot| {
        let segment = segments.get(index)?;
        let past = slot.vmaddr.checked_distance_from(segment.vmaddr())?;
        (past < segment.vmsize()).then_some((index, past))
    };
    let mut last = 0;
    let damage = walk(image, |slot| {
        let place =
            holds(last, slot).or_else(|| (0..segments.len()).find_map(|index| holds(index, slot)));
        let Some((index, past)) = place else {
            return Ok(());
        };
        last = index;
        let mechanism = slot.mechanism();
        let page = match (mechanism, starts.get(&index)) {
            (Mechanism::Chained, Some(starts)) => Some(past / u64::from(starts.page_size.max(1))),
            _ => None,
        };
        let counts = counts.entry((mechanism, index)).or_default();
        counts.add(page, slot.fixup());
        Ok(())
    })?;
    let row = |((mechanism, index), counts): ((Mechanism, usize), Counts)| {
        let is_chained = mechanism == Mechanism::Chained;
        Some(Row {
            mechanism,
            segment: *segments.get(index)?,
            starts: starts.get(&index).copied().filter(|_| is_chained),
            counts,
        })
    };
    Ok((counts.into_iter().filter_map(row).collect(), damage))
}

fn summary(image: &MachO<'_>, as_json: bool, streams: &mut Streams<'_>) -> Result<Damage, Failure> {
    let (rows, damage) = rows(image)?;
    if as_json {
        json::write(streams.stdout, &rows.iter().map(Row::json).collect())?;
    } else if rows.is_empty() && damage.is_none() {
        none(streams)?;
    } else {
        for row in &rows {
            writeln!(streams.stdout, "{}", row.text())?;
        }
    }
    Ok(damage)
}

impl Row<'_> {
    fn text(&self) -> String {
        let Self {
            segment, counts, ..
        } = self;
        let name = segment.name().to_string();
        let others = |count: u64, what: &str| match count {
            0 => String::new(),
            _ => format!(", {count} {what}"),
        };
        let (binds, values) = (others(counts.bind, "binds"), others(counts.value, "values"));
        let how = match &self.starts {
            Some(starts) => format!(
                "{} ({})  {} of {} pages of {:#x}",
                starts.pointer_format,
                starts.pointer_format.0,
                counts.pages,
                starts.page_count,
                starts.page_size
            ),
            None => self.mechanism.name().to_owned(),
        };
        format!(
            "{}  {name:16}  {how}  {} rebases{binds}{values}, {} signed",
            segment.vmaddr(),
            counts.rebase,
            counts.signed
        )
    }

    fn json(&self) -> Value {
        let counts = &self.counts;
        let starts = self.starts.as_ref();
        json!({
            "segment": text(self.segment.name()),
            "vmaddr": hex(self.segment.vmaddr().get()),
            "mechanism": self.mechanism.name(),
            "format": starts.map(|starts| starts.pointer_format.0),
            "format_name": starts.and_then(|starts| starts.pointer_format.name()),
            "page_size": starts.map(|starts| starts.page_size),
            "page_count": starts.map(|starts| starts.page_count),
            "pages_with_fixups": starts.map(|_| counts.pages),
            "slots": counts.rebase + counts.bind + counts.value,
            "rebase": counts.rebase,
            "bind": counts.bind,
            "value": counts.value,
            "signed": counts.signed,
        })
    }
}
