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

mod addr;
mod bytes;
mod codesign;
mod consistency;
mod debug;
mod error;
mod exports;
mod fat;
mod fileset;
mod find;
mod fixup;
mod function_starts;
mod hidden;
mod layout;
mod linkedit;
mod load_command;
mod macho;
mod mode;
mod name;
mod open_enum;
pub mod raw;
mod segment;
mod skeleton;
mod symbol;
mod thread;
mod tolerance;
mod uleb;
mod version;
mod view;

// One type for each address space.
pub use addr::{FileOffset, PhysAddr, SlidVmAddr, Slide, VmAddr, VmOffset};

// What is wrong with a file.
pub use error::{Error, ErrorKind, Structure};

// The way in: one image, how it is read, and the files that hold several.
pub use fat::{FatArch, FatArches, FatFile};
pub use fileset::{FilesetEntries, FilesetEntry};
pub use layout::{Layout, Pointers};
pub use macho::{Header, MachO};
pub use mode::Mode;
pub use tolerance::Tolerated;

// Segments and sections, and the names in them.
pub use name::Name;
pub use segment::{Section, Sections, Segment, Segments};

// Load commands: the walk over them, and each as a typed value.
pub use load_command::{LoadCommand, LoadCommands};
pub use thread::{ThreadState, ThreadState64, ThreadStates};
pub use version::{BuildTool, BuildTools, BuildVersion, SourceVersion, Version};
pub use view::{
    CommandView, DyldInfo, Dylib, Dylinker, Dysymtab, EncryptionInfo, EncryptionInfo64, Fvmfile,
    Fvmlib, Ident, LinkerOption, MainCommand, Note, PrebindCksum, PreboundDylib, Routines,
    Routines64, Rpath, SubClient, SubFramework, SubLibrary, SubUmbrella, Symseg, Symtab,
    TargetTriple, TwolevelHints, Uuid, VersionMin,
};

// The tables of `__LINKEDIT`: symbols, exports, functions, data among the code, the signature.
pub use codesign::{Blob, Blobs, CodeDirectory, CodeSignature};
pub use exports::{Export, ExportFrame, ExportTarget, ExportWalk, Exports};
pub use function_starts::FunctionStarts;
pub use linkedit::{DataInCode, DataInCodeEntries, LinkeditData};
pub use symbol::{IndirectSymbol, IndirectSymbols, Strings, Symbol, SymbolTable, Symbols};

// Fixups: the words that a loader rewrites, whatever the mechanism, and chains alone.
pub use fixup::{
    Auth, AuthKey, ChainedFixups, ChainedSlots, Fixup, Fixups, Import, Imports, Link, Mechanism,
    SegmentSlots, SegmentStarts, SegmentStartsIter, Slot, Slots, Target, ThreadImports,
};

// The values that fields hold, by Apple's names; unknown ones are kept.
pub use raw::codesign::{BlobMagic, BlobSlot, CodeSignatureFlags, ExecSegFlags, HashType};
pub use raw::dyld_info::{BindOpcode, RebaseOpcode};
pub use raw::fixup::{ImportsFormat, PointerFormat};
pub use raw::header::{CpuSubtype, CpuType, FileType, HeaderFlags};
pub use raw::linkedit::{DataInCodeKind, ExportFlags, ExportKind};
pub use raw::load_command::{DylibUseFlags, LoadCommandKind, Platform, Tool};
pub use raw::segment::{SectionAttributes, SectionType, SegmentFlags, VmProt};
pub use raw::symbol::{ReferenceType, StabKind, SymbolDesc, SymbolType};
pub use raw::thread::ThreadFlavor;
