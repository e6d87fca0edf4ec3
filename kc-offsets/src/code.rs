//! Questions about code, as patch finders and analysis tools ask them (feature `code`).
//!
//! Layers, from the bytes up: [`code_regions`] says which bytes of an image are code; [`CodeXrefs`]
//! and [`PointerXrefs`] find what refers to an address, in code and in data; [`c_strings`] finds C
//! strings, [`guess_function_start`] guesses where functions start, [`Stubs`] what an image calls
//! others by; [`CodeMatches`] searches masked words, [`CodeSetMatches`] many patterns of them at
//! once, [`DataMatches`] masked bytes; and [`check_patches`] and [`apply_patches`]
//! check and apply changes.
//!
//! All of it counts in unslid vmaddrs. Of a collection the outer image's segments span the code of
//! every image inside; [`Images`](crate::Images) gives the images one by one, whose sections say
//! more.
//!
//! Nothing here allocates; what must be kept is kept in the caller's memory. Work is bounded by the
//! bytes looked at, and by the number of load commands.

mod find;
mod find_set;
mod function;
mod masked;
mod patch;
mod pointer;
mod regions;
mod string;
mod stub;
mod xref;

// Which bytes of an image are code.
pub use regions::{CodeRegions, Region, code_regions};

// What refers to an address.
pub use pointer::{PointerXref, PointerXrefs};
pub use xref::{AddressRange, CodeXref, CodeXrefs, Wanted};

// What is at an address: guessed functions, strings, stubs.
pub use function::guess_function_start;
pub use string::{CString, CStrings, c_strings, holds_strings, string_xrefs};
pub use stub::{Stub, Stubs};

// Masked words and bytes, and changes to them.
pub use find::{CodeMatch, CodeMatches};
pub use find_set::{CodeOccurrences, CodeSetMatches};
pub use masked::{DataMatches, MaskedBytes, MaskedMatches};
pub use patch::{
    Patch, PatchError, PatchErrorKind, PatchPlace, PlacedPatch, apply_patches, check_patches,
};
