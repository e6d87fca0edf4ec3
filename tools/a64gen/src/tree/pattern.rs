//! What goes into the tree.

/// A set of words with what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern {
    /// Bits that are tested.
    pub(crate) mask: u32,
    /// Their value.
    pub(crate) value: u32,
    /// Leaf.
    pub(crate) id: u16,
    /// Section (0 base, 1 sve, 2 sme): a later section's slots come later.
    pub(crate) section: u8,
}

/// Marks a slot that holds a leaf; the other bits are the encoding.
pub(crate) const LEAF: u16 = 0x8000;
