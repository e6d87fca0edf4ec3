//! A line, taken apart once, and what every spelling of its mnemonic makes of it.

use super::error::{AsmError, AsmErrorKind};
use super::expected::{self, Set};
use super::item::{ITEMS, Item, Items};
use super::register::at_dot;
use super::scan::Scan;
use super::value::Value;
use super::{operand, rewrite, spellings};
use crate::encode::{
    Arranged, EncodeError, EncodeErrorKind, OperandPattern, Solved, Spelling, Written,
};
use crate::encoding::name_bytes;
use crate::generated::Descriptor;
use crate::generated::kinds::Kind;
use crate::operand::Operand;
use crate::operands::AppleVectors;
use crate::register::RegisterClass;

/// A line, taken apart.
pub(super) struct Line<'t> {
    scan: Scan<'t>,
    /// Column of the mnemonic.
    pub(super) start: usize,
    name: &'t [u8],
    pub(super) mnemonic: u16,
    /// Whether the vectors' arrangement stands behind the mnemonic.
    has_suffix: bool,
    pub(super) items: Items,
}

/// The fault of the spelling that came furthest.
pub(super) struct Furthest {
    /// The operand, counted from 1; 0 for the mnemonic.
    operand: usize,
    kind: EncodeErrorKind,
    /// What was expected there.
    expected: Set,
    /// Whether nothing is noted: the line is expected to be right.
    is_silent: bool,
}

impl Furthest {
    /// The least: no spelling has as many operands.
    pub(super) const NONE: Self = Self {
        operand: 0,
        kind: EncodeErrorKind::CountMismatch,
        expected: Set::None,
        is_silent: false,
    };

    /// One that notes nothing.
    const SILENT: Self = Self {
        is_silent: true,
        ..Self::NONE
    };

    #[inline(never)]
    fn see(&mut self, operand: usize, kind: EncodeErrorKind, expected: Set) {
        use EncodeErrorKind as K;
        let same = operand == self.operand;
        let is_value = |kind| matches!(kind, K::OutOfRange | K::Misaligned);
        if same && (kind == self.kind || is_value(kind) && is_value(self.kind)) {
            self.expected = self.expected.or(expected);
            return;
        }
        // Any reason says more than that it is another sort of operand.
        let more = same && self.kind == EncodeErrorKind::BadOperand;
        if operand > self.operand || more {
            (self.operand, self.kind, self.expected) = (operand, kind, expected);
        }
    }
}

/// Whether a base without an offset has none in the text either: `[x0, #0]` is an older habit.
#[inline(never)]
fn has_no_plain_zero(spelling: &Spelling, descriptor: Option<Descriptor>) -> bool {
    let mut features = spelling.encoding.features();
    descriptor.is_some_and(|own| own.kind == Kind::MemBase)
        && features
            .any(|(feature, _)| matches!(feature.name(), "FEAT_LSFE" | "FEAT_SME2" | "FEAT_RPRFM"))
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
                has_suffix: false,
                items: Items::new(&mut scan, None)?,
                scan,
            });
        }
        // add.4s: the arrangement is that of the first vector.
        if let Some((mnemonic, arrangement)) = spellings::with_arrangement(word) {
            let mut items = Items::new(&mut scan, None)?;
            items.arrange(arrangement).ok_or(fault)?;
            return Ok(Self {
                start,
                name: word,
                mnemonic,
                has_suffix: true,
                items,
                scan,
            });
        }
        // b.eq: the condition is the first operand.
        let (mnemonic, len) = spellings::with_suffix(word).ok_or(fault)?;
        let condition = Item {
            start: start.wrapping_add(len),
            end: scan.column(),
            value: match word.get(len..) {
                Some(b"_") => Value::Any,
                _ => Value::Name,
            },
        };
        Ok(Self {
            start,
            name: word,
            mnemonic,
            has_suffix: false,
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
        AsmError::expecting(
            furthest.kind,
            furthest.expected,
            self.column(furthest.operand),
        )
    }

    /// The operands as a spelling takes them.
    #[inline(never)]
    fn taken(
        &self,
        spelling: &Spelling,
        pc: u64,
        furthest: &mut Furthest,
    ) -> Option<[Written; ITEMS]> {
        let items = self.items.as_slice();
        if spelling.len() != items.len() {
            if !furthest.is_silent {
                self.see_count(spelling, furthest);
            }
            return None;
        }
        if self.has_suffix && spelling.vectors() != AppleVectors::Suffix {
            return None;
        }
        // Most spellings of a mnemonic take registers of another class.
        let mut places = items.iter().zip(spelling.descriptors());
        if furthest.is_silent && !places.all(|(item, own)| operand::may_be(own, item)) {
            return None;
        }
        let mut operands = [Written {
            operand: OperandPattern::Any,
            arrangement: Arranged::Written,
        }; ITEMS];
        // incp and the like of a vector need not say the size a second time.
        let counted = self
            .name
            .last_chunk()
            .is_some_and(|end: &[u8; 2]| end.eq_ignore_ascii_case(b"cp"))
            && items.first().and_then(Item::class) == Some(RegisterClass::Z);
        // Some have no arrangement in Apple's syntax at all.
        let long =
            spelling.vectors() == AppleVectors::Bare && !items.iter().any(Item::is_arranged_vector);
        let mut index = 0_usize;
        // Of two tables of one sort only one may do without braces, and what follows from other
        // operands is said without them.
        let is_strict = items.len() == 1 || self.name.eq_ignore_ascii_case(b"tblq");
        let mut descriptors = spelling.descriptors();
        for (slot, item) in operands.iter_mut().zip(items) {
            let descriptor = descriptors.next();
            let wrong = descriptor.is_some_and(|own| !operand::may_be(own, item))
                || item.has_plain_zero() && has_no_plain_zero(spelling, descriptor);
            let taken =
                descriptor.and_then(|own| operand::operand(own, item, is_strict, &self.scan, pc));
            index = index.wrapping_add(1);
            let fault = if wrong {
                EncodeErrorKind::BadRegister
            } else {
                EncodeErrorKind::BadOperand
            };
            let Some(taken) = taken.filter(|_| !wrong) else {
                if !furthest.is_silent {
                    self.see_operand(spelling, index, fault, furthest);
                }
                return None;
            };
            let arrangement =
                if matches!(item.value, Value::Bare(_)) || counted && item.is_plain_predicate() {
                    Arranged::Short
                } else if long && item.is_bare_vector() {
                    Arranged::Long
                } else {
                    Arranged::Written
                };
            *slot = Written {
                operand: taken,
                arrangement,
            };
        }
        Some(operands)
    }

    /// Lets `solve` have the operands as a spelling takes them.
    fn with<R>(
        &self,
        spelling: &Spelling,
        pc: u64,
        furthest: &mut Furthest,
        solve: impl FnOnce(&[Written]) -> Result<R, EncodeError>,
    ) -> Option<R> {
        let operands = self.taken(spelling, pc, furthest)?;
        let count = self.items.as_slice().len();
        match solve(operands.get(..count).unwrap_or(&[])) {
            Ok(solved) => Some(solved),
            Err(error) => {
                if !furthest.is_silent {
                    self.see_error(spelling, error, furthest);
                }
                None
            }
        }
    }

    /// Notes an operand, counted from 1, that a spelling does not take.
    #[inline(never)]
    fn see_operand(
        &self,
        spelling: &Spelling,
        operand: usize,
        kind: EncodeErrorKind,
        furthest: &mut Furthest,
    ) {
        let before = self.items.as_slice().iter().enumerate();
        // What the place takes is of interest only if the registers before it fit.
        let fits = before.take(operand.wrapping_sub(1)).all(|(place, item)| {
            let own = spelling.descriptor(place);
            own.is_none_or(|own| !expected::is_other_register(own, item.class()))
        });
        let descriptor = spelling
            .descriptor(operand.wrapping_sub(1))
            .filter(|_| fits || kind == EncodeErrorKind::BadRegister);
        furthest.see(operand, kind, Set::of(descriptor, kind));
    }

    /// Notes why operands make no word.
    #[inline(never)]
    fn see_error(&self, spelling: &Spelling, error: EncodeError, furthest: &mut Furthest) {
        // What is not one operand's fault is found behind the last.
        let index = error.operand().map(usize::from);
        let last = self.items.as_slice().len();
        let operand = index.map_or(last, |index| index.wrapping_add(1));
        let descriptor = index.and_then(|index| spelling.descriptor(index));
        furthest.see(operand, error.kind(), Set::of(descriptor, error.kind()));
    }

    /// Notes that a spelling has another number of operands.
    #[inline(never)]
    fn see_count(&self, spelling: &Spelling, furthest: &mut Furthest) {
        // The condition of b.eq is one, but no operand of its own.
        let end = self.start.wrapping_add(self.name.len());
        let first = self.items.as_slice().first();
        let own = usize::from(first.is_some_and(|first| first.start < end));
        let count = Set::count(spelling.len().wrapping_sub(own));
        furthest.see(0, EncodeErrorKind::CountMismatch, count);
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

    /// The word; if there is none, a second try notes why.
    pub(super) fn assemble(&self, pc: u64) -> Result<u32, AsmError> {
        let mut furthest = Furthest::SILENT;
        if let Some(word) = self.word(pc, &mut furthest) {
            return Ok(word);
        }
        furthest = Furthest::NONE;
        let found = self.word(pc, &mut furthest);
        debug_assert_eq!(found, None, "what is noted changes no word");
        found.ok_or_else(|| self.fault(&furthest))
    }

    fn word(&self, pc: u64, furthest: &mut Furthest) -> Option<u32> {
        let found = self.words(self.mnemonic, pc, furthest);
        let found = found.or_else(|| {
            let other = spellings::unscaled(self.name)?;
            self.words(other, pc, furthest)
        });
        found.or_else(|| self.rewritten(pc, furthest))
    }

    /// The word of a mnemonic with the line's operands.
    fn words(&self, mnemonic: u16, pc: u64, furthest: &mut Furthest) -> Option<u32> {
        let (mut shown, mut meant, mut extended) = (None, None, None);
        spellings::each(mnemonic, |spelling| {
            if let Some(solved) = self.solve(&spelling, pc, furthest) {
                let slot = if solved.shown {
                    &mut shown
                } else if !spelling.holds(solved.word) {
                    return false;
                } else if self.extends(&spelling) {
                    &mut extended
                } else {
                    &mut meant
                };
                *slot = slot.or(Some(solved.word));
            }
            shown.is_some()
        });
        let mut found = shown.or(meant).or(extended);
        // Every hint has a number, those with a name too.
        if found.is_none() && name_bytes(mnemonic) == b"hint" {
            spellings::each(mnemonic, |spelling| {
                found = self.with(&spelling, pc, furthest, |operands| {
                    spelling.any_word(operands, pc)
                });
                found.is_some()
            });
        }
        found
    }

    /// Whether the spelling takes a register as it is for an extended one: `subs xzr, x3, x5` is
    /// rather the shifted one.
    fn extends(&self, spelling: &Spelling) -> bool {
        let items = self.items.as_slice().iter().enumerate();
        items
            .filter(|(_, item)| matches!(item.value, Value::Operand(Operand::Register(_))))
            .filter_map(|(index, _)| spelling.descriptor(index))
            .any(|descriptor| descriptor.kind == Kind::ExtendedGpr)
    }

    /// The word of a line that means the same.
    fn rewritten(&self, pc: u64, furthest: &mut Furthest) -> Option<u32> {
        let name = if self.has_suffix {
            at_dot(self.name).0
        } else {
            self.name
        };
        rewrite::rewritten(name, &self.items, &self.scan).find_map(|(mnemonic, items)| {
            let line = Line { items, ..*self };
            line.words(mnemonic, pc, furthest)
        })
    }
}
