//! Writes the files of `samples/`.
//!
//! `cargo run -p testkit --bin mksamples [-- DIR]`; a test checks that the files kept there are
//! what this writes.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let dir = std::env::args_os().nth(1).map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../samples")),
        PathBuf::from,
    );
    std::fs::create_dir_all(&dir)?;
    for (name, bytes) in testkit::samples::all() {
        std::fs::write(dir.join(name), bytes)?;
    }
    Ok(())
}
