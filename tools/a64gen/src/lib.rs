//! Turns the A64 specification text (`aarch64-decode/spec/*.isa`) into the decoder's tables, or
//! says what is wrong with it.
#![expect(
    clippy::cast_possible_truncation,
    reason = "indices and bit numbers are small; the tree asserts its limits"
)]

mod aarchmrs;
mod check;
mod code;
mod effects;
mod emit;
mod isa;
mod latency;
mod line;
mod load;
mod model;
mod named;
mod names;
mod operands;
mod source;
mod squeeze;
mod tree;

use std::fmt;

pub use code::Code;
pub use line::{Line, Problem};
pub use source::Source;

/// All that the generator reads.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// `spec/*.isa`.
    pub spec: Vec<Source>,
    /// `spec/aarchmrs.tsv`: the encodings that must be there.
    pub arm: Source,
    /// The decoder's code, which must know every kind of operand.
    pub code: Code,
}

/// The written tables.
#[derive(Clone)]
pub struct Output {
    /// Name and text of each file.
    pub files: Vec<(&'static str, String)>,
    /// How large they are, for the person who ran it.
    pub summary: String,
}

impl fmt::Debug for Output {
    /// How many files, and how large the tables are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("files", &self.files.len())
            .field("summary", &self.summary)
            .finish()
    }
}

/// Writes the tables.
///
/// # Errors
/// Everything that is wrong with the text, by file and line.
pub fn generate(input: &Input) -> Result<Output, Vec<Problem>> {
    let mut model = load::load(&input.spec)?;
    refuse(aarchmrs::missing(&model.rows, &input.arm)?)?;
    let files = emit::files(&mut model)?;
    refuse(code::forgotten(&model, &input.code))?;
    let summary = format!(
        "{} encodings, tree: {} nodes, {} slots, {} steps",
        model.rows.len(),
        model.tree.nodes.len(),
        model.tree.slots.len(),
        model.tree.depth
    );
    Ok(Output { files, summary })
}

/// Compares the text with another table of Arm's encodings: tab-separated, with the columns that
/// its line `# name ...` names. Gives the number of its encodings.
///
/// # Errors
/// What is wrong with the text or the table; encodings that the text lacks, that differ, and that
/// the table lacks (but for Apple's).
pub fn against(input: &Input, table: &Source) -> Result<usize, Vec<Problem>> {
    let model = load::load(&input.spec)?;
    let mut problems = aarchmrs::missing(&model.rows, table)?;
    problems.extend(aarchmrs::unknown(&model.rows, table)?);
    refuse(problems)?;
    Ok(aarchmrs::encodings(table)?.len())
}

fn refuse(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}
