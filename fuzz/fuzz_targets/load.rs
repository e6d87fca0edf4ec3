//! Load plans, fixups applied to memory, files moved, memory asked as its file: on any image.
#![no_main]

use kc_offsets::apply_fixups;
use kc_offsets::rebase;
use kc_offsets::{Bases, FixedUpBy, KernelCache, LoadPlan, Slid, Step, pointer_at};
use libfuzzer_sys::fuzz_target;
use macho_core::{Mode, PhysAddr, Pointers, SlidVmAddr, Slide};

/// More memory than this is not asked for.
const MOST: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Ok(cache) = KernelCache::parse_with(data, Mode::Tolerant) else {
        return;
    };
    let some = Some(SlidVmAddr::new(0xffff_fe00_4000_0000));
    let bases = Bases {
        primary: None,
        pageable: some,
        auxiliary: some,
    };
    let slide = Slide::new(u64::from(data.first().copied().unwrap_or(0)) << 14);
    for segment in cache.image().segments().take(8) {
        let _ = pointer_at(&cache.image(), segment.vmaddr());
    }
    plan(&cache, slide, &bases);

    let mut copy = data.to_vec();
    if rebase(&cache, &mut copy, slide).is_ok() {
        // What moved is still a file, and moves back; where structures share bytes it need not be
        // the same.
        if let Ok(moved) = KernelCache::parse_with(&copy, Mode::Tolerant) {
            let mut back = copy.clone();
            let _ = rebase(&moved, &mut back, slide.inverse());
        }
    }
    let mut copy = data.to_vec();
    let place = |slot: &macho_core::Slot| Some(slot.file_offset.get());
    let _ = apply_fixups(&cache.image(), slide, &mut copy, place, &bases);
});

fn plan(cache: &KernelCache<'_>, slide: Slide, bases: &Bases) {
    let phys = |base: u64| PhysAddr::new(base & 0x3fff | 0x8_0000_0000);
    // The physical base that agrees with the slid address is found by asking.
    let lowest = cache
        .image()
        .segments()
        .filter(|segment| segment.vmsize() != 0);
    let Some(lowest) = lowest.map(|segment| segment.vmaddr()).min() else {
        assert!(LoadPlan::new(cache, phys(0), slide).is_err());
        return;
    };
    let phys = phys(slide.apply(lowest).get());
    let Ok(plan) = LoadPlan::new(cache, phys, slide) else {
        return;
    };
    assert_eq!(plan.lowest(), lowest);
    let mut next = phys.get();
    for step in plan.steps() {
        let (start, len) = match step {
            Step::Copy { phys, bytes, .. } => (phys, bytes.len() as u64),
            Step::Zero { phys, len, .. } => (phys, len),
            _ => continue,
        };
        assert_eq!(start.get(), next);
        assert_ne!(len, 0);
        next += len;
    }
    assert_eq!(next, phys.get() + plan.size());
    let _ = plan.entry_point();
    if plan.size() > MOST {
        return;
    }
    let mut memory = vec![0xa5; plan.size() as usize];
    plan.load_into(&mut memory).unwrap();
    for step in plan.steps() {
        match step {
            Step::Copy { vmaddr, bytes, .. } => {
                let at = plan.offset_of(vmaddr).unwrap() as usize;
                assert!(memory[at..].starts_with(bytes));
            }
            Step::Zero { vmaddr, len, .. } => {
                let at = plan.offset_of(vmaddr).unwrap() as usize;
                assert!(memory[at..][..len as usize].iter().all(|&byte| byte == 0));
            }
            _ => {}
        }
    }
    // Memory in which nobody has touched a pointer has the segments and the entry point of the
    // file.
    if let Some(header) = plan.header() {
        let mapped =
            KernelCache::parse_mapped(&memory, header, Pointers::Unapplied, Mode::Tolerant);
        if let Ok(mapped) = mapped {
            let of = |cache: &KernelCache<'_>| -> Vec<(u64, u64)> {
                let segments = cache.image().segments();
                segments.map(|s| (s.vmaddr().get(), s.vmsize())).collect()
            };
            assert_eq!(of(&mapped), of(cache));
            if let (Ok(Some(ours)), Ok(Some(files))) = (mapped.entry_point(), cache.entry_point()) {
                assert_eq!(ours.vmaddr, files.vmaddr);
            }
        }
    }
    // What a loader slides is inside the memory, and nothing of a fileset.
    let mut slid = memory.clone();
    let counts = plan.slide_static_kernel(&mut slid);
    if plan.fixed_up_by() != FixedUpBy::LoaderAndItself {
        assert_eq!(counts.ok(), Some(Slid::default()));
        assert!(slid == memory);
    }
    let _ = plan.apply_fixups(&mut memory, bases);
    if let Some(header) = plan.header() {
        let pointers = Pointers::Applied {
            slide: plan.slide(),
            va_bits: 47,
        };
        if let Ok(mapped) = KernelCache::parse_mapped(&memory, header, pointers, Mode::Tolerant) {
            for segment in mapped.image().segments().take(8) {
                let _ = pointer_at(&mapped.image(), segment.vmaddr());
            }
            let _ = mapped.entry_point();
            let _ = mapped.kmods().map(|kmods| kmods.take(16).count());
        }
    }
}
