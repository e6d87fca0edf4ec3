//! Completions and man pages of `kc`, and the book's page of its screens.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{cargo, command, run, succeeds, target_dir};
use crate::step::{Checked, Failure, Outcome};

/// `cargo xtask dist [FOLDER]`: what goes with a built `kc`, into `target/dist` or that folder.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn dist(arguments: &[String]) -> Outcome<()> {
    let folder = match arguments {
        [] => target_dir().join("dist"),
        [folder] if !folder.starts_with('-') => folder.into(),
        _ => return Err(Failure::new("dist takes a folder and nothing else")),
    };
    write(&folder)
}

fn write(folder: &Path) -> Outcome<()> {
    run(cargo()
        .args(["run", "--quiet", "--package", "kc-dist", "--"])
        .arg(folder))
}

/// `cargo xtask screens [--check]`: the page of the book that shows what `kc` prints on a terminal.
///
/// # Errors
/// When it cannot be written, or with `--check` is not what `kc` prints.
pub(crate) fn screens(arguments: &[String]) -> Outcome<()> {
    if !matches!(arguments, [] | [_]) || arguments.iter().any(|option| option != "--check") {
        return Err(Failure::new("screens takes --check and nothing else"));
    }
    run(cargo()
        .args(["run", "--quiet", "--package", "kc-dist", "--", "--screens"])
        .args(["samples/kernelcache.img4", "docs/src/screens.md"])
        .args(arguments))
}

/// Step: mandoc finds no error in any man page. That bash completes is a test of `kc-dist`.
///
/// # Errors
/// When it finds one, or none in a page that has one.
pub(crate) fn step() -> Outcome<Checked> {
    let folder = target_dir().join("dist");
    write(&folder)?;
    let broken = folder.join("broken.1");
    fs::write(
        &broken,
        ".TH a 1 2026-11-30\n.SH NAME\na \\- b\n.nosuch c\n",
    )?;
    if succeeds(&mut lint(&broken)) {
        return Err(Failure::new("mandoc finds nothing in a page with an error"));
    }
    let mut pages = 0_u32;
    for entry in fs::read_dir(folder.join("man"))? {
        run(&mut lint(&entry?.path()))?;
        pages += 1;
    }
    Ok(Checked::new(pages, "man pages without an error"))
}

fn lint(page: &PathBuf) -> std::process::Command {
    let mut command = command("mandoc");
    command.args(["-T", "lint", "-W", "error"]).arg(page);
    command
}
