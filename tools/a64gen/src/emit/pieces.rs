//! The pieces of the written files: names, operand lists, tables of numbers.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::isa::Apple;
use crate::operands::Descriptor;

pub(super) const HEADER: &str =
    "// Written by a64gen from spec/*.isa; do not edit. `cargo xtask gen` writes it again.\n";
pub(super) const SECTIONS: [&str; 3] = ["BASE", "SVE", "SME"];

#[derive(Default)]
pub(super) struct Names {
    pub(super) blob: String,
    pub(super) starts: Vec<usize>,
    pub(super) known: HashMap<String, usize>,
}

impl Names {
    pub(super) fn id(&mut self, name: &str) -> usize {
        if let Some(&id) = self.known.get(name) {
            return id;
        }
        let id = self.starts.len();
        self.starts.push(self.blob.len());
        self.blob.push_str(name);
        self.known.insert(name.to_owned(), id);
        id
    }
}

#[derive(Default)]
pub(super) struct Forms {
    pub(super) list: Vec<u16>,
    pub(super) known: HashMap<Vec<u16>, usize>,
    pub(super) descriptors: Vec<Descriptor>,
    pub(super) numbers: HashMap<Descriptor, usize>,
}

impl Forms {
    pub(super) fn descriptor(&mut self, descriptor: Descriptor) -> u16 {
        let next = self.descriptors.len();
        let number = *self.numbers.entry(descriptor).or_insert(next);
        if number == next {
            self.descriptors.push(descriptor);
        }
        number as u16
    }

    /// Before the list stands its number of operands, with a bit if the number of the first alias
    /// stands behind it and Apple's spelling (`operands` has the layout).
    pub(super) fn id(&mut self, form: &[u16], apple: Apple, alias: Option<u16>) -> usize {
        assert!(form.len() <= 6, "the decoder has room for six operands");
        let aliased = u16::from(alias.is_some());
        let mut entry = vec![form.len() as u16 | aliased << 4 | (apple as u16) << 5];
        entry.extend(form);
        entry.extend(alias);
        if let Some(&id) = self.known.get(&entry) {
            return id;
        }
        let id = self.list.len();
        self.list.extend(&entry);
        self.known.insert(entry, id);
        id
    }
}

/// A node as an array of three numbers.
pub(super) struct Node(pub(super) [u32; 3]);

/// Mask and value of an encoding as an array.
pub(super) struct Check(pub(super) [u32; 2]);

impl std::fmt::LowerHex for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [mask, value] = self.0;
        write!(f, "[{mask:#x}, {value:#x}]")
    }
}

impl std::fmt::LowerHex for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [mask, magic, place] = self.0;
        write!(f, "[{mask:#x}, {magic:#x}, {place:#x}]")
    }
}

pub(super) fn numbers<T: std::fmt::LowerHex>(values: &[T]) -> String {
    let mut text = String::new();
    for chunk in values.chunks(16) {
        text.push_str("   ");
        for value in chunk {
            let _ = write!(text, " {value:#x},");
        }
        text.push('\n');
    }
    text
}

/// An array whose tail is dropped where `sve` or `sme` is not compiled in.
pub(super) fn sectioned<T: std::fmt::LowerHex>(
    out: &mut String,
    name: &str,
    doc: &str,
    kind: &str,
    values: &[T],
    ends: [usize; 3],
) {
    let mut start = 0;
    for (section, end) in SECTIONS.iter().zip(ends) {
        let feature = section.to_lowercase();
        if feature != "base" {
            let _ = writeln!(out, "#[cfg(feature = \"{feature}\")]");
        }
        let part = &values[start..end];
        let _ = writeln!(
            out,
            "const {name}_{section}: [{kind}; {}] = [\n{}];",
            part.len(),
            numbers(part)
        );
        if feature != "base" {
            let _ = writeln!(
                out,
                "#[cfg(not(feature = \"{feature}\"))]\nconst {name}_{section}: [{kind}; 0] = [];"
            );
        }
        start = end;
    }
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [{kind}; {name}_BASE.len() + {name}_SVE.len() + {name}_SME.len()] =\n    super::join_{}(&{name}_BASE, &{name}_SVE, &{name}_SME);\n",
        kind.to_lowercase()
    );
}

/// An array of entries that are lines of Rust, with tails as in [`sectioned`]; `join` puts them
/// together.
pub(super) fn sectioned_lines(
    out: &mut String,
    name: &str,
    doc: &str,
    kind: &str,
    join: &str,
    lines: &[String],
    ends: [usize; 3],
) {
    let mut start = 0;
    for (section, end) in SECTIONS.iter().zip(ends) {
        let feature = section.to_lowercase();
        let part = &lines[start..end];
        let value = format!(
            "const {name}_{section}: [{kind}; {}] = [\n{}];\n",
            part.len(),
            part.concat()
        );
        if feature == "base" {
            out.push_str(&value);
        } else {
            let _ = writeln!(
                out,
                "#[cfg(feature = \"{feature}\")]\n{value}#[cfg(not(feature = \"{feature}\"))]\nconst {name}_{section}: [{kind}; 0] = [];"
            );
        }
        start = end;
    }
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [{kind}; {name}_BASE.len() + {name}_SVE.len() + {name}_SME.len()] =\n    super::{join}(&{name}_BASE, &{name}_SVE, &{name}_SME);\n"
    );
}

pub(super) fn plain<T: std::fmt::LowerHex>(
    out: &mut String,
    name: &str,
    doc: &str,
    kind: &str,
    values: &[T],
) {
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [{kind}; {}] = [\n{}];\n",
        values.len(),
        numbers(values)
    );
}

pub(super) fn text(out: &mut String, name: &str, blob: &str) {
    let _ = writeln!(out, "const {name}: [u8; {}] = *b\"\\", blob.len());
    for chunk in blob.as_bytes().chunks(120) {
        let _ = writeln!(out, "{}\\", String::from_utf8_lossy(chunk));
    }
    out.push_str("\";\n");
}

/// Text with tails as in [`sectioned`], padded so that sixteen bytes can be read from the start of
/// any name.
pub(super) fn bytes(out: &mut String, name: &str, doc: &str, blob: &str, ends: [usize; 3]) {
    let [base, sve, sme] = ends;
    let padding = ".".repeat(16);
    text(out, &format!("{name}_BASE"), &blob[..base]);
    out.push_str("#[cfg(feature = \"sve\")]\n");
    text(out, &format!("{name}_SVE"), &blob[base..sve]);
    out.push_str("#[cfg(not(feature = \"sve\"))]\n");
    text(out, &format!("{name}_SVE"), "");
    out.push_str("#[cfg(feature = \"sme\")]\n");
    text(
        out,
        &format!("{name}_SME"),
        &format!("{}{padding}", &blob[sve..sme]),
    );
    out.push_str("#[cfg(not(feature = \"sme\"))]\n");
    text(out, &format!("{name}_SME"), &padding);
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [u8; {name}_BASE.len() + {name}_SVE.len() + {name}_SME.len()] =\n    super::join_u8(&{name}_BASE, &{name}_SVE, &{name}_SME);\n"
    );
}
