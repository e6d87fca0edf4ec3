//! Which crates there are: every target of every package, as cargo lists them.
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate: one target of a package.
#[derive(Debug, Clone)]
pub struct Target {
    /// The package and, unless it is the package's library, the target's kind and name.
    pub name: String,
    /// The package's name.
    pub package: String,
    /// The crate's root file.
    pub root: PathBuf,
    /// Whether others are meant to build on it: a library of a package that is published.
    pub published: bool,
}

/// The targets of the workspace in `folder`.
///
/// # Errors
/// If cargo fails, or says something that is not understood.
pub fn of_workspace(folder: &Path) -> Result<Vec<Target>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(folder)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata in {}: {why}", folder.display()));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let mut targets = Vec::new();
    for package in array(&metadata["packages"])? {
        let name = text(&package["name"])?;
        // `publish = false` is an empty list of registries, no restriction is null.
        let published = package["publish"].is_null();
        for target in array(&package["targets"])? {
            let kind = text(&array(&target["kind"])?[0])?;
            let library = !matches!(
                kind,
                "bin" | "test" | "bench" | "example" | "custom-build" | "proc-macro"
            );
            targets.push(Target {
                name: if library {
                    name.to_owned()
                } else {
                    format!("{name} ({kind} {})", text(&target["name"])?)
                },
                package: name.to_owned(),
                root: PathBuf::from(text(&target["src_path"])?),
                published: library && published,
            });
        }
    }
    Ok(targets)
}

fn array(value: &Value) -> Result<&Vec<Value>, String> {
    value
        .as_array()
        .filter(|items| !items.is_empty())
        .ok_or_else(|| "cargo metadata lacks a list".to_owned())
}

fn text(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| "cargo metadata lacks a name".to_owned())
}
