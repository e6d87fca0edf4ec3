//! What the monitor image prints is what the host computes.

use std::fs;
use std::path::Path;

use crate::machine::{Bench, Options};

/// Boots the monitor with a kernelcache and compares its report with ours. `file` is what is in
/// `initrd`, `lines` how many words of its own code it prints in full.
///
/// # Errors
/// The first line that differs.
pub(crate) fn check(
    bench: &Bench,
    image: &Path,
    initrd: &[u8],
    file: &[u8],
    lines: usize,
    options: &Options,
) -> Result<String, String> {
    let options = Options {
        command_line: format!("lines={lines} {}", options.command_line),
        ..options.clone()
    };
    let printed = bench.boot(image, initrd, &options);
    let printed = printed.map_err(|error| format!("monitor: {error}"))?;
    let ours = report(image, &printed, file, lines)?;
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
    if let Some(line) = ours.next() {
        return Err(format!("monitor: {line:?} is missing"));
    }
    Ok(printed)
}

/// The report, computed here from the image's file: it is flat, so the code is its first bytes.
fn report(image: &Path, printed: &str, file: &[u8], lines: usize) -> Result<String, String> {
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
    report::code(code, pc, lines, &mut out).map_err(|error| error.to_string())?;
    report::collection(file, 1_000_000, &mut out).map_err(|error| error.to_string())?;
    Ok(out)
}
