//! The operand list of an instruction, decoded one by one.

use crate::bits::{entry16, index, widen16};
use crate::generated::Descriptor;
use crate::generated::forms::{DESCRIPTORS, FORMS};
use crate::operand::Operand;
use crate::program;

/// How Apple's syntax spells the vectors of an operand list (`apple` in the specification text).
#[cfg(feature = "fmt")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppleVectors {
    /// The first arrangement goes behind the mnemonic; the registers are bare.
    Suffix,
    /// The registers are bare.
    Bare,
    /// As LLVM does.
    Plain,
}

#[cfg(feature = "fmt")]
impl AppleVectors {
    /// Of the operand list `form`: the high byte in front of it.
    pub(crate) fn of(form: u16) -> Self {
        match entry16(&FORMS, index(widen16(form)), 0) >> 8 {
            0 => Self::Suffix,
            1 => Self::Bare,
            _ => Self::Plain,
        }
    }
}

/// The operands of an instruction, decoded one by one.
#[derive(Clone, Debug)]
pub struct Operands {
    word: u32,
    pc: u64,
    form: core::slice::Iter<'static, u16>,
}

impl Operands {
    #[inline]
    pub(crate) fn new(word: u32, pc: u64, form: u16) -> Self {
        let at = index(widen16(form));
        let count = index(widen16(entry16(&FORMS, at, 0) & 0xff));
        let start = at.wrapping_add(1);
        let list = FORMS.get(start..start.wrapping_add(count)).unwrap_or(&[]);
        Self {
            word,
            pc,
            form: list.iter(),
        }
    }

    /// What the next operand is.
    #[inline]
    pub(crate) fn descriptor(&mut self) -> Option<&'static Descriptor> {
        DESCRIPTORS.get(index(widen16(*self.form.next()?)))
    }
}

impl Iterator for Operands {
    type Item = Operand;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "an operand that is returned is copied by its caller; measured"
    )]
    fn next(&mut self) -> Option<Operand> {
        program::decode(self.descriptor()?, self.word, self.pc)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.form.size_hint()
    }
}

impl ExactSizeIterator for Operands {}
impl core::iter::FusedIterator for Operands {}
