//! Standard input, output and error of one run.
use std::io::{self, Read, Write};

use crate::failure::Failure;
use crate::paint;
use crate::printable::guarded;
use crate::progress::Progress;
use crate::terminal::Terminal;

/// The streams of one run.
pub(crate) struct Streams<'s> {
    pub(crate) stdin: &'s mut dyn Read,
    pub(crate) stdout: &'s mut dyn Write,
    pub(crate) stderr: &'s mut dyn Write,
    pub(crate) terminal: Terminal,
    /// What is said of a run that takes long.
    pub(crate) progress: Option<Progress>,
}

impl Streams<'_> {
    /// Tells the user something that is not the answer.
    pub(crate) fn note(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        Ok(self.say(&text.to_string(), false)?)
    }

    /// Tells the user why there is no answer.
    pub(crate) fn complain(&mut self, failure: &Failure) -> io::Result<()> {
        self.say(&failure.to_string(), true)
    }

    /// Notes that these bytes go to standard output.
    pub(crate) fn count(&mut self, bytes: &[u8]) {
        if self.terminal.width.is_some() && !bytes.is_empty() {
            // The terminal shows how far it is.
            self.progress = None;
        }
        if let Some(progress) = &self.progress {
            progress.rows(bytes.split(|&byte| byte == b'\n').count() as u64 - 1);
            progress.bytes(bytes.len());
        }
    }

    fn say(&mut self, text: &str, is_error: bool) -> io::Result<()> {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
        let text = guarded(text);
        if self.terminal.stderr_colors {
            writeln!(self.stderr, "{}", paint::complaint(&text, is_error))
        } else {
            writeln!(self.stderr, "kc: {text}")
        }
    }
}
