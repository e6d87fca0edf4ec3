//! The slots of all nodes in one table.

use super::pattern::LEAF;

/// The leaf of undefined words, which is compared with nothing.
const UNDEFINED: u16 = 1;

/// Slots of several nodes in one table. No word of an encoding comes to a node's empty slot, so the
/// leaf of another node may be there: the comparison with the encoding's fixed bits refuses the
/// word.
#[derive(Default)]
pub(super) struct Packed {
    /// What is in the slot, and whether some node has it empty.
    pub(super) slots: Vec<(Option<u16>, bool)>,
}

impl Packed {
    /// Whether a slot that one node has empty may hold this: a leaf that is compared.
    fn harmless(value: u16) -> bool {
        value & LEAF != 0 && value != LEAF | UNDEFINED
    }

    fn fits(&self, own: &[Option<u16>], base: usize) -> bool {
        own.iter().zip(base..).all(|(own, at)| {
            match (*own, self.slots.get(at).copied().unwrap_or((None, false))) {
                (None, (Some(there), _)) => Self::harmless(there),
                (Some(own), (Some(there), _)) => own == there,
                (Some(own), (None, empty)) => !empty || Self::harmless(own),
                (None, (None, _)) => true,
            }
        })
    }

    /// Puts a node's slots at the first place from `first` on where they fit.
    pub(super) fn add(&mut self, own: &[Option<u16>], first: usize) -> usize {
        let base = (first..self.slots.len())
            .find(|&base| self.fits(own, base))
            .unwrap_or(self.slots.len());
        if self.slots.len() < base + own.len() {
            self.slots.resize(base + own.len(), (None, false));
        }
        for (slot, own) in self.slots[base..].iter_mut().zip(own) {
            match own {
                Some(value) => slot.0 = Some(*value),
                None => slot.1 = true,
            }
        }
        base
    }
}
