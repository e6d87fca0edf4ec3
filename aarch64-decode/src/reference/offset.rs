//! Where a load or store accesses memory, counted from its base register.

use crate::bits::{field, sign_extend, unsigned, wide, widen};
use crate::matcher::decode;
use crate::operand::{AddressMode, MemoryOffset, Operand};
use crate::register::RegisterClass;

/// Bytes from the base register, which is in the field Rn, to where the word accesses memory (or
/// prefetches); `None` of a word that does not, or whose distance a register or the length of
/// vectors gives.
pub(super) fn offset(word: u32) -> Option<u64> {
    // Loads and stores, Arm ARM C4.1; those of SVE and SME lie elsewhere.
    if word & 0x0a00_0000 != 0x0800_0000 {
        return if word & 0x1a00_0000 == 0 {
            decoded(word)
        } else {
            None
        };
    }
    if word & 0x3b00_0000 == 0x3900_0000 {
        return Some(wide(field(word, 10, 12)).wrapping_shl(access_shift(word)));
    }
    if word & 0x3b20_0000 == 0x3800_0000 {
        // Bits 11 and 10: unscaled, behind the access, unprivileged, before it.
        let behind = field(word, 10, 2) == 1;
        return Some(if behind {
            0
        } else {
            unsigned(sign_extend(field(word, 12, 9), 9))
        });
    }
    if word & 0x3a00_0000 == 0x2800_0000 {
        let behind = field(word, 23, 2) == 1;
        let distance = unsigned(sign_extend(field(word, 15, 7), 7));
        return Some(if behind {
            0
        } else {
            distance.wrapping_shl(pair_shift(word))
        });
    }
    decoded(word)
}

/// log2 of the bytes that a load or store with unsigned offset moves.
fn access_shift(word: u32) -> u32 {
    let size = field(word, 30, 2);
    let simd = field(word, 26, 1) == 1;
    // size 0 with the high bit of opc is a 128-bit register.
    if simd && size == 0 && field(word, 23, 1) == 1 {
        4
    } else {
        size
    }
}

/// log2 of the unit of a pair's offset.
fn pair_shift(word: u32) -> u32 {
    let opc = field(word, 30, 2);
    if field(word, 26, 1) == 1 {
        // s, d, q; and q of the unprivileged ones.
        return opc.wrapping_add(2).min(4);
    }
    match (opc, field(word, 22, 1)) {
        // STGP counts granules of 16 bytes; LDPSW, as pairs of W do, words.
        (1, 0) => 4,
        (0 | 1, _) => 2,
        _ => 3,
    }
}

fn decoded(word: u32) -> Option<u64> {
    let instruction = decode(word).ok()?;
    let mut operands = instruction.operands(0);
    let memory = operands.find_map(|operand| match operand {
        Operand::Memory(memory) => Some(memory),
        _ => None,
    })?;
    if memory.base.class() != RegisterClass::Xsp || field(word, 5, 5) != widen(memory.base.number())
    {
        return None;
    }
    match (memory.mode, memory.offset) {
        (AddressMode::Post, _) | (_, MemoryOffset::None | MemoryOffset::VectorLengths(0)) => {
            Some(0)
        }
        (_, MemoryOffset::Immediate(bytes)) => Some(unsigned(i64::from(bytes))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decoded, offset};
    use crate::encoding::Encoding;
    use crate::matcher::decode;

    #[test]
    fn as_the_operands_say() {
        let mut checked = 0_u32;
        for encoding in Encoding::all() {
            let (mask, value) = (encoding.mask(), encoding.value());
            let mut random = value | 1;
            for _ in 0..30_u32 {
                random ^= random.wrapping_shl(13);
                random ^= random >> 17;
                random ^= random.wrapping_shl(5);
                let word = value | random & !mask;
                if decode(word).is_err() {
                    continue;
                }
                assert_eq!(
                    offset(word),
                    decoded(word),
                    "{word:08x} {}",
                    encoding.name()
                );
                checked += u32::from(offset(word).is_some());
            }
        }
        assert!(checked > 10_000, "{checked}");
    }
}
