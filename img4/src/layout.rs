//! What a codec finds before it decodes.

/// What the block headers of an LZFSE stream add up to.
pub(crate) struct Layout {
    /// Bytes after decompression.
    pub(crate) size: u64,
    /// Compressed bytes, the end marker included.
    pub(crate) consumed: usize,
}
