//! Apple's structures as they lie in the file: Apple's names, Apple's field order, no logic.
//!
//! Every structure is `#[repr(C)]` with fields of alignment 1, so that a reference to one may point
//! anywhere into the caller's buffer. Numbers are little-endian but where a module says otherwise.
//! A field read costs more than a native one on a target with strict alignment: the views of
//! this crate convert once.
//!
//! Sources: the headers of XNU (`EXTERNAL_HEADERS/mach-o/`, `osfmk/`), by file and C name.
pub mod codesign;
pub mod dyld_info;
pub mod fat;
pub mod fixup;
pub mod header;
pub mod linkedit;
pub mod load_command;
pub mod segment;
pub mod symbol;
pub mod thread;
