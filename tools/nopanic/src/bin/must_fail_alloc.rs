//! Must not link: the `alloc` crate without an allocator.
#![no_std]
#![no_main]

extern crate alloc;

use nopanic::{black_box, entry};

entry!(probe);

fn probe(bytes: &[u8], _: u64) {
    black_box(alloc::vec::Vec::from(bytes));
}
