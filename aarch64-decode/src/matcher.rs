//! Identifies a word: one step through the tree for nearly every word and never more than a few, then one comparison.

use crate::bits::{entry16, index, widen16};
use crate::encoding::Encoding;
use crate::error::DecodeError;
use crate::generated::encodings::CHECKS;
use crate::generated::tree::{NODES, ROOT, SLOTS, STEPS};
use crate::generated::{Check, Node};
use crate::insn::Instruction;

/// Marks a slot that holds a leaf.
const LEAF: u16 = 0x8000;
/// A leaf with an encoding that no table has.
const ABSENT: u16 = 0xffff;
/// A node whose children are absent.
const ABSENT_NODE: Node = [0, 0, 0xffff_0000];
/// No word is 1 under an empty mask.
const NEVER: Check = [0, 1];
/// Encoding of undefined words.
const UNDEFINED: u16 = 1;

/// One step: the slot of `node` that the word's hash selects.
#[inline]
const fn step(node: u16, word: u32) -> u16 {
    let [mask, magic, place] = self::node(index(widen16(node)));
    let hash = (word & mask).wrapping_mul(magic).wrapping_shr(place);
    entry16(&SLOTS, index((place >> 16).wrapping_add(hash)), ABSENT)
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared first; slice::get is not const"
)]
const fn node(index: usize) -> Node {
    if index < NODES.len() {
        NODES[index]
    } else {
        ABSENT_NODE
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared first; slice::get is not const"
)]
const fn check(index: usize) -> Check {
    if index < CHECKS.len() {
        CHECKS[index]
    } else {
        NEVER
    }
}

impl Encoding {
    /// The bits that all words of the encoding share. Should-be bits are not among them.
    pub const fn mask(self) -> u32 {
        let [mask, _] = check(index(widen16(self.number())));
        mask
    }

    /// The values of the bits of [`mask`](Self::mask); 0 in all other bits.
    pub const fn value(self) -> u32 {
        let [_, value] = check(index(widen16(self.number())));
        value
    }
}

/// Identifies `word`.
///
/// # Errors
/// [`DecodeError::Unallocated`] and [`DecodeError::Undefined`] as the architecture says; [`DecodeError::NotCompiledIn`] for an extension
/// whose Cargo feature is off. A word that is merely CONSTRAINED UNPREDICTABLE is an instruction.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "a loop over words keeps the tables' addresses in registers"
)]
pub const fn decode(word: u32) -> Result<Instruction, DecodeError> {
    // One step suffices for nearly all words of real code.
    let mut slot = step(entry16(&ROOT, index(word >> 21), ABSENT), word);
    let mut steps = 1_usize;
    while slot & LEAF == 0 && steps < STEPS {
        slot = step(slot, word);
        steps = steps.wrapping_add(1);
    }
    let encoding = slot & !LEAF;
    let [mask, value] = check(index(widen16(encoding)));
    if word & mask == value {
        // Apple's instructions, and nothing else, are in 0x0020_0000 to 0x0020_ffff.
        if cfg!(not(feature = "apple")) && word >> 16 == 0x20 {
            return Err(DecodeError::NotCompiledIn);
        }
        Ok(Instruction::new(word, Encoding::new(encoding)))
    } else {
        Err(refused(encoding))
    }
}

/// Why a word is no instruction whose walk ended at `encoding`.
const fn refused(encoding: u16) -> DecodeError {
    if encoding == UNDEFINED {
        DecodeError::Undefined
    } else if index(widen16(encoding)) < CHECKS.len() {
        DecodeError::Unallocated
    } else {
        DecodeError::NotCompiledIn
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_in_a_constant() {
        const { assert!(decode(0x9100_43fd).is_ok()) }
    }
}
