//! Prints our speed as ratios to the peers'.
//!
//! ```text
//! ratios [--rounds N] [--only KEY]... [--markdown] [FILE|FOLDER]...
//! ```
//! Real code is read from the arm64 Mach-O files among the paths; without any,
//! words are made up. `--only` takes the start of a group's key. Peers in C are
//! used where `KC_BENCH_DISARM`, `KC_BENCH_LZFSE` and `KC_BENCH_LZSS` name their
//! shared objects (a build with the feature `foreign`).

use std::path::PathBuf;
use std::process::ExitCode;

use benches::input::Input;
use benches::{measure, report};

struct Arguments {
    rounds: usize,
    only: Vec<String>,
    markdown: bool,
    paths: Vec<PathBuf>,
}

fn arguments() -> Result<Arguments, String> {
    let mut parsed = Arguments {
        rounds: 11,
        only: Vec::new(),
        markdown: false,
        paths: Vec::new(),
    };
    let mut rest = std::env::args_os().skip(1);
    while let Some(argument) = rest.next() {
        let mut value = || {
            rest.next()
                .and_then(|value| value.into_string().ok())
                .ok_or_else(|| format!("{} needs a value", argument.to_string_lossy()))
        };
        match argument.to_str() {
            Some("--rounds") => {
                parsed.rounds = value()?
                    .parse()
                    .ok()
                    .filter(|rounds| *rounds > 0)
                    .ok_or("--rounds needs a number above 0")?;
            }
            Some("--only") => parsed.only.push(value()?),
            Some("--markdown") => parsed.markdown = true,
            Some(option) if option.starts_with('-') => {
                return Err(format!("unknown option {option}"));
            }
            _ => {
                let path = PathBuf::from(argument);
                if !path.exists() {
                    return Err(format!("{}: no such file", path.display()));
                }
                parsed.paths.push(path);
            }
        }
    }
    Ok(parsed)
}

fn run() -> Result<(), String> {
    let arguments = arguments()?;
    let input = Input::new(&arguments.paths);
    let wanted = |key: &str| {
        arguments.only.is_empty() || arguments.only.iter().any(|only| key.starts_with(only))
    };
    let mut measured = 0;
    for mut group in benches::groups(&input) {
        if !wanted(group.key) {
            continue;
        }
        let timings = measure::measure(&mut group, arguments.rounds)?;
        if arguments.markdown {
            println!("{}", report::markdown(&group, &timings));
        } else {
            println!("{}", report::text(&group, &timings));
        }
        measured += 1;
    }
    if measured == 0 {
        return Err("no group of that name".to_owned());
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratios: {error}");
            ExitCode::FAILURE
        }
    }
}
