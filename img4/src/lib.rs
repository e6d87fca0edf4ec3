//! IMG4, IM4P, IM4M and IM4R containers, with LZFSE, LZVN and LZSS decompression into the caller's
//! buffer.
//!
//! ```
//! # fn main() -> Result<(), img4::Error> {
//! # let file = b"\x30\x1c\x16\x04IM4P\x16\x04krnl\x16\x00\x04\x0cbvx-\0\0\0\0bvx$";
//! use img4::{Codec, Img4, Scratch};
//!
//! let parsed = Img4::parse(file)?;
//! if let Some(payload) = parsed.payload() {
//!     let plan = payload.plan()?;
//!     assert_eq!(plan.codec(), Codec::Lzfse);
//!     // The limit is the caller's; on bare metal, output and scratch are statics.
//!     let mut output = vec![0; plan.size_within(1 << 28)?];
//!     let mut scratch = Box::new(Scratch::new());
//!     let done = payload.decompress_into(&mut output, &mut scratch)?;
//!     assert_eq!(done.written, output.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! From top to bottom: [`Img4`] is the way in; [`Payload`], [`Manifest`] and [`RestoreInfo`] are
//! its parts, all borrowing the caller's bytes; [`Plan`] says what a payload will take; below are
//! the codecs and a reader of DER.
//!
//! # What it promises
//! - Every byte of input is hostile. No call panics, allocates, recurses or works longer than
//!   linear in input and output.
//! - It fails closed: a declared codec that the bytes do not show, sizes that differ, a wrong
//!   checksum, an encrypted payload are errors, and so is every bit of an LZFSE block that decoders
//!   ignore but encoders never leave.
//! - An [`Error`] says why, in which structure, and at which byte of the input.
//! - A matching digest does not mean that Apple signed the manifest; this crate checks only the
//!   digest.
//!
//! # Features
//! `lzss` and `lzfse` (both default; the second includes LZVN) compile the codecs in; without one,
//! its payloads give [`ErrorKind::UnsupportedCodec`]. `digest` adds SHA-1 and SHA-384 of a payload,
//! and their comparison with a manifest.
#![no_std]
#![forbid(unsafe_code)]
#![deny(
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

mod absent;
mod comp_header;
mod compression;
#[cfg(any(feature = "lzss", feature = "lzfse"))]
mod copy;
mod debug;
mod der;
#[cfg(feature = "digest")]
mod digest;
mod error;
mod fourcc;
mod im4m;
mod im4p;
mod im4r;
mod img4;
mod keybag;
#[cfg(feature = "lzfse")]
mod lzfse;
#[cfg(feature = "lzss")]
mod lzss;
mod property;
mod scratch;
mod stream_sizes;

#[cfg(not(feature = "lzfse"))]
use absent::lzfse;
#[cfg(not(feature = "lzss"))]
use absent::lzss;

// The way in: a container, and its parts.
pub use im4m::{Manifest, Object, Objects};
pub use im4p::Payload;
pub use im4r::RestoreInfo;
pub use img4::{Container, Img4};

// What is wrong with an input.
pub use error::{Error, ErrorKind, Structure};

// Decompression: what it will take, its working memory, and what it did.
pub use comp_header::CompHeader;
pub use compression::{Codec, CompressionInfo, Decompressed, Plan, SizeSource};
pub use scratch::Scratch;

// Whether a payload has the digest that its manifest gives.
#[cfg(feature = "digest")]
pub use digest::DigestCheck;

// What the parts hold: properties, key bags, and DER for the rest.
pub use der::{Class, Tag, Tlv};
pub use fourcc::FourCc;
pub use keybag::{Keybag, KeybagKind, Keybags};
pub use property::{Properties, Property, Value};
