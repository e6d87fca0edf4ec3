//! A spelling of an encoding, its own or an alias's, and the bits that operands of it say.

use super::error::EncodeError;
use super::error::EncodeErrorKind as Kind;
use super::fields::Fields;
use super::given::Given;
#[cfg(feature = "asm")]
use crate::alias;
use crate::bits::{field, index, widen16};
use crate::encoding::Encoding;
#[cfg(feature = "asm")]
use crate::generated::Descriptor;
use crate::generated::Test;
use crate::generated::forms::TESTS;
use crate::generated::kinds::Predicate;
#[cfg(feature = "asm")]
use crate::matcher::decode;
#[cfg(feature = "asm")]
use crate::operands::AppleVectors;
use crate::operands::Operands;
#[cfg(feature = "asm")]
use crate::syntax::Syntax;

/// An operand list of an encoding, and the tests that choose it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    pub(crate) encoding: Encoding,
    #[cfg(feature = "asm")]
    pub(crate) mnemonic: u16,
    pub(crate) form: u16,
    /// The first test and their number; an encoding's own spelling has none.
    pub(crate) tests: (u16, u8),
}

/// Bits, and a word that has them.
pub(crate) struct Solved {
    pub(crate) fields: Fields,
    pub(crate) word: u32,
    /// Whether the word is shown in this spelling.
    #[cfg_attr(
        not(feature = "asm"),
        expect(dead_code, reason = "only text has a spelling")
    )]
    pub(crate) shown: bool,
}

/// `msr PM, #_`, which would be ALLINT with a number of more than its one bit (DDI 0487 C6.2 "MSR
/// (immediate)").
#[cfg(feature = "asm")]
const PM: u32 = 0xd501_421f;
#[cfg(feature = "asm")]
const PM_MASK: u32 = 0xffff_feff;

/// Values of the open bits that are tried: those from 0 on, then scattered ones.
const LEAST: u32 = 16;
const SCATTERED: u32 = 48;

impl Spelling {
    /// The encoding's own.
    pub(crate) fn own(encoding: Encoding) -> Self {
        Self {
            encoding,
            #[cfg(feature = "asm")]
            mnemonic: encoding.mnemonic_number(),
            form: encoding.form(),
            tests: (0, 0),
        }
    }

    /// Whether it is an encoding's own.
    #[cfg(feature = "asm")]
    pub(crate) fn is_own(&self) -> bool {
        (self.mnemonic, self.form) == (self.encoding.mnemonic_number(), self.encoding.form())
    }

    /// How many operands it has.
    #[cfg(feature = "asm")]
    pub(crate) fn len(&self) -> usize {
        Operands::new(0, 0, self.form).len()
    }

    /// What the operands are.
    #[cfg(feature = "asm")]
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = Descriptor> + use<> {
        let mut list = Operands::new(0, 0, self.form);
        core::iter::from_fn(move || list.descriptor().copied())
    }

    /// What the operand at `index` is.
    #[cfg(feature = "asm")]
    pub(crate) fn descriptor(&self, index: usize) -> Option<Descriptor> {
        self.descriptors().nth(index)
    }

    fn tests(self) -> &'static [Test] {
        let (start, count) = self.tests;
        let start = index(widen16(start));
        let end = start.wrapping_add(usize::from(count));
        let tests = TESTS.get(start..end);
        debug_assert!(tests.is_some(), "a64gen has put every test there");
        tests.unwrap_or(&[])
    }

    /// The bits that the operands say.
    pub(crate) fn fields<G: Given>(self, operands: &[G], pc: u64) -> Result<Fields, EncodeError> {
        let mut fields = Fields::new(self.encoding.mask(), self.encoding.value());
        for test in self.tests() {
            if let Test::Bits { mask, value } = *test {
                fields.set(mask, value).map_err(EncodeError::whole)?;
            }
        }
        fields.fix();
        let mut list = Operands::new(0, pc, self.form);
        if list.len() != operands.len() {
            return Err(EncodeError::whole(Kind::CountMismatch));
        }
        for (index, operand) in operands.iter().enumerate() {
            if let Some(descriptor) = list.descriptor() {
                if let Err(kind) = operand.put(descriptor, pc, &mut fields) {
                    // One before it may be of another class, which putting does not see.
                    let before = operands.get(..index).unwrap_or(&[]);
                    let earlier = self.check(before, pc, fields.word());
                    return Err(earlier
                        .err()
                        .filter(|error| error.kind() == Kind::BadRegister)
                        .unwrap_or(EncodeError::of(kind, index)));
                }
            }
        }
        for test in self.tests() {
            follow(test, &mut fields).map_err(EncodeError::whole)?;
        }
        Ok(fields)
    }

    /// Fails unless the word decodes to the operands.
    pub(crate) fn check<G: Given>(
        self,
        operands: &[G],
        pc: u64,
        word: u32,
    ) -> Result<(), EncodeError> {
        let mut list = Operands::new(word, pc, self.form);
        for (index, operand) in operands.iter().enumerate() {
            if let Some(descriptor) = list.descriptor() {
                operand
                    .check(descriptor, pc, word)
                    .map_err(|kind| EncodeError::of(kind, index))?;
            }
        }
        Ok(())
    }

    /// The bits that the operands say, and the first word found that has them, decodes to them, and
    /// is wanted, or else one that is not. Bits that no operand says are the least that do.
    fn search<G: Given>(
        self,
        operands: &[G],
        pc: u64,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<Solved, EncodeError> {
        let fields = self.fields(operands, pc)?;
        let (should, value) = self.encoding.should();
        let base = fields.word() | value & !fields.known();
        let open = !fields.known() & !should;
        let mut found = Err(EncodeError::whole(Kind::Undefined));
        let mut bits = 0_u32;
        for number in 0..LEAST.wrapping_add(SCATTERED) {
            let word = base | bits;
            if self.encoding.owns(word) {
                match self.check(operands, pc, word) {
                    Ok(()) => {
                        let wanted = wanted(word);
                        if wanted || found.is_err() {
                            found = Ok((word, wanted));
                        }
                        if wanted {
                            break;
                        }
                    }
                    Err(error) => found = found.or(Err(error)),
                }
            }
            if number < LEAST {
                bits = bits.wrapping_sub(open) & open;
                if bits == 0 {
                    break;
                }
            } else {
                // Multiplication by an odd number scatters (Knuth, volume 3, 6.4).
                bits = number.wrapping_mul(0x9e37_79b9) & open;
            }
        }
        found.map(|(word, shown)| Solved {
            fields,
            word,
            shown,
        })
    }

    /// The bits that the operands say, and a word that has them and decodes to them.
    pub(crate) fn solve<G: Given>(self, operands: &[G], pc: u64) -> Result<Solved, EncodeError> {
        self.search(operands, pc, |_| true)
    }

    /// As [`solve`](Self::solve), but rather a word that is shown in this spelling.
    #[cfg(feature = "asm")]
    pub(crate) fn solve_shown<G: Given>(
        &self,
        operands: &[G],
        pc: u64,
    ) -> Result<Solved, EncodeError> {
        self.search(operands, pc, |word| self.is_shown(operands, pc, word))
    }

    /// Whether the word is shown as it is written.
    #[cfg(feature = "asm")]
    fn is_shown<G: Given>(&self, operands: &[G], pc: u64, word: u32) -> bool {
        let shown = alias::shown(word, self.encoding, Syntax::Llvm);
        let mut list = Operands::new(word, pc, self.form);
        (shown.mnemonic, shown.form) == (self.mnemonic, self.form)
            && operands.iter().all(|operand| {
                list.descriptor()
                    .is_none_or(|descriptor| operand.is_spelled(descriptor, pc, word))
            })
    }

    /// A word that has the bits that the operands say, whatever encoding it is then: `hint #0` is
    /// `nop`.
    #[cfg(feature = "asm")]
    pub(crate) fn any_word<G: Given>(&self, operands: &[G], pc: u64) -> Result<u32, EncodeError> {
        let fields = self.fields(operands, pc)?;
        let (_, value) = self.encoding.should();
        let word = fields.word() | value & !fields.known();
        if decode(word).is_err() {
            return Err(EncodeError::whole(Kind::Undefined));
        }
        self.check(operands, pc, word)?;
        Ok(word)
    }

    /// Whether the word may be spelled so, though it is shown in another way: what the alias says
    /// of it is true, and no alias says that it needs a 2 behind the mnemonic.
    #[cfg(feature = "asm")]
    pub(crate) fn holds(&self, word: u32) -> bool {
        self.tests().iter().all(|test| alias::may_pass(test, word))
            && !(self.is_own() && word & PM_MASK == PM)
            && !alias::needs_two(word, self.encoding, self.mnemonic)
    }

    /// Whether Apple's syntax has the vectors' arrangement behind the mnemonic.
    #[cfg(feature = "asm")]
    pub(crate) fn vectors(&self) -> AppleVectors {
        AppleVectors::of(self.form)
    }
}

/// Fields that an alias does not name follow from others.
fn follow(test: &Test, fields: &mut Fields) -> Result<(), Kind> {
    match *test {
        Test::Same { a, b, width } => {
            match (fields.value_of([a, width]), fields.value_of([b, width])) {
                (Some(value), _) => fields.put([b, width], value),
                (None, Some(value)) => fields.put([a, width], value),
                (None, None) => Err(Kind::OperandMismatch),
            }
        }
        Test::Predicate(Predicate::ImmsIsImmrMinusOne) => {
            let immr = fields.value_of([16, 6]).ok_or(Kind::OperandMismatch)?;
            // 32 bits or 64, by sf.
            let last = if field(fields.word(), 31, 1) == 0 {
                31
            } else {
                63
            };
            fields.put([10, 6], immr.wrapping_sub(1) & last)
        }
        _ => Ok(()),
    }
}
