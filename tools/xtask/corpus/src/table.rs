//! What the builder of a file says is in it: the table that `testkit::truth` writes.

use std::fs;
use std::path::Path;

use crate::fault::{Fault, Outcome};

/// A line of the table after its first column, or what kc says of the same thing.
pub(crate) type Row = Vec<String>;

/// The lines of a table, by what they are about.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) image: Vec<Row>,
    pub(crate) entry_points: Vec<Row>,
    pub(crate) segments: Vec<Row>,
    pub(crate) entries: Vec<Row>,
    pub(crate) symbols: Vec<Row>,
    pub(crate) fixups: Vec<Row>,
}

impl Truth {
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let mut truth = Self::default();
        for line in fs::read_to_string(path)?.lines() {
            let mut columns = line.split('\t').map(str::to_owned);
            let kind = columns.next().unwrap_or_default();
            let rows = match kind.as_str() {
                "image" => &mut truth.image,
                "entry-point" => &mut truth.entry_points,
                "segment" => &mut truth.segments,
                "entry" => &mut truth.entries,
                "symbol" => &mut truth.symbols,
                "fixup" => &mut truth.fixups,
                _ => return Err(Fault::new(format!("a line of the truth: {line:?}"))),
            };
            rows.push(columns.collect());
        }
        Ok(truth)
    }

    /// The outermost image's segments.
    pub(crate) fn outer_segments(&self) -> impl Iterator<Item = &Row> {
        self.segments.iter().filter(|row| row[0] == "-")
    }
}
