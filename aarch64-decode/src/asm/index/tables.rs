//! The tables, which the compiler makes of the generated ones.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "runs at compile time only"
)]

use crate::bits::{index, widen16};
use crate::generated::encodings::{FORM_OF, MNEMONIC_OF};
use crate::generated::forms::{ALIASES, FORMS};
use crate::generated::names::{NAMES_AT, NAMES_TEXT};

/// Slots of the table of names: no more than a third above the names.
pub(super) const SLOTS: usize = 2400;
/// Names, and one: the last is the end of the text.
const NAMES: usize = NAMES_AT.len();
/// Encodings, with the two entries before the first.
const ENCODINGS: usize = FORM_OF.len();
const FIRST: usize = 2;
/// Of an operand list's head: how many operands, and that the first alias stands behind them
/// (`operands` has the ruler).
const COUNT: u16 = 7;
const HAS_ALIASES: u16 = 16;
/// Of an alias: the last of its encoding.
const LAST: u8 = 0x80;

/// The number of the name in each slot, at its hash or behind it; 0 for none.
pub(super) static SLOT: [u16; SLOTS] = slots();
/// Where the encodings of each mnemonic begin.
pub(super) static STARTS: [u16; NAMES + 1] = starts();
/// Encodings by mnemonic, each mnemonic's in ascending order.
pub(super) static BY_MNEMONIC: [u16; PAIRS] = by_mnemonic();
const PAIRS: usize = index(widen16(starts()[NAMES]));

/// FNV-1a, letter case not counting.
pub(super) const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

pub(super) const SEED: u32 = 0x811c_9dc5;

pub(super) const fn slot(hash: u32) -> usize {
    index((hash ^ hash >> 15) % SLOTS as u32)
}

const fn slots() -> [u16; SLOTS] {
    const { assert!(NAMES * 4 < SLOTS * 3, "more slots are needed") };
    let mut all = [0; SLOTS];
    let mut number = 1;
    while number + 1 < NAMES {
        let mut hash = SEED;
        let mut at = NAMES_AT[number] as usize;
        while at < NAMES_AT[number + 1] as usize {
            hash = step(hash, NAMES_TEXT[at]);
            at += 1;
        }
        let mut at = slot(hash);
        while all[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        all[at] = number as u16;
        number += 1;
    }
    all
}

/// The first alias of an encoding, or 0.
const fn first_alias(encoding: usize) -> usize {
    let at = FORM_OF[encoding] as usize;
    let head = FORMS[at];
    if head & HAS_ALIASES == 0 {
        return 0;
    }
    FORMS[at + 1 + (head & COUNT) as usize] as usize
}

/// Whether an alias before this one, or the encoding itself, has the same mnemonic.
const fn is_repeated(encoding: usize, first: usize, at: usize) -> bool {
    let mut before = first;
    while before < at {
        if ALIASES[before].mnemonic == ALIASES[at].mnemonic {
            return true;
        }
        before += 1;
    }
    ALIASES[at].mnemonic == MNEMONIC_OF[encoding]
}

/// Counts the encodings of each mnemonic, or sorts them if `sorted` has room.
const fn visit<const ROOM: usize>(mut next: [u16; NAMES + 1]) -> ([u16; NAMES + 1], [u16; ROOM]) {
    let mut sorted = [0; ROOM];
    let mut encoding = FIRST;
    while encoding < ENCODINGS {
        let own = MNEMONIC_OF[encoding] as usize;
        if ROOM > 0 {
            sorted[next[own] as usize] = encoding as u16;
        }
        next[own] += 1;
        let first = first_alias(encoding);
        let mut at = first;
        while at != 0 {
            if !is_repeated(encoding, first, at) {
                let mnemonic = ALIASES[at].mnemonic as usize;
                if ROOM > 0 {
                    sorted[next[mnemonic] as usize] = encoding as u16;
                }
                next[mnemonic] += 1;
            }
            at = if ALIASES[at].syntaxes & LAST != 0 {
                0
            } else {
                at + 1
            };
        }
        encoding += 1;
    }
    (next, sorted)
}

const fn starts() -> [u16; NAMES + 1] {
    let (counts, _) = visit::<0>([0; NAMES + 1]);
    let mut starts = [0; NAMES + 1];
    let mut at = 0;
    while at < NAMES {
        starts[at + 1] = starts[at] + counts[at];
        at += 1;
    }
    starts
}

const fn by_mnemonic() -> [u16; PAIRS] {
    let (_, sorted) = visit::<PAIRS>(starts());
    sorted
}
