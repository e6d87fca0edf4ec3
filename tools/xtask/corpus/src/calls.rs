//! The names of calls, against `llvm-objdump --macho`.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, text};

/// Of a hundred thousand calls that LLVM names, this many must have the same name.
const SAME: u64 = 99_900;

/// Compares every call that llvm-objdump names, by symbol or by stub; counts all calls. A call that
/// it does not name must have a name of ours nevertheless: that of a function, `fn_ADDR`.
///
/// # Errors
/// When fewer than 99.9 % have the same name, or a call has none.
pub(crate) fn compare(slice: &Path) -> Outcome<u64> {
    if is_object(&std::fs::read(slice)?) {
        return Ok(0);
    }
    let mut command = Command::new("llvm-objdump-22");
    command.args(["--macho", "-d", "--no-show-raw-insn"]);
    let theirs = theirs(&text(command.arg(slice))?);
    if theirs.is_empty() {
        return Ok(0);
    }
    // LLVM shows this section unless told otherwise.
    let mut command = kc(["disasm", "--section", "__TEXT,__text"])?;
    let ours = ours(&text(command.arg(slice))?);
    let mut command = Command::new("llvm-nm-22");
    command.args(["--defined-only", "--no-sort", "--format=posix"]);
    let symbols = text(command.arg(slice))?;
    let places = places(&symbols);
    let (mut same, mut named, mut without) = (0, 0, 0);
    let mut example = None;
    for (vmaddr, name) in &theirs {
        let our = ours.get(vmaddr).map_or("", String::as_str);
        if our.is_empty() {
            without += 1;
        }
        let Some(name) = name else { continue };
        named += 1;
        // Of several symbols at one address, folded functions say, each names the call.
        let is_alias = || {
            places
                .get(our)
                .is_some_and(|at| places.get(name.as_str()) == Some(at))
        };
        if our == name || is_alias() {
            same += 1;
        } else if example.is_none() {
            example = Some(format!("{vmaddr:#x}: ours {our:?}, llvm-objdump {name:?}"));
        }
    }
    if without > 0 {
        return Err(Fault::new(format!(
            "{without} of {} calls have no name",
            theirs.len()
        )));
    }
    if same * 100_000 < named * SAME {
        return Err(Fault::new(format!(
            "{same} of {named} calls have the same name; {}",
            example.unwrap_or_default()
        )));
    }
    Ok(theirs.len() as u64)
}

/// Whether the file is an `MH_OBJECT`: kc does not read the relocation entries that name its calls.
fn is_object(file: &[u8]) -> bool {
    file.get(12..16) == Some(&[1, 0, 0, 0])
}

/// `bl` to the name that LLVM gives its target, if any: `bl _name`,
/// `bl 0x40 ; symbol stub for: _name`.
fn theirs(listing: &str) -> BTreeMap<u64, Option<String>> {
    let calls = listing.lines().filter_map(|line| {
        let (vmaddr, rest) = line.split_once(":\tbl\t")?;
        let vmaddr = u64::from_str_radix(vmaddr.trim(), 16).ok()?;
        let name = match rest.split_once(" ; symbol stub for: ") {
            Some((_, name)) => Some(format!("stub for {name}")),
            None if rest.starts_with("0x") => None,
            None => Some(rest.to_owned()),
        };
        Some((vmaddr, name))
    });
    calls.collect()
}

/// The addresses of the symbols by llvm-nm: `_name T 40 0`.
fn places(listing: &str) -> BTreeMap<&str, &str> {
    let symbols = listing.lines().filter_map(|line| {
        let mut columns = line.split(' ');
        let (name, _, vmaddr) = (columns.next()?, columns.next()?, columns.next()?);
        Some((name, vmaddr))
    });
    symbols.collect()
}

/// The comments of ours: `0x40:  94000001  bl 0x44  ; _name`.
fn ours(listing: &str) -> BTreeMap<u64, String> {
    let calls = listing.lines().filter_map(|line| {
        let (vmaddr, rest) = line.strip_prefix("0x")?.split_once(':')?;
        let vmaddr = u64::from_str_radix(vmaddr, 16).ok()?;
        let (_, rest) = rest.split_once("  bl ")?;
        let name = rest.split_once(" ; ").map_or("", |(_, name)| name);
        Some((vmaddr, name.to_owned()))
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::{ours, places, theirs};

    #[test]
    fn names_are_read() {
        let listing = "_main:\n 40:\tbl\t_one\n 44:\tbl\t0x80 ; symbol stub for: _two\n 48:\tbl\t0x90\n 4c:\tb\t0x40\n";
        let names: Vec<_> = theirs(listing).into_values().collect();
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(names, [name("_one"), name("stub for _two"), None]);
        let listing = "_main:\n0x0000000000000040:  94000319  bl 0x50       ; _one\n0x0000000000000044:  94000319  bl 0x54\n";
        let names: Vec<_> = ours(listing).into_values().collect();
        assert_eq!(names, ["_one", ""]);
        let places = places("_one T 40 0\n_two t 40 0\n_three S 44 0\n");
        assert_eq!(places["_one"], places["_two"]);
        assert_ne!(places["_one"], places["_three"]);
    }
}
