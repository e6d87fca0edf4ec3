//! The smallest LZFSE block with literals and a match, written field by field.

use testkit::img4::Im4p;

/// A `bvx1` block of one match: some `a`, then three more from distance 1.
///
/// Each coder has one symbol that owns all of its states, so that none reads bits or leaves the
/// state in which it starts, and both bit streams are empty.
#[derive(Clone, Copy)]
pub(crate) struct OneMatch {
    pub(crate) literals: u32,
    pub(crate) literals_placed: u16,
    pub(crate) literal_states: [u16; 4],
    /// Of the coders of literal lengths, match lengths and distances.
    pub(crate) match_states: [u16; 3],
    /// Unused bits of the last byte of the literals' stream and of the matches'.
    pub(crate) spare: [u16; 2],
}

impl OneMatch {
    pub(crate) const SOUND: Self = Self {
        literals: 4,
        literals_placed: 4,
        literal_states: [0; 4],
        match_states: [0; 3],
        spare: [0; 2],
    };

    /// The block and the end block in an IM4P; the header's 772 bytes start at file offset 29.
    pub(crate) fn file(self) -> Vec<u8> {
        let mut stream = b"bvx1".to_vec();
        let made = u32::from(self.literals_placed) + 3;
        // Bytes made; of payload; literals; matches; bytes of literals; of matches.
        for word in [made, 0, self.literals, 1, 0, 0] {
            stream.extend_from_slice(&word.to_le_bytes());
        }
        // Spare bits are stored as a negative number.
        let [literal_spare, match_spare] = self.spare.map(|bits| (-i32::from(bits)).to_le_bytes());
        let mut frequencies = [0_u16; 360];
        frequencies[usize::from(self.literals_placed)] = 64;
        frequencies[20 + 3] = 64;
        frequencies[40 + 1] = 256;
        frequencies[104 + usize::from(b'a')] = 1024;
        let halves = |halves: &[u16]| -> Vec<u8> {
            halves.iter().flat_map(|half| half.to_le_bytes()).collect()
        };
        stream.extend(literal_spare);
        stream.extend(halves(&self.literal_states));
        stream.extend(match_spare);
        stream.extend(halves(&self.match_states));
        stream.extend(halves(&frequencies));
        // Padding.
        stream.extend([0, 0]);
        assert_eq!(stream.len(), 772);
        stream.extend_from_slice(b"bvx$");
        Im4p::stored("krnl", &stream).build()
    }
}
