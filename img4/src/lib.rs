//! IMG4, IM4P, IM4M and IM4R containers, with LZFSE, LZVN and LZSS decompression into the caller's buffer.
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

#[cfg(not(feature = "lzfse"))]
use absent::lzfse;
#[cfg(not(feature = "lzss"))]
use absent::lzss;

pub use comp_header::CompHeader;
pub use compression::{Codec, Decompressed, Plan, SizeSource};
pub use der::{Class, Tag, Tlv};
#[cfg(feature = "digest")]
pub use digest::DigestCheck;
pub use error::{Error, ErrorKind, Structure};
pub use fourcc::FourCc;
pub use im4m::{Manifest, Object, Objects};
pub use im4p::{CompressionInfo, Payload};
pub use im4r::RestoreInfo;
pub use img4::{Container, Img4};
pub use keybag::{Keybag, KeybagKind, Keybags};
pub use property::{Properties, Property, Value};
pub use scratch::Scratch;
