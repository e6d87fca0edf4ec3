//! The proofs in `nopanic/`: what links has no reachable panic and no
//! allocator.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::bare::{LIBRARIES, TARGETS, Toolchain};
use crate::command::root;
use crate::step::{Checked, Failure, Outcome};

/// Step: every proof links for both targets, and those that must fail do.
///
/// # Errors
/// When a panic is reachable, or when a proof could not have failed.
pub(crate) fn link() -> Outcome<Checked> {
    let toolchain = Toolchain::get()?;
    let proofs = proofs()?;
    for library in LIBRARIES {
        let source = fs::read_to_string(root().join(library).join("src/lib.rs"))?;
        let has_items = source.lines().any(|line| line.starts_with("pub "));
        if has_items && !proofs.contains(&library.replace('-', "_")) {
            return Err(Failure::new(format!("nopanic/ has no proof for {library}")));
        }
    }
    let mut links = 0_u32;
    for target in TARGETS {
        must_fail(toolchain, target, "must_fail_panic", "a_panic_is_reachable")?;
        must_fail(
            toolchain,
            target,
            "must_fail_alloc",
            "no global memory allocator",
        )?;
        for proof in &proofs {
            println!("linking {proof} for {target}");
            let output = build(toolchain, target, proof).output()?;
            let messages = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() {
                let why = String::from_utf8_lossy(&output.stderr).into_owned();
                eprintln!("{why}");
                return Err(Failure::new(if why.contains("a_panic_is_reachable") {
                    format!(
                        "a panic is reachable in {proof} for {target}: see nopanic/README.md for how to find it"
                    )
                } else {
                    format!("{proof} does not build for {target}")
                }));
            }
            overflow_checks_are_on(&messages)?;
            links += 1;
        }
    }
    Ok(Checked::new(links, "links without a panic or an allocator"))
}

/// The binaries of nopanic/ that must link.
fn proofs() -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("nopanic/src/bin"))? {
        let name = entry?.file_name().to_string_lossy().replace(".rs", "");
        if !name.starts_with("must_fail") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn build(toolchain: &Toolchain, target: &str, binary: &str) -> Command {
    let mut command = toolchain.cargo("nopanic");
    command
        .current_dir(root().join("nopanic"))
        .args([
            "build",
            "--release",
            "--locked",
            "--target",
            target,
            "--bin",
            binary,
        ])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null());
    command
}

/// A proof that cannot fail proves nothing.
fn must_fail(toolchain: &Toolchain, target: &str, binary: &str, with: &str) -> Outcome<()> {
    let output = build(toolchain, target, binary).output()?;
    let why = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Err(Failure::new(format!("{binary} links for {target}")))
    } else if why.contains(with) {
        Ok(())
    } else {
        eprintln!("{why}");
        Err(Failure::new(format!(
            "{binary} fails for {target}, but not with {with:?}"
        )))
    }
}

/// Arithmetic of ours must panic when it overflows, else its overflow would
/// pass unseen.
fn overflow_checks_are_on(messages: &str) -> Outcome<()> {
    let mut ours = BTreeMap::new();
    for line in messages
        .lines()
        .filter(|line| line.contains("\"compiler-artifact\""))
    {
        for library in LIBRARIES {
            if line.contains(&format!("\"name\":\"{}\"", library.replace('-', "_")))
                && line.contains("\"kind\":[\"lib\"]")
            {
                ours.insert(library, line.contains("\"overflow_checks\":true"));
            }
        }
    }
    for library in LIBRARIES {
        if ours.get(library) != Some(&true) {
            return Err(Failure::new(format!(
                "{library} is not built with overflow checks: see the profiles of nopanic/Cargo.toml"
            )));
        }
    }
    Ok(())
}
