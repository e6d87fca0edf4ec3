//! Kernelcaches that somebody made to harm a reader: each has one thing that is wrong, at a place that is known.
//!
//! [`mutate`](crate::mutate) damages by chance; these are the attacks that one would think of. What a reader must say
//! about each stands in the tests of the readers.

mod kmods;
mod layout;
mod list;
mod patch;

/// A hostile file.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// What is wrong with it.
    pub name: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// All of them: property lists, arrays of kexts, then layouts, counts and chains.
pub fn all() -> Vec<Hostile> {
    [list::all(), kmods::all(), layout::all()].concat()
}
