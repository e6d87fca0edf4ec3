//! FNV-1a, 64 bits: enough to tell two runs apart.

/// A running hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// A number at once: one step instead of eight.
    pub(crate) fn number(&mut self, number: u64) {
        self.0 = (self.0 ^ number)
            .rotate_left(29)
            .wrapping_mul(0x0100_0000_01b3);
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }
}
