//! Questions about code, on the testkit's files and against slow models.

use aarch64_decode::{Pattern, PatternCell, PatternSet, Patterns, ReferenceKind};
use kc_offsets::code::{
    AddressRange, CodeMatches, CodeOccurrences, CodeSetMatches, CodeXrefs, DataMatches,
    MaskedBytes, Patch, PatchErrorKind, PatchPlace, PlacedPatch, PointerXrefs, Region, Stubs,
    Wanted, apply_patches, c_strings, code_regions, guess_function_start, string_xrefs,
};
use kc_offsets::{AddressMap, ErrorKind, KernelCache, Structure};
use macho_core::{FileOffset, MachO, SectionType, VmAddr};
use testkit::kernelcache::sample;
use testkit::truth::{Built, Shape};

fn address(vmaddr: u64) -> AddressRange {
    AddressRange::address(VmAddr::new(vmaddr))
}

fn symbol(built: &Built, name: &str) -> u64 {
    let mut symbols = built.truth.symbols.iter();
    symbols.find(|symbol| symbol.name == name).unwrap().vmaddr
}

fn image<'a>(cache: &KernelCache<'a>, id: &str) -> MachO<'a> {
    let mut entries = cache.entries().map(Result::unwrap);
    entries
        .find(|entry| entry.id == id)
        .unwrap()
        .image()
        .unwrap()
}

#[test]
fn pointers_are_those_of_the_truth() {
    let mut checked = 0;
    for built in [sample::fileset(), sample::pageable(), sample::auxiliary()] {
        let cache = KernelCache::parse(&built.bytes).unwrap();
        let own = match built.truth.shape {
            Shape::Primary => 0,
            Shape::Pageable => 1,
            _ => 3,
        };
        let fixups = built.truth.fixups.iter();
        let own: Vec<_> = fixups.filter(|fixup| fixup.cache_level == own).collect();
        for asked in &own {
            let expected: Vec<_> = own
                .iter()
                .filter(|fixup| fixup.target == asked.target)
                .map(|fixup| (fixup.vmaddr, fixup.file_offset, fixup.auth.is_some()))
                .collect();
            let mut found: Vec<_> = PointerXrefs::new(&cache.image(), address(asked.target))
                .map(|found| {
                    let found = found.unwrap();
                    assert_eq!(found.target.get(), asked.target);
                    (found.vmaddr.get(), found.file_offset.get(), found.signed)
                })
                .collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{:#x}", asked.target);
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} fixups");
}

#[test]
fn pointers_without_fixups_are_words() {
    let built = sample::bare();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    if cache.image().chained_fixups().unwrap().is_some() {
        // The same file, whose load command is another's: LC_FUNCTION_STARTS.
        let mut bytes = built.bytes.clone();
        let command = cache
            .image()
            .find_command(macho_core::LoadCommandKind::LC_DYLD_CHAINED_FIXUPS)
            .unwrap();
        let at = usize::try_from(command.file_offset().get()).unwrap();
        bytes[at..at + 4].copy_from_slice(&0x26_u32.to_le_bytes());
        words_point(&bytes);
    } else {
        words_point(&built.bytes);
    }
}

fn words_point(bytes: &[u8]) {
    let image = MachO::parse(bytes).unwrap();
    let range = AddressRange {
        first: VmAddr::new(1),
        last: VmAddr::new(u64::MAX),
    };
    let found = PointerXrefs::new(&image, range);
    let mut expected = Vec::new();
    // Every section but strings; of segments without sections all but __LINKEDIT.
    let mut parts = Vec::new();
    for segment in image.segments() {
        if segment.nsects() == 0 && segment.name() != "__LINKEDIT" {
            parts.push((segment.vmaddr().get(), segment.data()));
        }
        for section in segment.sections() {
            if section.kind() != SectionType::S_CSTRING_LITERALS {
                parts.push((section.vmaddr().get(), section.data().unwrap()));
            }
        }
    }
    for (start, data) in parts {
        let skip = usize::try_from(start.next_multiple_of(8) - start).unwrap();
        let words = data.get(skip..).unwrap_or_default().chunks_exact(8);
        for (at, chunk) in (start.next_multiple_of(8)..).step_by(8).zip(words) {
            let value = u64::from_le_bytes(chunk.try_into().unwrap());
            if value != 0 {
                expected.push((at, value));
            }
        }
    }
    assert!(expected.len() > 100);
    let found: Vec<_> = found
        .map(|found| {
            found
                .map(|found| (found.vmaddr.get(), found.target.get()))
                .unwrap()
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn code_is_found_in_sections_and_in_segments_without_any() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let code: Vec<Region<'_>> = code_regions(&cache.image()).collect();
    // The outer image has segments alone, and they hold the code of all images.
    let alpha = image(&cache, "org.example.alpha");
    let text = alpha
        .sections()
        .find(|section| section.name() == "__text")
        .unwrap();
    let own: Vec<_> = code_regions(&alpha).collect();
    // And of stubs.
    assert_eq!(own.len(), 2);
    assert_eq!(own[0].vmaddr, text.vmaddr());
    assert_eq!(own[0].bytes, text.data().unwrap());
    assert_eq!(Some(own[0].file_offset), text.file_offset());
    assert!(code.iter().any(|region| {
        let end = region.vmaddr.get() + region.bytes.len() as u64;
        region.vmaddr <= text.vmaddr() && text.vmaddr().get() + text.size() <= end
    }));
}

#[test]
fn references_to_many_targets_are_those_to_each() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let code = || code_regions(&cache.image());
    let mut targets: Vec<_> = built
        .truth
        .symbols
        .iter()
        .map(|symbol| address(symbol.vmaddr))
        .collect();
    targets.sort_by_key(|range| range.first);
    targets.dedup();
    let mut each: Vec<_> = targets
        .iter()
        .flat_map(|target| CodeXrefs::new(code(), *target))
        .collect();
    each.sort_by_key(|xref| xref.vmaddr);
    let all: Vec<_> = CodeXrefs::new(code(), Wanted::any(&targets).unwrap()).collect();
    assert!(all.len() > 10);
    assert_eq!(all, each);
    let calls = CodeXrefs::new(code(), Wanted::any(&targets).unwrap()).only_branches();
    let others = CodeXrefs::new(code(), Wanted::any(&targets).unwrap()).without_branches();
    assert_eq!(calls.count() + others.count(), all.len());
    assert!(Wanted::any(&[]).is_none());
}

#[test]
fn references_are_where_the_samples_source_has_them() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    // adrp x0, _vectors@PAGE; add x0, x0, _vectors@PAGEOFF, after 0x1c bytes of _start
    let start = symbol(&built, "_start");
    let found: Vec<_> = CodeXrefs::new(
        code_regions(&cache.image()),
        address(symbol(&built, "_vectors")),
    )
    .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].vmaddr.get(), start + 0x20);
    assert_eq!(found[0].origin, Some(VmAddr::new(start + 0x1c)));
    assert_eq!(found[0].kind, ReferenceKind::Address);
    let map = cache.address_map();
    assert_eq!(
        map.file_offset_of(found[0].vmaddr),
        Some(found[0].file_offset)
    );
}

#[test]
fn strings_and_their_references() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    for id in ["com.apple.kernel", "org.example.alpha", "org.example.beta"] {
        let image = image(&cache, id);
        let mut expected = Vec::new();
        for section in image
            .sections()
            .filter(|section| section.name() == "__cstring")
        {
            let data = section.data().unwrap();
            let mut at = section.vmaddr().get();
            for string in data.split(|byte| *byte == 0) {
                if !string.is_empty() {
                    expected.push((at, string.to_vec()));
                }
                at += string.len() as u64 + 1;
            }
        }
        let found: Vec<_> = c_strings(&image)
            .map(|string| (string.vmaddr.get(), string.bytes.to_vec()))
            .collect();
        assert!(!found.is_empty());
        assert_eq!(found, expected, "{id}");
    }
    let alpha = image(&cache, "org.example.alpha");
    let code = code_regions(&cache.image());
    let started = || c_strings(&alpha).filter(|string| string.contains(b"started"));
    let mut storage = [AddressRange::default(); 1];
    let found: Vec<_> = string_xrefs(code.clone(), started(), &mut storage)
        .unwrap()
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].target.get(), symbol(&built, "_alpha_name"));
    let none = string_xrefs(code.clone(), core::iter::empty(), &mut storage).unwrap();
    assert_eq!(none.count(), 0);
    let error = string_xrefs(code, started(), &mut []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 1 });
    assert_eq!(error.structure(), Structure::Strings);
}

#[test]
fn starts_are_guessed_by_prologues() {
    let words: [u32; 9] = [
        0xa9bf_7bfd, // stp x29, x30, [sp, #-0x10]!
        0xd503_201f, // nop
        0xd65f_03c0, // ret
        0xd100_83ff, // sub sp, sp, #0x20
        0x9400_0000, // bl
        0xd100_43ff, // sub sp, sp, #0x10: behind no end of a function
        0xd503_245f, // bti c
        0xd503_237f, // pacibsp
        0xd503_201f, // nop
    ];
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let region = Region::new(VmAddr::new(0x1000), FileOffset::new(0), &bytes);
    for (vmaddr, start) in [
        (0x1000, Some(0x1000)),
        (0x100a, Some(0x1000)),
        (0x100c, Some(0x100c)),
        (0x1014, Some(0x100c)),
        (0x1020, Some(0x1018)),
        (0x1018, Some(0x1018)),
        (0x0ffc, None),
        (0x1024, None),
    ] {
        let guess = guess_function_start(&region, VmAddr::new(vmaddr));
        assert_eq!(guess.map(VmAddr::get), start, "{vmaddr:#x}");
    }
}

#[test]
fn stubs_lead_to_their_slots() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let stubs: Vec<_> = Stubs::new(code_regions(&image(&cache, "org.example.alpha"))).collect();
    assert_eq!(stubs.len(), 1);
    assert_eq!(stubs[0].vmaddr.get(), symbol(&built, "_uart_puts_stub"));
    assert_eq!(stubs[0].slot.get(), symbol(&built, "_uart_puts_slot"));
    assert_eq!(stubs[0].len, 16);
}

#[test]
fn a_pattern_is_only_once_or_not() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let matches = |word| {
        let patterns = Patterns::from(Pattern::word(word));
        CodeMatches::new(code_regions(&cache.image()), patterns)
    };
    let found = matches(0xd510_109f).only().unwrap();
    assert_eq!(found.vmaddr.get(), symbol(&built, "_start") + 0x10);
    assert_eq!(
        cache.address_map().file_offset_of(found.vmaddr),
        Some(found.file_offset)
    );
    assert_eq!(matches(0xffff_ffff).only(), Err(0));
    let rets = matches(0xd65f_03c0).count();
    assert!(rets > 2);
    assert_eq!(matches(0xd65f_03c0).only(), Err(rets));
    let mut storage = [kc_offsets::code::CodeMatch::default(); 2];
    let error = matches(0xd65f_03c0).collect_into(&mut storage).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: rets });
    let one = matches(0xd510_109f).collect_into(&mut storage);
    assert_eq!(one, Ok(&[found][..]));
}

/// A set finds what each of its patterns finds, in the same regions.
#[test]
fn a_set_answers_for_each_pattern() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let image = cache.image();
    let [start, ret, never] = [0xd510_109f, 0xd65f_03c0, 0xffff_ffff].map(|w| [Pattern::word(w)]);
    let pair = [Pattern::ANY, Pattern::word(0xd65f_03c0)];
    let patterns: [&[Pattern]; 4] = [&start, &ret, &never, &pair];
    let mut memory = vec![PatternCell::EMPTY; 5128];
    let set = PatternSet::build(&patterns, &mut memory).unwrap();
    let mut counts = [CodeOccurrences::NONE; 4];
    let matches = CodeSetMatches::new(code_regions(&image), set);
    let counts = matches.clone().occurrences(&mut counts).unwrap();
    for (number, pattern) in patterns[..3].iter().enumerate() {
        let alone = || CodeMatches::new(code_regions(&image), Patterns::from(pattern[0]));
        let own = matches.clone().filter(|(of, _)| *of == number);
        assert!(own.map(|(_, found)| found).eq(alone()));
        assert_eq!(counts[number].only(), alone().only());
        assert_eq!(counts[number].first(), alone().next());
        assert_eq!(counts[number].count(), alone().count());
    }
    assert!(counts[3].count() > 2 && counts[2].first().is_none());
    let mut few = [CodeOccurrences::NONE; 3];
    let error = matches.occurrences(&mut few).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 4 });
    assert_eq!(error.structure(), Structure::CodeMatches);
}

/// The last match before a place is that of all matches below it that is nearest.
#[test]
fn the_last_match_before_a_place() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let image = cache.image();
    let pair = Patterns::new([Pattern::ANY, Pattern::word(0xd65f_03c0)]);
    let matches = || CodeMatches::new(code_regions(&image), pair);
    let mut asked = 0;
    for region in code_regions(&image) {
        let first = region.vmaddr.get();
        let last = first + region.bytes.len() as u64;
        for before in first..=last {
            let inside = matches().filter(|found| found.vmaddr.get() >= first);
            let wanted = inside
                .filter(|found| found.vmaddr.get() + 8 <= before)
                .last();
            assert_eq!(
                matches().last_before(VmAddr::new(before)),
                wanted,
                "{before:x}"
            );
            asked += usize::from(wanted.is_some());
        }
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(matches().last_before(VmAddr::new(0)), None);
}

/// Masked bytes against a look at every place.
#[test]
fn masked_bytes_at_any_address() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let image = cache.image();
    let mut found_any = [0; 4];
    for (found_any, size) in found_any.iter_mut().zip([1, 2, 8, 3]) {
        for seed in 0..4_u64 {
            let mask = (0xff00_ffff_f0ff_00ff_u64 << (seed % 9)).to_le_bytes();
            let value = seed.wrapping_mul(0x0000_0101_0001_0040).to_le_bytes();
            let (mask, value) = (&mask[..size], &value[..size]);
            let masked = MaskedBytes::new(mask, value).unwrap();
            let mut wanted = Vec::new();
            for segment in image.segments() {
                let data = segment.data();
                let data = &data[..data.len().min(segment.vmsize().try_into().unwrap())];
                wanted.extend(data.windows(size).enumerate().filter_map(|(at, own)| {
                    let same = (0..size).all(|n| own[n] & mask[n] == value[n] & mask[n]);
                    assert_eq!(masked.matches(own), same);
                    same.then_some(segment.vmaddr().get() + at as u64)
                }));
            }
            let found = DataMatches::new(&image, masked).map(|found| found.vmaddr.get());
            assert_eq!(found.collect::<Vec<_>>(), wanted);
            *found_any += wanted.len();
        }
    }
    assert!(found_any.iter().all(|found| *found > 0), "{found_any:?}");
    assert_eq!(MaskedBytes::new(&[], &[]), None);
    assert_eq!(MaskedBytes::new(&[1], &[]), None);
    let long = MaskedBytes::new(&[0, 0], &[0, 0]).unwrap();
    assert_eq!(long.find_iter(&[1]).next(), None);
    assert!(!long.matches(&[1]));
}

const fn at(offset: u64, expected: &[u8]) -> Patch<'_> {
    Patch {
        place: PatchPlace::FileOffset(FileOffset::new(offset)),
        expected,
        mask: &[],
        skip: 0,
        replacement: expected,
    }
}

#[test]
fn patches_are_checked_before_the_first_is_made() {
    let original: Vec<u8> = (0..64).collect();
    let ranges = [kc_offsets::SegmentRange {
        vmaddr: VmAddr::new(0x1000),
        vmsize: 0x40,
        file_offset: FileOffset::new(0x20),
        filesize: 0x20,
    }];
    let map = AddressMap::from_ranges(&ranges, FileOffset::new(64));
    let vmaddr = |vmaddr, expected| Patch {
        place: PatchPlace::VmAddr(VmAddr::new(vmaddr)),
        ..at(0, expected)
    };
    let good = Patch {
        mask: &[0xff, 0x0f, 0],
        skip: 1,
        replacement: &[0xaa, 0xbb],
        ..vmaddr(0x1004, &[0x24, 0x05, 0x77])
    };
    let mismatch = |file_offset, expected, found| PatchErrorKind::Mismatch {
        file_offset: FileOffset::new(file_offset),
        expected,
        found,
    };
    for (bad, kind) in [
        (at(2, &[2, 9]), mismatch(3, 9, 3)),
        (
            Patch {
                mask: &[0xf0],
                ..at(0x21, &[0x31])
            },
            mismatch(0x21, 0x30, 0x21),
        ),
        (at(63, &[63, 64]), PatchErrorKind::NotMapped),
        (at(u64::MAX, &[0]), PatchErrorKind::NotMapped),
        (vmaddr(0x101f, &[63, 0]), PatchErrorKind::NotMapped),
        (vmaddr(0x2000, &[0]), PatchErrorKind::NotMapped),
        (at(0, &[]), PatchErrorKind::BadPatch),
        (
            Patch {
                skip: 1,
                ..at(0, &[0])
            },
            PatchErrorKind::BadPatch,
        ),
        (
            Patch {
                skip: usize::MAX,
                ..at(0, &[0])
            },
            PatchErrorKind::BadPatch,
        ),
        (
            Patch {
                mask: &[0, 0],
                ..at(0, &[0])
            },
            PatchErrorKind::BadPatch,
        ),
        (at(0x26, &[0x26]), PatchErrorKind::Overlap { other: 0 }),
        (
            vmaddr(0x1004, &[0x24]),
            PatchErrorKind::Overlap { other: 0 },
        ),
    ] {
        let mut file = original.clone();
        let mut storage = [PlacedPatch::default(); 2];
        let error = apply_patches(&[good, bad], &map, &mut file, &mut storage).unwrap_err();
        assert_eq!((error.patch(), error.kind()), (1, kind), "{bad:?}");
        assert_eq!(file, original, "{bad:?}");
    }
    let mut file = original.clone();
    let error = apply_patches(&[good, good], &map, &mut file, &mut []).unwrap_err();
    assert_eq!(
        (error.patch(), error.kind()),
        (0, PatchErrorKind::BufferTooSmall { needed: 2 })
    );
    // Neighbours do not overlap, and the report is in the order of the file.
    let mut storage = [PlacedPatch::default(); 3];
    let before = Patch {
        replacement: &[0xcc],
        ..at(0x23, &[0x23])
    };
    let done = apply_patches(&[good, before], &map, &mut file, &mut storage).unwrap();
    let order: Vec<_> = done
        .iter()
        .map(|done| (done.patch, done.file_offset.get(), done.len))
        .collect();
    assert_eq!(order, [(1, 0x23, 1), (0, 0x24, 3)]);
    let changed = original.iter().zip(&file).filter(|(old, new)| old != new);
    assert_eq!(changed.count(), 3);
    assert_eq!(file[0x23..0x27], [0xcc, 0x24, 0xaa, 0xbb]);
}
