//! The kernelcache crates for C: a static library and the header `include/kernelcache.h`.
//!
//! C loaders (m1n1 and QEMU are C) get what the Rust crates do: open a container, decompress it,
//! read the collection, plan its load, copy it, apply its fixups, translate addresses, decode,
//! print and search instructions. Nothing allocates; every buffer is the caller's. Every call that
//! can fail returns a [`kc_status`] and fills a [`kc_error`] where the caller gave one.
//!
//! # The contract of every pointer
//! This is the only library of the family with unsafe code, and all of that is this contract, which
//! the header repeats:
//! - a pointer with a length points to that many readable (for output: writable) bytes, or the
//!   length is 0;
//! - a pointer to one object is NULL where the call says so, else valid, aligned and, for output,
//!   writable;
//! - memory that a call only reads does not change during the call; what a handle was opened from
//!   stays as it is as long as the handle is used;
//! - output memory overlaps no input of the same call.
//!
//! On bare metal the crate brings the panic handler that Rust demands (feature `panic-handler`); no
//! call reaches it, which the link of `nopanic` proves.
#![no_std]
#![allow(unsafe_code, reason = "the interface to C: see the contract above")]
#![allow(non_camel_case_types, reason = "the names that C sees")]
#![deny(
    unsafe_op_in_unsafe_fn,
    clippy::undocumented_unsafe_blocks,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::todo,
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core
)]

// Hosts have a panic handler in their standard library.
#[cfg(not(target_os = "none"))]
extern crate std;

mod a64;
mod container;
mod error;
mod image;
mod load;
mod memory;
mod search;

pub use a64::*;
pub use container::*;
pub use error::*;
pub use image::*;
pub use load::*;
pub use search::*;

/// No call reaches this: the link of `nopanic` proves it for the libraries and for this crate.
#[cfg(all(target_os = "none", feature = "panic-handler"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
