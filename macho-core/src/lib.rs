//! Zero-copy, no_std views of 64-bit Mach-O files: kernelcaches, filesets, executables.
//!
//! Layers, from the bytes up: [`raw`] has Apple's structures as they lie in the file; the views
//! ([`MachO`], [`LoadCommand`], [`Segment`], [`Section`] ...) give the same words as native, typed
//! values. What the values mean for a kernelcache is the business of `kc-offsets`.
//!
//! Promises: no panic, no allocation, no unsafe code, no recursion; every loop consumes input.
//! [`MachO::parse`] proves the skeleton once, and the walks over it are then infallible. Everything
//! borrows the caller's buffer, and is `Copy` but for the iterators.
//!
//! ```
//! use macho_core::{ErrorKind, MachO};
//!
//! let error = MachO::parse(b"not a Mach-O file, but long enough").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::BadMagic);
//! assert_eq!(error.to_string(), "mach_header_64: bad magic at file offset 0x0");
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

mod bytes;
mod find;
mod open_enum;
mod uleb;

pub mod addr;
pub mod codesign;
pub mod error;
pub mod exports;
pub mod fat;
pub mod fileset;
pub mod fixup;
pub mod function_starts;
pub mod layout;
pub mod linkedit;
pub mod load_command;
pub mod macho;
mod mode;
pub mod name;
pub mod raw;
pub mod segment;
mod skeleton;
pub mod symbol;
pub mod thread;
pub mod tolerance;
pub mod version;
pub mod view;

pub use addr::{FileOffset, PhysAddr, SlidVmAddr, Slide, VmAddr, VmOffset};
pub use error::{Error, ErrorKind, Structure};
pub use fat::{FatArch, FatFile};
pub use fileset::FilesetEntry;
pub use layout::{Layout, Pointers};
pub use load_command::LoadCommand;
pub use macho::{Header, MachO};
pub use mode::Mode;
pub use name::Name;
pub use raw::header::{CpuSubtype, CpuType, FileType, HeaderFlags};
pub use raw::load_command::LoadCommandKind;
pub use raw::load_command::Platform;
pub use raw::segment::{SectionAttributes, SectionType, SegmentFlags, VmProt};
pub use raw::thread::ThreadFlavor;
pub use segment::{Section, Segment};
pub use symbol::{Symbol, SymbolTable};
pub use thread::ThreadState64;
pub use version::{SourceVersion, Version};
pub use view::{CommandView, Uuid};
