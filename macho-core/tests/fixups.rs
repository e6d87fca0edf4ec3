//! Chained fixups: every format bit by bit, and against `object` slot by slot.
mod support {
    #[path = "image.rs"]
    pub(crate) mod image;

    #[path = "chains.rs"]
    pub(crate) mod chains;
}

use std::ops::ControlFlow;

use macho_core::{
    Auth, AuthKey, ErrorKind, FileOffset, Fixup, Import, Link, MachO, Mechanism, Name,
    PointerFormat, Slot, Target, VmAddr, VmOffset,
};
use support::chains::{BASE, Chains, DATA, DATA_OFFSET, assert_same, same, theirs};
use support::image::{longs, put, words};
use testkit::constants::{
    DYLD_CHAINED_PTR_64, DYLD_CHAINED_PTR_64_KERNEL_CACHE, DYLD_CHAINED_PTR_64_OFFSET,
    DYLD_CHAINED_PTR_ARM64E, DYLD_CHAINED_PTR_ARM64E_KERNEL,
};
use testkit::fixups::Pointers;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::{Kernel, sample};
use testkit::rng::Rng;
use testkit::truth::Built;

fn vmaddr(target: u64) -> Fixup {
    let target = Target::VmAddr(VmAddr::new(target));
    Fixup::Rebase { target, auth: None }
}

fn offset(target: u64, auth: Option<Auth>) -> Fixup {
    let target = Target::VmOffset(VmOffset::new(target));
    Fixup::Rebase { target, auth }
}

fn cache(level: u8, target: u64, auth: Option<Auth>) -> Fixup {
    let offset = VmOffset::new(target);
    let target = Target::Cache { level, offset };
    Fixup::Rebase { target, auth }
}

fn segment(index: u8, offset: u32, auth: Option<Auth>) -> Fixup {
    let target = Target::Segment { index, offset };
    Fixup::Rebase { target, auth }
}

fn bind(ordinal: u32, addend: i64, auth: Option<Auth>) -> Fixup {
    Fixup::Bind {
        ordinal,
        addend,
        auth,
    }
}

const fn auth(key: AuthKey, diversity: u16, address_diversity: bool) -> Auth {
    Auth {
        key,
        diversity,
        address_diversity,
    }
}

/// A slot can be decoded at compile time.
const LINK: Option<Link> = PointerFormat(8).decode(1 << 51);

/// Each field of each layout by its own bits: the fields' lowest and highest bits are set, what
/// lies beside them is not.
#[test]
fn every_layout_by_hand() {
    use AuthKey::{DA, DB, IA, IB};
    let next = |units: u64| units << 51;
    #[rustfmt::skip]
    let table: &[(&[u16], u64, Fixup, u32)] = &[
        // arm64e rebase: target 0..43, high8 43..51, next 51..62.
        (&[1], 0x400_0000_0001, vmaddr(0x400_0000_0001), 0),
        (&[1], 0x81 << 43 | 2 | next(0x401), vmaddr(0x8100_0000_0000_0002), 0x2008),
        (&[10], 0x81 << 43 | 2 | next(0x401), vmaddr(0x8100_0000_0000_0002), 0x1004),
        (&[7], 0x81 << 43 | 2 | next(0x401), offset(0x8100_0000_0000_0002, None), 0x1004),
        (&[9, 12], 0x81 << 43 | 2 | next(0x401), offset(0x8100_0000_0000_0002, None), 0x2008),
        // arm64e signed rebase: target 0..32, diversity 32..48, addrDiv 48, key 49..51.
        (&[1, 9, 12], 1 << 63 | 0x8000_0001 | next(1), offset(0x8000_0001, Some(auth(IA, 0, false))), 8),
        (&[7, 10], 1 << 63 | 0x8001 << 32 | 3 << 49, offset(0, Some(auth(DB, 0x8001, false))), 0),
        (&[1, 7], 1 << 63 | 1 << 48 | 2 << 49 | next(0), offset(0, Some(auth(DA, 0, true))), 0),
        // arm64e bind: ordinal 0..16 or 0..24, addend 32..51 with a sign.
        (&[1, 9], 1 << 62 | 0xff_8001 | next(2), bind(0x8001, 0, None), 16),
        (&[7, 10], 1 << 62 | 0xff_8001 | next(2), bind(0x8001, 0, None), 8),
        (&[12], 1 << 62 | 0xff80_0001, bind(0x80_0001, 0, None), 0),
        (&[1, 7, 9, 10, 12], 1 << 62 | 0x3_ffff << 32, bind(0, 0x3_ffff, None), 0),
        (&[1, 7, 9, 10, 12], 1 << 62 | 0x4_0000 << 32, bind(0, -0x4_0000, None), 0),
        (&[1, 7, 9, 10, 12], 1 << 62 | 0x7_ffff << 32, bind(0, -1, None), 0),
        (&[1, 7, 9, 10], 3 << 62 | 1 << 49 | 0xabcd << 32 | 0xff_0007, bind(7, 0, Some(auth(IB, 0xabcd, false))), 0),
        (&[12], 3 << 62 | 1 << 48 | 0xff_0007, bind(0xff_0007, 0, Some(auth(IA, 0, true))), 0),
        // 64: target 0..36, high8 36..44, next 51..63, bind 63.
        (&[2], 0x8_0000_0001 | 0x81 << 36 | next(0x801), vmaddr(0x8100_0008_0000_0001), 0x2004),
        (&[6], 0x8_0000_0001 | 0x81 << 36 | next(0x801), offset(0x8100_0008_0000_0001, None), 0x2004),
        (&[2], 0x7f << 44, vmaddr(0), 0),
        (&[6], 0x7f << 44, offset(0, None), 0),
        (&[2, 6], 1 << 63 | 0x81 << 24 | 0x80_0001 | next(1), bind(0x80_0001, 0x81, None), 4),
        // 32: target 0..26, next 26..31, bind 31, ordinal 0..20, addend 20..26.
        (&[3], 0x200_0001 | 0x11 << 26, vmaddr(0x200_0001), 0x44),
        (&[3], 1 << 31 | 0x21 << 20 | 0x8_0001 | 1 << 26, bind(0x8_0001, 0x21, None), 4),
        (&[4], 3 << 30 | 0x2000_0001, offset(0x2000_0001, None), 12),
        (&[5], 0x21 << 26 | 0x200_0001, vmaddr(0x200_0001), 0x84),
        // kernel cache: target 0..30, cacheLevel 30..32, next 51..63.
        (&[8], 0x2000_0001 | 3 << 30 | next(0x801), cache(3, 0x2000_0001, None), 0x2004),
        (&[11], 0x2000_0001 | 1 << 30 | next(0x801), cache(1, 0x2000_0001, None), 0x801),
        (&[8, 11], 0xffff << 32 | 7 << 48, cache(0, 0, None), 0),
        (&[8, 11], 1 << 63 | 0x8001 << 32 | 1 << 48 | 3 << 49, cache(0, 0, Some(auth(DB, 0x8001, true))), 0),
        // shared cache: runtimeOffset 0..34, high8 34..42, next 52..63; diversity 34..50, addrDiv
        // 50, keyIsData 51.
        (&[13], 0x2_0000_0001 | 0x81 << 34 | 0x401 << 52, offset(0x8100_0002_0000_0001, None), 0x2008),
        (&[13], 1 << 63 | 0x8001 << 34 | 1 << 51 | 5, offset(5, Some(auth(DA, 0x8001, false))), 0),
        (&[13], 1 << 63 | 1 << 50, offset(0, Some(auth(IA, 0, true))), 0),
        // segmented: targetSegOffset 0..28, targetSegIndex 28..32, next 51..63.
        (&[14], 0x800_0001 | 9 << 28 | next(0x801), segment(9, 0x800_0001, None), 0x2004),
        (&[14], 0x7_ffff << 32, segment(0, 0, None), 0),
        (&[14], 1 << 63 | 0x8001 << 32 | 1 << 48 | 1 << 49, segment(0, 0, Some(auth(IB, 0x8001, true))), 0),
    ];
    for (formats, raw, fixup, next) in table {
        for format in *formats {
            let link = PointerFormat(*format).decode(*raw).unwrap();
            assert_eq!(
                (link.fixup, link.next),
                (*fixup, *next),
                "{format} {raw:#x}"
            );
        }
    }
    let mut seen: Vec<u16> = table.iter().flat_map(|row| row.0).copied().collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, (1..=14).collect::<Vec<u16>>());
    for format in [0, 15, u16::MAX].map(PointerFormat) {
        assert_eq!(
            (format.decode(0), format.stride(), format.slot_size()),
            (None, None, None)
        );
    }
    assert_eq!(LINK.map(|link| link.next), Some(4));
}

/// Random words in one page: our walk is `object`'s up to where a chain breaks a rule that `object`
/// does not check.
#[test]
fn random_slots_of_every_format() {
    let mut rng = Rng::new(14);
    for format in 1..=14 {
        let (mut slots, mut whole) = (0, 0);
        for _ in 0..400 {
            // Two in three with a short next, so that chains are long; one of them leaves bit 62,
            // which is a part of next or tells a bind.
            let masks = [u64::MAX, !(0x7f0 << 51), !(0xff0 << 51 | 0x3c << 26)];
            let mask = *rng.pick(&masks).unwrap();
            let data: Vec<u64> = (0..0x100).map(|_| rng.next_u64() & mask).collect();
            let mut chains = Chains::page(format, &data);
            chains.starts[0] = u16::try_from(rng.below(0x100)).unwrap();
            let file = chains.build();
            let image = MachO::parse(&file).unwrap();
            let theirs = theirs(&file);
            let all = image.chained_fixups().unwrap().unwrap().slots(&image);
            let ours: Vec<Slot> = all.map_while(Result::ok).collect();
            assert!(ours.len() <= theirs.len());
            for (ours, (vmaddr, fixup)) in ours.iter().zip(&theirs) {
                assert_eq!(ours.vmaddr.get(), *vmaddr);
                // A target of format 5 is a vmaddr: dyld takes the preferred base from it
                // (ChainedFixupPointerOnDisk::isRebase); `object` does not.
                let base = if format == 5 { 0 } else { BASE };
                assert!(
                    same(ours.fixup(), *fixup, base),
                    "{format}: {ours:?} {fixup:?}"
                );
            }
            slots += ours.len();
            whole += usize::from(ours.len() == theirs.len());
        }
        assert!(
            slots > 500 && whole > 50,
            "{format}: {slots} slots, {whole} whole"
        );
    }
}

/// Every slot of a built file: as its builder says, and as `object` says.
fn agrees(built: &Built, bases: [u64; 4], signed: bool) {
    let outer = MachO::parse(&built.bytes).unwrap();
    let mut images = vec![outer];
    // The kexts of a pageable collection have chains of their own.
    images.extend(
        outer
            .fileset_entries()
            .map(|entry| entry.unwrap().parse().unwrap()),
    );
    let mut slots: Vec<Slot> = Vec::new();
    let (mut of_outer, mut in_turn) = (0, Vec::new());
    for image in &images {
        let Some(fixups) = image.chained_fixups().unwrap() else {
            continue;
        };
        slots.extend(fixups.slots(image).map(Result::unwrap));
        if image.file_offset() == outer.file_offset() {
            of_outer = slots.len();
        }
        let end = fixups.try_for_each(image, |slot| {
            in_turn.push(slot.unwrap());
            ControlFlow::<()>::Continue(())
        });
        assert!(end.is_continue());
    }
    assert!(slots.len() >= 4);
    assert_eq!(slots.len(), built.truth.fixups.len());
    let mut sorted = slots.clone();
    sorted.sort_by_key(|slot| slot.vmaddr);
    for (slot, truth) in sorted.iter().zip(&built.truth.fixups) {
        assert_eq!(slot.vmaddr.get(), truth.vmaddr);
        assert_eq!(slot.file_offset.get(), truth.file_offset);
        let Fixup::Rebase { target, auth } = slot.fixup() else {
            panic!("{slot:?}")
        };
        let target = match target {
            Target::VmAddr(vmaddr) => vmaddr.get(),
            Target::VmOffset(offset) => bases[0].wrapping_add(offset.get()),
            Target::Cache { level, offset } => {
                assert_eq!(level, truth.cache_level);
                bases[usize::from(level)].wrapping_add(offset.get())
            }
            _ => panic!("{slot:?}"),
        };
        assert_eq!(target, truth.target);
        let ours = auth.map(|auth| (auth.key as u8, auth.diversity, auth.address_diversity));
        let expected = truth.auth.filter(|_| signed);
        let expected = expected.map(|auth| (auth.key, auth.diversity, auth.address_diversity));
        assert_eq!(ours, expected);
    }
    assert_eq!(assert_same(&built.bytes), of_outer);
    in_turn.sort_by_key(|slot| slot.vmaddr);
    assert_eq!(in_turn, sorted);
}

#[test]
fn collections() {
    let primary = sample::fileset();
    let base = primary.truth.base.unwrap();
    agrees(&primary, [base; 4], true);
    let shuffled = sample::shuffled();
    agrees(&shuffled, [shuffled.truth.base.unwrap(); 4], true);
    let tiny = sample::tiny();
    let own = tiny.truth.base.unwrap();
    agrees(&tiny, [own, 0, own, own], true);
    let pageable = sample::pageable();
    agrees(&pageable, [base, pageable.truth.base.unwrap(), 0, 0], true);
    let auxiliary = sample::auxiliary();
    agrees(&auxiliary, [base, 0, 0, 0], true);
    let large = large::collection(Size::SMALL, 3).build();
    agrees(&large, [large.truth.base.unwrap(); 4], true);
    assert_eq!(large.truth.fixups.len(), Size::SMALL.fixups);
}

#[test]
fn kernels_of_other_formats() {
    for (format, signed) in [
        (DYLD_CHAINED_PTR_ARM64E, true),
        (DYLD_CHAINED_PTR_64, false),
        (DYLD_CHAINED_PTR_64_OFFSET, false),
        (DYLD_CHAINED_PTR_ARM64E_KERNEL, true),
        (DYLD_CHAINED_PTR_64_KERNEL_CACHE, true),
    ] {
        let built = Kernel {
            pointers: Pointers::Chained(format),
            base: BASE,
            ..Kernel::new(sample::kernel())
        }
        .build();
        agrees(&built, [BASE; 4], signed);
    }
}

/// Slots of 4 bytes, a page with two chains, a page without, and numbers among the pointers.
#[test]
fn chains_of_32_bits() {
    let mut data = vec![0; 0x180];
    // Two chains in the first page of 0x100, one in the third, at its last byte.
    data[0] = 0x20_0010 | 31 << 26;
    data[31] = 0x8000_0005 | 3 << 20;
    data[33] = 0x3f0_0000 | 1 << 26;
    data[34] = 0x10_0000;
    data[0x80 + 0x3f] = 0x20_0000;
    let chains = Chains {
        page_size: 0x100,
        max_valid_pointer: 0x30_0000,
        page_count: 3,
        starts: vec![0x8003, 0xffff, 0xfc, 0, 0x8000 | (33 * 4)],
        data: words(&data),
        ..Chains::page(3, &[])
    };
    let file = chains.build();
    let image = MachO::parse(&file).unwrap();
    let fixups = image.chained_fixups().unwrap().unwrap();
    let slots: Vec<(u64, Fixup)> = fixups
        .slots(&image)
        .map(Result::unwrap)
        .map(|slot| (slot.file_offset.get() - DATA as u64, slot.fixup()))
        .collect();
    // The bias is half of 64 MiB plus the largest pointer.
    let value = Fixup::Value(0x3f0_0000 - 0x218_0000);
    let expected = [
        (0, vmaddr(0x20_0010)),
        (31 * 4, bind(5, 3, None)),
        (33 * 4, value),
        (34 * 4, vmaddr(0x10_0000)),
        (0x2fc, vmaddr(0x20_0000)),
    ];
    assert_eq!(slots, expected);
    // `object` knows no numbers among pointers, so it is asked without one.
    let mut plain = chains.clone();
    plain.max_valid_pointer = u32::MAX;
    assert_eq!(assert_same(&plain.build()), 5);
}

/// Kexts pack their data to 4 bytes: a slot may lie across the end of its page.
#[test]
fn a_slot_across_the_end_of_its_page() {
    let mut chains = Chains {
        page_size: 0x1000,
        page_count: 2,
        starts: vec![0xff4, 4],
        data: vec![0; 0x1100],
        ..Chains::page(8, &[])
    };
    chains.data[0xff4..0xffc].copy_from_slice(&longs(&[0x1111 | 2 << 51])[..]);
    chains.data[0xffc..0x1004].copy_from_slice(&longs(&[0x2222])[..]);
    chains.data[0x1004..0x100c].copy_from_slice(&longs(&[0x3333])[..]);
    assert_eq!(assert_same(&chains.build()), 3);
    // One byte further back it would share a byte with the next page's first slot.
    chains.starts[1] = 3;
    let file = chains.build();
    let image = MachO::parse(&file).unwrap();
    let fixups = image.chained_fixups().unwrap().unwrap();
    let items: Vec<_> = fixups
        .slots(&image)
        .map(|item| match item {
            Ok(slot) => Ok(slot.file_offset.get() - DATA as u64),
            Err(error) => Err((error.kind(), error.offset().get() - DATA as u64)),
        })
        .collect();
    let expected = [Ok(0xff4), Err((ErrorKind::Overlap, 0xff4)), Ok(0x1003)];
    assert_eq!(items, expected);
}

/// One segment walked alone, and resolved by hand.
#[test]
fn one_segment() {
    let file = Chains::page(6, &[8 | 2 << 51, 0x10]).build();
    let image = MachO::parse(&file).unwrap();
    let fixups = image.chained_fixups().unwrap().unwrap();
    let starts = fixups.segments().next().unwrap().unwrap();
    assert_eq!(starts.file_offset().get(), support::chains::STARTS as u64);
    let slots = starts.slots(&image).unwrap();
    assert_eq!(slots.starts().segment_index, 1);
    let expected = |at: u64, raw: u64, target: u64| {
        let vmaddr = VmAddr::new(BASE + DATA_OFFSET + at);
        let file_offset = FileOffset::new(DATA as u64 + at);
        (vmaddr, file_offset, raw, offset(target, None))
    };
    let slots: Vec<_> = slots
        .map(Result::unwrap)
        .map(|slot| (slot.vmaddr, slot.file_offset, slot.raw, slot.fixup()))
        .collect();
    assert_eq!(
        slots,
        [expected(0, 8 | 2 << 51, 8), expected(8, 0x10, 0x10)]
    );
}

/// All that an import says.
fn fields(import: Import<'_>) -> (i32, bool, i64, Name<'_>) {
    (import.lib_ordinal, import.weak, import.addend, import.name)
}

#[test]
fn imports_of_every_format() {
    let names = b"\0_a\0_bc\0".to_vec();
    let (a, bc) = (1, 4);
    let entry = |ordinal: u32, weak: u32, name: u32| ordinal | weak << 8 | name << 9;
    let entry64 = |ordinal: u64, weak: u64, name: u64| ordinal | weak << 16 | name << 32;
    let tables = [
        (1, words(&[entry(240, 0, a), entry(0xfe, 1, bc)])),
        (
            2,
            words(&[entry(240, 0, a), 5, entry(0xfe, 1, bc), 0xffff_fff0]),
        ),
        (
            3,
            longs(&[
                entry64(240, 0, a.into()),
                5,
                entry64(0xfffe, 1, bc.into()),
                0_u64.wrapping_sub(16),
            ]),
        ),
    ];
    for (format, entries) in tables {
        let mut chains = Chains::page(2, &[1 << 63 | 1]);
        chains.imports = (format, 2, entries, names.clone());
        let file = chains.build();
        let image = MachO::parse(&file).unwrap();
        let fixups = image.chained_fixups().unwrap().unwrap();
        let ours: Vec<Import<'_>> = fixups.imports().map(Result::unwrap).collect();
        let (first, second) = if format == 1 { (0, 0) } else { (5, -16) };
        let import = |lib_ordinal, weak, addend, name| (lib_ordinal, weak, addend, Name::new(name));
        let expected = [
            import(240, false, first, b"_a"),
            import(-2, true, second, b"_bc"),
        ];
        let said: Vec<_> = ours.iter().copied().map(fields).collect();
        assert_eq!(said, expected, "format {format}");
        assert_eq!(fixups.import(1), Ok(ours[1]));
        assert!(fixups.import(2).is_err());
        // The beginning of a name, or all of it.
        for (most, name) in [(0, "_bc"), (1, "_"), (2, "_b"), (3, "_bc"), (9, "_bc")] {
            let import = fixups.import_prefix(1, most).unwrap();
            let name = if most == 0 { "" } else { name };
            assert_eq!(import.name, name, "at most {most}");
            assert_eq!(import.lib_ordinal, ours[1].lib_ordinal);
        }
        // `object` reads the same.
        let data = image
            .find_command(macho_core::LoadCommandKind::LC_DYLD_CHAINED_FIXUPS)
            .unwrap();
        let macho_core::CommandView::LinkeditData(range) = data.view().unwrap() else {
            panic!("a range")
        };
        let le = object::LittleEndian;
        let other = object::read::macho::DyldChainedFixups::parse(le, range.data().unwrap());
        let others: Vec<_> = other
            .unwrap()
            .imports(le)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(others.len(), 2);
        for (ours, other) in ours.iter().zip(others) {
            assert_eq!(ours.lib_ordinal, other.dylib.0);
            assert_eq!((ours.weak, ours.addend), (other.weak_import, other.addend));
            assert_eq!(ours.name.as_bytes(), other.name);
        }
    }
}

/// The one entry for all mechanisms yields what the chains' own entry yields.
#[test]
fn chains_through_the_common_entry() {
    let mut chains = Chains::page(2, &[1 << 63 | 2 << 51, 0x10]);
    chains.imports = (1, 1, words(&[1 | 1 << 9]), b"\0_a\0".to_vec());
    let file = chains.build();
    let image = MachO::parse(&file).unwrap();
    let chained = image.chained_fixups().unwrap().unwrap();
    let fixups = image.fixups();
    let slots: Vec<Slot> = fixups.slots().map(Result::unwrap).collect();
    let own: Vec<Slot> = chained.slots(&image).map(Result::unwrap).collect();
    assert_eq!(slots, own);
    assert_eq!(slots.len(), 2);
    assert_eq!(slots[0].mechanism(), Mechanism::Chained);
    assert_eq!(slots[0].pointer_format(), Some(PointerFormat(2)));
    assert_eq!(fixups.import(&slots[0]), chained.import(0).map(Some));
    assert_eq!(fixups.import(&slots[1]), Ok(None));
    // Chains that cannot be read at all are one error.
    let mut file = file.clone();
    put(&mut file, support::chains::FIXUPS, &words(&[1]));
    let image = MachO::parse(&file).unwrap();
    let items: Vec<_> = image.fixups().slots().collect();
    assert_eq!(items, [Err(image.chained_fixups().unwrap_err())]);
}

/// The largest pointer is one, and the number above it is none.
#[test]
fn the_largest_valid_pointer() {
    const MAX: u32 = 0x30_0000;
    for (target, is_pointer) in [(MAX - 1, true), (MAX, true), (MAX + 1, false)] {
        let mut chains = Chains::page(3, &[target.into()]);
        chains.max_valid_pointer = MAX;
        let file = chains.build();
        let image = MachO::parse(&file).unwrap();
        let slot = image.fixups().slots().next().unwrap().unwrap();
        let is_rebase = matches!(slot.fixup(), Fixup::Rebase { .. });
        assert_eq!(is_rebase, is_pointer, "{target:#x}");
    }
}

/// A chain of a page may start where the last slot of the one before ends, and not within it.
#[test]
fn a_chain_starts_after_the_last_slot() {
    for (second, is_good) in [(4, false), (7, false), (8, true)] {
        let mut chains = Chains::page(6, &[0, 0]);
        chains.starts = vec![0x8000 | 1, 0, 0x8000 | second];
        let file = chains.build();
        let image = MachO::parse(&file).unwrap();
        let items: Vec<_> = image.fixups().slots().collect();
        assert_eq!(items.len(), 2, "{second}");
        assert!(items[0].is_ok());
        assert_eq!(items[1].is_ok(), is_good, "{second}");
    }
}
