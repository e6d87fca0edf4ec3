//! The slots of opcodes and of relocation entries against llvm-objdump.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::fault::{Fault, Outcome};
use crate::tool::text;

/// A slot as both are asked for it.
#[derive(Debug, PartialEq, Eq)]
struct Slot {
    /// Of relocation entries `r_address`, modulo 2^32; else the vmaddr.
    address: u64,
    symbol: Option<String>,
    addend: Option<i64>,
    weak: Option<bool>,
}

/// Compares every slot of these mechanisms, table by table and in the tables' order; counts them.
///
/// # Errors
/// When a slot differs, or one side has more.
pub(crate) fn compare(slots: &[Value], slice: &Path) -> Outcome<u64> {
    let mut libraries = HashMap::new();
    let mut count = 0;
    for (mechanism, option) in [
        ("rebase-opcodes", "--rebase"),
        ("bind-opcodes", "--bind"),
        ("weak-bind-opcodes", "--weak-bind"),
        ("lazy-bind-opcodes", "--lazy-bind"),
    ] {
        let table = objdump(option, slice)?;
        let theirs = table.lines().filter_map(|line| row(line, option));
        count += equal(slots, mechanism, theirs, |slot, (theirs, library)| {
            let ours = Slot {
                address: number(&slot["vmaddr"])?,
                symbol: slot["target"]
                    .as_str()
                    .map(str::to_owned)
                    .filter(|_| slot["kind"] == "bind"),
                // A lazy bind adds nothing, and is not shown to.
                addend: theirs.addend.and(slot["addend"].as_i64()),
                weak: theirs.weak.and(slot["weak"].as_bool()),
            };
            Some(ours == *theirs && same_library(&mut libraries, slot, library.as_deref()))
        })?;
    }
    let entries = objdump("-r", slice)?;
    for (mechanism, title) in [
        ("local-relocations", "Local relocation information"),
        ("external-relocations", "External relocation information"),
    ] {
        let rows = entries
            .lines()
            .skip_while(|line| !line.starts_with(title))
            .skip(2)
            .map_while(relocation);
        // What entries count from is told by the first.
        let mut base = None;
        count += equal(slots, mechanism, rows, |slot, theirs| {
            let address = number(&slot["vmaddr"])?.wrapping_sub(theirs.address) & 0xffff_ffff;
            let is_same = *base.get_or_insert(address) == address;
            let symbol = slot["target"].as_str().filter(|_| slot["kind"] == "bind");
            Some(is_same && symbol == theirs.symbol.as_deref())
        })?;
    }
    Ok(count)
}

fn objdump(option: &str, slice: &Path) -> Outcome<String> {
    let mut command = Command::new("llvm-objdump-22");
    text(command.args(["--macho", option]).arg(slice))
}

/// Slots of one mechanism beside the rows of one table.
fn equal<T: std::fmt::Debug>(
    slots: &[Value],
    mechanism: &str,
    theirs: impl Iterator<Item = T>,
    mut same: impl FnMut(&Value, &T) -> Option<bool>,
) -> Outcome<u64> {
    let mut ours = slots.iter().filter(|slot| slot["mechanism"] == mechanism);
    let mut count = 0;
    for theirs in theirs {
        let Some(ours) = ours.next() else {
            return Err(Fault::new(format!(
                "no more {mechanism}, llvm-objdump {theirs:x?}"
            )));
        };
        if same(ours, &theirs) != Some(true) {
            return Err(Fault::new(format!(
                "{mechanism}, slot {count}: ours {ours}, llvm-objdump {theirs:x?}"
            )));
        }
        count += 1;
    }
    match ours.next() {
        None => Ok(count),
        Some(ours) => Err(Fault::new(format!(
            "llvm-objdump has no {mechanism} {ours}"
        ))),
    }
}

fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// `SEGMENT SECTION ADDRESS TYPE ADDEND DYLIB SYMBOL (weak_import)`, each table with its part of it;
/// also the library as it is shown.
fn row(line: &str, option: &str) -> Option<(Slot, Option<String>)> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| !word.starts_with("0x"));
    let address = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
    let mut slot = Slot {
        address,
        symbol: None,
        addend: None,
        weak: None,
    };
    let mut library = None;
    if option == "--rebase" {
        return (words.next()? == "pointer").then_some((slot, None));
    }
    if option != "--lazy-bind" {
        words.next().filter(|kind| *kind == "pointer")?;
        slot.addend = Some(words.next()?.parse().ok()?);
    }
    if option != "--weak-bind" {
        library = Some(words.next()?.to_owned());
    }
    slot.symbol = Some(words.next()?.to_owned());
    if option == "--bind" {
        slot.weak = Some(words.next() == Some("(weak_import)"));
    }
    Some((slot, library))
}

/// `ADDRESS PCREL LENGTH EXTERN TYPE SCATTERED SYMBOL`; a length may be `?( 3)`.
fn relocation(line: &str) -> Option<Slot> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let address = u64::from_str_radix(words.first()?, 16).ok()?;
    let is_external = words
        .iter()
        .skip(2)
        .find(|word| ["True", "False"].contains(word))?
        == &"True";
    let symbol = words
        .last()
        .filter(|_| is_external)
        .map(|&word| word.to_owned());
    Some(Slot {
        address,
        symbol,
        addend: None,
        weak: None,
    })
}

/// Ordinals that are none of libraries have names of their own; a library always has the same.
fn same_library(known: &mut HashMap<i64, String>, slot: &Value, shown: Option<&str>) -> bool {
    let (Some(shown), Some(ordinal)) = (shown, slot["library"].as_i64()) else {
        return true;
    };
    match (ordinal, shown) {
        (0, "this-image") | (-1, "main-executable") | (-2, "flat-namespace") | (-3, "weak") => true,
        (1.., shown) => known.entry(ordinal).or_insert_with(|| shown.to_owned()) == shown,
        _ => false,
    }
}
