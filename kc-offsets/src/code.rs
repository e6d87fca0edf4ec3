//! Questions about code, as patch finders and analysis tools ask them (feature `code`).
//!
//! Layers, from the bytes up: [`regions`] says which bytes of an image are code; [`xref`] and [`pointer`](mod@pointer) find what refers to
//! an address, in code and in data; [`string`](mod@string) finds C strings, [`function`] the bounds of functions, [`stub`] what an image
//! calls others by; [`find`] searches masked words, and [`patch`] checks and applies changes.
//!
//! All of it counts in unslid vmaddrs. Of a collection the outer image's segments span the code of every image inside;
//! [`KernelCache::entries`](crate::KernelCache::entries) gives the images one by one, whose sections say more.
//!
//! Nothing here allocates; what must be kept is kept in the caller's memory. Work is bounded by the bytes looked at, and by the number of
//! load commands.

pub mod find;
pub mod function;
pub mod patch;
pub mod pointer;
pub mod regions;
pub mod string;
pub mod stub;
pub mod xref;

pub use find::{CodeMatch, CodeMatches};
pub use function::{Function, FunctionIndex, guess_function_start};
pub use patch::{Patch, PatchError, PatchErrorKind, PatchPlace, PlacedPatch};
pub use pointer::{PointerXref, PointerXrefs};
pub use regions::{CodeRegions, Region, code_regions};
pub use string::{CString, CStrings, c_strings, string_xrefs};
pub use stub::{Stub, Stubs};
pub use xref::{AddressRange, CodeXref, CodeXrefs, Targets};
