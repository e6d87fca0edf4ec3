//! Load plans and applied fixups against a slow, obvious model over the builder's truth.
use kc_offsets::{Bases, ClampReason, Error, ErrorKind, KernelCache, LoadPlan, Step, Structure};
use kc_offsets::{Linker, apply_fixups, discriminator};
use macho_core::{Auth, AuthKey, MachO, Mode, PhysAddr, SlidVmAddr, Slide, VmAddr};
use testkit::constants::MACOS_BASE;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;
use testkit::truth::{Built, Shape, Truth};

const SLIDE: u64 = 0x1dc0_0000;
const PHYS: u64 = 0x8_0000_0000;

/// Marks signed pointers so that key, discriminator and place can be told from the value.
struct Marks(Bases);

impl Linker for Marks {
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        self.0.collection_base(level)
    }

    fn sign(&self, pointer: u64, key: AuthKey, discriminator: u64) -> u64 {
        pointer ^ marks(key.name(), discriminator)
    }
}

fn marks(key: &str, discriminator: u64) -> u64 {
    let key = u64::from(key.as_bytes()[0]) << 8 | u64::from(key.as_bytes()[1]);
    key << 48 ^ discriminator.rotate_left(13)
}

/// Of each cache level: where its collection starts in its own space and at run time. The
/// builders count pointers into another collection from `MACOS_BASE` at level 0, else from 0.
fn levels(truth: &Truth) -> [(u64, u64); 4] {
    // A collection's base is its lowest address, also where that is not the header's (XNU
    // `libkern/c++/OSKext.cpp`, `PE_set_kc_header_and_base`).
    let lowest = truth
        .segments
        .iter()
        .map(|segment| segment.vmaddr)
        .min()
        .unwrap();
    let mut levels = [
        (MACOS_BASE, MACOS_BASE + (1 << 30)),
        (0, 3 << 40),
        (0, 0),
        (0, 5 << 40),
    ];
    let own = match truth.shape {
        Shape::Pageable => 1,
        Shape::Auxiliary => 3,
        _ => 0,
    };
    levels[own] = (lowest, lowest.wrapping_add(SLIDE));
    levels
}

fn bases(truth: &Truth) -> Bases {
    let [primary, pageable, _, auxiliary] = levels(truth).map(|(_, base)| SlidVmAddr::new(base));
    let secondary = matches!(truth.shape, Shape::Pageable | Shape::Auxiliary);
    Bases {
        // The base of a primary collection is known without being told.
        primary: secondary.then_some(primary),
        pageable: Some(pageable),
        auxiliary: Some(auxiliary),
    }
}

/// The loaded memory: every segment's bytes, zeros elsewhere.
fn model_loaded(built: &Built) -> (u64, Vec<u8>) {
    let segments = built
        .truth
        .segments
        .iter()
        .filter(|segment| segment.vmsize != 0);
    let lowest = segments
        .clone()
        .map(|segment| segment.vmaddr)
        .min()
        .unwrap();
    let end = segments
        .clone()
        .map(|segment| segment.vmaddr + segment.vmsize)
        .max()
        .unwrap();
    let mut memory = vec![0; usize::try_from(end - lowest).unwrap()];
    for segment in segments {
        for at in 0..segment.vmsize.min(segment.filesize) {
            let from = usize::try_from(segment.file_offset + at).unwrap();
            let to = usize::try_from(segment.vmaddr - lowest + at).unwrap();
            if let Some(byte) = built.bytes.get(from) {
                memory[to] = *byte;
            }
        }
    }
    (lowest, memory)
}

/// What each slot of the truth holds at run time.
fn model_pointers(truth: &Truth) -> Vec<(u64, u64, u64)> {
    let mut pointers = Vec::new();
    for fixup in &truth.fixups {
        let (preferred, base) = levels(truth)[usize::from(fixup.cache_level)];
        let mut value = fixup.target.wrapping_sub(preferred).wrapping_add(base);
        if let Some(auth) = fixup.auth {
            let place = fixup.vmaddr.wrapping_add(SLIDE);
            let diversity = u64::from(auth.diversity);
            let discriminator = match (auth.address_diversity, diversity) {
                (false, _) => diversity,
                (true, 0) => place,
                (true, _) => place << 16 >> 16 | diversity << 48,
            };
            let key = ["IA", "IB", "DA", "DB"][usize::from(auth.key)];
            value ^= marks(key, discriminator);
        }
        pointers.push((fixup.vmaddr, fixup.file_offset, value));
    }
    pointers
}

fn parse(built: &Built) -> KernelCache<'_> {
    KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap()
}

/// Slid and physical address must agree in the bits of a page.
fn plan<'a>(cache: &KernelCache<'a>) -> LoadPlan<'a> {
    LoadPlan::new(cache, PhysAddr::new(PHYS), Slide::new(SLIDE)).unwrap()
}

fn all() -> Vec<(&'static str, Built)> {
    vec![
        ("fileset", sample::fileset()),
        ("tiny", sample::tiny()),
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
        ("prelinked, chained", sample::prelinked_chained()),
        ("prelinked, threads", sample::prelinked_threads()),
        ("bare", sample::bare()),
        ("shuffled", sample::shuffled()),
        ("m1n1", sample::m1n1()),
        ("large", large::collection(Size::SMALL, 7).build()),
    ]
}

#[test]
fn loaded_memory_is_the_models() {
    assert!(loaded_as_the_models(all()) > 10_000);
}

#[test]
#[ignore = "a hundred megabytes, for optimised builds: cargo xtask corpus --truth"]
fn loaded_memory_is_the_models_at_full_size() {
    let built = large::collection(Size::MAC, 1).build();
    assert_eq!(loaded_as_the_models(vec![("large", built)]), 1_000_000);
}

/// Loads and fixes up; counts the fixups.
fn loaded_as_the_models(files: Vec<(&str, Built)>) -> u64 {
    let mut fixups = 0;
    for (name, built) in files {
        let cache = parse(&built);
        let plan = plan(&cache);
        let (lowest, mut expected) = model_loaded(&built);
        assert_eq!(plan.lowest().get(), lowest, "{name}");
        assert_eq!(plan.size(), expected.len() as u64, "{name}");
        // Memory is dirty, and longer than the image.
        let mut memory = vec![0xa5; expected.len() + 16];
        plan.load_into(&mut memory).unwrap();
        assert!(memory[..expected.len()] == expected, "{name}: loaded");
        assert_eq!(memory[expected.len()..], [0xa5; 16], "{name}");
        for (vmaddr, _, value) in model_pointers(&built.truth) {
            let at = usize::try_from(vmaddr - lowest).unwrap();
            expected[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        let linker = Marks(bases(&built.truth));
        let applied = plan.apply_fixups(&mut memory, &linker).unwrap();
        assert_eq!(applied, built.truth.fixups.len() as u64, "{name}");
        assert!(memory[..expected.len()] == expected, "{name}: fixed up");
        fixups += applied;
    }
    fixups
}

#[test]
fn a_copy_of_the_file_is_the_models() {
    for (name, built) in all() {
        let cache = parse(&built);
        let mut expected = built.bytes.clone();
        for (_, file_offset, value) in model_pointers(&built.truth) {
            let at = usize::try_from(file_offset).unwrap();
            expected[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        let mut copy = built.bytes.clone();
        let linker = Marks(bases(&built.truth));
        let place = |slot: &macho_core::Slot| Some(slot.file_offset.get());
        apply_fixups(&cache.image(), Slide::new(SLIDE), &mut copy, place, &linker).unwrap();
        assert!(copy == expected, "{name}");
    }
}

#[test]
fn steps_write_each_byte_once_in_ascending_order() {
    for (name, built) in all() {
        let cache = parse(&built);
        let plan = plan(&cache);
        let mut next = PHYS;
        let mut protected = 0;
        for step in plan.steps() {
            let (phys, len) = match step {
                Step::Copy {
                    phys,
                    bytes,
                    vmaddr,
                    ..
                } => {
                    assert_eq!(plan.phys_of(vmaddr), Some(phys), "{name}");
                    (phys, bytes.len() as u64)
                }
                Step::Zero { phys, len, .. } => (phys, len),
                Step::Protect {
                    segment,
                    phys,
                    len,
                    prot,
                } => {
                    assert_eq!(plan.phys_of(segment.vmaddr()), Some(phys), "{name}");
                    assert_eq!(
                        (len, prot),
                        (segment.vmsize(), segment.initprot()),
                        "{name}"
                    );
                    protected += 1;
                    continue;
                }
                _ => continue,
            };
            assert_eq!(phys.get(), next, "{name}");
            assert_ne!(len, 0, "{name}");
            next += len;
        }
        assert_eq!(next, PHYS + plan.size(), "{name}");
        let with_memory = built
            .truth
            .segments
            .iter()
            .filter(|segment| segment.vmsize != 0);
        assert_eq!(protected, with_memory.count(), "{name}");
    }
}

#[test]
fn the_payload_of_m1n1s_shape_is_clamped_to_the_file() {
    let built = sample::m1n1();
    let cache = parse(&built);
    let clamped: Vec<_> = plan(&cache)
        .steps()
        .filter_map(|step| match step {
            Step::Clamp {
                segment,
                reason,
                claimed,
                copied,
            } => Some((segment.name().to_string(), reason, claimed, copied)),
            _ => None,
        })
        .collect();
    let pyld = built.truth.segments.last().unwrap();
    let left = built.bytes.len() as u64 - pyld.file_offset;
    let expected = (
        "PYLD".to_owned(),
        ClampReason::PastEndOfFile,
        64 << 20,
        left,
    );
    assert_eq!(clamped, [expected]);
}

#[test]
fn the_entry_point_is_in_physical_memory() {
    for (name, built) in all() {
        let cache = parse(&built);
        let plan = plan(&cache);
        let expected = built
            .truth
            .entry
            .as_ref()
            .map(|entry| entry.vmaddr - plan.lowest().get() + PHYS);
        assert_eq!(
            plan.entry_point().unwrap().map(PhysAddr::get),
            expected,
            "{name}"
        );
        let fields = plan.boot_fields();
        assert_eq!(
            fields.virt_base.get(),
            plan.lowest().get().wrapping_add(SLIDE),
            "{name}"
        );
        assert_eq!(fields.phys_base.get(), PHYS, "{name}");
        let top = (PHYS + plan.size()).next_multiple_of(0x4000);
        assert_eq!(fields.top_of_kernel_data.get(), top, "{name}");
    }
}

#[test]
fn words_of_chosen_segments_are_rewritten() {
    let built = sample::m1n1();
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut plain = vec![0; usize::try_from(plan.size()).unwrap()];
    let mut changed = plain.clone();
    plan.load_into(&mut plain).unwrap();
    let text = &built.truth.segments[1];
    let mut seen = Vec::new();
    let select = |segment: &macho_core::Segment<'_>| segment.name() == "TEXT";
    plan.load_with(&mut changed, select, |vmaddr, word| {
        seen.push(vmaddr.get());
        !word
    })
    .unwrap();
    let expected: Vec<u64> = (0..text.filesize / 4)
        .map(|word| text.vmaddr + 4 * word)
        .collect();
    assert_eq!(seen, expected);
    let start = usize::try_from(text.vmaddr - plan.lowest().get()).unwrap();
    let end = start + usize::try_from(text.filesize).unwrap();
    for byte in &mut plain[start..end] {
        *byte = !*byte;
    }
    assert!(changed == plain);
}

/// Writes `value` over a field of the segment command with this place, and asks for a plan.
fn damaged(segment: usize, field: usize, value: u64) -> Result<u64, Error> {
    let mut built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let command = cache
        .image()
        .segments()
        .nth(segment)
        .unwrap()
        .load_command()
        .file_offset();
    let at = usize::try_from(command.get()).unwrap() + field;
    built.bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    let image =
        MachO::parse_with(&built.bytes, macho_core::FileOffset::new(0), Mode::Tolerant).unwrap();
    LoadPlan::of_image(&image, PhysAddr::new(PHYS), Slide::ZERO).map(|plan| plan.size())
}

const VMADDR: usize = 24;
const VMSIZE: usize = 32;

#[test]
fn impossible_layouts_are_refused() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let command = |segment: usize| {
        cache
            .image()
            .segments()
            .nth(segment)
            .unwrap()
            .load_command()
            .file_offset()
    };
    let first = built.truth.segments[0].vmaddr;
    let overlap = |segment| (ErrorKind::Overlap, Some(command(segment)));
    let what = |error: Error| (error.kind(), error.offset());
    assert_eq!(damaged(1, VMADDR, first).map_err(what), Err(overlap(1)));
    assert_eq!(damaged(1, VMSIZE, 1 << 30).map_err(what), Err(overlap(2)));
    let sizes: u64 = damaged(1, VMADDR, built.truth.segments[1].vmaddr).unwrap();
    assert_eq!(sizes, model_loaded(&built).1.len() as u64);

    let at = |phys, slide| LoadPlan::new(&cache, PhysAddr::new(phys), Slide::new(slide)).err();
    let slid = SlidVmAddr::new(first.wrapping_add(0x1000));
    let mismatch = (ErrorKind::BaseMismatch { slid }, None);
    assert_eq!(at(PHYS, 0x1000).map(what), Some(mismatch));
    assert_eq!(at(PHYS + 0x1000, 0x1000), None);
    let past = (ErrorKind::AddressOverflow, Some(command(0)));
    assert_eq!(at(u64::MAX - 0x3fff, 0).map(what), Some(past));
}

#[test]
fn too_little_memory_is_refused_before_it_is_touched() {
    let built = sample::fileset();
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut memory = vec![7; usize::try_from(plan.size()).unwrap() - 1];
    let error = plan.load_into(&mut memory).unwrap_err();
    let needed = usize::try_from(plan.size()).unwrap();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed });
    assert_eq!(error.structure(), Structure::LoadedImage);
    assert!(memory.iter().all(|&byte| byte == 7));
    memory.push(7);
    plan.load_into(&mut memory).unwrap();
    // The slot with the highest address is the first that does not fit.
    let last = built.truth.fixups.last().unwrap();
    let end = usize::try_from(last.vmaddr - plan.lowest().get()).unwrap() + 7;
    let error = plan
        .apply_fixups(&mut memory[..end], &Bases::PRIMARY)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SlotNotMapped);
    assert_eq!(error.offset().unwrap().get(), last.file_offset);
}

#[test]
fn a_pointer_from_an_unknown_base_is_refused() {
    let built = sample::auxiliary();
    let cache = parse(&built);
    let plan = plan(&cache);
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory).unwrap();
    // The auxiliary collection knows its own base, but not the primary one's.
    let unknown = Bases {
        primary: None,
        ..bases(&built.truth)
    };
    let error = plan.apply_fixups(&mut memory, &unknown).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownBase);
    let slot = error.offset().unwrap();
    let fixup = built
        .truth
        .fixups
        .iter()
        .find(|fixup| fixup.file_offset == slot.get());
    assert_eq!(fixup.unwrap().cache_level, 0);
}

#[test]
fn discriminators_blend_as_the_hardware_is_asked_to() {
    let slot = SlidVmAddr::new(0xffff_fe00_1234_5678);
    let auth = |diversity, address_diversity| Auth {
        key: AuthKey::DA,
        diversity,
        address_diversity,
    };
    assert_eq!(discriminator(&auth(0xabcd, false), slot), 0xabcd);
    assert_eq!(discriminator(&auth(0, true), slot), slot.get());
    assert_eq!(
        discriminator(&auth(0xabcd, true), slot),
        0xabcd_fe00_1234_5678
    );
    let outside = VmAddr::new(1);
    let built = sample::fileset();
    assert_eq!(plan(&parse(&built)).offset_of(outside), None);
}
