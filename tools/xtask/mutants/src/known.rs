//! The list of explained survivors.
//!
//! A row has five fields, with tabs between them: file, function, text of the line, mutations with
//! `; ` between them, and why no test can kill them. A reason that begins with `open` says that
//! nobody has looked yet, or that a test is missing.

use std::collections::BTreeMap;
use std::path::Path;

use crate::key::Key;

/// Why a survivor may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Nobody has explained it.
    pub(crate) open: bool,
    /// The line of the list.
    pub(crate) row: usize,
}

/// The list.
pub(crate) type Known = BTreeMap<Key, Reason>;

/// Reads the list; a file that is not there is an empty one.
///
/// # Errors
/// If a row is damaged, or one mutant stands there twice.
pub(crate) fn read(path: &Path) -> Result<Known, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(|why| format!("{}: {why}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Known::new()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

pub(crate) fn parse(text: &str) -> Result<Known, String> {
    let mut known = Known::new();
    for (row, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, function, text, mutations, reason] = fields[..] else {
            return Err(format!("line {row}: {} fields, not 5", fields.len()));
        };
        if reason.is_empty() {
            return Err(format!("line {row}: no reason"));
        }
        for mutation in mutations.split("; ") {
            let key = Key {
                file: file.to_owned(),
                function: function.to_owned(),
                text: text.to_owned(),
                mutation: mutation.to_owned(),
            };
            let open = reason.starts_with("open");
            if known.insert(key, Reason { open, row }).is_some() {
                return Err(format!("line {row}: {mutation}: explained before"));
            }
        }
    }
    Ok(known)
}
