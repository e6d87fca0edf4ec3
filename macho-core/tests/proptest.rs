//! Random and damaged bytes: nothing panics, nothing runs for ever, and every slice that comes back
//! is a slice of the file.
#[path = "support/image.rs"]
mod support;

use macho_core::{ExportFrame, FatFile, FileOffset, MachO, Mode};
use proptest::prelude::*;
use support::{place, whole};

/// `inner` is a part of `file`.
fn assert_inside(file: &[u8], inner: &[u8]) {
    let (outer, part) = (file.as_ptr_range(), inner.as_ptr_range());
    assert!(inner.is_empty() || (outer.start <= part.start && part.end <= outer.end));
}

/// Reads all there is, errors included, and checks what comes back.
fn exercise(file: &[u8], image: &MachO<'_>) {
    let end = file.len() as u64;
    let commands = image.load_commands();
    assert_eq!(commands.len(), image.header().ncmds as usize);
    let mut bytes = 0;
    for command in commands {
        assert_inside(file, command.bytes());
        assert!(command.bytes().len() >= 8);
        let offset = command.file_offset().get();
        assert!(offset + command.bytes().len() as u64 <= end);
        assert_eq!(
            command.bytes(),
            &file[usize::try_from(offset).unwrap()..][..command.bytes().len()]
        );
        bytes += command.bytes().len();
        match command.view() {
            Ok(view) => drop(format!("{view:?}")),
            Err(error) => assert!(error.offset().get() <= end, "{error}"),
        }
    }
    assert!(bytes as u64 <= u64::from(image.header().sizeofcmds));
    for segment in image.segments() {
        assert_inside(file, segment.data());
        if image.mode() == Mode::Strict {
            assert_eq!(segment.data().len() as u64, segment.filesize());
            assert!(segment.filesize() <= segment.vmsize());
        }
        for section in segment.sections() {
            if let Ok(data) = section.data() {
                assert_inside(file, data);
                assert!(data.is_empty() || data.len() as u64 == section.size());
            }
        }
    }
    if let Ok(table) = image.symbol_table() {
        for symbol in &table {
            if let Ok(name) = symbol.name() {
                assert_inside(file, name.as_bytes());
                assert!(!name.as_bytes().contains(&0));
            }
        }
    }
    if let Ok(starts) = image.function_starts() {
        let starts: Vec<_> = starts.map_while(Result::ok).collect();
        assert!(starts.is_sorted());
        assert!(starts.len() as u64 <= end);
    }
    if let Ok(exports) = image.exports() {
        let (mut stack, mut name) = ([ExportFrame::default(); 16], [0; 64]);
        let mut walk = exports.walk(&mut stack, &mut name);
        let mut found = Vec::new();
        while let Some(Ok((name, export))) = walk.next() {
            found.push((name.as_bytes().to_vec(), format!("{export:?}")));
        }
        assert!(found.len() <= exports.bytes().len() / 2);
        // The walk and the search agree on the first export of a name where no label is a prefix
        // of its sibling's, as in the files that linkers write.
        if let Some((name, _)) = found.first() {
            let _ = exports.find(name);
        }
    }
    if let Ok(Some(signature)) = image.code_signature() {
        for blob in signature.blobs().flatten() {
            assert_inside(signature.bytes(), blob.bytes());
        }
        if let Ok(Some(directory)) = signature.code_directory() {
            let _ = (directory.identifier(), directory.team());
            if let Ok(Some(hash)) = directory.page_hash(0) {
                assert_inside(directory.bytes(), hash);
            }
        }
    }
    let _ = (
        image.thread_state(),
        image.uuid(),
        image.main_command(),
        image.build_version(),
    );
    let _ = (
        image.source_version(),
        image.data_in_code(),
        image.indirect_symbols(),
        image.base(),
    );
    if let Ok(Some(fixups)) = image.chained_fixups() {
        // One item for each slot, page and segment at most; tests/fixup_damage.rs says more.
        assert!(fixups.slots(image).count() <= file.len());
    }
    for entry in image.fileset_entries().flatten() {
        if let Ok(nested) = entry.parse() {
            // One level: an entry may name the collection itself.
            nested
                .segments()
                .for_each(|segment| assert_inside(file, segment.data()));
        }
    }
    match image.mode() {
        Mode::Strict => assert_eq!(image.tolerated().count(), 0),
        Mode::Tolerant => {
            let most = 4 * image.header().ncmds as usize + 1;
            assert!(image.tolerated().count() <= most);
        }
    }
}

fn parse_all(file: &[u8]) {
    let start = FileOffset::new(0);
    let strict = MachO::parse(file);
    let tolerant = MachO::parse_with(file, start, Mode::Tolerant);
    if let Ok(image) = &strict {
        exercise(file, image);
        assert!(tolerant.is_ok(), "strict accepts what tolerant refuses");
    }
    if let Ok(image) = &tolerant {
        exercise(file, image);
        // What was tolerated is what strict refuses first, where the skeleton is what it refuses.
        if let Err(error) = strict {
            assert!(
                image.tolerated().any(|tolerated| tolerated == error),
                "{error}"
            );
        }
    }
    if let Ok(fat) = FatFile::parse(file) {
        for arch in fat.arches().take(64).chain(fat.hidden_arch()) {
            assert_inside(file, arch.data());
            if let Ok(image) = arch.parse(Mode::Tolerant) {
                image
                    .segments()
                    .for_each(|segment| assert_inside(arch.data(), segment.data()));
            }
        }
    }
}

proptest! {
    // PROPTEST_CASES raises the number of cases from 256.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(file in proptest::collection::vec(any::<u8>(), 0..512)) {
        parse_all(&file);
    }

    #[test]
    fn random_commands(
        bytes in proptest::collection::vec(any::<u8>(), 0..256),
        ncmds in 0..8_u32,
    ) {
        let mut file = support::image(2, &[bytes]);
        file[16..20].copy_from_slice(&ncmds.to_le_bytes());
        parse_all(&file);
    }

    #[test]
    fn damaged_bytes(patches in proptest::collection::vec((0..0x1480_usize, any::<u8>()), 1..8)) {
        let mut file = whole();
        for (at, byte) in patches {
            file[at] = byte;
        }
        parse_all(&file);
    }

    #[test]
    fn damaged_words(
        patches in proptest::collection::vec(
            (0..0x1480_usize / 4, prop_oneof![
                Just(0), Just(1), Just(8), Just(u32::MAX), Just(0x7fff_ffff), Just(0x8000_0000),
                any::<u32>(), 0..0x3000_u32,
            ]),
            1..5,
        ),
        cut in 0..=place::END,
    ) {
        let mut file = whole();
        for (at, word) in patches {
            file[at * 4..at * 4 + 4].copy_from_slice(&word.to_le_bytes());
        }
        parse_all(&file);
        parse_all(&file[..cut]);
    }

    #[test]
    fn any_place(at in 0..=place::END + 8) {
        let file = whole();
        for mode in [Mode::Strict, Mode::Tolerant] {
            let image = MachO::parse_with(&file, FileOffset::new(at as u64), mode);
            assert_eq!(image.is_ok(), at == 0 || at == place::NESTED, "{at:#x}");
        }
    }
}
