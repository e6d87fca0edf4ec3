//! From the specification text to rows, their decision tree, operands and names.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::isa::Row;
use crate::line::Problem;
use crate::model::{Model, RESERVED};
use crate::operands::Operands;
use crate::source::Source;
use crate::tree::{self, Pattern};
use crate::{check, effects, isa, latency, named, names};

/// The section of a group: what is dropped with the features `sve` and `sme`.
fn section(group: &str) -> u8 {
    match group {
        "sve" => 1,
        "sme" => 2,
        _ => 0,
    }
}

/// Reads and checks the text, and finds its tree.
pub(crate) fn load(spec: &[Source]) -> Result<Model, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut operands = Operands::default();
    let mut tables = Vec::new();
    let mut rules = Vec::new();
    let mut latencies = Vec::new();
    // The numbers of encodings follow the order of the files' names.
    let mut files: Vec<&Source> = spec.iter().collect();
    files.sort_by_key(|source| &source.file);
    for Source { file, text } in files {
        match file.as_str() {
            "operands.isa" => operands = Operands::parse(file, text, &mut problems),
            "effects.isa" => rules = effects::parse(file, text, &mut problems),
            "latency.isa" => latencies = latency::parse(file, text, &mut problems),
            "sysregs.isa" => names::parse(file, text, &mut tables, &mut problems),
            _ => rows.extend(isa::parse(file, text, &mut problems)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    names::check(&mut tables, &mut problems);
    named::order(&mut tables);
    check::rows(&rows, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    rows.sort_by_key(|row| section(&row.group));
    let effects = effects::of_rows(&rows, &rules, &mut problems);
    let sections: Vec<u8> = rows.iter().map(|row| section(&row.group)).collect();
    let patterns = patterns(&rows, &sections);
    let tree = tree::build(&patterns);
    let hidden: HashSet<usize> = tree.unreached.iter().copied().collect();
    let reached: HashSet<u16> = (0..patterns.len())
        .filter(|index| !hidden.contains(index))
        .map(|index| patterns[index].id)
        .collect();
    for (index, row) in rows.iter().enumerate() {
        if !reached.contains(&number(index)) {
            problems.push(Problem {
                line: row.line.clone(),
                text: format!(
                    "{} is never reached; its words belong to {}",
                    row.name,
                    check::hiders(row, &rows)
                ),
            });
        }
    }
    let latencies = latency::of_rows(&rows, &latencies, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Model {
        rows,
        sections,
        tree,
        operands,
        tables,
        effects,
        latencies,
    })
}

/// The number of the row's encoding.
fn number(index: usize) -> u16 {
    (index + RESERVED) as u16
}

/// The words of the rows, by priority: the special case first; of two equal masks the undefined one.
fn patterns(rows: &[Row], sections: &[u8]) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (index, (row, &section)) in rows.iter().zip(sections).enumerate() {
        let mask = row.mask & !row.should;
        let mut push = |mask: u32, value: u32, id: u16| {
            for (mask, value) in row.pieces(mask, value) {
                patterns.push(Pattern {
                    mask,
                    value,
                    id,
                    section,
                });
            }
        };
        for &(m, v) in &row.undefined {
            push(mask | m, row.value & mask | v, 1);
        }
        push(mask, row.value & mask, number(index));
        // What is not of this row is unallocated unless another row has it.
        for &(m, v) in &row.except {
            patterns.push(Pattern {
                mask: mask | m,
                value: row.value & mask | v,
                id: 0,
                section,
            });
        }
    }
    patterns.sort_by_key(|pattern| {
        (
            pattern.id == 0,
            Reverse(pattern.mask.count_ones()),
            pattern.id,
        )
    });
    patterns
}
