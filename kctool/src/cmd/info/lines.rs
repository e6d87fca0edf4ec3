//! Lines with a name at their start.
use serde_json::Value;

use crate::columns::wrapped;

/// Columns of the names.
const NAME: usize = 16;

/// Text as it is made.
pub(super) struct Lines {
    pub(super) text: String,
    /// Columns of the terminal that the text is for.
    pub(super) width: Option<usize>,
}

impl Lines {
    pub(super) const fn new(width: Option<usize>) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    /// A line of text after a name; on a terminal it goes on below itself.
    pub(super) fn add(&mut self, name: &str, text: &str) {
        let room = self.width.map(|width| width.saturating_sub(NAME));
        let pieces = match room {
            Some(room) => wrapped(text, room),
            None => vec![text.to_owned()],
        };
        for (number, piece) in pieces.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            self.line(&format!("{name:NAME$}{piece}"));
        }
    }

    /// The names of the columns of a table.
    pub(super) fn heading(&mut self, names: &str) {
        self.line("");
        self.line(names);
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A value as a line has it.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// A size.
pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}
