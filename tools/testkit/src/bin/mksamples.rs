//! Writes the files of `samples/`, or checks them.
//!
//! `cargo run -p testkit --bin mksamples [-- [--check] [DIR]]`. With `--check` nothing is written,
//! and the exit status is 1 where a file differs.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let mut check = false;
    let mut dir = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples"));
    for argument in std::env::args_os().skip(1) {
        if argument == "--check" {
            check = true;
        } else {
            dir = PathBuf::from(argument);
        }
    }
    let mut stale = false;
    if !check {
        std::fs::create_dir_all(&dir)?;
    }
    for (name, bytes) in testkit::samples::all() {
        let path = dir.join(name);
        if !check {
            std::fs::write(path, bytes)?;
        } else if std::fs::read(&path)? != bytes {
            eprintln!("{} is not what testkit writes today", path.display());
            stale = true;
        }
    }
    Ok(ExitCode::from(u8::from(stale)))
}
