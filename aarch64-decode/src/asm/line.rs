//! A line, taken apart once, and what every spelling of its mnemonic makes of it.

use super::error::{AsmError, AsmErrorKind};
use super::item::{ITEMS, Item, Items};
use super::scan::Scan;
use super::value::Value;
use super::{operand, spellings};
use crate::encode::{EncodeError, EncodeErrorKind, OperandPattern, Solved, Spelling};

/// A line, taken apart.
pub(super) struct Line<'t> {
    scan: Scan<'t>,
    /// Column of the mnemonic.
    pub(super) start: usize,
    name: &'t [u8],
    pub(super) mnemonic: u16,
    pub(super) items: Items,
}

/// The fault of the spelling that came furthest.
pub(super) struct Furthest {
    /// The operand, counted from 1; 0 for the mnemonic.
    pub(super) operand: usize,
    pub(super) kind: EncodeErrorKind,
}

impl Furthest {
    fn see(&mut self, operand: usize, kind: EncodeErrorKind) {
        // Any reason says more than that it is another sort of operand.
        let more = operand == self.operand && self.kind == EncodeErrorKind::BadOperand;
        if operand > self.operand || more {
            *self = Self { operand, kind };
        }
    }
}

impl<'t> Line<'t> {
    pub(super) fn new(text: &'t [u8]) -> Result<Self, AsmError> {
        let mut scan = Scan::new(text);
        let word = scan.word();
        let start = scan.column();
        let fault = scan.error(AsmErrorKind::BadMnemonic);
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

    pub(super) fn fault(&self, furthest: &Furthest) -> AsmError {
        AsmError::new(
            AsmErrorKind::Encode(furthest.kind),
            self.column(furthest.operand),
        )
    }

    /// Lets `solve` have the operands as a spelling takes them.
    fn with<R>(
        &self,
        spelling: &Spelling,
        pc: u64,
        furthest: &mut Furthest,
        solve: impl FnOnce(&[OperandPattern]) -> Result<R, EncodeError>,
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
                furthest.see(index, EncodeErrorKind::BadOperand);
                return None;
            };
            *slot = taken;
        }
        match solve(operands.get(..items.len()).unwrap_or(&[])) {
            Ok(solved) => Some(solved),
            Err(error) => {
                // What is not one operand's fault is found behind the last.
                let operand = error
                    .operand()
                    .map_or(items.len(), |index| usize::from(index).wrapping_add(1));
                furthest.see(operand, error.kind());
                None
            }
        }
    }

    pub(super) fn solve(
        &self,
        spelling: &Spelling,
        pc: u64,
        furthest: &mut Furthest,
    ) -> Option<Solved> {
        self.with(spelling, pc, furthest, |operands| {
            spelling.solve_shown(operands, pc)
        })
    }

    pub(super) fn assemble(&self, pc: u64) -> Result<u32, AsmError> {
        let mut furthest = Furthest {
            operand: 0,
            kind: EncodeErrorKind::CountMismatch,
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
