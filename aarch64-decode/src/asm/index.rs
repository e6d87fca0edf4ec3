//! Mnemonics by name, and the encodings of each.

mod tables;

use tables::{BY_MNEMONIC, SEED, SLOT, SLOTS, STARTS, slot, step};

use crate::bits::{index, widen16};
use crate::encoding::{Encoding, name_bytes};

/// The number of a mnemonic, letter case not counting.
pub(super) fn mnemonic(text: &[u8]) -> Option<u16> {
    let hash = text.iter().fold(SEED, |hash, byte| step(hash, *byte));
    let mut at = slot(hash);
    // More than a quarter of the slots is empty.
    for _ in 0..SLOTS {
        match SLOT.get(at).copied().unwrap_or(0) {
            0 => return None,
            number if name_bytes(number).eq_ignore_ascii_case(text) => return Some(number),
            _ => at = at.wrapping_add(1) % SLOTS,
        }
    }
    None
}

/// The encodings that have a spelling with the mnemonic.
pub(super) fn encodings(mnemonic: u16) -> impl Iterator<Item = Encoding> {
    let start = |number: u16| {
        let start = STARTS.get(index(widen16(number))).copied();
        index(widen16(start.unwrap_or(0)))
    };
    let range = start(mnemonic)..start(mnemonic.wrapping_add(1));
    let all = BY_MNEMONIC.get(range);
    debug_assert!(all.is_some(), "every mnemonic has a range");
    let all = all.unwrap_or(&[]);
    all.iter()
        .map(|number| Encoding::new(*number))
        .filter(|encoding| encoding.is_compiled())
}
