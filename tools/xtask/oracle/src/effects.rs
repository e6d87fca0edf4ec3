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

use std::path::{Path, PathBuf};

use crate::explained::Explained;
use crate::fault::Fault;
use crate::words::{self, Row};

/// At most so many words of each row are shown to llvm-mca.
const MCA_WORDS: u32 = 8;

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

/// Asks everybody; prints what differs.
///
/// # Errors
/// When a tool cannot be asked, a difference is not explained, or an explanation is of nothing.
pub fn run(rows: &[Row], options: &Options) -> Result<(), Fault> {
    let mut known = Explained::read(options.known.as_deref())?;
    let list = words::instructions(rows, options.words);
    // What llvm-mca says depends on the encoding alone.
    let few = words::instructions(rows, options.words.min(MCA_WORDS));
    let mut opinions = vec![("llvm-mca", mca::ask(&few)?)];
    if let Some(python) = &options.python {
        opinions.push(("capstone", capstone::ask(python, &list)?));
    }
    if let Some(path) = &options.table {
        opinions.push(("table", table::ask(Path::new(path), &list)?));
    }
    let mut unexplained = 0;
    for (tool, opinion) in &opinions {
        let differences = opinion.differences.iter();
        let (explained, open) = known.sift(
            tool,
            differences.map(|found| (found.instruction, found.what.as_str())),
        );
        println!(
            "{tool}: {} answers compared, {} instructions not known, {explained} explained differences, {} unexplained",
            opinion.compared, opinion.unknown, open
        );
        unexplained += open;
    }
    let asked = |tool: &str| opinions.iter().any(|(name, _)| *name == tool);
    known.ensure_used(asked)?;
    if unexplained == 0 {
        Ok(())
    } else {
        Err(Fault::new(format!("{unexplained} unexplained differences")))
    }
}
