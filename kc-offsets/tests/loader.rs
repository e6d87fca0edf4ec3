//! What a boot loader does of a kernel's fixups and what it leaves, against models: XNU's own walk
//! over what is left, and the list of what is slid.
use kc_offsets::{Bases, ErrorKind, FixedUpBy, KernelCache, LoadPlan, Slid};
use macho_core::{Mode, PhysAddr, SlidVmAddr, Slide};
use testkit::constants::{IOS_BASE, MACOS_BASE};
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;
use testkit::truth::{Built, Truth};

#[path = "support/xnu.rs"]
mod xnu;

const SLIDE: u64 = 0x1dc0_0000;
const PHYS: u64 = 0x8_0000_0000;

fn parse(built: &Built) -> KernelCache<'_> {
    KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap()
}

fn plan<'a>(cache: &KernelCache<'a>) -> LoadPlan<'a> {
    LoadPlan::new(cache, PhysAddr::new(PHYS), Slide::new(SLIDE)).unwrap()
}

/// The memory as a boot loader leaves it, and what it slid.
fn booted(plan: &LoadPlan<'_>) -> (Vec<u8>, Slid) {
    let mut memory = vec![0xa5; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    let slid = plan.slide_static_kernel(&mut memory).unwrap();
    (memory, slid)
}

/// The slid address of the kernel's own header.
fn kernel_header(truth: &Truth) -> u64 {
    truth.entries[0].vmaddr.wrapping_add(SLIDE)
}

/// Every slot has its target, as it is at the slide.
fn assert_targets(memory: &xnu::Memory<'_>, truth: &Truth) {
    for slot in &truth.fixups {
        let value = memory.u64(slot.vmaddr.wrapping_add(SLIDE)).unwrap();
        let target = slot.target.wrapping_add(SLIDE);
        assert_eq!(value, target, "slot {:#x}", slot.vmaddr);
    }
}

/// The kernel of a collection starts; counts the slots that it made right.
fn starts(built: &Built) -> u64 {
    let cache = parse(built);
    let plan = plan(&cache);
    assert_eq!(plan.fixed_up_by(), FixedUpBy::Itself);
    let (mut memory, slid) = booted(&plan);
    assert_eq!(slid, Slid::default());
    let base = plan.window().virt_base.get();
    let mut memory = xnu::Memory {
        bytes: &mut memory,
        base,
    };
    let header = kernel_header(&built.truth);
    let slots = xnu::start_of_fileset(&mut memory, header, MACOS_BASE).unwrap();
    assert_targets(&memory, &built.truth);

    // Who applies the fixups before the kernel does has killed it.
    let mut applied = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut applied).unwrap();
    plan.apply_fixups(&mut applied, &Bases::PRIMARY).unwrap();
    let mut memory = xnu::Memory {
        bytes: &mut applied,
        base,
    };
    let death = xnu::start_of_fileset(&mut memory, header, MACOS_BASE);
    assert!(death.is_err(), "fixups applied twice");
    slots
}

#[test]
fn the_kernel_of_a_collection_finds_its_chains() {
    assert_eq!(
        starts(&sample::fileset()),
        sample::fileset().truth.fixups.len() as u64
    );
    assert_eq!(starts(&large::collection(Size::SMALL, 7).build()), 10_000);
}

#[test]
#[ignore = "a hundred megabytes, for optimised builds: cargo xtask corpus --truth"]
fn the_kernel_of_a_collection_finds_a_million_slots() {
    assert_eq!(starts(&large::collection(Size::MAC, 1).build()), 1_000_000);
}

#[test]
fn fixups_applied_before_stop_the_kernel_at_a_cache_level() {
    let built = large::collection(Size::SMALL, 7).build();
    let cache = parse(&built);
    // A slide of 1 GiB and more shows in the bits of the level at the first slot.
    let slide = Slide::new(0x4000_0000);
    let plan = LoadPlan::new(&cache, PhysAddr::new(PHYS), slide).unwrap();
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    plan.apply_fixups(&mut memory, &Bases::PRIMARY).unwrap();
    let mut memory = xnu::Memory {
        bytes: &mut memory,
        base: plan.window().virt_base.get(),
    };
    let kernel = slide.apply(macho_core::VmAddr::new(built.truth.entries[0].vmaddr));
    assert_eq!(
        xnu::start_of_fileset(&mut memory, kernel.get(), MACOS_BASE),
        Err(xnu::Death::CacheLevel(1))
    );
}

#[test]
fn the_running_kernel_finds_the_chains_of_an_auxiliary_collection() {
    let built = sample::auxiliary();
    let cache = parse(&built);
    let plan = plan(&cache);
    assert_eq!(plan.fixed_up_by(), FixedUpBy::RunningKernel);
    let (mut bytes, slid) = booted(&plan);
    assert_eq!(slid, Slid::default());
    let mut memory = xnu::Memory {
        bytes: &mut bytes,
        base: SLIDE,
    };
    // The lowest vmaddr is 0, so its base is the slide.
    let primary = MACOS_BASE + (1 << 30);
    let bases = [primary, 2 << 40, 0, SLIDE];
    let header = built.truth.base.unwrap() + SLIDE;
    let slots = xnu::walk_chains(&mut memory, header, bases).unwrap();
    assert_eq!(slots, built.truth.fixups.len() as u64);
    for slot in &built.truth.fixups {
        let expected = match slot.cache_level {
            0 => slot.target - MACOS_BASE + primary,
            _ => slot.target + SLIDE,
        };
        assert_eq!(memory.u64(slot.vmaddr + SLIDE).unwrap(), expected);
    }
}

#[test]
fn a_static_kernel_walks_its_own_threads() {
    let built = sample::prelinked_threads();
    let cache = parse(&built);
    let plan = plan(&cache);
    assert_eq!(plan.fixed_up_by(), FixedUpBy::LoaderAndItself);
    let (mut bytes, slid) = booted(&plan);
    assert!(slid.addresses > 0 && slid.symbols > 0);
    assert_eq!(slid.local_relocations, 0);
    let header = IOS_BASE.wrapping_add(SLIDE);
    let mut memory = xnu::Memory {
        bytes: &mut bytes,
        base: plan.window().virt_base.get(),
    };
    // The header is slid, so it says no slide: the kernel knows where it was linked.
    assert_eq!(memory.slide_of(header), Ok(0));
    let image = cache.image();
    let starts = image.section("__TEXT", "__thread_starts").unwrap();
    let starts = (starts.vmaddr().get().wrapping_add(SLIDE), starts.size());
    let slots = xnu::walk_threads(&mut memory, header, IOS_BASE, starts).unwrap();
    assert_eq!(slots, built.truth.fixups.len() as u64);
    assert_targets(&memory, &built.truth);
}

/// Adds the slide to the word at `at`.
fn add(memory: &mut [u8], at: u64) {
    let at = usize::try_from(at).unwrap();
    let word = u64::from_le_bytes(memory[at..at + 8].try_into().unwrap());
    memory[at..at + 8].copy_from_slice(&word.wrapping_add(SLIDE).to_le_bytes());
}

fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    let mut number = [0; 8];
    number[..len].copy_from_slice(&bytes[at..at + len]);
    u64::from_le_bytes(number)
}

/// The list of what a loader slides, of a linear kernel: memory offset = vmaddr - base. Written
/// from the load commands' layout, without the libraries.
fn model_slid(built: &Built, memory: &mut [u8]) -> Slid {
    let file = &built.bytes;
    let base = built.truth.base.unwrap();
    let linkedit = built.truth.segments.iter();
    let linkedit = linkedit
        .clone()
        .find(|one| one.name == "__LINKEDIT")
        .unwrap();
    let mut slid = Slid::default();
    let mut at = 32;
    for _ in 0..number(file, 16, 4) {
        let (kind, size) = (number(file, at, 4), number(file, at + 4, 4));
        if kind == 0x19 {
            add(memory, at as u64 + 24);
            slid.addresses += 1;
            for section in 0..usize::try_from(number(file, at + 64, 4)).unwrap() {
                let section = at + 72 + 80 * section;
                add(memory, section as u64 + 32);
                slid.addresses += 1;
                if number(file, section + 64, 1) == 6 {
                    let start = number(file, section + 32, 8).wrapping_sub(base);
                    for word in 0..number(file, section + 40, 8) / 8 {
                        add(memory, start + 8 * word);
                        slid.non_lazy_pointers += 1;
                    }
                }
            }
        } else if kind == 2 {
            for symbol in 0..number(file, at + 12, 4) {
                let nlist = number(file, at + 8, 4) + 16 * symbol;
                if file[usize::try_from(nlist).unwrap() + 4] & 0xe0 == 0 {
                    let place = nlist - linkedit.file_offset + linkedit.vmaddr - base;
                    add(memory, place + 8);
                    slid.symbols += 1;
                }
            }
        }
        at += usize::try_from(size).unwrap();
    }
    for slot in &built.truth.fixups {
        add(memory, slot.vmaddr - base);
        slid.local_relocations += 1;
    }
    slid
}

/// Turns the symbol of this place into a stab.
fn make_stab(built: &mut Built, number: usize) {
    let image = KernelCache::parse(&built.bytes).unwrap().image();
    let table = image.symbol_table().unwrap();
    let at = usize::try_from(table.file_offset(0).get()).unwrap() + 16 * number + 4;
    built.bytes[at] = 0x24;
}

#[test]
fn a_static_kernel_is_slid_as_listed_and_not_elsewhere() {
    let mut built = sample::relocated();
    make_stab(&mut built, 1);
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut expected = vec![0xa5; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut expected).unwrap();
    let model = model_slid(&built, &mut expected);
    assert_eq!(model.non_lazy_pointers, 2);
    assert!(model.local_relocations > 5 && model.symbols > 10 && model.addresses > 10);
    let (memory, slid) = booted(&plan);
    assert_eq!(slid, model);
    assert!(memory == expected);

    // The kernel of a collection is slid with the collection.
    let built = sample::fileset();
    let cache = parse(&built);
    let kernel = cache.entries().next().unwrap().unwrap().image().unwrap();
    let plan = LoadPlan::of_image(&kernel, PhysAddr::new(PHYS), Slide::new(SLIDE)).unwrap();
    assert_eq!(plan.fixed_up_by(), FixedUpBy::Itself);

    // Another image is another's.
    let built = sample::shuffled();
    let cache = parse(&built);
    assert_eq!(self::plan(&cache).fixed_up_by(), FixedUpBy::LoaderAndItself);
    let built = sample::m1n1();
    let cache = parse(&built);
    let plan = self::plan(&cache);
    assert_eq!(plan.fixed_up_by(), FixedUpBy::Itself);
    let mut plain = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut plain).unwrap();
    let (memory, slid) = booted(&plan);
    assert!(memory == plain && slid == Slid::default());
}

#[test]
fn kexts_of_a_static_kernel_are_not_slid() {
    let built = sample::prelinked();
    let cache = parse(&built);
    let plan = plan(&cache);
    let (memory, _) = booted(&plan);
    let text = built.truth.segments.iter();
    let text = text
        .clone()
        .find(|one| one.name == "__PRELINK_TEXT")
        .unwrap();
    let from = usize::try_from(text.file_offset).unwrap();
    let to = usize::try_from(text.vmaddr - plan.lowest().get()).unwrap();
    let len = usize::try_from(text.filesize).unwrap();
    assert!(memory[to..to + len] == built.bytes[from..from + len]);
}

/// Slides the sample after `change` was written over 8 bytes at `place` of its file.
fn slid_with(place: usize, change: u64) -> Result<Slid, (ErrorKind, Option<u64>)> {
    let mut built = sample::relocated();
    built.bytes[place..place + 8].copy_from_slice(&change.to_le_bytes());
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    let slid = plan.slide_static_kernel(&mut memory);
    slid.map_err(|error| {
        (
            error.kind(),
            error.offset().map(macho_core::FileOffset::get),
        )
    })
}

#[test]
fn what_cannot_be_slid_is_refused() {
    let built = sample::relocated();
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    let error = plan.slide_static_kernel(&mut memory[..0x4000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SlotNotMapped);

    // The segment and the section of non-lazy pointers.
    let position = |name: &[u8]| {
        let mut padded = [0; 16];
        padded[..name.len()].copy_from_slice(name);
        built.bytes.windows(16).position(|window| window == padded)
    };
    let got = position(b"__got").unwrap();
    let segment = position(b"__DATA_CONST").unwrap() - 8;
    let about = Some(segment as u64);
    assert!(slid_with(got + 40, 16).is_ok());
    let outside = Err((ErrorKind::SlotNotMapped, about));
    assert_eq!(slid_with(got + 32, 0x1000), outside);
    assert_eq!(
        slid_with(got + 40, plan.size() + 1),
        Err((ErrorKind::TooMuchWork, Some(0)))
    );
    // Without the first segment's bytes no segment has the header.
    let text = position(b"__TEXT").unwrap() - 8;
    assert_eq!(
        slid_with(text + 48, 0),
        Err((ErrorKind::HeaderNotMapped, Some(0)))
    );
}

#[test]
fn base_and_slide_agree_modulo_32_mib() {
    let built = sample::fileset();
    let cache = parse(&built);
    let at = |phys: u64, slide: u64| {
        LoadPlan::new(&cache, PhysAddr::new(phys), Slide::new(slide)).unwrap()
    };
    // The header is linked at ...7004000: 0x1004000 into a block.
    for (phys, slide, maps, next) in [
        (0x8_0100_4000, 0, true, 0x8_0100_4000),
        (0x8_0100_8000, 0, false, 0x8_0300_4000),
        (0x8_0000_0000, 0, false, 0x8_0100_4000),
        (0x8_0000_0000, 0xff_c000, true, 0x8_0000_0000),
        (0x8_0000_0000, 0x240b_c000, false, 0x8_010c_0000),
        (0x8_0100_4000, 0x200_0000, true, 0x8_0100_4000),
    ] {
        let plan = at(phys, slide);
        assert_eq!(plan.maps_in_blocks(), maps, "{phys:#x} {slide:#x}");
        assert_eq!(plan.next_block_base(), Some(PhysAddr::new(next)));
        assert!(at(next, slide).maps_in_blocks());
    }
    // m1n1: virt_base = 0xfffffe0010000000 + (phys_base & 32 MiB - 1).
    let from = SlidVmAddr::new(0xffff_fe00_1000_0000);
    for phys in [0x8_0000_0000_u64, 0x8_1234_8000, 0x100_01ff_c000] {
        let slide = at(phys, 0).block_slide(from).unwrap();
        let plan = at(phys, slide.get());
        assert!(plan.maps_in_blocks());
        let expected = from.get() + (phys & ((32 << 20) - 1));
        assert_eq!(plan.window().virt_base.get(), expected);
    }
    let last = SlidVmAddr::new(u64::MAX - 0xff);
    assert_eq!(at(PHYS, 0).block_slide(last), None);
    let high = at(u64::MAX << 20, 0xff_c000 + 0x4000);
    assert_eq!(high.next_block_base(), None);
}

#[test]
fn the_payload_of_m1n1_is_cut_at_its_end_marker() {
    let built = sample::m1n1();
    let cache = parse(&built);
    let whole = plan(&cache);
    let cut = whole.cut_payload();
    let payload = built.truth.segments.last().unwrap();
    let there = built.bytes.len() as u64 - payload.file_offset;
    let end = payload.vmaddr - whole.lowest().get() + there;
    assert_eq!(cut.size(), end + 4);
    let (all, _) = booted(&whole);
    let (memory, _) = booted(&cut);
    assert!(memory == all[..memory.len()] && memory.ends_with(&[0; 4]));
    // The steps still cover the memory, and no more.
    let mut written = 0;
    for step in cut.steps() {
        match step {
            kc_offsets::Step::Copy { bytes, .. } => written += bytes.len() as u64,
            kc_offsets::Step::Zero { len, .. } => written += len,
            kc_offsets::Step::Protect {
                segment, phys, len, ..
            } => {
                assert_eq!(cut.phys_of(segment.vmaddr()), Some(phys));
                assert!(phys.get() + len <= PHYS + cut.size());
            }
            _ => {}
        }
    }
    assert_eq!(written, cut.size());
    // No other image has one.
    let built = sample::fileset();
    let cache = parse(&built);
    assert_eq!(plan(&cache).cut_payload().size(), plan(&cache).size());
}

#[test]
fn the_read_only_range_leaves_linkedit_out() {
    let built = sample::fileset();
    let cache = parse(&built);
    let plan = plan(&cache);
    let range = plan.read_only().unwrap();
    // testkit's read-only segments: __TEXT first, __TEXT_EXEC last, with __DATA_CONST in between.
    let segments = &built.truth.segments;
    let last = segments.iter().find(|one| one.name == "__TEXT_EXEC");
    let end = last.map(|one| one.vmaddr + one.vmsize - plan.lowest().get() + PHYS);
    assert_eq!(range.start.get(), PHYS);
    assert_eq!(Some(range.end.get()), end);
}
