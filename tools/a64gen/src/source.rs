//! A file of the specification text, or of code.

use std::fmt;

/// A text file.
#[derive(Clone, Default)]
pub struct Source {
    /// Its name, for messages.
    pub file: String,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Source {
    /// The name and the length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("file", &self.file)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}
