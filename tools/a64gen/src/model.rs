//! What the specification text comes to, before it is written.

use crate::effects::Effect;
use crate::isa::Row;
use crate::latency::Latencies;
use crate::names::Table;
use crate::operands::Operands;
use crate::tree::Tree;

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
