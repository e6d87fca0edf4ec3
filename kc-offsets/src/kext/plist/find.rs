//! Where a few bytes lie in a text.

/// Where `needle` (of at least 1 byte) first lies; before a NUL byte, which ends the text.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    (0..usize::MAX)
        .zip(bytes.windows(needle.len().max(1)))
        .take_while(|(_, window)| window.first() != Some(&0))
        .find(|(_, window)| *window == needle)
        .map(|(at, _)| at)
}
