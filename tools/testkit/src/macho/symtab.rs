//! Symbol tables: `nlist_64` records and the string table they point into.

use std::collections::HashMap;

use crate::bytes::{Writer, len32};

/// One `nlist_64`, its name still a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nlist {
    /// The symbol's name.
    pub name: String,
    /// `n_type`.
    pub n_type: u8,
    /// `n_sect`: 1-based index of the section, 0 for none.
    pub n_sect: u8,
    /// `n_desc`.
    pub n_desc: u16,
    /// `n_value`.
    pub n_value: u64,
}

/// A string table under construction; equal strings are stored once.
#[derive(Debug, Clone)]
pub struct Strings {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Default for Strings {
    /// The table starts as ld's does: a space, a zero, so that index 0 and 1 name nothing.
    fn default() -> Self {
        Self {
            bytes: vec![b' ', 0],
            known: HashMap::new(),
        }
    }
}

impl Strings {
    /// The index of `name`, added when it is new.
    pub fn index(&mut self, name: &str) -> u32 {
        if let Some(index) = self.known.get(name) {
            return *index;
        }
        let index = len32(self.bytes.len());
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.known.insert(name.to_owned(), index);
        index
    }

    /// The table, padded to 8 bytes.
    pub fn into_bytes(mut self) -> Vec<u8> {
        let len = self.bytes.len().next_multiple_of(8);
        self.bytes.resize(len, 0);
        self.bytes
    }
}

/// The records, in the order given; names go into `strings`.
pub fn records(symbols: &[Nlist], strings: &mut Strings) -> Vec<u8> {
    let mut out = Writer::new();
    for symbol in symbols {
        out.u32(strings.index(&symbol.name))
            .u8(symbol.n_type)
            .u8(symbol.n_sect)
            .u16(symbol.n_desc)
            .u64(symbol.n_value);
    }
    out.into_bytes()
}

/// `LC_FUNCTION_STARTS`: unsigned LEB128 deltas, the first from the image's __TEXT, ended by 0.
///
/// `starts` are vmoffsets in ascending order; equal neighbours are written once.
pub fn function_starts(starts: &[u64]) -> Vec<u8> {
    let mut out = Writer::new();
    let mut last = 0;
    for start in starts {
        if *start > last {
            out.uleb(start - last);
            last = *start;
        }
    }
    out.u8(0).align(8);
    out.into_bytes()
}
