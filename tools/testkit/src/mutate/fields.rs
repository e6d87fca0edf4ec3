//! Finds the numbers in a Mach-O that a reader trusts: sizes, counts, offsets, addresses, links.
//!
//! The finder is itself careful: it works on whatever it is given and stops where the file stops.

use crate::bytes::{get_u32, get_u64, index};
use crate::constants as c;

/// What a number is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A magic number or an identifier of a format.
    Magic,
    /// Which kind of structure follows.
    Kind,
    /// A size in bytes.
    Size,
    /// A number of items.
    Count,
    /// A file offset, or an offset within a structure.
    Offset,
    /// A vmaddr.
    Address,
    /// A slot of a fixup chain, or where a chain starts.
    Link,
    /// Anything else.
    Other,
}

/// A number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its first byte.
    pub offset: usize,
    /// 1, 2, 4 or 8 bytes.
    pub width: usize,
    /// What it is used for.
    pub role: Role,
    /// Whether it is big-endian.
    pub big: bool,
}

impl Field {
    /// The value in `bytes`; `None` where they end before it.
    pub fn read(&self, bytes: &[u8]) -> Option<u64> {
        let raw = bytes.get(self.offset..self.offset.checked_add(self.width)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.big {
            raw.iter().fold(0, fold)
        } else {
            raw.iter().rev().fold(0, fold)
        })
    }

    /// Writes the low bytes of `value`; does nothing where the field is cut off.
    pub fn write(&self, bytes: &mut [u8], value: u64) {
        let end = self.offset.saturating_add(self.width);
        let Some(raw) = bytes.get_mut(self.offset..end) else {
            return;
        };
        let le = value.to_le_bytes();
        for (number, byte) in raw.iter_mut().enumerate() {
            *byte = le[if self.big {
                self.width - 1 - number
            } else {
                number
            }];
        }
    }
}

/// All fields of a Mach-O or fat file, nested images included; empty for other files.
pub fn find(bytes: &[u8]) -> Vec<Field> {
    let mut out = Vec::new();
    match get_u32(bytes, 0) {
        Some(c::MH_MAGIC_64) => image(bytes, 0, &mut out, 1),
        Some(magic) if magic.swap_bytes() == c::FAT_MAGIC => fat(bytes, 20, &mut out),
        Some(magic) if magic.swap_bytes() == c::FAT_MAGIC_64 => fat(bytes, 32, &mut out),
        _ => {}
    }
    out.retain(|field| field.offset + field.width <= bytes.len());
    out
}

/// Start and size of each load command of the image at `start`.
pub fn load_commands(bytes: &[u8], start: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    if get_u32(bytes, start) != Some(c::MH_MAGIC_64) {
        return out;
    }
    let count = get_u32(bytes, start + 16).unwrap_or(0);
    let mut at = start + 32;
    for _ in 0..count.min(4096) {
        let Some(size) = get_u32(bytes, at + 4) else {
            break;
        };
        let size = index(u64::from(size));
        if size < 8 || at + size > bytes.len() {
            break;
        }
        out.push((at, size));
        at += size;
    }
    out
}

fn le(offset: usize, width: usize, role: Role) -> Field {
    Field {
        offset,
        width,
        role,
        big: false,
    }
}

fn fat(bytes: &[u8], record: usize, out: &mut Vec<Field>) {
    let be = |offset, width, role| Field {
        offset,
        width,
        role,
        big: true,
    };
    out.push(be(0, 4, Role::Magic));
    out.push(be(4, 4, Role::Count));
    let count = be(4, 4, Role::Count).read(bytes).map_or(0, index).min(16);
    let wide = if record == 32 { 8 } else { 4 };
    for number in 0..count {
        let at = 8 + number * record;
        out.push(be(at, 4, Role::Kind));
        out.push(be(at + 4, 4, Role::Other));
        let offset = be(at + 8, wide, Role::Offset);
        out.push(offset);
        out.push(be(at + 8 + wide, wide, Role::Size));
        out.push(be(at + 8 + 2 * wide, 4, Role::Other));
        if let Some(start) = offset.read(bytes) {
            image(bytes, index(start), out, 0);
        }
    }
}

/// The fields of one image; `depth` is how many levels of nested images to follow.
fn image(bytes: &[u8], start: usize, out: &mut Vec<Field>, depth: u32) {
    if get_u32(bytes, start) != Some(c::MH_MAGIC_64) {
        return;
    }
    out.push(le(start, 4, Role::Magic));
    out.push(le(start + 4, 4, Role::Other));
    out.push(le(start + 8, 4, Role::Other));
    out.push(le(start + 12, 4, Role::Kind));
    out.push(le(start + 16, 4, Role::Count));
    out.push(le(start + 20, 4, Role::Size));
    for (at, size) in load_commands(bytes, start) {
        out.push(le(at, 4, Role::Kind));
        out.push(le(at + 4, 4, Role::Size));
        let kind = get_u32(bytes, at).unwrap_or(0);
        command(bytes, kind, at, size, out);
        if kind == c::LC_FILESET_ENTRY && depth > 0 {
            if let Some(nested) = get_u64(bytes, at + 16) {
                image(bytes, index(nested), out, depth - 1);
            }
        }
    }
}

fn command(bytes: &[u8], kind: u32, at: usize, size: usize, out: &mut Vec<Field>) {
    use Role::{Address, Count, Offset, Other, Size};
    match kind {
        c::LC_SEGMENT_64 => {
            for (offset, role) in [(24, Address), (32, Size), (40, Offset), (48, Size)] {
                out.push(le(at + offset, 8, role));
            }
            out.push(le(at + 64, 4, Count));
            out.push(le(at + 68, 4, Other));
            let count = get_u32(bytes, at + 64).unwrap_or(0).min(256);
            for number in 0..index(u64::from(count)) {
                let section = at + 72 + 80 * number;
                out.push(le(section + 32, 8, Address));
                out.push(le(section + 40, 8, Size));
                out.push(le(section + 48, 4, Offset));
                out.push(le(section + 52, 4, Other));
                out.push(le(section + 56, 4, Offset));
                out.push(le(section + 60, 4, Count));
                out.push(le(section + 64, 4, Role::Kind));
            }
        }
        c::LC_THREAD | c::LC_UNIXTHREAD => {
            out.push(le(at + 8, 4, Role::Kind));
            out.push(le(at + 12, 4, Count));
            out.push(le(at + 16 + 32 * 8, 8, Address));
        }
        c::LC_FILESET_ENTRY => {
            out.push(le(at + 8, 8, Address));
            out.push(le(at + 16, 8, Offset));
            out.push(le(at + 24, 4, Offset));
        }
        c::LC_SYMTAB => {
            for (offset, role) in [(8, Offset), (12, Count), (16, Offset), (20, Size)] {
                out.push(le(at + offset, 4, role));
            }
            symbols(bytes, at, out);
        }
        c::LC_DYLD_CHAINED_FIXUPS => {
            out.push(le(at + 8, 4, Offset));
            out.push(le(at + 12, 4, Size));
            chains(
                bytes,
                index(u64::from(get_u32(bytes, at + 8).unwrap_or(0))),
                out,
            );
        }
        _ => {
            // Every other command is made of 32-bit words, most of them offsets and sizes.
            for offset in (8..size.min(96)).step_by(4) {
                let role = if offset % 8 == 0 { Offset } else { Size };
                out.push(le(at + offset, 4, role));
            }
        }
    }
}

/// A few symbols: the string index and the value.
fn symbols(bytes: &[u8], at: usize, out: &mut Vec<Field>) {
    let table = index(u64::from(get_u32(bytes, at + 8).unwrap_or(0)));
    let count = get_u32(bytes, at + 12).unwrap_or(0).min(4);
    for number in 0..index(u64::from(count)) {
        let record = table + 16 * number;
        out.push(le(record, 4, Role::Offset));
        out.push(le(record + 4, 1, Role::Kind));
        out.push(le(record + 5, 1, Role::Other));
        out.push(le(record + 8, 8, Role::Address));
    }
}

/// The chained fixups' header, the starts of each segment, and the first slots are links.
fn chains(bytes: &[u8], at: usize, out: &mut Vec<Field>) {
    use Role::{Count, Link, Offset, Other, Size};
    let roles = [Other, Offset, Offset, Offset, Count, Other, Other];
    for (number, role) in roles.into_iter().enumerate() {
        out.push(le(at + 4 * number, 4, role));
    }
    let starts = at + index(u64::from(get_u32(bytes, at + 4).unwrap_or(0)));
    out.push(le(starts, 4, Count));
    let count = get_u32(bytes, starts).unwrap_or(0).min(64);
    for number in 0..index(u64::from(count)) {
        out.push(le(starts + 4 + 4 * number, 4, Offset));
        let info = get_u32(bytes, starts + 4 + 4 * number).unwrap_or(0);
        if info == 0 {
            continue;
        }
        let record = starts + index(u64::from(info));
        out.push(le(record, 4, Size));
        out.push(le(record + 4, 2, Size));
        out.push(le(record + 6, 2, Role::Kind));
        out.push(le(record + 8, 8, Offset));
        out.push(le(record + 16, 4, Other));
        out.push(le(record + 20, 2, Count));
        let pages = get_u32(bytes, record + 20).unwrap_or(0) & 0xffff;
        // Segment offset = file offset in a linear collection: good enough to find slots.
        let segment = index(get_u64(bytes, record + 8).unwrap_or(0).min(1 << 40));
        for page in 0..index(u64::from(pages.min(16))) {
            out.push(le(record + 22 + 2 * page, 2, Offset));
            let start = get_u32(bytes, record + 22 + 2 * page).unwrap_or(0) & 0xffff;
            if start < 0x4000 {
                let slot = segment + page * 0x4000 + index(u64::from(start));
                out.push(le(slot, 8, Link));
                out.push(le(slot + 8, 8, Link));
            }
        }
    }
}
