//! `kc`, the kernelcache command line, as a function that tests and fuzzers can call.
//!
//! Layers, from the bytes up: `input` maps a file, `container` unwraps IMG4 and fat files down to
//! one Mach-O image, `image` answers what several subcommands ask, `question` puts these three
//! together, `cmd` has one file for each subcommand. `output` writes files that exist only when they
//! are whole.
use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};

mod cli;
mod cmd;
mod container;
mod damage;
mod failure;
mod image;
mod images;
mod input;
mod json;
mod locations;
mod mapped;
mod number;
mod output;
mod pattern;
mod printable;
mod question;
mod streams;
mod symbols;

use clap::Parser as _;
use streams::Streams;

pub use failure::Failure;

/// Runs one command line, `args` starting with the program's name, and returns its exit status:
/// 0 for an answer, 1 for an error, 2 for a command line that makes no sense.
///
/// A reader of `stdout` that goes away ends the run quietly with 0.
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
    let cli = match cli::Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; everything else is a complaint.
            let text = error.render();
            let (to, status): (&mut dyn Write, u8) = if error.use_stderr() {
                (stderr, 2)
            } else {
                (stdout, 0)
            };
            drop(write!(to, "{text}"));
            return status;
        }
    };
    let mut streams = Streams {
        stdin,
        stdout,
        stderr,
    };
    let outcome =
        cmd::run(&cli, &mut streams).and_then(|()| streams.stdout.flush().map_err(Failure::from));
    match outcome {
        Ok(()) => 0,
        Err(Failure::Io { source, .. }) if source.kind() == ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            drop(streams.stdout.flush());
            drop(writeln!(streams.stderr, "kc: {failure}"));
            1
        }
    }
}
