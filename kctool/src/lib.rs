//! `kc`, the kernelcache command line, as a function that tests and fuzzers can call.
//!
//! Layers, from the bytes up: `input` maps a file, `container` unwraps IMG4 and fat files down to
//! one Mach-O image, `image` answers what several subcommands ask, `question` puts these three
//! together, `cmd` has one file for each subcommand. `output` writes files that exist only when
//! they are whole.
use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};

mod charge;
mod cli;
mod cmd;
mod columns;
mod container;
mod damage;
mod failure;
mod guard;
mod image;
mod images;
mod input;
mod json;
mod locations;
mod mapped;
mod merged;
mod number;
mod output;
mod paint;
mod pattern;
mod place;
mod printable;
mod progress;
mod question;
mod report;
mod streams;
mod symbols;
mod terminal;
mod ticket;
mod wrong_file;

use clap::{CommandFactory as _, Parser as _};
use progress::Progress;
use streams::Streams;
use terminal::When;

pub use failure::Failure;
pub use guard::{Allocator, install_handlers};
pub use terminal::Terminal;

/// The command line, for what writes completions and man pages of it.
pub fn command() -> clap::Command {
    cli::Cli::command()
}

/// What the parser of the command line says, with what the user typed escaped.
fn escaped(mut error: clap::Error) -> String {
    use clap::error::ContextValue;

    let shown = |text: &str| printable::Printable::text(text).to_string();
    let typed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            let value = match value {
                ContextValue::String(text) => ContextValue::String(shown(text)),
                ContextValue::Strings(all) => {
                    ContextValue::Strings(all.iter().map(|text| shown(text)).collect())
                }
                _ => return None,
            };
            Some((kind, value))
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
    let mut text = error.render().to_string();
    let is_similar = |kind| kind == clap::error::ContextKind::SuggestedSubcommand;
    if error.kind() == clap::error::ErrorKind::InvalidSubcommand
        && !error.context().any(|(kind, _)| is_similar(kind))
    {
        // Most who forget the subcommand want to know what a file is.
        text.push_str("\nA subcommand comes before the file: kc info FILE says what it is.\n");
    }
    let lines = text.split('\n').map(printable::guarded);
    lines.collect::<Vec<_>>().join("\n")
}

/// When to print in colour, of a command line that asks for help and is not read to its end.
fn asked(args: &[OsString]) -> When {
    let words = args.iter().filter_map(|word| word.to_str());
    let words: Vec<&str> = words.flat_map(|word| word.split('=')).collect();
    let after = words.iter().skip_while(|word| **word != "--color").nth(1);
    after
        .and_then(|word| <When as clap::ValueEnum>::from_str(word, false).ok())
        .unwrap_or_default()
}

/// Runs one command line, `args` starting with the program's name, and returns its exit status:
/// 0 for a whole answer, 1 for an error, 2 for a command line that makes no sense, 3 for an answer
/// about an input that is damaged, 4 for an empty one if the command line calls that an error.
///
/// A reader of `stdout` that goes away ends the run quietly with 0.
///
/// The streams are taken for files or pipes; see [`run_on`].
pub fn run<I, T>(
    args: I,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    run_on(Terminal::default(), args, stdin, stdout, stderr)
}

/// As [`run`], on streams that are a terminal, or may be.
pub fn run_on<I, T>(
    terminal: Terminal,
    args: I,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let cli = match cli::Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; everything else is a complaint.
            let (to, status): (&mut dyn Write, u8) = if error.use_stderr() {
                (stderr, 2)
            } else {
                (stdout, 0)
            };
            let text = if status == 0 && terminal.with(asked(&args)).colors {
                // Nothing of it was typed.
                error.render().ansi().to_string()
            } else {
                escaped(error)
            };
            drop(to.write_all(text.as_bytes()));
            return status;
        }
    };
    let mut streams = Streams {
        stdin,
        stdout,
        stderr,
        terminal: terminal.with(cli.color),
        progress: terminal.is_stderr_one.then(Progress::new),
    };
    let outcome = cmd::run(&cli, &mut streams).and_then(|status| {
        streams.stdout.flush()?;
        Ok(status)
    });
    match outcome {
        Ok(status) => status.code(),
        Err(Failure::Io { path: None, source }) if source.kind() == ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            drop(streams.stdout.flush());
            drop(streams.complain(&failure));
            1
        }
    }
}
