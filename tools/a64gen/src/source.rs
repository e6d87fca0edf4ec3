//! A file of the specification text, or of code.

/// A text file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its name, for messages.
    pub file: String,
    /// What it says.
    pub text: String,
}
