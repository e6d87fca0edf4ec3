//! Images of collections as files of their own: the same addresses, symbols, functions and bytes.
use std::collections::BTreeMap;

use kc_offsets::{ImageCell, Images, KernelCache, Structure, extract_image, resolve_pointers};
use macho_core::{HeaderFlags, LoadCommandKind, MachO};
use testkit::kernelcache::{Kind, sample};
use testkit::mutate::Source;
use testkit::truth::{Built, Shape};

/// Name, file, images inside, and the fewest sections, symbols and functions of them together.
fn files() -> Vec<(&'static str, Built, usize)> {
    vec![
        ("fileset", sample::fileset(), 3),
        ("prelinked", sample::prelinked(), 2),
        ("pageable", sample::pageable(), 2),
        ("auxiliary", sample::auxiliary(), 2),
        ("x86", sample::primary_x86(false), 3),
        (
            "x86 pageable",
            sample::secondary_x86(Kind::Pageable, true),
            2,
        ),
    ]
}

fn written(image: &MachO<'_>, file: &[u8]) -> Vec<u8> {
    let needed = extract_image(image, file, &mut []).unwrap_err();
    assert_eq!(needed.structure(), Structure::FileCopy);
    let mut out = vec![0xaa; needed.needed().unwrap()];
    // A byte less is too little, and asks for as much.
    let less = out.len() - 1;
    assert_eq!(extract_image(image, file, &mut out[..less]), Err(needed));
    assert_eq!(extract_image(image, file, &mut out), Ok(out.len()));
    out
}

/// Each image of a file, with its id.
fn images<'a>(cache: &KernelCache<'a>) -> Vec<(String, MachO<'a>)> {
    let mut cells = vec![ImageCell::EMPTY; 64];
    let images = Images::build_mapped(cache, &mut cells).unwrap();
    let inside = images.machos().skip(1);
    inside
        .map(|(number, macho)| {
            let id = images.get(number).unwrap().id.unwrap();
            let id = id.bytes().collect();
            (String::from_utf8(id).unwrap(), macho)
        })
        .collect()
}

/// The words that pointers have, by the truth about the file.
fn pointers(built: &Built) -> BTreeMap<u64, u64> {
    let own = match built.truth.shape {
        Shape::Pageable => 1,
        Shape::Auxiliary => 3,
        _ => 0,
    };
    let fixups = built.truth.fixups.iter();
    fixups
        .map(|fixup| {
            let is_own = fixup.cache_level == own;
            (fixup.vmaddr, if is_own { fixup.target } else { 0 })
        })
        .collect()
}

#[test]
fn images_stay_what_they_were() {
    let (mut sections, mut symbols, mut functions, mut slots) = (0, 0, 0, 0);
    for (name, built, count) in files() {
        let cache = KernelCache::parse(&built.bytes).unwrap();
        let mut copy = built.bytes.clone();
        let mut seen = 0;
        let resolved = resolve_pointers(&cache, &mut copy, |_, _| seen += 1).unwrap();
        assert_eq!(resolved, seen, "{name}");
        let pointers = pointers(&built);
        let all = images(&cache);
        assert_eq!(all.len(), count, "{name}");
        for (id, image) in all {
            let what = format!("{name} {id}");
            let file = written(&image, &copy);
            let new = MachO::parse(&file).unwrap();
            new.ensure_consistent()
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(new.base(), image.base(), "{what}");
            assert_eq!(new.uuid(), image.uuid(), "{what}");
            let flags = new.header().flags;
            assert!(!flags.contains(HeaderFlags::MH_DYLIB_IN_CACHE), "{what}");
            let chains = new.find_command(LoadCommandKind::LC_DYLD_CHAINED_FIXUPS);
            assert!(chains.is_none(), "{what}");

            let before: Vec<_> = image.sections().collect();
            let after: Vec<_> = new.sections().collect();
            assert_eq!(before.len(), after.len(), "{what}");
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before.name(), after.name(), "{what}");
                assert_eq!(before.vmaddr(), after.vmaddr(), "{what}");
                assert_eq!(before.size(), after.size(), "{what}");
                let mut expected = before.data().unwrap().to_vec();
                let start = before.vmaddr().get();
                let inside = pointers.range(start..start + before.size());
                for (vmaddr, target) in inside {
                    let at = usize::try_from(vmaddr - start).unwrap();
                    if let Some(word) = expected.get_mut(at..at + 8) {
                        word.copy_from_slice(&target.to_le_bytes());
                        slots += 1;
                    }
                }
                assert!(expected == after.data().unwrap(), "{what} {}", after.name());
                sections += 1;
            }
            for (before, after) in image.segments().zip(new.segments()) {
                assert_eq!(before.name(), after.name(), "{what}");
                if before.name() != "__LINKEDIT" {
                    assert_eq!(before.vmaddr(), after.vmaddr(), "{what}");
                    assert_eq!(before.vmsize(), after.vmsize(), "{what}");
                }
            }

            let of = |image: &MachO<'_>| -> Vec<_> {
                let all = image.symbols().unwrap();
                all.map(|one| {
                    let name = one.name().unwrap().to_string();
                    (name, one.value(), one.n_type(), one.n_sect(), one.n_desc())
                })
                .collect()
            };
            assert_eq!(of(&image), of(&new), "{what}");
            symbols += of(&new).len();
            let of = |image: &MachO<'_>| -> Vec<_> {
                let all = image.function_starts().unwrap();
                all.map(Result::unwrap).collect()
            };
            assert_eq!(of(&image), of(&new), "{what}");
            functions += of(&new).len();
            let of = |image: &MachO<'_>| -> Vec<_> {
                let all = image.indirect_symbols().unwrap();
                let count = u32::try_from(all.len()).unwrap();
                (0..count).map(|index| all.get(index).unwrap()).collect()
            };
            assert_eq!(of(&image), of(&new), "{what}");
            // Once more, it is what it was.
            assert_eq!(written(&new, &file), file, "{what}");
        }
    }
    assert!(
        sections > 60 && symbols > 100 && functions > 40 && slots > 40,
        "{sections} sections, {symbols} symbols, {functions} functions, {slots} slots"
    );
}

/// A file that is shorter than the image's, and images that have no header of their own.
#[test]
fn what_cannot_be_written_is_an_error() {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let (_, image) = images(&cache).remove(0);
    let mut out = vec![0; 1 << 20];
    let error = extract_image(&image, &built.bytes[..0x9000], &mut out).unwrap_err();
    assert_eq!(error.needed(), Some(built.bytes.len()));
    let mut short = built.bytes[..0xc000].to_vec();
    let error = resolve_pointers(&cache, &mut short, |_, _| {}).unwrap_err();
    assert_eq!(error.needed(), Some(built.bytes.len()));
}

/// Damage ends in an error or in a file that parses, which is not much larger than the collection.
#[test]
fn mutants_end_in_a_file_or_an_error() {
    let built = sample::fileset();
    let source = Source::new(built.bytes);
    let (mut files, mut errors) = (0, 0);
    for number in 0..400 {
        let bytes = source.mutant(0x6578, number);
        let Ok(cache) = KernelCache::parse(&bytes) else {
            continue;
        };
        let mut copy = bytes.clone();
        let _ = resolve_pointers(&cache, &mut copy, |_, _| {});
        let mut cells = vec![ImageCell::EMPTY; 64];
        let Ok(images) = Images::build_mapped(&cache, &mut cells) else {
            continue;
        };
        for (_, image) in images.machos() {
            let mut out = vec![0; 3 * bytes.len() + 256 * 0x4000];
            match extract_image(&image, &copy, &mut out) {
                Ok(size) => {
                    files += 1;
                    let parsed = MachO::parse_with(
                        &out[..size],
                        macho_core::FileOffset::new(0),
                        macho_core::Mode::Tolerant,
                    );
                    assert!(parsed.is_ok(), "{number}: {parsed:?}");
                }
                Err(error) => {
                    errors += 1;
                    assert_eq!(error.needed(), None, "{number}: {error}");
                }
            }
        }
    }
    assert!(files > 200 && errors > 10, "{files} files, {errors} errors");
}
