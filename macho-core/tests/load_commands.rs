//! Every load command of `mach-o/loader.h`, from bytes built by hand to its typed view.
#[path = "support/image.rs"]
mod support;

use macho_core::{
    CommandView as V, DyldInfo, Dylib, Dylinker, Dysymtab, EncryptionInfo, EncryptionInfo64,
    FileOffset, Fvmfile, Fvmlib, Ident, LoadCommandKind as Kind, MachO, MainCommand, Name, Note,
    Platform, PrebindCksum, PreboundDylib, Routines, Routines64, Rpath, SourceVersion, SubClient,
    SubFramework, SubLibrary, SubUmbrella, Symseg, Symtab, TargetTriple, ThreadFlavor, Tool,
    TwolevelHints, Version, VersionMin, VmAddr,
};
use support::{command, image, longs, name16, segment, string_command, unixthread, words};

/// Checks the view of a command, which stands between two others.
fn check(bytes: &[u8], kind: Kind, name: &str, look: impl Fn(V<'_>)) {
    let other = command(0x7777, &[]);
    let file = image(2, &[other.clone(), bytes.to_vec(), other]);
    let image = MachO::parse(&file).unwrap();
    let found = image.load_commands().nth(1).unwrap();
    assert_eq!(found.kind(), kind);
    assert_eq!(found.kind().to_string(), name);
    assert_eq!(found.file_offset(), FileOffset::new(40));
    assert_eq!(found.bytes(), bytes);
    look(found.view().unwrap());
    assert_eq!(image.load_commands().nth(2).unwrap().kind(), Kind(0x7777));
}

/// `check!(bytes, KIND, Variant, expected)`: the view is that variant with that value.
macro_rules! check {
    ($bytes:expr, $kind:ident, $variant:ident, $expected:expr) => {
        check(&$bytes, Kind::$kind, stringify!($kind), |view| match view {
            V::$variant(value) => assert_eq!(value, $expected),
            other => panic!("{other:?}"),
        })
    };
}

fn name(text: &str) -> Name<'_> {
    Name::new(text.as_bytes())
}

#[test]
fn libraries() {
    let fixed = words(&[24, 2, 0x0001_0203, 0x0001_0000]);
    let expected = Dylib {
        name: name("libx"),
        timestamp: 2,
        current_version: Version(0x0001_0203),
        compatibility_version: Version(0x0001_0000),
    };
    check!(
        string_command(0xc, &fixed, "libx"),
        LC_LOAD_DYLIB,
        Dylib,
        expected
    );
    check!(
        string_command(0xd, &fixed, "libx"),
        LC_ID_DYLIB,
        Dylib,
        expected
    );
    check!(
        string_command(0x8000_0018, &fixed, "libx"),
        LC_LOAD_WEAK_DYLIB,
        Dylib,
        expected
    );
    check!(
        string_command(0x8000_001f, &fixed, "libx"),
        LC_REEXPORT_DYLIB,
        Dylib,
        expected
    );
    check!(
        string_command(0x20, &fixed, "libx"),
        LC_LAZY_LOAD_DYLIB,
        Dylib,
        expected
    );
    check!(
        string_command(0x8000_0023, &fixed, "libx"),
        LC_LOAD_UPWARD_DYLIB,
        Dylib,
        expected
    );
    assert_eq!(expected.current_version.to_string(), "1.2.3");
    assert_eq!(expected.compatibility_version.to_string(), "1.0");

    let fixed = words(&[20, 3, 4]);
    let expected = PreboundDylib {
        name: name("l"),
        nmodules: 3,
        linked_modules: 4,
    };
    check!(
        string_command(0x10, &fixed, "l"),
        LC_PREBOUND_DYLIB,
        PreboundDylib,
        expected
    );
    let expected = Fvmlib {
        name: name("l"),
        minor_version: 3,
        header_addr: 4,
    };
    check!(
        string_command(6, &fixed, "l"),
        LC_LOADFVMLIB,
        Fvmlib,
        expected
    );
    check!(
        string_command(7, &fixed, "l"),
        LC_IDFVMLIB,
        Fvmlib,
        expected
    );
    let expected = Fvmfile {
        name: name("f"),
        header_addr: 9,
    };
    check!(
        string_command(9, &words(&[16, 9]), "f"),
        LC_FVMFILE,
        Fvmfile,
        expected
    );
}

#[test]
fn strings() {
    let at12 = words(&[12]);
    let linker = Dylinker {
        name: name("/usr/lib/dyld"),
    };
    check!(
        string_command(0xe, &at12, "/usr/lib/dyld"),
        LC_LOAD_DYLINKER,
        Dylinker,
        linker
    );
    check!(
        string_command(0xf, &at12, "/usr/lib/dyld"),
        LC_ID_DYLINKER,
        Dylinker,
        linker
    );
    check!(
        string_command(0x27, &at12, "/usr/lib/dyld"),
        LC_DYLD_ENVIRONMENT,
        Dylinker,
        linker
    );
    let path = Rpath {
        path: name("@loader_path"),
    };
    check!(
        string_command(0x8000_001c, &at12, "@loader_path"),
        LC_RPATH,
        Rpath,
        path
    );
    let value = SubFramework {
        umbrella: name("u"),
    };
    check!(
        string_command(0x12, &at12, "u"),
        LC_SUB_FRAMEWORK,
        SubFramework,
        value
    );
    let value = SubUmbrella {
        sub_umbrella: name("u"),
    };
    check!(
        string_command(0x13, &at12, "u"),
        LC_SUB_UMBRELLA,
        SubUmbrella,
        value
    );
    let value = SubClient { client: name("c") };
    check!(
        string_command(0x14, &at12, "c"),
        LC_SUB_CLIENT,
        SubClient,
        value
    );
    let value = SubLibrary {
        sub_library: name("l"),
    };
    check!(
        string_command(0x15, &at12, "l"),
        LC_SUB_LIBRARY,
        SubLibrary,
        value
    );
    let triple = TargetTriple {
        triple: name("arm64e-apple-macosx"),
    };
    check!(
        string_command(0x39, &at12, "arm64e-apple-macosx"),
        LC_TARGET_TRIPLE,
        TargetTriple,
        triple
    );
    let ident = Ident {
        strings: b"what\0\0\0\0",
    };
    check!(command(8, b"what"), LC_IDENT, Ident, ident);
    let options = [&words(&[2])[..], b"-framework\0", b"Metal\0"].concat();
    check(
        &command(0x2d, &options),
        Kind::LC_LINKER_OPTION,
        "LC_LINKER_OPTION",
        |view| {
            let V::LinkerOption(options) = view else {
                panic!("{view:?}")
            };
            let options: Result<Vec<_>, _> = options.collect();
            assert_eq!(options.unwrap(), [name("-framework"), name("Metal")]);
        },
    );
}

#[test]
fn tables() {
    let value = Symtab {
        symoff: 1,
        nsyms: 2,
        stroff: 3,
        strsize: 4,
    };
    check!(command(2, &words(&[1, 2, 3, 4])), LC_SYMTAB, Symtab, value);
    let value = Symseg { offset: 1, size: 2 };
    check!(command(3, &words(&[1, 2])), LC_SYMSEG, Symseg, value);
    let value = Dysymtab {
        ilocalsym: 1,
        nlocalsym: 2,
        iextdefsym: 3,
        nextdefsym: 4,
        iundefsym: 5,
        nundefsym: 6,
        tocoff: 7,
        ntoc: 8,
        modtaboff: 9,
        nmodtab: 10,
        extrefsymoff: 11,
        nextrefsyms: 12,
        indirectsymoff: 13,
        nindirectsyms: 14,
        extreloff: 15,
        nextrel: 16,
        locreloff: 17,
        nlocrel: 18,
    };
    let fields: Vec<u32> = (1..=18).collect();
    check!(command(0xb, &words(&fields)), LC_DYSYMTAB, Dysymtab, value);
    let value = DyldInfo {
        rebase_off: 1,
        rebase_size: 2,
        bind_off: 3,
        bind_size: 4,
        weak_bind_off: 5,
        weak_bind_size: 6,
        lazy_bind_off: 7,
        lazy_bind_size: 8,
        export_off: 9,
        export_size: 10,
    };
    check!(
        command(0x22, &words(&fields[..10])),
        LC_DYLD_INFO,
        DyldInfo,
        value
    );
    check!(
        command(0x8000_0022, &words(&fields[..10])),
        LC_DYLD_INFO_ONLY,
        DyldInfo,
        value
    );
    let value = TwolevelHints {
        offset: 1,
        nhints: 2,
    };
    check!(
        command(0x16, &words(&[1, 2])),
        LC_TWOLEVEL_HINTS,
        TwolevelHints,
        value
    );
    let value = Note {
        data_owner: name("owner"),
        offset: 5,
        size: 6,
    };
    let note = [&name16("owner")[..], &longs(&[5, 6])].concat();
    check!(command(0x31, &note), LC_NOTE, Note, value);
    let value = EncryptionInfo64 {
        cryptoff: 1,
        cryptsize: 2,
        cryptid: 3,
    };
    check!(
        command(0x2c, &words(&[1, 2, 3, 0])),
        LC_ENCRYPTION_INFO_64,
        EncryptionInfo64,
        value
    );
}

/// These are 20 and 12 bytes: in a 64-bit image no strict size fits both them and the multiple of 8.
#[test]
fn structures_of_32_bit_images() {
    let read = |bytes: Vec<u8>| {
        let file = image(2, &[bytes]).leak();
        let mode = macho_core::Mode::Tolerant;
        let image = MachO::parse_with(file, FileOffset::new(0), mode).unwrap();
        image.load_commands().next().unwrap().view().unwrap()
    };
    let V::EncryptionInfo(value) = read(words(&[0x21, 20, 1, 2, 3])) else {
        panic!()
    };
    assert_eq!(
        value,
        EncryptionInfo {
            cryptoff: 1,
            cryptsize: 2,
            cryptid: 3
        }
    );
    let V::PrebindCksum(value) = read(words(&[0x17, 12, 7])) else {
        panic!()
    };
    assert_eq!(value, PrebindCksum { cksum: 7 });
    let value = Routines {
        init_address: 1,
        init_module: 2,
    };
    check!(
        command(0x11, &words(&[1, 2, 0, 0, 0, 0, 0, 0])),
        LC_ROUTINES,
        Routines,
        value
    );
    let mut body = name16("__TEXT").to_vec();
    body.extend(words(&[1, 2, 3, 4, 7, 5, 0, 0]));
    check(&command(1, &body), Kind::LC_SEGMENT, "LC_SEGMENT", |view| {
        let V::Segment(raw) = view else {
            panic!("{view:?}")
        };
        assert_eq!((raw.segname, raw.vmaddr.get()), (name16("__TEXT"), 1));
    });
}

#[test]
fn linkedit_ranges() {
    let kinds = [
        (0x1d, Kind::LC_CODE_SIGNATURE, "LC_CODE_SIGNATURE"),
        (0x1e, Kind::LC_SEGMENT_SPLIT_INFO, "LC_SEGMENT_SPLIT_INFO"),
        (0x26, Kind::LC_FUNCTION_STARTS, "LC_FUNCTION_STARTS"),
        (0x29, Kind::LC_DATA_IN_CODE, "LC_DATA_IN_CODE"),
        (0x2b, Kind::LC_DYLIB_CODE_SIGN_DRS, "LC_DYLIB_CODE_SIGN_DRS"),
        (
            0x2e,
            Kind::LC_LINKER_OPTIMIZATION_HINT,
            "LC_LINKER_OPTIMIZATION_HINT",
        ),
        (0x36, Kind::LC_ATOM_INFO, "LC_ATOM_INFO"),
        (0x37, Kind::LC_FUNCTION_VARIANTS, "LC_FUNCTION_VARIANTS"),
        (
            0x38,
            Kind::LC_FUNCTION_VARIANT_FIXUPS,
            "LC_FUNCTION_VARIANT_FIXUPS",
        ),
        (
            0x8000_0033,
            Kind::LC_DYLD_EXPORTS_TRIE,
            "LC_DYLD_EXPORTS_TRIE",
        ),
        (
            0x8000_0034,
            Kind::LC_DYLD_CHAINED_FIXUPS,
            "LC_DYLD_CHAINED_FIXUPS",
        ),
    ];
    for (cmd, kind, name) in kinds {
        check(&command(cmd, &words(&[40, 8])), kind, name, |view| {
            let V::LinkeditData(range) = view else {
                panic!("{view:?}")
            };
            assert_eq!((range.dataoff, range.datasize), (40, 8));
            assert_eq!(range.data().unwrap(), words(&[cmd, 16]));
        });
    }
}

#[test]
fn versions() {
    let value = VersionMin {
        version: Version(0x000a_0f07),
        sdk: Version(0x000b_0000),
    };
    let body = words(&[0x000a_0f07, 0x000b_0000]);
    check!(
        command(0x24, &body),
        LC_VERSION_MIN_MACOSX,
        VersionMin,
        value
    );
    check!(
        command(0x25, &body),
        LC_VERSION_MIN_IPHONEOS,
        VersionMin,
        value
    );
    check!(command(0x2f, &body), LC_VERSION_MIN_TVOS, VersionMin, value);
    check!(
        command(0x30, &body),
        LC_VERSION_MIN_WATCHOS,
        VersionMin,
        value
    );
    assert_eq!(value.version.to_string(), "10.15.7");

    let packed = 11417 << 40 | 101 << 30 | 15 << 20;
    let value = SourceVersion(packed);
    check!(
        command(0x2a, &longs(&[packed])),
        LC_SOURCE_VERSION,
        SourceVersion,
        value
    );
    assert_eq!(value.to_string(), "11417.101.15");
    assert_eq!(SourceVersion(0).to_string(), "0.0");
    assert_eq!(SourceVersion(1).to_string(), "0.0.0.0.1");

    let body = words(&[11, 0x0001_0000, 0x0002_0100, 2, 3, 0x04d6_0100, 99, 1]);
    check(
        &command(0x32, &body),
        Kind::LC_BUILD_VERSION,
        "LC_BUILD_VERSION",
        |view| {
            let V::BuildVersion(build) = view else {
                panic!("{view:?}")
            };
            assert_eq!(build.platform, Platform::PLATFORM_VISIONOS);
            assert_eq!(
                (build.minos.to_string(), build.sdk.to_string()),
                ("1.0".into(), "2.1".into())
            );
            let tools: Vec<_> = build
                .tools()
                .map(|tool| (tool.tool, tool.version.0))
                .collect();
            assert_eq!(tools, [(Tool::TOOL_LD, 0x04d6_0100), (Tool(99), 1)]);
            assert_eq!(
                (Tool(99).to_string(), Tool(99).name()),
                ("0x63".into(), None)
            );
        },
    );
}

#[test]
fn identity_and_entry() {
    let value = macho_core::Uuid(*b"0123456789abcdef");
    check!(command(0x1b, b"0123456789abcdef"), LC_UUID, Uuid, value);
    let value = MainCommand {
        entryoff: 0x4000,
        stacksize: 0x1000,
    };
    check!(
        command(0x8000_0028, &longs(&[0x4000, 0x1000])),
        LC_MAIN,
        Main,
        value
    );
    let value = Routines64 {
        init_address: VmAddr::new(1),
        init_module: 2,
    };
    check!(
        command(0x1a, &longs(&[1, 2, 0, 0, 0, 0, 0, 0])),
        LC_ROUTINES_64,
        Routines64,
        value
    );
    check(&command(0xa, &[]), Kind::LC_PREPAGE, "LC_PREPAGE", |view| {
        assert!(matches!(view, V::Other), "{view:?}");
    });
    let mut fixed = longs(&[0xffff_fe00_0700_8000, 0x4000]);
    fixed.extend(words(&[32, 0]));
    let bytes = string_command(0x8000_0035, &fixed, "com.apple.driver.X");
    check(&bytes, Kind::LC_FILESET_ENTRY, "LC_FILESET_ENTRY", |view| {
        let V::FilesetEntry(entry) = view else {
            panic!("{view:?}")
        };
        assert_eq!(entry.vmaddr(), VmAddr::new(0xffff_fe00_0700_8000));
        assert_eq!(entry.file_offset(), FileOffset::new(0x4000));
        assert_eq!(entry.id().unwrap(), "com.apple.driver.X");
    });
}

#[test]
fn threads() {
    for (cmd, kind, name) in [
        (5, Kind::LC_UNIXTHREAD, "LC_UNIXTHREAD"),
        (4, Kind::LC_THREAD, "LC_THREAD"),
    ] {
        let mut bytes = unixthread(0x1234);
        bytes[0] = cmd;
        // A second state, of a flavor that is kept raw.
        bytes.extend(words(&[7, 4, 1, 2, 3, 4]));
        let size = u32::try_from(bytes.len()).unwrap();
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        check(&bytes, kind, name, |view| {
            let V::Thread(states) = view else {
                panic!("{view:?}")
            };
            let states: Vec<_> = states.map(Result::unwrap).collect();
            let registers = states[0].arm64().unwrap().unwrap();
            assert_eq!(registers.x.to_vec(), (0..29).collect::<Vec<u64>>());
            assert_eq!((registers.fp, registers.lr, registers.sp), (29, 30, 31));
            assert_eq!((registers.pc, registers.cpsr), (VmAddr::new(0x1234), 0x3c5));
            assert_eq!(states[1].flavor(), ThreadFlavor::ARM_EXCEPTION_STATE64);
            assert_eq!(states[1].bytes(), words(&[1, 2, 3, 4]));
            assert_eq!(states[1].arm64().unwrap(), None);
            assert_eq!(states.len(), 2);
        });
    }
}

#[test]
fn segments() {
    let sections = [
        support::section("__text", "__TEXT", 0x1000, 4, 0x20, 0x8000_0400),
        support::section("__sixteen_bytes_", "__DATA", 0x1010, 8, 0, 0x12),
    ];
    let bytes = segment("__TEXT", [0x1000, 0x100, 0x20, 0x10], &sections);
    check(&bytes, Kind::LC_SEGMENT_64, "LC_SEGMENT_64", |view| {
        let V::Segment64(segment) = view else {
            panic!("{view:?}")
        };
        assert_eq!(segment.name(), "__TEXT");
        assert_eq!((segment.vmaddr().get(), segment.vmsize()), (0x1000, 0x100));
        assert_eq!(
            (segment.file_offset().get(), segment.filesize()),
            (0x20, 0x10)
        );
        let expected = "VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE";
        assert_eq!(segment.maxprot().to_string(), expected);
        assert_eq!(
            segment.initprot().to_string(),
            "VM_PROT_READ | VM_PROT_EXECUTE"
        );
        assert_eq!(segment.flags().to_string(), "SG_READ_ONLY");
        let sections: Vec<_> = segment.sections().collect();
        assert_eq!(sections[0].name(), "__text");
        assert_eq!(sections[0].kind().to_string(), "S_REGULAR");
        let expected = "S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS";
        assert_eq!(sections[0].attributes().to_string(), expected);
        assert_eq!(sections[0].file_offset(), Some(FileOffset::new(0x20)));
        assert_eq!(sections[0].data().unwrap().len(), 4);
        assert_eq!(sections[1].name(), "__sixteen_bytes_");
        assert_eq!(sections[1].kind().to_string(), "S_THREAD_LOCAL_ZEROFILL");
        assert_eq!(
            (sections[1].file_offset(), sections[1].data().unwrap()),
            (None, &[][..])
        );
    });
}

/// The tables above name each command of the header once; this counts them.
#[test]
fn every_command_has_a_name() {
    let named = (0..0x1000)
        .chain(0x8000_0000..0x8000_1000)
        .filter(|&cmd| Kind(cmd).is_known());
    // loader.h of XNU has 0x1 to 0x35; Xcode's and LLVM's add 0x36 to 0x39; LC_DYLD_INFO has two.
    assert_eq!(named.count(), 0x39 + 1);
}
