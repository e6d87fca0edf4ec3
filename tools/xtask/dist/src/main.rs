//! `kc-dist FOLDER` writes completions and man pages of `kc`; `kc-dist --screens SAMPLE PAGE` the
//! book's page of screens, and with `--check` at the end compares it.
use std::io;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--screens", sample, page] => screens(sample, page, false),
        ["--screens", sample, page, "--check"] => screens(sample, page, true),
        [folder] if !folder.starts_with('-') => write(folder),
        _ => {
            eprintln!("usage: kc-dist FOLDER | --screens SAMPLE PAGE [--check]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kc-dist: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &str) -> io::Result<()> {
    for file in kc_dist::write(Path::new(folder))? {
        println!("{}", file.display());
    }
    Ok(())
}

fn screens(sample: &str, page: &str, is_check: bool) -> io::Result<()> {
    let text = kc_dist::page(Path::new(sample))?;
    if !is_check {
        return std::fs::write(page, text);
    }
    if std::fs::read_to_string(page)? == text {
        println!("{page} is what kc prints");
        return Ok(());
    }
    let why = format!("{page} is not what kc prints: run `cargo xtask screens`");
    Err(io::Error::other(why))
}
