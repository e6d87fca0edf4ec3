//! No panic is reachable from `kc-offsets`.
#![no_std]
#![no_main]

use kc_offsets::{
    AddressMap, Entry, KernelCache, MapStorage, PageIndex, PhysicalWindow, SegmentRange,
};
use macho_core::{FileOffset, MachO, Mode, PhysAddr, SlidVmAddr, Slide, VmAddr};
use nopanic::{black_box, debug, display, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    physical(number, number.rotate_left(29));
    ranges(number);
    if let Ok(image) = MachO::parse(bytes) {
        probe_cache(&KernelCache::new(image), number);
        probe_map(&AddressMap::new(&image), number);
    }
    for parsed in [
        KernelCache::parse(bytes),
        KernelCache::parse_with(bytes, Mode::Tolerant),
    ] {
        match parsed {
            Ok(cache) => probe_cache(&cache, number),
            Err(error) => display(error),
        }
    }
}

fn physical(a: u64, b: u64) {
    let window: PhysicalWindow = black_box(PhysicalWindow {
        virt_base: SlidVmAddr::new(a),
        phys_base: PhysAddr::new(b),
    });
    black_box((
        window.phys_of(SlidVmAddr::new(b)),
        window.slid_of(PhysAddr::new(a)),
        window.phys_of_vmaddr(VmAddr::new(b), Slide::new(a)),
        window.vmaddr_of(PhysAddr::new(a), Slide::new(b)),
    ));
}

fn ranges(number: u64) {
    let range = |turn| SegmentRange {
        vmaddr: VmAddr::new(number.rotate_left(turn)),
        vmsize: number.rotate_left(turn + 1),
        file_offset: FileOffset::new(number.rotate_left(turn + 2)),
        filesize: number.rotate_left(turn + 3),
    };
    let ranges = [range(0), range(4), range(8)];
    probe_map(
        &AddressMap::from_ranges(&ranges, FileOffset::new(number)),
        number,
    );
}

#[inline(never)]
fn probe_cache(cache: &KernelCache<'_>, number: u64) {
    black_box((cache.image(), cache.shape(), cache.shape().name()));
    black_box(cache.segment(number as u32));
    let _ = black_box(cache.entry_point());
    cache.entries().for_each(|entry| {
        if let Ok(entry) = entry {
            probe_entry(&entry);
        }
    });
    probe_map(&cache.address_map(), number);
    let mut storage = MapStorage::<16>::new();
    probe_map(&cache.address_map_in(&mut storage), number);
}

fn probe_entry(entry: &Entry<'_>) {
    black_box(entry.fileset_entry());
    let _ = black_box(entry.image());
}

#[inline(never)]
fn probe_map(map: &AddressMap<'_>, number: u64) {
    let (vmaddr, file_offset) = (VmAddr::new(number), FileOffset::new(number));
    black_box((map.is_linear(), map.is_sorted(), map.file_end()));
    black_box((map.segment(number as u32), map.translate(vmaddr)));
    black_box((map.outcome(vmaddr), map.outcome(vmaddr).file_offset()));
    black_box((
        map.file_offset_of(vmaddr),
        map.vmaddr_of(file_offset),
        map.owner_of(file_offset),
    ));
    black_box(map.translate_block(vmaddr, number));
    map.ranges().for_each(|range| {
        black_box(range);
    });
    map.translate_range(vmaddr, number).for_each(|run| {
        black_box(run);
    });
    let vmaddrs = [vmaddr; 8];
    let mut offsets = [file_offset; 8];
    black_box(map.translate_slice(&vmaddrs, &mut offsets));
    debug(map);

    let mut storage = MapStorage::<8>::new();
    let stored = map.clone().with_storage(&mut storage);
    black_box(stored.translate(vmaddr));

    let mut table = [0_u8; 512];
    if let Some(index) = PageIndex::build(map, &mut table) {
        black_box((index.map().is_linear(), index.page_size()));
        black_box((index.outcome(vmaddr), index.translate(vmaddr)));
        black_box(index.translate_slice(&vmaddrs, &mut offsets));
        debug(index);
    }
}
