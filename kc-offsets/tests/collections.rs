//! Fixups of every kind of collection, as dyld's builder lays them out: chains of the whole
//! collection, or of each kext.
use std::collections::BTreeMap;

use kc_offsets::code::{AddressRange, PointerXrefs};
use kc_offsets::{
    Bases, CollectionKind, ErrorKind, KernelCache, LoadPlan, RebaseTargets, pointer_at, rebase,
};
use macho_core::{Fixup, LoadCommandKind, PhysAddr, SlidVmAddr, Slide, Target, VmAddr};
use testkit::bytes::{get_u32, put};
use testkit::constants as c;
use testkit::kernelcache::{Kind, sample};
use testkit::truth::Built;

/// Name, file, whether kexts have chains of their own, and whether the outer image has slots.
fn files() -> Vec<(&'static str, Built, bool, bool)> {
    use Kind::{Auxiliary, Pageable};
    vec![
        ("primary", sample::fileset(), false, true),
        ("pageable", sample::pageable(), true, false),
        ("auxiliary", sample::auxiliary(), false, true),
        ("x86 primary", sample::primary_x86(false), false, true),
        ("x86 with __HIB", sample::primary_x86(true), false, true),
        (
            "x86 pageable",
            sample::secondary_x86(Pageable, false),
            true,
            false,
        ),
        (
            "x86 pageable, stubs",
            sample::secondary_x86(Pageable, true),
            true,
            true,
        ),
        (
            "x86 auxiliary",
            sample::secondary_x86(Auxiliary, false),
            true,
            false,
        ),
        (
            "x86 auxiliary, stubs",
            sample::secondary_x86(Auxiliary, true),
            true,
            true,
        ),
    ]
}

fn parse(bytes: &[u8]) -> KernelCache<'_> {
    KernelCache::parse(bytes).unwrap()
}

/// Where the collection of a level starts; the sample primary collection for another file.
fn base_of(built: &Built, level: u8) -> u64 {
    let own = match built.truth.shape {
        testkit::truth::Shape::Pageable => 1,
        testkit::truth::Shape::Auxiliary => 3,
        _ => 0,
    };
    if own != level {
        return c::MACOS_BASE;
    }
    built
        .truth
        .segments
        .iter()
        .map(|segment| segment.vmaddr)
        .min()
        .unwrap()
}

#[test]
fn every_slot_is_found_and_knows_its_target() {
    for (name, built, of_kexts, of_outer) in files() {
        let cache = parse(&built.bytes);
        let mut found = BTreeMap::new();
        for (number, of) in cache.fixups().enumerate() {
            let of = of.unwrap();
            assert_eq!(of.entry.is_none(), number == 0, "{name}");
            let before = found.len();
            for slot in of.fixups.slots().map(Result::unwrap) {
                let Fixup::Rebase { target, .. } = slot.fixup() else {
                    panic!("{name}: {slot:?}");
                };
                let Target::Cache { level, .. } = target else {
                    panic!("{name}: {target:?}");
                };
                let vmaddr = of.targets.of_slot(&slot);
                let again = found.insert(slot.vmaddr.get(), (level, vmaddr, slot));
                assert!(again.is_none(), "{name}: twice");
            }
            let has_some = found.len() > before;
            assert_eq!(
                has_some,
                if number == 0 { of_outer } else { of_kexts },
                "{name} {number}"
            );
        }
        assert_eq!(found.len(), built.truth.fixups.len(), "{name}");
        assert!(found.len() >= 5, "{name}: {}", found.len());
        let own = base_of(&built, cache.collection_kind().unwrap().unwrap().level());
        for truth in &built.truth.fixups {
            let (level, vmaddr, slot) = &found[&truth.vmaddr];
            assert_eq!(*level, truth.cache_level, "{name}");
            assert_eq!(slot.file_offset.get(), truth.file_offset, "{name}");
            let is_own = base_of(&built, *level) == own;
            let expected = is_own.then(|| VmAddr::new(truth.target));
            assert_eq!(*vmaddr, expected, "{name}: {truth:x?}");
        }
    }
}

#[test]
fn one_pointer_and_references() {
    for (name, built, ..) in files() {
        let cache = parse(&built.bytes);
        let image = cache.image();
        let kind = cache.collection_kind().unwrap().unwrap();
        let own = built
            .truth
            .fixups
            .iter()
            .filter(|slot| slot.cache_level == kind.level());
        let mut targets = BTreeMap::<u64, Vec<u64>>::new();
        for slot in own {
            let pointer = pointer_at(&image, VmAddr::new(slot.vmaddr))
                .unwrap()
                .unwrap();
            assert_eq!(pointer.target, Some(VmAddr::new(slot.target)), "{name}");
            targets.entry(slot.target).or_default().push(slot.vmaddr);
        }
        assert!(targets.len() >= 2, "{name}: {targets:?}");
        for (target, slots) in targets {
            let wanted = AddressRange::address(VmAddr::new(target));
            let mut found: Vec<_> = PointerXrefs::new(&image, wanted)
                .map(|found| found.unwrap().vmaddr.get())
                .collect();
            found.sort_unstable();
            assert_eq!(found, slots, "{name}");
        }
    }
}

#[test]
fn applied_fixups_are_the_addresses() {
    const SLIDE: u64 = 0x20_0000;
    for (name, built, ..) in files() {
        let cache = parse(&built.bytes);
        let kind = cache.collection_kind().unwrap().unwrap();
        let plan = LoadPlan::new(&cache, PhysAddr::new(0x8_0000_0000), Slide::new(SLIDE)).unwrap();
        let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
        plan.load_into(&mut memory).unwrap();
        let unlinked = plan.apply_fixups(&mut memory.clone(), &Bases::PRIMARY);
        if kind != CollectionKind::Primary {
            // Some pointers lead into the primary collection.
            assert_eq!(
                unlinked.unwrap_err().kind(),
                ErrorKind::UnknownBase,
                "{name}"
            );
        }
        let bases = Bases {
            primary: (kind != CollectionKind::Primary)
                .then_some(SlidVmAddr::new(c::MACOS_BASE + 0x1000_0000)),
            ..Bases::PRIMARY
        };
        let count = plan.apply_fixups(&mut memory, &bases).unwrap();
        assert_eq!(count, built.truth.fixups.len() as u64, "{name}");
        for slot in &built.truth.fixups {
            let at = plan.offset_of(VmAddr::new(slot.vmaddr)).unwrap();
            let at = usize::try_from(at).unwrap();
            let word = u64::from_le_bytes(memory[at..at + 8].try_into().unwrap());
            let slide = if slot.cache_level == kind.level() {
                SLIDE
            } else {
                0x1000_0000
            };
            assert_eq!(word, slot.target + slide, "{name}");
        }
    }
}

/// Pointers that count from a base stay, wherever the file goes.
#[test]
fn rebasing_leaves_them() {
    for (name, built, ..) in files() {
        let cache = parse(&built.bytes);
        let mut copy = built.bytes.clone();
        let slide = Slide::new(0x4000);
        let done = rebase(&cache, &mut copy, slide).unwrap();
        assert_eq!(done.slots, 0, "{name}");
        let moved = parse(&copy);
        let places = |cache: &KernelCache<'_>, by: u64| -> Vec<(u64, Option<u64>)> {
            let all = cache.fixups().map(Result::unwrap);
            all.flat_map(|of| {
                let slots = of.fixups.slots().map(Result::unwrap);
                slots.map(move |slot| {
                    let target = of.targets.of_slot(&slot);
                    (
                        slot.vmaddr.get() + by,
                        target.map(|target| target.get() + by),
                    )
                })
            })
            .collect()
        };
        assert_eq!(places(&moved, 0), places(&cache, 0x4000), "{name}");
        let entry = |cache: &KernelCache<'_>| {
            let entry = cache.entry_point().unwrap();
            entry.map(|entry| entry.vmaddr.get())
        };
        let before = entry(&cache).map(|entry| entry + 0x4000);
        assert_eq!(entry(&moved), before, "{name}");
        let back = moved;
        let mut again = copy.clone();
        rebase(&back, &mut again, slide.inverse()).unwrap();
        assert!(again == built.bytes, "{name}");
    }
}

/// Where a command of the file lies, counted from `from`.
fn find(bytes: &[u8], from: usize, cmd: u32) -> usize {
    let count = get_u32(bytes, from + 16).unwrap();
    let mut at = from + 32;
    for _ in 0..count {
        if get_u32(bytes, at) == Some(cmd) {
            return at;
        }
        at += get_u32(bytes, at + 4).unwrap() as usize;
    }
    panic!("no command {cmd:#x}");
}

/// Damage in one kext costs that kext's slots and is said.
#[test]
fn a_damaged_kext() {
    let built = sample::pageable();
    let whole = parse(&built.bytes).fixups().count();
    let kext = usize::try_from(built.truth.entries[0].file_offset).unwrap();
    // Its header, and the size of its chains.
    let chains = find(&built.bytes, kext, c::LC_DYLD_CHAINED_FIXUPS);
    for (at, kind) in [
        (kext, macho_core::ErrorKind::BadMagic),
        (chains + 12, macho_core::ErrorKind::Truncated),
    ] {
        let mut bytes = built.bytes.clone();
        put(&mut bytes, at, &[0xff; 4]);
        let cache = parse(&bytes);
        let (good, bad): (Vec<_>, Vec<_>) = cache.fixups().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (whole - 1, 1));
        let error = bad[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MachO(kind));
    }
    // Chains of no bytes are none.
    let mut bytes = built.bytes.clone();
    put(&mut bytes, chains + 8, &[0; 8]);
    let cache = parse(&bytes);
    assert_eq!(cache.fixups().map(Result::unwrap).count(), whole - 1);
}

/// Without an outer command, the kexts' chains are found all the same.
#[test]
fn no_outer_command() {
    let built = sample::pageable();
    let mut bytes = built.bytes.clone();
    let at = find(&bytes, 0, c::LC_DYLD_CHAINED_FIXUPS);
    // A command that says nothing about fixups.
    put(&mut bytes, at, &c::LC_DATA_IN_CODE.to_le_bytes());
    put(&mut bytes, at + 8, &[0; 8]);
    let cache = parse(&bytes);
    assert!(
        cache
            .image()
            .find_command(LoadCommandKind::LC_DYLD_CHAINED_FIXUPS)
            .is_none()
    );
    let slots = cache.fixups().map(|of| of.unwrap().fixups.slots().count());
    assert_eq!(slots.sum::<usize>(), built.truth.fixups.len());
}

/// A thousand entries for one kext cost no more than the file is large.
#[test]
fn entries_that_share_a_kext() {
    let built = sample::pageable();
    let cache = parse(&built.bytes);
    let first = cache.image().fileset_entries().next().unwrap().unwrap();
    let entry = first.load_command().bytes().to_vec();
    let mut bytes = built.bytes.clone();
    let (ncmds, size) = (get_u32(&bytes, 16).unwrap(), get_u32(&bytes, 20).unwrap());
    let room = 0x4000 - 32 - size as usize;
    let more = room / entry.len();
    assert!(more > 100);
    for number in 0..more {
        put(
            &mut bytes,
            32 + size as usize + number * entry.len(),
            &entry,
        );
    }
    let count = u32::try_from(more).unwrap();
    put(&mut bytes, 16, &(ncmds + count).to_le_bytes());
    let grown = size + count * u32::try_from(entry.len()).unwrap();
    put(&mut bytes, 20, &grown.to_le_bytes());
    let cache = parse(&bytes);
    let (good, bad): (Vec<_>, Vec<_>) = cache.fixups().partition(Result::is_ok);
    assert!(good.len() < 20, "{}", good.len());
    assert!(!bad.is_empty());
    for error in bad {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::TooMuchWork);
    }
}

/// Pointers of a kext count from the collection, and other formats' from the kext.
#[test]
fn targets_within_a_collection() {
    let built = sample::pageable();
    let cache = parse(&built.bytes);
    let kext = cache.entries().nth(1).unwrap().unwrap().image().unwrap();
    let outer = RebaseTargets::new(&cache.image());
    let (own, inside) = (RebaseTargets::new(&kext), outer.within(&kext));
    assert_eq!(inside.base_of_level(1), outer.base_of_level(1));
    assert_ne!(own.base_of_level(1), outer.base_of_level(1));
    assert_eq!(
        (inside.base_of_level(0), inside.base_of_level(3)),
        (None, None)
    );
    let offset = Target::VmOffset(macho_core::VmOffset::new(0x10));
    assert_eq!(inside.vmaddr(None, offset), own.vmaddr(None, offset));
}
