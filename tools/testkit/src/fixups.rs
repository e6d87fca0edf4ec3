//! Chained fixups: pointers encoded as links of a chain, and the table of where chains start.
//!
//! Layouts: XNU `EXTERNAL_HEADERS/mach-o/fixup-chains.h`.

use std::collections::BTreeMap;

use crate::bytes::{Writer, index, len32, put};
use crate::constants::{
    DYLD_CHAINED_PTR_64, DYLD_CHAINED_PTR_64_KERNEL_CACHE, DYLD_CHAINED_PTR_64_OFFSET,
    DYLD_CHAINED_PTR_ARM64E, DYLD_CHAINED_PTR_ARM64E_KERNEL, DYLD_CHAINED_PTR_START_NONE,
    DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE, PAGE,
};
use crate::truth::{Fixup, Segment};

/// How the pointers of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointers {
    /// As plain vmaddrs; signatures are dropped.
    Absolute,
    /// In chains of this `pointer_format`.
    Chained(u16),
    /// In threads that `__TEXT,__thread_starts` lists, slots 4 bytes apart at least.
    Threads,
    /// The same, and a thread goes on in the next segment if that is near enough, which XNU's walk
    /// does not notice.
    ThreadsAcross,
    /// As plain vmaddrs that `LC_DYSYMTAB` lists as local relocations, except those in sections of
    /// non-lazy symbol pointers, which a loader knows by their type; signatures are dropped. Only
    /// of a [`Kernel`](crate::kernelcache::Kernel).
    Relocations,
}

/// Base address that a target is stored relative to, by cache level.
pub type Bases = [u64; 4];

/// Bytes per unit of a format's `next` field.
pub fn stride(format: u16) -> u64 {
    match format {
        DYLD_CHAINED_PTR_ARM64E => 8,
        DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE => 1,
        _ => 4,
    }
}

/// Bytes of a page of chains.
pub fn page_size(format: u16) -> u64 {
    match format {
        DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE => 0x1000,
        _ => PAGE,
    }
}

/// One slot, `next` being the distance to the next slot in strides.
pub fn encode(format: u16, fixup: &Fixup, next: u64, bases: &Bases) -> u64 {
    let base = bases[usize::from(fixup.cache_level)];
    let offset = fixup.target.wrapping_sub(base);
    match format {
        DYLD_CHAINED_PTR_64_KERNEL_CACHE | DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE => {
            assert!(offset < 1 << 30, "formats 8 and 11 reach 1 GiB");
            assert!(next < 1 << 12, "formats 8 and 11 have 12 bits of next");
            let auth = fixup.auth.map_or(0, |auth| {
                1 << 63
                    | u64::from(auth.key) << 49
                    | u64::from(auth.address_diversity) << 48
                    | u64::from(auth.diversity) << 32
            });
            auth | next << 51 | u64::from(fixup.cache_level) << 30 | offset
        }
        DYLD_CHAINED_PTR_ARM64E | DYLD_CHAINED_PTR_ARM64E_KERNEL => {
            assert!(next < 1 << 11, "formats 1 and 7 have 11 bits of next");
            let kernel = format == DYLD_CHAINED_PTR_ARM64E_KERNEL;
            if let Some(auth) = fixup.auth {
                // An authenticated target is always an offset, in 32 bits.
                return 1 << 63
                    | next << 51
                    | u64::from(auth.key) << 49
                    | u64::from(auth.address_diversity) << 48
                    | u64::from(auth.diversity) << 32
                    | offset & 0xffff_ffff;
            }
            let value = if kernel { offset } else { fixup.target };
            next << 51 | (value >> 56) << 43 | value & ((1 << 43) - 1)
        }
        DYLD_CHAINED_PTR_64 | DYLD_CHAINED_PTR_64_OFFSET => {
            let value = if format == DYLD_CHAINED_PTR_64_OFFSET {
                offset
            } else {
                fixup.target
            };
            assert!(next < 1 << 12, "formats 2 and 6 have 12 bits of next");
            next << 51 | (value >> 56) << 36 | value & ((1 << 36) - 1)
        }
        other => panic!("pointer format {other} is not written by testkit"),
    }
}

/// One slot of a static kernel's thread: a signed target counts from the header, in slots of
/// `format`; one without is a whole vmaddr, 43 bits of it and the top byte.
pub fn encode_thread(format: u16, fixup: &Fixup, next: u64, base: u64) -> u64 {
    if fixup.auth.is_some() {
        return encode(format, fixup, next, &[base; 4]);
    }
    let value = fixup.target;
    next << 51 | (value >> 56) << 43 | value & ((1 << 43) - 1)
}

/// Writes every slot into `file`; returns where the chain of each page starts.
///
/// `fixups` are in ascending vmaddr order. The result maps segment index and page number to the
/// first slot's offset in the page.
pub fn write_chains(
    file: &mut [u8],
    segments: &[Segment],
    fixups: &[Fixup],
    format: u16,
    bases: &Bases,
) -> BTreeMap<(usize, u64), u16> {
    let mut starts = BTreeMap::new();
    let page_size = page_size(format);
    let page_of = |fixup: &Fixup| {
        let number = segments
            .iter()
            .position(|s| fixup.vmaddr >= s.vmaddr && fixup.vmaddr - s.vmaddr < s.vmsize)
            .expect("every slot lies in a segment");
        (number, (fixup.vmaddr - segments[number].vmaddr) / page_size)
    };
    for (number, fixup) in fixups.iter().enumerate() {
        let page = page_of(fixup);
        let within = (fixup.vmaddr - segments[page.0].vmaddr) % page_size;
        let within = u16::try_from(within).expect("a page is below 64 KiB");
        starts.entry(page).or_insert(within);
        let next = fixups
            .get(number + 1)
            .filter(|next| page_of(next) == page)
            .map_or(0, |next| {
                let bytes = next.vmaddr - fixup.vmaddr;
                assert!(bytes >= 8 && bytes % stride(format) == 0, "slots overlap");
                bytes / stride(format)
            });
        let word = encode(format, fixup, next, bases);
        put(file, index(fixup.file_offset), &word.to_le_bytes());
    }
    starts
}

/// The `LC_DYLD_CHAINED_FIXUPS` payload without imports.
///
/// `header_vmaddr` is the mach header's; `segment_offset` counts from it and wraps where a
/// segment lies before it.
pub fn payload(
    segments: &[Segment],
    starts: &BTreeMap<(usize, u64), u16>,
    format: u16,
    header_vmaddr: u64,
) -> Vec<u8> {
    const HEADER: u32 = 32;
    let mut image = Writer::new();
    let mut records = Writer::new();
    let table = 4 + 4 * segments.len();
    let first_record = table.next_multiple_of(8);
    image.u32(len32(segments.len()));
    for (number, segment) in segments.iter().enumerate() {
        let pages: Vec<(u64, u16)> = starts
            .range((number, 0)..(number + 1, 0))
            .map(|((_, page), start)| (*page, *start))
            .collect();
        let Some((last, _)) = pages.last() else {
            image.u32(0);
            continue;
        };
        records.align(8);
        image.u32(len32(first_record + records.len()));
        let count = last + 1;
        let size = 22 + 2 * count;
        records
            .u32(u32::try_from(size).expect("few pages"))
            .u16(u16::try_from(page_size(format)).expect("16 KiB"))
            .u16(format)
            .u64(segment.vmaddr.wrapping_sub(header_vmaddr))
            .u32(0)
            .u16(u16::try_from(count).expect("at most 65535 pages"));
        let by_page: BTreeMap<u64, u16> = pages.into_iter().collect();
        for page in 0..count {
            records.u16(
                by_page
                    .get(&page)
                    .copied()
                    .unwrap_or(DYLD_CHAINED_PTR_START_NONE),
            );
        }
    }
    image.align(8).bytes(records.as_bytes());
    let end = HEADER + len32(image.len());
    let mut out = Writer::new();
    // fixups_version, starts_offset, imports_offset, symbols_offset, imports_count,
    // imports_format, symbols_format, then padding to 8.
    out.u32(0)
        .u32(HEADER)
        .u32(end)
        .u32(end)
        .u32(0)
        .u32(1)
        .u32(0)
        .u32(0);
    out.bytes(image.as_bytes()).align(8);
    out.into_bytes()
}
