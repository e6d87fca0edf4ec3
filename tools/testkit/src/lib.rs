//! Builders of Mach-O files, kernelcaches and IMG4 containers for tests; hostile mutators.
//!
//! A second opinion: nothing here depends on the libraries under test, down to the constants.
//! Every builder returns the bytes and a [`truth::Truth`], what a reader must find in them.
//!
//! ```
//! use testkit::kernelcache::sample;
//!
//! let built = sample::fileset();
//! let entry = built.truth.entry.as_ref().unwrap();
//! assert_eq!(built.truth.file_offset(entry.vmaddr), Some(entry.file_offset));
//! ```

pub mod bytes;
pub mod classic;
pub mod constants;
pub mod fixups;
pub mod hostile;
pub mod img4;
pub mod kernelcache;
pub mod link;
pub mod lzss;
pub mod lzvn;
pub mod macho;
pub mod mutate;
pub mod object;
pub mod rng;
pub mod samples;
pub mod seeds;
pub mod truth;
