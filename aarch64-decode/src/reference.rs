//! Which address an instruction pair names: ADRP and the ADD, load or store that completes it.

mod offset;
mod written;

use core::fmt;

use crate::bits::{field, five, sign_extend, unsigned, wide, widen};
use crate::matcher::decode;
use offset::offset;
use written::written;

/// What an instruction refers to, an address in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub enum Reference {
    /// A 4 KiB page: the first half of a pair, `adrp`.
    Page(u64),
    /// A whole address: `adr`, a literal, or the `add`, load or store that completes a pair.
    Address(u64),
}

/// What a register holds.
#[derive(Clone, Copy, Debug)]
struct Known {
    address: u64,
    /// pc of the `adrp` or `adr` that it began with.
    origin: u64,
}

/// Follows code word by word and says which addresses it names.
///
/// Straight-line and deliberately forgetful: a register is known from its ADRP until an instruction
/// writes it. A wrong guess would mislead; a missed one only says less.
///
/// ```
/// use aarch64_decode::{Reference, References};
///
/// let mut references = References::new();
/// // adrp x0, 0x103000; add x0, x0, #0x123
/// assert_eq!(references.next(0xf000_0000, 0x10_0010), Some(Reference::Page(0x10_3000)));
/// assert_eq!(references.next(0x9104_8c00, 0x10_0014), Some(Reference::Address(0x10_3123)));
/// ```
#[derive(Clone)]
pub struct References {
    /// What x0 to x30 hold, where `live` has their bit.
    known: [Known; 31],
    live: u32,
    /// Only addresses from here to `span` bytes further are followed.
    first: u64,
    span: u64,
}

impl fmt::Debug for References {
    /// How many registers are known, and which addresses are followed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("References")
            .field("registers", &self.live.count_ones())
            .field("first", &format_args!("{:#x}", self.first))
            .field("span", &format_args!("{:#x}", self.span))
            .finish_non_exhaustive()
    }
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
        Self::within(0, u64::MAX)
    }

    /// Nothing is known, and of `adrp` and `adr` only those whose page or address is `first` to
    /// `last`, inclusive, are followed: for a search. Which instructions complete the others is not
    /// said.
    pub const fn within(first: u64, last: u64) -> Self {
        Self {
            known: [Known {
                address: 0,
                origin: 0,
            }; 31],
            live: 0,
            first,
            span: last.wrapping_sub(first),
        }
    }

    /// Whether no register is known.
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Where the pair began that the word would complete if it were next: the address of its `adrp`
    /// or `adr`.
    pub fn origin(&self, word: u32) -> Option<u64> {
        self.base(word).map(|known| known.origin)
    }

    /// What is known of the register in the field Rn.
    #[inline]
    fn base(&self, word: u32) -> Option<Known> {
        let register = five(word, 5);
        if self.live.wrapping_shr(widen(register)) & 1 == 0 {
            return None;
        }
        self.known.get(usize::from(register)).copied()
    }

    /// What the word at address `pc` (in bytes) refers to. Words are given in the order of their
    /// addresses; call [`label`](Self::label) where another path may join.
    ///
    /// ADR, ADRP and loads of literals refer to an address by themselves. ADD (immediate, 64-bit)
    /// refers to one if its source register is known; a load, a store and a prefetch if the base
    /// register is, and if what is added to it is an immediate (Arm ARM, C4.1).
    ///
    /// A register is known until an instruction writes it, as
    /// [`effects`](crate::Instruction::effects) says. Calls also clobber what the procedure call
    /// standard lets them (x0 to x18, x30), and `svc`, `hvc` and `smc` what Arm's calling
    /// convention for firmware lets them (x0 to x17). Nothing is known after an unconditional
    /// branch, a return, a trap (`brk`, `hlt`, `udf`) and most words that are not instructions, nor
    /// where a function starts: at `pacibsp`, `paciasp`, `bti c` and `bti jc`.
    pub fn next(&mut self, word: u32, pc: u64) -> Option<Reference> {
        self.next_of_any(word, pc).filter(|_| decode(word).is_ok())
    }

    /// As [`next`](Self::next), and takes words among the loads and stores that are no
    /// instructions for such: the search asks only about those whose address is wanted.
    #[inline]
    pub(crate) fn next_of_any(&mut self, word: u32, pc: u64) -> Option<Reference> {
        let (reference, result) = self.named(word, pc);
        if self.live != 0 {
            self.live &= !written(word);
            self.control(word);
        }
        if let Some(result) = result {
            self.learn(five(word, 0), result);
        }
        reference
    }

    /// What the word refers to, and what its register Rd then holds.
    #[inline]
    fn named(&self, word: u32, pc: u64) -> (Option<Reference>, Option<Known>) {
        let begun = |address: u64| {
            let followed = address.wrapping_sub(self.first) <= self.span;
            followed.then_some(Known {
                address,
                origin: pc,
            })
        };
        if word & 0x1f00_0000 == 0x1000_0000 {
            if word >> 31 == 1 {
                let page = (pc & !0xfff).wrapping_add(pc_relative(word).wrapping_shl(12));
                return (Some(Reference::Page(page)), begun(page));
            }
            let address = pc.wrapping_add(pc_relative(word));
            return (Some(Reference::Address(address)), begun(address));
        }
        if word & 0x3b00_0000 == 0x1800_0000 {
            let distance = unsigned(sign_extend(field(word, 5, 19), 19)).wrapping_shl(2);
            return (Some(Reference::Address(pc.wrapping_add(distance))), None);
        }
        let Some(base) = self.base(word) else {
            return (None, None);
        };
        if word & 0xff80_0000 == 0x9100_0000 {
            let shift = if field(word, 22, 1) == 0 { 0 } else { 12 };
            let address = base
                .address
                .wrapping_add(wide(field(word, 10, 12)).wrapping_shl(shift));
            return (
                Some(Reference::Address(address)),
                Some(Known { address, ..base }),
            );
        }
        let address = offset(word).map(|offset| base.address.wrapping_add(offset));
        (address.map(Reference::Address), None)
    }

    /// Another path may join here: what was known need not hold.
    pub fn label(&mut self) {
        self.live = 0;
    }

    /// Forgets what does not hold where control arrives behind the word. Encodings as in the Arm
    /// ARM, C4.1.
    #[inline]
    fn control(&mut self, word: u32) {
        if field(word, 26, 3) == 0b101 {
            let call = word & 0xfc00_0000 == 0x9400_0000 || word & 0xfeff_0000 == 0xd63f_0000;
            // B; BR, RET, ERET and their like; RETAASPPC and RETABSPPC; conditions that always
            // hold.
            let leaves = word & 0xfc00_0000 == 0x1400_0000
                || word & 0xfe00_0000 == 0xd600_0000
                || word & 0xff00_0000 == 0x5500_0000
                || word & 0xff00_000e == 0x5400_000e;
            let traps = word & 0xffe0_001f == 0xd420_0000 // BRK
                || word & 0xffe0_001e == 0xd420_001e // FLT, if its condition always holds
                || word & 0xffe0_001f == 0xd440_0000; // HLT
            if call {
                self.live &= !CLOBBERED;
            } else if word & 0xffe0_001c == 0xd400_0000 {
                self.live &= !FIRMWARE;
            } else if leaves || traps || STARTS.contains(&word) {
                // This word or the next is reached from elsewhere.
                self.label();
            }
        } else if word & 0xffff_0000 == 0 {
            self.label();
        }
    }

    fn learn(&mut self, register: u8, value: Known) {
        if let Some(slot) = self.known.get_mut(usize::from(register)) {
            *slot = value;
            self.live |= 1_u32.wrapping_shl(widen(register));
        }
    }
}

/// x0 to x18 and x30.
const CLOBBERED: u32 = 0x4007_ffff;

/// x0 to x17, which SMC and HVC need not keep by the first version of the SMC Calling Convention
/// (DEN 0028); systems keep more across SVC.
const FIRMWARE: u32 = 0x0003_ffff;

/// What only stands where a call or an indirect jump arrives: `paciasp`, `pacibsp`, `bti c`, `bti
/// jc`.
const STARTS: [u32; 4] = [0xd503_233f, 0xd503_237f, 0xd503_245f, 0xd503_24df];

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
    fn words_that_are_no_instructions_refer_to_nothing() {
        // adrp x3, then a pair with opc 1 that is not allocated, or a literal with opc 3 and V.
        for word in [0x6863_e062, 0xdc00_0040] {
            assert!(crate::decode(word).is_err());
            assert_eq!(all([0xf000_0003, word], 0x10_0000), [PAGE, None]);
        }
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
        // adrp x19; brk #0; add x1, x19, #0: nobody arrives from the trap
        assert_eq!(
            all([0xf000_0013, 0xd420_0000, 0x9100_0261], 0x10_0000),
            [PAGE, None, None]
        );
        // adrp x19; pacibsp; add x1, x19, #0: another function
        assert_eq!(
            all([0xf000_0013, 0xd503_237f, 0x9100_0261], 0x10_0000),
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
