//! Which general registers a word writes, for words that are frequent from their bits alone.

use crate::bits::{field, five, widen};
use crate::error::DecodeError;
use crate::matcher::decode;

/// x30, which calls write.
const LINK: u32 = 1 << 30;

/// The bit of the register whose number is at `lsb`.
#[inline]
const fn bit(word: u32, lsb: u8) -> u32 {
    1_u32.wrapping_shl(widen(five(word, lsb)))
}

/// The general registers that the word writes, bit n for xn; bit 31 is sp, or says nothing.
///
/// The groups are those of the Arm ARM, C4.1. What is rare in them is decoded.
#[inline]
pub(super) fn written(word: u32) -> u32 {
    match field(word, 25, 4) {
        // Data processing with an immediate: Rd, unless it is AUTIASPPC or AUTIBSPPC.
        0b1000 | 0b1001 if word >> 22 != 0b11_1100_1110 => bit(word, 0),
        // Data processing with registers.
        0b0101 | 0b1101 => with_registers(word),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => load_or_store(word),
        // Floating point and vectors: few write a general register.
        0b0111 | 0b1111 if !leaves_vectors(word) => 0,
        0b1010 | 0b1011 => control(word),
        _ => decoded(word),
    }
}

fn with_registers(word: u32) -> u32 {
    match word & 0x3fe0_0000 {
        // CCMN and CCMP.
        0x3a40_0000 => 0,
        // ADCS and SBCS; RMIF, SETF8 and SETF16.
        0x3a00_0000 if field(word, 10, 6) != 0 => decoded(word),
        // One source: PACIA171615 and its like name no register.
        0x1ac0_0000 if word & 0x401f_0000 == 0x4001_0000 => decoded(word),
        _ => bit(word, 0),
    }
}

/// Whether the word converts to a general register, or moves something there (or it is near to
/// those that do).
const fn leaves_vectors(word: u32) -> bool {
    let converts = word & 0x5f20_fc00 == 0x1e20_0000 || word & 0x5f20_0000 == 0x1e00_0000;
    converts || word & 0x9fe0_8400 == 0x0e00_0400
}

fn load_or_store(word: u32) -> u32 {
    let simd = field(word, 26, 1) == 1;
    // LDP, STP and their like: bit 22 loads, bit 23 writes the base.
    if word & 0x3a00_0000 == 0x2800_0000 {
        let loaded = if field(word, 22, 1) == 1 && !simd {
            bit(word, 0) | bit(word, 10)
        } else {
            0
        };
        let base = if field(word, 23, 1) == 1 {
            bit(word, 5)
        } else {
            0
        };
        return loaded | base;
    }
    // One register: opc 0 stores; opc 2 of size 3 prefetches.
    let opc = field(word, 22, 2);
    let loads = !simd && opc != 0 && (opc != 2 || field(word, 30, 2) != 3);
    let loaded = if loads { bit(word, 0) } else { 0 };
    if word & 0x3b00_0000 == 0x3900_0000 || word & 0x3b20_0c00 == 0x3820_0800 {
        return loaded;
    }
    // An immediate of nine bits: bit 10 writes the base.
    if word & 0x3b20_0000 == 0x3800_0000 {
        let base = if field(word, 10, 1) == 1 {
            bit(word, 5)
        } else {
            0
        };
        return loaded | base;
    }
    // A literal: opc 3 prefetches.
    if word & 0x3b00_0000 == 0x1800_0000 {
        return if simd || field(word, 30, 2) == 3 {
            0
        } else {
            bit(word, 0)
        };
    }
    decoded(word)
}

fn control(word: u32) -> u32 {
    if word & 0x7c00_0000 == 0x1400_0000 {
        // B and BL.
        return if word >> 31 == 1 { LINK } else { 0 };
    }
    // CBZ, CBNZ, TBZ, TBNZ; B.cond and BC.cond.
    if word & 0x7c00_0000 == 0x3400_0000 || word & 0xff00_0000 == 0x5400_0000 {
        return 0;
    }
    // BLR, BLRAA and BLRAB; BR, RET and other branches to a register.
    if word & 0xfe00_0000 == 0xd600_0000 {
        return if word & 0x00e0_0000 == 0x0020_0000 {
            LINK
        } else {
            0
        };
    }
    // MRS; MSR (register).
    match word & 0xfff0_0000 {
        0xd530_0000 => bit(word, 0),
        0xd510_0000 => 0,
        _ => decoded(word),
    }
}

/// What [`effects`](crate::Instruction::effects) says.
#[inline(never)]
fn decoded(word: u32) -> u32 {
    match decode(word) {
        Ok(instruction) => instruction.written().general(),
        // Of SVE and SME, only Rd can be a general register.
        Err(DecodeError::NotCompiledIn) => bit(word, 0),
        // It writes nothing, and nothing that is known stays known behind it.
        Err(_) => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::encoding::Encoding;
    use crate::matcher::decode;

    /// Of every encoding the word with all fields 0, the one with all bits set in them, and random
    /// ones.
    #[test]
    fn as_effects_say() {
        const NO_SP: u32 = 0x7fff_ffff;
        let (mut checked, mut encodings) = (0_usize, 0_usize);
        for encoding in Encoding::all() {
            encodings += 1;
            let (mask, value) = (encoding.mask(), encoding.value());
            let mut random = value | 1;
            for number in 0..48_u32 {
                random ^= random.wrapping_shl(13);
                random ^= random >> 17;
                random ^= random.wrapping_shl(5);
                let fields = match number {
                    0 => 0,
                    1 => u32::MAX,
                    _ => random,
                };
                let word = value | fields & !mask;
                let Ok(instruction) = decode(word) else {
                    continue;
                };
                let exact = instruction.effects().writes.general() & NO_SP;
                let ours = written(word) & NO_SP;
                assert_eq!(ours, exact, "{word:08x} {}", instruction.encoding().name());
                checked += 1;
            }
        }
        // Some words are undefined, or of another encoding.
        assert!(checked > 24 * encodings, "{checked} of {encodings}");
    }
}
