//! The list of explained differences about what instructions read and write.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use aarch64_decode::Instruction;

use crate::fault::Fault;
use crate::known::glob;

/// A line of the list: `tool | encoding, ... | difference | cause | citation`, encodings and
/// difference with `*`.
struct Line {
    tool: String,
    encodings: Vec<String>,
    what: String,
    number: usize,
    is_used: bool,
}

/// The list, and which of its lines explained something.
#[derive(Default)]
pub(crate) struct Explained(Vec<Line>);

impl Explained {
    /// Reads a list; without a path there is nothing in it.
    ///
    /// # Errors
    /// When the file cannot be read, or a line has no cause or no citation.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Fault> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        Self::parse(&fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut list = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [tool, encodings, what, cause, citation] = columns[..] else {
                return Err(Fault::new(format!(
                    "line {number} of the list: five columns are wanted"
                )));
            };
            if cause.is_empty() || citation.is_empty() {
                return Err(Fault::new(format!(
                    "line {number} of the list: a cause and a citation are wanted"
                )));
            }
            list.push(Line {
                tool: tool.to_owned(),
                encodings: encodings.split(',').map(|e| e.trim().to_owned()).collect(),
                what: what.to_owned(),
                number,
                is_used: false,
            });
        }
        Ok(Self(list))
    }

    /// Whether a line explains what `tool` says of an encoding; the line counts as used.
    pub(crate) fn explains(&mut self, tool: &str, encoding: &str, what: &str) -> bool {
        let line = self.0.iter_mut().find(|line| {
            line.tool == tool
                && line.encodings.iter().any(|own| glob(own, encoding))
                && glob(&line.what, what)
        });
        match line {
            Some(line) => {
                line.is_used = true;
                true
            }
            None => false,
        }
    }

    /// Prints the differences from a tool that nothing explains, those of one mnemonic together.
    /// Returns how many were explained, and how many lines were printed.
    pub(crate) fn sift<'d>(
        &mut self,
        tool: &str,
        differences: impl Iterator<Item = (Instruction, &'d str)>,
    ) -> (u64, usize) {
        let mut open: BTreeMap<String, (u32, String)> = BTreeMap::new();
        let mut explained = 0_u64;
        for (instruction, what) in differences {
            let name = instruction.encoding().name();
            if self.explains(tool, name, what) {
                explained += 1;
                continue;
            }
            let key = format!("{} {what}", instruction.mnemonic().as_str());
            let example = format!("{:08x} {name}", instruction.word());
            open.entry(key).or_insert((0, example)).0 += 1;
        }
        for (key, (count, example)) in &open {
            println!("{tool}: {key} ({count}; {example})");
        }
        (explained, open.len())
    }

    /// Fails if a line about a tool that was asked explained nothing.
    ///
    /// # Errors
    /// With the numbers of the lines.
    pub(crate) fn ensure_used(&self, asked: impl Fn(&str) -> bool) -> Result<(), Fault> {
        let stale: Vec<String> = self
            .0
            .iter()
            .filter(|line| !line.is_used && asked(&line.tool))
            .map(|line| line.number.to_string())
            .collect();
        if stale.is_empty() {
            return Ok(());
        }
        Err(Fault::new(format!(
            "these lines of the list explain nothing: {}",
            stale.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_explains_what_it_names_and_must_explain_something() {
        let mut list =
            Explained::parse("# comment\nqemu | LD*, CAS_C32_comswap | reads * | why | where\n")
                .unwrap();
        assert!(!list.explains("mca", "LDR_32_ldst_pos", "reads x"));
        assert!(!list.explains("qemu", "STR_32_ldst_pos", "reads x"));
        assert!(list.ensure_used(|tool| tool == "mca").is_ok());
        assert!(list.ensure_used(|tool| tool == "qemu").is_err());
        assert!(list.explains("qemu", "LDR_32_ldst_pos", "reads x"));
        assert!(list.ensure_used(|tool| tool == "qemu").is_ok());
        assert!(Explained::parse("qemu | LD* | reads * | why | \n").is_err());
    }
}
