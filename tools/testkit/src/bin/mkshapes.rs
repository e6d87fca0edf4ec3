//! Writes a kernelcache of every shape, to be read by other tools.
//!
//! `cargo run --release -p testkit --bin mkshapes -- DIR [--large]`; `DIR/SHAPE` are written, with
//! `--large` also a collection of 300 images and 100 MB. m1n1's shape is left out: LLVM refuses a
//! segment that runs past the end of its file.

use std::path::PathBuf;

use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(dir) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: mkshapes DIR [--large]");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&dir)?;
    for (shape, built) in [
        ("fileset", sample::fileset()),
        ("tiny", sample::tiny()),
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
        ("prelinked-chained", sample::prelinked_chained()),
        ("prelinked-threads", sample::prelinked_threads()),
        ("bare", sample::bare()),
        ("shuffled", sample::shuffled()),
        ("small", large::collection(Size::SMALL, 3).build()),
    ] {
        std::fs::write(dir.join(shape), built.bytes)?;
    }
    if arguments.next().is_some_and(|option| option == "--large") {
        let built = large::collection(Size::MAC, 1).build();
        std::fs::write(dir.join("large"), built.bytes)?;
    }
    Ok(())
}
