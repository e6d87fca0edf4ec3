//! The files of `samples/`, as bytes.

use crate::kernelcache::sample;

/// Every sample: name and contents.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![("kernelcache.macho", sample::fileset().bytes)]
}
