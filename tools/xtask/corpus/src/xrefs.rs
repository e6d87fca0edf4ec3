//! `kc xrefs --json` against what `llvm-objdump --macho -d` prints: each `adrp` and the instruction
//! behind it that uses its register, and each branch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use object::macho::MH_DSYM;
use serde_json::Value;

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, rows, text};

/// Targets of each sort that are asked for, spread over all.
const SAMPLE: usize = 300;

/// Larger files take objdump minutes.
const MOST_BYTES: u64 = 48 << 20;

/// What refers to what, by the address of the instruction: its targets.
type References = BTreeMap<u64, u64>;

#[derive(Default)]
struct Listing {
    /// Every instruction, but for branches that a linker has yet to fill in: those of object files,
    /// printed with a symbol.
    instructions: BTreeSet<u64>,
    /// `adrp` and right behind it `add`, a load or a store: by the second's address, the sum.
    pairs: References,
    branches: References,
}

/// Compares what refers to a sample of the addresses that objdump sees named; counts the
/// references.
///
/// # Errors
/// When a reference is missing; when there is one that objdump should see, or that it sees go
/// elsewhere.
pub(crate) fn compare(slice: &Path) -> Outcome<u64> {
    if std::fs::metadata(slice)?.len() > MOST_BYTES {
        return Ok(0);
    }
    // The sections of a dSYM lie in the file that it was made from.
    if std::fs::read(slice)?.get(12..16) == Some(&MH_DSYM.0.to_le_bytes()) {
        return Ok(0);
    }
    let listing = listing(slice)?;
    let pairs = sample(&listing.pairs);
    let mut count = 0;
    if !pairs.is_empty() {
        let ours = xrefs(slice, &pairs, &[])?;
        count += both(&listing, &listing.pairs, &pairs, &ours, |row| {
            // Pairs that are further apart are found by us alone.
            row.origin == Some(row.vmaddr.wrapping_sub(4))
        })?;
    }
    let targets = sample(&listing.branches);
    if !targets.is_empty() {
        let ours = xrefs(slice, &targets, &["--calls"])?;
        count += both(&listing, &listing.branches, &targets, &ours, |_| true)?;
    }
    Ok(count)
}

/// Every reference of theirs to one of the targets is ours, and the other way around as far as they
/// must see it.
fn both(
    listing: &Listing,
    theirs: &References,
    targets: &BTreeSet<u64>,
    ours: &BTreeMap<u64, Row>,
    must_be_theirs: impl Fn(&Row) -> bool,
) -> Outcome<u64> {
    let wanted = theirs.iter().filter(|(_, target)| targets.contains(target));
    let mut count = 0;
    for (vmaddr, target) in wanted {
        if ours.get(vmaddr).map(|row| row.target) != Some(*target) {
            return Err(Fault::new(format!(
                "{vmaddr:#x} refers to {target:#x}, and kc has {:x?}",
                ours.get(vmaddr)
            )));
        }
        count += 1;
    }
    for row in ours.values() {
        // Data among the code, other sections, and stubs that stand for a target are not in their
        // list.
        let listed = listing.instructions.contains(&row.vmaddr) && targets.contains(&row.target);
        if listed && must_be_theirs(row) && theirs.get(&row.vmaddr) != Some(&row.target) {
            return Err(Fault::new(format!(
                "kc has {row:x?}, and llvm-objdump {:x?}",
                theirs.get(&row.vmaddr)
            )));
        }
    }
    Ok(count)
}

fn sample(references: &References) -> BTreeSet<u64> {
    let all: BTreeSet<u64> = references.values().copied().collect();
    let step = all.len().div_ceil(SAMPLE).max(1);
    all.into_iter().step_by(step).collect()
}

#[derive(Debug)]
struct Row {
    vmaddr: u64,
    target: u64,
    origin: Option<u64>,
}

fn xrefs(slice: &Path, targets: &BTreeSet<u64>, options: &[&str]) -> Outcome<BTreeMap<u64, Row>> {
    let targets = targets.iter().map(|target| format!("{target:#x}"));
    let rows = rows(
        kc(["xrefs", "--json"])?
            .args(options)
            .arg(slice)
            .args(targets),
    )?;
    let number = |value: &Value| u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok();
    let mut all = BTreeMap::new();
    for row in rows.iter().filter(|row| row["kind"] != "pointer") {
        let parsed = number(&row["vmaddr"]).zip(number(&row["target"]));
        let (vmaddr, target) =
            parsed.ok_or_else(|| Fault::new(format!("a row without numbers: {row}")))?;
        let origin = number(&row["origin"]);
        all.insert(
            vmaddr,
            Row {
                vmaddr,
                target,
                origin,
            },
        );
    }
    Ok(all)
}

/// Reads lines as `    2d90:\tadrp\tx8, 753 ; 0x2f3000`.
fn listing(slice: &Path) -> Outcome<Listing> {
    let mut command = Command::new("llvm-objdump-22");
    command.args(["--macho", "-d", "--no-show-raw-insn"]);
    let text = text(command.arg(slice))?;
    let mut listing = Listing::default();
    // The register and the page of the `adrp` before.
    let mut page: Option<(&str, u64)> = None;
    for line in text.lines() {
        let mut fields = line.splitn(3, '\t');
        let address = fields
            .next()
            .and_then(|field| hex(field.trim().strip_suffix(':')?));
        let (Some(vmaddr), Some(mnemonic)) = (address, fields.next()) else {
            page = None;
            continue;
        };
        let rest = fields.next().unwrap_or_default();
        let (operands, comment) = rest.split_once(" ; ").unwrap_or((rest, ""));
        let operands = operands.trim();
        let filled = if is_branch(mnemonic) {
            branch(operands)
                .map(|target| listing.branches.insert(vmaddr, target))
                .is_some()
        } else {
            true
        };
        if filled {
            listing.instructions.insert(vmaddr);
        }
        if let Some((register, start)) = page.take() {
            if let Some(offset) = offset(mnemonic, operands, register) {
                listing.pairs.insert(vmaddr, start.wrapping_add(offset));
            }
        }
        if mnemonic == "adrp" {
            let register = operands.split(',').next().unwrap_or_default();
            let start = comment.trim().strip_prefix("0x").and_then(hex);
            page = start.map(|start| (register, start));
        }
    }
    Ok(listing)
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

fn is_branch(mnemonic: &str) -> bool {
    matches!(mnemonic, "b" | "bl" | "cbz" | "cbnz" | "tbz" | "tbnz")
        || mnemonic.starts_with("b.")
        || mnemonic.starts_with("bc.")
}

/// The target of a branch, which objdump prints as an address.
fn branch(operands: &str) -> Option<u64> {
    hex(operands.rsplit(',').next()?.trim().strip_prefix("0x")?)
}

/// What an instruction adds to the register: an `add` (immediate) of 64 bits, a load or a store
/// with an unsigned offset.
fn offset(mnemonic: &str, operands: &str, register: &str) -> Option<u64> {
    let number = |text: &str| {
        let text = text.trim().strip_prefix('#')?;
        match text.strip_prefix("0x") {
            Some(digits) => hex(digits),
            // Negative ones are of another instruction (ldur).
            None => text.parse().ok(),
        }
    };
    if mnemonic == "add" {
        let parts: Vec<&str> = operands.split(',').map(str::trim).collect();
        return match parts.as_slice() {
            [to, from, immediate] if to.starts_with('x') && *from == register => number(immediate),
            _ => None,
        };
    }
    let plain = mnemonic.strip_suffix(['b', 'h', 'w']).unwrap_or(mnemonic);
    if !matches!(plain, "ldr" | "str" | "ldrs") {
        return None;
    }
    let (_, inside) = operands.split_once('[')?;
    // A `!` or more operands behind the bracket change the register too.
    let inside = inside.strip_suffix(']')?;
    match inside.split_once(',') {
        None => (inside == register).then_some(0),
        Some((base, immediate)) if base == register => number(immediate),
        Some(_) => None,
    }
}
