//! Writes the decoder's tables: numbers and names, no code.

mod lists;
mod pieces;
mod text;

use crate::line::Problem;
use crate::model::{Model, RESERVED};
use crate::{latency, named};
use lists::Lists;
use pieces::HEADER;

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
