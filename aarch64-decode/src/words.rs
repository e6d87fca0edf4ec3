//! Words out of memory, one or a block at a time.

/// Words that are compared at once; as many as a `u32` has bits.
pub(crate) const BLOCK: usize = 32;

/// Where words come from.
pub(crate) trait Source: Copy {
    /// The word at an index.
    fn word(self, at: usize) -> Option<u32>;

    /// The block that starts at an index; `None` if there is not all of it.
    #[inline]
    fn block(self, at: usize) -> Option<[u32; BLOCK]> {
        self.part(at)
    }

    /// So many words from an index on; `None` if there are fewer.
    fn part<const WORDS: usize>(self, at: usize) -> Option<[u32; WORDS]>;
}

impl Source for &[u32] {
    #[inline]
    fn word(self, at: usize) -> Option<u32> {
        self.get(at).copied()
    }

    #[inline]
    fn part<const WORDS: usize>(self, at: usize) -> Option<[u32; WORDS]> {
        self.get(at..)?.first_chunk().copied()
    }
}

impl Source for &[u8] {
    #[inline]
    fn word(self, at: usize) -> Option<u32> {
        let bytes = self.get(at.checked_mul(4)?..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    #[inline]
    fn part<const WORDS: usize>(self, at: usize) -> Option<[u32; WORDS]> {
        let bytes = self.get(at.checked_mul(4)?..)?;
        let bytes = bytes.get(..WORDS.checked_mul(4)?)?;
        let mut block = [0; WORDS];
        for (word, bytes) in block.iter_mut().zip(bytes.chunks_exact(4)) {
            if let Some(bytes) = bytes.first_chunk() {
                *word = u32::from_le_bytes(*bytes);
            }
        }
        Some(block)
    }
}
