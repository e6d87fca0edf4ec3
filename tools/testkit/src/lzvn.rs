//! An LZVN encoder for complzvn payloads and bvxn blocks. It varies its opcodes, so that a decoder
//! meets each kind.

#![expect(
    clippy::cast_possible_truncation,
    reason = "opcodes are packed into bytes"
)]

use std::collections::HashMap;

/// Bytes that end a stream: opcode 0x06 and seven zeros.
const END: [u8; 8] = [6, 0, 0, 0, 0, 0, 0, 0];

/// Compresses `data`, greedily, with the end marker.
pub fn compress(data: &[u8]) -> Vec<u8> {
    let mut places: HashMap<[u8; 4], usize> = HashMap::new();
    let mut out = Vec::new();
    let (mut at, mut literal_from, mut previous) = (0, 0, 0);
    while at < data.len() {
        let mut found = None;
        if let Some(key) = data.get(at..at + 4) {
            let key: [u8; 4] = key.try_into().unwrap();
            if let Some(&from) = places.get(&key) {
                if at - from <= 0xffff {
                    found = Some(at - from);
                }
            }
            places.insert(key, at);
        }
        let Some(distance) = found else {
            at += 1;
            continue;
        };
        let most = (data.len() - at).min(2000);
        let len = (0..most)
            .take_while(|&i| data[at + i] == data[at - distance + i])
            .count();
        emit(&mut out, &data[literal_from..at], len, distance, previous);
        previous = distance;
        at += len;
        literal_from = at;
    }
    literals(&mut out, &data[literal_from..]);
    out.extend_from_slice(&END);
    out
}

/// Literals alone: opcodes 0xe1 to 0xef (1 to 15 bytes) and 0xe0 (16 to 271).
fn literals(out: &mut Vec<u8>, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let len = bytes.len().min(271);
        if len >= 16 {
            out.extend_from_slice(&[0xe0, (len - 16) as u8]);
        } else {
            out.push(0xe0 | len as u8);
        }
        out.extend_from_slice(&bytes[..len]);
        bytes = &bytes[len..];
    }
}

/// Up to three literals and a match, then the rest of the match by opcodes without a distance.
fn emit(out: &mut Vec<u8>, literal: &[u8], mut len: usize, distance: usize, previous: usize) {
    let keep = literal.len() % 4;
    let (ahead, tail) = literal.split_at(literal.len() - keep);
    literals(out, ahead);
    let l = keep as u8;
    // The 3-bit length field holds 3 to 10; with 2 or 3 literals values above 5 (l = 2) and 3 to 4
    // (l = 3) belong to other opcodes, so those stay below.
    let most = match l {
        0 => 10,
        1 => 8,
        2 => 6,
        _ => 4,
    };
    let first;
    if distance == previous && l > 0 {
        first = len.min(most);
        out.push(l << 6 | ((first - 3) as u8) << 3 | 6);
    } else if distance < 1536 {
        first = len.min(most);
        out.push(l << 6 | ((first - 3) as u8) << 3 | (distance >> 8) as u8);
        out.push(distance as u8);
    } else if distance < 1 << 14 {
        first = len.min(34);
        let m = (first - 3) as u16;
        out.push(0xa0 | l << 3 | (m >> 2) as u8);
        out.extend_from_slice(&((distance as u16) << 2 | (m & 3)).to_le_bytes());
    } else {
        first = len.min(most);
        out.push(l << 6 | ((first - 3) as u8) << 3 | 7);
        out.extend_from_slice(&(distance as u16).to_le_bytes());
    }
    out.extend_from_slice(tail);
    len -= first;
    while len > 0 {
        let next = len.min(271);
        if next >= 16 {
            out.extend_from_slice(&[0xf0, (next - 16) as u8]);
        } else {
            out.push(0xf0 | next as u8);
        }
        len -= next;
    }
}
