//! Standard input, output and error of one run.
use std::io::{Read, Write};

use crate::failure::Failure;
use crate::printable::guarded;

/// The streams of one run.
pub(crate) struct Streams<'s> {
    pub(crate) stdin: &'s mut dyn Read,
    pub(crate) stdout: &'s mut dyn Write,
    pub(crate) stderr: &'s mut dyn Write,
}

impl Streams<'_> {
    /// Tells the user something that is not the answer.
    pub(crate) fn note(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        let text = text.to_string();
        Ok(writeln!(self.stderr, "kc: {}", guarded(&text))?)
    }
}
