//! Damage that knows where the fields are.

use crate::bytes::{len64, put};
use crate::mutate::der;
use crate::mutate::fields::{Field, Role};
use crate::mutate::source::Source;
use crate::rng::Rng;

/// Damages `out`, a copy of the source that may already be damaged, once.
pub fn damage(source: &Source, out: &mut Vec<u8>, rng: &mut Rng) {
    let choice = rng.below(10);
    match choice {
        0 if !source.commands().is_empty() => rearrange(source, out, rng),
        1 | 2 if !source.elements().is_empty() => der::damage(source.elements(), out, rng),
        3 => overlap(source, out, rng),
        4 => {
            let cuts = source.truncations();
            if let Some(cut) = rng.pick(&cuts) {
                out.truncate(*cut);
            }
        }
        _ => set_field(source, out, rng),
    }
}

/// Gives one field a value that a careless reader stumbles over.
fn set_field(source: &Source, out: &mut [u8], rng: &mut Rng) {
    let Some(field) = rng.pick(source.fields()) else {
        return;
    };
    let len = len64(source.bytes().len());
    let old = field.read(out).unwrap_or(0);
    let value = match field.role {
        // A chain link or a start: the next slot is itself, far away, or past the page.
        Role::Link => match rng.below(5) {
            0 => old & !(0xfff << 51),
            1 => old | 0xfff << 51,
            2 => old ^ 1 << 63,
            3 => old ^ 1 << (51 + rng.below(12)),
            _ => rng.next_u64(),
        },
        Role::Kind => match rng.below(4) {
            // Another known load command, a known one without its flag, any number.
            0 => u64::from(rng.next_u32() % 0x40),
            1 => u64::from(0x8000_0000 | (rng.next_u32() % 0x40)),
            2 => old ^ 0x8000_0000,
            _ => rng.next_u64(),
        },
        _ => match rng.below(16) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => u64::MAX >> 1,
            4 => 1 << 63,
            5 => u64::from(u32::MAX),
            6 => 0x8000_0000,
            7 => old.wrapping_add(1),
            8 => old.wrapping_sub(1),
            9 => len.wrapping_add(len64(rng.below(17))).wrapping_sub(8),
            10 => len.wrapping_sub(old),
            // With the old value as the other summand the sum wraps to just past zero.
            11 => old.wrapping_neg().wrapping_add(len64(rng.below(16))),
            12 => old.wrapping_mul(2),
            13 => old ^ 1 << rng.below(64),
            14 => u64::MAX - len64(rng.below(0x8000)),
            _ => rng.next_u64(),
        },
    };
    field.write(out, value);
}

/// Makes two fields of one role and width equal: segments that overlap, tables that coincide,
/// a child that points to its parent.
fn overlap(source: &Source, out: &mut [u8], rng: &mut Rng) {
    let Some(to) = rng.pick(source.fields()) else {
        return;
    };
    let alike: Vec<&Field> = source
        .fields()
        .iter()
        .filter(|field| field.role == to.role && field.width == to.width)
        .collect();
    let Some(value) = rng.pick(&alike).and_then(|from| from.read(out)) else {
        return;
    };
    let nudge = *rng.pick(&[0, 1, 8, 0x4000, u64::MAX]).unwrap_or(&0);
    to.write(out, value.wrapping_add(nudge));
}

/// Swaps, repeats or drops a load command.
fn rearrange(source: &Source, out: &mut [u8], rng: &mut Rng) {
    let commands = source.commands();
    let (Some(a), Some(b)) = (rng.pick(commands), rng.pick(commands)) else {
        return;
    };
    let (first, second) = if a.0 <= b.0 { (*a, *b) } else { (*b, *a) };
    let Some(last) = commands.last() else { return };
    let end = last.0 + last.1;
    if out.len() < end || first == second {
        return;
    }
    match rng.below(3) {
        0 => {
            let mut bytes = out[second.0..second.0 + second.1].to_vec();
            bytes.extend_from_slice(&out[first.0 + first.1..second.0]);
            bytes.extend_from_slice(&out[first.0..first.0 + first.1]);
            put(out, first.0, &bytes);
        }
        1 => {
            // The copy replaces what it covers, so that the file keeps its size.
            let copy = out[second.0..second.0 + second.1].to_vec();
            let room = copy.len().min(out.len() - first.0);
            put(out, first.0, &copy[..room]);
        }
        _ => {
            out.copy_within(first.0 + first.1..end, first.0);
        }
    }
}
