//! Everything that macho-core reads of a file, and of memory, in both modes: no panic, no endless walk.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho_core::{ExportFrame, FatFile, FileOffset, MachO, Mode, Pointers, Slide};

fuzz_target!(|data: &[u8]| {
    for mode in [Mode::Strict, Mode::Tolerant] {
        if let Ok(image) = MachO::parse_with(data, FileOffset::new(0), mode) {
            images(&image);
        }
        let slide = Slide::new(0x1234_4000);
        for pointers in [
            Pointers::Unapplied,
            Pointers::Applied { slide, va_bits: 47 },
        ] {
            // The same bytes as memory, which may start before the header.
            for header in [0, 0x40] {
                let header = FileOffset::new(header);
                if let Ok(image) = MachO::parse_mapped(data, header, pointers, mode) {
                    images(&image);
                }
            }
        }
        if let Ok(fat) = FatFile::parse(data) {
            let _ = fat.hidden_arch();
            for arch in fat.arches().take(16) {
                assert!(arch.data().len() <= data.len());
                if let Ok(image) = arch.parse(mode) {
                    walk(&image);
                }
            }
        }
    }
});

/// An image, and those inside.
fn images(image: &MachO<'_>) {
    walk(image);
    for entry in image.fileset_entries().take(64).flatten() {
        let _ = entry.id();
        if let Ok(nested) = entry.parse() {
            walk(&nested);
        }
    }
}

fn walk(image: &MachO<'_>) {
    let mut commands = 0;
    for command in image.load_commands() {
        assert!(
            command.bytes().len() >= 8,
            "a load command is at least its head"
        );
        let _ = command.view();
        commands += 1;
    }
    // The walk ends where the header said, or earlier.
    assert!(commands <= image.header().ncmds);
    for segment in image.segments() {
        assert!(segment.data().len() <= image.file().len());
        for section in segment.sections() {
            let _ = section.data();
        }
    }
    let _ = (image.thread_state(), image.main_command(), image.base());
    let _ = (image.uuid(), image.build_version(), image.source_version());
    if image.mode() == Mode::Strict {
        assert_eq!(image.tolerated().count(), 0, "strict tolerates nothing");
    } else {
        let _ = image.tolerated().count();
    }
    tables(image);
}

/// What lies in the link-edit segment.
fn tables(image: &MachO<'_>) {
    let size = image.file().len();
    if let Ok(symbols) = image.symbols() {
        for symbol in symbols.take(size / 16 + 1) {
            let _ = symbol.name();
        }
    }
    if let Ok(symbols) = image.indirect_symbols() {
        for index in [0, 1, u32::MAX] {
            let _ = symbols.get(index);
        }
    }
    if let Ok(starts) = image.function_starts() {
        let mut last = None;
        for start in starts.map_while(Result::ok) {
            assert!(last < Some(start), "function starts ascend");
            last = Some(start);
        }
    }
    if let Ok(entries) = image.data_in_code() {
        assert!(entries.count() <= size);
    }
    if let Ok(exports) = image.exports() {
        let mut stack = [ExportFrame::default(); 32];
        let mut name = [0; 256];
        let mut first = None;
        let mut walk = exports.walk(&mut stack, &mut name);
        let mut count = 0;
        while let Some(Ok((name, export))) = walk.next() {
            first.get_or_insert((name.as_bytes().to_vec(), export));
            count += 1;
            assert!(count <= size, "more exports than bytes");
        }
        // The first name of a walk is found again, but where a damaged trie has two of it.
        if let Some((name, _)) = first {
            let _ = exports.find(&name);
        }
    }
    if let Ok(Some(signature)) = image.code_signature() {
        let _ = signature.blobs().take(size).count();
        if let Ok(Some(directory)) = signature.code_directory() {
            let _ = (
                directory.identifier(),
                directory.team(),
                directory.page_hash(0),
            );
        }
    }
}
