//! What every binary has: the entry point.
#![no_std]
#![no_main]

use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], number: u64) {
    black_box((bytes, number));
}
