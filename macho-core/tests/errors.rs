//! Damages pinned to their exact error: kind, structure and byte of the file.
#[path = "support/image.rs"]
mod support;

use macho_core::{
    Error, ErrorKind as K, ExportFrame, FatFile, FileOffset, MachO, Mode, Structure as S,
};
use support::{big_words, find, longs, place, put, whole, words};

/// Reads everything that the image has; the first error.
fn read(file: &[u8]) -> Result<(), Error> {
    let image = MachO::parse(file)?;
    for command in image.load_commands() {
        use macho_core::CommandView as V;
        match command.view()? {
            V::Thread(mut states) => states.try_for_each(|state| state?.arm64().map(|_| ()))?,
            V::LinkerOption(mut options) => options.try_for_each(|option| option.map(|_| ()))?,
            V::FilesetEntry(entry) => {
                entry.id()?;
                entry.parse()?;
            }
            V::Segment64(segment) => {
                segment
                    .sections()
                    .try_for_each(|section| section.data().map(|_| ()))?;
            }
            _ => {}
        }
    }
    for symbol in image.symbols()? {
        symbol.name()?;
    }
    image.indirect_symbols()?;
    image
        .function_starts()?
        .try_for_each(|start| start.map(|_| ()))?;
    let _ = image.data_in_code()?;
    let (mut stack, mut name) = ([ExportFrame::default(); 8], [0; 64]);
    let exports = image.exports()?;
    let mut walk = exports.walk(&mut stack, &mut name);
    while let Some(export) = walk.next() {
        export?;
    }
    if let Some(signature) = image.code_signature()? {
        signature.blobs().try_for_each(|blob| blob.map(|_| ()))?;
        if let Some(directory) = signature.code_directory()? {
            directory.identifier()?;
            directory.team()?;
            (0..4).try_for_each(|page| directory.page_hash(page).map(|_| ()))?;
        }
    }
    if let Some(fixups) = image.chained_fixups()? {
        fixups
            .segments()
            .try_for_each(|segment| segment.map(|_| ()))?;
    }
    Ok(())
}

const HEADER: u32 = 0;
const SEGMENT: u32 = 0x19;
const THREAD: u32 = 5;
const UUID: u32 = 0x1b;
const SYMTAB: u32 = 2;
const DYSYMTAB: u32 = 0xb;
const STARTS: u32 = 0x26;
const TRIE: u32 = 0x8000_0033;
const DATA_IN_CODE: u32 = 0x29;
const SIGNATURE: u32 = 0x1d;
const ENTRY: u32 = 0x8000_0035;
const DYLIB: u32 = 0xc;
const BUILD: u32 = 0x32;
const OPTION: u32 = 0x2d;

/// Where a command starts; 0 for the header.
fn at(file: &[u8], cmd: u32) -> usize {
    if cmd == HEADER { 0 } else { find(file, cmd) }
}

#[test]
fn the_undamaged_image_is_read() {
    assert_eq!(read(&whole()), Ok(()));
}

/// See [`damaged_commands`].
type Damage = (u32, usize, Vec<u8>, K, S, usize);

/// Damage in a command: which command, byte in it, new bytes; the error and its byte in the
/// command.
#[test]
fn damaged_commands() {
    let max = u32::MAX;
    #[rustfmt::skip]
    let table: &[Damage] = &[
        // The header.
        (HEADER, 0, words(&[0]), K::BadMagic, S::MachHeader64, 0),
        (HEADER, 0, words(&[0xfeed_face]), K::Unsupported32Bit, S::MachHeader64, 0),
        (HEADER, 0, words(&[0xcffa_edfe]), K::UnsupportedBigEndian, S::MachHeader64, 0),
        (HEADER, 0, words(&[0xcefa_edfe]), K::UnsupportedBigEndian, S::MachHeader64, 0),
        (HEADER, 0x14, words(&[max]), K::SizeofcmdsTooLarge, S::MachHeader64, 0),
        (HEADER, 0x10, words(&[0]), K::TrailingBytes, S::MachHeader64, 0x20),
        (HEADER, 0x14, words(&[0]), K::NcmdsTooLarge, S::LoadCommand, 0x20),
        (HEADER, 0x14, words(&[7]), K::NcmdsTooLarge, S::LoadCommand, 0x20),
        (HEADER, 0x14, words(&[8]), K::CommandTooLarge, S::LoadCommand, 0x20),
        // cmdsize.
        (SEGMENT, 4, words(&[0]), K::CommandTooSmall, S::LoadCommand, 0),
        (SEGMENT, 4, words(&[7]), K::CommandTooSmall, S::LoadCommand, 0),
        (SEGMENT, 4, words(&[max]), K::CommandTooLarge, S::LoadCommand, 0),
        (SEGMENT, 4, words(&[0x9c]), K::Misaligned, S::LoadCommand, 0),
        (SEGMENT, 4, words(&[64]), K::CommandTooSmall, S::SegmentCommand64, 0),
        // Segments.
        (SEGMENT, 0x40, words(&[2]), K::NsectsTooLarge, S::SegmentCommand64, 0),
        (SEGMENT, 0x40, words(&[max]), K::NsectsTooLarge, S::SegmentCommand64, 0),
        (SEGMENT, 0x18, longs(&[u64::MAX]), K::AddressOverflow, S::SegmentCommand64, 0),
        (SEGMENT, 0x28, longs(&[u64::MAX]), K::OffsetOverflow, S::SegmentCommand64, 0),
        (SEGMENT, 0x28, longs(&[0x801]), K::Truncated, S::SegmentCommand64, 0),
        (SEGMENT, 0x20, longs(&[0x1fff]), K::FileSizeTooLarge, S::SegmentCommand64, 0),
        // Threads.
        (THREAD, 12, words(&[69]), K::CountTooLarge, S::ThreadCommand, 8),
        (THREAD, 12, words(&[max]), K::CountTooLarge, S::ThreadCommand, 8),
        (THREAD, 12, words(&[66]), K::BadThreadCount, S::ThreadCommand, 8),
        (THREAD, 12, words(&[0]), K::BadThreadCount, S::ThreadCommand, 8),
        // Tables of the file.
        (SYMTAB, 12, words(&[max]), K::Truncated, S::Nlist64, 8),
        (SYMTAB, 20, words(&[max]), K::Truncated, S::StringTable, 16),
        (DYSYMTAB, 60, words(&[max]), K::Truncated, S::IndirectSymbols, 56),
        (STARTS, 12, words(&[max]), K::Truncated, S::FunctionStarts, 8),
        (TRIE, 12, words(&[max]), K::Truncated, S::ExportsTrie, 8),
        (DATA_IN_CODE, 12, words(&[max]), K::Truncated, S::DataInCodeEntry, 8),
        (SIGNATURE, 12, words(&[max]), K::Truncated, S::SuperBlob, 8),
        // Strings and counts.
        (ENTRY, 24, words(&[31]), K::StringOutOfBounds, S::FilesetEntryCommand, 0),
        (ENTRY, 24, words(&[max]), K::StringOutOfBounds, S::FilesetEntryCommand, 0),
        (ENTRY, 16, longs(&[u64::MAX]), K::OffsetOverflow, S::FilesetEntryCommand, 16),
        (ENTRY, 16, longs(&[0x2800]), K::Truncated, S::FilesetEntryCommand, 16),
        (DYLIB, 8, words(&[23]), K::StringOutOfBounds, S::DylibCommand, 0),
        (DYLIB, 24, vec![b'x'; 32], K::StringUnterminated, S::DylibCommand, 24),
        (BUILD, 20, words(&[2]), K::CountTooLarge, S::BuildVersionCommand, 0),
        (OPTION, 8, words(&[200]), K::CountTooLarge, S::LinkerOptionCommand, 8),
    ];
    for (cmd, byte, bytes, kind, what, place) in table {
        let mut file = whole();
        let start = at(&file, *cmd);
        put(&mut file, start + byte, bytes);
        let error = read(&file).unwrap_err();
        let context = format!("{cmd:#x}+{byte:#x}: {error}");
        assert_eq!(
            (error.kind(), error.structure()),
            (*kind, *what),
            "{context}"
        );
        if *place != usize::MAX {
            assert_eq!(
                error.offset(),
                FileOffset::new((start + place) as u64),
                "{context}"
            );
        }
    }
}

/// Damage in a table: byte of the file, new bytes; the error and its byte of the file.
#[test]
fn damaged_tables() {
    use place::*;
    #[rustfmt::skip]
    let table: &[(usize, Vec<u8>, K, S, usize)] = &[
        (SYMBOLS, words(&[0x20]), K::StringOutOfBounds, S::StringTable, SYMBOLS),
        (SYMBOLS, words(&[0x21]), K::StringOutOfBounds, S::StringTable, SYMBOLS),
        (STRINGS + 0x0e, vec![b'x'; 0x12], K::StringUnterminated, S::StringTable, STRINGS + 8),
        (STARTS, vec![0x80; 8], K::UlebTruncated, S::FunctionStarts, STARTS),
        (STARTS + 3, vec![0x80; 5], K::UlebTruncated, S::FunctionStarts, STARTS + 3),
        // The size of an export, an edge's child, a label, and an export's own numbers.
        (TRIE, vec![0x7f], K::IndexOutOfBounds, S::ExportsTrie, TRIE),
        (TRIE + 4, vec![0x20], K::IndexOutOfBounds, S::ExportsTrie, TRIE + 4),
        (TRIE + 3, vec![b'x'; 0x1d], K::StringUnterminated, S::ExportsTrie, TRIE + 2),
        (TRIE + 7, vec![0x80], K::UlebTruncated, S::ExportsTrie, TRIE + 7),
        (TRIE + 4, vec![0], K::Cycle, S::ExportsTrie, TRIE + 2),
        (SIGNATURE, vec![0], K::BadMagic, S::SuperBlob, SIGNATURE),
        (SIGNATURE + 4, big_words(&[0x101]), K::Truncated, S::SuperBlob, SIGNATURE + 4),
        (SIGNATURE + 8, big_words(&[u32::MAX]), K::CountTooLarge, S::SuperBlob, SIGNATURE + 8),
        (SIGNATURE + 16, big_words(&[0xfc]), K::IndexOutOfBounds, S::BlobIndex, SIGNATURE + 12),
        (SIGNATURE + 24, big_words(&[0xf0]), K::Truncated, S::GenericBlob, SIGNATURE + 20),
        (SIGNATURE + 24, big_words(&[7]), K::Truncated, S::GenericBlob, SIGNATURE + 20),
        (SIGNATURE + 20, vec![0], K::BadMagic, S::CodeDirectory, SIGNATURE + 20),
        (SIGNATURE + 28, big_words(&[0x2_0600]), K::Truncated, S::CodeDirectory, SIGNATURE + 28),
        (SIGNATURE + 40, big_words(&[0x61]), K::StringOutOfBounds, S::CodeDirectory, SIGNATURE + 40),
        (FIXUPS, words(&[1]), K::UnknownFormat, S::DyldChainedFixupsHeader, FIXUPS),
        (FIXUPS + 4, words(&[0x7d]), K::IndexOutOfBounds, S::DyldChainedFixupsHeader, FIXUPS + 4),
        (FIXUPS + 28, words(&[u32::MAX]), K::CountTooLarge, S::DyldChainedStartsInImage, FIXUPS + 28),
        (FIXUPS + 36, words(&[0x60]), K::IndexOutOfBounds, S::DyldChainedStartsInImage, FIXUPS + 36),
        (FIXUPS + 40, words(&[0x59]), K::Truncated, S::DyldChainedStartsInSegment, FIXUPS + 40),
        (FIXUPS + 40, words(&[21]), K::Truncated, S::DyldChainedStartsInSegment, FIXUPS + 40),
        (FIXUPS + 60, vec![3], K::CountTooLarge, S::DyldChainedStartsInSegment, FIXUPS + 40),
        (NESTED, words(&[0]), K::BadMagic, S::MachHeader64, NESTED),
        (NESTED + 0x24, words(&[8]), K::CommandTooSmall, S::SegmentCommand64, NESTED + 0x20),
    ];
    for (byte, bytes, kind, what, place) in table {
        let mut file = whole();
        put(&mut file, *byte, bytes);
        let error = read(&file).unwrap_err();
        let context = format!("{byte:#x}: {error}");
        assert_eq!(
            (error.kind(), error.structure()),
            (*kind, *what),
            "{context}"
        );
        assert_eq!(error.offset(), FileOffset::new(*place as u64), "{context}");
    }
}

#[test]
fn starts_of_chains() {
    let file = whole();
    let fixups = MachO::parse(&file)
        .unwrap()
        .chained_fixups()
        .unwrap()
        .unwrap();
    assert_eq!((fixups.segment_count(), fixups.imports_count), (2, 0));
    let starts: Vec<_> = fixups.segments().map(Result::unwrap).collect();
    assert_eq!((starts.len(), starts[0].segment_index), (1, 1));
    assert_eq!(
        starts[0].pointer_format.to_string(),
        "DYLD_CHAINED_PTR_64_KERNEL_CACHE"
    );
    assert_eq!(
        (starts[0].page_size, starts[0].segment_offset),
        (0x4000, 0x2000)
    );
    let pages: Vec<_> = (0..3).map(|page| starts[0].page_start(page)).collect();
    assert_eq!(pages, [Some(8), Some(0xffff), None]);
}

#[test]
fn a_trie_that_is_no_tree_ends() {
    // Both edges of each node lead to the next: 2^n paths through n nodes.
    let mut file = whole();
    let mut trie = Vec::new();
    for node in 0..3_u8 {
        let child = (node + 1) * 8;
        trie.extend([0, 2, b'a', 0, child, b'b', 0, child]);
    }
    trie.extend([0, 0, 0, 0, 0, 0, 0, 0]);
    put(&mut file, place::TRIE, &trie);
    let error = read(&file).unwrap_err();
    assert_eq!(
        (error.kind(), error.structure()),
        (K::Cycle, S::ExportsTrie)
    );
}

/// Nodes that are one another's names: each one alone is right.
#[test]
fn a_trie_whose_nodes_overlap_ends() {
    let file = testkit::hostile::exports_of_one_name(0x1000);
    let exports = MachO::parse(&file).unwrap().exports().unwrap();
    assert!(exports.find(b"c").unwrap().is_some());
    let (mut stack, mut name) = ([ExportFrame::default(); 8], [0; 16]);
    let mut walk = exports.walk(&mut stack, &mut name);
    let first = walk.next().unwrap().map(|(name, _)| name.to_string());
    assert_eq!(first, Ok("a".to_owned()));
    assert_eq!(walk.next().unwrap().unwrap_err().kind(), K::Cycle);
    assert!(walk.next().is_none());
}

#[test]
fn a_trie_deeper_than_the_stack() {
    // The root's edge `ab` leads to an export at 6.
    let mut file = whole();
    put(
        &mut file,
        place::TRIE,
        &[0, 1, b'a', b'b', 0, 6, 2, 0, 0, 0],
    );
    let exports = MachO::parse(&file).unwrap().exports().unwrap();
    let ends = |deepest: usize, longest: usize| {
        let (mut stack, mut name) = ([ExportFrame::default(); 8], [0; 16]);
        let mut walk = exports.walk(&mut stack[..deepest], &mut name[..longest]);
        while let Some(export) = walk.next() {
            if let Err(error) = export {
                let place = usize::try_from(error.offset().get()).unwrap() - place::TRIE;
                return Some((error.kind(), error.structure(), place));
            }
        }
        None
    };
    assert_eq!(ends(2, 2), None);
    // The node, and the edge with the label.
    assert_eq!(ends(1, 2), Some((K::TooDeep, S::ExportsTrie, 6)));
    assert_eq!(ends(2, 1), Some((K::TooDeep, S::ExportsTrie, 2)));
}

#[test]
fn edges_without_a_label_are_followed_but_not_for_ever() {
    // "_a" is a leaf behind an edge without a label, as in libgfortran.5.dylib of numpy.
    let mut file = whole();
    put(&mut file, place::TRIE, &[0, 1, b'_', b'a', 0, 6]);
    put(
        &mut file,
        place::TRIE + 6,
        &[0, 2, b'x', 0, 15, 0, 15, 0, 0, 2, 0, 0x10, 0],
    );
    let image = MachO::parse(&file).unwrap();
    assert!(image.exports().unwrap().find(b"_a").unwrap().is_some());
    assert!(image.exports().unwrap().find(b"_ax").unwrap().is_some());
    assert!(image.exports().unwrap().find(b"_axx").unwrap().is_none());
    // The same edge, back to the node that it leaves.
    put(&mut file, place::TRIE + 12, &[6]);
    let error = MachO::parse(&file)
        .unwrap()
        .exports()
        .unwrap()
        .find(b"_a")
        .unwrap_err();
    let place = FileOffset::new(place::TRIE as u64 + 11);
    assert_eq!(
        (error.kind(), error.structure(), error.offset()),
        (K::Cycle, S::ExportsTrie, place)
    );
}

#[test]
fn every_cut_of_the_file_is_an_error() {
    let file = whole();
    for len in 0..file.len() {
        let error = MachO::parse(&file[..len]).unwrap_err();
        let kind = match len {
            0..32 => K::Truncated,
            _ if len < 32 + u32::from_le_bytes(file[20..24].try_into().unwrap()) as usize => {
                K::SizeofcmdsTooLarge
            }
            _ => K::Truncated,
        };
        assert_eq!(error.kind(), kind, "{len}");
    }
}

#[test]
fn a_command_too_large_is_strict_only() {
    let file = support::image(2, &[support::command(UUID, &[7; 24])]);
    let strict = MachO::parse(&file).unwrap();
    let error = strict.uuid().unwrap_err();
    assert_eq!(
        (error.kind(), error.structure()),
        (K::BadCommandSize, S::UuidCommand)
    );
    assert_eq!(error.offset(), FileOffset::new(32));
    let tolerant = MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant).unwrap();
    assert_eq!(tolerant.uuid().unwrap().unwrap().0, [7; 16]);
    assert_eq!(tolerant.tolerated().collect::<Vec<_>>(), [error]);
    assert_eq!(strict.tolerated().count(), 0);
}

#[test]
fn tolerance_is_what_the_table_says_and_no_more() {
    #[rustfmt::skip]
    let table: &[(u32, usize, Vec<u8>, Option<K>)] = &[
        (SEGMENT, 0x28, longs(&[0x801]), Some(K::Truncated)),
        (SEGMENT, 0x20, longs(&[0x1fff]), Some(K::FileSizeTooLarge)),
        (SEGMENT, 0x28, longs(&[u64::MAX]), None),
        (SEGMENT, 0x18, longs(&[u64::MAX]), None),
        (SEGMENT, 0x40, words(&[u32::MAX]), None),
        (SEGMENT, 4, words(&[0]), None),
        (HEADER, 0x10, words(&[15]), Some(K::TrailingBytes)),
        (HEADER, 0x10, words(&[17]), None),
        (HEADER, 0x14, words(&[u32::MAX]), None),
    ];
    for (cmd, byte, bytes, tolerated) in table {
        let mut file = whole();
        let start = at(&file, *cmd);
        put(&mut file, start + byte, bytes);
        let strict = MachO::parse(&file).unwrap_err();
        let tolerant = MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant);
        match tolerated {
            Some(kind) => {
                let image = tolerant.unwrap();
                assert_eq!(strict.kind(), *kind);
                assert_eq!(image.tolerated().collect::<Vec<_>>(), [strict]);
            }
            None => assert_eq!(tolerant.unwrap_err(), strict, "{cmd:#x}+{byte:#x}"),
        }
    }
}

#[test]
fn unaligned_commands_are_tolerated() {
    let mut command = words(&[0x7777, 12]);
    command.extend([0; 4]);
    let file = support::image(2, &[command.clone(), command]);
    let error = MachO::parse(&file).unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (K::Misaligned, FileOffset::new(32))
    );
    let image = MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant).unwrap();
    let offsets: Vec<_> = image
        .tolerated()
        .map(|error| error.offset().get())
        .collect();
    assert_eq!(offsets, [32, 44]);
    assert_eq!(image.load_commands().count(), 2);
}

fn fat(arches: &[[u32; 5]], slices: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let mut file = big_words(&[0xcafe_babe, u32::try_from(arches.len()).unwrap()]);
    file.extend(big_words(&arches.concat()));
    for (offset, slice) in slices {
        put(&mut file, *offset, slice);
    }
    file
}

#[test]
fn fat_damages() {
    let arm = [0x0100_000c, 2, 0x4000, 0x2800, 14];
    let good = fat(&[arm], &[(0x4000, whole())]);
    assert!(FatFile::parse(&good).is_ok());
    #[rustfmt::skip]
    let table: &[(usize, u32, K, S, u64)] = &[
        (0, 0xcafe_bab0, K::BadMagic, S::FatHeader, 0),
        (4, u32::MAX, K::CountTooLarge, S::FatHeader, 4),
        (16, 0x4001, K::Truncated, S::FatArch, 8),
        (16, 0x3fff, K::BadAlignment, S::FatArch, 8),
        (16, u32::MAX, K::Truncated, S::FatArch, 8),
        (20, u32::MAX, K::Truncated, S::FatArch, 8),
        (24, 16, K::BadAlignment, S::FatArch, 8),
        (24, u32::MAX, K::BadAlignment, S::FatArch, 8),
    ];
    for (byte, word, kind, what, offset) in table {
        let mut file = good.clone();
        put(&mut file, *byte, &word.to_be_bytes());
        let error = FatFile::parse(&file).unwrap_err();
        let expected = (*kind, *what, FileOffset::new(*offset));
        assert_eq!(
            (error.kind(), error.structure(), error.offset()),
            expected,
            "{byte}: {word:#x}"
        );
    }
    // An error inside the slice counts from the fat file.
    let mut file = good;
    put(&mut file, 0x4000, &[0]);
    let slice = FatFile::parse(&file).unwrap().arches().next().unwrap();
    let error = slice.parse(Mode::Strict).unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (K::BadMagic, FileOffset::new(0x4000))
    );
}

#[test]
fn errors_say_where() {
    let mut file = whole();
    let start = at(&file, UUID);
    put(&mut file, start + 4, &words(&[16]));
    // The walk now reads the rest of the UUID as a command: its bytes 8 to 15 are 0x0b0a0908 and
    // 0x0f0e0d0c.
    let error = MachO::parse(&file).unwrap_err();
    let expected = format!(
        "load_command: cmdsize reaches past sizeofcmds at file offset {:#x}",
        start + 16
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        error.rebased(FileOffset::new(0x100)).offset().get(),
        (start + 0x110) as u64
    );
    assert_eq!(size_of::<Error>(), 16);
}
