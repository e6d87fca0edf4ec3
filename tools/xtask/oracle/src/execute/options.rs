//! What to run, and how often.

use std::path::PathBuf;
use std::str::FromStr;

use crate::fault::Fault;

/// What to run, and how often.
#[derive(Debug)]
pub struct Options {
    /// QEMU's user emulation.
    pub qemu: PathBuf,
    /// The list of explained differences.
    pub known: Option<PathBuf>,
    /// Words of each row.
    pub words: u32,
    /// States of each word.
    pub states: usize,
    /// Of the states.
    pub seed: u64,
    /// Only rows whose names hold one of these; all without any.
    pub rows: Vec<String>,
    /// Whether to print the encodings that did not run.
    pub not_run: bool,
}

impl Options {
    /// Reads a command line.
    ///
    /// # Errors
    /// When an option is not known or has no value, or QEMU is not named.
    pub fn parse(arguments: &[String]) -> Result<Self, Fault> {
        let mut options = Self {
            qemu: PathBuf::new(),
            known: None,
            words: 4,
            states: 4,
            seed: 1,
            rows: Vec::new(),
            not_run: false,
        };
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let mut value = || {
                rest.next()
                    .ok_or_else(|| Fault::new(format!("{option} wants a value")))
            };
            match option.as_str() {
                "--qemu" => options.qemu = value()?.into(),
                "--known" => options.known = Some(value()?.into()),
                "--words" => options.words = number(value()?)?,
                "--states" => options.states = number(value()?)?,
                "--seed" => options.seed = number(value()?)?,
                "--rows" => options.rows = value()?.split(',').map(str::to_owned).collect(),
                "--not-run" => options.not_run = true,
                _ => return Err(Fault::new(format!("unknown option {option}"))),
            }
        }
        if options.qemu.as_os_str().is_empty() {
            return Err(Fault::new("--qemu is wanted"));
        }
        Ok(options)
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse()
        .map_err(|_| Fault::new(format!("`{text}` is not a number")))
}
