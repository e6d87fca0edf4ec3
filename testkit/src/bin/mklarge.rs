//! Writes a collection of the size that Macs have, for measurements.
//!
//! `cargo run --release -p testkit --bin mklarge -- FILE [SEED]`

use testkit::kernelcache::large::{self, Size};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: mklarge FILE [SEED]");
        std::process::exit(2);
    };
    let seed = arguments
        .next()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let built = large::collection(Size::MAC, seed).build();
    let truth = &built.truth;
    println!(
        "{} bytes, {} images, {} fixups, {} symbols",
        built.bytes.len(),
        truth.entries.len(),
        truth.fixups.len(),
        truth.symbols.len()
    );
    std::fs::write(path, &built.bytes)
}
