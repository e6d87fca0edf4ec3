//! The list of explained differences: `docs/src/others-known.txt`.
//!
//! A line is `files | question | difference | whose fault | citation`; the first three are globs in
//! which `*` stands for any text.

use std::fs;
use std::path::Path;

use crate::fault::{Fault, Outcome};

struct Row {
    line: String,
    patterns: [String; 3],
    used: bool,
}

pub(super) struct Known {
    rows: Vec<Row>,
}

impl Known {
    /// Reads the list.
    ///
    /// # Errors
    /// When a line has not its five columns.
    pub(super) fn read(path: &Path) -> Outcome<Self> {
        let mut rows = Vec::new();
        let text = fs::read_to_string(path)?;
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let columns: Vec<&str> = line.split(" | ").collect();
            let &[files, question, difference, fault, citation] = columns.as_slice() else {
                return Err(Fault::new(format!("not five columns: {line}")));
            };
            if fault.trim().is_empty() || citation.trim().is_empty() {
                return Err(Fault::new(format!("no fault or no citation: {line}")));
            }
            rows.push(Row {
                line: line.to_owned(),
                patterns: [files, question, difference].map(|text| text.trim().to_owned()),
                used: false,
            });
        }
        Ok(Self { rows })
    }

    /// Whether a line explains the difference; that line is in use.
    pub(super) fn explains(&mut self, name: &str, question: &str, difference: &str) -> bool {
        let mut explained = false;
        for row in &mut self.rows {
            let [files, questions, differences] = &row.patterns;
            if glob(files, name) && glob(questions, question) && glob(differences, difference) {
                row.used = true;
                explained = true;
            }
        }
        explained
    }

    /// The lines that have explained nothing.
    pub(super) fn stale(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().filter(|row| !row.used);
        rows.map(|row| row.line.as_str())
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Known, glob};

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in [
            ("a*c", "abc"),
            ("*", ""),
            ("a*b*c", "a1b2bc"),
            ("abc", "abc"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*c", "abd"),
            ("abc", "abcd"),
            ("a*b*c", "ac"),
            ("a*a", "a"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_line_without_a_difference_is_stale() {
        let file = std::env::temp_dir().join(format!("others-known-{}", std::process::id()));
        std::fs::write(
            &file,
            "# remark\na* | strict | x | LLVM | file:1\nb | * | * | ours | x\n",
        )
        .unwrap();
        let mut known = Known::read(&file).unwrap();
        assert!(known.explains("ab", "strict", "x"));
        assert!(!known.explains("ab", "strict", "y"));
        assert_eq!(known.stale().count(), 1);
        std::fs::write(&file, "a | strict | x | LLVM\n").unwrap();
        assert!(Known::read(&file).is_err());
        std::fs::remove_file(&file).unwrap();
    }
}
