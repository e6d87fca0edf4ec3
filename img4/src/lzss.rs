//! Okumura's LZSS as Apple's boot loaders use it.
//!
//! A flag byte announces eight items, least significant bit first: 1 is a literal byte, 0 a match of two bytes: the low
//! byte of a position in a ring of 4096 bytes; its high four bits and length - 3. The ring starts out as 4078 spaces, and
//! output enters it at position 4078. Source: Haruhiko Okumura, LZSS.C (1989); XNU `bsd/kern` keeps N = 4096, F = 18, threshold 2.
//!
//! The ring is never materialised: a ring position is a distance back from the end of the output, and what lies before the first
//! byte of output is spaces.

use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};

/// Bytes in the ring.
const RING: usize = 4096;
/// Spaces in the ring before the first byte of output. The 18 bytes after them are undefined until output fills them.
const SPACES: usize = RING - 18;
/// The shortest match.
const SHORTEST: usize = 3;

#[cfg(not(feature = "lzss"))]
pub(crate) fn decompress(_: &[u8], offset: u64, _: &mut [u8]) -> Result<(), Error> {
    Err(Error::new(
        ErrorKind::NotCompiledIn,
        Structure::Lzss,
        offset,
    ))
}

/// Fills `output` from the whole of `stream`, whose first byte is at file offset `offset`.
#[cfg(feature = "lzss")]
pub(crate) fn decompress(stream: &[u8], offset: u64, output: &mut [u8]) -> Result<(), Error> {
    let mut input = stream;
    let mut at = 0usize;
    let error = |kind, input: &[u8]| {
        let used = stream.len().saturating_sub(input.len());
        Error::new(kind, Structure::Lzss, offset_add(offset, used))
    };
    while at < output.len() {
        let Some((&flags, rest)) = input.split_first() else {
            return Err(error(ErrorKind::OutputUnderrun, input));
        };
        input = rest;
        let mut flags = flags;
        for _ in 0..8 {
            if at == output.len() {
                break;
            }
            if flags & 1 != 0 {
                let (Some((&literal, rest)), Some(slot)) =
                    (input.split_first(), output.get_mut(at))
                else {
                    return Err(error(ErrorKind::OutputUnderrun, input));
                };
                input = rest;
                *slot = literal;
                at = at.wrapping_add(1);
            } else {
                let Some((&[low, high], rest)) = input.split_first_chunk() else {
                    return Err(error(ErrorKind::OutputUnderrun, input));
                };
                let (distance, len) = item(low, high, at);
                copy_slow(output, at, distance, len).map_err(|kind| error(kind, input))?;
                input = rest;
                at = at.wrapping_add(len);
            }
            flags >>= 1;
        }
    }
    if input.is_empty() {
        Ok(())
    } else {
        Err(error(ErrorKind::InputLeft, input))
    }
}

/// Distance (1 to 4096) and length (3 to 18) of a match met after `at` bytes of output.
#[cfg(feature = "lzss")]
fn item(low: u8, high: u8, at: usize) -> (usize, usize) {
    let position = usize::from(low) | (usize::from(high & 0xf0) << 4);
    let len = usize::from(high & 0x0f).wrapping_add(SHORTEST);
    // Output enters at SPACES; "minus one, plus one" makes a whole ring 4096 and not 0.
    let distance = (at
        .wrapping_add(SPACES)
        .wrapping_sub(position)
        .wrapping_sub(1)
        & (RING - 1))
        .wrapping_add(1);
    (distance, len)
}

/// Copies byte by byte; what lies before the output is spaces.
#[cfg(feature = "lzss")]
fn copy_slow(output: &mut [u8], at: usize, distance: usize, len: usize) -> Result<(), ErrorKind> {
    if distance > at.saturating_add(SPACES) {
        return Err(ErrorKind::BadDistance);
    }
    if output.len().saturating_sub(at) < len {
        return Err(ErrorKind::OutputOverrun);
    }
    for to in at..at.saturating_add(len) {
        let byte = match to.checked_sub(distance) {
            Some(from) => output.get(from).copied().unwrap_or_default(),
            None => b' ',
        };
        if let Some(slot) = output.get_mut(to) {
            *slot = byte;
        }
    }
    Ok(())
}
