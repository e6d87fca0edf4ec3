//! kc-offsets: what macho_walk does, the entry point, and translation.
#![no_std]
#![no_main]

use kc_offsets::KernelCache;
use macho_core::VmAddr;
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], number: u64) {
    let Ok(cache) = KernelCache::parse(bytes) else {
        return;
    };
    for command in cache.image().load_commands() {
        black_box((command.kind(), command.bytes()));
    }
    for segment in cache.image().segments() {
        black_box((segment.vmaddr(), segment.data()));
        for section in segment.sections() {
            black_box((section.vmaddr(), section.size()));
        }
    }
    black_box(cache.address_map().translate(VmAddr::new(number)));
}
