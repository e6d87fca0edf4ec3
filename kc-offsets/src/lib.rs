//! Addresses of a kernelcache: vmaddr, file offset, physical address, entry point.
//!
//! Layers, from the numbers up: [`AddressMap`] translates between vmaddr and file offset, and has
//! the rules; [`PhysicalWindow`] and [`Slide`](macho_core::Slide) lead on to physical addresses;
//! [`KernelCache`] knows the shapes of kernelcaches and their entry point; [`Images`] lists the
//! images inside, whatever the shape; [`Lookup`] finds the image, segment, section, function and
//! name of a vmaddr; [`LoadPlan`] puts an image into memory.
//!
//! XNU makes the pointers of its own collection right when it starts, and a loader leaves them
//! alone. [`apply_fixups`] and [`LoadPlan::apply_fixups`] do the kernel's work in its place, for
//! emulators, analysis and images that do not fix themselves up.
//!
//! Promises: no panic, no allocation, no unsafe code, no recursion; work is bounded by the number
//! of segments. If speed needs memory, the caller gives it as a slice of cells ([`MapCell`],
//! [`PageCell`], [`ImageCell`], [`LookupCell`]); an empty slice asks how many.
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

mod apply;
mod boot_args;
#[cfg(feature = "code")]
pub mod code;
mod collection;
mod darwin;
mod entry;
mod error;
mod extract;
mod image_fixups;
mod images;
mod kernelcache;
mod kext;
mod load;
mod lookup;
mod map;
mod pac;
mod pages;
mod pointer;
mod rebase;
mod slide;
mod sort;
mod target;

// The file: its shape, the images inside, where it starts to run.
pub use collection::CollectionKind;
pub use darwin::DarwinVersion;
pub use entry::{EntryPoint, EntrySource};
pub use kernelcache::{Entries, Entry, KernelCache, Shape};

// Between vmaddr, file offset and physical address.
pub use map::{
    AddressMap, MapCell, Outcome, PageCell, PageIndex, Run, Runs, SegmentRange, Translation,
};
pub use slide::PhysicalWindow;

// The images of a kernelcache, whatever its shape.
pub use images::{Image, ImageCell, ImageNameError, ImageText, ImageTextBytes, Images};

// What owns and what names an address.
pub use lookup::{
    AddressName, Function, Location, Lookup, LookupCell, LookupOptions, NamedAddress, Owner,
};

// The kexts that a kernelcache lists.
pub use kext::{Dictionaries, Dictionary, IdCell, Ids, Kext, Kexts, Key, Kmod, Kmods, PrelinkInfo};

// The property list of the kexts, element by element.
pub use kext::{Chunk, Chunks, Plist, PlistElement, PlistItem, PlistText};

// Putting an image into memory, what the loader slides there, and the pointers applied in the
// kernel's place.
pub use apply::{Bases, Linker, apply_fixups, discriminator, resolve_slot};
pub use load::{BootFields, ClampReason, FixedUpBy, LoadPlan, MOST_SEGMENTS, Slid, Step, Steps};

// What the kernel is told when it is entered.
pub use boot_args::{BootArgs, BootArgsLayout, BootVideo};

// The fixups of a kernelcache's images.
pub use image_fixups::{CollectionFixups, ImageFixups};

// One pointer, in a file or in memory.
pub use pac::strip_pac;
pub use pointer::{Pointer, pointer_at, unslid};
pub use target::RebaseTargets;

// One image as a file of its own.
pub use extract::{extract_image, resolve_pointers};

// The same file at other addresses.
pub use rebase::{Rebased, rebase};

// What is wrong, in which structure, and where.
pub use error::{Error, ErrorKind, PlistErrorKind, Structure};
