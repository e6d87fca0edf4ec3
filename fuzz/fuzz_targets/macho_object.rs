//! macho-core against the `object` crate: what both accept, both read alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho_core::{ExportFrame, ExportTarget, FileOffset, MachO, Mode, Segment};
use object::LittleEndian as Le;
use object::macho::{LinkeditDataCommand, MachHeader64, SegmentCommand64, SymtabCommand};
use object::read::macho::{ExportData, MachHeader, Nlist as _, Section as _, Segment as _};

/// Exports of one file that are looked at.
const EXPORTS: usize = 1000;

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
    let (mut has_symbols, mut has_exports) = (false, false);
    for ours in image.load_commands() {
        let Ok(Some(command)) = theirs.next() else {
            return;
        };
        assert_eq!(command.cmd().0, ours.kind().0);
        assert_eq!(command.cmdsize() as usize, ours.bytes().len());
        let Ok(segment) = SegmentCommand64::<Le>::from_command(command) else {
            return;
        };
        if let Some((segment, rest)) = segment {
            let Some(ours) = segments.next() else { return };
            assert_eq!(segment.vmaddr(Le), ours.vmaddr().get());
            assert_eq!(segment.vmsize(Le), ours.vmsize());
            assert_eq!(segment.fileoff(Le), ours.file_offset().get());
            assert_eq!(segment.filesize(Le), ours.filesize());
            assert_eq!(segment.name(), ours.name().as_bytes());
            if let Ok(theirs) = segment.sections(Le, rest) {
                sections(&ours, theirs);
            }
        }
        if let (Ok(Some(table)), false) = (command.symtab(), has_symbols) {
            has_symbols = true;
            symbols(&image, table, data);
        }
        if let (Ok(Some(trie)), false) = (command.dyld_exports_trie(), has_exports) {
            has_exports = true;
            exports(&image, trie, data);
        }
    }
});

fn sections(ours: &Segment<'_>, theirs: &[object::macho::Section64<Le>]) {
    for (own, other) in ours.sections().zip(theirs) {
        assert_eq!(own.name().as_bytes(), other.name());
        assert_eq!(own.segment_name().as_bytes(), other.segment_name());
        assert_eq!(own.vmaddr().get(), other.addr(Le));
        assert_eq!(own.size(), other.size(Le));
        assert_eq!(own.kind().0, other.flags(Le).0 as u8);
    }
}

/// Both take the first table, if they take it at all.
fn symbols(image: &MachO<'_>, table: &SymtabCommand<Le>, data: &[u8]) {
    let (Ok(ours), Ok(theirs)) = (
        image.symbol_table(),
        table.symbols::<MachHeader64<Le>, _>(Le, data),
    ) else {
        return;
    };
    assert_eq!(ours.len(), theirs.len());
    for (own, other) in ours.iter().zip(theirs.iter()) {
        assert_eq!(own.value(), other.n_value(Le));
        assert_eq!(own.n_type(), other.n_type().0);
        assert_eq!(own.n_desc(), other.n_desc(Le).0);
        assert_eq!(own.n_sect(), other.n_sect());
        if own.n_strx() == 0 {
            // No name, whatever stands there (nlist.h, n_strx); object looks.
            assert!(own.name().is_ok_and(|name| name.as_bytes().is_empty()));
        } else if let (Ok(own), Ok(other)) = (own.name(), other.name(Le, theirs.strings())) {
            assert_eq!(own.as_bytes(), other);
        }
    }
}

/// Every export that their walk gives is found by ours, unless the table is damaged.
fn exports(image: &MachO<'_>, trie: &LinkeditDataCommand<Le>, data: &[u8]) {
    let (Ok(ours), Ok(theirs)) = (image.exports(), trie.exports_trie(Le, data)) else {
        return;
    };
    let Ok(theirs) = theirs.take(EXPORTS).collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let (mut stack, mut name) = (vec![ExportFrame::default(); 64], vec![0; 4096]);
    let mut walk = ours.walk(&mut stack, &mut name);
    for other in theirs {
        // A table that is no tree, or too deep, ends our walk before theirs.
        let Some(Ok((name, own))) = walk.next() else {
            return;
        };
        assert_eq!(name.as_bytes(), other.name());
        match (own.target, other.data()) {
            (ExportTarget::Address(own), ExportData::Regular { address }) => {
                assert_eq!(own.get(), *address);
            }
            (
                ExportTarget::Resolver { stub, resolver },
                ExportData::StubAndResolver {
                    stub_address,
                    resolver_address,
                },
            ) => assert_eq!(
                (stub.get(), resolver.get()),
                (*stub_address, *resolver_address)
            ),
            (
                ExportTarget::Reexport { ordinal, name },
                ExportData::Reexport {
                    dylib_ordinal,
                    import_name,
                },
            ) => assert_eq!((ordinal, name.as_bytes()), (*dylib_ordinal, *import_name)),
            (own, other) => panic!("{own:?}, {other:?}"),
        }
    }
}
