//! Small files to start fuzzing from, by target.

use crate::classic::firmware::{Firmware, Space, Starts};
use crate::classic::{self, Counts};
use crate::constants::{
    CPU_SUBTYPE_ARM64E_KERNEL, CPU_TYPE_ARM64, CPU_TYPE_X86_64, LC_CODE_SIGNATURE,
};
use crate::hostile;
use crate::img4::{self, Im4p};
use crate::kernelcache::sample;
use crate::macho::every::{self, Make};
use crate::macho::fat;
use crate::macho::{Command, Header, MachFile, Section, Segment};

/// A seed: name and contents.
pub type Seed = (String, Vec<u8>);

/// Mach-O files of a few KiB, one of each make, and one fat file of each width.
pub fn macho() -> Vec<Seed> {
    let tiny = sample::tiny().bytes;
    let slices = [
        fat::Slice {
            cputype: CPU_TYPE_X86_64,
            cpusubtype: 3,
            align: 4,
            bytes: vec![0xcc; 48],
        },
        fat::Slice {
            cputype: CPU_TYPE_ARM64,
            cpusubtype: CPU_SUBTYPE_ARM64E_KERNEL,
            align: 4,
            bytes: tiny.clone(),
        },
    ];
    let mut m1n1 = sample::m1n1().bytes;
    // The header and segments are what matters; the file may end early in this shape.
    m1n1.truncate(0x600);
    [
        ("every", every::build(Make::Everything)),
        ("executable", every::build(Make::Executable)),
        ("kernel", every::build(Make::Kernel)),
        ("library", every::build(Make::Library)),
        ("tiny", tiny),
        ("m1n1", m1n1),
        ("fat32", fat::wrap(&slices, false).0),
        ("fat64", fat::wrap(&slices, true).0),
        ("signed", signed()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

/// Images with fixups of every mechanism.
pub fn fixups() -> Vec<Seed> {
    let classic = [
        ("opcodes", classic::opcodes()),
        ("kext", classic::relocations(Counts::Kext)),
        ("kernel", classic::relocations(Counts::Kernel)),
        ("threads-8", classic::threads(8)),
        ("threads-4", classic::threads(4)),
        ("firmware", classic::firmware()),
        ("threaded-binds", classic::threaded_binds()),
    ];
    let classic = classic.map(|(name, built)| (name.to_owned(), built.bytes));
    let chained = (1..=14).map(|format| {
        let name = format!("chained-{format}");
        (name, classic::chained::chained(format).bytes)
    });
    let sections = [
        ("chain-starts", Starts::Chains(1, Space::File)),
        ("chain-fixups", Starts::Table),
        ("rebase-info", Starts::Runs),
    ];
    let sections = sections.map(|(name, starts)| {
        let mut firmware = Firmware::new(starts);
        firmware.base = 0x10_0000;
        firmware.slots = (0..4).map(|n| (0, 8 * n, 0x4000, None)).collect();
        (name.to_owned(), firmware.build().bytes)
    });
    let all = chains().into_iter().chain(classic);
    all.chain(chained).chain(sections).collect()
}

/// A small collection with chained fixups, once for each pointer format. Only format 8 is what the
/// slots were written for; the others read them as something else.
fn chains() -> Vec<Seed> {
    let tiny = sample::tiny().bytes;
    // page_size 0x4000 and format 8 of each dyld_chained_starts_in_segment.
    let starts = [0x00, 0x40, 0x08, 0x00];
    let places: Vec<usize> = (0..tiny.len() - 4)
        .filter(|&at| tiny[at..at + 4] == starts)
        .collect();
    assert!(!places.is_empty(), "the collection has chains");
    (1..=14_u8)
        .map(|format| {
            let mut bytes = tiny.clone();
            for &at in &places {
                bytes[at + 2] = format;
            }
            (format!("format-{format}"), bytes)
        })
        .collect()
}

/// The property lists of the sample's kernelcaches.
pub fn prelink_info() -> Vec<Seed> {
    [
        ("collection", sample::auxiliary()),
        ("prelinked", sample::prelinked()),
    ]
    .into_iter()
    .map(|(name, built)| {
        let segment = built.truth.segments.iter();
        let info = segment
            .clone()
            .find(|segment| segment.name == "__PRELINK_INFO")
            .expect("both have kexts");
        let start = crate::bytes::index(info.file_offset);
        let list = built.bytes[start..].split_inclusive(|byte| *byte == 0);
        (name.to_owned(), list.take(1).flatten().copied().collect())
    })
    .collect()
}

/// IMG4 files of every codec around a small payload, and their parts alone.
pub fn img4() -> Vec<Seed> {
    let payload = &sample::tiny().bytes[..0x400];
    let plain = Im4p::stored("krnl", payload);
    let mut described = Im4p::lzfse("krnl", payload);
    "a description".clone_into(&mut described.description);
    let mut encrypted = Im4p::stored("krnl", payload);
    encrypted.keybags = vec![(1, vec![1; 16], vec![2; 32]), (2, vec![3; 16], vec![4; 32])];
    let whole = img4::signed_like(&plain);
    let manifest = img4::Im4m::covering("krnl", &[7; 48]).build();
    let nonce = img4::im4r(&[img4::property("BNCN", &img4::octets(&[9; 8]))]);
    [
        ("stored", plain.build()),
        ("lzfse", described.build()),
        ("lzss", Im4p::lzss("krnl", payload).build()),
        ("lzvn", Im4p::lzvn("krnl", payload).build()),
        ("encrypted", encrypted.build()),
        ("whole", whole),
        (
            "restore",
            img4::img4(&plain.build(), Some(&manifest), Some(&nonce)),
        ),
        ("manifest", manifest),
        ("im4r", nonce),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

/// Compressed streams without a container: LZFSE, and the two behind a comp header.
pub fn streams() -> Vec<Seed> {
    let text = b"To be, or not to be, that is the question: whether 'tis nobler ".repeat(30);
    let code = sample::object(sample::KERNEL).sections[0].data.clone();
    let mut out = Vec::new();
    for (name, data) in [
        ("text", text.as_slice()),
        ("code", code.as_slice()),
        ("few", b"abc"),
    ] {
        out.push((format!("lzfse-{name}"), img4::lzfse(data)));
        out.push((format!("lzss-{name}"), Im4p::lzss("krnl", data).data));
        out.push((format!("lzvn-{name}"), Im4p::lzvn("krnl", data).data));
    }
    out
}

/// Instruction words, little-endian: the sample's code, one function a seed.
pub fn words() -> Vec<Seed> {
    [
        ("kernel", sample::KERNEL),
        ("alpha", sample::ALPHA),
        ("beta", sample::BETA),
    ]
    .into_iter()
    .flat_map(|(name, table)| {
        let code = sample::object(table).sections[0].data.clone();
        let parts: Vec<Vec<u8>> = code.chunks(256).map(<[u8]>::to_vec).collect();
        parts
            .into_iter()
            .enumerate()
            .map(move |(n, part)| (format!("{name}-{n}"), part))
    })
    .collect()
}

/// Lines of assembly in three syntaxes, one of each shape a seed.
pub fn lines() -> Vec<Seed> {
    const LINES: [&str; 24] = [
        "add x0, x1, #0x123, lsl #12",
        "sub w3, wsp, w4, uxth #2",
        "orr x9, xzr, #0xff00ff00ff00ff00",
        "ldp x29, x30, [sp], #16",
        "str q0, [x1, w2, sxtw #4]",
        "ldr x0, [x1, #8]!",
        "b.ne 0xfffffe0007004010",
        "tbnz x5, #33, 0xfffffe0007004000",
        "msr daifset, #0xf",
        "mrs x0, S3_0_C15_C0_0",
        "fmov d0, #1.50000000",
        "fmla v0.4s, v1.4s, v2.s[1]",
        "fmla.4s v0, v1, v2[1]",
        "ld4 { v0.h, v1.h, v2.h, v3.h }[3], [x0], x1",
        "tbl.16b v0, { v1, v2 }, v3",
        "add z0.s, p0/m, z0.s, z1.s",
        "ld1w { z0.d }, p3/z, [x0, z1.d, lsl #2]",
        "whilelo p0.b, x1, x2",
        "fmopa za0.s, p0/m, p1/m, z0.s, z1.s",
        "smstart za",
        "casp x0, x1, x2, x3, [x4]",
        "ccmp x0, #5, #2, ge",
        "_, mov x20, #_",
        "isb; dsb sy; dmb #3",
    ];
    (0..)
        .zip(LINES)
        .map(|(number, line): (u32, _)| (format!("line-{number}"), line.as_bytes().to_vec()))
        .collect()
}

/// Calls of constructors: which one is tried does not matter, their registers and numbers do.
pub fn calls() -> Vec<Seed> {
    let call = |head: [u8; 4], pc: u64, target: u64| {
        let mut bytes = head.to_vec();
        bytes.extend([0; 4]);
        bytes.extend(pc.to_le_bytes());
        bytes.extend(target.to_le_bytes());
        bytes
    };
    let pc = 0xffff_fe00_0700_4000;
    vec![
        ("near".to_owned(), call([1, 2, 0x83, 0], pc, pc + 0x40)),
        ("far".to_owned(), call([2, 31, 31, 0], pc, pc + 0x70_0000)),
        (
            "small".to_owned(),
            call([15, 0x40, 0xc1, 8], 0x888, 0xffff_1234),
        ),
    ]
}

/// Calls of the C interface, and the file that they are about.
pub fn capi() -> Vec<Seed> {
    let case = |calls: &[u8], file: &[u8]| {
        let mut bytes = vec![u8::try_from(calls.len()).unwrap_or(15)];
        for (number, which) in (0_u64..).zip(calls) {
            bytes.extend([*which, 0]);
            bytes.extend((number * 0x4000).to_le_bytes());
            bytes.extend(0x4000_u64.to_le_bytes());
        }
        bytes.extend(file);
        bytes
    };
    let words = [0x8b02_0020_u32, 0xd65f_03c0]
        .map(u32::to_le_bytes)
        .concat();
    let mut seeds = vec![("words".to_owned(), case(&[0, 1, 13], &words))];
    seeds.extend(macho().into_iter().map(|(name, file)| {
        let calls = [5, 7, 8, 9, 10, 11, 12, 14, 15];
        (format!("macho-{name}"), case(&calls, &file))
    }));
    seeds.extend(
        img4()
            .into_iter()
            .map(|(name, file)| (format!("img4-{name}"), case(&[2, 3, 4], &file))),
    );
    seeds
}

/// Bytes of a command line before its text and the file: which one, options, two numbers, and how
/// many bytes the text has.
pub const KC_HEAD: usize = 19;

/// Command lines, and the files that they are about.
pub fn kc() -> Vec<Seed> {
    let mut files = macho();
    files.extend(fixups());
    files.extend(img4());
    files.extend([
        ("binds".to_owned(), hostile::binds_of_one_name(40, 600)),
        ("exports".to_owned(), hostile::exports_of_one_name(0x400)),
        (
            "shared".to_owned(),
            hostile::sharing::function_starts(30, 0x2000),
        ),
    ]);
    let texts: [&[u8]; 5] = [
        "org.example.\u{202e}alpha".as_bytes(),
        b"org.example.alpha",
        b"ret",
        b"at offset 0: bytes cf -> cf\nfind asm ret -> nop\n",
        b"_",
    ];
    let address = 0xffff_fe00_0700_4000_u64;
    // Each command line twice, and each file; the images of a collection as JSON, and the functions
    // of the last one.
    let tiny = files.iter().position(|(name, _)| name == "tiny");
    let tiny = tiny.expect("one of the files");
    let last = files.len() - 1;
    (0..43_u8)
        .chain(0..43)
        .zip(files.iter().cycle())
        .zip(
            [0; 43]
                .into_iter()
                .chain([1, 2, 4, 8, 16].into_iter().cycle()),
        )
        .chain([((4, &files[tiny]), 1), ((10, &files[last]), 1)])
        .enumerate()
        .map(|(number, ((command, (name, file)), options))| {
            let text = texts[number % texts.len()];
            let mut bytes = vec![command, options];
            bytes.extend(address.to_le_bytes());
            bytes.extend(0x8000_u64.to_le_bytes());
            bytes.push(u8::try_from(text.len()).expect("short"));
            assert_eq!(bytes.len(), KC_HEAD);
            bytes.extend(text);
            bytes.extend(file);
            (format!("{number}-{name}"), bytes)
        })
        .collect()
}

/// Which library, a number, and bytes.
pub fn probes() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let lists = [macho(), fixups(), img4(), streams(), words(), lines()];
    for (list, files) in lists.into_iter().enumerate() {
        for (name, file) in files {
            let libraries: &[u8] = match list {
                0 | 1 => &[0, 1],
                2 | 3 => &[2],
                _ => &[3],
            };
            // An address, and the slide and physical address at which everything can be loaded.
            for number in [0xffff_fe00_0700_4000_u64, 0] {
                for &library in libraries {
                    let mut bytes = vec![library];
                    bytes.extend(number.to_le_bytes());
                    bytes.extend(&file);
                    seeds.push((format!("{library}-{list}-{number:x}-{name}"), bytes));
                }
            }
        }
    }
    seeds
}

/// A kernel that says which it is, with a C string and a code signature.
fn signed() -> Vec<u8> {
    const BASE: u64 = 0xffff_fe00_0700_4000;
    let version = b"Darwin Kernel Version 24.5.0: D; root:xnu-1~2/RELEASE_ARM64_T6000\0text\0";
    // The index: version 0x20400, one hash of 32 bytes at 92, the identifier at 88, the team at 90.
    let mut directory = Vec::new();
    for word in [
        0xfade_0c02_u32,
        124,
        0x2_0400,
        0,
        92,
        88,
        0,
        1,
        0x4000,
        0x2002_000c,
        0,
        0,
        90,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ] {
        directory.extend(word.to_be_bytes());
    }
    directory.extend(b"a\0T\0");
    directory.extend([7; 32]);
    let mut signature = Vec::new();
    for word in [0xfade_0cc0_u32, 20 + 124, 1, 0, 20] {
        signature.extend(word.to_be_bytes());
    }
    signature.extend(directory);
    let section = |name: &str, start: u32, size: u64, flags: u32| Section {
        name: name.to_owned(),
        segment: "__TEXT".to_owned(),
        addr: BASE + u64::from(start),
        size,
        offset: start,
        flags,
        ..Section::default()
    };
    let text = Segment {
        name: "__TEXT".to_owned(),
        vmaddr: BASE,
        vmsize: 0x4000,
        filesize: 0x900,
        sections: vec![
            section("__const", 0x400, 67, 0),
            section("__cstring", 0x443, 5, 2),
        ],
        ..Segment::default()
    };
    MachFile {
        header: Header::default(),
        commands: vec![
            Command::Segment(text),
            Command::LinkeditData {
                cmd: LC_CODE_SIGNATURE,
                dataoff: 0x800,
                datasize: 144,
            },
        ],
        contents: vec![(0x400, version.to_vec()), (0x800, signature)],
        min_len: 0x900,
    }
    .build()
}
