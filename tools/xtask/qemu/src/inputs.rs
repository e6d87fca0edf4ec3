//! The payload in every shape and codec.

use testkit::img4::{Im4p, signed_like};
use testkit::kernelcache::boot;
use testkit::truth::Built;

/// A shape of kernelcache: its name and its builder.
pub(crate) type Shape = (&'static str, fn() -> Built);

/// Every shape that boots.
pub(crate) const SHAPES: [Shape; 5] = [
    ("fileset", boot::fileset),
    ("prelinked", boot::prelinked),
    ("bare", boot::bare),
    ("shuffled", boot::shuffled),
    ("m1n1", boot::m1n1),
];

/// A codec: its name and what makes an IM4P with it.
pub(crate) type Codec = (&'static str, fn(&str, &[u8]) -> Im4p);

/// Every codec.
pub(crate) const CODECS: [Codec; 4] = [
    ("lzfse", Im4p::lzfse),
    ("lzss", Im4p::lzss),
    ("lzvn", Im4p::lzvn),
    ("stored", Im4p::stored),
];

/// An IMG4 with a manifest that covers `file`.
pub(crate) fn img4(file: &[u8]) -> Vec<u8> {
    signed_like(&Im4p::lzfse("krnl", file))
}

/// Changes the 8-byte number at `at`.
pub(crate) fn change(file: &mut [u8], at: usize, by: impl Fn(u64) -> u64) {
    let mut number = [0; 8];
    number.copy_from_slice(&file[at..at + 8]);
    let number = by(u64::from_le_bytes(number));
    file[at..at + 8].copy_from_slice(&number.to_le_bytes());
}

/// File offset of the first load command of this kind in the outermost image.
///
/// # Panics
/// When there is none.
pub(crate) fn command(file: &[u8], kind: u32) -> usize {
    let word = |at: usize| {
        let bytes = file[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes)
    };
    let mut at = 32;
    for _ in 0..word(16) {
        if word(at) == kind {
            return at;
        }
        at += usize::try_from(word(at + 4)).expect("small");
    }
    panic!("no load command {kind:#x}")
}

/// File offset of the segment command with this name.
///
/// # Panics
/// When there is none.
pub(crate) fn segment(file: &[u8], name: &str) -> usize {
    let mut padded = [0; 16];
    padded[..name.len()].copy_from_slice(name.as_bytes());
    let found = file.windows(16).position(|window| window == padded);
    // cmd and cmdsize come before segname.
    found.expect("the segment is there") - 8
}
