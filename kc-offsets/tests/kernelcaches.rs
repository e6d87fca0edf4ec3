//! Built kernelcaches: shape, entry point and entries against the builder's own truth, and every
//! segment boundary against the `object` crate.
use kc_offsets::{KernelCache, MapCell, Outcome, PageCell, PageIndex, Shape};
use macho_core::{FileOffset, MachO, Mode, VmAddr};
use object::read::macho::{MachHeader as _, Segment as _};
use object::{Endianness, macho};
use testkit::kernelcache::sample;
use testkit::truth::{Built, Shape as Made};

fn all() -> Vec<(&'static str, Built)> {
    vec![
        ("fileset", sample::fileset()),
        ("tiny", sample::tiny()),
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
        ("bare", sample::bare()),
        ("shuffled", sample::shuffled()),
        ("m1n1", sample::m1n1()),
    ]
}

/// m1n1's payload segment is longer than its file; every other shape must pass the strict mode.
fn mode(built: &Built) -> Mode {
    if built.truth.shape == Made::M1n1 {
        Mode::Tolerant
    } else {
        Mode::Strict
    }
}

#[test]
fn shape_entry_point_and_entries_are_the_builders() {
    for (name, built) in all() {
        let cache = KernelCache::parse_with(&built.bytes, mode(&built)).unwrap();
        let shape = match built.truth.shape {
            Made::Primary | Made::Pageable | Made::Auxiliary => Shape::Fileset,
            Made::Prelinked => Shape::Prelinked,
            Made::Bare => Shape::BareKernel,
            Made::M1n1 => Shape::EmptyFileset,
        };
        assert_eq!(cache.shape(), shape, "{name}");
        let entry = cache.entry_point().unwrap();
        assert_eq!(entry.is_some(), built.truth.entry.is_some(), "{name}");
        if let (Some(entry), Some(truth)) = (entry, &built.truth.entry) {
            assert_eq!(entry.vmaddr.get(), truth.vmaddr, "{name}");
            let offset = entry.file_offset.unwrap().get();
            assert_eq!(offset, truth.file_offset, "{name}");
            let segment = entry.segment.unwrap().name();
            assert_eq!(segment, truth.segment.as_str(), "{name}");
        }
        let entries: Vec<_> = cache.entries().map(Result::unwrap).collect();
        // The kexts of a prelinked kernel have no load commands: they are no entries.
        let listed = if shape == Shape::Prelinked {
            0
        } else {
            built.truth.entries.len()
        };
        assert_eq!(entries.len(), listed, "{name}");
        for (entry, truth) in entries.iter().zip(&built.truth.entries) {
            assert_eq!(entry.id, truth.id.as_str());
            assert_eq!(entry.vmaddr.get(), truth.vmaddr);
            assert_eq!(entry.file_offset.get(), truth.file_offset);
            let image = entry.image().unwrap();
            assert_eq!(image.uuid().unwrap().unwrap().0, truth.uuid);
            for (segment, truth) in image.segments().zip(&truth.segments) {
                assert_eq!(segment.file_offset().get(), truth.file_offset);
                assert_eq!(segment.vmaddr().get(), truth.vmaddr);
            }
        }
    }
}

/// One address of interest and its neighbours.
fn edges(segments: impl Iterator<Item = (u64, u64, u64)>) -> Vec<u64> {
    let mut asked = vec![0, 1, u64::MAX];
    for (vmaddr, vmsize, filesize) in segments {
        for edge in [
            vmaddr,
            vmaddr + filesize,
            vmaddr + vmsize,
            vmaddr + vmsize / 2,
        ] {
            asked.extend([edge.wrapping_sub(1), edge, edge.wrapping_add(1)]);
        }
    }
    asked
}

#[test]
fn translation_agrees_with_the_builder_and_with_object() {
    for (name, built) in all() {
        let cache = KernelCache::parse_with(&built.bytes, mode(&built)).unwrap();
        let map = cache.address_map();
        assert_eq!(map.is_linear(), proved_linear(&built), "{name}");
        let asked = edges(
            built
                .truth
                .segments
                .iter()
                .map(|s| (s.vmaddr, s.vmsize, s.filesize)),
        );
        for &vmaddr in &asked {
            let truth = built.truth.file_offset(vmaddr);
            let within = truth.filter(|offset| *offset < built.bytes.len() as u64);
            let found = map.outcome(VmAddr::new(vmaddr));
            assert_eq!(
                found.file_offset().map(FileOffset::get),
                within,
                "{name} {vmaddr:#x}"
            );
            assert_eq!(
                found == Outcome::PastEndOfFile,
                truth != within,
                "{name} {vmaddr:#x}"
            );
        }
        for image in std::iter::once(cache.image())
            .chain(cache.entries().map(|entry| entry.unwrap().image().unwrap()))
        {
            same_as_object(&built.bytes, &image);
        }
    }
}

/// The definition, from the truth alone: sorted by address, segments adjoin, the file backs all of
/// them, and the distance to the file is the same.
fn proved_linear(built: &Built) -> bool {
    let mut segments: Vec<_> = built
        .truth
        .segments
        .iter()
        .filter(|s| s.vmsize != 0)
        .collect();
    segments.sort_by_key(|s| s.vmaddr);
    segments.windows(2).all(|pair| {
        pair[0].vmaddr + pair[0].vmsize == pair[1].vmaddr
            && pair[0].file_offset + pair[0].vmsize == pair[1].file_offset
    }) && segments
        .iter()
        .all(|s| s.filesize >= s.vmsize && s.file_offset + s.vmsize <= built.bytes.len() as u64)
}

/// `object`'s own segment walk, with its own reader of load commands.
fn same_as_object(file: &[u8], image: &MachO<'_>) {
    let start = image.file_offset().get();
    let header = macho::MachHeader64::<Endianness>::parse(file, start).unwrap();
    let endian = header.endian().unwrap();
    let mut segments = Vec::new();
    let mut commands = header.load_commands(endian, file, start).unwrap();
    while let Some(command) = commands.next().unwrap() {
        if let Ok(Some((segment, _))) = command.segment_64() {
            let (offset, size) = segment.file_range(endian);
            segments.push((segment.vmaddr(endian), segment.vmsize(endian), offset, size));
        }
    }
    let mut cells = [MapCell::EMPTY; 72];
    let mut table = [PageCell::EMPTY; 1024];
    let map = kc_offsets::AddressMap::new(image);
    let map = map.sorted_in(&mut cells).unwrap_or_else(|_| map.clone());
    let paged = PageIndex::build(&map, &mut table).ok();
    for vmaddr in edges(segments.iter().map(|s| (s.0, s.1, s.3))) {
        let theirs = segments
            .iter()
            .find_map(|&(start, vmsize, offset, filesize)| {
                let into = vmaddr.checked_sub(start).filter(|into| *into < vmsize)?;
                Some((into < filesize).then(|| offset + into))
            });
        let ours = map.translate(VmAddr::new(vmaddr));
        match theirs {
            None => assert_eq!(ours.outcome, Outcome::Unmapped),
            Some(None) => assert_eq!(ours.outcome, Outcome::ZeroFill),
            Some(Some(offset)) if offset >= file.len() as u64 => {
                assert_eq!(ours.outcome, Outcome::PastEndOfFile);
            }
            Some(Some(offset)) => {
                assert_eq!(ours.outcome, Outcome::Mapped(FileOffset::new(offset)));
                let back = map.vmaddr_of(FileOffset::new(offset)).unwrap();
                assert_eq!(map.outcome(back), ours.outcome);
            }
        }
        if let Some(paged) = &paged {
            assert_eq!(paged.translate(VmAddr::new(vmaddr)), ours);
        }
    }
}
