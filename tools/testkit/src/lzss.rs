//! An LZSS encoder for complzss payloads: Okumura's format, ring of 4096 bytes that starts as
//! spaces.

#![expect(
    clippy::cast_possible_truncation,
    reason = "items are packed into bytes"
)]

use std::collections::HashMap;

const RING: usize = 4096;
/// Longest match.
const LONGEST: usize = 18;
/// Shortest match worth two bytes.
const SHORTEST: usize = 3;
/// Spaces in the ring before the first byte; matches may reach into them.
const SPACES: usize = RING - LONGEST;
/// How many earlier places of the same three bytes are tried.
const TRIES: usize = 16;

/// Compresses `data`, greedily.
pub fn compress(data: &[u8]) -> Vec<u8> {
    // With the spaces in front, "position modulo ring" is the position in the decoder's ring.
    let mut text = vec![b' '; SPACES];
    text.extend_from_slice(data);
    let mut places: HashMap<[u8; 3], Vec<usize>> = HashMap::new();
    // A run of spaces needs few entries to be found.
    places.insert([b' '; 3], (SPACES - 64..SPACES - 2).collect());

    let mut out = Vec::new();
    let mut at = SPACES;
    while at < text.len() {
        let flag_at = out.len();
        out.push(0u8);
        for bit in 0..8 {
            if at >= text.len() {
                break;
            }
            let (from, len) = longest(&text, at, &places);
            let step = if len >= SHORTEST {
                let ring = from % RING;
                out.push((ring & 0xff) as u8);
                out.push(((ring >> 4) & 0xf0) as u8 | (len - SHORTEST) as u8);
                len
            } else {
                out[flag_at] |= 1 << bit;
                out.push(text[at]);
                1
            };
            for place in at..at + step {
                if let Some(key) = text.get(place..place + 3) {
                    let list = places.entry(key.try_into().unwrap()).or_default();
                    list.push(place);
                    if list.len() > 4 * TRIES {
                        list.drain(..2 * TRIES);
                    }
                }
            }
            at += step;
        }
    }
    out
}

fn longest(text: &[u8], at: usize, places: &HashMap<[u8; 3], Vec<usize>>) -> (usize, usize) {
    let most = LONGEST.min(text.len() - at);
    let mut best = (0, 0);
    if most < SHORTEST {
        return best;
    }
    let key: [u8; 3] = text[at..at + 3].try_into().unwrap();
    let Some(list) = places.get(&key) else {
        return best;
    };
    for &from in list.iter().rev().take(TRIES) {
        // Beyond this distance the encoder's own look-ahead would have overwritten the ring.
        if at - from > SPACES {
            break;
        }
        let len = (0..most)
            .take_while(|&i| text[from + i] == text[at + i])
            .count();
        if len > best.1 {
            best = (from, len);
        }
    }
    best
}
