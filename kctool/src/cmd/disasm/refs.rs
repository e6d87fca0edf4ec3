//! Which address an instruction pair names: ADRP and the ADD, LDR or STR that completes it.
//!
//! Straight-line and deliberately forgetful: a register is known from its ADRP until anything that
//! might write it. A wrong guess would mislead; a missed one only says less.

/// Known pages and addresses in general registers.
#[derive(Default)]
pub(super) struct Pages {
    known: [Option<u64>; 31],
}

/// What an instruction refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A page: the first half of a pair.
    Page(u64),
    /// A whole address.
    Address(u64),
}

/// Bits `low..low + width` of a word.
const fn field(word: u32, low: u32, width: u32) -> u32 {
    (word >> low) & ((1 << width) - 1)
}

/// Two's complement of `bits` bits, widened modulo 2^64.
const fn sign_extend(value: u64, bits: u32) -> u64 {
    let sign = 1 << (bits - 1);
    (value ^ sign).wrapping_sub(sign)
}

/// Offset from the instruction of `adr` and `adrp`, in units of their own: immhi:immlo.
fn pc_relative(word: u32) -> u64 {
    sign_extend(u64::from(field(word, 5, 19) << 2 | field(word, 29, 2)), 21)
}

impl Pages {
    /// Looks at the word at `pc` and says what it refers to.
    ///
    /// Encodings as in the Arm ARM, C4.1: ADR/ADRP, ADD (immediate, 64-bit), load/store register
    /// (unsigned immediate) and load register (literal).
    pub(super) fn reference(&mut self, word: u32, pc: u64) -> Option<Reference> {
        let rd = field(word, 0, 5);
        let rn = field(word, 5, 5);
        let base = self.known.get(usize::try_from(rn).ok()?).copied().flatten();
        let (reference, result) = if word & 0x9f00_0000 == 0x9000_0000 {
            let page = (pc & !0xfff).wrapping_add(pc_relative(word) << 12);
            (Some(Reference::Page(page)), Some(page))
        } else if word & 0x9f00_0000 == 0x1000_0000 {
            let address = pc.wrapping_add(pc_relative(word));
            (Some(Reference::Address(address)), Some(address))
        } else if word & 0xff80_0000 == 0x9100_0000 {
            let shift = 12 * field(word, 22, 1);
            let sum = base.map(|base| base.wrapping_add(u64::from(field(word, 10, 12)) << shift));
            (sum.map(Reference::Address), sum)
        } else if word & 0x3b00_0000 == 0x3900_0000 {
            let sum = base.map(|base| {
                base.wrapping_add(u64::from(field(word, 10, 12)) << access_shift(word))
            });
            (sum.map(Reference::Address), None)
        } else if word & 0x3b00_0000 == 0x1800_0000 {
            let address = pc.wrapping_add(sign_extend(u64::from(field(word, 5, 19)), 19) << 2);
            (Some(Reference::Address(address)), None)
        } else {
            (None, None)
        };
        self.forget_written(word);
        if let Some(register) = usize::try_from(rd)
            .ok()
            .and_then(|rd| self.known.get_mut(rd))
            .filter(|_| result.is_some())
        {
            *register = result;
        }
        reference
    }

    /// Forgets every register that the word could write, by the fields that hold one.
    fn forget_written(&mut self, word: u32) {
        self.forget(field(word, 0, 5));
        let load_store = word & 0x0a00_0000 == 0x0800_0000;
        let unsigned_offset = word & 0x3b00_0000 == 0x3900_0000;
        if load_store && !unsigned_offset {
            self.forget(field(word, 5, 5));
            self.forget(field(word, 10, 5));
            self.forget(field(word, 16, 5));
        }
        let branch = field(word, 26, 3) == 0b101;
        if branch {
            // Calls clobber what the procedure call standard lets them; after any other branch
            // the next word is reached from elsewhere.
            let call = word & 0xfc00_0000 == 0x9400_0000 || word & 0xfe3f_0000 == 0xd63f_0000;
            let conditional =
                word & 0x7c00_0000 != 0x1400_0000 && word & 0xfe00_0000 != 0xd600_0000;
            if call {
                self.known[..19].fill(None);
                self.forget(30);
            } else if !conditional {
                self.known = [None; 31];
            }
        }
    }

    fn forget(&mut self, register: u32) {
        if let Some(register) = usize::try_from(register)
            .ok()
            .and_then(|register| self.known.get_mut(register))
        {
            *register = None;
        }
    }

    /// A label: what was known need not hold for those who jump here.
    pub(super) fn label(&mut self) {
        self.known = [None; 31];
    }
}

/// log2 of the bytes that a load or store with unsigned offset moves.
const fn access_shift(word: u32) -> u32 {
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
    use super::{Pages, Reference};

    fn all(words: &[u32], pc: u64) -> Vec<Option<Reference>> {
        let mut pages = Pages::default();
        (0..)
            .zip(words)
            .map(|(index, &word)| pages.reference(word, pc + 4 * index))
            .collect()
    }

    const PAGE: Option<Reference> = Some(Reference::Page(0x10_3000));

    #[test]
    fn pairs() {
        use Reference::Address;
        // adrp x0, 0x103000; add x0, x0, #0x123; ldr x1, [x0, #8]
        assert_eq!(
            all(&[0xf000_0000, 0x9104_8c00, 0xf940_0401], 0x10_0010),
            [PAGE, Some(Address(0x10_3123)), Some(Address(0x10_312b))]
        );
        // adrp x8; ldrb w9, [x8, #1]; str q0, [x8, #16]; ldr x8, [x8]; ldr x8, [x8]
        assert_eq!(
            all(
                &[
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
            all(&[0x10ff_ffe1, 0x5800_0042], 0x1000),
            [Some(Address(0xffc)), Some(Address(0x100c))]
        );
    }

    #[test]
    fn forgets() {
        // adrp x0; mov x0, #1; add x1, x0, #0
        assert_eq!(
            all(&[0xf000_0000, 0xd280_0020, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x0; bl .; add x1, x0, #0
        assert_eq!(
            all(&[0xf000_0000, 0x9400_0000, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x19; bl .; add x1, x19, #0: kept across calls
        assert_eq!(
            all(&[0xf000_0013, 0x9400_0000, 0x9100_0261], 0x10_0000),
            [PAGE, None, Some(Reference::Address(0x10_3000))]
        );
        // adrp x0; ret; add x1, x0, #0
        assert_eq!(
            all(&[0xf000_0000, 0xd65f_03c0, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x0; cbz x1, .; add x1, x0, #0
        assert_eq!(
            all(&[0xf000_0000, 0xb400_0001, 0x9100_0001], 0x10_0000),
            [PAGE, None, Some(Reference::Address(0x10_3000))]
        );
        // adrp x0; ldp x2, x0, [x1]; add x1, x0, #0
        assert_eq!(
            all(&[0xf000_0000, 0xa940_0022, 0x9100_0001], 0x10_0000),
            [PAGE, None, None]
        );
    }
}
