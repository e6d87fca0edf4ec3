//! Damage to DER: IMG4, IM4P, IM4M, and the headers of compressed payloads inside.

use crate::bytes::len64;
use crate::mutate::fields::{Field, Role};
use crate::rng::Rng;

/// One type-length-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// First byte of the tag.
    pub start: usize,
    /// Bytes of tag and length.
    pub header: usize,
    /// Bytes of the value.
    pub len: usize,
    /// Bytes of the tag alone.
    pub tag: usize,
}

/// The elements of a DER file, outer before inner; empty when it does not start with a SEQUENCE.
pub fn elements(bytes: &[u8]) -> Vec<Element> {
    let mut out = Vec::new();
    if bytes.first() != Some(&0x30) {
        return out;
    }
    // Ranges still to be read. Depth cannot run away: each range is inside its parent.
    let mut ranges = vec![(0, bytes.len())];
    while let Some((mut at, end)) = ranges.pop() {
        while at < end && out.len() < 4096 {
            let Some(element) = read(bytes, at, end) else {
                break;
            };
            let body = at + element.header;
            out.push(element);
            if bytes[at] & 0x20 != 0 {
                ranges.push((body, body + element.len));
            }
            at = body + element.len;
        }
    }
    out.sort_by_key(|element| (element.start, usize::MAX - element.len));
    out
}

fn read(bytes: &[u8], start: usize, end: usize) -> Option<Element> {
    let mut at = start;
    let first = *bytes.get(at)?;
    at += 1;
    if first & 0x1f == 0x1f {
        while *bytes.get(at)? & 0x80 != 0 {
            at += 1;
        }
        at += 1;
    }
    let tag = at - start;
    let short = *bytes.get(at)?;
    at += 1;
    let mut len = usize::from(short);
    if short & 0x80 != 0 {
        len = 0;
        for _ in 0..short & 0x7f {
            len = len
                .checked_mul(256)?
                .checked_add(usize::from(*bytes.get(at)?))?;
            at += 1;
        }
    }
    let inside = at.checked_add(len)? <= end;
    inside.then_some(Element {
        start,
        header: at - start,
        len,
        tag,
    })
}

/// Fields of what octet strings hold: LZFSE block headers and the `complzss` header.
pub fn payload_fields(bytes: &[u8], elements: &[Element]) -> Vec<Field> {
    let mut out = Vec::new();
    let ranges = elements.iter().map(|e| (e.start + e.header, e.len));
    for (start, len) in ranges.chain([(0, bytes.len())]) {
        let Some(magic) = bytes.get(start..start + 4.min(len)) else {
            continue;
        };
        let words = match magic {
            // bvx2's header is 32 bytes and tables; bvx1's is 772; both start with sizes.
            [b'b', b'v', b'x', _] => 8,
            b"comp" => 6,
            _ => continue,
        };
        let big = magic == b"comp";
        for number in 0..words {
            let role = if number == 0 { Role::Magic } else { Role::Size };
            out.push(Field {
                offset: start + 4 * number,
                width: 4,
                role,
                big,
            });
        }
    }
    out.retain(|field| field.offset + field.width <= bytes.len());
    out
}

/// Damages one element: its tag, its length, or its place among the others.
pub fn damage(elements: &[Element], out: &mut Vec<u8>, rng: &mut Rng) {
    let Some(element) = rng.pick(elements).copied() else {
        return;
    };
    let body = element.start + element.header;
    let end = body + element.len;
    if end > out.len() {
        return;
    }
    let length_at = element.start + element.tag;
    match rng.below(8) {
        0 => {
            let tags = [0x30, 0x31, 0x16, 0x04, 0x02, 0xa0, 0xff, 0x1f];
            out[element.start] = tags[rng.below(tags.len())];
        }
        1 => out[element.start] ^= 1 << rng.below(8),
        // A length that is off by one, indefinite, or of more bytes than there are.
        2 => out[body - 1] = out[body - 1].wrapping_add(1),
        3 => out[body - 1] = out[body - 1].wrapping_sub(1),
        4 => {
            let lengths = [0x80, 0x81, 0x84, 0x88, 0x89, 0xff, 0, 0x7f];
            out[length_at] = lengths[rng.below(lengths.len())];
        }
        5 => {
            let fill = rng.next_u8();
            out[length_at + 1..body].fill(fill);
        }
        6 => {
            out.drain(element.start..end);
        }
        _ => {
            // A second one behind the first: duplicates where one is expected.
            if len64(element.len) < 1 << 16 {
                let copy = out[element.start..end].to_vec();
                out.splice(end..end, copy);
            }
        }
    }
}
