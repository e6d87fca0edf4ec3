//! Builders of whole kernelcaches, one file per shape.

pub mod boot;
pub mod collection;
pub mod kernel;
pub mod kext;
mod kind;
pub mod large;
pub mod m1n1;
pub mod planted;
pub mod prelink_info;
pub mod prelinked;
pub mod sample;
mod threads;

pub use collection::Collection;
pub use kernel::{Kernel, KernelShape};
pub use kind::Kind;
pub use prelinked::Prelinked;
