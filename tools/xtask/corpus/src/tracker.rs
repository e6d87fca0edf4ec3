//! What the instructions of a whole file refer to, against a tracker that takes the registers that
//! are written from Capstone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use aarch64_decode::Referrers;
use object::{Object as _, ObjectSection as _};

use crate::fault::{Fault, Outcome};
use crate::tool::text;

const SCRIPT: &str = include_str!("tracker.py");

/// Files that are compared, by package and name: of C, of Rust, of C and C++ with vectors.
const FILES: [&str; 3] = [
    "lxml etree.cpython-312-darwin.so",
    "ruff ruff",
    "numpy _multiarray_umath.cpython-312-darwin.so",
];

/// Differences that are printed.
const SHOWN: usize = 5;

/// Compares every reference of the code of one of the files; counts them. Nothing is compared of
/// other files.
///
/// # Errors
/// When a reference is missing, or is one too many.
pub(crate) fn compare(name: &str, slice: &Path) -> Outcome<u64> {
    if !FILES.contains(&name) {
        return Ok(0);
    }
    let bytes = std::fs::read(slice)?;
    let file = object::File::parse(&*bytes).map_err(|error| Fault::new(error.to_string()))?;
    let section = file
        .section_by_name("__text")
        .ok_or_else(|| Fault::new(format!("{name} has no __text")))?;
    let code = section
        .data()
        .map_err(|error| Fault::new(error.to_string()))?;
    let theirs = theirs(slice, code, section.address())?;
    let ours: BTreeMap<u64, u64> = Referrers::new(code, section.address(), 0, u64::MAX)
        .without_branches()
        .map(|found| (found.pc, found.address))
        .collect();
    let missed: Vec<_> = theirs
        .iter()
        .filter(|(pc, address)| ours.get(pc) != Some(address))
        .collect();
    let wrong: Vec<_> = ours
        .iter()
        .filter(|(pc, address)| theirs.get(pc) != Some(address))
        .collect();
    if missed.is_empty() && wrong.is_empty() {
        return Ok(ours.len() as u64);
    }
    Err(Fault::new(format!(
        "of {} references {} are missed ({:x?}), and {} are wrong ({:x?})",
        theirs.len(),
        missed.len(),
        &missed[..missed.len().min(SHOWN)],
        wrong.len(),
        &wrong[..wrong.len().min(SHOWN)],
    )))
}

/// What the tracker finds: by the address of the instruction, where it refers to.
fn theirs(slice: &Path, code: &[u8], pc: u64) -> Outcome<BTreeMap<u64, u64>> {
    let path = slice.with_extension("text");
    std::fs::write(&path, code)?;
    let python = std::env::var_os("KC_PYTHON").unwrap_or_else(|| "python3".into());
    let listing = text(
        Command::new(python)
            .args(["-c", SCRIPT, &format!("{pc:x}")])
            .arg(&path),
    );
    std::fs::remove_file(&path)?;
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    listing?
        .lines()
        .map(|line| {
            let pair = line.split_once(' ');
            pair.and_then(|(pc, address)| hex(pc).zip(hex(address)))
                .ok_or_else(|| Fault::new(format!("the tracker prints {line}")))
        })
        .collect()
}
