//! What a kernelcache says about its kexts.
//!
//! Filesets and prelinked kernels have a property list in `__PRELINK_INFO,__info`
//! ([`prelink_info`]); static kernels have arrays of pointers to `kmod_info_64` and to headers in
//! `__kmod_info` and `__kmod_start` ([`kmod`]).

pub mod kmod;
pub mod plist;
pub mod prelink_info;

pub use kmod::{Kmod, Kmods};
pub use plist::Plist;
pub use prelink_info::{IdEntry, Ids, Kext, Kexts, PrelinkInfo};
