//! One line of LLVM's text to a word, from the tables that decoding uses.
//!
//! A line is taken apart into operands once; then every spelling of its mnemonic is tried: the operands are encoded, and the word is
//! decoded again. The word that is shown in the spelling that was written wins, as in LLVM's assembler; then one that only means the same.
//! The work is bounded: one pass over the line, and one over the tables for each of at most three attempts.

mod error;
mod item;
mod list;
mod matrix;
mod memory;
mod operand;
mod patterns;
mod register;
mod scan;
mod spellings;

pub use error::{AsmError, AsmErrorKind};
pub use patterns::patterns;

use item::{ITEMS, Item, Items, Value};
use scan::Scan;

use crate::encode::{EncodeErrorKind, OperandPattern, Solved, Spelling};
use crate::operand::Operand;

/// The word of one line of text in LLVM's syntax, at address `pc` in bytes.
///
/// Everything is taken that [`Instruction::format`](crate::Instruction::format) writes in LLVM's syntax (without symbols), and what
/// LLVM's assembler takes beside it: any letter case, blanks, numbers in decimal, `0x` and `0b`, no `#` before a number, `lr`, `fp`, a
/// shift by 0, an immediate for a value with a name, `cs` and `cc`, `beq`, `ldr` with an offset that only `ldur` has, `add` of a negative
/// immediate, system registers by number (`S3_0_C15_C0_0`) or by Apple's name. A comment starts with `//`.
///
/// The target of a branch, of `adr` and `adrp` and of a literal is an address if it has no `#`, and with `#` a distance in bytes (of
/// `adrp`: from the page of `pc`); `. + 8` is a distance too. LLVM's assembler takes both for distances, which is the same for `pc` 0.
///
/// Where several words have the same meaning, it is LLVM's choice; should-be bits are written as they should be.
///
/// ```
/// use aarch64_decode::{AsmErrorKind, EncodeErrorKind, assemble};
///
/// let pc = 0xffff_fe00_0700_4000;
/// assert_eq!(assemble(pc, "msr oslar_el1, xzr"), Ok(0xd510_109f));
/// assert_eq!(assemble(pc, "mov x0, #0xff00"), Ok(0xd29f_e000));
/// assert_eq!(assemble(pc, "b.eq #8"), assemble(pc, "b.eq 0xfffffe0007004008"));
/// assert_eq!(assemble(pc, "ldp X29, LR, [sp], 16"), Ok(0xa8c1_7bfd));
/// let error = assemble(pc, "add x0, x1, #0x1001").unwrap_err();
/// assert_eq!(error.column, 12);
/// assert_eq!(error.kind, AsmErrorKind::Mismatch(EncodeErrorKind::OutOfRange));
/// ```
///
/// # Errors
/// What was expected and at which byte of the line. Where the line can be read but no instruction fits it, the fault is that of the
/// spelling that came furthest.
pub fn assemble(pc: u64, line: &str) -> Result<u32, AsmError> {
    let line = Line::new(line.as_bytes())?;
    if let Some(open) = line.items.as_slice().iter().find(|item| item.is_open()) {
        return Err(AsmError::new(AsmErrorKind::Ambiguous, open.start));
    }
    line.assemble(pc)
}

/// A line, taken apart.
struct Line<'t> {
    scan: Scan<'t>,
    /// Column of the mnemonic.
    start: usize,
    name: &'t [u8],
    mnemonic: u16,
    items: Items,
}

impl Item {
    /// Whether it is a general register.
    fn is_general(&self) -> bool {
        use crate::register::RegisterClass::{W, Wsp, X, Xsp};
        match self.value {
            Value::Operand(Operand::Register(register)) => {
                matches!(register.class(), W | Wsp | X | Xsp)
            }
            _ => false,
        }
    }

    /// Whether some of it may be anything.
    fn is_open(&self) -> bool {
        matches!(
            self.value,
            Value::Any | Value::AnyImmediate | Value::AnyBase(_) | Value::AnyOffset(..)
        )
    }
}

/// The fault of the spelling that came furthest.
struct Furthest {
    /// The operand, counted from 1; 0 for the mnemonic.
    operand: usize,
    kind: EncodeErrorKind,
}

impl Furthest {
    fn see(&mut self, operand: usize, kind: EncodeErrorKind) {
        // Any reason says more than that it is another sort of operand.
        let more = operand == self.operand && self.kind == EncodeErrorKind::Operand;
        if operand > self.operand || more {
            *self = Self { operand, kind };
        }
    }
}

impl<'t> Line<'t> {
    fn new(text: &'t [u8]) -> Result<Self, AsmError> {
        let mut scan = Scan::new(text);
        let word = scan.word();
        let start = scan.column();
        let fault = scan.error(AsmErrorKind::Mnemonic);
        scan.take(word);
        if let Some(mnemonic) = spellings::mnemonic(word).filter(|_| !word.is_empty()) {
            return Ok(Self {
                start,
                name: word,
                mnemonic,
                items: Items::new(&mut scan, None)?,
                scan,
            });
        }
        // b.eq: the condition is the first operand.
        let (mnemonic, len) = spellings::with_suffix(word).ok_or(fault)?;
        let condition = Item {
            start: start.wrapping_add(len),
            end: scan.column(),
            value: Value::Name,
        };
        Ok(Self {
            start,
            name: word,
            mnemonic,
            items: Items::new(&mut scan, Some(condition))?,
            scan,
        })
    }

    /// The column of an operand, counted from 1; 0 is the mnemonic.
    fn column(&self, operand: usize) -> usize {
        operand
            .checked_sub(1)
            .and_then(|index| self.items.as_slice().get(index))
            .map_or(self.start, |item| item.start)
    }

    fn fault(&self, furthest: &Furthest) -> AsmError {
        AsmError::new(
            AsmErrorKind::Mismatch(furthest.kind),
            self.column(furthest.operand),
        )
    }

    /// Lets `solve` have the operands as a spelling takes them.
    fn with<R>(
        &self,
        spelling: &Spelling,
        pc: u64,
        furthest: &mut Furthest,
        solve: impl FnOnce(&[OperandPattern]) -> Result<R, crate::EncodeError>,
    ) -> Option<R> {
        let items = self.items.as_slice();
        if spelling.len() != items.len() {
            return None;
        }
        let mut operands = [OperandPattern::Any; ITEMS];
        let mut index = 0_usize;
        for (slot, item) in operands.iter_mut().zip(items) {
            let taken = spelling
                .descriptor(index)
                .and_then(|descriptor| operand::operand(descriptor, item, &self.scan, pc));
            index = index.wrapping_add(1);
            let Some(taken) = taken else {
                furthest.see(index, EncodeErrorKind::Operand);
                return None;
            };
            *slot = taken;
        }
        match solve(operands.get(..items.len()).unwrap_or(&[])) {
            Ok(solved) => Some(solved),
            Err(error) => {
                // What is not one operand's fault is found behind the last.
                let operand = error
                    .operand
                    .map_or(items.len(), |index| usize::from(index).wrapping_add(1));
                furthest.see(operand, error.kind);
                None
            }
        }
    }

    fn solve(&self, spelling: &Spelling, pc: u64, furthest: &mut Furthest) -> Option<Solved> {
        self.with(spelling, pc, furthest, |operands| {
            spelling.solve_shown(operands, pc)
        })
    }

    fn assemble(&self, pc: u64) -> Result<u32, AsmError> {
        let mut furthest = Furthest {
            operand: 0,
            kind: EncodeErrorKind::Count,
        };
        let found = self.words(self.mnemonic, pc, &mut furthest);
        let found = found.or_else(|| {
            let other = spellings::unscaled(self.name)?;
            self.words(other, pc, &mut furthest)
        });
        let found = found.or_else(|| {
            let line = self.negated()?;
            line.words(line.mnemonic, pc, &mut furthest)
        });
        found.ok_or_else(|| self.fault(&furthest))
    }

    /// The word of a mnemonic with the line's operands.
    fn words(&self, mnemonic: u16, pc: u64, furthest: &mut Furthest) -> Option<u32> {
        let (mut shown, mut meant) = (None, None);
        spellings::each(mnemonic, |spelling| {
            if let Some(solved) = self.solve(&spelling, pc, furthest) {
                if solved.shown {
                    shown = Some(solved.word);
                } else if spelling.names_hold(solved.word) {
                    meant = meant.or(Some(solved.word));
                }
            }
            shown.is_some()
        });
        let mut found = shown.or(meant);
        if found.is_none() {
            spellings::each(mnemonic, |spelling| {
                found = self
                    .with(&spelling, pc, furthest, |operands| {
                        spelling.any_word(operands, pc)
                    })
                    .filter(|word| spelling.names_hold(*word));
                found.is_some()
            });
        }
        found
    }

    /// For general registers, the line with `sub` for `add` and the other way round, and the last operand without its minus.
    fn negated(&self) -> Option<Line<'t>> {
        let first = self.items.as_slice().first()?;
        if !first.is_general() {
            return None;
        }
        let mut items = self.items;
        let value = items.last_mut()?;
        *value = value.negated()?;
        Some(Line {
            mnemonic: spellings::opposite(self.name)?,
            items,
            name: b"",
            ..*self
        })
    }
}
