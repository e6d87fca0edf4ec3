//! The search for what refers to an address.

mod filter;

use core::fmt;
use core::iter::FusedIterator;

use filter::{Filter, Wanted};

use crate::bits::{field, low32, sign_extend, unsigned, wide};
use crate::effects::MemoryKind;
use crate::flow::Flow;
use crate::insn::Instruction;
use crate::matcher::decode;
use crate::reference::{Reference, References};
use crate::words::{BLOCK, Source};

/// How an instruction refers to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReferenceKind {
    /// It puts the address in a register: `adr`, or the `add` behind an `adrp`.
    Address,
    /// It reads from there (or prefetches): a load behind an `adrp`.
    Load,
    /// It writes there, data or tags: a store behind an `adrp`.
    Store,
    /// It reads from there and writes there: an atomic update behind an `adrp`.
    Update,
    /// It reads from there, relative to its own address: a load of a literal.
    Literal,
    /// It goes there.
    Branch,
    /// It goes there, or on to the next instruction.
    Conditional,
    /// It calls what is there.
    Call,
}

/// An instruction that refers to an address. All addresses are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct Referrer {
    /// Where the instruction is.
    pub pc: u64,
    /// What it refers to.
    pub address: u64,
    /// How.
    pub kind: ReferenceKind,
    /// Where its pair began: the `adrp` or `adr` that a register had its address from. `None` of an
    /// instruction that needs no other.
    pub origin: Option<u64>,
}

/// The instructions of a piece of code that refer to an address of a range, in ascending order.
///
/// # What is found
/// - Each `adr`, load of a literal, branch and call whose target is in the range;
/// - each `add` (immediate), load and store whose register [`References`] knows to hold what an
///   `adrp` or `adr` put there, along a straight line, if the address lies at most 128 KiB above
///   the page and 4 KiB below it (of a range of more than 2^62 bytes, anywhere).
///
/// # Cost
/// One pass. Where only `adrp`, `b` and `bl` can reach the range, which is 1.1 MiB and more away
/// from it, blocks of words are compared with the immediates that do reach it, near the speed of
/// memory. Followed word by word are a block with a match, the code behind it in which a pair is
/// not yet complete, and code near the range.
///
/// ```
/// use aarch64_decode::{ReferenceKind, Referrers};
///
/// // adrp x0, 0x103000; add x0, x0, #0x123; bl 0x100010
/// let words = [0xf000_0000_u32, 0x9104_8c00, 0x97ff_fffe];
/// let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
/// let mut found = Referrers::new(&code, 0x10_0010, 0x10_3123, 0x10_3123);
/// let referrer = found.next().unwrap();
/// assert_eq!((referrer.pc, referrer.origin), (0x10_0014, Some(0x10_0010)));
/// assert_eq!(referrer.kind, ReferenceKind::Address);
/// assert_eq!(found.next(), None);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Referrers<'a> {
    code: &'a [u8],
    /// The address of the first word, a multiple of 4.
    pc: u64,
    /// The next word.
    at: usize,
    /// Words before this one are followed one by one.
    until: usize,
    wanted: Wanted,
    references: References,
    /// The test for the words before `until` where nothing is known; `None` near the range.
    filter: Option<Filter>,
    /// The word that the filter counts from; all words before `until` lie in its page.
    start: usize,
    addresses: bool,
    branches: bool,
}

impl fmt::Debug for Referrers<'_> {
    /// The address and the length of the code, and how far it has been read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Referrers")
            .field("pc", &format_args!("{:#x}", self.pc))
            .field("bytes", &self.code.len())
            .field("next_word", &self.at)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl<'a> Referrers<'a> {
    /// What refers to an address from `first` to `last`, inclusive, in `code`, whose first byte is
    /// at address `pc`.
    ///
    /// Instructions lie at multiples of 4: bytes before the first one and behind the last whole one
    /// do not count. A `last` below `first` means the addresses around 2^64.
    pub fn new(code: &'a [u8], pc: u64, first: u64, last: u64) -> Self {
        let skip = pc.wrapping_neg() & 3;
        let code = usize::try_from(skip).ok().and_then(|skip| code.get(skip..));
        let pc = pc.wrapping_add(skip);
        let wanted = Wanted::new(first, last);
        let (first_page, last_page) = wanted.pages();
        // Blocks start at multiples of their size, so that each lies in one page.
        let until = (pc >> 2).wrapping_neg() & wide(BLOCK_WORDS.wrapping_sub(1));
        Self {
            code: code.unwrap_or_default(),
            pc,
            at: 0,
            until: usize::try_from(until).unwrap_or(0),
            wanted,
            references: References::within(first_page, last_page),
            filter: None,
            start: 0,
            addresses: true,
            branches: true,
        }
    }

    /// The same without branches and calls: only what names an address, which is quicker to search.
    pub const fn without_branches(mut self) -> Self {
        self.branches = false;
        self
    }

    /// The same with branches and calls alone.
    pub const fn only_branches(mut self) -> Self {
        self.addresses = false;
        self
    }

    /// The address of a word.
    #[inline]
    fn pc_of(&self, at: usize) -> u64 {
        let words = u64::try_from(at).unwrap_or(u64::MAX);
        self.pc.wrapping_add(words.wrapping_shl(2))
    }

    /// Goes on to the next words that must be followed one by one.
    fn skip(&mut self) {
        match (self.addresses, self.branches) {
            (true, true) => self.skip_to::<true, true>(),
            (true, false) => self.skip_to::<true, false>(),
            (false, true) => self.skip_to::<false, true>(),
            // Nothing is asked for.
            (false, false) => self.at = usize::MAX,
        }
    }

    /// The test for the words from here to the end of the page.
    fn renew(&mut self) {
        self.start = self.at;
        self.filter = self.wanted.filter(self.pc_of(self.at));
    }

    fn skip_to<const ADDRESSES: bool, const BRANCHES: bool>(&mut self) {
        loop {
            self.renew();
            let into = low32(self.pc_of(self.at) >> 2) & PAGE_WORDS.wrapping_sub(1);
            let left = PAGE_WORDS.wrapping_sub(into);
            let Some(filter) = self.filter else {
                let left = usize::try_from(left).unwrap_or(0);
                self.until = self.at.saturating_add(left);
                return;
            };
            let mut words = 0_u32;
            while words < left {
                let Some(block) = self.code.block(self.at) else {
                    // Less than a block is left, in this page.
                    self.until = usize::MAX;
                    return;
                };
                if filter.any::<ADDRESSES, BRANCHES>(words, &block) {
                    self.until = self.at.saturating_add(BLOCK);
                    return;
                }
                self.at = self.at.saturating_add(BLOCK);
                words = words.wrapping_add(BLOCK_WORDS);
            }
        }
    }

    /// Whether the word can be passed over: nothing is known of registers, and it begins no pair
    /// and goes nowhere that counts.
    #[inline]
    fn is_dull(&self, word: u32) -> bool {
        if !self.references.is_empty() {
            return false;
        }
        if let Some(filter) = self.filter {
            let words = self.at.wrapping_sub(self.start);
            let words = u32::try_from(words);
            debug_assert!(words.is_ok(), "a filter is for one page");
            return !filter.has(words.unwrap_or(0), word);
        }
        // adr and adrp, literals.
        let address = word & 0x1f00_0000 == 0x1000_0000 || word & 0x3b00_0000 == 0x1800_0000;
        let branch = field(word, 26, 3) == 0b101;
        !(self.addresses && address || self.branches && branch)
    }

    /// What the word refers to.
    #[inline]
    fn follow(&mut self, word: u32, pc: u64) -> Option<Referrer> {
        // Branches, exceptions and system instructions, Arm ARM C4.1.
        if field(word, 26, 3) == 0b101 {
            if self.addresses {
                self.references.next_of_any(word, pc);
            }
            return if self.branches {
                self.branch(word, pc)
            } else {
                None
            };
        }
        if !self.addresses {
            return None;
        }
        let origin = self.references.origin(word);
        let Some(Reference::Address(address)) = self.references.next_of_any(word, pc) else {
            return None;
        };
        // The masks of the references take some words that are no instruction.
        if !self.wanted.contains(address) {
            return None;
        }
        let kind = kind(decode(word).ok()?);
        let alone = kind == ReferenceKind::Literal || word & 0x1f00_0000 == 0x1000_0000;
        Some(Referrer {
            pc,
            address,
            kind,
            origin: origin.filter(|_| !alone),
        })
    }

    fn branch(&self, word: u32, pc: u64) -> Option<Referrer> {
        if let Some(distance) = distance(word) {
            // Decoding costs more, and few go there.
            let target = pc.wrapping_add(unsigned(distance).wrapping_shl(2));
            if !self.wanted.contains(target) {
                return None;
            }
        }
        let (kind, address) = match decode(word).ok()?.flow(pc) {
            Flow::Branch(target) => (ReferenceKind::Branch, target),
            Flow::Conditional(target) => (ReferenceKind::Conditional, target),
            Flow::Call(target) => (ReferenceKind::Call, target),
            _ => return None,
        };
        self.wanted.contains(address).then_some(Referrer {
            pc,
            address,
            kind,
            origin: None,
        })
    }
}

/// Words of a block, and of a page of 4 KiB.
const BLOCK_WORDS: u32 = 32;
const PAGE_WORDS: u32 = 1024;

/// How many words it is to the target of the branches that are frequent: `b` and `bl`; `cbz`,
/// `cbnz` and `b.cond`; `tbz` and `tbnz`.
const fn distance(word: u32) -> Option<i64> {
    if word & 0x7c00_0000 == 0x1400_0000 {
        Some(sign_extend(field(word, 0, 26), 26))
    } else if word & 0x7e00_0000 == 0x3400_0000 || word & 0xff00_0000 == 0x5400_0000 {
        Some(sign_extend(field(word, 5, 19), 19))
    } else if word & 0x7e00_0000 == 0x3600_0000 {
        Some(sign_extend(field(word, 5, 14), 14))
    } else {
        None
    }
}

/// How an instruction that names an address does so.
fn kind(instruction: Instruction) -> ReferenceKind {
    let word = instruction.word();
    // ADR, and ADD (immediate); loads of literals. Arm ARM, C4.1.
    if word & 0x1f00_0000 == 0x1000_0000 || word & 0x1f00_0000 == 0x1100_0000 {
        return ReferenceKind::Address;
    }
    if word & 0x3b00_0000 == 0x1800_0000 {
        return ReferenceKind::Literal;
    }
    match instruction.memory_kind() {
        Some(MemoryKind::Store | MemoryKind::StoreTags) => ReferenceKind::Store,
        Some(MemoryKind::Update) => ReferenceKind::Update,
        // A prefetch is not an access.
        _ => ReferenceKind::Load,
    }
}

impl Iterator for Referrers<'_> {
    type Item = Referrer;

    fn next(&mut self) -> Option<Referrer> {
        loop {
            if self.at >= self.until {
                if self.references.is_empty() {
                    self.skip();
                } else {
                    // The block may lie in the next page.
                    self.renew();
                    self.until = self.at.saturating_add(BLOCK);
                }
            }
            while self.at < self.until {
                let word = self.code.word(self.at)?;
                if self.is_dull(word) {
                    self.at = self.at.saturating_add(1);
                    continue;
                }
                let pc = self.pc_of(self.at);
                self.at = self.at.saturating_add(1);
                if let Some(found) = self.follow(word, pc) {
                    return Some(found);
                }
            }
            if self.at == usize::MAX {
                return None;
            }
        }
    }
}

impl FusedIterator for Referrers<'_> {}
