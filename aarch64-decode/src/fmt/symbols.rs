//! Names for addresses, which the caller gives.

/// Names for addresses.
pub trait Symbols {
    /// The symbol at or before `address`, and how many bytes before it is.
    fn symbol(&self, address: u64) -> Option<(&str, u64)>;
}

/// No symbols.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSymbols;

impl Symbols for NoSymbols {
    fn symbol(&self, _address: u64) -> Option<(&str, u64)> {
        None
    }
}
