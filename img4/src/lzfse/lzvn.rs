//! LZVN: byte-aligned opcodes of literals and matches.
//!
//! ```text
//! LLMMMDDD DDDDDDDD           L literals, match of M + 3, distance D (11 bits, its high three below 6)
//! LLMMM110                    the same, distance of the match before (L = 0: see below)
//! LLMMM111 D0 D1              the same, distance of 16 bits, little-endian
//! 101LLMMM D..DDDMM DDDDDDDD  M of 5 bits: high three in the opcode; distance of 14 bits
//! 1110LLLL                    L literals; L = 0: a byte follows, L is it + 16
//! 1111MMMM                    match of M with the distance before; M = 0: a byte follows, M is it + 16
//! 00000110                    end, with seven zero bytes
//! 00001110, 00010110          nothing
//! ```
//! Undefined: 0x1e, 0x26, 0x2e, 0x36, 0x3e, 0x70 to 0x7f, 0xd0 to 0xdf. Literals follow their
//! opcode. Source: lzfse/lzfse `src/lzvn_decode_base.c` (comments on the opcodes).

use crate::copy::{self, SLACK};
use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};

/// Fills `output` from the whole of `stream`, whose first byte is at file offset `offset`.
pub(crate) fn decompress(stream: &[u8], offset: u64, output: &mut [u8]) -> Result<(), Error> {
    decode(stream, offset, output, 0)
}

/// What an opcode asks for.
struct Op {
    /// Bytes of the opcode with its operands.
    len: usize,
    literals: usize,
    matched: usize,
    /// `None`: that of the match before.
    distance: Option<usize>,
}

/// What the decoder does next.
enum Step {
    Op(Op),
    Nothing,
    End,
}

/// Fills `output` from `at` to its end, from the whole of `stream`.
pub(super) fn decode(
    stream: &[u8],
    offset: u64,
    output: &mut [u8],
    at: usize,
) -> Result<(), Error> {
    let mut input = stream;
    let mut at = at;
    let mut distance = 0usize;
    let error = |kind, input: &[u8]| {
        let used = stream.len().saturating_sub(input.len());
        Error::new(kind, Structure::Lzvn, offset_add(offset, used))
    };
    loop {
        let op = match step(input).map_err(|kind| error(kind, input))? {
            Step::Op(op) => op,
            Step::Nothing => {
                debug_assert!(!input.is_empty(), "the opcode was read");
                input = input.get(1..).unwrap_or_default();
                continue;
            }
            Step::End => break,
        };
        distance = op.distance.unwrap_or(distance);
        debug_assert!(op.len <= input.len(), "the opcode was read");
        let rest = input.get(op.len..).unwrap_or_default();
        // Both are at most 271, at is at most the output's length: no sum wraps.
        let match_at = at.wrapping_add(op.literals);
        let next = match_at.wrapping_add(op.matched);
        let roomy = (next.wrapping_add(SLACK) <= output.len())
            & (op.literals.wrapping_add(SLACK) <= rest.len())
            & (distance.wrapping_sub(1) < match_at || op.matched == 0);
        if roomy {
            if op.literals != 0 {
                copy::wild_literals(output, at, rest, op.literals);
            }
            if op.matched != 0 {
                copy::wild_match(output, match_at, distance, op.matched);
            }
        } else {
            exact(output, at, rest, &op, distance).map_err(|kind| error(kind, input))?;
        }
        debug_assert!(op.literals <= rest.len(), "the literals were copied");
        input = rest.get(op.literals..).unwrap_or_default();
        at = next;
    }
    if at != output.len() {
        return Err(error(ErrorKind::OutputUnderrun, input));
    }
    // The end opcode takes eight bytes, the last seven zero.
    match input.len() {
        8 if input.ends_with(&[0; 7]) => Ok(()),
        8 => Err(error(ErrorKind::BadOpcode, input)),
        0..8 => Err(error(ErrorKind::Truncated, input)),
        _ => Err(error(ErrorKind::InputLeft, input)),
    }
}

/// One opcode without room to spare, or a bad one.
#[cold]
#[inline(never)]
fn exact(
    output: &mut [u8],
    at: usize,
    rest: &[u8],
    op: &Op,
    distance: usize,
) -> Result<(), ErrorKind> {
    let match_at = at.wrapping_add(op.literals);
    let from = rest.get(..op.literals).ok_or(ErrorKind::Truncated)?;
    let to = output
        .get_mut(at..match_at)
        .ok_or(ErrorKind::OutputOverrun)?;
    to.copy_from_slice(from);
    if op.matched == 0 {
        return Ok(());
    }
    if distance == 0 || distance > match_at {
        return Err(ErrorKind::BadDistance);
    }
    copy::exact_match(output, match_at, distance, op.matched).ok_or(ErrorKind::OutputOverrun)
}

#[inline]
fn step(input: &[u8]) -> Result<Step, ErrorKind> {
    let &op = input.first().ok_or(ErrorKind::Truncated)?;
    let byte = |at: usize| {
        input
            .get(at)
            .copied()
            .map(usize::from)
            .ok_or(ErrorKind::Truncated)
    };
    let wide = usize::from(op);
    let short = Op {
        len: 1,
        literals: wide >> 6,
        matched: (wide >> 3 & 7).wrapping_add(3),
        distance: None,
    };
    let op = match op {
        0x06 => return Ok(Step::End),
        0x0e | 0x16 => return Ok(Step::Nothing),
        0x1e | 0x26 | 0x2e | 0x36 | 0x3e | 0x70..=0x7f | 0xd0..=0xdf => {
            return Err(ErrorKind::BadOpcode);
        }
        0xa0..=0xbf => {
            let pair = byte(1)? | byte(2)? << 8;
            Op {
                len: 3,
                literals: wide >> 3 & 3,
                matched: ((wide & 7) << 2 | pair & 3).wrapping_add(3),
                distance: Some(pair >> 2),
            }
        }
        0xe0 => Op {
            len: 2,
            literals: byte(1)?.wrapping_add(16),
            matched: 0,
            distance: None,
        },
        0xe1..=0xef => Op {
            literals: wide & 15,
            matched: 0,
            ..short
        },
        0xf0 => Op {
            len: 2,
            literals: 0,
            matched: byte(1)?.wrapping_add(16),
            distance: None,
        },
        0xf1..=0xff => Op {
            literals: 0,
            matched: wide & 15,
            ..short
        },
        _ => match wide & 7 {
            6 => short,
            7 => Op {
                len: 3,
                distance: Some(byte(1)? | byte(2)? << 8),
                ..short
            },
            high => Op {
                len: 2,
                distance: Some(high << 8 | byte(1)?),
                ..short
            },
        },
    };
    Ok(Step::Op(op))
}
