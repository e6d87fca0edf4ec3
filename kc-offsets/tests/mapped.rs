//! A loaded image answers what its file answers: every shape, slid and unslid, fixups applied or
//! not.
use kc_offsets::Linker;
use kc_offsets::code::{AddressRange, PointerXrefs};
use kc_offsets::{Bases, Error, KernelCache, LoadPlan, Outcome, pointer_at};
use macho_core::{
    AuthKey, ErrorKind, FileOffset, Fixups, Layout, Mode, PhysAddr, Pointers, SlidVmAddr, Slide,
    Slot, VmAddr,
};
use proptest::prelude::*;
use testkit::bytes::index;
use testkit::classic;
use testkit::constants::LC_UNIXTHREAD;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;
use testkit::macho::{Command, MachFile, Segment, Thread};
use testkit::truth::{Built, Shape};

#[path = "mapped/answers.rs"]
mod answers;
use answers::answers;

const PHYS: u64 = 0x8_0000_0000;
const SLIDE: u64 = 0x1dc0_0000;
const VA_BITS: u32 = 47;

fn all() -> Vec<(&'static str, Built)> {
    let small = Size {
        images: 5,
        bytes: 1 << 17,
        fixups: 2_000,
        symbols: 300,
    };
    vec![
        ("fileset", sample::fileset()),
        ("tiny", sample::tiny()),
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
        ("bare", sample::bare()),
        ("shuffled", sample::shuffled()),
        ("m1n1", sample::m1n1()),
        ("large", large::collection(small, 7).build()),
    ]
}

/// Signs as hardware does: the code takes the bits above the address, but for bit 55.
struct Signer(Bases);

impl Linker for Signer {
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        self.0.collection_base(level)
    }

    fn sign(&self, pointer: u64, key: AuthKey, discriminator: u64) -> u64 {
        let code =
            discriminator.rotate_left(23) ^ u64::from(key.name().as_bytes()[1]) << 57 | 1 << 50;
        let room = u64::MAX << VA_BITS & !(1 << 55);
        pointer & !room | code & room
    }
}

/// Collections of other levels lie far away.
fn linker(shape: Shape, base: u64) -> Signer {
    let far = |level: u64| Some(SlidVmAddr::new(level << 40));
    let own = Some(SlidVmAddr::new(base));
    Signer(Bases {
        primary: matches!(shape, Shape::Pageable | Shape::Auxiliary)
            .then(|| SlidVmAddr::new(7 << 40)),
        pageable: if shape == Shape::Pageable {
            own
        } else {
            far(3)
        },
        auxiliary: if shape == Shape::Auxiliary {
            own
        } else {
            far(5)
        },
    })
}

fn parse(built: &Built) -> KernelCache<'_> {
    KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap()
}

/// Memory as a loader leaves it, behind `before` other bytes and in front of some; and where the
/// header is.
fn load(built: &Built, slide: u64, before: usize, apply: bool) -> (Vec<u8>, FileOffset) {
    let cache = parse(built);
    let plan = LoadPlan::new(&cache, PhysAddr::new(PHYS), Slide::new(slide)).unwrap();
    let mut memory = vec![0xa5; before + usize::try_from(plan.size()).unwrap() + 0x123];
    plan.load_into(&mut memory[before..]).unwrap();
    if apply {
        // The lowest address is the base of a collection.
        let base = plan.lowest().get().wrapping_add(slide);
        let linker = linker(built.truth.shape, base);
        plan.apply_fixups(&mut memory[before..], &linker).unwrap();
    }
    let header = plan.header().unwrap().checked_add(before as u64);
    (memory, header.unwrap())
}

/// The states of memory that are asked: bytes before it, and its pointers.
const STATES: [(usize, Pointers); 4] = [
    (0, Pointers::Unapplied),
    (0x1_2340, Pointers::Unapplied),
    (0, applied(0)),
    (0x1_2340, applied(SLIDE)),
];

const fn applied(slide: u64) -> Pointers {
    Pointers::Applied {
        slide: Slide::new(slide),
        va_bits: VA_BITS,
    }
}

/// Loads in each state and asks.
fn in_each_state(built: &Built, mut ask: impl FnMut(&KernelCache<'_>, Pointers)) {
    for (before, pointers) in STATES {
        let (slide, apply) = match pointers {
            Pointers::Applied { slide, .. } => (slide.get(), true),
            Pointers::Unapplied => (SLIDE, false),
        };
        let (memory, header) = load(built, slide, before, apply);
        let mapped = KernelCache::parse_mapped(&memory, header, pointers, Mode::Strict).unwrap();
        assert_eq!(mapped.image().layout(), Layout::Mapped(pointers));
        ask(&mapped, pointers);
    }
}

/// Without what fixups change.
fn still(lines: &[String]) -> impl Iterator<Item = &String> {
    let changes = ["segment: ", "section: "];
    lines
        .iter()
        .filter(move |line| !changes.iter().any(|start| line.starts_with(start)))
}

#[test]
fn answers_are_the_files() {
    for (name, built) in all() {
        let file = answers(&parse(&built));
        assert!(file.lines.len() > 20, "{name}");
        in_each_state(&built, |mapped, pointers| {
            let mapped = answers(mapped);
            assert_eq!(mapped.edges, file.edges, "{name}");
            if pointers == Pointers::Unapplied {
                assert_same(name, file.lines.iter(), mapped.lines.iter());
            } else {
                assert_same(name, still(&file.lines), still(&mapped.lines));
            }
        });
    }
}

fn assert_same<'l>(
    name: &str,
    file: impl Iterator<Item = &'l String>,
    mapped: impl Iterator<Item = &'l String>,
) {
    let (file, mapped): (Vec<_>, Vec<_>) = (file.collect(), mapped.collect());
    for (file, mapped) in file.iter().zip(&mapped) {
        assert!(
            file == mapped,
            "{name}\nfile   {file:.300}\nmapped {mapped:.300}"
        );
    }
    assert_eq!(file.len(), mapped.len(), "{name}");
}

#[test]
fn each_byte_is_the_files() {
    for (name, built) in all() {
        let cache = parse(&built);
        let (map, edges) = (cache.address_map(), answers(&cache).edges);
        in_each_state(&built, |mapped, pointers| {
            let there = mapped.address_map();
            for &vmaddr in &edges {
                let (file, memory) = (map.translate(vmaddr), there.translate(vmaddr));
                assert_eq!(file.segment, memory.segment, "{name} {vmaddr}");
                let byte = mapped.bytes_at(vmaddr, 1).map(|bytes| bytes[0]);
                let expected = match file.outcome {
                    Outcome::Unmapped => None,
                    Outcome::ZeroFill | Outcome::PastEndOfFile => Some(0),
                    Outcome::Mapped(_) => Some(cache.bytes_at(vmaddr, 1).unwrap()[0]),
                };
                if pointers == Pointers::Unapplied {
                    assert_eq!(byte, expected, "{name} {vmaddr}");
                }
                assert_eq!(byte.is_some(), expected.is_some(), "{name} {vmaddr}");
                let back = memory
                    .outcome
                    .file_offset()
                    .and_then(|at| there.vmaddr_of(at));
                assert_eq!(back, byte.map(|_| vmaddr), "{name} {vmaddr}");
            }
        });
    }
}

/// Where a slot is and what it becomes, without its place in the input.
fn without_place(slot: Slot) -> Slot {
    let mut slot = slot;
    slot.file_offset = FileOffset::new(0);
    slot
}

/// Every slot, those of kexts with chains of their own included.
fn slots_of<'a>(
    cache: &KernelCache<'a>,
) -> impl Iterator<Item = (Fixups<'a>, Result<Slot, macho_core::Error>)> {
    let all = cache.fixups().map(Result::unwrap);
    all.flat_map(|of| of.fixups.slots().map(move |slot| (of.fixups, slot)))
}

#[test]
fn fixups_are_the_files_until_they_are_applied() {
    for (name, built) in all() {
        let cache = parse(&built);
        let slots: Vec<_> = slots_of(&cache)
            .map(|(fixups, slot)| (fixups, slot.unwrap()))
            .collect();
        assert_eq!(slots.len(), built.truth.fixups.len(), "{name}");
        in_each_state(&built, |mapped, pointers| {
            if pointers != Pointers::Unapplied {
                let kinds: Vec<_> = slots_of(mapped)
                    .map(|(_, slot)| slot.unwrap_err().kind())
                    .collect();
                assert!(kinds.iter().all(|kind| *kind == ErrorKind::FixupsApplied));
                assert_eq!(kinds.is_empty(), slots.is_empty(), "{name}");
                let mut applied = 0;
                for of in mapped.fixups().map(Result::unwrap) {
                    let _ = of.fixups.try_for_each::<()>(|slot| {
                        applied += 1;
                        assert_eq!(slot.unwrap_err().kind(), ErrorKind::FixupsApplied);
                        std::ops::ControlFlow::Continue(())
                    });
                }
                assert_eq!(applied, kinds.len(), "{name}");
                return;
            }
            let map = mapped.address_map();
            let mut count = 0;
            for ((fixups, slot), (there, here)) in slots.iter().zip(slots_of(mapped)) {
                let here = here.unwrap();
                assert_eq!(without_place(*slot), without_place(here), "{name}");
                assert_eq!(map.vmaddr_of(here.file_offset), Some(here.vmaddr), "{name}");
                assert_eq!(fixups.import(slot).unwrap(), there.import(&here).unwrap());
                count += 1;
            }
            assert_eq!(count, slots.len(), "{name}");
            // What memory says applies as what the file says.
            let plan = LoadPlan::new(mapped, PhysAddr::new(PHYS), Slide::new(SLIDE)).unwrap();
            let mut again = vec![0; usize::try_from(plan.size()).unwrap()];
            plan.load_into(&mut again).unwrap();
            let base = plan.lowest().get().wrapping_add(SLIDE);
            let linker = linker(built.truth.shape, base);
            plan.apply_fixups(&mut again, &linker).unwrap();
            let (expected, _) = load(&built, SLIDE, 0, true);
            assert!(expected.starts_with(&again), "{name}");
        });
    }
}

#[test]
fn pointers_are_the_files_slid_and_signed() {
    let mut signed = 0;
    for (name, built) in all() {
        let cache = parse(&built);
        let image = cache.image();
        let slots = || slots_of(&cache).map(|(_, slot)| slot.unwrap());
        let segments: Vec<_> = image.segments().map(|s| (s.vmaddr(), s.vmsize())).collect();
        let inside = |target: VmAddr| {
            segments.iter().any(|(start, size)| {
                target
                    .checked_distance_from(*start)
                    .is_some_and(|at| at < *size)
            })
        };
        let xrefs = |cache: &KernelCache<'_>, all| {
            let mut found: Vec<_> = PointerXrefs::new(&cache.image(), all)
                .map(|xref| xref.map(|xref| (xref.vmaddr, xref.target, xref.signed)))
                .collect::<Result<_, Error>>()
                .unwrap();
            found.retain(|(_, target, _)| inside(*target));
            found.sort_unstable();
            found
        };
        let everywhere = AddressRange::new(VmAddr::new(1), u64::MAX);
        in_each_state(&built, |mapped, pointers| {
            for slot in slots().step_by(3) {
                let file = pointer_at(&image, slot.vmaddr).unwrap().unwrap();
                let here = pointer_at(&mapped.image(), slot.vmaddr).unwrap().unwrap();
                assert_eq!(
                    mapped.bytes_at(slot.vmaddr, 8).unwrap(),
                    here.raw.to_le_bytes()
                );
                if pointers == Pointers::Unapplied {
                    assert_eq!((file.raw, file.fixup), (here.raw, here.fixup), "{name}");
                    assert_eq!(file.target, here.target, "{name}");
                } else if let Some(target) = file.target {
                    assert_eq!(here.target, Some(target), "{name} {:#x}", here.raw);
                    assert_eq!(here.format, None);
                    signed += u64::from(here.raw >> 56 != 0xff && here.raw >> 56 != 0);
                }
            }
            let (file, here) = (xrefs(&cache, everywhere), xrefs(mapped, everywhere));
            let has_fixups = slots().next().is_some();
            if pointers == applied(0) && image.base() < Some(VmAddr::new(1 << 32)) {
                // Small numbers look like pointers.
                let found = |xref| here.binary_search(xref).is_ok();
                assert!(file.iter().all(found), "{name}");
            } else if has_fixups || pointers == Pointers::Unapplied {
                assert_eq!(file, here, "{name}");
            }
        });
    }
    assert!(signed > 100);
}

#[test]
fn kmods_are_the_files() {
    let built = sample::prelinked();
    let cache = parse(&built);
    let file: Vec<_> = cache.kmods().unwrap().collect();
    for (before, slide) in [(0, 0), (0x4000, 0), (0x4000, SLIDE)] {
        let (mut memory, header) = load(&built, slide, before, false);
        // A kernel that was linked for one address, moved by hand: every pointer of the arrays and
        // the structures.
        let mut slots: Vec<VmAddr> = Vec::new();
        for section in cache.image().sections() {
            if ["__kmod_info", "__kmod_start"]
                .iter()
                .any(|name| section.name() == *name)
            {
                let words = (0..section.size()).step_by(8);
                slots.extend(words.filter_map(|at| section.vmaddr().checked_add(at)));
            }
        }
        for kmod in file.iter().flatten() {
            slots.extend([156, 180, 188].map(|at| kmod.vmaddr.checked_add(at).unwrap()));
        }
        let plan = LoadPlan::new(&cache, PhysAddr::new(PHYS), Slide::ZERO).unwrap();
        for slot in slots {
            let at = before + usize::try_from(plan.offset_of(slot).unwrap()).unwrap();
            let word: &mut [u8; 8] = memory[at..].first_chunk_mut().unwrap();
            let value = u64::from_le_bytes(*word);
            if value != 0 {
                *word = value.wrapping_add(slide).to_le_bytes();
            }
        }
        let mapped =
            KernelCache::parse_mapped(&memory, header, applied(slide), Mode::Strict).unwrap();
        let here: Vec<_> = mapped.kmods().unwrap().collect();
        assert_eq!(file.len(), here.len());
        let map = mapped.address_map();
        for (file, here) in file.iter().zip(&here) {
            match (file, here) {
                (Ok(file), Ok(here)) => {
                    assert_eq!(map.vmaddr_of(here.file_offset), Some(here.vmaddr));
                    let mut moved = *here;
                    moved.file_offset = file.file_offset;
                    assert_eq!(*file, moved);
                }
                (Err(file), Err(here)) => {
                    assert_eq!(file.kind(), kc_offsets::ErrorKind::KmodNotMapped);
                    assert_eq!(here.kind(), kc_offsets::ErrorKind::KmodNotMapped);
                }
                _ => panic!("{file:?} {here:?}"),
            }
        }
    }
}

/// XNU slides the load commands of a kernel when it starts: the addresses are then run-time ones
/// throughout.
#[test]
fn load_commands_may_be_slid_too() {
    for (name, built) in all() {
        let cache = parse(&built);
        let slide = Slide::new(SLIDE);
        let mut copy = built.bytes.clone();
        kc_offsets::rebase(&cache, &mut copy, slide).unwrap();
        let moved = Built {
            bytes: copy,
            ..built
        };
        let (memory, header) = load(&moved, 0, 0x4000, true);
        let mapped = KernelCache::parse_mapped(&memory, header, applied(0), Mode::Strict).unwrap();
        let moves = |vmaddr: u64| slide.apply(VmAddr::new(vmaddr)).get();
        let entries: Vec<_> = mapped
            .entries()
            .map(|entry| entry.unwrap().vmaddr.get())
            .collect();
        let truth: Vec<_> = moved
            .truth
            .entries
            .iter()
            .map(|e| moves(e.vmaddr))
            .collect();
        if mapped.shape() == kc_offsets::Shape::Fileset {
            assert_eq!(entries, truth, "{name}");
        }
        let entry = mapped
            .entry_point()
            .unwrap()
            .map(|entry| entry.vmaddr.get());
        let truth = moved.truth.entry.as_ref().map(|entry| moves(entry.vmaddr));
        assert_eq!(entry, truth, "{name}");
    }
}

/// Segments in any order of file and memory, with gaps in both, and tails of zeros: the first one
/// has the header, the last one symbols.
fn scattered() -> impl Strategy<Value = MachFile> {
    let one = (1_u64..4, 0_u64..4, 0_u64..3, any::<u64>());
    (prop::collection::vec(one, 2..7), any::<u64>()).prop_map(|(sizes, order)| {
        let mut commands = Vec::new();
        let mut contents = Vec::new();
        let (mut vmaddr, mut fileoff) = (0xffff_fe00_0700_4000, 0);
        let count = sizes.len();
        for (number, (backed, zeros, gap, seed)) in sizes.into_iter().enumerate() {
            let (has_header, is_last) = (number == 0, number + 1 == count);
            // A tail that is no whole page.
            let filesize = backed * 0x1000 - if has_header { 0 } else { seed % 0x1000 };
            if !has_header {
                let words =
                    (0..filesize).map(|at| (seed ^ at.wrapping_mul(0x9e37_79b9)).to_le_bytes()[3]);
                contents.push((fileoff, words.collect()));
            }
            commands.push(Command::Segment(Segment {
                name: if is_last {
                    "__LINKEDIT".to_owned()
                } else {
                    format!("__S{number}")
                },
                vmaddr,
                vmsize: (backed + zeros) * 0x1000,
                fileoff,
                filesize,
                maxprot: 3,
                initprot: if seed % 3 == 0 { 5 } else { 3 },
                flags: 0,
                sections: Vec::new(),
            }));
            if is_last && filesize >= 48 {
                commands.push(Command::Symtab {
                    symoff: u32::try_from(fileoff).unwrap(),
                    nsyms: 2,
                    stroff: u32::try_from(fileoff).unwrap() + 32,
                    strsize: 16,
                });
            }
            fileoff += filesize + gap * 0x123;
            vmaddr += (backed + zeros + gap) * 0x1000;
        }
        commands.push(Command::Thread {
            cmd: LC_UNIXTHREAD,
            state: Box::new(Thread::at(vmaddr - order % 0x8000)),
        });
        let behind_header = commands.len() - 1;
        commands[1..behind_header].rotate_left(index(order) % (behind_header - 1));
        MachFile {
            commands,
            contents,
            ..MachFile::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scattered_images_answer_what_their_files_answer(
        made in scattered(),
        before in 0_usize..0x9000,
        slide in any::<u64>(),
    ) {
        let bytes = made.build();
        let file = KernelCache::parse(&bytes).unwrap();
        let phys = PhysAddr::new(PHYS);
        let plan = LoadPlan::new(&file, phys, Slide::ZERO).unwrap();
        let mut memory = vec![0x5a; before + index(plan.size())];
        plan.load_into(&mut memory[before..]).unwrap();
        let header = FileOffset::new(plan.header().unwrap().get() + before as u64);
        let pointers = if slide % 2 == 0 { Pointers::Unapplied } else { applied(slide) };
        let mapped = KernelCache::parse_mapped(&memory, header, pointers, Mode::Strict).unwrap();
        let (theirs, ours) = (answers(&file), answers(&mapped));
        for (theirs, ours) in theirs.lines.iter().zip(&ours.lines) {
            prop_assert_eq!(theirs, ours);
        }
        prop_assert_eq!(theirs.lines.len(), ours.lines.len());
        let (map, there) = (file.address_map(), mapped.address_map());
        for vmaddr in ours.edges {
            let expected = match map.outcome(vmaddr) {
                Outcome::Mapped(offset) => Some(bytes[index(offset.get())]),
                Outcome::Unmapped => None,
                _ => Some(0),
            };
            let found = there.file_offset_of(vmaddr).map(|offset| memory[index(offset.get())]);
            prop_assert_eq!(found, expected, "{}", vmaddr);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn collections_answer_what_their_files_answer(
        images in 1_usize..5,
        fixups in 0_usize..300,
        seed in any::<u64>(),
        pages in any::<u32>(),
        before in 0_usize..0x9000,
    ) {
        let size = Size { images, bytes: 1 << 16, fixups, symbols: 64 };
        let built = large::collection(size, seed).build();
        let slide = u64::from(pages) << 14;
        let file = parse(&built);
        let (memory, header) = load(&built, slide, before, true);
        let mapped =
            KernelCache::parse_mapped(&memory, header, applied(slide), Mode::Strict).unwrap();
        let (theirs, ours) = (answers(&file), answers(&mapped));
        prop_assert!(still(&theirs.lines).eq(still(&ours.lines)));
        for slot in file.image().fixups().slots() {
            let vmaddr = slot.unwrap().vmaddr;
            let target = |cache: &KernelCache<'_>| {
                pointer_at(&cache.image(), vmaddr).unwrap().unwrap().target
            };
            prop_assert_eq!(target(&file), target(&mapped), "{}", vmaddr);
        }
    }
}

/// Tables of opcodes and relocations stay whole when fixups are applied; what the slots were is
/// gone all the same.
#[test]
fn classic_fixups_are_gone_too() {
    for built in [classic::opcodes(), classic::threads(8)] {
        let file = KernelCache::parse(&built.bytes).unwrap();
        let slots = file.image().fixups().slots().flatten().count();
        assert!(slots > 3);
        let lowest = file.image().segments().map(|s| s.vmaddr()).min().unwrap();
        let phys = PhysAddr::new(PHYS | lowest.get() & 0x3fff);
        let plan = LoadPlan::new(&file, phys, Slide::ZERO).unwrap();
        let mut memory = vec![0; index(plan.size())];
        plan.load_into(&mut memory).unwrap();
        let header = plan.header().unwrap();
        let ask = |pointers| {
            let mapped = KernelCache::parse_mapped(&memory, header, pointers, Mode::Strict);
            let items: Vec<_> = mapped.unwrap().image().fixups().slots().collect();
            items
        };
        let raw = ask(Pointers::Unapplied);
        assert_eq!(raw.iter().filter(|item| item.is_ok()).count(), slots);
        let gone = ask(applied(0));
        assert!(!gone.is_empty());
        for item in gone {
            assert_eq!(item.unwrap_err().kind(), ErrorKind::FixupsApplied);
        }
    }
}

/// In a file no byte lies in zero fill; memory has pointers there once it runs.
#[test]
fn zero_fill_has_pointers_at_run_time_only() {
    let built = sample::bare();
    let file = parse(&built);
    let data = file
        .image()
        .segments()
        .find(|segment| segment.name() == "__DATA");
    let data = data.unwrap();
    let zeros = data.vmaddr().checked_add(data.filesize() + 0x1000).unwrap();
    assert!(pointer_at(&file.image(), zeros).unwrap().is_none());
    in_each_state(&built, |mapped, pointers| {
        let found = pointer_at(&mapped.image(), zeros).unwrap();
        assert_eq!(found.is_some(), pointers != Pointers::Unapplied);
    });
}
