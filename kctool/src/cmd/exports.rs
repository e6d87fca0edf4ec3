//! `kc exports`: the export tries.
use std::io::Write as _;

use kc_offsets::KernelCache;
use macho_core::{Export, ExportFrame, ExportTarget, MachO, VmAddr, VmOffset};
use macho_core::{ExportFlags, ExportKind};
use serde_json::{Value, json};

use crate::charge::Charge;
use crate::cli::Exports;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::Row;
use crate::printable::MOST_NAME;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

/// The deepest trie that is walked. Each node below the root adds at least one letter to the name.
const MOST_LEVELS: usize = MOST_NAME + 2;

pub(super) fn run(args: &Exports, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("exports", args.report, file, streams).of(payload);
        report.heading("vmaddr              kind          name");
        let done = list(args, cache, &mut report);
        report.end(done)
    })
}

fn list(
    args: &Exports,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let mut memory = ImageMemory::default();
    let images = memory.mapped(cache)?;
    let mut charge = Charge::new(cache);
    for image in images::selected(images, args.image.as_deref())? {
        let id = image.id.map(images::plain);
        let walked = image.macho.map_err(Failure::from).and_then(|macho| {
            let exports = macho.exports()?;
            charge.take(exports.bytes().len() as u64, &macho)?;
            let mut stack = vec![ExportFrame::default(); MOST_LEVELS];
            let mut name = vec![0; MOST_NAME];
            let mut walk = exports.walk(&mut stack, &mut name);
            while let Some(export) = walk.next() {
                let (name, export) = export?;
                let name = report.names.shown(name.as_bytes()).to_string();
                write(&name, &export, &macho, id.as_deref(), report)?;
            }
            Ok(())
        });
        match walked {
            // What the reader of the answer did is no damage.
            Err(failure @ Failure::Io { .. }) => return Err(failure),
            Err(error) => {
                let damage = report.damaged(error, id.clone());
                if report.is_json() {
                    report.row(&lost_json(id.as_ref(), &damage))?;
                }
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// What a row has of an export.
#[derive(Default)]
struct Found<'a> {
    vmaddr: Option<u64>,
    value: Option<u64>,
    resolver: Option<u64>,
    library: Option<u64>,
    import: Option<macho_core::Name<'a>>,
}

impl<'a> Found<'a> {
    fn new(export: &Export<'a>, macho: &MachO<'_>) -> Self {
        let base = macho.base().map(VmAddr::get);
        let place = |offset: VmOffset| Some(base?.wrapping_add(offset.get()));
        let found = Self::default();
        match export.target {
            ExportTarget::Address(offset)
                if export.kind == ExportKind::EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE =>
            {
                Self {
                    value: Some(offset.get()),
                    ..found
                }
            }
            ExportTarget::Address(offset) => Self {
                vmaddr: place(offset),
                ..found
            },
            ExportTarget::Resolver { stub, resolver } => Self {
                vmaddr: place(stub),
                resolver: place(resolver),
                ..found
            },
            ExportTarget::Reexport { ordinal, name } => Self {
                library: Some(ordinal),
                import: Some(name).filter(|name| !name.as_bytes().is_empty()),
                ..found
            },
            _ => found,
        }
    }
}

fn write(
    name: &str,
    export: &Export<'_>,
    macho: &MachO<'_>,
    id: Option<&str>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let found = Found::new(export, macho);
    let import = found
        .import
        .map(|import| report.names.shown(import.as_bytes()).to_string());
    let kind = kind_name(export);
    let is_weak = export
        .flags
        .contains(ExportFlags::EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION);
    if report.is_json() {
        Row::new(report.row_start()?)
            .text("name", Some(name))?
            .hex("vmaddr", found.vmaddr)?
            .text("kind", Some(kind))?
            .hex("flags", Some(export.flags.bits()))?
            .hex("value", found.value)?
            .hex("resolver", found.resolver)?
            .number("library", found.library)?
            .text("import", import.as_deref())?
            .text("image", id)?
            .end(&Value::Null)?;
        return report.row_end();
    }
    let place = match (found.vmaddr, found.value) {
        (Some(vmaddr), _) => format!("{vmaddr:#018x}"),
        (None, Some(value)) => format!("{value:#x}"),
        (None, None) => "-".to_owned(),
    };
    let out = report.text()?;
    write!(out, "{place:18}  {kind:12}  {name}")?;
    if is_weak {
        write!(out, "  weak")?;
    }
    if let Some(resolver) = found.resolver {
        write!(out, "  resolver {resolver:#x}")?;
    }
    if let Some(library) = found.library {
        write!(out, "  of library {library}")?;
    }
    if let Some(import) = import {
        write!(out, " as {import}")?;
    }
    if let Some(id) = id {
        write!(out, "  {id}")?;
    }
    Ok(writeln!(out)?)
}

fn kind_name(export: &Export<'_>) -> &'static str {
    match (export.target, export.kind) {
        (ExportTarget::Reexport { .. }, _) => "reexport",
        (ExportTarget::Resolver { .. }, _) => "resolver",
        (_, ExportKind::EXPORT_SYMBOL_FLAGS_KIND_REGULAR) => "regular",
        (_, ExportKind::EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL) => "thread-local",
        (_, ExportKind::EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE) => "absolute",
        _ => "unknown",
    }
}

/// The row of an image whose trie ends in damage.
fn lost_json(id: Option<&String>, damage: &Value) -> Value {
    json!({
        "name": null,
        "vmaddr": null,
        "kind": null,
        "flags": null,
        "value": null,
        "resolver": null,
        "library": null,
        "import": null,
        "image": id,
        "damage": damage,
    })
}
