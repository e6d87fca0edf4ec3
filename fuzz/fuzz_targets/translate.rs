//! Translation against a slow model that walks the segments, for all ways of asking.
#![no_main]

use kc_offsets::{AddressMap, KernelCache, MapCell, Outcome, PageCell, PageIndex};
use libfuzzer_sys::fuzz_target;
use macho_core::{FileOffset, Mode, VmAddr};

fuzz_target!(|data: &[u8]| {
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    if let Ok(Some(entry)) = cache.entry_point() {
        let _ = format!("{entry:?}");
    }
    for entry in cache.entries().take(16).flatten() {
        let _ = entry.image();
    }
    let map = cache.address_map();
    let mut cells = [MapCell::EMPTY; 72];
    let stored = map.sorted_in(&mut cells).unwrap_or_else(|_| map.clone());
    let mut table = vec![PageCell::EMPTY; 1024];
    let pages = PageIndex::build(&stored, &mut table).ok();
    let segments = segments(&map);
    let end = map.file_end().get();
    for vmaddr in interesting(&segments).map(VmAddr::new) {
        let expected = model(&segments, end, vmaddr.get());
        assert_eq!(map.outcome(vmaddr), expected.0, "{vmaddr}");
        let translation = map.translate(vmaddr);
        assert_eq!(
            (translation.outcome, translation.segment),
            expected,
            "{vmaddr}"
        );
        assert_eq!(stored.outcome(vmaddr), expected.0, "sorted: {vmaddr}");
        assert_eq!(stored.translate(vmaddr), translation, "sorted: {vmaddr}");
        if let Some(pages) = &pages {
            assert_eq!(pages.outcome(vmaddr), expected.0, "by pages: {vmaddr}");
            assert_eq!(pages.translate(vmaddr), translation, "by pages: {vmaddr}");
        }
        if let Outcome::Mapped(offset) = expected.0 {
            assert_eq!(
                map.vmaddr_of(offset).map(VmAddr::get),
                back(&segments, end, offset.get())
            );
            assert!(map.translate_block(vmaddr, 1) == Some(offset));
        }
        for run in map.translate_range(vmaddr, 0x1_0000).take(16) {
            assert!(run.len > 0, "runs advance");
            assert_eq!(model(&segments, end, run.vmaddr.get()).0, run.outcome);
        }
    }
});

/// vmaddr, vmsize, file offset, filesize.
type Segments = Vec<[u64; 4]>;

fn segments(map: &AddressMap<'_>) -> Segments {
    map.ranges()
        .map(|range| {
            let (vmaddr, fileoff) = (range.vmaddr.get(), range.file_offset.get());
            [vmaddr, range.vmsize, fileoff, range.filesize]
        })
        .collect()
}

/// Each boundary and its neighbours, of at most 24 segments.
fn interesting(segments: &Segments) -> impl Iterator<Item = u64> + use<> {
    let mut out = vec![0, u64::MAX];
    for [vmaddr, vmsize, _, filesize] in segments.iter().take(24) {
        for edge in [
            *vmaddr,
            vmaddr.wrapping_add(*vmsize),
            vmaddr.wrapping_add(*filesize),
        ] {
            out.extend([edge.wrapping_sub(1), edge, edge.wrapping_add(1)]);
        }
        out.push(vmaddr.wrapping_add(vmsize / 2));
    }
    out.sort_unstable();
    out.dedup();
    out.into_iter()
}

/// The rules, one segment after the other.
fn model(segments: &Segments, end: u64, vmaddr: u64) -> (Outcome, Option<u32>) {
    for (index, [start, vmsize, fileoff, filesize]) in (0..).zip(segments) {
        let into = match vmaddr.checked_sub(*start) {
            Some(into) if into < *vmsize => into,
            _ => continue,
        };
        let outcome = if into >= *filesize {
            Outcome::ZeroFill
        } else {
            match fileoff.checked_add(into) {
                Some(offset) if offset < end => Outcome::Mapped(FileOffset::new(offset)),
                _ => Outcome::PastEndOfFile,
            }
        };
        return (outcome, Some(index));
    }
    (Outcome::Unmapped, None)
}

/// The first segment that maps a byte of the file.
fn back(segments: &Segments, end: u64, offset: u64) -> Option<u64> {
    if offset >= end {
        return None;
    }
    segments
        .iter()
        .find_map(|[start, vmsize, fileoff, filesize]| {
            let into = offset.checked_sub(*fileoff)?;
            if into >= *filesize.min(vmsize) {
                return None;
            }
            start.checked_add(into)
        })
}
