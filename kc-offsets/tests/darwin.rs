//! What kernels say of themselves, in every form that XNU's `newvers.pl` writes.
use kc_offsets::{DarwinVersion, KernelCache};
use macho_core::{Mode, Name};
use testkit::macho::{Command, Header, MachFile, Section, Segment};

fn parts(text: &str) -> [String; 7] {
    let version = DarwinVersion::parse(text.as_bytes()).unwrap();
    let or_dash =
        |name: Option<Name<'_>>| name.map_or_else(|| "-".to_owned(), |name| name.to_string());
    [
        version.release.to_string(),
        or_dash(version.date),
        or_dash(version.builder),
        or_dash(version.tree),
        or_dash(version.config),
        or_dash(version.arch),
        or_dash(version.soc),
    ]
}

#[test]
fn every_form() {
    for (text, expected) in [
        (
            "20.6.0: Wed Jun 23 00:26:27 PDT 2021; root:xnu-7195.141.2~5/RELEASE_ARM64_T8101",
            [
                "20.6.0",
                "Wed Jun 23 00:26:27 PDT 2021",
                "root",
                "xnu-7195.141.2~5",
                "RELEASE",
                "ARM64",
                "T8101",
            ],
        ),
        (
            "18.2.0: Thu Jan  9 10:00:00 UTC 2019; root:xnu-4903.242.2~1/RELEASE_ARM64_S8000\0more",
            [
                "18.2.0",
                "Thu Jan  9 10:00:00 UTC 2019",
                "root",
                "xnu-4903.242.2~1",
                "RELEASE",
                "ARM64",
                "S8000",
            ],
        ),
        (
            "25.0.0d3: D; root:xnu-12377.0.0.112.1~9/RELEASE_X86_64",
            [
                "25.0.0d3",
                "D",
                "root",
                "xnu-12377.0.0.112.1~9",
                "RELEASE",
                "X86_64",
                "-",
            ],
        ),
        (
            "23.1.0: D; root:xnu-10002.41.9~6/DEVELOPMENT_X86_64_VMAPPLE",
            [
                "23.1.0",
                "D",
                "root",
                "xnu-10002.41.9~6",
                "DEVELOPMENT",
                "X86_64",
                "VMAPPLE",
            ],
        ),
        (
            "9.5.0: D; root:xnu-1228.5.20~1/RELEASE_I386",
            [
                "9.5.0",
                "D",
                "root",
                "xnu-1228.5.20~1",
                "RELEASE",
                "I386",
                "-",
            ],
        ),
        (
            "24.0.0: D; ann:/Users/ann/src/xnu/BUILD/obj/KASAN_ARM64_VMAPPLE",
            [
                "24.0.0",
                "D",
                "ann",
                "/Users/ann/src/xnu/BUILD/obj",
                "KASAN",
                "ARM64",
                "VMAPPLE",
            ],
        ),
        (
            "24.0.0: D; ann:obj",
            ["24.0.0", "D", "ann", "-", "-", "-", "-"],
        ),
        ("24.0.0: D; ann", ["24.0.0", "D", "-", "-", "-", "-", "-"]),
        ("24.0.0: D", ["24.0.0", "-", "-", "-", "-", "-", "-"]),
        ("24.0.0", ["24.0.0", "-", "-", "-", "-", "-", "-"]),
        (
            "24.0.0: D; a:b/RELEASE",
            ["24.0.0", "D", "a", "b", "-", "-", "-"],
        ),
    ] {
        let parts = parts(&format!("Darwin Kernel Version {text}"));
        assert_eq!(parts, expected, "{text}");
    }
    for none in [
        "",
        "Darwin Kernel Version ",
        "Darwin Kernel Version \0",
        "darwin",
        "Darwin",
    ] {
        assert_eq!(DarwinVersion::parse(none.as_bytes()), None, "{none}");
    }
    // A string without an end is cut.
    let long = ["Darwin Kernel Version ", &"9".repeat(900)].concat();
    let version = DarwinVersion::parse(long.as_bytes()).unwrap();
    assert_eq!(version.text.as_bytes().len(), 512);
}

/// An image whose `__TEXT,__const` is this.
fn kernel(data: &[u8]) -> Vec<u8> {
    let size = data.len() as u64;
    let base = 0xffff_fe00_0700_4000;
    MachFile {
        header: Header::default(),
        commands: vec![Command::Segment(Segment {
            name: "__TEXT".to_owned(),
            vmaddr: base,
            vmsize: 0x4000,
            filesize: 0x1000 + size,
            sections: vec![Section {
                name: "__const".to_owned(),
                segment: "__TEXT".to_owned(),
                addr: base + 0x1000,
                size,
                offset: 0x1000,
                ..Section::default()
            }],
            ..Segment::default()
        })],
        contents: vec![(0x1000, data.to_vec())],
        min_len: 0,
    }
    .build()
}

#[test]
fn the_first_one_is_found() {
    let what =
        b"D Darwin DDarwin Kernel Versio\0@(#)VERSION: Darwin Kernel Version 24.5.0: D; r:t/C_A\0\
                 Darwin Kernel Version 1.0.0: E\0";
    let file = kernel(what);
    let cache = KernelCache::parse_with(&file, Mode::Tolerant).unwrap();
    let version = cache.darwin_version().unwrap();
    assert_eq!(version.text, "Darwin Kernel Version 24.5.0: D; r:t/C_A");
    assert_eq!(version.release, "24.5.0");
    for none in [&b"Darwin Kernel Version"[..], b"D", b"", b"DDDDDDDD"] {
        let file = kernel(none);
        let cache = KernelCache::parse_with(&file, Mode::Tolerant).unwrap();
        assert_eq!(cache.darwin_version(), None);
    }
    // Of a collection only the kernel's own.
    let sample = testkit::kernelcache::sample::fileset().bytes;
    let cache = KernelCache::parse(&sample).unwrap();
    assert_eq!(cache.darwin_version(), None);
}
