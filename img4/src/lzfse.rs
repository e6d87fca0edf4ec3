//! LZFSE.

use crate::error::{Error, ErrorKind, Structure};

/// Working memory of the LZFSE decoder, owned by the caller: about 48 KB, too large for a small stack.
#[derive(Clone, Debug)]
pub struct Scratch {}

impl Scratch {
    /// Empty working memory, usable in a `static`.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// What the block headers of a stream add up to.
pub(crate) struct Layout {
    /// Bytes after decompression.
    pub(crate) size: u64,
    /// Compressed bytes, the end marker included.
    pub(crate) consumed: usize,
}

pub(crate) fn walk(_: &[u8], offset: u64) -> Result<Layout, Error> {
    Err(Error::new(
        ErrorKind::NotCompiledIn,
        Structure::Lzfse,
        offset,
    ))
}

pub(crate) fn decompress(
    _: &[u8],
    offset: u64,
    _: &mut [u8],
    _: &mut Scratch,
) -> Result<(), Error> {
    Err(Error::new(
        ErrorKind::NotCompiledIn,
        Structure::Lzfse,
        offset,
    ))
}
