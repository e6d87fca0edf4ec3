//! Hostile memory: exact errors, and nothing outside of the memory is read.
use kc_offsets::{Error, KernelCache, LoadPlan, Outcome, pointer_at};
use macho_core::{
    ErrorKind, FileOffset, LoadCommandKind as Kind, MachO, Mode, PhysAddr, Pointers, Slide,
    Structure, VmAddr,
};
use proptest::prelude::*;
use testkit::kernelcache::sample;
use testkit::mutate::mutant;

/// Bytes in front of the image.
const BEFORE: usize = 0x340;

/// A fileset in memory, its segments one behind the other from the header on.
fn loaded() -> Vec<u8> {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let plan = LoadPlan::new(&cache, PhysAddr::new(0), Slide::ZERO).unwrap();
    let mut memory = vec![0x5a; BEFORE + usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory[BEFORE..]).unwrap();
    memory
}

fn parse(memory: &[u8], mode: Mode) -> Result<KernelCache<'_>, Error> {
    let header = FileOffset::new(BEFORE as u64);
    KernelCache::parse_mapped(memory, header, Pointers::Unapplied, mode)
}

/// Where the load command is that describes the segment.
fn segment(memory: &[u8], name: &str) -> usize {
    let image = parse(memory, Mode::Strict).unwrap().image();
    let found = image.segments().find(|segment| segment.name() == name);
    at(found.unwrap().load_command().file_offset())
}

/// Where the outer image's load command of a kind is.
fn command(memory: &[u8], kind: Kind) -> usize {
    let image = parse(memory, Mode::Strict).unwrap().image();
    at(image.find_command(kind).unwrap().file_offset())
}

fn at(offset: FileOffset) -> usize {
    usize::try_from(offset.get()).unwrap()
}

fn put(memory: &mut [u8], at: usize, bytes: &[u8]) {
    memory[at..][..bytes.len()].copy_from_slice(bytes);
}

/// Fields of `segment_command_64`.
const VMADDR: usize = 24;
const VMSIZE: usize = 32;
const FILEOFF: usize = 40;

/// What is wrong, in what, and where.
fn error(result: Result<KernelCache<'_>, Error>) -> (ErrorKind, Structure, usize) {
    macho(result.unwrap_err())
}

fn macho(error: Error) -> (ErrorKind, Structure, usize) {
    match (error.kind(), error.structure()) {
        (kc_offsets::ErrorKind::MachO(kind), kc_offsets::Structure::MachO(structure)) => {
            (kind, structure, at(error.offset().unwrap()))
        }
        _ => panic!("{error}"),
    }
}

#[test]
fn a_header_that_is_not_there() {
    let memory = loaded();
    let parse = |memory, header| {
        let header = FileOffset::new(header);
        error(KernelCache::parse_mapped(
            memory,
            header,
            Pointers::Unapplied,
            Mode::Tolerant,
        ))
    };
    let header = Structure::MachHeader64;
    for (memory, place, kind) in [
        (&[][..], 0, ErrorKind::Truncated),
        (&memory, 0, ErrorKind::BadMagic),
        (&memory, 0x10_0000, ErrorKind::Truncated),
        (&memory, u64::MAX, ErrorKind::Truncated),
        (
            &memory[..BEFORE + 40],
            BEFORE as u64,
            ErrorKind::SizeofcmdsTooLarge,
        ),
        // A nested header, which the file's first byte says nothing of.
        (&memory, BEFORE as u64 + 0x4000, ErrorKind::HeaderNotMapped),
    ] {
        let expected = (kind, header, usize::try_from(place).unwrap());
        assert_eq!(parse(memory, place), expected);
    }
}

#[test]
fn segments_that_lie_elsewhere() {
    let memory = loaded();
    let (text, data) = (segment(&memory, "__TEXT"), segment(&memory, "__DATA"));
    let first = parse(&memory, Mode::Strict)
        .unwrap()
        .image()
        .base()
        .unwrap()
        .get()
        - BEFORE as u64;
    let refused = |changes: &[(usize, u64)]| {
        let mut memory = memory.clone();
        for (at, value) in changes {
            put(&mut memory, *at, &value.to_le_bytes());
        }
        let strict = error(parse(&memory, Mode::Strict));
        let tolerant = parse(&memory, Mode::Tolerant).map(|cache| {
            let image = cache.image();
            let tolerated: Vec<_> = image.tolerated().map(macho_core::Error::kind).collect();
            let data = image.segments().find(|segment| segment.name() == "__DATA");
            (tolerated, data.unwrap().data().len())
        });
        (strict, tolerant)
    };
    let what = Structure::SegmentCommand64;
    // Behind the memory's end, and below its start: no byte is there.
    for vmaddr in [
        first + memory.len() as u64,
        first - 0x10_0000,
        0,
        u64::MAX - 0xffff,
    ] {
        let (strict, tolerant) = refused(&[(data + VMADDR, vmaddr)]);
        assert_eq!(strict, (ErrorKind::Truncated, what, data), "{vmaddr:#x}");
        assert_eq!(tolerant.unwrap(), (vec![ErrorKind::Truncated], 0));
    }
    // From before the start into it.
    let (strict, tolerant) = refused(&[(data + VMADDR, first - 1)]);
    assert_eq!(strict, (ErrorKind::OffsetOverflow, what, data));
    assert_eq!(error(tolerant.map(|_| unreachable!())), strict);
    // Past 2^64.
    let (strict, tolerant) = refused(&[(data + VMADDR, u64::MAX)]);
    assert_eq!(strict, (ErrorKind::AddressOverflow, what, data));
    assert_eq!(error(tolerant.map(|_| unreachable!())), strict);
    // No segment has the header.
    let (strict, tolerant) = refused(&[(text + FILEOFF, 1)]);
    assert_eq!(
        strict,
        (ErrorKind::HeaderNotMapped, Structure::MachHeader64, BEFORE)
    );
    assert_eq!(error(tolerant.map(|_| unreachable!())), strict);
    // The header is said to lie elsewhere: all others are then out of place.
    let prelink = segment(&memory, "__PRELINK_TEXT");
    let (strict, tolerant) = refused(&[(text + VMADDR, 0)]);
    assert_eq!(strict, (ErrorKind::Truncated, what, prelink));
    assert!(tolerant.unwrap().0.len() >= 6);
}

#[test]
fn memory_that_ends_early() {
    let memory = loaded();
    let linkedit = segment(&memory, "__LINKEDIT");
    for missing in [1, 0x1000, 0x4000] {
        let cut = &memory[..memory.len() - missing];
        let strict = error(parse(cut, Mode::Strict));
        let expected = (ErrorKind::Truncated, Structure::SegmentCommand64, linkedit);
        assert_eq!(strict, expected);
        // All but __LINKEDIT is there.
        let cache = parse(cut, Mode::Tolerant).unwrap();
        assert_eq!(cache.image().tolerated().count(), 1);
        let entry = cache.entry_point().unwrap().unwrap();
        assert_eq!(cache.bytes_at(entry.vmaddr, 4).unwrap().len(), 4);
        for entry in cache.entries() {
            let image = entry.unwrap().image().unwrap();
            match image.symbols() {
                Ok(_) => assert!(missing < 0x4000),
                Err(error) => {
                    let symtab = image.find_command(Kind::LC_SYMTAB).unwrap().file_offset();
                    let fields = [symtab.get() + 8, symtab.get() + 16];
                    assert_eq!(error.kind(), ErrorKind::Truncated);
                    assert!(fields.contains(&error.offset().get()));
                }
            }
        }
    }
    // Where every byte but the header's is missing.
    let commands = parse(&memory, Mode::Strict)
        .unwrap()
        .image()
        .header()
        .sizeofcmds;
    let least = BEFORE + 32 + usize::try_from(commands).unwrap();
    let cache = parse(&memory[..least], Mode::Tolerant).unwrap();
    let entry = cache.entry_point().unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::PastEndOfFile);
    assert!(pointer_at(&cache.image(), entry.vmaddr).unwrap().is_none());
    assert!(cache.entries().all(|entry| entry.unwrap().image().is_err()));
}

#[test]
fn tables_outside_of_linkedit() {
    let memory = loaded();
    let linkedit = segment(&memory, "__LINKEDIT");
    let entry = parse(&memory, Mode::Strict)
        .unwrap()
        .entries()
        .next()
        .unwrap()
        .unwrap();
    let nested = entry.image().unwrap();
    let symtab = at(nested.find_command(Kind::LC_SYMTAB).unwrap().file_offset());
    let own = nested
        .segments()
        .find(|segment| segment.name() == "__LINKEDIT")
        .unwrap();
    let (start, size) = (own.fileoff(), own.filesize());
    let own = at(own.load_command().file_offset());
    let kernel = |memory: &[u8]| -> Result<usize, (ErrorKind, Structure, usize)> {
        let cache = parse(memory, Mode::Tolerant).unwrap();
        let image = cache.entries().next().unwrap().unwrap().image().unwrap();
        image
            .symbol_table()
            .map(|table| table.len())
            .map_err(|error| (error.kind(), error.structure(), at(error.offset())))
    };
    assert!(kernel(&memory).unwrap() > 3);
    let symbols = |kind| Err((kind, Structure::Nlist64, symtab + 8));
    let word = |value: u64| u32::try_from(value).unwrap().to_le_bytes();
    let patched = |place: usize, value: &[u8]| {
        let mut memory = memory.clone();
        put(&mut memory, place, value);
        kernel(&memory)
    };
    for symoff in [0, start - 1, start + size, start + size - 15, 0xffff_ffff] {
        let found = patched(symtab + 8, &word(symoff));
        assert_eq!(found, symbols(ErrorKind::OffsetNotMapped), "{symoff:#x}");
    }
    let found = patched(symtab + 12, &[0xff; 4]);
    assert_eq!(found, symbols(ErrorKind::OffsetNotMapped));
    // No symbols lie nowhere.
    assert_eq!(patched(symtab + 12, &[0; 4]), Ok(0));
    let strings = patched(symtab + 16, &word(start + size));
    let what = Structure::StringTable;
    assert_eq!(
        strings,
        Err((ErrorKind::OffsetNotMapped, what, symtab + 16))
    );
    // Without one of its own, an image has its collection's.
    let count = kernel(&memory).unwrap();
    assert_eq!(patched(own + 8, b"__LINKEDIX"), Ok(count));
    assert_eq!(patched(own + VMSIZE, &[0; 8]), Ok(count));
    let mut none = memory.clone();
    put(&mut none, own + 8, b"__LINKEDIX");
    put(&mut none, linkedit + 8, b"__LINKEDIX");
    assert_eq!(kernel(&none), symbols(ErrorKind::OffsetNotMapped));
    // More in the file than in memory.
    let mut short = memory.clone();
    put(&mut short, own + VMSIZE, &16_u64.to_le_bytes());
    assert_eq!(kernel(&short), symbols(ErrorKind::OffsetNotMapped));
    // A segment that lies nowhere.
    let away = patched(own + VMADDR, &0x1000_u64.to_le_bytes());
    assert_eq!(away, symbols(ErrorKind::Truncated));
    let wraps = patched(own + FILEOFF, &u64::MAX.to_le_bytes());
    assert_eq!(wraps, symbols(ErrorKind::OffsetNotMapped));
}

#[test]
fn entries_that_lie_nowhere_or_in_themselves() {
    let memory = loaded();
    let entry = command(&memory, Kind::LC_FILESET_ENTRY);
    let base = parse(&memory, Mode::Strict)
        .unwrap()
        .image()
        .base()
        .unwrap()
        .get();
    let first = |vmaddr: u64| {
        let mut memory = memory.clone();
        put(&mut memory, entry + 8, &vmaddr.to_le_bytes());
        let cache = parse(&memory, Mode::Strict).unwrap();
        let image = cache.entries().next().unwrap().unwrap().image();
        image.map(|image| image.header().filetype).map_err(macho)
    };
    for (vmaddr, kind) in [
        (0, ErrorKind::Truncated),
        (base + (1 << 40), ErrorKind::Truncated),
        (u64::MAX, ErrorKind::Truncated),
        // The last byte of the address space, counted from the memory's first.
        (base - BEFORE as u64 - 1, ErrorKind::OffsetOverflow),
    ] {
        let what = Structure::FilesetEntryCommand;
        assert_eq!(first(vmaddr), Err((kind, what, entry + 8)), "{vmaddr:#x}");
    }
    assert_eq!(first(base), Ok(macho_core::FileType::MH_FILESET));
    let in_front = Err((ErrorKind::BadMagic, Structure::MachHeader64, 0));
    assert_eq!(first(base - BEFORE as u64), in_front);
}

#[test]
fn segments_that_share_memory() {
    let mut memory = loaded();
    let (text, data) = (segment(&memory, "__TEXT_EXEC"), segment(&memory, "__DATA"));
    let shared: [u8; 8] = memory[text + VMADDR..][..8].try_into().unwrap();
    put(&mut memory, data + VMADDR, &shared);
    let cache = parse(&memory, Mode::Strict).unwrap();
    // The first one answers, and nobody loads such an image.
    let vmaddr = VmAddr::new(u64::from_le_bytes(shared));
    let found = cache.address_map().translate(vmaddr);
    assert_eq!(
        cache.segment_at(found.segment.unwrap()).unwrap().name(),
        "__TEXT_EXEC"
    );
    let command = FileOffset::new(data as u64);
    let plan = LoadPlan::new(&cache, PhysAddr::new(0), Slide::ZERO);
    let error = plan.unwrap_err();
    assert_eq!(error.kind(), kc_offsets::ErrorKind::Overlap);
    assert_eq!(error.offset(), Some(command));
    // Chains that count from elsewhere are refused.
    let kinds: Vec<_> = cache
        .image()
        .fixups()
        .slots()
        .filter_map(|slot| slot.err().map(macho_core::Error::kind))
        .collect();
    assert_eq!(kinds, [ErrorKind::SegmentOffsetMismatch]);
}

/// Asks all that can be asked; what comes back lies in the memory, at its address.
fn exercise(memory: &[u8], header: u64, pointers: Pointers, mode: Mode) {
    let header = FileOffset::new(header);
    let Ok(cache) = KernelCache::parse_mapped(memory, header, pointers, mode) else {
        return;
    };
    let image = cache.image();
    let _ = (
        cache.entry_point(),
        cache.collection_kind(),
        cache.prelink_info(),
    );
    if let Ok(kmods) = cache.kmods() {
        assert!(kmods.count() <= memory.len());
    }
    let map = cache.address_map();
    let nested = cache.entries().flatten().map(|entry| entry.image());
    let images = std::iter::once(Ok(cache.image())).chain(nested);
    for one in images.take(16).flatten() {
        check(memory, &one);
        for segment in one.segments().take(16) {
            let vmaddr = segment.vmaddr();
            let _ = (pointer_at(&image, vmaddr), cache.image_at(vmaddr).is_ok());
            if let Outcome::Mapped(offset) = map.outcome(vmaddr) {
                assert_eq!(cache.bytes_at(vmaddr, 1).unwrap()[0], memory[at(offset)]);
            }
        }
    }
    if let Ok(plan) = LoadPlan::new(&cache, PhysAddr::new(0), Slide::ZERO) {
        assert!(plan.steps().count() <= 5 * 256);
    }
}

fn check(memory: &[u8], image: &MachO<'_>) {
    let end = memory.len() as u64;
    for segment in image.segments() {
        let len = segment.data().len() as u64;
        assert!(len <= segment.data_size());
        assert!(len == 0 || segment.file_offset().get() + len <= end);
        for section in segment.sections() {
            let offset = section.file_offset().map_or(0, FileOffset::get);
            if let Ok(data) = section.data() {
                assert_eq!(
                    data,
                    &memory[usize::try_from(offset).unwrap()..][..data.len()]
                );
            }
        }
    }
    let steps = memory.len() / 4 + 64;
    assert!(image.fixups().slots().take(steps + 1).count() <= steps);
    if let Ok(symbols) = image.symbols() {
        symbols.for_each(|symbol| {
            let _ = symbol.name();
        });
    }
    let _ = (
        image.function_starts().map(Iterator::count),
        image.exports(),
    );
    let _ = (
        image.indirect_symbols(),
        image.data_in_code().map(Iterator::count),
    );
}

fn pointers() -> impl Strategy<Value = Pointers> {
    prop_oneof![
        Just(Pointers::Unapplied),
        (any::<u64>(), 0_u32..70).prop_map(|(slide, va_bits)| Pointers::Applied {
            slide: Slide::new(slide),
            va_bits
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn damaged_memory_is_read_within_bounds(
        number in any::<u64>(),
        cut in prop_oneof![Just(0_usize), 0_usize..0x3_0000],
        pointers in pointers(),
        tolerant in any::<bool>(),
    ) {
        let memory = loaded();
        let mut damaged = memory[..BEFORE].to_vec();
        damaged.extend(mutant(&memory[BEFORE..], 11, number));
        damaged.truncate(damaged.len().saturating_sub(cut));
        let mode = if tolerant { Mode::Tolerant } else { Mode::Strict };
        exercise(&damaged, BEFORE as u64, pointers, mode);
    }

    #[test]
    fn headers_may_be_looked_for_anywhere(header in any::<u64>(), near in 0_u64..0x400, pointers in pointers()) {
        let memory = loaded();
        exercise(&memory, header, pointers, Mode::Tolerant);
        exercise(&memory, near, pointers, Mode::Tolerant);
    }
}
