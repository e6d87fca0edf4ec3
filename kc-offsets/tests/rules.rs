//! The documented rules of the address map, one row each.
use kc_offsets::{
    AddressMap, Error, ErrorKind, MapCell, Outcome, PageCell, PageIndex, SegmentRange, Structure,
};
use macho_core::{FileOffset, PhysAddr, SlidVmAddr, Slide, VmAddr};

fn range(vmaddr: u64, vmsize: u64, file_offset: u64, filesize: u64) -> SegmentRange {
    SegmentRange {
        vmaddr: VmAddr::new(vmaddr),
        vmsize,
        file_offset: FileOffset::new(file_offset),
        filesize,
    }
}

const fn mapped(offset: u64) -> Outcome {
    Outcome::Mapped(FileOffset::new(offset))
}

/// Every way of asking must agree.
fn check(ranges: &[SegmentRange], file_end: u64, rows: &[(u64, Outcome, Option<u32>)]) {
    let mut cells = [MapCell::EMPTY; 72];
    let mut table = [PageCell::EMPTY; 64];
    let plain = AddressMap::from_ranges(ranges, FileOffset::new(file_end));
    let sorted = plain.sorted_in(&mut cells).unwrap();
    assert!(sorted.is_sorted());
    let paged = PageIndex::build(&sorted, &mut table).unwrap();
    for &(vmaddr, outcome, segment) in rows {
        let vmaddr = VmAddr::new(vmaddr);
        for found in [
            plain.translate(vmaddr),
            sorted.translate(vmaddr),
            paged.translate(vmaddr),
        ] {
            assert_eq!(
                (found.outcome, found.segment),
                (outcome, segment),
                "{vmaddr}"
            );
        }
        assert_eq!(plain.outcome(vmaddr), outcome, "{vmaddr}");
        assert_eq!(sorted.outcome(vmaddr), outcome, "{vmaddr}");
        assert_eq!(paged.outcome(vmaddr), outcome, "{vmaddr}");
    }
}

#[test]
fn zero_fill_tail_is_never_file_bytes() {
    check(
        &[
            range(0x1000, 0x3000, 0, 0x1000),
            range(0x4000, 0x1000, 0x1000, 0x1000),
        ],
        0x2000,
        &[
            (0xfff, Outcome::Unmapped, None),
            (0x1000, mapped(0), Some(0)),
            (0x1fff, mapped(0xfff), Some(0)),
            (0x2000, Outcome::ZeroFill, Some(0)),
            (0x3fff, Outcome::ZeroFill, Some(0)),
            (0x4000, mapped(0x1000), Some(1)),
            (0x5000, Outcome::Unmapped, None),
        ],
    );
}

#[test]
fn zero_size_segment_contains_nothing() {
    check(
        &[
            range(0x1000, 0, 0x800, 0x100),
            range(0x1000, 0x100, 0x40, 0x100),
        ],
        0x1000,
        &[
            (0x1000, mapped(0x40), Some(1)),
            (0x1100, Outcome::Unmapped, None),
        ],
    );
}

#[test]
fn first_in_load_command_order_wins() {
    check(
        &[
            range(0x2000, 0x100, 0x500, 0x100),
            range(0x1f80, 0x200, 0, 0x80),
        ],
        0x1000,
        &[
            (0x1f80, mapped(0), Some(1)),
            (0x1fff, mapped(0x7f), Some(1)),
            (0x2000, mapped(0x500), Some(0)),
            (0x20ff, mapped(0x5ff), Some(0)),
            (0x2100, Outcome::ZeroFill, Some(1)),
            (0x217f, Outcome::ZeroFill, Some(1)),
            (0x2180, Outcome::Unmapped, None),
        ],
    );
}

#[test]
fn past_the_end_of_the_file() {
    check(
        &[
            range(0x1000, 0x2000, 0x800, 0x1800),
            range(0x8000, 0x10, u64::MAX - 3, 8),
        ],
        0x1000,
        &[
            (0x17ff, mapped(0xfff), Some(0)),
            (0x1800, Outcome::PastEndOfFile, Some(0)),
            (0x27ff, Outcome::PastEndOfFile, Some(0)),
            (0x2800, Outcome::ZeroFill, Some(0)),
            (0x8000, Outcome::PastEndOfFile, Some(1)),
            (0x8007, Outcome::PastEndOfFile, Some(1)),
            (0x8008, Outcome::ZeroFill, Some(1)),
        ],
    );
}

#[test]
fn top_of_the_address_space() {
    check(
        &[range(0xffff_ffff_ffff_f000, 0x2000, 0, 0x2000)],
        0x4000,
        &[
            (0xffff_ffff_ffff_f000, mapped(0), Some(0)),
            (u64::MAX, mapped(0xfff), Some(0)),
            (0, Outcome::Unmapped, None),
        ],
    );
}

#[test]
fn filesize_beyond_vmsize_is_not_mapped() {
    let ranges = [range(0x1000, 0x10, 0, 0x20)];
    check(
        &ranges,
        0x100,
        &[
            (0x100f, mapped(0xf), Some(0)),
            (0x1010, Outcome::Unmapped, None),
        ],
    );
    let map = AddressMap::from_ranges(&ranges, FileOffset::new(0x100));
    assert_eq!(
        map.vmaddr_of(FileOffset::new(0xf)),
        Some(VmAddr::new(0x100f))
    );
    assert_eq!(map.vmaddr_of(FileOffset::new(0x10)), None);
}

#[test]
fn linearity_is_proved_over_all_segments() {
    const END: u64 = 0x10000;
    let linear =
        |ranges: &[SegmentRange]| AddressMap::from_ranges(ranges, FileOffset::new(END)).is_linear();
    let text = range(0x4000, 0x4000, 0, 0x4000);
    assert!(linear(&[text]));
    assert!(linear(&[text, range(0x8000, 0x4000, 0x4000, 0x4000)]));
    // The order of the load commands does not matter, nor does an overlap that agrees.
    assert!(linear(&[range(0x8000, 0x4000, 0x4000, 0x4000), text]));
    assert!(linear(&[text, range(0x6000, 0x4000, 0x2000, 0x4000)]));
    assert!(linear(&[text, range(0x1234, 0, 0x77, 0)]));
    // A gap, another distance, a zero-filled tail, the end of the file, a shadowed segment.
    assert!(!linear(&[text, range(0xc000, 0x4000, 0x8000, 0x4000)]));
    assert!(!linear(&[text, range(0x8000, 0x4000, 0x8000, 0x4000)]));
    assert!(!linear(&[text, range(0x8000, 0x4000, 0x4000, 0x2000)]));
    assert!(!linear(&[text, range(0x8000, 0x4000, 0xe000, 0x4000)]));
    assert!(!linear(&[text, range(0x5000, 0x1000, 0x2000, 0x1000)]));
    assert!(!linear(&[]));
    // An overlap must not hide a gap of the same size.
    assert!(!linear(&[
        text,
        range(0x4000, 0x1000, 0, 0x1000),
        range(0x9000, 0x1000, 0x5000, 0x1000)
    ]));
}

#[test]
fn too_little_memory_says_how_much_is_needed() {
    // Ten stretches, the gap above the last one included: a cell for each, and two for their keys.
    let ranges: Vec<_> = (0..5)
        .map(|index| range(0x1000 * (2 * index + 1), 0x10, 0x10 * index, 0x10))
        .collect();
    let needed = |ranges: &[SegmentRange]| {
        let map = AddressMap::from_ranges(ranges, FileOffset::new(0x100));
        let error = map.sorted_in(&mut []).unwrap_err();
        assert_eq!(error.structure(), Structure::AddressMap);
        error.kind()
    };
    assert_eq!(
        needed(&ranges[..4]),
        ErrorKind::BufferTooSmall { needed: 9 }
    );
    assert_eq!(needed(&ranges), ErrorKind::BufferTooSmall { needed: 12 });
    let plain = AddressMap::from_ranges(&ranges, FileOffset::new(0x100));
    let error = PageIndex::build(&plain, &mut [PageCell::EMPTY; 16]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 12 });
    assert_eq!(error.structure(), Structure::AddressMap);
    let mut cells = [MapCell::EMPTY; 12];
    assert!(plain.sorted_in(&mut cells[..11]).is_err());
    let sorted = plain.sorted_in(&mut cells).unwrap();
    assert!(sorted.is_sorted());
    assert_eq!(sorted.outcome(VmAddr::new(0x900f)), mapped(0x4f));
    let error = PageIndex::build(&sorted, &mut []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 1 });
    assert_eq!(error.structure(), Structure::PageIndex);
    assert!(PageIndex::build(&sorted, &mut [PageCell::EMPTY; 1]).is_ok());
}

/// Pages are as large as the segments are aligned. What an entry has no room for, or what is not
/// aligned in the file, is answered all the same.
#[test]
fn page_tables_of_all_alignments() {
    const BASE: u64 = 0xffff_fe00_0700_4000;
    let far = 0x20_0000_0000;
    for (step, offset, page_size) in [
        (0x4000, 0, 0x4000),
        (0x4000, 0x1000, 0x1000),
        (0x1000, 0, 0x1000),
        (0x4000, 0x10, 0x1000),
        (0x4000, far, 0x4000),
        (0x1000, far + 0x123, 0x1000),
    ] {
        let ranges = [
            range(BASE, 4 * step, offset + 8 * step, 3 * step),
            range(BASE + 6 * step, 2 * step, offset, 2 * step),
            range(BASE + 8 * step, step, offset + 4 * step, step),
        ];
        let plain = AddressMap::from_ranges(&ranges, FileOffset::new(offset + 12 * step));
        let mut cells = [MapCell::EMPTY; 18];
        let sorted = plain.sorted_in(&mut cells).unwrap();
        for len in [1, 2, 4, 10, 64] {
            let mut table = vec![PageCell::EMPTY; len];
            let paged = PageIndex::build(&sorted, &mut table).unwrap();
            if len == 64 {
                assert_eq!(paged.page_size(), page_size, "{step:#x} {offset:#x}");
            }
            for vmaddr in (BASE - 2 * step..BASE + 12 * step).step_by(0x7ff) {
                let vmaddr = VmAddr::new(vmaddr);
                assert_eq!(paged.outcome(vmaddr), plain.outcome(vmaddr), "{vmaddr}");
                assert_eq!(paged.translate(vmaddr), plain.translate(vmaddr), "{vmaddr}");
            }
        }
    }
}

/// Of many segments the number that is asked for is a bound, and suffices.
#[test]
fn what_is_asked_for_suffices() {
    for count in [100, 128, 129, 1000] {
        let ranges: Vec<_> = (0..count)
            .map(|index| range(0x1000 * (2 * index + 1), 0x20, 0x10 * index, 0x10))
            .collect();
        let plain = AddressMap::from_ranges(&ranges, FileOffset::new(0x10 * count - 8));
        let needed = plain.sorted_in(&mut []).unwrap_err().needed().unwrap();
        let mut cells = vec![MapCell::EMPTY; needed];
        let sorted = plain.sorted_in(&mut cells).unwrap();
        for vmaddr in (0..0x2000 * count).step_by(0x4f8) {
            let vmaddr = VmAddr::new(vmaddr);
            assert_eq!(sorted.translate(vmaddr), plain.translate(vmaddr));
        }
        let paged = PageIndex::build(&sorted, &mut [PageCell::EMPTY; 64]).map(|_| ());
        assert_eq!(paged.map_err(Error::kind), Ok(()), "{count}");
    }
}

#[test]
fn segments_that_are_too_far_apart_are_not_sorted() {
    let ranges = [range(0, 1, 0, 1), range(1 << 40, 1, 1, 1)];
    let map = AddressMap::from_ranges(&ranges, FileOffset::new(0x100));
    let error = map.sorted_in(&mut [MapCell::EMPTY; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SpanTooLarge);
    assert_eq!(error.structure(), Structure::AddressMap);
}

#[test]
fn blocks_and_runs() {
    let ranges = [
        range(0x1000, 0x100, 0, 0x100),
        range(0x1100, 0x100, 0x100, 0x80),
        range(0x1200, 0x100, 0x180, 0x100),
    ];
    let map = AddressMap::from_ranges(&ranges, FileOffset::new(0x1000));
    let block = |vmaddr, len| map.translate_block(VmAddr::new(vmaddr), len);
    assert_eq!(block(0x1000, 0x180), Some(FileOffset::new(0)));
    assert_eq!(block(0x1000, 0x181), None);
    assert_eq!(block(0x1010, 0), Some(FileOffset::new(0x10)));
    assert_eq!(block(0x1180, 1), None);
    assert_eq!(block(0x1280, 0x80), Some(FileOffset::new(0x200)));
    assert_eq!(block(0x1280, u64::MAX), None);
    let runs: Vec<_> = map
        .translate_range(VmAddr::new(0x10f0), 0x300)
        .map(|run| (run.vmaddr.get(), run.len, run.outcome, run.segment))
        .collect();
    assert_eq!(
        runs,
        [
            (0x10f0, 0x10, mapped(0xf0), Some(0)),
            (0x1100, 0x80, mapped(0x100), Some(1)),
            (0x1180, 0x80, Outcome::ZeroFill, Some(1)),
            (0x1200, 0x100, mapped(0x180), Some(2)),
            (0x1300, 0xf0, Outcome::Unmapped, None),
        ]
    );
    assert_eq!(map.translate_range(VmAddr::new(0), 0).count(), 0);
    assert_eq!(
        map.translate_range(VmAddr::new(5), u64::MAX)
            .last()
            .unwrap()
            .len,
        u64::MAX - 0x1300 + 1
    );
}

#[test]
fn physical_addresses() {
    let window = kc_offsets::PhysicalWindow {
        virt_base: SlidVmAddr::new(0xffff_fe00_1000_0000),
        phys_base: PhysAddr::new(0x8_0000_0000),
    };
    let slide = Slide::new(0x900_0000);
    let vmaddr = VmAddr::new(0xffff_fe00_0700_4000);
    let phys = window.phys_of_vmaddr(vmaddr, slide).unwrap();
    assert_eq!(phys, PhysAddr::new(0x8_0000_4000));
    assert_eq!(window.vmaddr_of(phys, slide), Some(vmaddr));
    assert_eq!(window.phys_of(SlidVmAddr::new(0xffff_fe00_0fff_ffff)), None);
    assert_eq!(window.slid_of(PhysAddr::new(0x7_ffff_ffff)), None);
    let high = kc_offsets::PhysicalWindow {
        virt_base: SlidVmAddr::new(0),
        phys_base: PhysAddr::new(u64::MAX),
    };
    assert_eq!(high.phys_of(SlidVmAddr::new(1)), None);
}
