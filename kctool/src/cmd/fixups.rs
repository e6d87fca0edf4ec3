//! `kc fixups`: the slots that a loader rewrites, counted or one by one.
use std::collections::BTreeMap;
use std::io::Write as _;

use kc_offsets::{KernelCache, RebaseTargets, Shape};
use macho_core::{Auth, Fixup, Fixups, MachO, Mechanism, Name, Segment, SegmentStarts, Slot};
use serde_json::{Value, json};

use crate::cli;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{hex, hex_or_null, plain, text};
use crate::printable::NameLimit;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod import_names;

use import_names::ImportNames;

pub(super) fn run(args: &cli::Fixups, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut damage = Damage::default();
        let sources = sources(cache, args.image.as_deref(), &mut damage)?;
        let file = &args.input.file;
        let mut report = Report::list("fixups", args.report, file, streams).of(payload);
        report.damage = damage;
        let done = if args.list {
            report.heading("vmaddr              offset      kind    target");
            list(&sources, &mut report)
        } else {
            summary(&sources, &mut report)
        };
        report.end(done)
    })
}

/// An image whose fixups are shown.
struct Source<'a> {
    /// Its id, if it is inside of another.
    id: Option<Name<'a>>,
    image: MachO<'a>,
    fixups: Fixups<'a>,
    targets: RebaseTargets,
}

/// All images that have fixups of their own, or the one with that id.
fn sources<'a>(
    cache: &KernelCache<'a>,
    name: Option<&str>,
    damage: &mut Damage,
) -> Result<Vec<Source<'a>>, Failure> {
    let Some(name) = name else {
        let mut sources = Vec::new();
        for of in cache.fixups() {
            match of {
                Ok(of) => sources.push(Source {
                    id: of.entry.and_then(|entry| entry.id().ok()),
                    image: of.image,
                    fixups: of.fixups,
                    targets: of.targets,
                }),
                Err(error) => damage.add(error),
            }
        }
        return Ok(sources);
    };
    let mut memory = ImageMemory::default();
    let image = images::select(memory.mapped(cache)?, Some(name))?;
    // A kext of a prelinked kernel is a file of its own.
    let (fixups, targets) = if cache.shape() == Shape::Fileset {
        let outer = RebaseTargets::new(&cache.image());
        (image.fixups().only_chains(), outer.within(&image))
    } else {
        (image.fixups(), RebaseTargets::new(&image))
    };
    Ok(vec![Source {
        id: None,
        image,
        fixups,
        targets,
    }])
}

/// There is nothing to show.
fn none(report: &mut Report<'_, '_>) -> Result<(), Failure> {
    report.note("the image has no fixups")
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

fn list(sources: &[Source<'_>], report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let mut is_empty = report.damage.is_none();
    for source in sources {
        let names = ImportNames::new(&source.fixups, source.targets);
        for item in source.fixups.slots() {
            is_empty = false;
            match item {
                Ok(slot) if report.is_json() => {
                    let mut row = row_json(Some(&slot), source.id, &mut report.names);
                    names.describe(&slot, &mut report.names, &mut row);
                    report.row(&row)?;
                }
                Ok(slot) => {
                    let target = names.text(&slot, &mut report.names);
                    write_slot(&slot, &target, report.text()?)?;
                }
                Err(error) => {
                    let damage = report.damaged(error, None);
                    if report.is_json() {
                        let mut row = row_json(None, source.id, &mut report.names);
                        row["damage"] = damage;
                        report.row(&row)?;
                    }
                }
            }
        }
    }
    if is_empty && !report.is_json() {
        none(report)?;
    }
    Ok(())
}

fn write_slot(slot: &Slot, target: &str, out: &mut Vec<u8>) -> Result<(), Failure> {
    let offset = slot.file_offset.get();
    let fixup = slot.fixup();
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
    Ok(())
}

/// The row of a slot, without its target; of damage all null.
fn row_json(slot: Option<&Slot>, image: Option<Name<'_>>, names: &mut NameLimit) -> Value {
    let image = image.map(|id| names.shown(id.as_bytes()).to_string());
    let auth = slot.and_then(|slot| auth(slot.fixup()));
    json!({
        "vmaddr": hex_or_null(slot.map(|slot| slot.vmaddr.get())),
        "file_offset": hex_or_null(slot.map(|slot| slot.file_offset.get())),
        "mechanism": slot.map(|slot| slot.mechanism().name()),
        "format": slot.and_then(Slot::pointer_format).map(|format| format.0),
        "kind": slot.map(|slot| kind(slot.fixup())),
        "target": null,
        "target_segment": null,
        "target_offset": null,
        "cache_level": null,
        "key": auth.map(|auth| auth.key.name()),
        "diversity": hex_or_null(auth.map(|auth| auth.diversity.into())),
        "address_diversity": auth.map(|auth| auth.address_diversity),
        "library": null,
        "weak": null,
        "ordinal": null,
        "addend": null,
        "image": image,
        "damage": null,
    })
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
    /// The image, if it is inside of another.
    id: Option<Name<'a>>,
    mechanism: Mechanism,
    segment: Segment<'a>,
    /// Of chains, where they start.
    starts: Option<SegmentStarts<'a>>,
    counts: Counts,
}

/// What each mechanism has in each segment: segments in the order of the table of chains, or of the
/// load commands.
fn rows<'a>(source: &Source<'a>, damage: &mut Damage) -> Vec<Row<'a>> {
    let image = &source.image;
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
    for slot in source.fixups.slots() {
        let slot = match &slot {
            Ok(slot) => slot,
            Err(error) => {
                damage.add(*error);
                continue;
            }
        };
        let place =
            holds(last, slot).or_else(|| (0..segments.len()).find_map(|index| holds(index, slot)));
        let Some((index, past)) = place else {
            continue;
        };
        last = index;
        let mechanism = slot.mechanism();
        let page = match (mechanism, starts.get(&index)) {
            (Mechanism::Chained, Some(starts)) => Some(past / u64::from(starts.page_size.max(1))),
            _ => None,
        };
        let counts = counts.entry((mechanism, index)).or_default();
        counts.add(page, slot.fixup());
    }
    let row = |((mechanism, index), counts): ((Mechanism, usize), Counts)| {
        let is_chained = mechanism == Mechanism::Chained;
        Some(Row {
            id: source.id,
            mechanism,
            segment: *segments.get(index)?,
            starts: starts.get(&index).copied().filter(|_| is_chained),
            counts,
        })
    };
    counts.into_iter().filter_map(row).collect()
}

fn summary(sources: &[Source<'_>], report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for source in sources {
        rows.extend(self::rows(source, &mut report.damage));
    }
    if rows.is_empty() && report.damage.is_none() && !report.is_json() {
        return none(report);
    }
    for row in &rows {
        if report.is_json() {
            report.row(&row.json())?;
        } else {
            writeln!(report.text()?, "{}", row.text())?;
        }
    }
    Ok(())
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
        let image = self
            .id
            .map_or_else(String::new, |id| format!("  {}", plain(id)));
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
            "{}  {name:16}  {how}  {} rebases{binds}{values}, {} signed{image}",
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
            "image": self.id.map_or(Value::Null, text),
        })
    }
}
