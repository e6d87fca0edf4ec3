//! A masked search over instructions.

use aarch64_decode::Pattern;

use crate::error::{Failure, finish, kc_error, kc_status};
use crate::memory::bytes;

/// The most words that a pattern has.
pub const KC_PATTERN_WORDS: usize = 16;

/// One word of a pattern: it matches where the bits under `mask` are those of `value`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_pattern {
    /// The bits that count.
    pub mask: u32,
    /// What they have to be.
    pub value: u32,
}

fn search(code: &[u8], pattern: &[kc_pattern], from: usize) -> Result<usize, Failure> {
    if pattern.is_empty() || pattern.len() > KC_PATTERN_WORDS {
        return Err(Failure::argument("a pattern has 1 to 16 words"));
    }
    let start = from.checked_next_multiple_of(4).unwrap_or(usize::MAX);
    let words = code.get(start..).unwrap_or_default();
    let size = pattern.len().saturating_mul(4);
    for (number, window) in words.windows(size).step_by(4).enumerate() {
        let mut pairs = window.chunks_exact(4).zip(pattern);
        let matches = pairs.all(|(word, pattern)| {
            let word = word.first_chunk().copied().map_or(0, u32::from_le_bytes);
            Pattern::new(pattern.mask, pattern.value).matches(word)
        });
        if matches {
            return Ok(start.saturating_add(number.saturating_mul(4)));
        }
    }
    Err(Failure::not_found("the pattern does not occur"))
}

/// Finds the first place at or after byte `from` of `code`, a multiple of 4, where the words of
/// `pattern` follow each other; `*found` becomes its byte offset. `KC_NOT_FOUND` where there is
/// none: search on with `from` 4 above what was found.
///
/// # Safety
/// The contract of every pointer, at the top of this header: `pattern` points to `words` objects.
/// `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_search(
    code: *const u8,
    len: usize,
    pattern: *const kc_pattern,
    words: usize,
    from: usize,
    found: *mut usize,
    error: *mut kc_error,
) -> kc_status {
    let outcome = if pattern.is_null() || words > KC_PATTERN_WORDS {
        Err(Failure::argument("a pattern has 1 to 16 words"))
    } else {
        // SAFETY: the caller's promise; not null.
        let pattern = unsafe { core::slice::from_raw_parts(pattern, words) };
        // SAFETY: the caller's promise.
        search(unsafe { bytes(code, len) }, pattern, from)
    };
    // SAFETY: the caller's promise.
    unsafe { finish(outcome, found, error) }
}
