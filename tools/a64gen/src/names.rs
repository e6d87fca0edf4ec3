//! Reads the name tables (`sysregs.isa`): system registers, barriers, TLB operations and the like.

use crate::isa::name_flag;
use crate::line::{Line, Problem};

/// A name for a value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Where it is written.
    line: Line,
    /// The value of the field.
    pub(crate) key: u16,
    /// The name as LLVM spells it.
    pub(crate) name: String,
    /// Readable 1, writable 2, with register 4, without register 8; the same for GNU in the high
    /// half.
    pub(crate) flags: u8,
    /// Features that the value needs; the tables hold the first.
    pub(crate) features: Vec<String>,
}

/// One table of names.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its entries, sorted by key.
    pub(crate) entries: Vec<Entry>,
}

/// Reads `TABLE NAME NUMBERS [FLAGS] [FEAT_...]` lines: one number is the value itself; four are
/// op1 CRn CRm op2; five are op0 op1 CRn CRm op2.
pub(crate) fn parse(file: &str, text: &str, tables: &mut Vec<Table>, problems: &mut Vec<Problem>) {
    for (index, line) in text.lines().enumerate() {
        let content = line.split("  # ").next().unwrap_or_default().trim();
        if content.is_empty() || (content == "#" || content.starts_with("# ")) {
            continue;
        }
        let at = Line {
            file: file.to_owned(),
            number: index + 1,
        };
        match parse_line(&at, content) {
            Ok((table, entry)) => {
                let at = tables
                    .iter()
                    .position(|t| t.name == table)
                    .unwrap_or_else(|| {
                        tables.push(Table {
                            name: table,
                            entries: Vec::new(),
                        });
                        tables.len() - 1
                    });
                tables[at].entries.push(entry);
            }
            Err(text) => problems.push(Problem { line: at, text }),
        }
    }
}

fn parse_line(at: &Line, content: &str) -> Result<(String, Entry), String> {
    let mut words = content.split_whitespace();
    let table = words.next().ok_or("no table")?.to_owned();
    let name = words.next().ok_or("no name")?.to_owned();
    if name.len() > 31 || !name.is_ascii() {
        return Err(format!("{name} is longer than 31 characters, or not ASCII"));
    }
    let mut numbers: Vec<u32> = Vec::new();
    let mut flags = 0;
    let mut features = Vec::new();
    for word in words {
        if word.starts_with("FEAT_") {
            features.push(word.to_owned());
            continue;
        }
        if let Ok(number) = word.parse() {
            numbers.push(number);
        } else {
            flags |= name_flag(word)?;
        }
    }
    let widths: &[u32] = match numbers.len() {
        1 => &[16],
        2 => &[3, 3],
        3 => &[3, 4, 3],
        4 => &[3, 4, 4, 3],
        5 => &[2, 3, 4, 4, 3],
        n => return Err(format!("{n} numbers")),
    };
    let mut key = 0;
    for (number, width) in numbers.iter().zip(widths) {
        if *number >= 1 << width {
            return Err(format!("{number} does not fit {width} bits"));
        }
        key = key << width | number;
    }
    Ok((
        table,
        Entry {
            line: at.clone(),
            key: key as u16,
            name,
            flags,
            features,
        },
    ))
}

/// Sorts the entries and reports two names for one value with the same access.
pub(crate) fn check(tables: &mut [Table], problems: &mut Vec<Problem>) {
    for table in tables {
        table.entries.sort_by_key(|entry| (entry.key, entry.flags));
        for pair in table.entries.windows(2) {
            let (a, b) = (pair[0].flags, pair[1].flags);
            if pair[0].key == pair[1].key && (a & b != 0 || a == b) {
                let (first, second) = if pair[0].line.number < pair[1].line.number {
                    (&pair[0], &pair[1])
                } else {
                    (&pair[1], &pair[0])
                };
                problems.push(Problem {
                    line: second.line.clone(),
                    text: format!(
                        "{} has the value of {} at {}",
                        second.name, first.name, first.line
                    ),
                });
            }
        }
    }
}
