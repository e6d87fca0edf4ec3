//! Must not link: an index that may be out of bounds.
#![no_std]
#![no_main]

use nopanic::{black_box, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    black_box(bytes[number as usize]);
}
