//! What the monitor image says about its own code and about a kernelcache.
//!
//! The image prints it in QEMU, `kc-qemu` computes it on the host from the same bytes, and the two texts
//! must be equal. Whatever differs between the machines (alignment, pointer authentication, floating
//! point, the compiler's target) would show here.
#![no_std]

mod code;
mod collection;
mod hash;

pub use code::code;
pub use collection::{Error, collection};
