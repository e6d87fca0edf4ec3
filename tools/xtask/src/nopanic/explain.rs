//! Where a reachable panic comes from: which source lines of ours call into
//! `core::panicking`, by the debug information of the call.

use crate::bare::Toolchain;
use crate::command::{command, root, stdout};
use crate::step::Outcome;

/// Links the proof with a panic handler that exists, and gives each call of a
/// panic with the functions that were inlined around it.
///
/// # Errors
/// When the proof does not build even so.
pub(crate) fn callers(toolchain: &Toolchain, target: &str, proof: &str) -> Outcome<Vec<String>> {
    let messages = stdout(
        toolchain
            .cargo("nopanic-explain")
            .current_dir(root().join("tools/nopanic"))
            .env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only")
            .args(["build", "--release", "--locked", "--features", "explain"])
            .args(["--target", target, "--bin", proof])
            .arg("--message-format=json-render-diagnostics"),
    )?;
    let messages = String::from_utf8_lossy(&messages);
    // `"executable":"/.../release/img4"` of the last artifact.
    let executable = messages
        .lines()
        .filter_map(|line| line.split_once("\"executable\":\""))
        .filter_map(|(_, rest)| rest.split('"').next())
        .next_back()
        .unwrap_or_default();
    let listing = stdout(
        command("llvm-objdump-22")
            .args(["-d", "-C", "--no-show-raw-insn"])
            .arg(executable),
    )?;
    let mut calls = Vec::new();
    for (address, callee) in calls_in(&String::from_utf8_lossy(&listing)) {
        let frames = stdout(
            command("llvm-symbolizer-22")
                .args(["--inlines", "--output-style=GNU"])
                .arg(format!("--obj={executable}"))
                .arg(format!("0x{address}")),
        )?;
        calls.push(format!(
            "{callee} from {}",
            ours_in(&String::from_utf8_lossy(&frames)).join(", in ")
        ));
    }
    Ok(calls)
}

/// The calls of panics in a listing of `llvm-objdump -d`: address and callee.
fn calls_in(listing: &str) -> Vec<(&str, &str)> {
    let mut calls = Vec::new();
    let mut function = "";
    for line in listing.lines() {
        if let Some(name) = line.strip_suffix(">:") {
            function = name.split_once('<').map_or(name, |(_, name)| name);
        } else if is_panic_call(line) && !function.starts_with("core::") {
            let address = line.split_once(':').map_or("", |(address, _)| address);
            let callee = line.split_once('<').map_or("", |(_, name)| name);
            calls.push((address.trim(), callee.trim_end_matches('>')));
        }
    }
    calls
}

fn is_panic_call(line: &str) -> bool {
    let is_branch = line.contains("\tbl\t") || line.contains("\tb\t");
    is_branch
        && ["panicking::", "_fail", "unwrap_failed", "expect_failed"]
            .iter()
            .any(|name| line.contains(name))
}

/// The places in this repository among the lines of llvm-symbolizer, innermost
/// first.
fn ours_in(frames: &str) -> Vec<&str> {
    let ours = format!("{}/", root().display());
    frames
        .lines()
        .filter_map(|line| Some(line.split_once(ours.as_str())?.1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{calls_in, ours_in};
    use crate::command::root;

    #[test]
    fn calls_of_panics_are_found() {
        let listing = "0000000000210000 <img4::parse>:\n  \
             210000:      \tbl\t0x217324 <core::panicking::panic_fmt>\n  \
             210004:      \tbl\t0x217324 <img4::other>\n";
        assert_eq!(
            calls_in(listing),
            [("210000", "core::panicking::panic_fmt")]
        );
    }

    #[test]
    fn places_of_ours_are_kept() {
        let frames = format!(
            "add\n/rustc/0/library/core/src/ops.rs:1\nparse\n{}/img4/src/img4.rs:12\n",
            root().display()
        );
        assert_eq!(ours_in(&frames), ["img4/src/img4.rs:12"]);
    }
}
