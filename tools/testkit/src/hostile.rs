//! Kernelcaches that somebody made to harm a reader: each has one thing that is wrong, at a place
//! that is known.
//!
//! [`mutate`](crate::mutate) damages by chance; these are the attacks that one would think of. What
//! a reader must say about each stands in the tests of the readers.

mod attack;
mod kmods;
mod layout;
mod list;
mod patch;
mod shared;
pub mod sharing;

pub use attack::Hostile;
pub use list::with_prelink_info;
pub use shared::{binds_of_one_name, exports_of_one_name};

/// All of them: property lists, arrays of kexts, then layouts, counts and chains.
pub fn all() -> Vec<Hostile> {
    [list::all(), kmods::all(), layout::all()].concat()
}
