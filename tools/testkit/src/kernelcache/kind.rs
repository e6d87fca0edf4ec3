//! The kinds of collection.

/// Which collection is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// With the kernel; cache level 0.
    #[default]
    Primary,
    /// Cache level 1.
    Pageable,
    /// Cache level 3; its data lies before its header, from vmaddr 0.
    Auxiliary,
}
