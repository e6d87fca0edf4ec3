//! Checks what the specification text says: overlaps, duplicates, rows missing against Arm's table.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::isa::{Problem, Row};

/// Rows with the same name, and rows that overlap without one being the special case of the other.
pub(crate) fn rows(rows: &[Row], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, &Row> = HashMap::new();
    for row in rows {
        if let Some(first) = seen.insert(&row.name, row) {
            problems.push(Problem {
                place: row.place.clone(),
                text: format!("{} is already at {}", row.name, first.place),
            });
        }
        for &(mask, value) in &row.undefined {
            if (value ^ row.value) & mask & row.mask & !row.should != 0 {
                problems.push(Problem {
                    place: row.place.clone(),
                    text: "undefined clause contradicts the pattern".into(),
                });
            }
        }
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
            let clash = a
                .pieces(strict_a, a.value & strict_a)
                .iter()
                .any(|&(ma, va)| {
                    b.pieces(strict_b, b.value & strict_b)
                        .iter()
                        .any(|&(mb, vb)| {
                            let common = ma & mb;
                            (va ^ vb) & common == 0 && (ma == mb || common != ma && common != mb)
                        })
                });
            if !clash {
                continue;
            }
            problems.push(Problem {
                place: b.place.clone(),
                text: format!("{} overlaps {} at {}", b.name, a.name, a.place),
            });
        }
    }
}

/// Compares with Arm's table (tab-separated: name, group, mask, value, should-be mask, fields) and reports per group what is missing.
/// Returns whether a row that is present differs.
pub(crate) fn against(rows: &[Row], table: &str) -> bool {
    let mut differs = false;
    let ours: HashMap<&str, &Row> = rows.iter().map(|r| (r.name.as_str(), r)).collect();
    let mut theirs = HashSet::new();
    let mut missing: BTreeMap<&str, (usize, usize, Vec<&str>)> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, group, mask, value, should, ..] = columns.as_slice() else {
            continue;
        };
        theirs.insert(*name);
        let top = group.split('/').next().unwrap_or(group);
        let entry = missing.entry(top).or_default();
        entry.1 += 1;
        let number = |text: &str| u32::from_str_radix(text, 16).unwrap_or(0);
        match ours.get(name) {
            None => {
                entry.0 += 1;
                entry.2.push(name);
            }
            Some(row) => {
                if (row.mask, row.value, row.should)
                    != (number(mask), number(value), number(should))
                {
                    differs = true;
                    println!(
                        "{}: {name}: mask {:08x} value {:08x} should {:08x}, Arm has {mask} {value} {should}",
                        row.place, row.mask, row.value, row.should
                    );
                }
            }
        }
    }
    for (group, (count, total, names)) in &missing {
        let shown: Vec<&str> = names.iter().take(4).copied().collect();
        println!(
            "{group}: {} of {total} rows, {count} missing {}",
            total - count,
            shown.join(" ")
        );
    }
    for row in rows {
        if !theirs.contains(row.name.as_str()) && row.group != "apple" {
            differs = true;
            println!("{}: {} is not in Arm's table", row.place, row.name);
        }
    }
    differs
}
