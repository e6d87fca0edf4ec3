//! Writes the opcode streams of `LC_DYLD_INFO`, each opcode where a linker would use it.

use crate::bytes::{Writer, len64, unsigned};
use crate::classic::draft::Import;

/// One slot to bind.
#[derive(Debug, Clone)]
pub struct Bind {
    /// Index of the segment.
    pub segment: u8,
    /// Bytes from its start.
    pub offset: u64,
    /// What to.
    pub import: Import,
}

/// Slots with the same distance from each to the next: the first, how many, bytes from one to the
/// next.
fn runs(places: &[u64]) -> Vec<(u64, u64, u64)> {
    let mut out: Vec<(u64, u64, u64)> = Vec::new();
    for &place in places {
        match out.last_mut() {
            Some((first, count, step)) if *count == 1 && place >= *first + 8 => {
                (*count, *step) = (2, place - *first);
            }
            Some((first, count, step)) if *count > 1 && place == *first + *count * *step => {
                *count += 1;
            }
            _ => out.push((place, 1, 8)),
        }
    }
    // Two slots far apart are no run.
    out.into_iter()
        .flat_map(|(first, count, step)| {
            if count == 2 && step > 8 {
                vec![(first, 1, 8), (first + step, 1, 8)]
            } else {
                vec![(first, count, step)]
            }
        })
        .collect()
}

/// The rebase opcodes of slots in one segment, in this order.
pub fn rebases(segment: u8, places: &[u64]) -> Vec<u8> {
    let mut out = Writer::new();
    // REBASE_TYPE_POINTER.
    out.u8(0x11);
    let runs = runs(places);
    let mut at = None;
    let mut number = 0;
    while let Some(&(first, count, step)) = runs.get(number) {
        number += 1;
        match at {
            None => {
                out.u8(0x20 | segment).uleb(first);
            }
            Some(at) if at == first => {}
            Some(at) => {
                let gap = first.wrapping_sub(at);
                if gap % 8 == 0 && gap / 8 < 16 {
                    out.u8(0x40 | low(gap / 8));
                } else {
                    out.u8(0x30).uleb(gap);
                }
            }
        }
        let mut end = first + count * step;
        match (count, step, runs.get(number)) {
            (1, _, Some(&(next, ..))) if next > end => {
                out.u8(0x70).uleb(next - end);
                end = next;
            }
            (1..=15, 8, _) => {
                out.u8(0x50 | low(count));
            }
            (_, 8, _) => {
                out.u8(0x60).uleb(count);
            }
            _ => {
                out.u8(0x80).uleb(count).uleb(step - 8);
            }
        }
        at = Some(end);
    }
    out.u8(0).align(8);
    out.into_bytes()
}

fn low(value: u64) -> u8 {
    u8::try_from(value).expect("an immediate")
}

fn sleb(out: &mut Writer, value: i64) {
    let mut rest = value;
    loop {
        let group = low(unsigned(rest) & 0x7f);
        rest >>= 7;
        let sign = if group & 0x40 == 0 { 0 } else { -1 };
        if rest == sign {
            out.u8(group);
            return;
        }
        out.u8(group | 0x80);
    }
}

/// The library's ordinal.
fn library(out: &mut Writer, ordinal: i32) {
    match u8::try_from(ordinal) {
        Ok(small @ 0..=1) => out.u8(0x10 | small),
        // The long form says the same.
        Ok(large) => out.u8(0x20).uleb(large.into()),
        Err(_) => out.u8(0x30 | low(unsigned(ordinal.into()) & 0xf)),
    };
}

fn symbol(out: &mut Writer, import: &Import) {
    out.u8(0x40 | u8::from(import.weak)).cstr(&import.name);
}

/// Binds in this order; `library` writes the ordinal where the stream has them.
fn stream(binds: &[Bind], has_libraries: bool) -> Vec<u8> {
    let mut out = Writer::new();
    let mut rest = binds;
    let (mut addend, mut place) = (0, None);
    while let Some(first) = rest.first() {
        let count = rest
            .iter()
            .take_while(|bind| bind.import == first.import && bind.segment == first.segment)
            .count();
        let (group, tail) = rest.split_at(count);
        rest = tail;
        if has_libraries {
            library(&mut out, first.import.library);
        }
        symbol(&mut out, &first.import);
        // BIND_TYPE_POINTER.
        out.u8(0x51);
        if first.import.addend != addend {
            addend = first.import.addend;
            out.u8(0x60);
            sleb(&mut out, addend);
        }
        match place {
            None => {
                out.u8(0x70 | first.segment).uleb(first.offset);
            }
            Some(at) if at == first.offset => {}
            Some(at) => {
                out.u8(0x80).uleb(first.offset.wrapping_sub(at));
            }
        }
        let step = group.get(1).map_or(8, |next| next.offset - first.offset);
        let count = len64(count);
        match (count, step) {
            (1, _) => {
                out.u8(0x90);
            }
            // Two slots: one with the gap behind it, one without.
            (2, _) if (step - 8) % 8 == 0 && step / 8 <= 16 => {
                out.u8(0xb0 | low(step / 8 - 1)).u8(0x90);
            }
            (2, _) => {
                out.u8(0xa0).uleb(step - 8).u8(0x90);
            }
            _ => {
                out.u8(0xc0).uleb(count).uleb(step - 8);
            }
        }
        let last = first.offset + (count - 1) * step;
        let behind = if count > 2 { step } else { 8 };
        place = Some(last + behind);
    }
    out.u8(0).align(8);
    out.into_bytes()
}

/// The bind opcodes.
pub fn binds(binds: &[Bind]) -> Vec<u8> {
    stream(binds, true)
}

/// The weak bind opcodes, with a definition that is strong elsewhere and has no slot.
pub fn weak_binds(binds: &[Bind]) -> Vec<u8> {
    let mut out = Writer::new();
    // BIND_SYMBOL_FLAGS_NON_WEAK_DEFINITION.
    out.u8(0x48).cstr("__ZdlPv");
    out.bytes(&stream(binds, false));
    out.into_bytes()
}

/// The lazy bind opcodes: each bind whole, and ended.
pub fn lazy_binds(binds: &[Bind]) -> Vec<u8> {
    let mut out = Writer::new();
    for bind in binds {
        out.u8(0x70 | bind.segment).uleb(bind.offset);
        library(&mut out, bind.import.library);
        symbol(&mut out, &bind.import);
        out.u8(0x90).u8(0);
    }
    out.align(8);
    out.into_bytes()
}

/// A table of imports, then threads that start at these places.
pub fn threads(table: &[Import], segment: u8, places: &[u64]) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(0xd0).uleb(len64(table.len())).u8(0x51);
    let mut addend = 0;
    for import in table {
        library(&mut out, import.library);
        symbol(&mut out, import);
        if import.addend != addend {
            addend = import.addend;
            out.u8(0x60);
            sleb(&mut out, addend);
        }
        out.u8(0x90);
    }
    for place in places {
        out.u8(0x70 | segment).uleb(*place).u8(0xd1);
    }
    out.u8(0).align(8);
    out.into_bytes()
}

/// A bomb: a stream of `size` bytes that asks for 2^64 slots again and again.
pub fn bomb(segment: u8, size: usize) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(0x11).u8(0x20 | segment).uleb(0);
    while out.len() + 30 < size {
        // As many slots as there are numbers, each in the place of the one before.
        out.u8(0x80).uleb(u64::MAX).uleb(unsigned(-8));
    }
    out.into_bytes()
}
