//! Pointer authentication codes (PAC) of arm64e pointers in memory.
use macho_core::SlidVmAddr;

/// Takes the code out of a signed pointer, as the instruction `xpaci` does for code pointers (Arm ARM,
/// pseudocode `Strip`): bit 55 says which half of the address space it points into, and all bits from
/// `va_bits` up become copies of it.
///
/// `va_bits` is 64 less `T0SZ` or `T1SZ` of `TCR_EL1`: 47 for macOS kernels on Apple silicon with 16 KiB pages; others
/// use 39 to 48. More than 55 leaves the pointer as it is. A plain pointer comes out as it went in.
#[inline]
#[must_use]
pub const fn strip_pac(pointer: u64, va_bits: u32) -> SlidVmAddr {
    if va_bits > 55 {
        return SlidVmAddr::new(pointer);
    }
    let high = u64::MAX.wrapping_shl(va_bits);
    let upper_half = pointer & 1 << 55 != 0;
    SlidVmAddr::new(if upper_half {
        pointer | high
    } else {
        pointer & !high
    })
}

#[cfg(test)]
mod tests {
    use super::strip_pac;

    #[test]
    fn bit_55_fills_what_the_code_took() {
        for (pointer, va_bits, stripped) in [
            (0xffff_fe00_0700_4000, 47, 0xffff_fe00_0700_4000),
            (0x1234_fe00_0700_4000 | 1 << 55, 47, 0xffff_fe00_0700_4000),
            (0xab7f_8001_0700_4000, 47, 0x0000_0001_0700_4000),
            (0xabff_ff91_0700_4000, 39, 0xffff_ff91_0700_4000),
            (0x0000_7fff_ffff_fff8, 47, 0x0000_7fff_ffff_fff8),
            (0x1234_5678_9abc_def0, 64, 0x1234_5678_9abc_def0),
            (1 << 55, 0, u64::MAX),
        ] {
            assert_eq!(strip_pac(pointer, va_bits).get(), stripped, "{pointer:#x}");
        }
    }
}
