//! Logical immediates: the inverse of Arm's DecodeBitMasks.

use crate::bits::{low32, wide};

/// N, immr and imms of a value of 64 bits (of 32 bits: repeated), if it is a logical immediate: a run of ones, rotated, repeated at a
/// distance of 2, 4, 8, 16, 32 or 64 bits. Takes at most 5 steps.
pub(super) const fn parts(value: u64) -> Option<(u32, u32, u32)> {
    if value == 0 || value == u64::MAX {
        return None;
    }
    // The smallest element that is repeated.
    let mut size = 64_u32;
    while size > 2 {
        let half = size >> 1;
        if value.rotate_right(half) != value {
            break;
        }
        size = half;
    }
    let all = u64::MAX.wrapping_shr(64_u32.wrapping_sub(size));
    let element = value & all;
    let ones = element.count_ones();
    // Where the run starts: behind the zeros at the bottom, or, where it wraps around, behind those in the middle.
    let start = if element & 1 == 0 {
        element.trailing_zeros()
    } else {
        let inverted = !element & all;
        let top = 64_u32.wrapping_sub(inverted.leading_zeros());
        if top >= size { 0 } else { top }
    };
    let run = u64::MAX.wrapping_shr(64_u32.wrapping_sub(ones));
    let turned = if start == 0 {
        run
    } else {
        (run.wrapping_shl(start) | run.wrapping_shr(size.wrapping_sub(start))) & all
    };
    if turned != element {
        return None;
    }
    let rotate = size.wrapping_sub(start) & size.wrapping_sub(1);
    // Ones above the size, a zero, then the number of ones less one.
    let above = !size.wrapping_shl(1).wrapping_sub(1);
    let imms = (above | ones.wrapping_sub(1)) & 0x3f;
    Some((if size == 64 { 1 } else { 0 }, rotate, imms))
}

/// A value of `8 << log` bits, repeated over 64 bits.
#[cfg(feature = "sve")]
pub(super) const fn repeat(value: u64, log: u32) -> u64 {
    let mut all = value;
    let mut bits = 8_u32.wrapping_shl(log);
    if bits < 64 {
        all &= !u64::MAX.wrapping_shl(bits);
    }
    while bits < 64 {
        all |= all.wrapping_shl(bits);
        bits = bits.wrapping_shl(1);
    }
    all
}

/// The low 32 bits of a value, twice.
pub(super) const fn twice(value: u64) -> u64 {
    let low = wide(low32(value));
    low | low << 32
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::program::bitmask;

    #[test]
    fn every_logical_immediate() {
        let mut count = 0;
        for n in 0..2_u8 {
            for immr in 0..64_u32 {
                for imms in 0..64_u32 {
                    let pattern = u32::from(n) << 6 | !imms & 63;
                    let size = 1_u32 << (pattern | 1).ilog2();
                    // Reserved: no element, or one of nothing but ones.
                    if size < 2 || imms & (size - 1) == size - 1 {
                        continue;
                    }
                    let value = bitmask(immr << 16 | imms << 10, n, 64);
                    // Bits of immr above the element's size do not count.
                    let wanted = Some((u32::from(n), immr & (size - 1), imms));
                    assert_eq!(parts(value), wanted, "{n} {immr} {imms} {value:#x}");
                    count += 1;
                }
            }
        }
        // 64 * 63 + 2 * 32 * 31 * ... of all rotations, ignored bits included.
        assert_eq!(count, 64 * (63 + 31 + 15 + 7 + 3 + 1));
    }

    #[test]
    fn others_are_refused() {
        for value in [0, u64::MAX, 0b101, 0x0123_4567_89ab_cdef, 1 << 63 | 2] {
            assert_eq!(parts(value), None, "{value:#x}");
        }
    }
}
