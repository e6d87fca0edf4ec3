//! Arguments that say how an answer is written.
use clap::Args;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
    JsonLines,
}

/// How to answer.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ReportArgs {
    /// Print one JSON document: docs/src/json.md lists its fields
    #[arg(long, conflicts_with = "json_lines", help_heading = "Answer")]
    pub(crate) json: bool,
    /// Print JSON Lines: the head, a line for each row, the end
    #[arg(long, help_heading = "Answer")]
    pub(crate) json_lines: bool,
    /// Exit with status 4 if there is nothing to list
    #[arg(long, help_heading = "Answer")]
    pub(crate) error_if_none: bool,
    /// List no more than this many rows; JSON's `complete` is then false if there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Answer")]
    pub(crate) limit: Option<u64>,
}

impl ReportArgs {
    pub(crate) const fn form(self) -> Form {
        match (self.json, self.json_lines) {
            (true, _) => Form::Json,
            (false, true) => Form::JsonLines,
            (false, false) => Form::Text,
        }
    }
}
