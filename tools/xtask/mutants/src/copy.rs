//! The copy of the workspace that is mutated.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library::LIBRARIES;

/// Cases of a property test, at most: a survivor runs all tests that reach it.
const CASES: u32 = 32;

/// Where the copy lies, and what the copy is of.
pub(crate) struct Place {
    root: PathBuf,
    /// For what a run leaves.
    pub(crate) folder: PathBuf,
    /// The copied workspace.
    pub(crate) work: PathBuf,
    /// Its build folder.
    pub(crate) target: PathBuf,
}

impl Place {
    pub(crate) fn new(root: &Path, folder: &Path) -> Self {
        Self {
            root: root.to_owned(),
            folder: folder.to_owned(),
            work: folder.join("work"),
            target: folder.join("build"),
        }
    }

    /// Copies all but the libraries' sources, which it gives: names from the workspace's folder,
    /// and the text.
    ///
    /// # Errors
    /// If git does not name the files, or one cannot be read or written.
    pub(crate) fn fill(&self) -> Result<Vec<(String, String)>, String> {
        let files = self.files()?;
        self.forget_others(&files)?;
        let mut sources = Vec::new();
        for file in &files {
            let bytes =
                std::fs::read(self.root.join(file)).map_err(|error| format!("{file}: {error}"))?;
            if is_source(file) {
                let text = String::from_utf8(bytes).map_err(|_| format!("{file}: not UTF-8"))?;
                sources.push((file.clone(), text));
            } else {
                self.write(file, &changed(file, bytes))?;
            }
        }
        let manifest = "[package]\nname = \"chosen\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
        self.write("chosen/Cargo.toml", manifest.as_bytes())?;
        self.write("chosen/src/lib.rs", include_bytes!("chosen.rs"))?;
        Ok(sources)
    }

    /// The files of the work tree, in order.
    fn files(&self) -> Result<BTreeSet<String>, String> {
        let output = Command::new("git")
            .current_dir(&self.root)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .map_err(|error| format!("cannot start git: {error}"))?;
        if !output.status.success() {
            return Err(format!("git ls-files ended with {}", output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let names = text.split('\0').filter(|name| !name.is_empty());
        Ok(names
            .filter(|name| self.root.join(name).is_file())
            .map(str::to_owned)
            .collect())
    }

    /// Removes what an earlier run copied and the work tree no longer has.
    fn forget_others(&self, files: &BTreeSet<String>) -> Result<(), String> {
        let mut folders = vec![self.work.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for path in entries.flatten().map(|entry| entry.path()) {
                let name = path.strip_prefix(&self.work).unwrap_or(&path);
                let name = name.to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if !files.contains(&name) && !name.starts_with("chosen/") {
                    std::fs::remove_file(&path).map_err(|error| format!("{name}: {error}"))?;
                }
            }
        }
        Ok(())
    }

    /// Writes a file of the copy, unless it is so already: cargo goes by the time of writing.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.work.join(file);
        if std::fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.work);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Whether a file is source text of a library, written by hand.
fn is_source(file: &str) -> bool {
    let Some((folder, rest)) = file.split_once("/src/") else {
        return false;
    };
    LIBRARIES.iter().any(|(_, library)| *library == folder)
        && Path::new(rest).extension().is_some_and(|end| end == "rs")
        && !rest.starts_with("generated")
}

/// A file as the copy has it.
fn changed(file: &str, bytes: Vec<u8>) -> Vec<u8> {
    let library = LIBRARIES
        .iter()
        .find_map(|(_, folder)| file.strip_prefix(folder)?.strip_prefix('/'));
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return bytes;
    };
    match library {
        Some("Cargo.toml") => text.replacen(
            "\n[dependencies]\n",
            "\n[dependencies]\nchosen = { path = \"../chosen\" }\n",
            1,
        ),
        Some(test) if test.starts_with("tests/") => fewer_cases(text),
        None if file == "Cargo.toml" => {
            text.replacen("members = [", "members = [\n    \"chosen\",", 1)
        }
        _ => return bytes,
    }
    .into_bytes()
}

/// A test's text with fewer cases of its properties.
pub(crate) fn fewer_cases(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = ["with_cases(", " cases: "]
        .iter()
        .filter_map(|name| rest.find(name).map(|at| at + name.len()))
        .min()
    {
        let (before, after) = rest.split_at(found);
        let end = after.find(|byte: char| !byte.is_ascii_digit());
        let (number, after) = after.split_at(end.unwrap_or(after.len()));
        result.push_str(before);
        match number.parse::<u32>() {
            Ok(number) => result.push_str(&number.min(CASES).to_string()),
            Err(_) => result.push_str(number),
        }
        rest = after;
    }
    result.push_str(rest);
    result
}
