//! What the monitor image prints is what the host computes, and its calls take no more stack than
//! they may.

use std::fs;
use std::path::Path;

use crate::machine::{Bench, Options};

/// The most stack that a call of the libraries takes, in bytes.
const STACK: usize = 2048;
/// Calls that take more today, and how much they may.
const LARGER: [(&str, usize); 4] = [
    ("Img4::parse", 4352),
    ("Payload::check_digest", 2304),
    ("MachO::fixups, Fixups::slots, Slot::fixup", 3072),
    ("LoadPlan::apply_fixups", 4096),
];

/// What the monitor is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work<'a> {
    /// The initrd.
    pub(crate) initrd: &'a [u8],
    /// The Mach-O in it.
    pub(crate) file: &'a [u8],
    /// Words of its own code that it prints in full.
    pub(crate) lines: usize,
    /// Addresses that it translates.
    pub(crate) translations: u32,
}

/// Boots the monitor and compares its report with ours.
///
/// # Errors
/// The first line that differs, or the call that takes too much stack.
pub(crate) fn check(
    bench: &Bench,
    image: &Path,
    work: Work<'_>,
    options: &Options,
) -> Result<String, String> {
    let options = Options {
        command_line: format!("lines={} translations={}", work.lines, work.translations),
        ..options.clone()
    };
    let printed = bench.boot(image, work.initrd, &options);
    let printed = printed.map_err(|error| format!("monitor: {error}"))?;
    same(&report(image, &printed, work)?, &printed)?;
    stack(&printed)?;
    Ok(printed)
}

/// The report in what was printed is this one.
fn same(ours: &str, printed: &str) -> Result<(), String> {
    let theirs = printed
        .split_once("monitor: report\n")
        .and_then(|(_, rest)| rest.split_once("monitor: end\n"))
        .map(|(report, _)| report)
        .ok_or_else(|| format!("monitor: no report; it printed:\n{printed}"))?;
    let mut ours = ours.lines();
    for (number, theirs) in theirs.lines().enumerate() {
        let ours = ours.next().unwrap_or("nothing");
        if ours != theirs {
            return Err(format!(
                "monitor: line {number} is {theirs:?}, and {ours:?} on the host"
            ));
        }
    }
    match ours.next() {
        None => Ok(()),
        Some(line) => Err(format!("monitor: {line:?} is missing")),
    }
}

/// Every call stays inside its limit.
fn stack(printed: &str) -> Result<(), String> {
    let mut calls = 0;
    for line in printed.lines() {
        let Some((bytes, call)) = line
            .strip_prefix("monitor: stack ")
            .and_then(|rest| rest.split_once(' '))
        else {
            continue;
        };
        calls += 1;
        let bytes: usize = bytes
            .parse()
            .map_err(|_| format!("monitor: no number in {line:?}"))?;
        let larger = LARGER.iter().find(|(name, _)| *name == call);
        let limit = larger.map_or(STACK, |(_, limit)| *limit);
        if bytes > limit {
            return Err(format!(
                "{call} takes {bytes} bytes of stack, limit {limit}"
            ));
        }
    }
    if calls == 0 {
        return Err("monitor: it says nothing of its stack".to_owned());
    }
    Ok(())
}

/// The report, computed here from the image's file: it is flat, so the code is its first bytes.
fn report(image: &Path, printed: &str, work: Work<'_>) -> Result<String, String> {
    let code = printed
        .lines()
        .find_map(|line| line.strip_prefix("monitor: code 0x")?.split_once(' '));
    let (Some(pc), Some(len)) = code
        .map(|(pc, len)| (u64::from_str_radix(pc, 16).ok(), len.parse::<usize>().ok()))
        .unwrap_or_default()
    else {
        return Err(format!(
            "monitor: where is its code? It printed:\n{printed}"
        ));
    };
    let bytes = fs::read(image).map_err(|error| error.to_string())?;
    let code = bytes
        .get(..len)
        .filter(|code| !code.is_empty())
        .ok_or("monitor: its code is longer than its file")?;
    let mut out = String::new();
    report::code(code, pc, work.lines, &mut out).map_err(|error| error.to_string())?;
    report::collection(work.file, work.translations, &mut out)
        .map_err(|error| error.to_string())?;
    Ok(out)
}
