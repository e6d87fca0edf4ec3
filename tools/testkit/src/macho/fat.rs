//! Fat (universal) wrappers, big-endian, with 32- and 64-bit records.

use crate::bytes::{Writer, len32, len64};
use crate::constants::{FAT_MAGIC, FAT_MAGIC_64};

/// One architecture of a fat file.
#[derive(Debug, Clone)]
pub struct Slice {
    /// `cputype`.
    pub cputype: u32,
    /// `cpusubtype`.
    pub cpusubtype: u32,
    /// `align`, a power of two's exponent.
    pub align: u32,
    /// The Mach-O.
    pub bytes: Vec<u8>,
}

/// Wraps the slices, each at its alignment; returns the file and each slice's file offset.
pub fn wrap(slices: &[Slice], wide: bool) -> (Vec<u8>, Vec<u64>) {
    let record = if wide { 32 } else { 20 };
    let mut at = 8 + record * len64(slices.len());
    let mut offsets = Vec::new();
    for slice in slices {
        at = at.next_multiple_of(1 << slice.align);
        offsets.push(at);
        at += len64(slice.bytes.len());
    }
    let mut out = Writer::new();
    out.u32_be(if wide { FAT_MAGIC_64 } else { FAT_MAGIC })
        .u32_be(len32(slices.len()));
    for (slice, offset) in slices.iter().zip(&offsets) {
        out.u32_be(slice.cputype).u32_be(slice.cpusubtype);
        if wide {
            out.u64_be(*offset)
                .u64_be(len64(slice.bytes.len()))
                .u32_be(slice.align)
                .u32_be(0);
        } else {
            out.u32_be(crate::bytes::off32(*offset))
                .u32_be(len32(slice.bytes.len()))
                .u32_be(slice.align);
        }
    }
    let mut bytes = out.into_bytes();
    for (slice, offset) in slices.iter().zip(&offsets) {
        crate::macho::place(&mut bytes, *offset, &slice.bytes);
    }
    (bytes, offsets)
}
