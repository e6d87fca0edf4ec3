//! `Debug` of every public type prints names, numbers and lengths, never bytes of the file
//! (docs/decisions/0018).
use std::collections::BTreeMap;
use std::fmt::Debug;

use aarch64_decode::{Pattern, PatternCell, PatternSet, Patterns};
use kc_offsets::code::{
    AddressRange, CodeMatches, CodeOccurrences, CodeSetMatches, CodeXrefs, DataMatches,
    MaskedBytes, Patch, PatchPlace, PlacedPatch, PointerXrefs, Stubs, Wanted, c_strings,
    check_patches, code_regions,
};
use kc_offsets::{
    Bases, BootArgs, BootArgsLayout, DarwinVersion, Error, ErrorKind, IdCell, Ids, ImageCell,
    Images, KernelCache, Key, LoadPlan, Lookup, LookupCell, LookupOptions, MOST_SEGMENTS, MapCell,
    PageCell, PageIndex, PlistItem, RebaseTargets, SegmentRange, pointer_at, rebase,
};
use macho_core::{FileOffset, Mode, PhysAddr, Slide, VmAddr};
use testkit::kernelcache::sample;

/// The most characters of one value.
const MOST: usize = 1024;

/// Public names that are not types: a trait, constants.
const NO_TYPES: [&str; 2] = ["Linker", "MOST_SEGMENTS"];

#[derive(Default)]
struct Seen {
    /// The longest text of each type, by the type's name.
    longest: BTreeMap<String, String>,
}

impl Seen {
    fn see<T: Debug>(&mut self, value: &T) {
        let name = std::any::type_name::<T>();
        let name = name.split('<').next().unwrap().rsplit("::").next().unwrap();
        let text = format!("{value:?}");
        assert!(text.len() <= MOST, "{name}: {} characters", text.len());
        let longest = self.longest.entry(name.to_owned()).or_default();
        if text.len() >= longest.len() {
            *longest = text;
        }
    }

    /// An iterator, at each of its steps, and its items.
    fn all<T: Debug>(&mut self, mut items: impl Iterator<Item = T> + Debug) -> Vec<T> {
        let mut all = Vec::new();
        loop {
            self.see(&items);
            let Some(item) = items.next() else {
                return all;
            };
            self.see(&item);
            all.push(item);
        }
    }

    /// As [`all`](Self::all), of items that may be damaged.
    fn results<T: Debug>(&mut self, items: impl Iterator<Item = Result<T, Error>> + Debug) {
        for item in self.all(items) {
            match item {
                Ok(item) => self.see(&item),
                Err(error) => self.error(error),
            }
        }
    }

    fn error(&mut self, error: Error) {
        self.see(&error);
        self.see(&error.structure());
        self.see(&error.kind());
        if let ErrorKind::Plist(kind) = error.kind() {
            self.see(&kind);
        }
    }
}

fn needed<T>(asked: Result<T, Error>) -> usize {
    asked.err().and_then(Error::needed).unwrap_or(0)
}

#[test]
fn no_value_of_any_type_prints_the_file() {
    let mut seen = Seen::default();
    for built in [
        sample::fileset(),
        sample::prelinked(),
        sample::auxiliary(),
        sample::m1n1(),
    ] {
        let cache = KernelCache::parse_with(&built.bytes, Mode::Tolerant).unwrap();
        look(&mut seen, &cache, &built.bytes);
    }
    let listed = public_types();
    assert!(listed.len() > 70, "{} types", listed.len());
    let missing: Vec<_> = listed
        .iter()
        .filter(|name| !seen.longest.contains_key(**name))
        .collect();
    assert!(missing.is_empty(), "no value of {missing:?}");
}

/// The types that `lib.rs` and `code.rs` list.
fn public_types() -> Vec<&'static str> {
    let faces = [
        include_str!("../src/lib.rs"),
        include_str!("../src/code.rs"),
    ];
    faces
        .iter()
        .flat_map(|face| face.split("pub use ").skip(1))
        .filter_map(|list| list.split_once(';'))
        .flat_map(|(list, _)| list.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|name| name.starts_with(|c: char| c.is_uppercase()) && !NO_TYPES.contains(name))
        .collect()
}

fn look(seen: &mut Seen, cache: &KernelCache<'_>, file: &[u8]) {
    seen.see(cache);
    seen.see(&cache.shape());
    seen.see(&cache.collection_kind());
    seen.see(&DarwinVersion::parse(b"Darwin Kernel Version 1.0.0: D").unwrap());
    if let Ok(Some(kind)) = cache.collection_kind() {
        seen.see(&kind);
    }
    if let Ok(Some(entry)) = cache.entry_point() {
        seen.see(&entry);
        seen.see(&entry.source);
        seen.see(&entry.outcome);
    }
    seen.results(cache.entries());
    seen.results(cache.kmods().unwrap());
    seen.error(cache.image_at(VmAddr::new(1)).unwrap_err());
    addresses(seen, cache);
    list(seen, cache);
    owners(seen, cache);
    load(seen, cache);
    code(seen, cache, file);
}

fn addresses(seen: &mut Seen, cache: &KernelCache<'_>) {
    let map = cache.address_map();
    seen.see(&map);
    seen.all(map.translate_range(VmAddr::new(0), u64::MAX));
    let first = map.ranges().next().unwrap();
    seen.see::<SegmentRange>(&first);
    seen.see(&map.translate(first.vmaddr));
    let mut cells = vec![MapCell::EMPTY; needed(map.sorted_in(&mut []))];
    seen.see(&map.sorted_in(&mut cells[..0]).unwrap_err());
    let sorted = map.sorted_in(&mut cells).unwrap();
    seen.see(&sorted);
    let mut pages = [PageCell::EMPTY; 64];
    seen.see(&PageIndex::build(&sorted, &mut pages).unwrap());
    seen.see(&cells[0]);
    seen.see(&pages[0]);
}

fn list(seen: &mut Seen, cache: &KernelCache<'_>) {
    let Some(info) = cache.prelink_info().unwrap() else {
        return;
    };
    seen.see(&info);
    for element in seen.all(info.elements()) {
        let element = element.unwrap();
        seen.see(&element);
        seen.see(&element.item);
        if let PlistItem::String(text) | PlistItem::Data(text) = element.item {
            seen.see(&text);
            seen.all(text.chunks());
        }
    }
    let cut =
        kc_offsets::PrelinkInfo::new(&info.text()[..info.text().len() / 2], info.file_offset());
    seen.results(cut.elements());
    for dictionary in seen.all(info.dictionaries()).into_iter().flatten() {
        seen.see(&dictionary);
    }
    seen.see(&Key::BundleId);
    let mut cells = vec![IdCell::EMPTY; needed(Ids::build(&info, &mut []))];
    let ids = Ids::build(&info, &mut cells).unwrap();
    seen.see(&ids);
    seen.results(info.kexts(ids));
    seen.see(&IdCell::EMPTY);
}

fn owners(seen: &mut Seen, cache: &KernelCache<'_>) {
    let mut cells = vec![ImageCell::EMPTY; needed(Images::build(cache, &mut []))];
    let images = Images::build(cache, &mut cells).unwrap();
    seen.see(&images);
    for image in images.iter() {
        seen.see(image);
        if let Some(id) = image.id {
            seen.see(&id);
            seen.see(&id.bytes());
        }
    }
    seen.see(&images.named("nobody").unwrap_err());
    let options = LookupOptions::default();
    let asked = Lookup::build(images, options, &mut [], |_, _| {});
    let mut cells = vec![LookupCell::EMPTY; needed(asked)];
    let lookup = Lookup::build(images, options, &mut cells, |_, _| {}).unwrap();
    seen.see(&lookup);
    seen.see(&options);
    for found in lookup.names() {
        seen.see(&found);
        seen.see(&found.name);
        if let Some(location) = lookup.location(found.vmaddr) {
            seen.see(&location);
        }
    }
    for function in lookup.functions() {
        seen.see(&function);
        seen.see(&lookup.owner(function.start).unwrap());
    }
    seen.see(&ImageCell::EMPTY);
    seen.see(&LookupCell::EMPTY);
}

fn load(seen: &mut Seen, cache: &KernelCache<'_>) {
    let image = cache.image();
    let plan = LoadPlan::new(cache, PhysAddr::new(0x8_0000_0000), Slide::ZERO).unwrap();
    seen.see(&plan);
    seen.see(&plan.window());
    seen.see(&plan.boot_fields());
    seen.see(&Bases::PRIMARY);
    seen.see(&plan.fixed_up_by());
    let mut arguments = BootArgs::new(&plan, BootArgsLayout::Line1024);
    arguments.command_line = &[b'x'; 1023];
    seen.see(&arguments);
    seen.see(&arguments.layout);
    seen.see(&arguments.video);
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    seen.see(&plan.slide_static_kernel(&mut memory).unwrap());
    let steps = seen.all(plan.steps());
    assert!(steps.len() < 5 * MOST_SEGMENTS);
    for step in steps {
        if let kc_offsets::Step::Clamp { reason, .. } = step {
            seen.see(&reason);
        }
    }
    seen.error(plan.load_into(&mut []).unwrap_err());
    seen.see(&RebaseTargets::new(&image));
    seen.see(&cache.fixups());
    seen.results(cache.fixups());
    for slot in image.fixups().slots().flatten().take(20) {
        if let Ok(Some(pointer)) = pointer_at(&image, slot.vmaddr) {
            seen.see(&pointer);
        }
    }
    match rebase(cache, &mut image.file().to_vec(), Slide::new(0x4000)) {
        Ok(rebased) => seen.see(&rebased),
        Err(error) => seen.error(error),
    }
}

fn code(seen: &mut Seen, cache: &KernelCache<'_>, file: &[u8]) {
    let image = cache.image();
    let everything = AddressRange::new(VmAddr::new(0), u64::MAX);
    let ranges = vec![everything; 1000];
    seen.see(&everything);
    seen.see(&Wanted::any(&ranges).unwrap());
    seen.all(code_regions(&image));
    seen.all(CodeXrefs::new(code_regions(&image), everything));
    seen.results(PointerXrefs::new(&image, everything));
    let nested = cache.entries().flatten().flat_map(|entry| entry.image());
    for image in nested {
        seen.all(c_strings(&image));
        seen.all(Stubs::new(code_regions(&image)));
    }
    let ret = Patterns::new([Pattern::word(0xd65f_03c0)]);
    seen.all(CodeMatches::new(code_regions(&image), ret));
    let patterns: [&[Pattern]; 1] = [&[Pattern::word(0xd65f_03c0)]];
    let mut cells = vec![PatternCell::EMPTY; 5122];
    let set = PatternSet::build(&patterns, &mut cells).unwrap();
    let matches = CodeSetMatches::new(code_regions(&image), set);
    let mut counts = [CodeOccurrences::NONE; 1];
    seen.see(&matches.clone().occurrences(&mut counts).unwrap()[0]);
    seen.all(matches);
    let masked = MaskedBytes::new(&[0xff; 4], &[0xc0, 0x03, 0x5f, 0xd6]).unwrap();
    seen.see(&masked);
    seen.all(masked.find_iter(&file[..file.len().min(0x8000)]));
    seen.all(DataMatches::new(&image, masked));
    let patch = Patch::new(PatchPlace::FileOffset(FileOffset::new(0)), file, file);
    seen.see(&patch);
    seen.see(&patch.place);
    let mut placed = [PlacedPatch::default(); 1];
    let map = cache.address_map();
    for placed in check_patches(&[patch], &map, file, &mut placed).unwrap() {
        seen.see(placed);
    }
    let error = check_patches(&[patch], &map, file, &mut []).unwrap_err();
    seen.see(&error);
    seen.see(&error.kind());
}
