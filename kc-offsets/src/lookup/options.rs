//! What a look-up is asked to know.

/// What a look-up knows.
#[derive(Clone, Copy, Debug)]
pub struct LookupOptions {
    /// Symbols.
    pub symbols: bool,
    /// Function starts.
    pub functions: bool,
    /// Stubs, pointers and bound slots by their imports; costs a walk over the fixups of each
    /// image that has imports.
    pub imports: bool,
    /// The most bytes from the start of a name to what it names.
    pub reach: u64,
}

impl Default for LookupOptions {
    /// Everything, however far.
    fn default() -> Self {
        Self {
            symbols: true,
            functions: true,
            imports: true,
            reach: u64::MAX,
        }
    }
}
