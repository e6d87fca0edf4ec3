//! How much a parse accepts.

/// How much a parse accepts.
///
/// Closed: a file is held to its format, or to what loaders make of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Refuse whatever the format forbids in what the parse reads;
    /// [`MachO::ensure_consistent`](crate::MachO::ensure_consistent) reads the rest.
    #[default]
    Strict,
    /// Accept what real loaders accept; [`MachO::tolerated`](crate::MachO::tolerated) lists each such thing.
    Tolerant,
}
