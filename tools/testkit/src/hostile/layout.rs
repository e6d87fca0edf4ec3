//! Offsets that wrap, segments that overlap, counts of 2^32, chains that do not end.

use crate::bytes::{get_u32, index, put};
use crate::constants::{
    LC_DYLD_CHAINED_FIXUPS, LC_FILESET_ENTRY, LC_SYMTAB, LC_UNIXTHREAD, MACOS_BASE,
};
use crate::hostile::attack::Hostile;
use crate::hostile::patch::{FILEOFF, FILESIZE, File, NSECTS, VMADDR, VMSIZE};
use crate::kernelcache::sample;

/// Fields of `dyld_chained_fixups_header`.
const STARTS_OFFSET: usize = 4;
const IMPORTS_COUNT: usize = 16;

/// Patches the sample collection.
fn patched(name: &'static str, patch: impl FnOnce(&mut File)) -> Hostile {
    let mut file = File(sample::fileset().bytes);
    patch(&mut file);
    Hostile {
        name,
        bytes: file.0,
    }
}

/// The sample collection with another number of 64 bits.
fn word(name: &'static str, place: impl FnOnce(&File) -> usize, value: u64) -> Hostile {
    patched(name, |file| file.u64(place(file), value))
}

/// The sample collection with another number of 32 bits.
fn half(name: &'static str, place: impl FnOnce(&File) -> usize, value: u32) -> Hostile {
    patched(name, |file| file.u32(place(file), value))
}

/// Where the table of chains lies.
fn chains(file: &File) -> usize {
    file.get_32(file.command(LC_DYLD_CHAINED_FIXUPS) + 8)
}

/// Where the starts of all segments lie.
fn starts(file: &File) -> usize {
    chains(file) + file.get_32(chains(file) + STARTS_OFFSET)
}

/// Where the starts of the first segment with chains lie.
fn first_starts(file: &File) -> usize {
    let table = starts(file);
    let count = file.get_32(table);
    let offsets = (0..count).map(|number| file.get_32(table + 4 + 4 * number));
    table
        + offsets
            .into_iter()
            .find(|offset| *offset != 0)
            .expect("chains")
}

/// File offset of the slot with this number in ascending order.
fn slot(number: usize) -> usize {
    index(sample::fileset().truth.fixups[number].file_offset)
}

/// The slot's `next`, in units of 4 bytes.
fn next(file: &mut File, slot: usize, next: u64) {
    let word = file.get(slot) & !(0xfff << 51);
    file.u64(slot, word | next << 51);
}

/// A page that starts 30,000 chains, all at its first slot.
fn one_start_many_times(file: &mut File) {
    const COUNT: u16 = 30_000;
    let at = chains(file);
    let segments = starts(file);
    let segment = first_starts(file);
    let first =
        u16::try_from(get_u32(&file.0, segment + 22).expect("starts") & 0xffff).expect("16 bits");
    let mut table = file.0[segment..segment + 22].to_vec();
    put(
        &mut table,
        0,
        &(22 + 2 + 2 * u32::from(COUNT)).to_le_bytes(),
    );
    put(&mut table, 20, &1_u16.to_le_bytes());
    table.extend_from_slice(&0x8001_u16.to_le_bytes());
    for number in 0..COUNT {
        let last = if number + 1 == COUNT { 0x8000 } else { 0 };
        table.extend_from_slice(&(first | last).to_le_bytes());
    }
    // A table of its own at the end of the file, of one segment.
    let mut header = file.0[at..segments].to_vec();
    let count = file.get_32(segments);
    let offset = (4 + 4 * count).next_multiple_of(8);
    let mut image = file.0[segments..segments + 4 + 4 * count].to_vec();
    let place = file.0[segments + 4..]
        .chunks_exact(4)
        .position(|entry| entry != [0; 4]);
    image[4..].fill(0);
    put(
        &mut image,
        4 + 4 * place.expect("chains"),
        &crate::bytes::len32(offset).to_le_bytes(),
    );
    image.resize(offset, 0);
    image.extend_from_slice(&table);
    let end = crate::bytes::len32(header.len() + image.len());
    put(&mut header, 8, &end.to_le_bytes());
    put(&mut header, 12, &end.to_le_bytes());
    let start = file.0.len();
    file.0.extend_from_slice(&header);
    file.0.extend_from_slice(&image);
    let command = file.command(LC_DYLD_CHAINED_FIXUPS);
    file.u32(command + 8, crate::bytes::len32(start));
    file.u32(command + 12, end);
    let linkedit = file.segment("__LINKEDIT");
    let size = crate::bytes::len64(file.0.len()) - file.get(linkedit + FILEOFF);
    file.u64(linkedit + FILESIZE, size);
    file.u64(
        linkedit + VMSIZE,
        size.next_multiple_of(crate::constants::PAGE),
    );
}

pub(super) fn all() -> Vec<Hostile> {
    let mut all = wraps();
    all.extend(overlaps());
    all.extend(counts());
    all.extend(cycles());
    all
}

/// Sums past 2^64.
fn wraps() -> Vec<Hostile> {
    let segment = |name, field, value| word(name, |file| file.segment("__DATA") + field, value);
    let entry = |name, field, value| {
        word(
            name,
            |file| file.commands(LC_FILESET_ENTRY)[1] + field,
            value,
        )
    };
    vec![
        segment("wrap-vmaddr", VMADDR, u64::MAX - 0x3fff),
        segment("wrap-vmsize", VMSIZE, u64::MAX),
        segment("wrap-fileoff", FILEOFF, u64::MAX - 0x3fff),
        segment("wrap-filesize", FILESIZE, u64::MAX),
        entry("wrap-entry-vmaddr", 8, u64::MAX),
        entry("wrap-entry-fileoff", 16, u64::MAX - 15),
        // x0 to x28, fp, lr, sp and then pc, behind cmd, cmdsize, flavor and count.
        word(
            "wrap-pc",
            |file| file.command(LC_UNIXTHREAD) + 16 + 8 * 32,
            u64::MAX - 3,
        ),
        half(
            "wrap-starts-offset",
            |file| chains(file) + STARTS_OFFSET,
            u32::MAX,
        ),
        word(
            "wrap-segment-offset",
            |file| first_starts(file) + 8,
            u64::MAX - 0x3fff,
        ),
    ]
}

/// The same memory or the same bytes twice.
fn overlaps() -> Vec<Hostile> {
    let copy = |name, fields: &'static [usize]| {
        patched(name, |file| {
            let (from, to) = (file.segment("__TEXT_EXEC"), file.segment("__DATA_CONST"));
            for field in fields {
                file.u64(to + field, file.get(from + field));
            }
        })
    };
    vec![
        copy("overlap-memory", &[VMADDR]),
        copy("overlap-file", &[FILEOFF]),
        copy("overlap-both", &[VMADDR, FILEOFF]),
        patched("overlap-everything", |file| {
            let data = file.segment("__DATA");
            file.u64(data + VMADDR, MACOS_BASE);
            file.u64(data + VMSIZE, 1 << 40);
        }),
        patched("overlap-entries", |file| {
            let entries = file.commands(LC_FILESET_ENTRY);
            let (vmaddr, fileoff) = (file.get(entries[1] + 8), file.get(entries[1] + 16));
            file.u64(entries[2] + 8, vmaddr);
            file.u64(entries[2] + 16, fileoff);
        }),
        // An entry that is the collection itself.
        patched("overlap-itself", |file| {
            let entry = file.commands(LC_FILESET_ENTRY)[1];
            file.u64(entry + 8, MACOS_BASE);
            file.u64(entry + 16, 0);
        }),
    ]
}

/// Counts of 2^32 - 1, and of 2^16 - 1 where there is no room for more.
fn counts() -> Vec<Hostile> {
    let max =
        |name, place: fn(&File) -> usize| patched(name, |file| file.u32(place(file), u32::MAX));
    vec![
        max("count-commands", |_| 16),
        max("count-sections", |file| {
            file.segment("__PRELINK_INFO") + NSECTS
        }),
        max("count-thread", |file| file.command(LC_UNIXTHREAD) + 12),
        max("count-chained-segments", starts),
        max("count-imports", |file| chains(file) + IMPORTS_COUNT),
        patched("count-pages", |file| {
            let at = first_starts(file) + 20;
            put(&mut file.0, at, &u16::MAX.to_le_bytes());
        }),
        max("count-symbols", |file| symtab(file) + 12),
        patched("count-one-name", one_name_many_times),
    ]
}

/// The first kext has 30,000 symbols at its first instruction, and they share a name of a quarter
/// of a mebibyte.
fn one_name_many_times(file: &mut File) {
    const COUNT: u32 = 30_000;
    let symtab = symtab(file);
    let kext = &sample::fileset().truth.entries[1];
    let code = kext
        .segments
        .iter()
        .find(|segment| segment.name == "__TEXT_EXEC");
    let value = code.expect("code").vmaddr;
    let old = file.get_32(symtab + 8);
    // The section of a symbol of the same kext that lies there.
    let mut records = file.0[old..].chunks_exact(16);
    let record = records.find(|record| record[8..] == value.to_le_bytes());
    let mut record = record.expect("the first function").to_vec();
    put(&mut record, 0, &1_u32.to_le_bytes());
    let at = file.0.len();
    for _ in 0..COUNT {
        file.0.extend_from_slice(&record);
    }
    let strings = file.0.len();
    file.0.push(0);
    file.0.resize(strings + (1 << 18), b'n');
    file.0.push(0);
    let size = crate::bytes::len32(file.0.len() - strings);
    file.u32(symtab + 8, crate::bytes::len32(at));
    file.u32(symtab + 12, COUNT);
    file.u32(symtab + 16, crate::bytes::len32(strings));
    file.u32(symtab + 20, size);
}

/// The symbol table's command of the first kext.
fn symtab(file: &File) -> usize {
    let entry = file.commands(LC_FILESET_ENTRY)[1];
    let start = index(file.get(entry + 16));
    let commands = crate::mutate::fields::load_commands(&file.0, start);
    let symtab = commands
        .into_iter()
        .find(|(at, _)| get_u32(&file.0, *at) == Some(LC_SYMTAB));
    symtab.expect("a symbol table").0
}

/// Chains that come back, or would.
fn cycles() -> Vec<Hostile> {
    vec![
        patched("chain-into-itself", |file| next(file, slot(1), 1)),
        patched("chain-out-of-page", |file| next(file, slot(1), 0xfff)),
        patched("chain-start-circle", |file| {
            // The page's only start is a list, and the list is that start.
            let at = first_starts(file) + 22;
            put(&mut file.0, at, &0x8000_u16.to_le_bytes());
        }),
        patched("chain-start-past-page", |file| {
            let at = first_starts(file) + 22;
            put(&mut file.0, at, &0x7ffe_u16.to_le_bytes());
        }),
        patched("chain-start-many", one_start_many_times),
    ]
}
