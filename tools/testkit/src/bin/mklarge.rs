//! Writes a collection of the size that Macs have, for measurements and comparisons.
//!
//! `cargo run --release -p testkit --bin mklarge -- FILE [--seed N] [--small] [--moved BYTES]
//! [--truth TABLE]`
//!
//! `--small` makes a hundredth of it, `--moved` links it that many bytes higher, `--truth` writes
//! what a reader must find in it (`testkit::truth`), which the builder knows without reading the
//! file.

use std::io::Write as _;
use std::path::PathBuf;

use testkit::constants::MACOS_BASE;
use testkit::kernelcache::large::{self, Size};

/// What the command line says.
struct Options {
    path: PathBuf,
    seed: u64,
    size: Size,
    moved: u64,
    truth: Option<PathBuf>,
}

fn options() -> Option<Options> {
    let mut options = Options {
        path: PathBuf::new(),
        seed: 1,
        size: Size::MAC,
        moved: 0,
        truth: None,
    };
    let mut arguments = std::env::args().skip(1);
    options.path = arguments.next()?.into();
    while let Some(option) = arguments.next() {
        match option.as_str() {
            "--small" => options.size = Size::SMALL,
            "--seed" => options.seed = arguments.next()?.parse().ok()?,
            "--moved" => options.moved = arguments.next()?.parse().ok()?,
            "--truth" => options.truth = Some(arguments.next()?.into()),
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> std::io::Result<()> {
    let Some(options) = options() else {
        eprintln!("usage: mklarge FILE [--seed N] [--small] [--moved BYTES] [--truth TABLE]");
        std::process::exit(2);
    };
    let mut collection = large::collection(options.size, options.seed);
    collection.base = Some(MACOS_BASE + options.moved);
    let built = collection.build();
    let truth = &built.truth;
    println!(
        "{} bytes, {} images, {} fixups, {} symbols",
        built.bytes.len(),
        truth.entries.len(),
        truth.fixups.len(),
        truth.symbols.len()
    );
    if let Some(path) = options.truth {
        let mut table = std::io::BufWriter::new(std::fs::File::create(path)?);
        truth.write_tsv(&mut table)?;
        table.flush()?;
    }
    std::fs::write(options.path, &built.bytes)
}
