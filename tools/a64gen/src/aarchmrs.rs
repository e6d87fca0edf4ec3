//! Arm's table of encodings: which of them the specification text lacks, or gives other bits.

use std::collections::HashMap;

use crate::isa::Row;
use crate::line::{Line, Problem};
use crate::source::Source;

/// A line of the table.
pub(crate) struct Encoding<'t> {
    line: Line,
    name: &'t str,
    mask: u32,
    value: u32,
    should: u32,
}

/// The columns that are read, as the table's first line calls them.
const COLUMNS: [&str; 4] = ["name", "mask", "value", "should_be_mask"];

/// Reads the table: tab-separated lines below one that starts with `# name` and names the columns.
pub(crate) fn encodings(table: &Source) -> Result<Vec<Encoding<'_>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut head: Option<[usize; 4]> = None;
    let mut encodings: Vec<Encoding<'_>> = Vec::new();
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for (index, line) in table.text.lines().enumerate() {
        let at = Line {
            file: table.file.clone(),
            number: index + 1,
        };
        let result = match (line.strip_prefix("# "), head) {
            (Some(names), None) if names.starts_with("name\t") => match columns(names) {
                Ok(found) => {
                    head = Some(found);
                    Ok(())
                }
                Err(text) => return Err(vec![Problem { line: at, text }]),
            },
            (Some(_), _) => Ok(()),
            (None, Some(head)) => encoding(&at, line, head).and_then(|encoding| {
                if let Some(first) = lines.insert(encoding.name, at.number) {
                    return Err(format!("{} is already at line {first}", encoding.name));
                }
                encodings.push(encoding);
                Ok(())
            }),
            // One message for a file of another kind.
            (None, None) => {
                let text = format!("no line `# {}` before it", COLUMNS.join("\t"));
                return Err(vec![Problem { line: at, text }]);
            }
        };
        if let Err(text) = result {
            problems.push(Problem { line: at, text });
        }
    }
    if encodings.is_empty() && problems.is_empty() {
        problems.push(Problem {
            line: Line {
                file: table.file.clone(),
                number: 1,
            },
            text: "no encodings".into(),
        });
    }
    if problems.is_empty() {
        Ok(encodings)
    } else {
        Err(problems)
    }
}

/// Where the columns are.
fn columns(head: &str) -> Result<[usize; 4], String> {
    let mut found = [0; 4];
    for (at, column) in found.iter_mut().zip(COLUMNS) {
        *at = head
            .split('\t')
            .position(|name| name == column)
            .ok_or_else(|| format!("no column {column}"))?;
    }
    Ok(found)
}

fn encoding<'t>(at: &Line, line: &'t str, head: [usize; 4]) -> Result<Encoding<'t>, String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |column: usize| {
        cells
            .get(head[column])
            .copied()
            .ok_or_else(|| format!("no {}", COLUMNS[column]))
    };
    let number = |column: usize| {
        let text = cell(column)?;
        u32::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() == 8)
            .ok_or_else(|| format!("{}: {text:?} is no hexadecimal word", COLUMNS[column]))
    };
    Ok(Encoding {
        line: at.clone(),
        name: cell(0)?,
        mask: number(1)?,
        value: number(2)?,
        should: number(3)?,
    })
}

/// The encodings that no row has, or a row with other bits.
pub(crate) fn missing(rows: &[Row], table: &Source) -> Result<Vec<Problem>, Vec<Problem>> {
    let ours: HashMap<&str, &Row> = rows.iter().map(|row| (row.name.as_str(), row)).collect();
    let mut problems = Vec::new();
    for arm in encodings(table)? {
        match ours.get(arm.name) {
            None => problems.push(Problem {
                line: arm.line,
                text: format!(
                    "no row for {} (mask {:08x}, value {:08x})",
                    arm.name, arm.mask, arm.value
                ),
            }),
            Some(row) if (row.mask, row.value, row.should) != (arm.mask, arm.value, arm.should) => {
                problems.push(Problem {
                    line: row.line.clone(),
                    text: format!(
                        "{}: mask {:08x} value {:08x} should-be {:08x}, but {:08x} {:08x} {:08x} at {}",
                        arm.name, row.mask, row.value, row.should, arm.mask, arm.value, arm.should, arm.line
                    ),
                });
            }
            Some(_) => {}
        }
    }
    Ok(problems)
}

/// The rows that are neither in the table nor Apple's.
pub(crate) fn unknown(rows: &[Row], table: &Source) -> Result<Vec<Problem>, Vec<Problem>> {
    let arm = encodings(table)?;
    let rows = rows
        .iter()
        .filter(|row| row.group != "apple" && !arm.iter().any(|arm| arm.name == row.name));
    Ok(rows
        .map(|row| Problem {
            line: row.line.clone(),
            text: format!("{} is not in {}", row.name, table.file),
        })
        .collect())
}
