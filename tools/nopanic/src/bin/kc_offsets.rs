//! No panic is reachable from `kc-offsets`.
#![no_std]
#![no_main]
#![allow(
    unused_must_use,
    reason = "a probe asks, and has no use for the answer"
)]

use aarch64_decode::{Pattern, PatternCell, PatternSet, Patterns};
use kc_offsets::code::{
    AddressRange, CodeMatch, CodeMatches, CodeOccurrences, CodeSetMatches, CodeXrefs, DataMatches,
    MaskedBytes, Patch, PatchPlace, PlacedPatch, PointerXrefs, Region, Stubs, Wanted,
    apply_patches, c_strings, check_patches, code_regions, guess_function_start, holds_strings,
    string_xrefs,
};
use kc_offsets::{
    AddressMap, Bases, BootArgs, BootArgsLayout, Entry, ErrorKind, IdCell, Ids, ImageCell, Images,
    KernelCache, Key, Linker, LoadPlan, Lookup, LookupCell, LookupOptions, MapCell, PageCell,
    PageIndex, PhysicalWindow, Plist, PlistItem, PlistText, PrelinkInfo, RebaseTargets,
    SegmentRange, apply_fixups, discriminator, extract_image, pointer_at, rebase, resolve_pointers,
    resolve_slot, strip_pac, unslid,
};
use macho_core::{
    AuthKey, FileOffset, Fixup, Import, MachO, Mode, PhysAddr, Pointers, Segment, SlidVmAddr,
    Slide, Slot, VmAddr,
};
use nopanic::{black_box, debug, display, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    physical(number, number.rotate_left(29));
    ranges(number);
    if let Ok(image) = MachO::parse(bytes) {
        probe_cache(&KernelCache::new(image), number);
        probe_map(&AddressMap::new(&image), number);
    }
    for parsed in [
        KernelCache::parse(bytes),
        KernelCache::parse_with(bytes, Mode::Tolerant),
        KernelCache::parse_mapped(
            bytes,
            FileOffset::new(number),
            black_box(Pointers::Applied {
                slide: Slide::new(number.rotate_left(7)),
                va_bits: number as u32,
            }),
            Mode::Strict,
        ),
    ] {
        match parsed {
            Ok(cache) => probe_cache(&cache, number),
            Err(error) => display(error),
        }
    }
}

fn physical(a: u64, b: u64) {
    let window: PhysicalWindow = black_box(PhysicalWindow {
        virt_base: SlidVmAddr::new(a),
        phys_base: PhysAddr::new(b),
    });
    black_box((
        window.phys_of(SlidVmAddr::new(b)),
        window.slid_of(PhysAddr::new(a)),
        window.phys_of_vmaddr(VmAddr::new(b), Slide::new(a)),
        window.vmaddr_of(PhysAddr::new(a), Slide::new(b)),
    ));
}

fn ranges(number: u64) {
    let range = |turn| SegmentRange {
        vmaddr: VmAddr::new(number.rotate_left(turn)),
        vmsize: number.rotate_left(turn + 1),
        file_offset: FileOffset::new(number.rotate_left(turn + 2)),
        filesize: number.rotate_left(turn + 3),
    };
    let ranges = [range(0), range(4), range(8)];
    probe_map(
        &AddressMap::from_ranges(&ranges, FileOffset::new(number)),
        number,
    );
}

/// A linker of which nothing is known.
struct Unknown(u64);

impl Linker for Unknown {
    fn collection_base(&self, level: u8) -> Option<SlidVmAddr> {
        black_box(Some(SlidVmAddr::new(self.0 ^ u64::from(level))))
    }

    fn symbol(&self, import: &Import<'_>) -> Option<SlidVmAddr> {
        black_box(import);
        black_box(Some(SlidVmAddr::new(self.0)))
    }

    fn sign(&self, pointer: u64, key: AuthKey, discriminator: u64) -> u64 {
        black_box(pointer ^ discriminator ^ u64::from(key == AuthKey::IA))
    }
}

#[inline(never)]
fn probe_boot_args(plan: &LoadPlan<'_>, number: u64) {
    let [low, high, ..] = number.to_le_bytes();
    let revision = u16::from_le_bytes([low, high]);
    let layout = black_box(BootArgsLayout::of_revision(revision));
    black_box((layout.size(), layout.command_line_size()));
    let line = black_box([low; 2048]);
    let mut arguments = BootArgs::new(plan, layout);
    arguments.command_line = line.get(..usize::from(revision)).unwrap_or(&line);
    arguments.mem_size = number;
    let mut memory = black_box([high; 2048]);
    let room = memory.get_mut(usize::from(high)..).unwrap_or_default();
    match arguments.write(room) {
        Ok(written) => {
            black_box(written);
        }
        Err(error) => display(error),
    }
    match BootArgs::read(room, black_box(Some(layout))) {
        Ok(read) => {
            black_box(read.command_line);
        }
        Err(error) => display(error),
    }
}

#[inline(never)]
fn probe_load(cache: &KernelCache<'_>, number: u64) {
    let phys = PhysAddr::new(number.rotate_left(11));
    let slide = Slide::new(number.rotate_left(31));
    let plan = match LoadPlan::new(cache, phys, slide) {
        Ok(plan) => plan,
        Err(error) => return display(error),
    };
    let vmaddr = VmAddr::new(number);
    black_box((plan.lowest(), plan.size(), plan.slide(), plan.window()));
    black_box((plan.offset_of(vmaddr), plan.phys_of(vmaddr)));
    black_box(plan.header());
    black_box((plan.boot_fields(), plan.entry_point(), plan.image()));
    black_box(LoadPlan::of_image(&cache.image(), phys, slide).is_ok());
    black_box((plan.maps_in_blocks(), plan.next_block_base()));
    black_box(plan.block_slide(SlidVmAddr::new(number)));
    black_box((plan.read_only(), plan.fixed_up_by().name()));
    let plan = black_box(plan.cut_payload());
    probe_boot_args(&plan, number);
    for step in plan.steps() {
        black_box(step);
    }
    let mut memory = black_box([0; 4096]);
    black_box(plan.load_into(&mut memory).is_ok());
    let select = |segment: &Segment<'_>| black_box(segment.vmsize() != 0);
    let rewrite = |vmaddr: VmAddr, word: u32| black_box((vmaddr, !word)).1;
    black_box(plan.load_with(&mut memory, select, rewrite).is_ok());
    match plan.slide_static_kernel(&mut memory) {
        Ok(slid) => {
            black_box(slid);
        }
        Err(error) => display(error),
    }
    let linker = Unknown(number);
    match plan.apply_fixups(&mut memory, &linker) {
        Ok(count) => {
            black_box(count);
        }
        Err(error) => display(error),
    }
    let bases = black_box(Bases::PRIMARY);
    let place = |slot: &Slot| Some(slot.file_offset.get());
    let image = cache.image();
    black_box(apply_fixups(&image, slide, &mut memory, place, &bases).is_ok());
    black_box(strip_pac(number, number as u32));
    black_box(unslid(image.layout(), number));
    match pointer_at(&image, vmaddr) {
        Ok(pointer) => {
            black_box(pointer);
        }
        Err(error) => display(error),
    }
    match resolve_pointers(cache, &mut memory, |slot, target| {
        black_box((slot.vmaddr, target));
    }) {
        Ok(count) => {
            black_box(count);
        }
        Err(error) => display(error),
    }
    let mut out = black_box([0; 512]);
    match extract_image(&image, &memory, &mut out) {
        Ok(size) => {
            black_box(size);
        }
        Err(error) => display(error),
    }
    match rebase(cache, &mut memory, slide) {
        Ok(done) => {
            black_box(done);
        }
        Err(error) => display(error),
    }
    for slot in image.fixups().slots().flatten() {
        black_box(resolve_slot(&image, &slot, slide, &linker).is_ok());
        if let Fixup::Rebase {
            auth: Some(auth), ..
        } = slot.fixup()
        {
            black_box(discriminator(&auth, SlidVmAddr::new(number)));
        }
    }
}

#[inline(never)]
fn probe_cache(cache: &KernelCache<'_>, number: u64) {
    cache.fixups().for_each(|of| match of {
        Ok(of) => {
            black_box((of.entry.is_some(), of.image, of.fixups, of.targets));
        }
        Err(error) => display(error),
    });
    probe_load(cache, number);
    black_box((cache.image(), cache.shape(), cache.shape().name()));
    black_box(cache.segment_at(number as u32));
    black_box(cache.bytes_at(VmAddr::new(number), number.rotate_left(5)));
    let _ = black_box(cache.entry_point());
    cache.entries().for_each(|entry| {
        if let Ok(entry) = entry {
            probe_entry(&entry);
        }
    });
    probe_code(&cache.image(), number);
    probe_kexts(cache, number);
    probe_images(cache, number);
    black_box((cache.segment("__TEXT"), cache.section("__TEXT", "__text")));
    black_box(cache.symbol("_main"));
    black_box(cache.c_string_at(VmAddr::new(number)));
    probe_map(&cache.address_map(), number);
    if let Ok(map) = cache.address_map_in(&mut [MapCell::EMPTY; 18]) {
        probe_map(&map, number);
    }
}

#[inline(never)]
fn probe_kexts(cache: &KernelCache<'_>, number: u64) {
    black_box(cache.darwin_version());
    if let Ok(Some(kind)) = cache.collection_kind() {
        black_box(kind.name());
    }
    let _ = black_box(cache.image_at(VmAddr::new(number)));
    if let Ok(kmods) = cache.kmods() {
        kmods.for_each(|kmod| {
            let _ = black_box(kmod);
        });
    }
    if let Ok(Some(info)) = cache.prelink_info() {
        probe_list(&info);
    }
}

#[inline(never)]
fn probe_list(info: &PrelinkInfo<'_>) {
    black_box((info.text(), info.file_offset(), info.has_key("key")));
    let mut elements: Plist<'_> = info.elements();
    black_box(elements.depth());
    elements.by_ref().for_each(|element| match element {
        Ok(element) => debug(element),
        Err(error) => display(error),
    });
    black_box(Plist::new(info.text(), info.file_offset()));
    info.dictionaries().for_each(|dictionary| {
        if let Ok(dictionary) = dictionary {
            black_box((dictionary.value(Key::BundleId), dictionary.damage()));
            black_box(dictionary.file_offset());
        }
    });
    let mut entries = [IdCell::EMPTY; 16];
    let info = PrelinkInfo::new(info.text(), info.file_offset());
    if let Ok(ids) = Ids::build(&info, &mut entries) {
        info.kexts(ids).for_each(|kext| match kext {
            Ok(kext) => {
                kext.bundle_id.into_iter().for_each(probe_text);
                debug(kext);
            }
            Err(error) => {
                black_box((error.structure().name(), error.offset(), error.needed()));
                if let ErrorKind::Plist(kind) = error.kind() {
                    black_box(kind.reason());
                }
            }
        });
    }
}

fn probe_text(text: PlistText<'_>) {
    black_box((text.raw(), text.plain(), text.chunks().last(), text == "x"));
    let _ = black_box(PlistText::new(text.raw()).integer());
    debug(PlistItem::String(text));
    display(text);
}

#[inline(never)]
fn probe_images(cache: &KernelCache<'_>, number: u64) {
    let mut cells = [ImageCell::EMPTY; 8];
    let _ = black_box(Images::build_mapped(cache, &mut cells));
    let images = match Images::build(cache, &mut cells) {
        Ok(images) => images,
        Err(error) => return display(error),
    };
    black_box((
        images.len(),
        images.is_empty(),
        images.first(number as usize),
    ));
    let _ = black_box(images.named("kernel"));
    images.machos().for_each(|one| {
        black_box(one);
    });
    for image in images.iter() {
        debug(image);
        if let Some(id) = image.id {
            black_box((
                id.raw(),
                id.bytes().last(),
                id == "kernel",
                Some(id) == image.version,
            ));
            display(id);
        }
    }
    black_box(images.get(number as usize));
    debug(images);
    probe_lookup(images, number);
}

#[inline(never)]
fn probe_lookup(images: Images<'_, '_>, number: u64) {
    let vmaddr = VmAddr::new(number);
    let options = LookupOptions {
        reach: number,
        ..LookupOptions::default()
    };
    let mut cells = [LookupCell::EMPTY; 64];
    let lookup = Lookup::build(images, options, &mut cells, |image, error| {
        black_box(image);
        display(error);
    });
    if let Some(location) = images.locate(vmaddr, options) {
        debug(location);
    }
    let lookup = match lookup {
        Ok(lookup) => lookup,
        Err(error) => return display(error),
    };
    black_box((
        lookup.owner(vmaddr),
        lookup.function_at(vmaddr),
        lookup.images(),
    ));
    black_box((
        lookup.name_at(vmaddr),
        lookup.slot_at(vmaddr),
        lookup.location(vmaddr),
    ));
    black_box((lookup.may_point(vmaddr), lookup.names_from(vmaddr).last()));
    lookup.functions().for_each(|function| {
        black_box(function);
    });
    for found in lookup.names().chain(lookup.named(b"_panic")) {
        black_box((found.name.name(), found.name.name_prefix(black_box(16))));
        debug(found);
    }
    debug(lookup);
}

fn probe_entry(entry: &Entry<'_>) {
    black_box(entry.fileset_entry());
    let _ = black_box(entry.image());
}

#[inline(never)]
fn probe_map(map: &AddressMap<'_>, number: u64) {
    let (vmaddr, file_offset) = (VmAddr::new(number), FileOffset::new(number));
    black_box((map.is_linear(), map.is_sorted(), map.file_end()));
    black_box((map.segment(number as u32), map.translate(vmaddr)));
    black_box((map.outcome(vmaddr), map.outcome(vmaddr).file_offset()));
    black_box((
        map.file_offset_of(vmaddr),
        map.vmaddr_of(file_offset),
        map.owner_of(file_offset),
    ));
    black_box(map.translate_block(vmaddr, number));
    map.ranges().for_each(|range| {
        black_box(range);
    });
    map.translate_range(vmaddr, number).for_each(|run| {
        black_box(run);
    });
    debug(map);
    probe_patches(map, number);

    let mut cells = [MapCell::EMPTY; 18];
    match map.sorted_in(&mut cells) {
        Ok(sorted) => {
            black_box(sorted.translate(vmaddr));
        }
        Err(error) => display(error),
    }
    let mut table = [PageCell::EMPTY; 512];
    if let Ok(index) = PageIndex::build(map, &mut table) {
        black_box((index.map().is_linear(), index.page_size()));
        black_box((index.outcome(vmaddr), index.translate(vmaddr)));
        debug(index);
    }
}

#[inline(never)]
fn probe_code(image: &MachO<'_>, number: u64) {
    let vmaddr = VmAddr::new(number);
    let range = AddressRange::new(vmaddr, number.rotate_left(9));
    let ranges = black_box([AddressRange::address(vmaddr), range]);
    black_box((range.contains(vmaddr), Wanted::from(range).contains(vmaddr)));
    let wanted = Wanted::any(&ranges).unwrap_or(range.into());
    for xrefs in [
        CodeXrefs::new(code_regions(image), wanted),
        CodeXrefs::new(code_regions(image), range).without_branches(),
        CodeXrefs::new(code_regions(image), range).only_branches(),
    ] {
        xrefs.for_each(|xref| {
            black_box(xref);
        });
    }
    PointerXrefs::new(image, wanted).for_each(|pointer| {
        let _ = black_box(pointer);
    });
    let rebases = black_box(RebaseTargets::new(image));
    let rebases = black_box(rebases.within(image));
    black_box(rebases.base_of_level(number as u8));
    for slot in image.fixups().slots().flatten() {
        black_box(rebases.of_slot(&slot));
    }
    let mut storage = [AddressRange::default(); 4];
    let needle = number.to_le_bytes();
    let strings = c_strings(image).filter(|string| string.contains(&needle));
    match string_xrefs(code_regions(image), strings, &mut storage) {
        Ok(xrefs) => xrefs.for_each(|xref| {
            black_box(xref);
        }),
        Err(error) => display(error),
    }
    c_strings(image).for_each(|string| {
        black_box((string.range(), string));
    });
    image.sections().for_each(|section| {
        black_box(holds_strings(&section));
    });
    probe_functions(image, vmaddr);
    Stubs::new(code_regions(image)).for_each(|stub| {
        black_box((stub.range(), stub));
    });
    let patterns = Patterns::new([Pattern::word(number as u32), Pattern::ANY]);
    let matches = CodeMatches::new(code_regions(image), patterns);
    let _ = black_box(matches.clone().only());
    black_box(matches.clone().last_before(VmAddr::new(number)));
    let mut found = [CodeMatch::default(); 3];
    let _ = black_box(matches.collect_into(&mut found));
    let mut memory = [PatternCell::EMPTY; 5124];
    if let Ok(set) = PatternSet::build(black_box(&[patterns.words()]), &mut memory) {
        let matches = CodeSetMatches::new(code_regions(image), set);
        matches.clone().for_each(|found| {
            black_box(found);
        });
        let mut counts = [CodeOccurrences::NONE; 1];
        if let Ok([own, ..]) = matches.occurrences(&mut counts) {
            black_box((own.count(), own.first(), own.only().is_ok()));
        }
    }
    let bytes = number.to_le_bytes();
    if let Some(masked) = MaskedBytes::new(black_box(&bytes), &bytes) {
        black_box(masked.matches(&bytes));
        masked.find_iter(&bytes).for_each(|at| {
            black_box(at);
        });
        DataMatches::new(image, masked).for_each(|found| {
            black_box(found);
        });
    }
}

#[inline(never)]
fn probe_functions(image: &MachO<'_>, vmaddr: VmAddr) {
    let region = Region::new(vmaddr, FileOffset::new(0), &[]);
    code_regions(image).chain([region]).for_each(|region| {
        black_box(guess_function_start(&region, vmaddr));
    });
}

#[inline(never)]
fn probe_patches(map: &AddressMap<'_>, number: u64) {
    let mut file = black_box([number as u8; 32]);
    let bytes = number.to_le_bytes();
    let patch = |place| Patch {
        place,
        expected: &bytes,
        mask: &bytes,
        skip: number as usize,
        replacement: &bytes,
    };
    let place = PatchPlace::VmAddr(VmAddr::new(number));
    let patches = black_box([
        Patch::new(place, &bytes, &bytes),
        patch(PatchPlace::VmAddr(VmAddr::new(number))),
        patch(PatchPlace::FileOffset(FileOffset::new(number))),
    ]);
    let mut storage = [PlacedPatch::default(); 4];
    if let Err(error) = check_patches(&patches, map, &file, &mut storage) {
        black_box((error.kind(), error.patch()));
        display(error);
    }
    let _ = black_box(apply_patches(&patches, map, &mut file, &mut storage));
    black_box(file);
}
