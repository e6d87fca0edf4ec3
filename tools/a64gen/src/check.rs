//! Checks the rows against one another: names that are there twice, overlaps, what hides a row or
//! an alias.

use std::collections::HashMap;

use crate::isa::Row;
use crate::line::Problem;

/// Rows with the same name, and rows that overlap without one being the special case of the other.
pub(crate) fn rows(rows: &[Row], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, &Row> = HashMap::new();
    for row in rows {
        if let Some(first) = seen.insert(&row.name, row) {
            problems.push(Problem {
                line: row.line.clone(),
                text: format!("{} is already at {}", row.name, first.line),
            });
        }
        aliases(row, problems);
    }
    // Only rows that agree in the major opcode can overlap.
    for (index, a) in rows.iter().enumerate() {
        let strict_a = a.mask & !a.should;
        for b in &rows[index + 1..] {
            let strict_b = b.mask & !b.should;
            if (a.value ^ b.value) & strict_a & strict_b != 0 {
                continue;
            }
            // One must be the special case of the other.
            let pieces = b.pieces(strict_b, b.value & strict_b);
            let clash = a
                .pieces(strict_a, a.value & strict_a)
                .iter()
                .find_map(|&(ma, va)| {
                    let other = pieces.iter().find(|&&(mb, vb)| {
                        let common = ma & mb;
                        (va ^ vb) & common == 0 && (ma == mb || common != ma && common != mb)
                    })?;
                    Some(va | other.1)
                });
            if let Some(word) = clash {
                problems.push(Problem {
                    line: b.line.clone(),
                    text: format!(
                        "{} overlaps {} at {}: {word:08x} is both, and neither is a special case of the other",
                        b.name, a.name, a.line
                    ),
                });
            }
        }
    }
}

/// Aliases behind one that is shown wherever they would be.
fn aliases(row: &Row, problems: &mut Vec<Problem>) {
    for (index, alias) in row.aliases.iter().enumerate() {
        let hider = row.aliases[..index].iter().find(|first| {
            alias.syntaxes != 0
                && alias.syntaxes & !first.syntaxes == 0
                && first.tests.iter().all(|test| alias.tests.contains(test))
        });
        if let Some(first) = hider {
            problems.push(Problem {
                line: alias.line.clone(),
                text: format!(
                    "alias {} is never shown: the one at {} comes first",
                    alias.template.mnemonic, first.line
                ),
            });
        }
    }
}

/// What may have the words of a row that is never reached.
pub(crate) fn hiders(row: &Row, rows: &[Row]) -> String {
    let strict = row.mask & !row.should;
    let mut hiders: Vec<String> = rows
        .iter()
        .filter(|other| {
            let mask = other.mask & !other.should;
            other.name != row.name
                && mask & strict == strict
                && (other.value ^ row.value) & strict == 0
        })
        .map(|other| format!("{} at {}", other.name, other.line))
        .collect();
    if !row.undefined.is_empty() || !row.except.is_empty() {
        hiders.push("its own clauses".into());
    }
    hiders.join(", ")
}
