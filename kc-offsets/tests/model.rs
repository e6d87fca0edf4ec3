//! The map against a slow, obvious model: every byte of memory is painted, last segment first.
use std::collections::BTreeMap;

use kc_offsets::{AddressMap, MapCell, Outcome, PageCell, PageIndex, SegmentRange};
use macho_core::{FileOffset, VmAddr};
use proptest::prelude::*;

const FILE_END: u64 = 60;

/// Small segments in a window of 100 bytes, so that overlaps, gaps and shared edges are common.
fn ranges(base: u64, scale: u64) -> impl Strategy<Value = Vec<SegmentRange>> {
    let one = (0_u64..100, 0_u64..30, 0_u64..70, 0_u64..30).prop_map(
        move |(vmaddr, vmsize, fileoff, filesize)| SegmentRange {
            vmaddr: VmAddr::new(base.wrapping_add(vmaddr.wrapping_mul(scale))),
            vmsize: vmsize * scale,
            file_offset: FileOffset::new(fileoff * scale),
            filesize: filesize * scale,
        },
    );
    prop::collection::vec(one, 0..9)
}

/// Segments one after the other: the shape of a collection, now and then with a flaw.
fn collection() -> impl Strategy<Value = Vec<SegmentRange>> {
    let one = (
        1_u64..12,
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.05),
    );
    prop::collection::vec(one, 0..6).prop_map(|sizes| {
        let mut at = 3;
        sizes
            .into_iter()
            .map(|(size, gap, tail)| {
                at += u64::from(gap);
                let range = SegmentRange {
                    vmaddr: VmAddr::new(1000 + at),
                    vmsize: size,
                    file_offset: FileOffset::new(at),
                    filesize: size - u64::from(tail),
                };
                at += size;
                range
            })
            .collect()
    })
}

struct Model {
    memory: BTreeMap<u64, (Outcome, u32)>,
    file: BTreeMap<u64, (u32, u64)>,
}

fn paint(ranges: &[SegmentRange], file_end: u64) -> Model {
    let mut model = Model {
        memory: BTreeMap::new(),
        file: BTreeMap::new(),
    };
    for (index, range) in ranges.iter().enumerate().rev() {
        let index = u32::try_from(index).unwrap();
        for byte in 0..range.vmsize {
            let Some(addr) = range.vmaddr.get().checked_add(byte) else {
                break;
            };
            let offset = range.file_offset.get() + byte;
            let outcome = if byte >= range.filesize {
                Outcome::ZeroFill
            } else if offset >= file_end {
                Outcome::PastEndOfFile
            } else {
                model.file.insert(offset, (index, addr));
                Outcome::Mapped(FileOffset::new(offset))
            };
            model.memory.insert(addr, (outcome, index));
        }
    }
    model
}

fn compare(ranges: &[SegmentRange], file_end: u64, asked: &[u64]) -> Result<(), TestCaseError> {
    let model = paint(ranges, file_end);
    let mut cells = [MapCell::EMPTY; 72];
    let mut table = [PageCell::EMPTY; 40];
    let plain = AddressMap::from_ranges(ranges, FileOffset::new(file_end));
    let sorted = plain.sorted_in(&mut cells);
    let sorted = sorted.unwrap_or_else(|_| plain.clone());
    let paged = PageIndex::build(&sorted, &mut table).ok();
    if let (Some((first, _)), Some((last, _))) = (
        model.memory.first_key_value(),
        model.memory.last_key_value(),
    ) {
        // Segments at both ends of the address space have no common step that 31 bits count.
        let near = last - first < 1 << 30;
        prop_assert!(sorted.is_sorted() || !near);
        prop_assert!(paged.is_some() || !near);
    }

    let mut wrong_linear = None;
    for &addr in asked {
        let expected = model.memory.get(&addr).copied();
        let outcome = expected.map_or(Outcome::Unmapped, |(outcome, _)| outcome);
        let segment = expected.map(|(_, segment)| segment);
        let vmaddr = VmAddr::new(addr);
        let found = plain.translate(vmaddr);
        prop_assert_eq!((found.outcome, found.segment), (outcome, segment));
        prop_assert_eq!(plain.outcome(vmaddr), outcome);
        prop_assert_eq!(sorted.outcome(vmaddr), outcome);
        prop_assert_eq!(sorted.translate(vmaddr), found);
        if let Some(paged) = &paged {
            prop_assert_eq!(paged.outcome(vmaddr), outcome);
            prop_assert_eq!(paged.translate(vmaddr), found);
        }
        if matches!(outcome, Outcome::ZeroFill | Outcome::PastEndOfFile) {
            wrong_linear = Some(addr);
        }
    }
    if plain.is_linear() {
        prop_assert_eq!(wrong_linear, None);
        let distances: Vec<u64> = model
            .memory
            .iter()
            .map(|(addr, (outcome, _))| addr.wrapping_sub(outcome.file_offset().unwrap().get()))
            .collect();
        prop_assert!(distances.windows(2).all(|pair| pair[0] == pair[1]));
        let (first, last) = (
            model.memory.first_key_value().unwrap().0,
            model.memory.last_key_value().unwrap().0,
        );
        prop_assert_eq!(last - first + 1, model.memory.len() as u64);
    }
    for offset in 0..file_end + 20 {
        let found = plain.owner_of(FileOffset::new(offset));
        let expected = model.file.get(&offset).copied();
        prop_assert_eq!(
            found,
            expected.map(|(index, addr)| (index, VmAddr::new(addr)))
        );
    }
    // Runs are the per-byte answers, joined.
    let (Some(&first), Some(&last)) = (asked.iter().min(), asked.iter().max()) else {
        return Ok(());
    };
    let mut next = first;
    for run in plain.translate_range(VmAddr::new(first), last - first + 1) {
        prop_assert_eq!(run.vmaddr.get(), next);
        for byte in 0..run.len {
            let expected = model.memory.get(&(next + byte)).copied();
            let outcome = match run.outcome {
                Outcome::Mapped(offset) => Outcome::Mapped(offset.checked_add(byte).unwrap()),
                other => other,
            };
            prop_assert_eq!(
                (outcome, run.segment),
                expected.map_or((Outcome::Unmapped, None), |(o, s)| (o, Some(s)))
            );
        }
        next = next.wrapping_add(run.len);
    }
    prop_assert_eq!(next.wrapping_sub(1), last);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn low_addresses(ranges in ranges(0, 1)) {
        compare(&ranges, FILE_END, &(0..140).collect::<Vec<_>>())?;
    }

    #[test]
    fn kernel_addresses(ranges in ranges(0xffff_fe00_0700_4000, 1)) {
        let base = 0xffff_fe00_0700_4000_u64;
        compare(&ranges, FILE_END, &(base - 5..base + 140).collect::<Vec<_>>())?;
    }

    #[test]
    fn top_of_memory(ranges in ranges(u64::MAX - 60, 1)) {
        // Segments that would wrap: those that start past the top start again at 0.
        let asked: Vec<u64> = (u64::MAX - 70..=u64::MAX).collect();
        compare(&ranges, FILE_END, &asked)?;
    }

    #[test]
    fn collections(ranges in collection()) {
        compare(&ranges, FILE_END, &(990..1090).collect::<Vec<_>>())?;
    }

    #[test]
    fn pages(ranges in ranges(0x10_0000, 0x1000)) {
        // 4 KiB steps: larger pages hold boundaries, and the model is asked at edges only.
        let file_end = FILE_END * 0x1000;
        let plain = AddressMap::from_ranges(&ranges, FileOffset::new(file_end));
        let mut cells = [MapCell::EMPTY; 72];
        let sorted = plain.sorted_in(&mut cells).unwrap_or_else(|_| plain.clone());
        for len in [1, 2, 7, 40, 160] {
            let mut table = vec![PageCell::EMPTY; len];
            let Ok(paged) = PageIndex::build(&sorted, &mut table) else { continue };
            for step in 0..150_u64 {
                for near in [0, 1, 0xfff] {
                    let vmaddr = VmAddr::new(0x10_0000 + step * 0x1000 + near);
                    prop_assert_eq!(paged.translate(vmaddr), plain.translate(vmaddr));
                    prop_assert_eq!(paged.outcome(vmaddr), plain.outcome(vmaddr));
                }
            }
        }
    }
}
