//! Fields of a row, and tests on words.

/// A named run of bits in a row's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Name, as Arm gives it.
    pub(crate) name: String,
    /// Lowest bit.
    pub(crate) lsb: u32,
    /// Number of bits.
    pub(crate) width: u32,
}

impl Field {
    /// The field's bits in the word.
    pub(crate) fn mask(&self) -> u32 {
        (((1_u64 << self.width) - 1) as u32) << self.lsb
    }
}

/// One test on a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// The masked bits have this value.
    Bits { mask: u32, value: u32, equal: bool },
    /// Two fields of the same width are equal (or differ).
    Fields {
        a: u32,
        b: u32,
        width: u32,
        equal: bool,
    },
    /// A predicate computed in Rust.
    Predicate(String),
    /// The bits of a field name an entry of a name table (with these flags).
    Named {
        table: String,
        lsb: u32,
        width: u32,
        flags: u8,
    },
}
