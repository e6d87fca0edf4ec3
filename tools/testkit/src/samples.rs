//! The files of `samples/`, as bytes.

use crate::img4::{Im4p, signed_like};
use crate::kernelcache::sample;

/// The sample kernelcache as a Mac's boot volume would hold one: a full IMG4, its payload
/// compressed with LZFSE, its manifest's digest (SHA-384) that of the payload.
pub fn kernelcache_img4() -> Vec<u8> {
    let mut im4p = Im4p::lzfse("krnl", &sample::fileset().bytes);
    "testkit sample kernelcache".clone_into(&mut im4p.description);
    signed_like(&im4p)
}

/// Every sample: name and contents.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![("kernelcache.img4", kernelcache_img4())]
}
