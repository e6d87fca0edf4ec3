//! Moved files against the builder's truth, moved by hand.
use kc_offsets::{ErrorKind, KernelCache, Structure};
use kc_offsets::{Rebased, rebase};
use macho_core::{Fixup, Mode, Slide, Target};
use testkit::classic::{self, Counts};
use testkit::constants::MACOS_BASE;
use testkit::kernelcache::large::{self, Size};
use testkit::kernelcache::sample;
use testkit::truth::Built;

const UP: u64 = 0x1234_4000;

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
        ("large", large::collection(Size::SMALL, 5).build()),
    ]
}

fn parse(bytes: &[u8]) -> KernelCache<'_> {
    KernelCache::parse_with(bytes, Mode::Tolerant).unwrap()
}

fn moved(bytes: &[u8], slide: Slide) -> (Vec<u8>, Rebased) {
    let mut copy = bytes.to_vec();
    let done = rebase(&parse(bytes), &mut copy, slide).unwrap();
    (copy, done)
}

#[test]
fn there_and_back_is_the_file() {
    for (name, built) in all() {
        let up = Slide::new(UP);
        let (there, done) = moved(&built.bytes, up);
        assert!(there != built.bytes, "{name}");
        let (back, undone) = moved(&there, up.inverse());
        assert!(back == built.bytes, "{name}");
        assert_eq!(done, undone, "{name}");
        let (same, _) = moved(&built.bytes, Slide::ZERO);
        assert!(same == built.bytes, "{name}");
    }
}

/// A moved collection is what its builder links there, except the text of `__PRELINK_INFO`; and it
/// moves back.
fn as_linked_elsewhere(size: Size) {
    let mut collection = large::collection(size, 5);
    let built = collection.build();
    collection.base = Some(MACOS_BASE + UP);
    let mut expected = collection.build().bytes;
    let info = built
        .truth
        .segments
        .iter()
        .find(|segment| segment.name == "__PRELINK_INFO");
    let info = info.unwrap();
    let start = usize::try_from(info.file_offset).unwrap();
    let end = start + usize::try_from(info.filesize).unwrap();
    assert!(expected[start..end] != built.bytes[start..end]);
    expected[start..end].copy_from_slice(&built.bytes[start..end]);
    let (there, _) = moved(&built.bytes, Slide::new(UP));
    assert!(there == expected);
    let (back, _) = moved(&there, Slide::new(UP).inverse());
    assert!(back == built.bytes);
}

#[test]
fn a_moved_collection_is_as_linked_elsewhere() {
    as_linked_elsewhere(Size::SMALL);
}

#[test]
#[ignore = "a hundred megabytes, for optimised builds: cargo xtask corpus --truth"]
fn a_moved_collection_of_full_size_is_as_linked_elsewhere() {
    as_linked_elsewhere(Size::MAC);
}

/// Every address that a reader finds: what it is, and the address.
fn addresses(bytes: &[u8]) -> Vec<(String, u64)> {
    let cache = parse(bytes);
    let mut found = Vec::new();
    let entry = cache.entry_point().unwrap();
    found.extend(entry.map(|entry| ("entry point".to_owned(), entry.vmaddr.get())));
    let outer = (String::new(), cache.image());
    let entries: Vec<_> = cache.entries().map(Result::unwrap).collect();
    for entry in &entries {
        found.push((format!("entry {}", entry.id), entry.vmaddr.get()));
    }
    let nested = entries
        .iter()
        .map(|entry| (entry.id.to_string(), entry.image().unwrap()));
    for (id, image) in std::iter::once(outer).chain(nested) {
        for segment in image.segments() {
            found.push((
                format!("{id} segment {}", segment.name()),
                segment.vmaddr().get(),
            ));
            for section in segment.sections() {
                found.push((
                    format!("{id} section {}", section.name()),
                    section.vmaddr().get(),
                ));
            }
        }
        for symbol in image.symbols().unwrap() {
            if symbol.stab().is_none() && symbol.section().is_some() {
                found.push((
                    format!("{id} {}", symbol.name().unwrap()),
                    symbol.vmaddr().get(),
                ));
            }
        }
    }
    let base = cache.image().base();
    for slot in cache.image().fixups().slots() {
        let slot = slot.unwrap();
        found.push(("slot".to_owned(), slot.vmaddr.get()));
        if let Fixup::Rebase { target, .. } = slot.fixup() {
            let target = match target {
                Target::VmAddr(vmaddr) => vmaddr.get(),
                Target::VmOffset(offset) => base.unwrap().get().wrapping_add(offset.get()),
                Target::Cache { level: 0, offset } if built_primary(&cache) => {
                    base.unwrap().get() + offset.get()
                }
                // Of another collection, which does not move.
                _ => continue,
            };
            found.push(("target".to_owned(), target));
        }
    }
    found
}

fn built_primary(cache: &KernelCache<'_>) -> bool {
    cache.entry_point().unwrap().is_some()
}

#[test]
fn every_address_moves_and_nothing_else() {
    for (name, built) in all() {
        let (there, done) = moved(&built.bytes, Slide::new(UP));
        let before = addresses(&built.bytes);
        let after = addresses(&there);
        assert_eq!(before.len(), after.len(), "{name}");
        for ((what, from), (other, to)) in before.iter().zip(&after) {
            assert_eq!(what, other, "{name}");
            assert_eq!(from.wrapping_add(UP), *to, "{name}: {what}");
        }
        // No more bytes differ than the words that were moved have.
        let words = done.addresses + done.symbols + done.slots;
        let differ = built
            .bytes
            .iter()
            .zip(&there)
            .filter(|(a, b)| a != b)
            .count() as u64;
        assert!(differ <= words * 8, "{name}: {differ} bytes, {words} words");
    }
}

/// What the slots of an image hold that are absolute, and where.
fn absolute(bytes: &[u8]) -> Vec<(u64, u64)> {
    let slots = parse(bytes).image().fixups().slots().map(Result::unwrap);
    slots
        .filter_map(|slot| match slot.fixup() {
            Fixup::Rebase {
                target: Target::VmAddr(target),
                ..
            } => Some((slot.vmaddr.get(), target.get())),
            _ => None,
        })
        .collect()
}

#[test]
fn absolute_pointers_move_too() {
    for (name, built) in [
        ("opcodes", classic::opcodes()),
        ("relocations", classic::relocations(Counts::Kext)),
        ("threads", classic::threads(8)),
        ("threads of words", classic::threads(4)),
    ] {
        let before = absolute(&built.bytes);
        assert!(before.len() > 2, "{name}");
        let (there, done) = moved(&built.bytes, Slide::new(UP));
        let by_hand = before.iter().map(|(slot, target)| (slot + UP, target + UP));
        assert!(absolute(&there).into_iter().eq(by_hand), "{name}");
        assert_eq!(done.slots, before.len() as u64, "{name}");
        let (back, _) = moved(&there, Slide::new(UP).inverse());
        assert!(back == built.bytes, "{name}");
    }
}

#[test]
fn impossible_slides_are_refused() {
    let built = sample::fileset();
    let cache = parse(&built.bytes);
    let mut copy = built.bytes.clone();
    let slide = Slide::new(0x1000);
    let error = rebase(&cache, &mut copy, slide).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misaligned { slide });
    let command = cache
        .image()
        .segments()
        .next()
        .unwrap()
        .load_command()
        .file_offset();
    let error = rebase(&cache, &mut copy, Slide::new(1 << 62)).unwrap_err();
    let overflow = (ErrorKind::AddressOverflow, Some(command));
    assert_eq!((error.kind(), error.offset()), overflow);
    assert!(copy == built.bytes);
    let error = rebase(&cache, &mut copy[..64], Slide::new(UP)).unwrap_err();
    let needed = built.bytes.len();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed });
    assert_eq!(error.structure(), Structure::FileCopy);

    let built = sample::auxiliary();
    let down = Slide::new(UP).inverse();
    let error = rebase(&parse(&built.bytes), &mut built.bytes.clone(), down).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddressOverflow);
}

/// pc of `LC_THREAD` moves as that of `LC_UNIXTHREAD` does.
#[test]
fn either_thread_command_moves() {
    let mut bytes = sample::bare().bytes;
    let file = bytes.clone();
    let image = KernelCache::parse(&file).unwrap().image();
    let command = image.find_command(macho_core::LoadCommandKind::LC_UNIXTHREAD);
    let at = usize::try_from(command.unwrap().file_offset().get()).unwrap();
    bytes[at..at + 4].copy_from_slice(&4_u32.to_le_bytes());
    let mut copy = bytes.clone();
    rebase(
        &KernelCache::parse(&bytes).unwrap(),
        &mut copy,
        Slide::new(0x4000),
    )
    .unwrap();
    let pc = |bytes: &[u8]| u64::from_le_bytes(bytes[at + 0x110..at + 0x118].try_into().unwrap());
    assert_eq!(pc(&copy), pc(&bytes) + 0x4000);
}
