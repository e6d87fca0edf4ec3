//! The same image read by this crate, by `object` and by `goblin`.
#[path = "support/image.rs"]
mod support;

use macho_core::{ExportFrame, ExportTarget, FatFile, MachO, Mode};
use object::LittleEndian as LE;
use object::macho::MachHeader64;
use object::read::macho::{MachHeader as _, Nlist as _, Section as _, Segment as _};
use support::{big_words, put, whole};

#[test]
fn object_reads_the_same() {
    let file = whole();
    let ours = MachO::parse(&file).unwrap();
    let theirs = MachHeader64::<LE>::parse(&*file, 0).unwrap();
    let mut commands = theirs.load_commands(LE, &*file, 0).unwrap();
    let (mut segments, mut sections) = (0, 0);
    let mut our_segments = ours.segments();
    for command in ours.load_commands() {
        let other = commands.next().unwrap().unwrap();
        assert_eq!(
            (command.kind().0, command.bytes()),
            (other.cmd().0, other.raw_data())
        );
        if let Some((other, data)) = other.segment_64().unwrap() {
            let segment = our_segments.next().unwrap();
            segments += 1;
            assert_eq!(segment.name().as_bytes(), other.name());
            assert_eq!(segment.vmaddr().get(), other.vmaddr(LE));
            assert_eq!(segment.vmsize(), other.vmsize(LE));
            assert_eq!(
                (segment.fileoff(), segment.filesize()),
                other.file_range(LE)
            );
            assert_eq!(segment.data(), other.data(LE, &*file).unwrap());
            for (section, other) in segment.sections().zip(other.sections(LE, data).unwrap()) {
                sections += 1;
                assert_eq!(section.name().as_bytes(), other.name());
                assert_eq!(section.segment_name().as_bytes(), other.segment_name());
                assert_eq!(section.vmaddr().get(), other.addr(LE));
                assert_eq!(section.size(), other.size(LE));
                assert_eq!(
                    section.data().unwrap(),
                    other.data(LE, &*file, other.offset(LE).into()).unwrap()
                );
            }
        } else if let Some(other) = other.symtab().unwrap() {
            let table = other.symbols::<MachHeader64<LE>, _>(LE, &*file).unwrap();
            assert_eq!(ours.symbol_table().unwrap().len(), table.len());
            for (symbol, other) in ours.symbols().unwrap().zip(table.iter()) {
                assert_eq!(
                    symbol.name().unwrap().as_bytes(),
                    other.name(LE, table.strings()).unwrap()
                );
                assert_eq!(symbol.value(), other.n_value(LE));
                assert_eq!(symbol.n_type(), other.n_type().0);
                assert_eq!(symbol.n_desc(), other.n_desc(LE).0);
                assert_eq!(symbol.stab().is_some(), other.is_stab());
                assert_eq!(symbol.is_undefined(), other.is_undefined());
            }
        }
    }
    assert!(commands.next().unwrap().is_none());
    assert_eq!((segments, sections), (2, 3));
}

#[test]
fn goblin_reads_the_same() {
    let file = whole();
    let ours = MachO::parse(&file).unwrap();
    let theirs = goblin::mach::MachO::parse(&file, 0).unwrap();
    assert_eq!(ours.header().ncmds as usize, theirs.load_commands.len());
    for (command, other) in ours.load_commands().zip(&theirs.load_commands) {
        assert_eq!(command.kind().0, other.command.cmd());
        assert_eq!(command.file_offset().get(), other.offset as u64);
    }
    assert_eq!(ours.thread_state().unwrap().unwrap().pc.get(), theirs.entry);
    let mut exports = Vec::new();
    let (mut stack, mut name) = ([ExportFrame::default(); 8], [0; 64]);
    let trie = ours.exports().unwrap();
    let mut walk = trie.walk(&mut stack, &mut name);
    while let Some(export) = walk.next() {
        let (name, export) = export.unwrap();
        let ExportTarget::Address(offset) = export.target else {
            panic!("{export:?}")
        };
        exports.push((name.to_string(), offset.get()));
    }
    let mut others: Vec<_> = theirs
        .exports()
        .unwrap()
        .iter()
        .map(|other| (other.name.clone(), other.offset))
        .collect();
    others.sort();
    assert_eq!(exports, others);
    assert_eq!(
        exports,
        [("_".to_string(), 0x10), ("_a".to_string(), 0xf00)]
    );
    for (name, offset) in exports {
        let found = trie.find(name.as_bytes()).unwrap().unwrap();
        assert_eq!(
            found.target,
            ExportTarget::Address(macho_core::VmOffset::new(offset))
        );
    }
    assert_eq!(trie.find(b"_b").unwrap(), None);
    assert_eq!(trie.find(b"").unwrap(), None);
}

/// Two slices with 32-bit, then 64-bit entries.
fn fat(wide: bool) -> Vec<u8> {
    let count = 2;
    let mut file = big_words(&[if wide { 0xcafe_babf } else { 0xcafe_babe }, count]);
    for (subtype, offset) in [(0, 0x4000), (0x8000_0002, 0x8000)] {
        if wide {
            file.extend(big_words(&[
                0x0100_000c,
                subtype,
                0,
                offset,
                0,
                0x2800,
                14,
                0,
            ]));
        } else {
            file.extend(big_words(&[0x0100_000c, subtype, offset, 0x2800, 14]));
        }
    }
    put(&mut file, 0x4000, &whole());
    put(&mut file, 0x8000, &whole());
    file
}

#[test]
fn fat_slices_count_from_the_fat_file() {
    for wide in [false, true] {
        let file = fat(wide);
        assert!(FatFile::is_fat(&file));
        let fat = FatFile::parse(&file).unwrap();
        assert_eq!((fat.is_64(), fat.hidden_arch().is_none()), (wide, true));
        let others: Vec<_> = if wide {
            use object::read::macho::FatArch as _;
            let fat = object::read::macho::MachOFatFile64::parse(&*file).unwrap();
            fat.arches()
                .iter()
                .map(|arch| (arch.cpusubtype(), arch.file_range()))
                .collect()
        } else {
            use object::read::macho::FatArch as _;
            let fat = object::read::macho::MachOFatFile32::parse(&*file).unwrap();
            fat.arches()
                .iter()
                .map(|arch| (arch.cpusubtype(), arch.file_range()))
                .collect()
        };
        assert_eq!(fat.arches().count(), 2);
        for (arch, (subtype, range)) in fat.arches().zip(others) {
            assert_eq!(arch.cpusubtype().0 | arch.capabilities(), subtype.0);
            assert_eq!((arch.file_offset().get(), arch.size()), range);
            let image = arch.parse(Mode::Strict).unwrap();
            assert_eq!(image.file_offset(), arch.file_offset());
            for segment in image.segments() {
                let start = range.0 + segment.fileoff();
                assert_eq!(segment.file_offset().get(), start);
                let bytes = &file[usize::try_from(start).unwrap()..][..segment.data().len()];
                assert_eq!(segment.data(), bytes);
            }
        }
    }
}

#[test]
fn the_hidden_arm64_slice_is_found() {
    // lipo -hideARM64 counts one slice fewer than the table has.
    let mut file = fat(false);
    put(&mut file, 4, &1_u32.to_be_bytes());
    let fat = FatFile::parse(&file).unwrap();
    assert_eq!(fat.arches().count(), 1);
    let hidden = fat.hidden_arch().unwrap();
    assert_eq!(
        (hidden.file_offset().get(), hidden.cpusubtype().0),
        (0x8000, 2)
    );
    assert!(hidden.parse(Mode::Strict).is_ok());
    // An entry that is no slice is no hidden slice.
    put(&mut file, 36, &u32::MAX.to_be_bytes());
    assert!(FatFile::parse(&file).unwrap().hidden_arch().is_none());
}
