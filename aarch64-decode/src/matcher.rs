//! Identifies a word: a walk of fixed length through the tree, then one comparison.

use crate::bits::{entry16, entry32, index, widen, widen16};
use crate::encoding::Encoding;
use crate::error::DecodeError;
use crate::generated::encodings::{MASK_OF, MASKS, VALUES};
use crate::generated::tree::{NODES, ROOT, SLOTS, STEPS};
use crate::insn::Instruction;

/// A leaf with an encoding that no table has.
const ABSENT: u16 = 0xffff;
/// A node whose children are absent.
const ABSENT_NODE: u32 = 0xffff_0000;
/// Encoding of undefined words.
const UNDEFINED: u16 = 1;

/// One step from a slot; a leaf stays. No branch depends on the word.
const fn step(slot: u16, word: u32) -> u16 {
    let leaf = 0_u16.wrapping_sub(slot >> 15);
    let node = entry32(&NODES, index(widen16(slot & !leaf)), ABSENT_NODE);
    let [shift, mask, ..] = node.to_le_bytes();
    let child = (node >> 16).wrapping_add(word.wrapping_shr(widen(shift)) & widen(mask));
    let child = entry16(&SLOTS, index(child), ABSENT);
    child & !leaf | slot & leaf
}

/// Identifies `word`.
///
/// # Errors
/// [`DecodeError::Unallocated`] and [`DecodeError::Undefined`] as the architecture says; [`DecodeError::NotCompiledIn`] for an extension
/// whose Cargo feature is off. A word that is merely CONSTRAINED UNPREDICTABLE is an instruction.
pub const fn decode(word: u32) -> Result<Instruction, DecodeError> {
    let mut slot = entry16(&ROOT, index(word >> 21), ABSENT);
    let mut steps = 0_usize;
    while steps < STEPS {
        slot = step(slot, word);
        steps = steps.wrapping_add(1);
    }
    let encoding = slot & 0x7fff;
    let at = index(widen16(encoding));
    if at >= VALUES.len() {
        return Err(DecodeError::NotCompiledIn);
    }
    let mask = entry32(&MASKS, index(widen16(entry16(&MASK_OF, at, 0))), 0);
    if (word ^ entry32(&VALUES, at, 0)) & mask == 0 && encoding > UNDEFINED {
        Ok(Instruction::new(word, Encoding::new(encoding)))
    } else if encoding == UNDEFINED {
        Err(DecodeError::Undefined)
    } else {
        Err(DecodeError::Unallocated)
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
