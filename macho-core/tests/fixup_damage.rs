//! Damaged chains: each damage's exact error, and that nothing runs for ever.
mod support {
    #[path = "image.rs"]
    pub(crate) mod image;

    #[path = "chains.rs"]
    pub(crate) mod chains;
}

use std::ops::ControlFlow;

use macho_core::{
    ChainedFixups, Error, ErrorKind as K, FileOffset, MachO, Mode, Slot, Structure as S,
};
use proptest::prelude::*;
use support::chains::{Chains, DATA, FIXUPS, IMAGE, STARTS, WORDS};
use support::image::{find, longs, put, words};

/// Three pages of 0x1000, the last with two chains: slots at 0, 8; 0x1010; 0x2000, 0x2008, 0x2100.
fn three_pages() -> Vec<u8> {
    let mut data = vec![0; 0x2200];
    data[..16].copy_from_slice(&longs(&[0x10 | 2 << 51, 0x20]));
    data[0x1010..0x1018].copy_from_slice(&longs(&[0x30]));
    data[0x2000..0x2010].copy_from_slice(&longs(&[0x40 | 2 << 51, 0x50]));
    data[0x2100..0x2108].copy_from_slice(&longs(&[0x60]));
    Chains {
        page_size: 0x1000,
        page_count: 3,
        starts: vec![0, 0x10, 0x8003, 0, 0x8100],
        data,
        ..Chains::page(8, &[])
    }
    .build()
}

/// The offsets of slots from the start of the segment, and the errors.
fn walk(file: &[u8]) -> (Vec<usize>, Vec<Error>) {
    let image = MachO::parse(file).unwrap();
    let fixups = image.chained_fixups().unwrap().unwrap();
    let (mut slots, mut errors) = (Vec::new(), Vec::new());
    for item in fixups.slots(&image) {
        match item {
            Ok(slot) => slots.push(usize::try_from(slot.file_offset.get()).unwrap() - DATA),
            Err(error) => errors.push(error),
        }
    }
    (slots, errors)
}

#[test]
fn the_undamaged_chains_are_walked() {
    let all = vec![0, 8, 0x1010, 0x2000, 0x2008, 0x2100];
    assert_eq!(walk(&three_pages()), (all, vec![]));
}

/// See [`damaged_chains`].
type Damage = (usize, Vec<u8>, K, S, usize, &'static [usize]);

/// Damage: byte of the file, new bytes; the first error and its byte; the slots that are still
/// found.
#[test]
fn damaged_chains() {
    const SEGMENT: S = S::DyldChainedStartsInSegment;
    const ALL: &[usize] = &[0, 8, 0x1010, 0x2000, 0x2008, 0x2100];
    let slot = |target: u64, next: u64| longs(&[target | next << 51]);
    #[rustfmt::skip]
    let table: &[Damage] = &[
        // A next that leads to the next page, to the page's end, into the slot itself; the last
        // page's other chain is given up with the first.
        (DATA, slot(0, 0x400), K::ChainLeavesPage, S::DyldChainedPtr, DATA, &[0, 0x1010, 0x2000, 0x2008, 0x2100]),
        (DATA, slot(0, 0xfff), K::ChainLeavesPage, S::DyldChainedPtr, DATA, &[0, 0x1010, 0x2000, 0x2008, 0x2100]),
        (DATA, slot(0, 1), K::Overlap, S::DyldChainedPtr, DATA, &[0, 0x1010, 0x2000, 0x2008, 0x2100]),
        (DATA + 0x2008, slot(0, 1), K::Overlap, S::DyldChainedPtr, DATA + 0x2008, &[0, 8, 0x1010, 0x2000, 0x2008]),
        // A chain that runs into the start of the page's next chain.
        (DATA + 0x2008, slot(0, 0xf8 / 4), K::Overlap, SEGMENT, WORDS + 8, &[0, 8, 0x1010, 0x2000, 0x2008, 0x2100]),
        // The last bytes of the segment, one short; and behind them.
        (DATA + 0x2100, slot(0, 0xfc / 4), K::SlotOutsideSegment, S::DyldChainedPtr, DATA + 0x2100, ALL),
        (DATA + 0x2100, slot(0, 0x100 / 4), K::SlotOutsideSegment, S::DyldChainedPtr, DATA + 0x2100, ALL),
        // Starts: past the page, as the same list twice, behind the list's end, behind the segment.
        (WORDS, vec![0, 0x10], K::ChainLeavesPage, SEGMENT, WORDS, &[0x1010, 0x2000, 0x2008, 0x2100]),
        (WORDS + 8, vec![0, 0x90], K::ChainLeavesPage, SEGMENT, WORDS + 8, &[0, 8, 0x1010, 0x2000, 0x2008]),
        (WORDS + 8, vec![0, 0x80], K::Overlap, SEGMENT, WORDS + 8, &[0, 8, 0x1010, 0x2000, 0x2008]),
        (WORDS + 6, vec![0, 1], K::Overlap, SEGMENT, WORDS + 8, &[0, 8, 0x1010, 0x2100]),
        (WORDS + 4, vec![5, 0x80], K::IndexOutOfBounds, SEGMENT, WORDS + 4, &[0, 8, 0x1010]),
        (WORDS + 4, vec![0xfe, 0xff], K::IndexOutOfBounds, SEGMENT, WORDS + 4, &[0, 8, 0x1010]),
        (WORDS + 8, vec![0, 1], K::IndexOutOfBounds, SEGMENT, WORDS + 8, ALL),
        (WORDS + 4, vec![0, 2], K::SlotOutsideSegment, SEGMENT, WORDS + 4, &[0, 8, 0x1010]),
        // The structure: page_size 0 and less than a slot, formats 0 and 15, a segment_offset
        // beside the segment, pages that do not fit.
        (STARTS + 4, vec![0, 0], K::UnknownFormat, SEGMENT, STARTS + 4, &[]),
        (STARTS + 4, vec![7, 0], K::UnknownFormat, SEGMENT, STARTS + 4, &[]),
        (STARTS + 6, vec![0], K::UnknownFormat, SEGMENT, STARTS + 6, &[]),
        (STARTS + 6, vec![15], K::UnknownFormat, SEGMENT, STARTS + 6, &[]),
        (STARTS + 8, longs(&[0x8001]), K::SegmentOffsetMismatch, SEGMENT, STARTS + 8, &[]),
        (STARTS + 8, longs(&[u64::MAX]), K::SegmentOffsetMismatch, SEGMENT, STARTS + 8, &[]),
        (STARTS + 20, vec![6], K::CountTooLarge, SEGMENT, STARTS, &[]),
        // Room for the starts, and for less than the list.
        (STARTS, words(&[31]), K::IndexOutOfBounds, SEGMENT, WORDS + 6, &[0, 8, 0x1010, 0x2000, 0x2008]),
        (STARTS, words(&[22]), K::CountTooLarge, SEGMENT, STARTS, &[]),
        (STARTS, words(&[u32::MAX]), K::Truncated, SEGMENT, STARTS, &[]),
        // The table: a segment that the image does not have, an offset outside.
        (IMAGE + 8, words(&[0x1000]), K::IndexOutOfBounds, S::DyldChainedStartsInImage, IMAGE + 8, &[]),
    ];
    for (byte, bytes, kind, what, place, slots) in table {
        let context = format!("{byte:#x} <- {bytes:x?}");
        let mut file = three_pages();
        put(&mut file, *byte, bytes);
        let (found, errors) = walk(&file);
        let error = errors.first().unwrap_or_else(|| panic!("{context}"));
        assert_eq!(
            (error.kind(), error.structure()),
            (*kind, *what),
            "{context}: {error}"
        );
        assert_eq!(
            error.offset(),
            FileOffset::new(*place as u64),
            "{context}: {error}"
        );
        assert_eq!((found.as_slice(), errors.len()), (*slots, 1), "{context}");
    }
}

/// The table counts more segments than the image has, and fewer.
#[test]
fn segments_that_are_not_there() {
    let file = Chains::page(8, &[1]).build();
    let fixups = find(&file, 0x8000_0034);
    let size = u32::from_le_bytes(file[fixups + 12..fixups + 16].try_into().unwrap());
    // The same table, its one structure behind three more entries.
    let mut more = file.clone();
    put(&mut more, IMAGE, &words(&[4, 0, 0, 20, 0]));
    put(&mut more, IMAGE + 20, &file[STARTS..FIXUPS + size as usize]);
    put(&mut more, fixups + 12, &words(&[size + 8]));
    let (slots, errors) = walk(&more);
    let error = errors[0];
    assert_eq!((slots.len(), errors.len()), (0, 1));
    assert_eq!(
        (error.kind(), error.structure(), error.offset().get()),
        (
            K::IndexOutOfBounds,
            S::DyldChainedStartsInImage,
            IMAGE as u64 + 12
        )
    );
    let image = MachO::parse(&more).unwrap();
    let table = image.chained_fixups().unwrap().unwrap();
    let starts = table.segments().next().unwrap().unwrap();
    assert_eq!(starts.slots(&image).unwrap_err(), error);
    // An entry of 0 is a segment without fixups, there or not.
    put(&mut more, IMAGE, &words(&[4, 0, 20, 0, 0]));
    assert_eq!(walk(&more), (vec![0], vec![]));
    // A count of one leaves the second segment out.
    put(&mut more, IMAGE, &words(&[1]));
    assert_eq!(walk(&more), (vec![], vec![]));
}

/// Two segments of the same bytes, which together have more than the file: the second is refused.
/// (No segment maps the header here, so `segment_offset` means nothing.)
#[test]
fn segments_that_share_bytes() {
    let mut file = Chains::page(8, &vec![0; 0x2000]).build();
    put(
        &mut file,
        32 + 24,
        &longs(&[0, 0x1_0000, DATA as u64, 0x1_0000]),
    );
    put(&mut file, IMAGE, &words(&[2, 12, 12]));
    let (slots, errors) = walk(&file);
    assert_eq!((slots, errors.len()), (vec![0], 1), "{errors:?}");
    assert_eq!(
        (errors[0].kind(), errors[0].offset().get()),
        (K::Overlap, STARTS as u64)
    );
}

/// Two segments share the words of their pages: together they may have as many as all of the table
/// has, and no more.
#[test]
fn segments_that_share_the_words_of_pages() {
    let pages = |count: u16| {
        let mut starts = vec![0xffff; usize::from(count)];
        starts[0] = 0;
        let mut file = Chains {
            page_count: count,
            starts,
            ..Chains::page(8, &[0])
        }
        .build();
        put(&mut file, 32 + 24, &longs(&[0, 8, DATA as u64, 8]));
        put(&mut file, IMAGE, &words(&[2, 12, 12]));
        let size = find(&file, 0x8000_0034) + 12;
        let size = u32::from_le_bytes(file[size..size + 4].try_into().unwrap());
        let (slots, errors) = walk(&file);
        let errors: Vec<_> = errors
            .iter()
            .map(|error| (error.kind(), error.structure(), error.offset().get()))
            .collect();
        (size / 2, slots, errors)
    };
    assert_eq!(pages(33), (66, vec![0, 0], vec![]));
    let overlap = (K::Overlap, S::DyldChainedStartsInSegment, STARTS as u64);
    assert_eq!(pages(34), (66, vec![0], vec![overlap]));
}

/// Damaged imports: bytes of the header or of the table, and the error of import 1.
#[test]
fn damaged_imports() {
    let mut chains = Chains::page(2, &[1 << 63]);
    chains.imports = (
        1,
        2,
        words(&[1 | 1 << 9, 1 | 4 << 9]),
        b"\0_a\0_bc\0".to_vec(),
    );
    let file = chains.build();
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let imports = FIXUPS + word(FIXUPS + 8) as usize;
    let names = FIXUPS + word(FIXUPS + 12) as usize;
    let header = S::DyldChainedFixupsHeader;
    let entry = S::DyldChainedImport;
    let max = u32::MAX;
    let second = imports + 4;
    #[rustfmt::skip]
    let table: &[(usize, Vec<u8>, K, S, usize)] = &[
        (FIXUPS + 16, words(&[1]), K::IndexOutOfBounds, header, FIXUPS + 16),
        (FIXUPS + 20, words(&[0]), K::UnknownFormat, header, FIXUPS + 20),
        (FIXUPS + 20, words(&[4]), K::UnknownFormat, header, FIXUPS + 20),
        (FIXUPS + 24, words(&[1]), K::UnknownFormat, header, FIXUPS + 24),
        (FIXUPS + 8, words(&[max]), K::IndexOutOfBounds, header, FIXUPS + 8),
        (FIXUPS + 12, words(&[max]), K::IndexOutOfBounds, header, FIXUPS + 12),
        (second, words(&[8 << 9]), K::StringOutOfBounds, entry, second),
        (second, words(&[max]), K::StringOutOfBounds, entry, second),
        (names + 7, vec![b'x'], K::StringUnterminated, entry, names + 4),
    ];
    for (byte, bytes, kind, what, place) in table {
        let mut file = file.clone();
        put(&mut file, *byte, bytes);
        let image = MachO::parse(&file).unwrap();
        let fixups = image.chained_fixups().unwrap().unwrap();
        let error = fixups.import(1).unwrap_err();
        let context = format!("{byte:#x} <- {bytes:x?}: {error}");
        assert_eq!(
            (error.kind(), error.structure()),
            (*kind, *what),
            "{context}"
        );
        assert_eq!(error.offset(), FileOffset::new(*place as u64), "{context}");
        assert!(fixups.imports().count() <= 2, "{context}");
    }
    // 2^32 imports end where their table does.
    let mut file = file.clone();
    put(&mut file, FIXUPS + 16, &words(&[max]));
    let image = MachO::parse(&file).unwrap();
    let fixups = image.chained_fixups().unwrap().unwrap();
    let all: Vec<_> = fixups.imports().collect();
    assert!(all.len() <= 6);
    let last = all.last().unwrap().unwrap_err();
    assert_eq!(
        (last.kind(), last.structure()),
        (K::IndexOutOfBounds, header)
    );
}

/// Several pages in turn yield what one after the other yields, and a page's slots in order.
fn in_turn(image: &MachO<'_>, fixups: &ChainedFixups<'_>) {
    let mut found = Vec::new();
    let end = fixups.try_for_each(image, |item| {
        found.push(item);
        ControlFlow::<()>::Continue(())
    });
    assert!(end.is_continue());
    let order = |item: &Result<Slot, Error>| match item {
        Ok(slot) => (slot.vmaddr.get(), slot.file_offset, 0),
        Err(error) => (error.offset().get(), error.offset(), 1 + error.kind() as u8),
    };
    let mut expected: Vec<_> = fixups.slots(image).collect();
    expected.sort_by_key(order);
    found.sort_by_key(order);
    assert_eq!(found, expected);
    // It ends when it is told to.
    let mut seen = 0;
    let end = fixups.try_for_each(image, |_| {
        seen += 1;
        ControlFlow::Break(seen)
    });
    assert_eq!(end.is_break(), !expected.is_empty());
    assert_eq!(seen, u64::from(end.is_break()));
}

/// Walks what can be walked and checks what every walk promises.
fn exercise(file: &[u8]) {
    for mode in [Mode::Strict, Mode::Tolerant] {
        let Ok(image) = MachO::parse_with(file, FileOffset::new(0), mode) else {
            continue;
        };
        let Ok(Some(fixups)) = image.chained_fixups() else {
            continue;
        };
        let mut slots = fixups.slots(&image);
        let mut before: Option<(usize, Slot)> = None;
        let mut items = 0;
        while let Some(item) = slots.next() {
            items += 1;
            match item {
                Err(error) => assert!(error.offset().get() <= file.len() as u64, "{error}"),
                Ok(slot) => {
                    let starts = slots.starts().unwrap();
                    let segment = image.segments().nth(starts.segment_index).unwrap();
                    let past = slot.vmaddr.checked_distance_from(segment.vmaddr()).unwrap();
                    let size = starts.pointer_format.slot_size().unwrap();
                    assert!(past + size <= segment.vmsize());
                    assert!(past + size <= segment.data().len() as u64);
                    assert_eq!(slot.file_offset.get(), segment.file_offset().get() + past);
                    if let Some((index, before)) = before
                        && index == starts.segment_index
                    {
                        assert!(before.vmaddr.get() + size <= slot.vmaddr.get());
                    }
                    before = Some((starts.segment_index, slot));
                }
            }
        }
        assert_eq!(slots.next(), None);
        in_turn(&image, &fixups);
        assert!(items <= file.len(), "{items} items of {} bytes", file.len());
        let imports = fixups.imports().take(file.len()).count();
        assert!(imports <= file.len() / 4 + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_tables(
        patches in proptest::collection::vec((FIXUPS..WORDS + 16, any::<u8>()), 0..6),
        commands in proptest::collection::vec((32..32 + 144 + 16_usize, any::<u8>()), 0..2),
    ) {
        let mut file = three_pages();
        for (at, byte) in patches.into_iter().chain(commands) {
            file[at] = byte;
        }
        exercise(&file);
    }

    #[test]
    fn hostile_slots(
        format in 0..16_u16,
        page_size in prop_oneof![Just(0x1000_u16), Just(0x4000), Just(1), 2..24_u16, Just(0x100), any::<u16>()],
        starts in proptest::collection::vec(
            prop_oneof![any::<u16>(), 0..0x40_u16, Just(0xffff), 0x8000..0x8020_u16], 0..64),
        data in proptest::collection::vec(
            prop_oneof![any::<u64>(), any::<u64>().prop_map(|raw| raw & !(0xff0 << 51))], 0..256),
        page_count in 0..64_u16,
        max_valid_pointer in any::<u32>(),
    ) {
        let file = Chains {
            page_size,
            max_valid_pointer,
            page_count,
            starts,
            ..Chains::page(format, &data)
        }
        .build();
        exercise(&file);
    }
}
