//! Blind damage: bits, bytes, words, splices, cuts.

use crate::bytes::put;
use crate::rng::Rng;

/// Damages `out` once, with pieces of `original` at hand.
pub fn damage(original: &[u8], out: &mut Vec<u8>, rng: &mut Rng) {
    if out.is_empty() {
        out.push(rng.next_u8());
        return;
    }
    // Headers matter more than contents: half of the places are in the first 4 KiB.
    let reach = if rng.one_in(2) {
        out.len()
    } else {
        out.len().min(4096)
    };
    let at = rng.below(reach);
    match rng.below(9) {
        0 => out[at] ^= 1 << rng.below(8),
        1 => out[at] = rng.next_u8(),
        2 => out[at] = *rng.pick(&[0, 1, 0x7f, 0x80, 0xff]).unwrap_or(&0),
        3 => {
            let len = (1 + rng.below(64)).min(out.len() - at);
            for byte in &mut out[at..at + len] {
                *byte = rng.next_u8();
            }
        }
        4 => {
            let len = (1 + rng.below(256)).min(out.len() - at);
            let fill = *rng.pick(&[0, 0xff]).unwrap_or(&0);
            out[at..at + len].fill(fill);
        }
        5 => splice(original, out, at, rng),
        6 => out.truncate(at),
        7 => {
            let len = (1 + rng.below(64)).min(out.len() - at);
            out.drain(at..at + len);
        }
        _ => {
            let len = 1 + rng.below(64);
            let noise: Vec<u8> = (0..len).map(|_| rng.next_u8()).collect();
            out.splice(at..at, noise);
        }
    }
}

/// Copies a piece of the original over another place.
fn splice(original: &[u8], out: &mut [u8], at: usize, rng: &mut Rng) {
    let from = rng.below(original.len());
    let len = (1 + rng.below(512))
        .min(original.len() - from)
        .min(out.len() - at);
    put(out, at, &original[from..from + len]);
}
