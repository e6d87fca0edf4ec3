//! What is mutated.

/// The libraries, in the order of their mutants: name of the package, folder.
pub(crate) const LIBRARIES: [(&str, &str); 4] = [
    ("kc-macho-core", "macho-core"),
    ("img4", "img4"),
    ("kc-offsets", "kc-offsets"),
    ("aarch64-decode", "aarch64-decode"),
];
