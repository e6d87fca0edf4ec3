//! macho-core against the `object` crate: what both accept, both read alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho_core::{FileOffset, MachO, Mode};
use object::LittleEndian as Le;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{MachHeader, Segment as _};

fuzz_target!(|data: &[u8]| {
    let Ok(image) = MachO::parse_with(data, FileOffset::new(0), Mode::Tolerant) else {
        return;
    };
    let header = MachHeader64::<Le>::parse(data, 0).expect("object takes the header we took");
    assert_eq!(header.ncmds(Le), image.header().ncmds);
    // object ends its walk with an error where a command is damaged; ours tolerates and stops.
    let Ok(mut theirs) = header.load_commands(Le, data, 0) else {
        return;
    };
    let mut segments = image.segments();
    for ours in image.load_commands() {
        let Ok(Some(command)) = theirs.next() else {
            return;
        };
        assert_eq!(command.cmd().0, ours.kind().0);
        assert_eq!(command.cmdsize() as usize, ours.bytes().len());
        let Ok(segment) = SegmentCommand64::<Le>::from_command(command) else {
            return;
        };
        if let Some((segment, _)) = segment {
            let Some(ours) = segments.next() else { return };
            assert_eq!(segment.vmaddr(Le), ours.vmaddr().get());
            assert_eq!(segment.vmsize(Le), ours.vmsize());
            assert_eq!(segment.fileoff(Le), ours.file_offset().get());
            assert_eq!(segment.filesize(Le), ours.filesize());
            assert_eq!(segment.name(), ours.name().as_bytes());
        }
    }
});
