//! A constant of 64 bits, sixteen bits an instruction.

use core::iter::FusedIterator;

use super::register::{Gpr, Width};
use crate::bits::{index, low16, low32, widen, widen16};
use crate::encode::{EncodeError, EncodeErrorKind};

/// MOVN, MOVZ and MOVK differ in `opc`.
const fn move_wide(
    base: u32,
    width: Width,
    rd: Gpr,
    value: u16,
    shift: u8,
) -> Result<u32, EncodeError> {
    if shift >= width.bits() {
        return Err(EncodeError::whole(EncodeErrorKind::OutOfRange));
    }
    if shift & 15 != 0 {
        return Err(EncodeError::whole(EncodeErrorKind::Misaligned));
    }
    // hw counts in units of 16 bits, from bit 21.
    let hw = widen(shift) << 17;
    Ok(width.sf() | base | hw | widen16(value) << 5 | ok!(rd.or_zero()))
}

/// `movz rd, #value, lsl #shift` (MOVZ): the rest of the register becomes 0.
///
/// # Errors
/// If `shift` is not 0 or 16, or with 64 bits 32 or 48; [`EncodeErrorKind::BadRegister`] for the
/// stack pointer.
pub const fn movz(width: Width, rd: Gpr, value: u16, shift: u8) -> Result<u32, EncodeError> {
    move_wide(0x5280_0000, width, rd, value, shift)
}

/// `movn rd, #value, lsl #shift` (MOVN): the register becomes the inverse of what [`movz`] writes.
///
/// # Errors
/// As for [`movz`].
pub const fn movn(width: Width, rd: Gpr, value: u16, shift: u8) -> Result<u32, EncodeError> {
    move_wide(0x1280_0000, width, rd, value, shift)
}

/// `movk rd, #value, lsl #shift` (MOVK): the rest of the register stays.
///
/// # Errors
/// As for [`movz`].
pub const fn movk(width: Width, rd: Gpr, value: u16, shift: u8) -> Result<u32, EncodeError> {
    move_wide(0x7280_0000, width, rd, value, shift)
}

/// The instructions that write a constant into a register, one to four words. Made by [`mov_wide`].
#[derive(Clone, Debug)]
#[must_use]
pub struct MovWide {
    words: [u32; 4],
    /// The first that has not been given.
    at: u8,
    /// How many there are.
    len: u8,
}

/// The instructions that write `value` into the 64-bit register `rd`: `movz` or `movn`, whichever
/// leaves less to do, then a `movk` for each 16 bits that are still wrong. At least one word and at
/// most four.
///
/// ```
/// use aarch64_decode::construct::{Gpr, mov_wide};
///
/// // mov x0, #0x4c11; movk x0, #0xfe00, lsl #32; movk x0, #0xffff, lsl #48
/// let words = mov_wide(Gpr::X0, 0xffff_fe00_0000_4c11)?;
/// assert!(words.eq([0xd289_8220, 0xf2df_c000, 0xf2ff_ffe0]));
/// # Ok::<(), aarch64_decode::EncodeError>(())
/// ```
///
/// # Errors
/// [`EncodeErrorKind::BadRegister`] for the stack pointer.
pub const fn mov_wide(rd: Gpr, value: u64) -> Result<MovWide, EncodeError> {
    let inverted = quarters(!value) < quarters(value);
    // What the first instruction writes beside its own sixteen bits.
    let rest = if inverted { 0xffff } else { 0 };
    let mut moves = MovWide {
        words: [0; 4],
        at: 0,
        len: 0,
    };
    let mut shift = 0_u8;
    while shift < 64 {
        let part = low16(low32(value.wrapping_shr(widen(shift))));
        // A constant of nothing but `rest` takes its one instruction at the end.
        let last = shift == 48 && moves.len == 0;
        if part != rest || last {
            let word = if moves.len > 0 {
                movk(Width::X, rd, part, shift)
            } else {
                let shift = if last && part == rest { 0 } else { shift };
                if inverted {
                    movn(Width::X, rd, !part, shift)
                } else {
                    movz(Width::X, rd, part, shift)
                }
            };
            match word {
                Ok(word) => moves.push(word),
                Err(error) => return Err(error),
            }
        }
        shift = shift.wrapping_add(16);
    }
    Ok(moves)
}

/// How many of the four quarters are not zero.
const fn quarters(value: u64) -> u32 {
    let mut count = 0_u32;
    let mut rest = value;
    while rest != 0 {
        if rest & 0xffff != 0 {
            count = count.wrapping_add(1);
        }
        rest >>= 16;
    }
    count
}

impl MovWide {
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared first; slice::get_mut is not const"
    )]
    const fn push(&mut self, word: u32) {
        let at = index(widen(self.len));
        if at < self.words.len() {
            self.words[at] = word;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// The words and how many of the four they are: for constants, where an iterator does not run.
    pub const fn words(&self) -> ([u32; 4], usize) {
        (self.words, index(widen(self.len)))
    }
}

impl Iterator for MovWide {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.at >= self.len {
            return None;
        }
        let word = self.words.get(usize::from(self.at)).copied();
        self.at = self.at.wrapping_add(1);
        word
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = usize::from(self.len.saturating_sub(self.at));
        (rest, Some(rest))
    }
}

impl ExactSizeIterator for MovWide {}
impl FusedIterator for MovWide {}
