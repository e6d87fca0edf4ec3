//! Exports and function starts, which no subcommand lists as they are, against llvm-objdump.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use macho_core::{ExportFrame, ExportTarget, FileOffset, MachO, Mode};

use crate::fault::{Fault, Outcome};
use crate::tool::text;

fn parse(bytes: &[u8]) -> Outcome<MachO<'_>> {
    let image = MachO::parse_with(bytes, FileOffset::new(0), Mode::Tolerant);
    image.map_err(|error| Fault::new(error.to_string()))
}

fn objdump(option: &str, path: &Path) -> Outcome<String> {
    text(
        Command::new("llvm-objdump-22")
            .args(["--macho", option])
            .arg(path),
    )
}

/// Every export by name, and its address or that it is in another library; counts them.
///
/// # Errors
/// When the sets differ, or one side alone refuses the trie.
pub(super) fn exports(bytes: &[u8], path: &Path) -> Outcome<u64> {
    let ours = our_exports(bytes);
    let theirs = objdump("--exports-trie", path);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let theirs: BTreeSet<String> = theirs.lines().filter_map(export).collect();
            same(&ours, &theirs)
        }
        (Err(_), Err(_)) => Ok(1),
        (Ok(_), Err(theirs)) => Err(Fault::new(format!("ours is whole, {theirs}"))),
        (Err(ours), Ok(_)) => Err(Fault::new(format!("llvm-objdump reads all, ours: {ours}"))),
    }
}

/// `ADDRESS NAME` of what is here, `- NAME` of what another library has.
fn our_exports(bytes: &[u8]) -> Outcome<BTreeSet<String>> {
    let image = parse(bytes)?;
    let base = image
        .segment("__TEXT")
        .map_or(0, |text| text.vmaddr().get());
    let fault = |error: macho_core::Error| Fault::new(error.to_string());
    let exports = image.exports().map_err(fault)?;
    let (mut stack, mut name) = ([ExportFrame::default(); 256], [0; 4096]);
    let mut walk = exports.walk(&mut stack, &mut name);
    let mut all = BTreeSet::new();
    while let Some(export) = walk.next() {
        let (name, export) = export.map_err(fault)?;
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        all.insert(match export.target {
            ExportTarget::Address(address) | ExportTarget::Resolver { stub: address, .. } => {
                let is_absolute = export.kind.0 == 2;
                let base = if is_absolute { 0 } else { base };
                format!("{:x} {name}", base.wrapping_add(address.get()))
            }
            _ => format!("- {name}"),
        });
    }
    Ok(all)
}

/// `0x00000F70  _name [flags]`, `[re-export] _name (from library)`.
fn export(line: &str) -> Option<String> {
    if let Some(rest) = line.strip_prefix("[re-export] ") {
        return rest.split(' ').next().map(|name| format!("- {name}"));
    }
    let (address, rest) = line.strip_prefix("0x")?.split_once(' ')?;
    let address = u64::from_str_radix(address, 16).ok()?;
    let name = rest.trim_start();
    let name = name.split_once(" [").map_or(name, |(name, _)| name);
    Some(format!("{address:x} {name}"))
}

/// Every function's address; counts them.
///
/// # Errors
/// When the lists differ, or one side alone refuses the table.
pub(super) fn function_starts(bytes: &[u8], path: &Path) -> Outcome<u64> {
    let image = parse(bytes)?;
    let starts = image.function_starts();
    let ours: Result<BTreeSet<String>, _> = starts.and_then(|starts| {
        let starts = starts.map(|start| start.map(|start| format!("{:x}", start.get())));
        starts.collect()
    });
    let theirs = objdump("--function-starts", path);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let address = |line: &str| u64::from_str_radix(line.trim(), 16).ok();
            let lines = theirs.lines().filter_map(address);
            same(
                &ours,
                &lines.map(|address| format!("{address:x}")).collect(),
            )
        }
        (Err(_), Err(_)) => Ok(1),
        (Ok(_), Err(theirs)) => Err(Fault::new(format!("ours is whole, {theirs}"))),
        (Err(ours), Ok(_)) => Err(Fault::new(format!("llvm-objdump reads all, ours: {ours}"))),
    }
}

fn same(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) -> Outcome<u64> {
    if ours == theirs {
        return Ok(ours.len() as u64);
    }
    let first = |one: &BTreeSet<String>, other| {
        let mut alone = one.difference(other);
        alone.next().cloned()
    };
    Err(Fault::new(format!(
        "only ours {:?}, only llvm-objdump {:?}, of {} and {}",
        first(ours, theirs),
        first(theirs, ours),
        ours.len(),
        theirs.len(),
    )))
}
