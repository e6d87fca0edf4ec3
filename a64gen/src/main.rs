//! Turns the A64 specification text (`aarch64-decode/spec/*.isa`) into the decoder's tables.
//!
//! `a64gen` writes `aarch64-decode/src/generated/*.rs`; `a64gen --check` compares instead and fails on a difference;
//! `a64gen --against FILE` lists the rows missing against Arm's table of encodings.
#![expect(
    clippy::cast_possible_truncation,
    reason = "indices and bit numbers are small; the tree asserts its limits"
)]

mod check;
mod emit;
mod isa;
mod named;
mod names;
mod operands;
mod squeeze;
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isa::{Problem, Row};

/// The section of a group: what is dropped with the features `sve` and `sme`.
fn section(group: &str) -> u8 {
    match group {
        "sve" => 1,
        "sme" => 2,
        _ => 0,
    }
}

fn load(spec: &Path) -> Result<emit::Model, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(spec)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "isa"))
        .collect();
    files.sort();
    let mut rows: Vec<Row> = Vec::new();
    let mut operands = operands::Operands::default();
    let mut tables = Vec::new();
    for path in files {
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        match file.as_str() {
            "operands.isa" => operands = operands::Operands::parse(&file, &text, &mut problems),
            "sysregs.isa" => names::parse(&file, &text, &mut tables, &mut problems),
            _ => rows.extend(isa::parse(&file, &text, &mut problems)),
        }
    }
    names::check(&mut tables, &mut problems);
    named::order(&mut tables);
    check::rows(&rows, &mut problems);
    rows.sort_by_key(|row| section(&row.group));
    let sections: Vec<u8> = rows.iter().map(|row| section(&row.group)).collect();
    let mut patterns = Vec::new();
    let mut owners = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let mask = row.mask & !row.should;
        let section = sections[index];
        let mut push = |mask: u32, value: u32, id: u16| {
            for (mask, value) in row.pieces(mask, value) {
                patterns.push(tree::Pattern {
                    mask,
                    value,
                    id,
                    section,
                });
                owners.push(index);
            }
        };
        for &(m, v) in &row.undefined {
            push(mask | m, row.value & mask | v, 1);
        }
        push(mask, row.value & mask, (index + emit::RESERVED) as u16);
        // What is not of this row is unallocated unless another row has it.
        for &(m, v) in &row.except {
            patterns.push(tree::Pattern {
                mask: mask | m,
                value: row.value & mask | v,
                id: 0,
                section,
            });
            owners.push(index);
        }
    }
    // The special case first; of two equal masks the undefined one.
    let mut order: Vec<usize> = (0..patterns.len()).collect();
    order.sort_by_key(|&i| {
        (
            patterns[i].id == 0,
            std::cmp::Reverse(patterns[i].mask.count_ones()),
            patterns[i].id,
            i,
        )
    });
    let sorted: Vec<tree::Pattern> = order.iter().map(|&i| patterns[i]).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let tree = tree::build(&sorted);
    let reached: std::collections::HashSet<u16> = (0..sorted.len())
        .filter(|index| !tree.unreached.contains(index))
        .map(|index| sorted[index].id)
        .collect();
    for &unreached in &tree.unreached {
        if !reached.contains(&sorted[unreached].id) {
            let row = &rows[owners[order[unreached]]];
            problems.push(Problem {
                place: row.place.clone(),
                text: format!("{} is never reached", row.name),
            });
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(emit::Model {
        rows,
        sections,
        tree,
        operands,
        tables,
    })
}

fn run() -> Result<bool, Vec<Problem>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../aarch64-decode");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut model = load(&root.join("spec"))?;
    if let [option, file] = arguments.as_slice() {
        if option == "--against" {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            return Ok(!text.is_empty() && !check::against(&model.rows, &text));
        }
    }
    let check_only = arguments.iter().any(|a| a == "--check");
    let mut good = true;
    for (name, text) in emit::files(&mut model)? {
        let path = root.join("src/generated").join(name);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if old == text {
            continue;
        }
        if check_only {
            println!("{name} is not what the specification text gives; run a64gen");
            good = false;
        } else if let Err(error) = std::fs::write(&path, text) {
            println!("{}: {error}", path.display());
            good = false;
        }
    }
    println!(
        "{} encodings, tree: {} nodes, {} slots, {} steps",
        model.rows.len(),
        model.tree.nodes.len(),
        model.tree.slots.len(),
        model.tree.depth
    );
    Ok(good)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("{} problems", problems.len());
            ExitCode::FAILURE
        }
    }
}
