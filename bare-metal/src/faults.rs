//! Steps that a loader does wrongly when it is told to, so that a test sees the payload notice. Without
//! the feature `faults` there are none, and the code that asks is gone.

use crate::command_line;

/// The faults that the command line asks for: `fault=NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Faults<'a> {
    line: &'a str,
}

impl<'a> Faults<'a> {
    /// Those of a command line.
    pub const fn new(line: &'a str) -> Self {
        Self { line }
    }

    /// Whether the step of this name is to go wrong.
    pub fn has(self, name: &str) -> bool {
        cfg!(feature = "faults") && command_line::value(self.line, "fault") == Some(name)
    }
}
