//! The spellings of a mnemonic: of every encoding its own and its aliases.

use super::index;
use super::operand::condition;
use super::register::{arrangement, at_dot};
use super::rewrite;
use crate::encode::Spelling;
use crate::generated::forms::ALIASES;
use crate::operands;
use crate::register::Arrangement;

/// The number of a mnemonic, letter case not counting; 0 for one that only lines have that are
/// rewritten.
pub(super) fn mnemonic(text: &[u8]) -> Option<u16> {
    index::mnemonic(text).or_else(|| rewrite::is_known(text).then_some(0))
}

/// Of an alias: the last of its encoding.
const LAST: u8 = 0x80;

/// Calls `each` for all spellings of a mnemonic in any syntax, those of an encoding in the order of
/// preference, until it returns `true`.
pub(super) fn each(mnemonic: u16, mut each: impl FnMut(Spelling) -> bool) {
    for encoding in index::encodings(mnemonic) {
        let first = usize::from(operands::first_alias(encoding.form()));
        for alias in ALIASES.get(first..).unwrap_or(&[]) {
            if alias.mnemonic == mnemonic {
                let spelling = Spelling {
                    encoding,
                    mnemonic,
                    form: alias.form,
                    tests: (alias.tests, alias.count),
                };
                if each(spelling) {
                    return;
                }
            }
            if alias.syntaxes & LAST != 0 {
                break;
            }
        }
        if encoding.mnemonic_number() == mnemonic && each(Spelling::own(encoding)) {
            return;
        }
    }
}

/// The mnemonic whose last character is a dot, and where its first operand begins: `b.` of `b.eq`
/// and of `beq`.
pub(super) fn with_suffix(text: &[u8]) -> Option<(u16, usize)> {
    match text {
        [b'b' | b'B', name @ ..] if condition(name).is_some() => {
            return Some((mnemonic(b"b.")?, 1));
        }
        _ => {}
    }
    let dot = text.iter().position(|byte| *byte == b'.')?.wrapping_add(1);
    Some((mnemonic(text.get(..dot)?)?, dot))
}

/// The mnemonic before a dot, and the arrangement behind it: Apple's `add.4s`.
pub(super) fn with_arrangement(text: &[u8]) -> Option<(u16, Arrangement)> {
    let (name, suffix) = at_dot(text);
    let arrangement = arrangement(suffix.filter(|suffix| !suffix.is_empty())?)?;
    Some((mnemonic(name)?, arrangement))
}

/// The mnemonic with `u` that takes the offsets in bytes that this one does not: `ldr` and `ldur`.
pub(super) fn unscaled(text: &[u8]) -> Option<u16> {
    let (first, rest) = text.split_at_checked(2)?;
    let start = first.eq_ignore_ascii_case(b"ld") || first.eq_ignore_ascii_case(b"st");
    let prefetch = text.eq_ignore_ascii_case(b"prfm");
    if prefetch {
        return mnemonic(b"prfum");
    }
    if !start
        || !rest
            .first()
            .is_some_and(|byte| byte.eq_ignore_ascii_case(&b'r'))
    {
        return None;
    }
    // ldrsw is the longest.
    let mut name = [0_u8; 8];
    let len = text.len().wrapping_add(1);
    for (slot, byte) in name.iter_mut().zip(first.iter().chain(b"u").chain(rest)) {
        *slot = *byte;
    }
    mnemonic(name.get(..len)?)
}
