//! What our instructions read and write, against what others say of it.
//!
//! | tool | what it tells |
//! |---|---|
//! | `llvm-mca` | whether an instruction loads and stores |
//! | `capstone` | registers and flags read and written, implied ones too |
//! | `table` | outputs and inputs of LLVM's instruction tables (a file) |

mod capstone;
mod mca;
mod opinion;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use aarch64_decode::{Instruction, decode};

use crate::fault::Fault;
use crate::known::glob;
use crate::words::{Random, Row};
use opinion::Difference;

/// At most so many words of each row are shown to llvm-mca.
const MCA_WORDS: u32 = 8;

/// An explained difference: `tool | encoding, ... | difference | cause | citation`, all but the
/// last two with `*`.
struct Known {
    tool: String,
    encodings: Vec<String>,
    what: String,
    line: usize,
}

/// Whom to ask, and about how many words of each row.
#[derive(Debug, Default)]
pub struct Options {
    /// A Python that has Capstone.
    pub python: Option<PathBuf>,
    /// LLVM's instruction table.
    pub table: Option<PathBuf>,
    /// The list of explained differences.
    pub known: Option<PathBuf>,
    /// Words of each row.
    pub words: u32,
}

fn parse_known(text: &str) -> Result<Vec<Known>, Fault> {
    let mut list = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [tool, encodings, what, cause, citation] = columns[..] else {
            return Err(Fault::new(format!(
                "line {} of the list: five columns are wanted",
                number + 1
            )));
        };
        if cause.is_empty() || citation.is_empty() {
            return Err(Fault::new(format!(
                "line {} of the list: a cause and a citation are wanted",
                number + 1
            )));
        }
        list.push(Known {
            tool: tool.to_owned(),
            encodings: encodings.split(',').map(|e| e.trim().to_owned()).collect(),
            what: what.to_owned(),
            line: number + 1,
        });
    }
    Ok(list)
}

/// `count` instructions of each row: the first words that a seeded generator gives.
fn instructions(rows: &[Row], count: u32) -> Vec<Instruction> {
    const TRIES: u32 = 4096;
    let mut list = Vec::new();
    for row in rows {
        let mut random = Random::new(u64::from(row.value));
        let of_row = (0..TRIES)
            .filter_map(|_| decode(row.value | random.word() & !row.mask).ok())
            .filter(|insn| insn.encoding().name() == row.name && !insn.is_unpredictable())
            .take(count as usize);
        list.extend(of_row);
    }
    list
}

/// Asks everybody; prints what differs.
///
/// # Errors
/// When a tool cannot be asked, a difference is not explained, or an explanation is of nothing.
pub fn run(rows: &[Row], options: &Options) -> Result<(), Fault> {
    let known = match &options.known {
        Some(path) => {
            parse_known(&fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?)?
        }
        None => Vec::new(),
    };
    let list = instructions(rows, options.words);
    // What llvm-mca says depends on the encoding alone.
    let few = instructions(rows, options.words.min(MCA_WORDS));
    let mut opinions = vec![("llvm-mca", mca::ask(&few)?)];
    if let Some(python) = &options.python {
        opinions.push(("capstone", capstone::ask(python, &list)?));
    }
    if let Some(path) = &options.table {
        opinions.push(("table", table::ask(Path::new(path), &list)?));
    }
    let mut unexplained = 0;
    let mut used = vec![false; known.len()];
    for (tool, opinion) in &opinions {
        let mut open: BTreeMap<String, (u32, String)> = BTreeMap::new();
        let mut explained = 0_u64;
        for Difference { instruction, what } in &opinion.differences {
            let name = instruction.encoding().name();
            let at = known.iter().position(|known| {
                known.tool == *tool
                    && known.encodings.iter().any(|own| glob(own, name))
                    && glob(&known.what, what)
            });
            if let Some(at) = at {
                used[at] = true;
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
        println!(
            "{tool}: {} answers compared, {} instructions not known, {explained} explained differences, {} unexplained",
            opinion.compared,
            opinion.unknown,
            open.len()
        );
        unexplained += open.len();
    }
    let asked = |tool: &str| opinions.iter().any(|(name, _)| *name == tool);
    let stale: Vec<String> = known
        .iter()
        .zip(&used)
        .filter(|(known, used)| !**used && asked(&known.tool))
        .map(|(known, _)| known.line.to_string())
        .collect();
    if !stale.is_empty() {
        return Err(Fault::new(format!(
            "these lines of the list explain nothing: {}",
            stale.join(", ")
        )));
    }
    if unexplained == 0 {
        Ok(())
    } else {
        Err(Fault::new(format!("{unexplained} unexplained differences")))
    }
}
