//! The LZFSE decoder's working memory.

use core::fmt;

/// Most literals a block may hold (lzfse `LZFSE_LITERALS_PER_BLOCK`).
#[cfg(feature = "lzfse")]
pub(crate) const MAX_LITERALS: usize = 40_000;

/// Working memory of the LZFSE decoder, owned by the caller: about 48 KB, too large for a small stack.
///
/// One value serves any number of payloads; what an earlier one left in it has no effect. A build without the feature
/// `lzfse` makes it empty.
#[derive(Clone)]
pub struct Scratch {
    /// The block's literals, and room for copies that read past the last one.
    #[cfg(feature = "lzfse")]
    pub(crate) literals: [u8; MAX_LITERALS + crate::copy::SLACK],
    /// Decoder entries of the literals' coder.
    #[cfg(feature = "lzfse")]
    pub(crate) literal_table: [u32; 1024],
    /// Decoder entries of the literal lengths' coder.
    #[cfg(feature = "lzfse")]
    pub(crate) l_table: [u64; 64],
    /// Decoder entries of the match lengths' coder.
    #[cfg(feature = "lzfse")]
    pub(crate) m_table: [u64; 64],
    /// Decoder entries of the match distances' coder.
    #[cfg(feature = "lzfse")]
    pub(crate) d_table: [u64; 256],
    /// The block's symbol frequencies: 20 L, 20 M, 64 D, 256 literals.
    #[cfg(feature = "lzfse")]
    pub(crate) frequencies: [u16; 360],
}

impl Scratch {
    /// Fresh working memory, usable in a `static`.
    #[cfg_attr(
        feature = "lzfse",
        expect(clippy::large_stack_arrays, reason = "meant for a static or the heap")
    )]
    pub const fn new() -> Self {
        Self {
            #[cfg(feature = "lzfse")]
            literals: [0; MAX_LITERALS + crate::copy::SLACK],
            #[cfg(feature = "lzfse")]
            literal_table: [0; 1024],
            #[cfg(feature = "lzfse")]
            l_table: [0; 64],
            #[cfg(feature = "lzfse")]
            m_table: [0; 64],
            #[cfg(feature = "lzfse")]
            d_table: [0; 256],
            #[cfg(feature = "lzfse")]
            frequencies: [0; 360],
        }
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}
