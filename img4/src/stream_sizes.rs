//! How large a stream is, before and after decompression.

/// What the block headers of an LZFSE stream add up to.
pub(crate) struct StreamSizes {
    /// Bytes after decompression.
    pub(crate) size: u64,
    /// Compressed bytes, the end marker included.
    pub(crate) consumed: usize,
}
