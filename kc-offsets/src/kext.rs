//! What a kernelcache says about its kexts.
//!
//! Filesets and prelinked kernels have a property list in `__PRELINK_INFO,__info`
//! ([`PrelinkInfo`]); static kernels have arrays of pointers to `kmod_info_64` and to headers in
//! `__kmod_info` and `__kmod_start` ([`Kmods`]).

mod dictionary;
mod kmod;
mod plist;
pub(crate) mod prelink_info;

pub use dictionary::{Dictionaries, Dictionary, Key};
pub use kmod::{Kmod, Kmods};
pub use plist::{Chunk, Chunks, Plist, PlistElement, PlistItem, PlistText};
pub(crate) use prelink_info::NO_ADDRESS;
pub use prelink_info::{IdCell, Ids, Kext, Kexts, PrelinkInfo};
