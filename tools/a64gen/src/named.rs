//! Writes the name tables: `generated/named.rs`.
//!
//! Entry n has a value, flags, a feature and a name; the names lie squeezed behind one another,
//! each with its length in front, and every [`STEP`]th has its start in an index. The tables of
//! small sets come first, then those behind the Cargo feature `sysreg-names`, then Apple's
//! registers, which need `apple` too.

use std::fmt::Write as _;

use crate::names::Table;
use crate::squeeze::squeeze;

/// An index entry for this many names.
const STEP: usize = 8;

/// Name and condition of each section.
const SECTIONS: [(&str, &str); 3] = [
    ("SETS", ""),
    ("SYSTEM", "feature = \"sysreg-names\""),
    (
        "APPLE",
        "all(feature = \"sysreg-names\", feature = \"apple\")",
    ),
];

/// The section of a table: values of more than eight bits are system registers and operations.
fn section(table: &Table) -> usize {
    if table.name == "applereg" {
        2
    } else {
        usize::from(table.entries.iter().any(|entry| entry.key > 0xff))
    }
}

/// The tables in the order of their numbers.
pub(crate) fn order(tables: &mut [Table]) {
    tables.sort_by_key(section);
}

/// The file; new features are added to `features`.
pub(crate) fn emit(header: &str, tables: &[Table], features: &mut Vec<String>) -> String {
    let mut starts = vec![0_usize];
    let mut keys: [Vec<usize>; 3] = Default::default();
    let mut flags: [Vec<usize>; 3] = Default::default();
    let mut needs: [Vec<usize>; 3] = Default::default();
    let mut names: [Vec<&str>; 3] = Default::default();
    let mut hashes: [Vec<usize>; 3] = Default::default();
    // Feature 0 of an entry is none.
    let mut needed: Vec<usize> = vec![0];
    for table in tables {
        let part = section(table);
        for entry in &table.entries {
            keys[part].push(entry.key.into());
            flags[part].push(entry.flags.into());
            names[part].push(&entry.name);
            hashes[part].push(hash(&entry.name).into());
            let need = entry.features.first().map_or(0, |feature| {
                let number = features
                    .iter()
                    .position(|f| f == feature)
                    .unwrap_or_else(|| {
                        features.push(feature.clone());
                        features.len() - 1
                    });
                let at = needed.iter().skip(1).position(|&n| n == number);
                at.map_or_else(
                    || {
                        needed.push(number);
                        needed.len() - 1
                    },
                    |at| at + 1,
                )
            });
            needs[part].push(need);
        }
        starts.push(keys.iter().map(Vec::len).sum());
    }

    let all: Vec<&str> = names.iter().flatten().copied().collect();
    let squeezed = squeeze(&all);
    let mut text: [Vec<usize>; 3] = Default::default();
    let mut index = Vec::new();
    let mut at = 0;
    let mut coded = squeezed.names.iter();
    let mut number = 0;
    for (part, names) in names.iter().enumerate() {
        for bytes in coded.by_ref().take(names.len()) {
            if number % STEP == 0 {
                index.push(at);
            }
            number += 1;
            text[part].push(bytes.len());
            text[part].extend(bytes.iter().map(|&byte| usize::from(byte)));
            at += 1 + bytes.len();
        }
    }
    let mut part_starts = vec![0];
    for part in &squeezed.parts {
        part_starts.push(part_starts.last().copied().unwrap_or(0) + part.len());
    }

    let mut out =
        format!("{header}//! Names of values: system registers, barriers, operations.\n\n");
    sectioned(
        &mut out,
        "KEYS",
        "Values, sorted within a table.",
        "u16",
        &keys,
    );
    sectioned(
        &mut out,
        "FLAGS",
        "Readable 1, writable 2, with register 4, without register 8; the same for GNU in the high half.",
        "u8",
        &flags,
    );
    sectioned(
        &mut out,
        "NEEDS",
        "Index into NEEDED of each entry.",
        "u8",
        &needs,
    );
    sectioned(
        &mut out,
        "TEXT",
        "The names: length, then characters and (0x80 and above) parts.",
        "u8",
        &text,
    );
    sectioned(
        &mut out,
        "HASHES",
        "A hash of each name in small letters; `named::hash` is the same function.",
        "u8",
        &hashes,
    );
    plain(
        &mut out,
        "TEXT_AT",
        "Start of every eighth name.",
        "u16",
        &index,
    );
    plain(
        &mut out,
        "NEEDED",
        "Features of entries; the first is none.",
        "u16",
        &needed,
    );
    plain(
        &mut out,
        "STARTS",
        "First entry of each table, and the end of the last.",
        "u16",
        &starts,
    );
    plain(
        &mut out,
        "PARTS_AT",
        "Start of each part, and the end of the last.",
        "u16",
        &part_starts,
    );
    let parts = squeezed.parts.concat();
    let _ = writeln!(
        out,
        "/// The parts, one behind the other.\npub(crate) static PARTS: [u8; {}] = *b{parts:?};\n",
        parts.len()
    );
    out.push_str("/// Numbers of the tables.\n#[allow(dead_code, reason = \"not every table is named by the code\")]\npub(crate) mod table {\n");
    for (number, table) in tables.iter().enumerate() {
        let _ = writeln!(
            out,
            "    pub(crate) const {}: u8 = {number};",
            table.name.to_uppercase()
        );
    }
    out.push_str("}\n");
    out
}

/// A byte for a name in small letters.
fn hash(name: &str) -> u8 {
    name.bytes().fold(0_u8, |hash, byte| {
        hash.wrapping_mul(31)
            .wrapping_add(byte.to_ascii_lowercase())
    })
}

fn numbers(values: &[usize]) -> String {
    let lines = values.chunks(24).map(|line| {
        let line: Vec<String> = line.iter().map(usize::to_string).collect();
        format!("    {},\n", line.join(", "))
    });
    lines.collect()
}

fn plain(out: &mut String, name: &str, doc: &str, kind: &str, values: &[usize]) {
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [{kind}; {}] = [\n{}];\n",
        values.len(),
        numbers(values)
    );
}

fn sectioned(out: &mut String, name: &str, doc: &str, kind: &str, values: &[Vec<usize>; 3]) {
    for ((section, condition), values) in SECTIONS.iter().zip(values) {
        if !condition.is_empty() {
            let _ = writeln!(
                out,
                "#[cfg(not({condition}))]\nconst {name}_{section}: [{kind}; 0] = [];\n#[cfg({condition})]"
            );
        }
        let _ = writeln!(
            out,
            "const {name}_{section}: [{kind}; {}] = [\n{}];",
            values.len(),
            numbers(values)
        );
    }
    let _ = writeln!(
        out,
        "/// {doc}\npub(crate) static {name}: [{kind}; {name}_SETS.len() + {name}_SYSTEM.len() + {name}_APPLE.len()] =\n    super::join_{kind}(&{name}_SETS, &{name}_SYSTEM, &{name}_APPLE);\n"
    );
}
