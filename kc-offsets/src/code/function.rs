//! Where functions start, for images that do not say so. `LC_FUNCTION_STARTS` is read by
//! [`Lookup`](crate::Lookup).
use macho_core::VmAddr;

use super::regions::Region;

/// The most words that [`guess_function_start`] looks back.
const MOST_BACK: u64 = 1 << 14;

/// Where the function that holds `vmaddr` may start: a guess, for images without function starts.
///
/// Looks back at most 16,384 words for `paciasp`, `pacibsp`, `bti c` or `bti jc`, or for a frame that is set up
/// (`stp x29, x30, [sp, #-n]!`, `sub sp, sp, #n`) right behind a word that does not go on (`ret`, `b`, `br`, `brk`, `udf`) or at the
/// start of the region. Functions without a frame are missed, and then the one before is the answer.
pub fn guess_function_start(region: &Region<'_>, vmaddr: VmAddr) -> Option<VmAddr> {
    let mut at = VmAddr::new(vmaddr.get() & !3);
    let mut left = MOST_BACK;
    while let Some(word) = region.word(at).filter(|_| left > 0) {
        let before = at.checked_sub(4);
        let previous = before.and_then(|before| region.word(before));
        let frame = word & 0xffc0_7fff == 0xa980_7bfd || word & 0xffc0_03ff == 0xd100_03ff;
        if is_entry(word) {
            // `bti` and then `pac`.
            return before
                .filter(|_| previous.is_some_and(is_entry))
                .or(Some(at));
        }
        if frame && previous.is_none_or(ends_flow) {
            return Some(at);
        }
        at = before?;
        left = left.wrapping_sub(1);
    }
    None
}

/// `paciasp`, `pacibsp`, `bti c`, `bti jc`.
const fn is_entry(word: u32) -> bool {
    matches!(word, 0xd503_233f | 0xd503_237f | 0xd503_245f | 0xd503_24df)
}

/// Whether the next word is reached from elsewhere only: `b`, `br` and `ret` in all forms, `brk`, `udf`.
const fn ends_flow(word: u32) -> bool {
    let call = word & 0xfe3f_0000 == 0xd63f_0000;
    word & 0xfc00_0000 == 0x1400_0000
        || word & 0xfe00_0000 == 0xd600_0000 && !call
        || word & 0xffe0_001f == 0xd420_0000
        || word & 0xffff_0000 == 0
}
