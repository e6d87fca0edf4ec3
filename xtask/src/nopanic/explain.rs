//! Where a reachable panic comes from: which function calls into
//! `core::panicking`, and which source lines lead there.

use crate::bare::Toolchain;
use crate::command::{command, root, stdout};
use crate::step::Outcome;

/// Links the proof with a panic handler that exists, and gives each call of a
/// panic: the function it is in, and the last lines of our sources before it.
///
/// # Errors
/// When the proof does not build even so.
pub(crate) fn callers(toolchain: &Toolchain, target: &str, proof: &str) -> Outcome<Vec<String>> {
    let messages = stdout(
        toolchain
            .cargo("nopanic-explain")
            .current_dir(root().join("nopanic"))
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
            .args(["-d", "-l", "-C", "--no-show-raw-insn"])
            .arg(executable),
    )?;
    Ok(calls_in(&String::from_utf8_lossy(&listing)))
}

/// The calls of panics in a listing of `llvm-objdump -d -l`.
fn calls_in(listing: &str) -> Vec<String> {
    let ours = format!("{}/", root().display());
    let mut calls = Vec::new();
    let mut function = "";
    let mut lines: Vec<&str> = Vec::new();
    for line in listing.lines() {
        if let Some(name) = line.strip_suffix(">:") {
            function = name.split_once('<').map_or(name, |(_, name)| name);
            lines.clear();
        } else if let Some(source) = line.strip_prefix("; ") {
            if let Some(place) = source.strip_prefix(&ours)
                && lines.last() != Some(&place)
            {
                lines.push(place);
            }
        } else if is_panic_call(line) && !function.starts_with("core::") {
            let from = lines.len().saturating_sub(3);
            let places = lines.get(from..).unwrap_or_default().join(", ");
            let callee = line.split_once('<').map_or("", |(_, name)| name);
            calls.push(format!(
                "{} in {function}, near {places}",
                callee.trim_end_matches('>')
            ));
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

#[cfg(test)]
mod tests {
    use super::calls_in;
    use crate::command::root;

    #[test]
    fn a_call_is_found_with_its_function_and_line() {
        let listing = format!(
            "0000000000210000 <img4::parse>:\n; img4::parse():\n; {}/img4/src/img4.rs:12\n  \
             210000:      \tbl\t0x217324 <core::panicking::panic_const::panic_const_add_overflow>\n",
            root().display()
        );
        let calls = calls_in(&listing);
        assert_eq!(
            calls,
            [
                "core::panicking::panic_const::panic_const_add_overflow in img4::parse, near img4/src/img4.rs:12"
            ]
        );
    }
}
