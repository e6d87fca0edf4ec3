//! Addresses of a kernelcache: vmaddr, file offset, physical address, entry point.
//!
//! Layers, from the numbers up: [`AddressMap`] translates between vmaddr and file offset by the
//! rules in [`map`]; [`PhysicalWindow`] and [`Slide`](macho_core::Slide) lead on to physical
//! addresses; [`Lookup`] finds the image, segment, section and symbol that own a vmaddr;
//! [`KernelCache`] knows the shapes of kernelcaches, their entry point and the images inside.
//!
//! Promises: no panic, no allocation, no unsafe code, no recursion; work is bounded by the number
//! of segments. Where speed needs memory, the caller gives it ([`MapStorage`], [`PageIndex`]).
//!
//! ```
//! use kc_offsets::{AddressMap, Outcome, SegmentRange};
//! use macho_core::{FileOffset, VmAddr};
//!
//! let text_exec = [SegmentRange {
//!     vmaddr: VmAddr::new(0xffff_fe00_0700_8000),
//!     vmsize: 0x8000,
//!     file_offset: FileOffset::new(0x4000),
//!     filesize: 0x4000,
//! }];
//! let map = AddressMap::from_ranges(&text_exec, FileOffset::new(0x10000));
//! let at = |vmaddr| map.outcome(VmAddr::new(vmaddr));
//! assert_eq!(at(0xffff_fe00_0700_8010), Outcome::Mapped(FileOffset::new(0x4010)));
//! assert_eq!(at(0xffff_fe00_0700_c000), Outcome::ZeroFill); // not the next segment's file bytes
//! assert_eq!(at(0xffff_fe00_0701_0000), Outcome::Unmapped);
//! ```
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

pub mod apply;
#[cfg(feature = "code")]
pub mod code;
pub mod entry;
pub mod error;
pub mod kernelcache;
pub mod kext;
pub mod load;
pub mod lookup;
pub mod map;
pub mod pac;
pub mod pointer;
pub mod rebase;
pub mod slide;
mod sort;
pub mod target;

pub use apply::{Bases, Linker};
pub use entry::{EntryPoint, EntrySource};
pub use error::{Error, ErrorKind, PlistErrorKind, Structure};
pub use kernelcache::{CollectionKind, Entries, Entry, KernelCache, Shape};
pub use kext::{Ids, Kext, Kexts, Kmod, Kmods, PrelinkInfo};
pub use load::{BootFields, ClampReason, LoadPlan, Step, Steps};
pub use lookup::{ImageIndex, Lookup, Owner, Place, SymbolIndex};
pub use map::{AddressMap, MapStorage, NOT_IN_FILE, Outcome, PageIndex, SegmentRange, Translation};
pub use pointer::{Pointer, pointer_at, unslid};
pub use slide::PhysicalWindow;
pub use target::RebaseTargets;
