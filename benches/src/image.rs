//! The images that are measured: a collection of the size and shape of a real
//! one (301 fileset entries, 14 segments, 107 MB), and one whose segments lie in
//! another order in the file than in memory.
//!
//! Numbers of structures and fields are those of `mach-o/loader.h`.

use std::sync::OnceLock;

use crate::input::Random;

/// Where a macOS arm64 kernel collection is linked.
pub const BASE: u64 = 0xffff_fe00_0700_4000;
/// Images in the collection.
pub const ENTRIES: u64 = 301;
/// Symbols in the collection's symbol table.
pub const SYMBOLS: u32 = 200_000;

/// The page of arm64 kernels, which segments are aligned to.
pub const PAGE: u64 = 0x4000;
/// Nested headers are this far apart in `__PRELINK_TEXT`.
const NESTED_STRIDE: u64 = 0x1_0000;
/// Where symbols start in `__LINKEDIT`.
const SYMOFF_IN_LINKEDIT: u64 = 0x1000;

/// A segment of the measured images.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    name: &'static str,
    sections: u32,
    /// First vmaddr.
    pub vmaddr: u64,
    /// Bytes of memory.
    pub vmsize: u64,
    /// First file offset.
    pub fileoff: u64,
    /// Bytes of the file.
    pub filesize: u64,
}

/// Name, sections, pages: in memory order. 6,528 pages are 107 MB.
const SEGMENTS: [(&str, u32, u64); 14] = [
    ("__TEXT", 0, 8),
    ("__PRELINK_TEXT", 1, 1_300),
    ("__DATA_CONST", 6, 700),
    ("__LATE_CONST", 2, 4),
    ("__DATA_SPTM", 1, 4),
    ("__TEXT_EXEC", 2, 2_600),
    ("__BRANCH_STUBS", 1, 2),
    ("__TEXT_BOOT_EXEC", 1, 2),
    ("__BRANCH_GOTS", 1, 2),
    ("__PRELINK_INFO", 2, 180),
    ("__DATA", 8, 500),
    ("__REGION0", 1, 200),
    ("__REGION1", 1, 126),
    ("__LINKEDIT", 0, 900),
];

/// How the file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageShape {
    /// File order is memory order without gaps: file offset = vmaddr - base.
    Linear,
    /// Segments swapped in the file, gaps in memory, zero-fill tails.
    Scattered,
}

/// An image and what the bench knows about it.
pub struct Image {
    /// The file.
    pub file: Vec<u8>,
    /// Its segments, in memory order.
    pub segments: Vec<Segment>,
}

impl Image {
    /// `count` vmaddrs with bytes in the file: spread over all segments at
    /// random, or ascending from the start of the code.
    #[must_use]
    pub fn vmaddrs(&self, count: u64, random: bool) -> Vec<u64> {
        let total: u64 = self.segments.iter().map(|s| s.filesize).sum();
        let mut source = Random::new();
        (0..count)
            .map(|index| {
                let mut at = if random {
                    source.below(total)
                } else {
                    total / 3 + index * 4
                };
                for segment in &self.segments {
                    if at < segment.filesize {
                        return segment.vmaddr + at;
                    }
                    at -= segment.filesize;
                }
                BASE
            })
            .collect()
    }

    /// The image of `shape`, made once and kept.
    pub fn get(shape: ImageShape) -> &'static Self {
        static LINEAR: OnceLock<Image> = OnceLock::new();
        static SCATTERED: OnceLock<Image> = OnceLock::new();
        match shape {
            ImageShape::Linear => LINEAR.get_or_init(|| build(shape)),
            ImageShape::Scattered => SCATTERED.get_or_init(|| build(shape)),
        }
    }
}

fn place(shape: ImageShape) -> Vec<Segment> {
    let mut vmaddr = BASE;
    let mut segments: Vec<Segment> = SEGMENTS
        .iter()
        .map(|&(name, sections, pages)| {
            let size = pages * PAGE;
            let segment = Segment {
                name,
                sections,
                vmaddr,
                vmsize: size,
                fileoff: vmaddr - BASE,
                filesize: size,
            };
            vmaddr += size;
            if shape == ImageShape::Scattered {
                vmaddr += 3 * PAGE;
            }
            segment
        })
        .collect();
    if shape == ImageShape::Scattered {
        // The header stays first in the file; the rest lies there backwards.
        let mut fileoff = segments[0].filesize;
        for segment in segments.iter_mut().skip(1).rev() {
            segment.fileoff = fileoff;
            fileoff += segment.filesize;
            if segment.name.starts_with("__DATA") || segment.name.starts_with("__REGION") {
                segment.vmsize += 2 * PAGE;
            }
        }
    }
    segments
}

fn build(shape: ImageShape) -> Image {
    let segments = place(shape);
    let size: u64 = segments.iter().map(|s| s.filesize).sum();
    let mut file = vec![0_u8; index(size)];
    let prelink = segments[1];
    let linkedit = segments[segments.len() - 1];

    let (strtab, strx) = strings();
    let symoff = linkedit.fileoff + SYMOFF_IN_LINKEDIT;
    let stroff = symoff + u64::from(SYMBOLS) * 16;
    let mut symbols = Vec::new();
    for (number, strx) in (0_u64..).zip(&strx) {
        symbols.extend_from_slice(&strx.to_le_bytes());
        symbols.extend_from_slice(&[0x0f, 1, 0, 0]); // N_SECT | N_EXT, first section
        symbols.extend_from_slice(&(segments[5].vmaddr + number * 64).to_le_bytes());
    }
    put(&mut file, symoff, &symbols);
    put(&mut file, stroff, &strtab);
    let symtab = command(
        0x2,
        &[low(symoff), SYMBOLS, low(stroff), low(strtab.len() as u64)],
    );

    let mut commands = vec![
        uuid(0),
        build_version(),
        unixthread(segments[7].vmaddr + 0x40),
        symtab.clone(),
        command(0xb, &[0; 18]),
        command(0x8000_0034, &[low(linkedit.fileoff), 0x100]),
    ];
    commands.extend(segments.iter().map(segment_command));
    for entry in 0..ENTRIES {
        let at = entry * NESTED_STRIDE;
        let name = format!("com.example.driver.Number{entry:03}");
        commands.push(fileset_entry(
            prelink.vmaddr + at,
            prelink.fileoff + at,
            &name,
        ));
        let nested = nested(&segments, at, entry, &symtab);
        put(&mut file, prelink.fileoff + at, &nested);
    }
    put(&mut file, 0, &header(0xc, &commands));
    Image { file, segments }
}

/// A kext as it lies in a collection: its segments are slices of the outer ones,
/// its file offsets count from the start of the collection.
fn nested(outer: &[Segment], at: u64, number: u64, symtab: &[u8]) -> Vec<u8> {
    let slice = |index: usize, name, sections, offset, size| Segment {
        name,
        sections,
        vmaddr: outer[index].vmaddr + offset,
        vmsize: size,
        fileoff: outer[index].fileoff + offset,
        filesize: size,
    };
    let linkedit = outer[outer.len() - 1];
    let mut commands: Vec<Vec<u8>> = [
        slice(1, "__TEXT", 3, at, NESTED_STRIDE),
        slice(5, "__TEXT_EXEC", 1, number * 0x2_0000, 0x2_0000),
        slice(2, "__DATA_CONST", 2, number * 0x8000, 0x8000),
        slice(10, "__DATA", 3, number * 0x4000, 0x4000),
        Segment {
            name: "__LINKEDIT",
            ..linkedit
        },
    ]
    .iter()
    .map(segment_command)
    .collect();
    commands.push(symtab.to_vec());
    commands.push(uuid(number + 1));
    commands.push(build_version());
    commands.push(command(0x2a, &[0, 0])); // LC_SOURCE_VERSION
    commands.push(command(0x26, &[low(linkedit.fileoff), 16])); // LC_FUNCTION_STARTS
    header(0xb, &commands)
}

/// Names, and where each starts. Half are as long as those of C functions, the
/// rest as mangled C++ names are, some of them very long.
fn strings() -> (Vec<u8>, Vec<u32>) {
    let mut table = vec![0_u8];
    let mut random = Random::new();
    let strx = (0..SYMBOLS)
        .map(|_| {
            let at = low(table.len() as u64);
            let len = match random.below(10) {
                0..5 => 8 + random.below(28),
                5..9 => 36 + random.below(60),
                _ => 96 + random.below(80),
            };
            table.extend((0..len).map(|_| b'_' + u8::try_from(random.below(28)).unwrap_or(0)));
            table.push(0);
            at
        })
        .collect();
    (table, strx)
}

fn header(filetype: u32, commands: &[Vec<u8>]) -> Vec<u8> {
    let body = commands.concat();
    let mut out = Vec::new();
    for field in [
        0xfeed_facf,
        0x0100_000c,
        0xc000_0002,
        filetype,
        low(commands.len() as u64),
        low(body.len() as u64),
        0,
        0,
    ] {
        out.extend_from_slice(&u32::to_le_bytes(field));
    }
    out.extend_from_slice(&body);
    out
}

/// A command of 32-bit fields.
fn command(cmd: u32, fields: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&cmd.to_le_bytes());
    out.extend_from_slice(&low(8 + 4 * fields.len() as u64).to_le_bytes());
    for field in fields {
        out.extend_from_slice(&field.to_le_bytes());
    }
    out
}

fn uuid(number: u64) -> Vec<u8> {
    command(0x1b, &[low(number), 0x4000_8000, 0x8000_0000, 0x1234_5678])
}

fn build_version() -> Vec<u8> {
    command(0x32, &[1, 0x000f_0000, 0x000f_0200, 0])
}

fn unixthread(pc: u64) -> Vec<u8> {
    let mut fields = vec![0_u32; 70];
    fields[0] = 6; // ARM_THREAD_STATE64
    fields[1] = 68;
    let pc = pc.to_le_bytes();
    fields[66] = u32::from_le_bytes([pc[0], pc[1], pc[2], pc[3]]);
    fields[67] = u32::from_le_bytes([pc[4], pc[5], pc[6], pc[7]]);
    command(0x5, &fields)
}

fn fileset_entry(vmaddr: u64, fileoff: u64, name: &str) -> Vec<u8> {
    let size = (32 + name.len() + 1).next_multiple_of(8);
    let mut out = Vec::new();
    out.extend_from_slice(&0x8000_0035_u32.to_le_bytes());
    out.extend_from_slice(&low(size as u64).to_le_bytes());
    out.extend_from_slice(&vmaddr.to_le_bytes());
    out.extend_from_slice(&fileoff.to_le_bytes());
    out.extend_from_slice(&32_u32.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(name.as_bytes());
    out.resize(size, 0);
    out
}

fn name16(name: &str) -> [u8; 16] {
    let mut out = [0; 16];
    out[..name.len()].copy_from_slice(name.as_bytes());
    out
}

fn segment_command(segment: &Segment) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&0x19_u32.to_le_bytes());
    out.extend_from_slice(&(72 + 80 * segment.sections).to_le_bytes());
    out.extend_from_slice(&name16(segment.name));
    for field in [
        segment.vmaddr,
        segment.vmsize,
        segment.fileoff,
        segment.filesize,
    ] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    for field in [5, 5, segment.sections, 0] {
        out.extend_from_slice(&u32::to_le_bytes(field));
    }
    for number in 0..segment.sections {
        let part = segment.filesize / u64::from(segment.sections);
        let start = part * u64::from(number);
        out.extend_from_slice(&name16(
            ["__text", "__const", "__data"][index(number.into()) % 3],
        ));
        out.extend_from_slice(&name16(segment.name));
        out.extend_from_slice(&(segment.vmaddr + start).to_le_bytes());
        out.extend_from_slice(&part.to_le_bytes());
        out.extend_from_slice(&low(segment.fileoff + start).to_le_bytes());
        out.extend_from_slice(&[0; 28]);
    }
    out
}

fn put(file: &mut [u8], at: u64, bytes: &[u8]) {
    file[index(at)..][..bytes.len()].copy_from_slice(bytes);
}

fn index(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A value that the format keeps in 32 bits; the images are small enough.
fn low(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
