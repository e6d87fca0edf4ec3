//! Writes the decoder's tables: numbers and names, no code.

mod lists;
mod pieces;
mod text;

use crate::effects::Effect;
use crate::isa::{Problem, Row};
use crate::latency::{self, Latencies};
use crate::named;
use crate::names::Table;
use crate::operands::Operands;
use crate::tree::Tree;
use lists::Lists;
use pieces::HEADER;

/// What the specification text came to, ready to be written.
pub(crate) struct Model {
    /// Rows in the order of their numbers; row `i` is encoding `i + 2`.
    pub(crate) rows: Vec<Row>,
    /// Section of each row.
    pub(crate) sections: Vec<u8>,
    /// The decision tree.
    pub(crate) tree: Tree,
    /// Operand kinds.
    pub(crate) operands: Operands,
    /// Name tables.
    pub(crate) tables: Vec<Table>,
    /// What each row reads and writes.
    pub(crate) effects: Vec<Effect>,
    /// Latencies of the rows.
    pub(crate) latencies: Latencies,
}

/// Encodings 0 and 1 stand for unallocated and undefined words.
pub(crate) const RESERVED: usize = 2;

/// All generated files: name and text.
///
/// # Errors
/// What the rows want and `operands.isa` and the name tables do not have, and the other way round.
pub(crate) fn files(model: &mut Model) -> Result<Vec<(&'static str, String)>, Vec<Problem>> {
    let lists = Lists::of(
        &model.rows,
        &model.sections,
        &mut model.operands,
        &model.tables,
    )?;
    let kinds = &model.operands.kinds;
    let mut features = lists.features.clone();
    let named = named::emit(HEADER, &model.tables, &mut features);
    Ok(vec![
        ("tree.rs", text::tree(&model.tree)),
        ("encodings.rs", text::encodings(&lists)),
        ("kinds.rs", text::kinds(kinds, &lists.predicates)),
        ("forms.rs", text::forms(&lists, kinds)),
        ("effects.rs", text::effects(&model.effects, lists.ends)),
        ("named.rs", named),
        ("names.rs", text::names(&lists, &features)),
        (
            "latency.rs",
            latency::emit(HEADER, &model.latencies, RESERVED),
        ),
    ])
}
