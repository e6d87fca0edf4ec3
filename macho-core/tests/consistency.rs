//! Contradictions that a parse leaves alone, each pinned to its error: kind, structure and byte.
#[path = "support/image.rs"]
mod support;

use macho_core::{Error, ErrorKind as K, FileOffset, MachO, Mode, Pointers, Slide, Structure as S};
use support::{
    command, find, image, longs, name16, place, put, section, segment, string_command, unixthread,
    whole, words,
};

fn check(file: &[u8]) -> Result<(), (K, S, usize)> {
    let image = MachO::parse_with(file, FileOffset::new(0), Mode::Tolerant).unwrap();
    let said = image.ensure_consistent().map_err(what);
    // The modes agree wherever both read the file.
    if let Ok(strict) = MachO::parse(file) {
        assert_eq!(strict.ensure_consistent().map_err(what), said);
    }
    said
}

fn what(error: Error) -> (K, S, usize) {
    let offset = usize::try_from(error.offset().get()).unwrap();
    (error.kind(), error.structure(), offset)
}

const SEGMENT: u32 = 0x19;
const SYMTAB: u32 = 2;
const DYSYMTAB: u32 = 0xb;
const STARTS: u32 = 0x26;
const TRIE: u32 = 0x8000_0033;
const DATA_IN_CODE: u32 = 0x29;
const SIGNATURE: u32 = 0x1d;
const FIXUPS: u32 = 0x8000_0034;
const BUILD: u32 = 0x32;
const OPTION: u32 = 0x2d;
const THREAD: u32 = 5;
const DYLIB: u32 = 0xc;
/// The first section of the first segment, in its command.
const SECTION: usize = 72;

#[test]
fn an_image_with_one_of_nearly_everything_is_consistent() {
    assert_eq!(check(&whole()), Ok(()));
}

/// Which command, byte in it, new bytes; the error, and its byte in the command.
type Damage = (u32, usize, Vec<u8>, K, S, usize);

#[test]
fn damaged_fields() {
    let max = u32::MAX;
    let at = |place: usize| words(&[u32::try_from(place).unwrap()]);
    let base = 0xffff_fe00_0700_4000_u64;
    #[rustfmt::skip]
    let table: &[Damage] = &[
        // A section against its segment: addr below, addr plus size above, size above filesize.
        (SEGMENT, SECTION + 32, longs(&[base - 1]), K::SectionOutsideSegment, S::Section64, SECTION),
        (SEGMENT, SECTION + 32, longs(&[base + 0x1fc1]), K::SectionOutsideSegment, S::Section64, SECTION),
        (SEGMENT, SECTION + 32, longs(&[u64::MAX]), K::SectionOutsideSegment, S::Section64, SECTION),
        (SEGMENT, SECTION + 40, longs(&[0x1101]), K::SectionOutsideSegment, S::Section64, SECTION),
        (SEGMENT, 48, longs(&[0x3f]), K::SectionOutsideSegment, S::Section64, SECTION),
        // A section against the file, the header and a table.
        (SEGMENT, SECTION + 48, at(place::END - 0x3f), K::Truncated, S::Section64, SECTION),
        (SEGMENT, SECTION + 48, words(&[max]), K::Truncated, S::Section64, SECTION),
        (SEGMENT, SECTION + 48, at(0), K::Overlap, S::Section64, SECTION),
        (SEGMENT, SECTION + 48, at(place::SYMBOLS - 0x3f), K::Overlap, S::Section64, SECTION),
        // Its relocation entries.
        (SEGMENT, SECTION + 56, words(&[max]), K::Truncated, S::RelocationInfo, SECTION + 56),
        (SEGMENT, SECTION + 56, words(&[0x2800, 1]), K::Truncated, S::RelocationInfo, SECTION + 56),
        (SEGMENT, SECTION + 56, words(&[0xf38, 1]), K::Overlap, S::RelocationInfo, SECTION + 56),
        (SEGMENT, SECTION + 56, words(&[0x1000, 1]), K::Overlap, S::RelocationInfo, SECTION + 56),
        // Tables past the end.
        (SYMTAB, 8, words(&[0x2801, 0]), K::Truncated, S::Nlist64, 8),
        (SYMTAB, 12, words(&[max]), K::Truncated, S::Nlist64, 8),
        (SYMTAB, 20, words(&[max]), K::Truncated, S::StringTable, 16),
        (DYSYMTAB, 32, words(&[max]), K::Truncated, S::DysymtabCommand, 32),
        (DYSYMTAB, 32, words(&[0x27f9, 1]), K::Truncated, S::DysymtabCommand, 32),
        (DYSYMTAB, 40, words(&[0x27c9, 1]), K::Truncated, S::DysymtabCommand, 40),
        (DYSYMTAB, 48, words(&[0x27fd, 1]), K::Truncated, S::DysymtabCommand, 48),
        (DYSYMTAB, 56, words(&[0x27fd, 1]), K::Truncated, S::IndirectSymbols, 56),
        (DYSYMTAB, 64, words(&[0x27f9, 1]), K::Truncated, S::RelocationInfo, 64),
        (DYSYMTAB, 72, words(&[0x27f9, 1]), K::Truncated, S::RelocationInfo, 72),
        (SIGNATURE, 12, words(&[max]), K::Truncated, S::SuperBlob, 8),
        // Tables that share a byte with an earlier one, at the first and at the last byte of it.
        (SYMTAB, 16, at(place::SYMBOLS + 0x2f), K::Overlap, S::StringTable, 16),
        (SYMTAB, 16, at(place::SYMBOLS - 0x1f), K::Overlap, S::StringTable, 16),
        (SYMTAB, 8, at(0), K::Overlap, S::Nlist64, 8),
        (DYSYMTAB, 32, words(&[0x1000, 1]), K::Overlap, S::DysymtabCommand, 32),
        (DYSYMTAB, 40, words(&[0x1000, 1]), K::Overlap, S::DysymtabCommand, 40),
        (DYSYMTAB, 48, words(&[0x1000, 1]), K::Overlap, S::DysymtabCommand, 48),
        (DYSYMTAB, 56, at(place::STRINGS), K::Overlap, S::IndirectSymbols, 56),
        (DYSYMTAB, 64, words(&[0x1080, 1]), K::Overlap, S::RelocationInfo, 64),
        (DYSYMTAB, 72, words(&[0x1084, 1]), K::Overlap, S::RelocationInfo, 72),
        (STARTS, 8, at(place::INDIRECT), K::Overlap, S::FunctionStarts, 8),
        (TRIE, 8, at(place::STARTS), K::Overlap, S::ExportsTrie, 8),
        (DATA_IN_CODE, 8, at(place::TRIE), K::Overlap, S::DataInCodeEntry, 8),
        (SIGNATURE, 8, at(place::DATA_IN_CODE), K::Overlap, S::SuperBlob, 8),
        (FIXUPS, 8, at(place::SIGNATURE), K::Overlap, S::DyldChainedFixupsHeader, 8),
        // Groups of symbols.
        (DYSYMTAB, 8, words(&[3, 1]), K::IndexOutOfBounds, S::DysymtabCommand, 8),
        (DYSYMTAB, 8, words(&[max, max]), K::IndexOutOfBounds, S::DysymtabCommand, 8),
        (DYSYMTAB, 16, words(&[0, 4]), K::IndexOutOfBounds, S::DysymtabCommand, 16),
        (DYSYMTAB, 24, words(&[2, 2]), K::IndexOutOfBounds, S::DysymtabCommand, 24),
        // What a view refuses, or leaves to its reader.
        (DYLIB, 8, words(&[23]), K::StringOutOfBounds, S::DylibCommand, 0),
        (BUILD, 20, words(&[2]), K::CountTooLarge, S::BuildVersionCommand, 0),
        (BUILD, 20, words(&[0]), K::BadCommandSize, S::BuildVersionCommand, 0),
        (OPTION, 8, words(&[200]), K::CountTooLarge, S::LinkerOptionCommand, 8),
        (THREAD, 12, words(&[66]), K::BadThreadCount, S::ThreadCommand, 8),
        // The commands themselves.
        (STARTS, 0, words(&[DATA_IN_CODE]), K::Duplicate, S::LoadCommand, 0),
        (SYMTAB, 0, words(&[0x1e]), K::CommandMissing, S::DysymtabCommand, 0),
        (DYLIB, 0, words(&[0xd]), K::CommandMisplaced, S::LoadCommand, 0),
    ];
    for (cmd, byte, bytes, kind, structure, place) in table {
        let mut file = whole();
        // The commands as they were: some damages hide the one that they are in.
        let start = find(&file, *cmd);
        let mut later = start;
        if *kind == K::Duplicate {
            later = find(&file, DATA_IN_CODE);
        } else if *kind == K::CommandMissing {
            later = find(&file, DYSYMTAB);
        }
        put(&mut file, start + byte, bytes);
        if *kind == K::CommandMissing {
            // A command of this size that says nothing.
            put(&mut file, start, &words(&[0x7777]));
        }
        let expected = Err((*kind, *structure, later + place));
        assert_eq!(check(&file), expected, "{cmd:#x}+{byte:#x}: {bytes:x?}");
    }
}

/// What is allowed, each one step from what is refused above.
#[test]
fn what_is_allowed() {
    let base = 0xffff_fe00_0700_4000_u64;
    #[rustfmt::skip]
    let table: &[(u32, usize, Vec<u8>)] = &[
        (SEGMENT, SECTION + 32, longs(&[base])),
        (SEGMENT, SECTION + 32, longs(&[base + 0x1fc0])),
        // Without bytes it is nowhere.
        (SEGMENT, SECTION + 32, longs(&[1, 0])),
        (SEGMENT, SECTION + 48, words(&[0xfc0])),
        (SEGMENT, SECTION + 56, words(&[0xf40, 1])),
        // Zero fill has no bytes in the file.
        (SEGMENT, SECTION + 48, words(&[0, 2, 0, 0, 1])),
        (SYMTAB, 8, words(&[0x2800, 0])),
        (DYSYMTAB, 8, words(&[7, 0])),
        (DYSYMTAB, 8, words(&[1, 2])),
        (DYSYMTAB, 32, words(&[0x27f8, 1])),
        (DYSYMTAB, 40, words(&[0x27c8, 1])),
        (STARTS, 8, words(&[0x1088, 0x38])),
        (STARTS, 0, words(&[0x7777])),
    ];
    for (cmd, byte, bytes) in table {
        let mut file = whole();
        // No symbols: whoever points into them must have none either.
        let start = find(&file, *cmd);
        put(&mut file, start + byte, bytes);
        assert_eq!(check(&file), Ok(()), "{cmd:#x}+{byte:#x}: {bytes:x?}");
    }
}

/// A file whose bytes are there, whatever its commands say.
fn sized(filetype: u32, commands: &[Vec<u8>]) -> Vec<u8> {
    let mut file = image(filetype, commands);
    file.resize(0x4000, 0);
    file
}

#[test]
fn one_command_of_each_kind_that_an_image_has_once() {
    let nothing = |cmd: u32, size: usize| command(cmd, &vec![0; size - 8]);
    let linkedit = [
        0x1d,
        0x1e,
        0x26,
        0x29,
        0x2b,
        0x2e,
        0x8000_0033,
        0x8000_0034,
        0x36,
        0x37,
        0x38,
    ];
    let linkedit = linkedit.map(|cmd| (cmd, nothing(cmd, 16)));
    let mut once = linkedit.to_vec();
    for (cmd, size) in [
        (2, 24),
        (0x22, 48),
        (0x8000_0022, 48),
        (0x1b, 24),
        (0x24, 16),
        (0x25, 16),
        (0x2f, 16),
        (0x30, 16),
        (0x2a, 16),
        (0x8000_0028, 24),
        // 20 bytes, which only 32-bit files have room for.
        (0x2c, 24),
        (0x11, 40),
        (0x1a, 72),
        (0x16, 16),
    ] {
        once.push((cmd, nothing(cmd, size)));
    }
    once.push((5, unixthread(0)));
    for (cmd, one) in &once {
        let file = sized(2, std::slice::from_ref(one));
        assert_eq!(check(&file), Ok(()), "{cmd:#x}");
        let file = sized(2, &[one.clone(), one.clone()]);
        let expected = Err((K::Duplicate, S::LoadCommand, 32 + one.len()));
        assert_eq!(check(&file), expected, "{cmd:#x}");
    }
    // Two that stand for one another.
    for pair in [[0x22, 0x8000_0022], [0x24, 0x30]] {
        let file = sized(
            2,
            &pair.map(|cmd| once.iter().find(|(own, _)| *own == cmd).unwrap().1.clone()),
        );
        assert_eq!(check(&file).unwrap_err().0, K::Duplicate, "{pair:x?}");
    }
    // Of these an image may have several.
    let library = string_command(0xc, &words(&[24, 2, 0, 0]), "/usr/lib/libz.dylib");
    assert_eq!(check(&sized(2, &[library.clone(), library])), Ok(()));
}

#[test]
fn a_library_has_a_name_and_nothing_else_has() {
    let name = string_command(0xd, &words(&[24, 2, 0, 0]), "/usr/lib/libz.dylib");
    let missing = Err((K::CommandMissing, S::MachHeader64, 0));
    let misplaced = Err((K::CommandMisplaced, S::LoadCommand, 32));
    for (filetype, with, without) in [
        (6, Ok(()), missing),
        (9, Ok(()), missing),
        (2, misplaced, Ok(())),
        (11, misplaced, Ok(())),
        (12, misplaced, Ok(())),
    ] {
        assert_eq!(
            check(&sized(filetype, std::slice::from_ref(&name))),
            with,
            "{filetype}"
        );
        assert_eq!(check(&sized(filetype, &[])), without, "{filetype}");
    }
}

#[test]
fn streams_of_opcodes_and_hints_share_no_byte() {
    let info = |ranges: [u32; 10]| sized(2, &[command(0x8000_0022, &words(&ranges))]);
    let good = [0x100, 8, 0x108, 8, 0x110, 8, 0x118, 8, 0x120, 8];
    assert_eq!(check(&info(good)), Ok(()));
    let streams = [
        S::RebaseOpcodes,
        S::BindOpcodes,
        S::WeakBindOpcodes,
        S::LazyBindOpcodes,
        S::ExportsTrie,
    ];
    for (number, what) in streams.into_iter().enumerate() {
        let field = 32 + 8 + 8 * number;
        // One byte into the one before it: of the first, the header.
        let mut ranges = good;
        ranges[2 * number] = if number == 0 {
            0x4f
        } else {
            good[2 * number] - 1
        };
        assert_eq!(check(&info(ranges)), Err((K::Overlap, what, field)));
        ranges[2 * number] = 0x3ff9;
        assert_eq!(check(&info(ranges)), Err((K::Truncated, what, field)));
    }
    let hints = |offset| sized(2, &[command(0x16, &words(&[offset, 1]))]);
    assert_eq!(check(&hints(0x30)), Ok(()));
    let refused = |kind| Err((kind, S::TwolevelHintsCommand, 40));
    assert_eq!(check(&hints(0x2f)), refused(K::Overlap));
    assert_eq!(check(&hints(0x3ffd)), refused(K::Truncated));
}

#[test]
fn notes_lie_in_the_file_and_share_no_byte() {
    let note = |offset, size| {
        let body = [&name16("owner")[..], &longs(&[offset, size])].concat();
        command(0x31, &body)
    };
    let check = |offset| check(&sized(4, &[note(0x1000, 0x100), note(offset, 0x10)]));
    assert_eq!(check(0x1100), Ok(()));
    assert_eq!(check(0xff0), Ok(()));
    let field = 32 + 40 + 24;
    let refused = |kind| Err((kind, S::NoteCommand, field));
    for offset in [0, 0x6f, 0xff1, 0x10ff] {
        assert_eq!(check(offset), refused(K::Overlap), "{offset:#x}");
    }
    assert_eq!(check(0x3ff1), refused(K::Truncated));
    assert_eq!(check(u64::MAX), refused(K::OffsetOverflow));
}

#[test]
fn an_encrypted_range_lies_in_the_file_but_may_cover_anything() {
    let encrypted = |offset| sized(2, &[command(0x2c, &words(&[offset, 0x100, 1, 0]))]);
    assert_eq!(check(&encrypted(0)), Ok(()));
    assert_eq!(check(&encrypted(0x3f00)), Ok(()));
    let refused = Err((K::Truncated, S::EncryptionInfoCommand64, 40));
    assert_eq!(check(&encrypted(0x3f01)), refused);
}

#[test]
fn thread_states_of_x86_64_have_their_size() {
    let state = |cputype: u32, flavor: u32, count: u32| {
        let mut body = words(&[flavor, count]);
        body.resize(8 + 4 * count as usize, 0);
        let mut file = sized(2, &[command(5, &body)]);
        put(&mut file, 4, &words(&[cputype]));
        check(&file)
    };
    let refused = Err((K::BadThreadCount, S::ThreadCommand, 40));
    let x86_64 = 0x0100_0007;
    for (flavor, count) in [(4, 42), (7, 44)] {
        assert_eq!(state(x86_64, flavor, count), Ok(()));
        assert_eq!(state(x86_64, flavor, count - 2), refused);
        assert_eq!(state(x86_64, flavor, count + 2), refused);
    }
    // Its floating-point state, whose count is not looked at; 6 of arm64 has 68 words.
    assert_eq!(state(x86_64, 8, 4), Ok(()));
    assert_eq!(state(0x0100_000c, 4, 42), Ok(()));
    assert_eq!(state(0x0100_000c, 6, 42), refused);
}

/// Sections at these offsets, of 0x10 bytes each, in a file that has room for all.
fn with_sections(filetype: u32, offsets: &[u32]) -> Vec<u8> {
    let section = |&offset: &u32| section("__s", "__T", u64::from(offset), 0x10, offset, 0);
    let sections: Vec<Vec<u8>> = offsets.iter().map(section).collect();
    let mut file = image(
        filetype,
        &[segment("__T", [0, 0x0100_0000, 0, 0x0100_0000], &sections)],
    );
    file.resize(0x0100_0000, 0);
    file
}

#[test]
fn sections_share_no_byte_in_whatever_order_they_are() {
    for offsets in [
        [0x1000, 0x1010, 0x1020],
        [0x1020, 0x1000, 0x1010],
        [0x1020, 0x1010, 0x1000],
    ] {
        assert_eq!(check(&with_sections(1, &offsets)), Ok(()), "{offsets:x?}");
    }
    for offsets in [
        [0x1000, 0x2000, 0x100f],
        [0x2000, 0x1000, 0xff1],
        [0x1000, 0x1000, 0x2000],
    ] {
        let (kind, what, _) = check(&with_sections(1, &offsets)).unwrap_err();
        assert_eq!((kind, what), (K::Overlap, S::Section64), "{offsets:x?}");
        // Debugging symbols and the stub of a library have the sections of another file.
        assert_eq!(check(&with_sections(10, &offsets)), Ok(()), "{offsets:x?}");
        let stub = check(&with_sections(9, &offsets)).unwrap_err();
        assert_eq!(stub, (K::CommandMissing, S::MachHeader64, 0));
    }
}

#[test]
fn the_search_among_sections_is_bounded() {
    // Backwards, so that each is compared with all before it: n * (n - 1) / 2 comparisons.
    let backwards = |count: u32| {
        (0..count)
            .map(|n| 0x00f0_0000 - 0x10 * n)
            .collect::<Vec<_>>()
    };
    assert_eq!(check(&with_sections(1, &backwards(724))), Ok(()));
    let (kind, what, _) = check(&with_sections(1, &backwards(726))).unwrap_err();
    assert_eq!((kind, what), (K::TooMuchWork, S::Section64));
    // In order there is nothing to search, however many there are.
    let mut forwards = backwards(40_000);
    forwards.reverse();
    assert_eq!(check(&with_sections(1, &forwards)), Ok(()));
}

/// A mapped image has no file to compare with.
#[test]
fn an_image_in_memory_is_checked_without_its_file() {
    let base = 0x1_0000_0000;
    let memory = |addr: u64, symbols: u32| {
        let sections = [section("__s", "__TEXT", addr, 0x10, 0x7000_0000, 0)];
        let mut memory = image(
            2,
            &[
                segment("__TEXT", [base, 0x1000, 0, 0x1000], &sections),
                command(2, &words(&[symbols, 1, 0x7100_0000, 8])),
            ],
        );
        memory.resize(0x1000, 0);
        let slide = Slide::ZERO;
        let pointers = Pointers::Applied { slide, va_bits: 64 };
        let header = FileOffset::new(0);
        let image = MachO::parse_mapped(&memory, header, pointers, Mode::Strict).unwrap();
        image.ensure_consistent().map_err(what)
    };
    assert_eq!(memory(base + 0xff0, 0x7200_0000), Ok(()));
    let outside = Err((K::SectionOutsideSegment, S::Section64, 32 + 72));
    assert_eq!(memory(base + 0xff1, 0x7200_0000), outside);
    let (kind, what, _) = memory(base, 0x7100_0000).unwrap_err();
    assert_eq!((kind, what), (K::Overlap, S::StringTable));
}
