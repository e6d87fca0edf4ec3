//! References that the builder planted.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::truth::{Reference, ReferenceKind};

use crate::ask::{Shape, address, hex, text, wrong};

/// From, to, kind.
type Key = (u64, u64, String);

fn key(reference: &Reference) -> Key {
    let kind = reference.kind.name().to_owned();
    (reference.from, reference.to, kind)
}

/// Whether a reader of this file can know that the eight bytes are a pointer: a file without fixups
/// has words, and those are looked for at multiples of 8.
fn can_be_known(shape: &Shape, reference: &Reference) -> bool {
    let has_fixups = !shape.truth().fixups.is_empty();
    reference.kind != ReferenceKind::Pointer || has_fixups || reference.from % 8 == 0
}

fn keys(rows: &[Value]) -> Result<BTreeSet<Key>, String> {
    let rows = rows.iter();
    rows.map(|row| {
        let kind = text(row, "kind").unwrap_or_default();
        Ok((hex(row, "vmaddr")?, hex(row, "target")?, kind))
    })
    .collect()
}

/// The planted references, and their targets.
fn planted(shape: &Shape) -> (Vec<Reference>, BTreeSet<u64>) {
    let all = shape.truth().references.clone();
    let targets = all.iter().map(|reference| reference.to).collect();
    (all, targets)
}

fn to_all(shape: &Shape) -> Result<Vec<Value>, String> {
    let (_, targets) = planted(shape);
    let args: Vec<String> = targets.into_iter().map(address).collect();
    shape.ask("xrefs", &args)
}

/// That the planted references are among the rows.
fn check_listed(shape: &Shape, rows: &[Value]) -> Result<usize, String> {
    let found = keys(rows)?;
    let (planted, _) = planted(shape);
    for reference in &planted {
        if can_be_known(shape, reference) && !found.contains(&key(reference)) {
            wrong!("missing: {reference:x?}");
        }
    }
    Ok(planted.len())
}

/// `kc xrefs ADDR...` lists every planted reference, and says where it is.
pub(crate) fn listed(shape: &Shape) -> Result<usize, String> {
    let rows = to_all(shape)?;
    for row in &rows {
        shape.check_name(hex(row, "vmaddr")?, row)?;
    }
    check_listed(shape, &rows)
}

/// And it lists nothing else: neither load commands nor link-edit data refer to anything.
pub(crate) fn only_those(shape: &Shape) -> Result<usize, String> {
    let rows = to_all(shape)?;
    let (planted, _) = planted(shape);
    let planted: BTreeSet<Key> = planted.iter().map(key).collect();
    let found = keys(&rows)?;
    if let Some(invented) = found.difference(&planted).next() {
        wrong!("invented: {invented:x?}");
    }
    if found.len() != rows.len() {
        wrong!("{} rows, {} references", rows.len(), found.len());
    }
    Ok(found.len())
}

/// `kc xrefs NAME...`: every symbol is found by its name, and what refers to it is listed.
pub(crate) fn by_name(shape: &Shape) -> Result<usize, String> {
    let truth = shape.truth();
    let names: BTreeSet<&str> = truth.symbols.iter().map(|s| s.name.as_str()).collect();
    if names.is_empty() {
        return Ok(0);
    }
    let args: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let found = keys(&shape.ask("xrefs", &args)?)?;
    let (planted, _) = planted(shape);
    let named = planted.iter().filter(|reference| {
        let mut symbols = truth.symbols.iter();
        symbols.any(|symbol| symbol.vmaddr == reference.to)
    });
    let mut answers = 0;
    for reference in named.filter(|reference| can_be_known(shape, reference)) {
        if !found.contains(&key(reference)) {
            wrong!("missing: {reference:x?}");
        }
        answers += 1;
    }
    Ok(answers)
}
