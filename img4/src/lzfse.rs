//! LZFSE: a series of blocks, each with a four-character magic, ended by `bvx$`.
//!
//! Source: lzfse/lzfse `src/lzfse_internal.h:276-384` (layout), Apple's published description of
//! the format.
//!
//! The reference decoder stops without a word when the output is full, and ignores how the coders'
//! states end. Here every block must produce exactly the bytes it declares, use exactly the bits it
//! has, and leave each coder in state 0.

mod block;
mod fse;
mod header;
pub(crate) mod lzvn;

use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};
use crate::scratch::Scratch;
use crate::stream_sizes::StreamSizes;
use header::{Block, Kind};

/// Adds up the blocks without decoding any.
pub(crate) fn walk(data: &[u8], offset: u64) -> Result<StreamSizes, Error> {
    let mut size = 0u64;
    let mut consumed = 0usize;
    loop {
        debug_assert!(consumed <= data.len(), "a block ends inside the stream");
        let rest = data.get(consumed..).unwrap_or_default();
        let block = Block::parse(rest, offset_add(offset, consumed))?;
        size = size.saturating_add(u64::from(block.raw_bytes));
        consumed = consumed.saturating_add(block.len);
        if matches!(block.kind, Kind::End) {
            return Ok(StreamSizes { size, consumed });
        }
    }
}

/// Fills `output` from `stream`, whose first byte is at file offset `offset`.
pub(crate) fn decompress(
    stream: &[u8],
    offset: u64,
    output: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let mut consumed = 0usize;
    let mut at = 0usize;
    loop {
        let here = offset_add(offset, consumed);
        debug_assert!(consumed <= stream.len(), "a block ends inside the stream");
        let rest = stream.get(consumed..).unwrap_or_default();
        let block = Block::parse(rest, here)?;
        debug_assert!(block.len <= rest.len(), "a block ends inside the stream");
        let bytes = rest.get(..block.len).unwrap_or_default();
        let overrun = Error::new(ErrorKind::OutputOverrun, Structure::Lzfse, here);
        let end = usize::try_from(block.raw_bytes)
            .ok()
            .and_then(|size| at.checked_add(size))
            .filter(|&end| end <= output.len())
            .ok_or(overrun)?;
        match block.kind {
            Kind::End => break,
            Kind::Raw => {
                let (Some(from), Some(to)) = (bytes.get(8..), output.get_mut(at..end)) else {
                    return Err(overrun);
                };
                // The block's length was made of the number of bytes that it holds.
                debug_assert_eq!(from.len(), to.len(), "a raw block has what it says");
                if from.len() != to.len() {
                    return Err(overrun);
                }
                to.copy_from_slice(from);
            }
            Kind::Lzvn => {
                debug_assert!(bytes.len() >= 12, "the header was read");
                let payload = bytes.get(12..).unwrap_or_default();
                let at_payload = offset_add(here, 12);
                // Matches may reach back into earlier blocks.
                let output = output.get_mut(..end).ok_or(overrun)?;
                lzvn::decode(payload, at_payload, output, at)?;
            }
            Kind::Compressed(ref header) => {
                block::decode(bytes, here, header, output, at, end, scratch)?;
            }
        }
        at = end;
        consumed = consumed.saturating_add(block.len);
    }
    if at == output.len() {
        Ok(())
    } else {
        let here = offset_add(offset, consumed);
        Err(Error::new(
            ErrorKind::OutputUnderrun,
            Structure::Lzfse,
            here,
        ))
    }
}
