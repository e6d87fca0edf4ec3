//! Lines of the specification text, and what is wrong with them.

use std::fmt;

/// A line of the specification text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// File name.
    pub file: String,
    /// Its number, from 1.
    pub number: usize,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.number)
    }
}

/// A message about one line of the specification text.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where.
    pub line: Line,
    /// What.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.text)
    }
}
