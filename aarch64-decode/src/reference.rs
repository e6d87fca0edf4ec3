//! Which address an instruction pair names: ADRP and the ADD, LDR or STR that completes it.

use crate::bits::{field, five, index, sign_extend, unsigned, wide, widen};

/// What an instruction refers to, an address in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A 4 KiB page: the first half of a pair, `adrp`.
    Page(u64),
    /// A whole address: `adr`, a literal, or the `add`, load or store that completes a pair.
    Address(u64),
}

/// Follows code word by word and says which addresses it names.
///
/// Straight-line and deliberately forgetful: a register is known from its ADRP until anything that might write it. A wrong guess would
/// mislead; a missed one only says less.
///
/// ```
/// use aarch64_decode::{Reference, References};
///
/// let mut references = References::new();
/// // adrp x0, 0x103000; add x0, x0, #0x123
/// assert_eq!(references.next(0xf000_0000, 0x10_0010), Some(Reference::Page(0x10_3000)));
/// assert_eq!(references.next(0x9104_8c00, 0x10_0014), Some(Reference::Address(0x10_3123)));
/// ```
#[derive(Clone, Debug)]
pub struct References {
    /// What x0 to x30 hold, as far as it is known.
    known: [Option<u64>; 31],
}

impl Default for References {
    fn default() -> Self {
        Self::new()
    }
}

/// immhi:immlo of `adr` and `adrp`, in their own units.
fn pc_relative(word: u32) -> u64 {
    unsigned(sign_extend(
        field(word, 5, 19) << 2 | field(word, 29, 2),
        21,
    ))
}

impl References {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self { known: [None; 31] }
    }

    /// What the word at address `pc` (in bytes) refers to. Words are given in the order of their addresses; call
    /// [`label`](Self::label) where another path may join.
    ///
    /// Encodings as in the Arm ARM, C4.1: ADR/ADRP, ADD (immediate, 64-bit), load/store register (unsigned immediate) and load register
    /// (literal). Calls clobber what the procedure call standard lets them (x0 to x18, x30).
    pub fn next(&mut self, word: u32, pc: u64) -> Option<Reference> {
        let base = self
            .known
            .get(usize::from(five(word, 5)))
            .copied()
            .flatten();
        let plus =
            |bytes: u32, shift: u32| Some(base?.wrapping_add(wide(bytes).wrapping_shl(shift)));
        let (reference, result) = if word & 0x9f00_0000 == 0x9000_0000 {
            let page = (pc & !0xfff).wrapping_add(pc_relative(word).wrapping_shl(12));
            (Some(Reference::Page(page)), Some(page))
        } else if word & 0x9f00_0000 == 0x1000_0000 {
            let address = pc.wrapping_add(pc_relative(word));
            (Some(Reference::Address(address)), Some(address))
        } else if word & 0xff80_0000 == 0x9100_0000 {
            let shift = if field(word, 22, 1) == 0 { 0 } else { 12 };
            let sum = plus(field(word, 10, 12), shift);
            (sum.map(Reference::Address), sum)
        } else if word & 0x3b00_0000 == 0x3900_0000 {
            let sum = plus(field(word, 10, 12), access_shift(word));
            (sum.map(Reference::Address), None)
        } else if word & 0x3b00_0000 == 0x1800_0000 {
            let distance = unsigned(sign_extend(field(word, 5, 19), 19)).wrapping_shl(2);
            (Some(Reference::Address(pc.wrapping_add(distance))), None)
        } else {
            (None, None)
        };
        self.forget_written(word);
        if result.is_some() {
            self.set(five(word, 0), result);
        }
        reference
    }

    /// Another path may join here: what was known need not hold.
    pub fn label(&mut self) {
        self.known = [None; 31];
    }

    /// Forgets every register that the word could write, by the fields that hold one.
    fn forget_written(&mut self, word: u32) {
        self.set(five(word, 0), None);
        let load_store = word & 0x0a00_0000 == 0x0800_0000;
        let unsigned_offset = word & 0x3b00_0000 == 0x3900_0000;
        if load_store && !unsigned_offset {
            self.set(five(word, 5), None);
            self.set(five(word, 10), None);
            self.set(five(word, 16), None);
        }
        if field(word, 26, 3) == 0b101 {
            let call = word & 0xfc00_0000 == 0x9400_0000 || word & 0xfe3f_0000 == 0xd63f_0000;
            let conditional =
                word & 0x7c00_0000 != 0x1400_0000 && word & 0xfe00_0000 != 0xd600_0000;
            if call {
                for register in (0..=18).chain([30]) {
                    self.set(register, None);
                }
            } else if !conditional {
                // The next word is reached from elsewhere.
                self.label();
            }
        }
    }

    fn set(&mut self, register: u8, value: Option<u64>) {
        if let Some(slot) = self.known.get_mut(index(widen(register))) {
            *slot = value;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::{Reference, References};

    fn all<const N: usize>(words: [u32; N], pc: u64) -> [Option<Reference>; N] {
        let mut references = References::new();
        let mut at = pc.wrapping_sub(4);
        words.map(|word| {
            at = at.wrapping_add(4);
            references.next(word, at)
        })
    }

    const PAGE: Option<Reference> = Some(Reference::Page(0x10_3000));

    #[test]
    fn pairs() {
        use Reference::Address;
        // adrp x0, 0x103000; add x0, x0, #0x123; ldr x1, [x0, #8]
        assert_eq!(
            all([0xf000_0000, 0x9104_8c00, 0xf940_0401], 0x10_0010),
            [PAGE, Some(Address(0x10_3123)), Some(Address(0x10_312b))]
        );
        // adrp x8; ldrb w9, [x8, #1]; str q0, [x8, #16]; ldr x8, [x8]; ldr x8, [x8]
        assert_eq!(
            all(
                [
                    0xf000_0008,
                    0x3940_0509,
                    0x3d80_0500,
                    0xf940_0108,
                    0xf940_0108
                ],
                0x10_0010
            ),
            [
                PAGE,
                Some(Address(0x10_3001)),
                Some(Address(0x10_3010)),
                Some(Address(0x10_3000)),
                None
            ]
        );
        // adr x1, .-4; ldr x2, .+8
        assert_eq!(
            all([0x10ff_ffe1, 0x5800_0042], 0x1000),
            [Some(Address(0xffc)), Some(Address(0x100c))]
        );
    }

    #[test]
    fn forgets() {
        // adrp x0; mov x0, #1; add x1, x0, #0
        assert_eq!(
            all([0xf000_0000, 0xd280_0020, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x0; bl .; add x1, x0, #0
        assert_eq!(
            all([0xf000_0000, 0x9400_0000, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x19; bl .; add x1, x19, #0: kept across calls
        assert_eq!(
            all([0xf000_0013, 0x9400_0000, 0x9100_0261], 0x10_0000),
            [PAGE, None, Some(Reference::Address(0x10_3000))]
        );
        // adrp x0; ret; add x1, x0, #0
        assert_eq!(
            all([0xf000_0000, 0xd65f_03c0, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x0; cbz x1, .; add x1, x0, #0
        assert_eq!(
            all([0xf000_0000, 0xb400_0001, 0x9100_0001], 0x10_0000),
            [PAGE, None, Some(Reference::Address(0x10_3000))]
        );
        // adrp x0; ldp x2, x0, [x1]; add x1, x0, #0
        assert_eq!(
            all([0xf000_0000, 0xa940_0022, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
    }
}
