//! What a subcommand answers, as text, as JSON or as JSON Lines, and the exit status that follows.
//!
//! The shapes and the rule for the status are those of docs/decisions/0019: everything is written
//! as it is made, so that a list of any length takes no memory.
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Form, ReportArgs};
use crate::container::Payload;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::json;
use crate::paint;
use crate::printable::{NameLimit, Printable};
use crate::streams::Streams;

/// How a run that answered ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// All of the answer was given.
    Whole,
    /// Parts of the input are damaged.
    Damaged,
    /// There was nothing to list, and `--error-if-none` was given.
    Nothing,
}

impl Status {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Damaged => 3,
            Self::Nothing => 4,
        }
    }
}

/// What was written last in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Nothing,
    /// The schema and the file.
    Head,
    /// The answer that a subcommand has beside or in place of rows.
    Answer,
    /// The start of the list, or a row.
    Rows,
}

/// Bytes that are collected before they are written.
const PIECE: usize = 1 << 16;

/// One answer while it is written.
pub(crate) struct Report<'o, 's> {
    streams: &'o mut Streams<'s>,
    form: Form,
    /// The status of an empty list.
    if_none: Status,
    to_stderr: bool,
    /// Offsets count from the payload of a container.
    in_payload: bool,
    subcommand: &'static str,
    file: String,
    /// Whether there is a list, which is written even if it is empty.
    is_list: bool,
    written: Written,
    rows: u64,
    /// The most rows that are written.
    limit: u64,
    /// Takes the rows beyond the limit, the last of which stays: it says that there are some.
    left_out: Vec<u8>,
    heading: Option<String>,
    out: Vec<u8>,
    pub(crate) names: NameLimit,
    pub(crate) damage: Damage,
}

impl<'o, 's> Report<'o, 's> {
    /// A list of rows.
    pub(crate) fn list(
        subcommand: &'static str,
        args: ReportArgs,
        file: &Path,
        streams: &'o mut Streams<'s>,
    ) -> Self {
        Self {
            streams,
            form: args.form(),
            if_none: if args.error_if_none {
                Status::Nothing
            } else {
                Status::Whole
            },
            to_stderr: false,
            in_payload: false,
            subcommand,
            file: Printable::path(file).to_string(),
            is_list: true,
            written: Written::Nothing,
            rows: 0,
            limit: args.limit.unwrap_or(u64::MAX),
            left_out: Vec::new(),
            heading: None,
            out: Vec::new(),
            names: NameLimit::new(usize::MAX),
            damage: Damage::default(),
        }
    }

    /// One answer.
    pub(crate) fn single(
        subcommand: &'static str,
        args: ReportArgs,
        file: &Path,
        streams: &'o mut Streams<'s>,
    ) -> Self {
        Self {
            is_list: false,
            ..Self::list(subcommand, args, file, streams)
        }
    }

    /// What was written must not be mixed with the report: `-` is standard output.
    pub(crate) fn beside(mut self, output: Option<&Path>) -> Self {
        self.to_stderr = output == Some(Path::new("-"));
        self
    }

    /// Offsets count from this.
    pub(crate) fn of(mut self, payload: &Payload<'_>) -> Self {
        self.in_payload = payload.img4.is_some();
        self.names = NameLimit::new(payload.bytes.len());
        self
    }

    pub(crate) fn is_json(&self) -> bool {
        self.form != Form::Text
    }

    /// Says something that is not the answer.
    pub(crate) fn note(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        self.streams.note(text)
    }

    /// Notes that something is damaged, of the image with that id, and returns what a row has of
    /// it.
    pub(crate) fn damaged(&mut self, failure: impl Into<Failure>, image: Option<String>) -> Value {
        let failure = failure.into();
        let object = failure.json();
        self.damage.add_to(failure, image);
        object
    }

    /// Text of a row that is written, with its newline.
    pub(crate) fn text(&mut self) -> Result<&mut Vec<u8>, Failure> {
        if self.is_full() {
            return Ok(self.beyond());
        }
        self.rows += 1;
        if let Some(heading) = self.heading.take() {
            writeln!(self.out, "{heading}")?;
        }
        self.remark()
    }

    /// Whether no further row is written.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.limit
    }

    /// Takes a row beyond the limit.
    fn beyond(&mut self) -> &mut Vec<u8> {
        self.left_out.clear();
        &mut self.left_out
    }

    /// Text that is not a row.
    pub(crate) fn remark(&mut self) -> Result<&mut Vec<u8>, Failure> {
        if PIECE <= self.out.len() {
            self.flush(false)?;
        }
        Ok(&mut self.out)
    }

    /// Columns that a line of text may have, if it is for a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        let is_for_one = !self.to_stderr && !self.is_json();
        self.streams.terminal.width.filter(|_| is_for_one)
    }

    /// The names of the columns of the rows that follow: written before the first one, and on a
    /// terminal only; files and pipes have rows alone.
    pub(crate) fn heading(&mut self, names: &str) {
        if self.width().is_none() {
            return;
        }
        let names = names.trim_end();
        let names = if self.colors() {
            paint::heading(names)
        } else {
            names.to_owned()
        };
        self.heading = Some(names);
    }

    fn colors(&self) -> bool {
        let terminal = self.streams.terminal;
        let is_colored = if self.to_stderr {
            terminal.stderr_colors
        } else {
            terminal.colors
        };
        is_colored && !self.is_json()
    }

    /// Writes the answer that is not a list.
    pub(crate) fn answer(&mut self, answer: &Value) -> Result<(), Failure> {
        self.head()?;
        if self.form == Form::JsonLines {
            json::line(&mut self.out, answer)?;
        } else {
            self.out.extend_from_slice(b",\n  \"answer\": ");
            json::pretty(&mut self.out, answer)?;
        }
        self.written = Written::Answer;
        Ok(())
    }

    /// Writes a row, an object; one that is whole need not say so.
    pub(crate) fn row(&mut self, row: &Value) -> Result<(), Failure> {
        let out = self.row_start()?;
        json::compact(out, row)?;
        if row.get("damage").is_none() && out.pop().is_some() {
            out.extend_from_slice(b",\"damage\":null}");
        }
        self.row_end()
    }

    /// Makes room for a row that the caller writes as JSON into what this returns.
    pub(crate) fn row_start(&mut self) -> Result<&mut Vec<u8>, Failure> {
        self.start_rows()?;
        if self.is_full() {
            return Ok(self.beyond());
        }
        let gap: &[u8] = match (self.form, self.rows) {
            (Form::JsonLines, _) => b"",
            (_, 0) => b"\n    ",
            _ => b",\n    ",
        };
        self.out.extend_from_slice(gap);
        Ok(&mut self.out)
    }

    /// Ends what [`row_start`](Self::row_start) began.
    pub(crate) fn row_end(&mut self) -> Result<(), Failure> {
        if self.is_full() {
            return Ok(());
        }
        if self.form == Form::JsonLines {
            self.out.push(b'\n');
        }
        self.rows += 1;
        if PIECE <= self.out.len() {
            self.flush(false)?;
        }
        Ok(())
    }

    /// Ends the answer: all of it was written, or what `done` says went wrong on the way.
    ///
    /// # Errors
    /// That of `done`, or of writing.
    pub(crate) fn end(mut self, done: Result<(), Failure>) -> Result<Status, Failure> {
        if let Err(failure) = done {
            // A document that was begun is ended, and says that it is not whole.
            if self.is_json() && self.written != Written::Nothing {
                self.damage.add_to(failure.copy(), None);
                self.tail()?;
            }
            self.flush(true)?;
            return Err(failure);
        }
        if self.is_json() {
            self.head()?;
            self.tail()?;
        }
        self.flush(true)?;
        let is_whole = self.damage.is_none();
        self.damage.say(self.in_payload, self.streams)?;
        Ok(match (is_whole, self.rows) {
            (false, _) => Status::Damaged,
            (true, 0) if self.is_list => self.if_none,
            _ => Status::Whole,
        })
    }

    fn head(&mut self) -> Result<(), Failure> {
        if self.written != Written::Nothing {
            return Ok(());
        }
        self.written = Written::Head;
        let schema = format!("kc.{}", self.subcommand);
        if self.form == Form::JsonLines {
            let head = json!({ "schema": schema, "version": VERSION, "file": self.file });
            return Ok(json::line(&mut self.out, &head)?);
        }
        self.out.extend_from_slice(b"{\n  \"schema\": ");
        json::compact(&mut self.out, &schema.into())?;
        write!(self.out, ",\n  \"version\": {VERSION},\n  \"file\": ")?;
        Ok(json::compact(&mut self.out, &self.file.clone().into())?)
    }

    fn start_rows(&mut self) -> Result<(), Failure> {
        self.head()?;
        if self.written != Written::Rows {
            self.written = Written::Rows;
            if self.form == Form::Json {
                self.out.extend_from_slice(b",\n  \"rows\": [");
            }
        }
        Ok(())
    }

    fn tail(&mut self) -> Result<(), Failure> {
        if self.is_list {
            self.start_rows()?;
        }
        if self.form == Form::JsonLines {
            let tail = json!({
                "damage": self.damage.rows().collect::<Vec<_>>(),
                "damage_left_out": self.damage.left_out(),
                "complete": self.damage.is_none() && self.left_out.is_empty(),
            });
            return Ok(json::line(&mut self.out, &tail)?);
        }
        if self.written == Written::Rows {
            let end: &[u8] = if self.rows == 0 { b"]" } else { b"\n  ]" };
            self.out.extend_from_slice(end);
        }
        self.out.extend_from_slice(b",\n  \"damage\": [");
        let mut gap: &[u8] = b"\n    ";
        for row in self.damage.rows() {
            self.out.extend_from_slice(gap);
            json::compact(&mut self.out, &row)?;
            gap = b",\n    ";
        }
        if !self.damage.is_none() {
            self.out.extend_from_slice(b"\n  ");
        }
        let left_out = self.damage.left_out();
        let is_whole = self.damage.is_none() && self.left_out.is_empty();
        writeln!(
            self.out,
            "],\n  \"damage_left_out\": {left_out},\n  \"complete\": {is_whole}\n}}"
        )?;
        Ok(())
    }

    /// Writes what was collected; in colour whole lines only, unless they are the last.
    fn flush(&mut self, is_last: bool) -> Result<(), Failure> {
        let len = self.out.len();
        let (painted, end) = if self.colors() {
            let end = self.out.iter().rposition(|&byte| byte == b'\n');
            let end = end.filter(|_| !is_last).map_or(len, |at| at + 1);
            let painted = paint::lines(self.subcommand, &self.out[..end]);
            (Some(painted), end)
        } else {
            (None, len)
        };
        let bytes = painted.as_deref().unwrap_or(&self.out);
        if self.to_stderr {
            self.streams.stderr.write_all(bytes)?;
        } else {
            self.streams.count(bytes);
            self.streams.stdout.write_all(bytes)?;
        }
        self.out.drain(..end);
        Ok(())
    }
}

/// The version of the documents of all subcommands.
const VERSION: u32 = 1;
