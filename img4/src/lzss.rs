//! Okumura's LZSS as Apple's boot loaders use it.
//!
//! A flag byte announces eight items, least significant bit first: 1 is a literal byte, 0 a match of two bytes: the low
//! byte of a position in a ring of 4096 bytes; its high four bits and length - 3. The ring starts out as 4078 spaces, and
//! output enters it at position 4078. Source: Haruhiko Okumura, LZSS.C (1989); XNU `bsd/kern` keeps N = 4096, F = 18, threshold 2.
//!
//! The ring is never materialised: a ring position is a distance back from the end of the output, and what lies before the first
//! byte of output is spaces.

use crate::copy::{self, SLACK};
use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};

/// Bytes in the ring.
const RING: usize = 4096;
/// Spaces in the ring before the first byte of output. The 18 bytes after them are undefined until output fills them.
const SPACES: usize = RING - 18;
/// The shortest match.
const SHORTEST: usize = 3;

/// Room on either side that spares the checks of single items: eight matches of 18 bytes, and what a fast copy may exceed.
const OUTPUT_ROOM: usize = 8 * 18 + SLACK;
/// A flag byte, eight matches of two bytes, and the eight bytes that a run of literals moves.
const INPUT_ROOM: usize = 1 + 8 * 2 + 8;

/// Fills `output` from the whole of `stream`, whose first byte is at file offset `offset`.
pub(crate) fn decompress(stream: &[u8], offset: u64, output: &mut [u8]) -> Result<(), Error> {
    let mut input = stream;
    let mut at = 0usize;
    let error = |kind, input: &[u8]| {
        let used = stream.len().saturating_sub(input.len());
        Error::new(kind, Structure::Lzss, offset_add(offset, used))
    };
    while at < output.len() {
        if let Some((rest, next)) = roomy_group(input, output, at) {
            input = rest;
            at = next;
        } else {
            at = careful_group(&mut input, output, at).map_err(|kind| error(kind, input))?;
        }
    }
    if input.is_empty() {
        Ok(())
    } else {
        Err(error(ErrorKind::InputLeft, input))
    }
}

/// One flag byte and its eight items: the input after them and where the output ends. `None`, to be done again with care, if there
/// is not room for all that they could be, or if a match reaches before the output.
#[inline]
fn roomy_group<'a>(input: &'a [u8], output: &mut [u8], at: usize) -> Option<(&'a [u8], usize)> {
    let [flags, items @ ..] = input.first_chunk::<INPUT_ROOM>()?;
    if output.len().saturating_sub(at) < OUTPUT_ROOM {
        return None;
    }
    let mut flags = u32::from(*flags);
    let mut used = 0usize;
    let mut at = at;
    // Literal or match cannot be predicted, so no branch asks: a run of literals, perhaps of none, precedes each match, and one ends the
    // group. Eight bytes are moved for a run of any length.
    let matches = 8u32.wrapping_sub(flags.count_ones());
    for _ in 0..matches {
        let run = small(flags.trailing_ones());
        literals(output, at, items, used)?;
        at = at.wrapping_add(run);
        used = used.wrapping_add(run);
        let &[low, high] = items.get(used..)?.first_chunk()?;
        let (distance, len) = item(low, high, at);
        if distance > at {
            return None;
        }
        copy::wild_match(output, at, distance, len);
        at = at.wrapping_add(len);
        used = used.wrapping_add(2);
        flags = flags.wrapping_shr(flags.trailing_ones()) >> 1;
    }
    // What is left of the flags are ones.
    let run = small(flags.count_ones());
    literals(output, at, items, used)?;
    at = at.wrapping_add(run);
    used = used.wrapping_add(run);
    Some((input.get(used.wrapping_add(1)..)?, at))
}

/// Moves eight bytes of `items` from `used` to `at`.
#[inline]
fn literals(output: &mut [u8], at: usize, items: &[u8], used: usize) -> Option<()> {
    let place = output.get_mut(at..)?.first_chunk_mut::<8>()?;
    *place = *items.get(used..)?.first_chunk()?;
    Some(())
}

/// A count of bits as a length.
#[inline]
fn small(count: u32) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// One flag byte and its items up to the end of the output, every bound checked; where the output ends then. On an error
/// `input` is left at the item.
fn careful_group(input: &mut &[u8], output: &mut [u8], at: usize) -> Result<usize, ErrorKind> {
    let mut at = at;
    let (&flags, rest) = input.split_first().ok_or(ErrorKind::OutputUnderrun)?;
    *input = rest;
    let mut flags = flags;
    for _ in 0..8 {
        if at >= output.len() {
            break;
        }
        if flags & 1 != 0 {
            let (&literal, rest) = input.split_first().ok_or(ErrorKind::OutputUnderrun)?;
            *output.get_mut(at).ok_or(ErrorKind::OutputOverrun)? = literal;
            *input = rest;
            at = at.wrapping_add(1);
        } else {
            let (&[low, high], rest) =
                input.split_first_chunk().ok_or(ErrorKind::OutputUnderrun)?;
            let (distance, len) = item(low, high, at);
            spaced_match(output, at, distance, len)?;
            *input = rest;
            at = at.wrapping_add(len);
        }
        flags >>= 1;
    }
    Ok(at)
}

/// Distance (1 to 4096) and length (3 to 18) of a match met after `at` bytes of output.
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
fn spaced_match(
    output: &mut [u8],
    at: usize,
    distance: usize,
    len: usize,
) -> Result<(), ErrorKind> {
    if distance > at.saturating_add(SPACES) {
        return Err(ErrorKind::BadDistance);
    }
    if output.len().saturating_sub(at) < len {
        return Err(ErrorKind::OutputOverrun);
    }
    for to in at..at.saturating_add(len) {
        let byte = match to.checked_sub(distance) {
            Some(from) => *output.get(from).ok_or(ErrorKind::BadDistance)?,
            None => b' ',
        };
        *output.get_mut(to).ok_or(ErrorKind::OutputOverrun)? = byte;
    }
    Ok(())
}
