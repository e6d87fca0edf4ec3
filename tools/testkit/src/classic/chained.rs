//! One image for each `pointer_format`, with all that the format can say.
//!
//! Layouts: dyld `include/mach-o/fixup-chains.h`.

use crate::bytes::{Writer, len32};
use crate::classic::draft::{BASE, Becomes, Classic, DATA, Draft, Import};
use crate::classic::thread::AUTH;
use crate::constants as c;
use crate::macho::{Command, Header};
use crate::object::Auth;

/// Bytes of a page; four pages are `__DATA`.
const PAGE: u64 = 0x1000;
/// A base that 26 bits hold, for the 32-bit formats.
const LOW_BASE: u64 = 0x10_0000;

/// What is written into a slot: an offset from the base, or the number of an import.
#[derive(Clone, Copy)]
enum What {
    Pointer(u64, Option<Auth>),
    Bind(u64, i64, Option<Auth>),
}

/// Bits of a signature where most formats have them.
fn signature(auth: Auth) -> u64 {
    1 << 63
        | u64::from(auth.key) << 49
        | u64::from(auth.address_diversity) << 48
        | u64::from(auth.diversity) << 32
}

/// The slot; `None` where the format cannot say this.
fn encode(format: u16, what: What, next: u64, base: u64) -> Option<u64> {
    Some(match (format, what) {
        (1 | 7 | 9 | 10 | 12, What::Pointer(offset, Some(auth))) => {
            signature(auth) | next << 51 | offset
        }
        (1 | 2 | 10, What::Pointer(offset, None)) => next << 51 | (base + offset),
        (6 | 7 | 9 | 12, What::Pointer(offset, None)) => next << 51 | offset,
        (1 | 7 | 9 | 10 | 12, What::Bind(number, addend, None)) => {
            let addend = u64::from_le_bytes(addend.to_le_bytes()) & 0x7_ffff;
            1 << 62 | next << 51 | addend << 32 | number
        }
        (1 | 7 | 9 | 10 | 12, What::Bind(number, 0, Some(auth))) => {
            signature(auth) | 1 << 62 | next << 51 | number
        }
        (2 | 6, What::Bind(number, addend @ 0..=0xff, None)) => {
            1 << 63 | next << 51 | addend.unsigned_abs() << 24 | number
        }
        (3 | 5, What::Pointer(offset, None)) => next << 26 | (base + offset),
        (3, What::Bind(number, addend @ 0..=0x3f, None)) => {
            1 << 31 | next << 26 | addend.unsigned_abs() << 20 | number
        }
        (4, What::Pointer(offset, None)) => next << 30 | offset,
        (8 | 11, What::Pointer(offset, auth)) => auth.map_or(0, signature) | next << 51 | offset,
        (13, What::Pointer(offset, Some(auth))) => {
            1 << 63
                | next << 52
                | u64::from(auth.key >> 1) << 51
                | u64::from(auth.address_diversity) << 50
                | u64::from(auth.diversity) << 34
                | offset
        }
        (13, What::Pointer(offset, None)) => next << 52 | offset,
        // The target is in __TEXT, segment 0, or in __DATA, segment 1.
        (14, What::Pointer(offset, auth)) => {
            let (segment, offset) = if offset < DATA {
                (0, offset)
            } else {
                (1, offset - DATA)
            };
            auth.map_or(0, signature) | next << 51 | segment << 28 | offset
        }
        _ => return None,
    })
}

/// Bytes that a unit of `next` stands for.
fn stride(format: u16) -> u64 {
    match format {
        1 | 9 | 12 | 13 => 8,
        11 => 1,
        _ => 4,
    }
}

/// An import's name, ordinal of its library, whether it may be missing, and its addend.
const IMPORTS: [(&str, u8, bool, i32); 2] = [("_one", 1, false, 0), ("_two", 2, true, -16)];

/// `imports_format`, the table, and the names.
fn imports(format: u32) -> (Vec<u8>, Vec<u8>) {
    let (mut table, mut names) = (Writer::new(), Writer::new());
    names.u8(0);
    for (name, library, weak, addend) in IMPORTS {
        let at = len32(names.len());
        names.cstr(name);
        if format == 3 {
            let bits = u64::from(library) | u64::from(weak) << 16 | u64::from(at) << 32;
            table.u64(bits).bytes(&i64::from(addend).to_le_bytes());
        } else {
            table.u32(u32::from(library) | u32::from(weak) << 8 | at << 9);
            if format == 2 {
                table.bytes(&addend.to_le_bytes());
            }
        }
    }
    (table.into_bytes(), names.into_bytes())
}

/// Slots of this format: a page with one chain, one without, one with three, and the last. The table
/// of segments is shorter than the image's.
pub fn chained(format: u16) -> Classic {
    let is_short = matches!(format, 3..=5);
    let base = if is_short { LOW_BASE } else { BASE };
    let mut draft = Draft::library();
    draft.base = base;
    let imports_format = 1 + u32::from(format % 3);
    let everything = [
        What::Pointer(0x1230, None),
        What::Pointer(DATA + 8, AUTH),
        What::Bind(0, 0, None),
        What::Bind(1, 0x21, None),
        What::Bind(1, -3, None),
        What::Bind(1, 0, AUTH),
        What::Pointer(0, None),
    ];
    let chain: Vec<What> = everything
        .into_iter()
        .filter(|what| encode(format, *what, 0, base).is_some())
        .collect();
    // Page, then where each of its chains starts.
    let pages: [(u64, &[u64]); 3] = [(0, &[0]), (2, &[0x10, 0x400, 0xf00]), (3, &[0xf80])];
    let units = 8 / stride(format);
    let mut slots = Vec::new();
    for (page, starts) in pages {
        for start in starts {
            for (number, what) in chain.iter().enumerate() {
                let offset = page * PAGE + start + 8 * number as u64;
                let next = if number + 1 == chain.len() { 0 } else { units };
                let raw = encode(format, *what, next, base).expect("it was asked before");
                if is_short {
                    draft.write_short(offset, raw);
                } else {
                    draft.write(offset, raw);
                }
                slots.push(draft.slot("chained", offset, becomes(*what, base, imports_format)));
            }
        }
    }
    let payload = payload(format, imports_format, &pages);
    let (dataoff, datasize) = draft.table(&payload);
    draft.commands.push(Command::LinkeditData {
        cmd: c::LC_DYLD_CHAINED_FIXUPS,
        dataoff,
        datasize,
    });
    if matches!(format, 1 | 7..=10 | 12..) {
        draft.header = Header {
            cpusubtype: 2,
            ..draft.header
        };
    }
    draft.symtab(&[], None);
    draft.build(slots)
}

fn becomes(what: What, base: u64, imports_format: u32) -> Becomes {
    match what {
        What::Pointer(offset, auth) => Becomes::Pointer(base + offset, auth),
        What::Bind(number, addend, _) => {
            let (name, library, weak, own) = IMPORTS[usize::from(number != 0)];
            let own = if imports_format == 1 { 0 } else { own };
            Becomes::Import(Import {
                name: name.to_owned(),
                library: library.into(),
                weak,
                addend: addend + i64::from(own),
            })
        }
    }
}

/// What `LC_DYLD_CHAINED_FIXUPS` points at.
fn payload(format: u16, imports_format: u32, pages: &[(u64, &[u64]); 3]) -> Vec<u8> {
    let (table, names) = imports(imports_format);
    // dyld_chained_starts_in_segment: four pages, then the list of the third.
    let mut starts = Writer::new();
    let mut words = [c::DYLD_CHAINED_PTR_START_NONE; 4].to_vec();
    for (page, list) in pages {
        let page = crate::bytes::index(*page);
        let start = |at: &u64| u16::try_from(*at).expect("in a page");
        if let [only] = list {
            words[page] = start(only);
            continue;
        }
        let first = u16::try_from(words.len()).expect("few");
        words[page] = c::DYLD_CHAINED_PTR_START_MULTI | first;
        words.extend(list.iter().map(start));
        *words.last_mut().expect("a list") |= c::DYLD_CHAINED_PTR_START_LAST;
    }
    starts
        .u32(22 + 2 * len32(words.len()))
        .u16(u16::try_from(PAGE).expect("4 KiB"))
        .u16(format)
        .u64(DATA)
        .u32(if matches!(format, 3..=5) {
            0x03f0_0000
        } else {
            0
        })
        .u16(4);
    for word in words {
        starts.u16(word);
    }
    starts.align(8);
    // Header, dyld_chained_starts_in_image with two of three segments, the starts, imports, names.
    let starts_offset = 32;
    let imports_offset = starts_offset + 16 + len32(starts.len());
    let symbols_offset = imports_offset + len32(table.len());
    let mut out = Writer::new();
    for word in [
        0,
        starts_offset,
        imports_offset,
        symbols_offset,
        len32(IMPORTS.len()),
        imports_format,
        0,
        0,
    ] {
        out.u32(word);
    }
    out.u32(2).u32(0).u32(16).u32(0);
    out.bytes(starts.as_bytes())
        .bytes(&table)
        .bytes(&names)
        .align(8);
    out.into_bytes()
}
