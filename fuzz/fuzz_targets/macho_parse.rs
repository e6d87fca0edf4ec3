//! Everything that macho-core reads of a file, in both modes: no panic, no endless walk.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho_core::{FileOffset, MachO, Mode};

fuzz_target!(|data: &[u8]| {
    for mode in [Mode::Strict, Mode::Tolerant] {
        if let Ok(image) = MachO::parse_with(data, FileOffset::new(0), mode) {
            walk(&image);
            for entry in image.fileset_entries().take(64).flatten() {
                let _ = entry.id();
                if let Ok(nested) = entry.parse() {
                    walk(&nested);
                }
            }
        }
    }
});

fn walk(image: &MachO<'_>) {
    let mut commands = 0;
    for command in image.load_commands() {
        assert!(
            command.bytes().len() >= 8,
            "a load command is at least its head"
        );
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
    let _ = image.thread_state();
    let _ = image.uuid();
    if image.mode() == Mode::Strict {
        assert_eq!(image.tolerated().count(), 0, "strict tolerates nothing");
    } else {
        let _ = image.tolerated().count();
    }
}
