//! Chooses the spelling that is shown.

use crate::bits::{field, low8, low16, widen};
use crate::encoding::Encoding;
#[cfg(feature = "asm")]
use crate::encoding::name_bytes;
use crate::generated::encodings::{SHOULD_BE, UNPREDICTABLE};
use crate::generated::forms::{ALIASES, TESTS};
use crate::generated::kinds::Predicate;
#[cfg(feature = "asm")]
use crate::generated::named::table::TLBIP;
use crate::generated::{Alias, Test};
use crate::named::{self, shown_flags};
use crate::operands;
use crate::program::bitmask;
#[cfg(feature = "sve")]
use crate::program::scalable::is_move_mask;
use crate::syntax::Syntax;

/// A mnemonic and an operand list.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) mnemonic: u16,
    pub(crate) form: u16,
}

/// Marks the last alias of an encoding.
const LAST: u8 = 0x80;

/// The preferred spelling of a word: the first alias of its encoding whose tests hold.
// The first alias decides nearly all words, without a branch on whether it holds.
#[inline]
pub(crate) fn shown(word: u32, encoding: Encoding, syntax: Syntax) -> Shown {
    let form = encoding.form();
    let own = Shown {
        mnemonic: encoding.mnemonic_number(),
        form,
    };
    let first = operands::first_alias(form);
    if first == 0 {
        return own;
    }
    let alias = ALIASES.get(usize::from(first));
    let test = alias.and_then(|alias| TESTS.get(usize::from(alias.tests)));
    let (Some(alias @ Alias { count: 1, .. }), Some(&Test::Bits { mask, value })) = (alias, test)
    else {
        return walk(word, first, own, syntax);
    };
    if word & mask == value && alias.syntaxes & syntax_bit(syntax) != 0 {
        return Shown {
            mnemonic: alias.mnemonic,
            form: alias.form,
        };
    }
    if alias.syntaxes & LAST != 0 {
        return own;
    }
    walk(word, first.wrapping_add(1), own, syntax)
}

/// The first alias from `first` on whose tests hold.
#[inline(never)]
fn walk(word: u32, first: u16, own: Shown, syntax: Syntax) -> Shown {
    for alias in ALIASES.get(usize::from(first)..).unwrap_or(&[]) {
        if alias.syntaxes & syntax_bit(syntax) != 0 && all(alias.tests, alias.count, word, syntax) {
            return Shown {
                mnemonic: alias.mnemonic,
                form: alias.form,
            };
        }
        if alias.syntaxes & LAST != 0 {
            break;
        }
    }
    own
}

const fn syntax_bit(syntax: Syntax) -> u8 {
    match syntax {
        Syntax::Llvm => 1,
        Syntax::Gnu => 2,
        Syntax::Apple => 4,
    }
}

fn all(start: u16, count: u8, word: u32, syntax: Syntax) -> bool {
    let start = usize::from(start);
    let tests = TESTS.get(start..start.wrapping_add(usize::from(count)));
    // Without tests all of them would hold.
    debug_assert!(tests.is_some(), "a64gen has put every test there");
    let tests = tests.unwrap_or(&[]);
    // Nearly all tests compare bits.
    tests.iter().all(|test| match *test {
        Test::Bits { mask, value } => word & mask == value,
        ref other => passes(other, word, syntax),
    })
}

#[inline(never)]
pub(crate) fn passes(test: &Test, word: u32, syntax: Syntax) -> bool {
    match *test {
        Test::Bits { mask, value } => word & mask == value,
        Test::NotBits { mask, value } => word & mask != value,
        Test::Same { a, b, width } => field(word, a, width) == field(word, b, width),
        Test::Differ { a, b, width } => field(word, a, width) != field(word, b, width),
        Test::Predicate(predicate) => computed(predicate, word),
        Test::Named {
            table,
            lsb,
            width,
            flags,
        } => named::find(
            table,
            low16(field(word, lsb, width)),
            shown_flags(flags, syntax),
        )
        .is_some(),
    }
}

/// Whether an alias may be written for a word of which `test` is asked, though another may be
/// shown.
#[cfg(feature = "asm")]
pub(crate) fn may_pass(test: &Test, word: u32) -> bool {
    // lsl by 0 and ubfiz from 0: the rotation is one by nothing.
    let by_nothing = || field(word, 16, 6) == 0;
    let last = if word >> 31 == 0 { 31 } else { 63 };
    let is = |syntax| passes(test, word, syntax);
    match *test {
        Test::Predicate(Predicate::ImmsBelowImmr) if by_nothing() => true,
        Test::Predicate(Predicate::ImmsIsImmrMinusOne) if by_nothing() => {
            field(word, 10, 6) == last
        }
        // An operation with nXS has the name of the one without, and a bit of CRn.
        Test::Named { table, .. } if table == TLBIP => {
            is(Syntax::Llvm) || passes(test, word & !(1 << 12), Syntax::Llvm)
        }
        // cinc of the zero register, of which cset is shown.
        Test::NotBits { mask, .. } if mask == 31 << 5 => true,
        Test::Named { .. } => is(Syntax::Llvm) || is(Syntax::Gnu),
        _ => is(Syntax::Llvm),
    }
}

/// Whether the word has an alias whose mnemonic is this one with a 2 behind it: then it cannot be
/// written without.
#[cfg(feature = "asm")]
pub(crate) fn needs_two(word: u32, encoding: Encoding, mnemonic: u16) -> bool {
    let first = operands::first_alias(encoding.form());
    let name = name_bytes(mnemonic);
    let with_two = |number| name_bytes(number).strip_suffix(b"2") == Some(name);
    let mut is_last = first == 0;
    let aliases = ALIASES.get(usize::from(first)..).unwrap_or(&[]).iter();
    aliases
        .take_while(|alias| {
            let goes_on = !is_last;
            is_last = alias.syntaxes & LAST != 0;
            goes_on
        })
        .any(|alias| with_two(alias.mnemonic) && all(alias.tests, alias.count, word, Syntax::Llvm))
}

/// Whether the word is constrained unpredictable.
pub(crate) fn unpredictable(word: u32, encoding: Encoding) -> bool {
    let number = encoding.number();
    let soft = SHOULD_BE
        .binary_search_by_key(&number, |entry| entry.0)
        .ok()
        .and_then(|at| SHOULD_BE.get(at));
    if soft.is_some_and(|(_, mask, value)| word & mask != *value) {
        return true;
    }
    let first = UNPREDICTABLE.partition_point(|entry| entry.0 < number);
    let rest = UNPREDICTABLE.get(first..).unwrap_or(&[]);
    rest.iter()
        .take_while(|entry| entry.0 == number)
        .any(|&(_, start, count)| all(start, count, word, Syntax::Llvm))
}

/// `immr` and `imms` of a bit-field move.
fn immr_imms(word: u32) -> (u32, u32) {
    (field(word, 16, 6), field(word, 10, 6))
}

/// Whether `value` (of 32 or 64 bits) is what one movz or movn can write; then a bitmask is not
/// spelled mov (Arm ARM, MoveWidePreferred).
fn move_wide(value: u64, size: u8) -> bool {
    let all = if size == 64 { u64::MAX } else { 0xffff_ffff };
    let mut at = 0_u32;
    while at < widen(size) {
        let part = 0xffff_u64.wrapping_shl(at);
        if value & !part & all == 0 || !value & !part & all == 0 {
            return true;
        }
        at = at.wrapping_add(16);
    }
    false
}

/// The code of each predicate.
fn computed(predicate: Predicate, word: u32) -> bool {
    match predicate {
        Predicate::ImmsBelowImmr => {
            let (immr, imms) = immr_imms(word);
            imms < immr
        }
        Predicate::ImmsIsImmrMinusOne => {
            let (immr, imms) = immr_imms(word);
            imms.wrapping_add(1) == immr
        }
        Predicate::BitmaskIsMov32 => !move_wide(bitmask(word, 0, 32), 32),
        Predicate::BitmaskIsMov64 => !move_wide(bitmask(word, low8(field(word, 22, 1)), 64), 64),
        #[cfg(feature = "sve")]
        Predicate::DupmIsMov => is_move_mask(word),
        // No row has it.
        #[cfg(not(feature = "sve"))]
        Predicate::DupmIsMov => false,
        // imm16 = 0 with a shift is spelled as it is encoded.
        Predicate::MovzIsMov | Predicate::MovnIsMov64 => {
            field(word, 5, 16) != 0 || field(word, 21, 2) == 0
        }
        // All ones in 32 bits is movn #0's or the bitmask's.
        Predicate::MovnIsMov32 => {
            (field(word, 5, 16) != 0 || field(word, 21, 2) == 0) && field(word, 5, 16) != 0xffff
        }
    }
}
