//! macho-core: the walk over the fixups of every mechanism, each slot decoded, imports looked up.
#![no_std]
#![no_main]

use macho_core::MachO;
use size::{black_box, entry};

entry!(run);

fn run(bytes: &mut [u8], _: u64) {
    let Ok(image) = MachO::parse(bytes) else {
        return;
    };
    for command in image.load_commands() {
        black_box((command.kind(), command.bytes()));
    }
    for segment in image.segments() {
        black_box((segment.vmaddr(), segment.data()));
        for section in segment.sections() {
            black_box((section.vmaddr(), section.size()));
        }
    }
    let fixups = image.fixups();
    for slot in fixups.slots() {
        let _ = black_box(slot.map(|slot| (slot.file_offset, slot.fixup(), fixups.import(&slot))));
    }
}
