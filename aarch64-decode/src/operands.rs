//! The operand list of an instruction.

use crate::bits::{entry16, index, low8, widen, widen16};
use crate::generated::Descriptor;
use crate::generated::forms::{DESCRIPTORS, FORMS};
use crate::operand::Operand;
use crate::packed::Packed;
use crate::plan::{self, PLANS, Plan};
use crate::program;

/// How Apple's syntax spells the vectors of an operand list (`apple` in the specification text).
#[cfg(any(feature = "fmt", feature = "asm"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppleVectors {
    /// The first arrangement goes behind the mnemonic; the registers are bare.
    Suffix,
    /// The registers are bare.
    Bare,
    /// As LLVM does.
    Plain,
}

#[cfg(any(feature = "fmt", feature = "asm"))]
impl AppleVectors {
    /// Of the operand list `form`.
    pub(crate) fn of(form: u16) -> Self {
        match entry16(&LISTS, index(widen16(form)), 0) >> 5 & 3 {
            0 => Self::Suffix,
            1 => Self::Bare,
            _ => Self::Plain,
        }
    }
}

// What stands before an operand list:
//
//  7       6     5 4       3         2     0
// +-------+-------+-------+---------+-------+
// | plain | apple | alias | regular | count |
// +-------+-------+-------+---------+-------+
//
// A number of the first alias stands behind a list with the bit. Being small, the number is one of a descriptor too, so that
// three entries of a shorter list can be read as such without harm.

/// The bits of the number of operands.
const COUNT: u16 = 7;
/// At most three operands, all with plans.
const REGULAR: u16 = 8;
/// One to three operands, of which all but the last are registers with short names.
const PLAIN: u16 = 128;
/// The number of the first alias stands behind the list.
const ALIASES: u16 = 16;
/// Most operands of a list, and entries that may be read behind the last list.
const MOST: usize = 6;

/// The operand lists, regular ones marked.
static LISTS: [u16; FORMS.len().wrapping_add(MOST)] = lists();

#[expect(clippy::indexing_slicing, reason = "runs at compile time only")]
const fn lists() -> [u16; FORMS.len().wrapping_add(MOST)] {
    let mut all = [0; FORMS.len().wrapping_add(MOST)];
    let mut at = 0_usize;
    while at < FORMS.len() {
        let header = FORMS[at];
        let count = index(widen16(header & COUNT));
        all[at] = header;
        let mut regular = count <= 3;
        let mut plain = count > 0 && count <= 3;
        let mut next = 1_usize;
        while next <= count {
            let number = FORMS[at.wrapping_add(next)];
            all[at.wrapping_add(next)] = number;
            let plan = PLANS[index(widen16(number))];
            regular = regular && !plan.is_computed();
            plain = plain && (next == count || plan.is_plain());
            next = next.wrapping_add(1);
        }
        if regular {
            all[at] |= REGULAR;
        }
        if plain {
            all[at] |= PLAIN;
        }
        at = at.wrapping_add(next);
        if header & ALIASES != 0 {
            all[at] = FORMS[at];
            at = at.wrapping_add(1);
        }
    }
    all
}

/// The number of the first alias of an encoding with the operand list `form`; 0, which no word passes, if it has none.
#[inline]
pub(crate) fn first_alias(form: u16) -> u16 {
    let at = index(widen16(form));
    let header = entry16(&LISTS, at, 0);
    let count = index(widen16(header & COUNT));
    if header & ALIASES == 0 {
        return 0;
    }
    entry16(&LISTS, at.wrapping_add(count).wrapping_add(1), 0)
}

/// The operands of a list of one to three, of which all but the last are registers with short names.
#[cfg(feature = "fmt")]
pub(crate) struct Plain {
    /// The first two operands without their values; another operand where there are fewer before the last.
    pub(crate) first: u64,
    pub(crate) second: u64,
    /// The last operand, and how many are before it.
    pub(crate) last: Packed,
    pub(crate) before: u16,
}

#[cfg(feature = "fmt")]
impl Plain {
    /// Of the operand list `form`, if it is such a list.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for Instruction::operands_into")]
    pub(crate) fn of(word: u32, form: u16) -> Option<Self> {
        let at = index(widen16(form));
        let &[header, first, second] = LISTS.get(at..).and_then(<[u16]>::first_chunk)?;
        if header & PLAIN == 0 {
            return None;
        }
        let count = header & COUNT;
        let last = *LISTS.get(at.wrapping_add(index(widen16(count))))?;
        Some(Self {
            first: plan(first)?.low(word),
            second: plan(second)?.low(word),
            last: any(last, word),
            before: count.wrapping_sub(1),
        })
    }
}

/// The operands of the list `form` before they are asked for their types.
#[cfg(feature = "fmt")]
pub(crate) fn packed(word: u32, form: u16) -> impl Iterator<Item = Packed> {
    list(form).iter().map(move |&number| any(number, word))
}

/// What the operand at `at` of the list `form` is, if its kind has code.
#[cfg(feature = "fmt")]
pub(crate) fn descriptor(form: u16, at: u16) -> Option<Descriptor> {
    let number = *list(form).get(usize::from(at))?;
    let plan = plan(number).filter(|plan| plan.is_computed())?;
    Some(plan.descriptor())
}

/// The numbers of the descriptors of the operand list `form`.
#[inline]
fn list(form: u16) -> &'static [u16] {
    let at = index(widen16(form));
    let count = index(widen16(entry16(&LISTS, at, 0) & COUNT));
    let start = at.wrapping_add(1);
    let list = LISTS.get(start..start.wrapping_add(count));
    debug_assert!(list.is_some(), "a64gen has put every list there");
    list.unwrap_or(&[])
}

/// All operands of an instruction, decoded at once.
#[derive(Clone, Copy)]
pub struct OperandArray {
    all: [Packed; MOST],
    count: u8,
    pc: u64,
}

#[inline]
fn plan(number: u16) -> Option<&'static Plan> {
    PLANS.get(index(widen16(number)))
}

/// One operand, whatever its kind.
#[inline]
fn any(number: u16, word: u32) -> Packed {
    match plan(number) {
        Some(plan) if plan.is_computed() => program::computed(plan.descriptor(), word),
        Some(plan) => plan.operand(word),
        None => Packed::NONE,
    }
}

/// The operand that a descriptor describes, for those who have no list.
pub(crate) fn decode(descriptor: Descriptor, word: u32, pc: u64) -> Operand {
    let plan = plan::plan(descriptor);
    let packed = if plan.is_computed() {
        program::computed(descriptor, word)
    } else {
        plan.operand(word)
    };
    packed.operand(pc)
}

impl Default for OperandArray {
    fn default() -> Self {
        Self::new()
    }
}

impl OperandArray {
    /// Without operands.
    pub const fn new() -> Self {
        Self {
            all: [Packed::NONE; MOST],
            count: 0,
            pc: 0,
        }
    }

    /// Takes the operands of the list `form`.
    // Most lists are regular: at most three operands, none computed. They are decoded as if they always were three, since a branch
    // that is hard to predict costs more than an operand.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for Instruction::operands_into")]
    pub(crate) fn fill(&mut self, word: u32, pc: u64, form: u16) {
        // A header and three operands; behind a shorter list, what follows in the table.
        let lists = LISTS.get(index(widen16(form))..);
        let Some(&[header, first, second, third]) = lists.and_then(<[u16]>::first_chunk) else {
            return;
        };
        self.count = low8(widen16(header & COUNT));
        self.pc = pc;
        if header & REGULAR == 0 {
            return irregular(&mut self.all, word, form);
        }
        let (Some(first), Some(second), Some(third)) = (plan(first), plan(second), plan(third))
        else {
            return;
        };
        let [one, two, three, ..] = &mut self.all;
        *one = first.operand(word);
        *two = second.operand(word);
        *three = third.operand(word);
    }

    /// The number of operands.
    #[inline]
    pub const fn len(&self) -> usize {
        index(widen(self.count))
    }

    /// Whether there are none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The operand at `index`, from 0.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Operand> {
        if index < self.len() {
            self.all.get(index).map(|packed| packed.operand(self.pc))
        } else {
            None
        }
    }

    /// The operands, one by one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Operand> {
        let all = self.all.get(..self.len()).unwrap_or(&[]);
        all.iter().map(|packed| packed.operand(self.pc))
    }
}

impl core::fmt::Debug for OperandArray {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[inline(never)]
fn irregular(all: &mut [Packed; MOST], word: u32, form: u16) {
    for (slot, number) in all.iter_mut().zip(list(form)) {
        *slot = any(*number, word);
    }
}

/// The operands of an instruction, decoded one by one.
#[derive(Clone)]
#[must_use]
pub struct Operands {
    word: u32,
    pc: u64,
    list: core::slice::Iter<'static, u16>,
}

impl Operands {
    #[inline]
    pub(crate) fn new(word: u32, pc: u64, form: u16) -> Self {
        Self {
            word,
            pc,
            list: list(form).iter(),
        }
    }
}

impl Operands {
    /// What the next operand is.
    pub(crate) fn descriptor(&mut self) -> Option<&'static Descriptor> {
        DESCRIPTORS.get(index(widen16(*self.list.next()?)))
    }
}

impl core::fmt::Debug for Operands {
    /// The word, its address, and how many operands are left.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Operands")
            .field("word", &format_args!("{:#010x}", self.word))
            .field("pc", &format_args!("{:#x}", self.pc))
            .field("left", &self.len())
            .finish_non_exhaustive()
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
        let number = *self.list.next()?;
        // Most operands are registers, and a branch is easier to predict than a jump.
        if let Some(register) = plan(number).and_then(|plan| plan.register(self.word)) {
            return Some(Operand::Register(register));
        }
        Some(any(number, self.word).operand(self.pc))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.list.size_hint()
    }
}

impl ExactSizeIterator for Operands {}
impl core::iter::FusedIterator for Operands {}
