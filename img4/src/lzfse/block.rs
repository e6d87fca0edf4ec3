//! A `bvx1` or `bvx2` block: its literals, then the matches that place them.

use super::fse::{self, Bits, Values, index};
use super::header::Compressed;
use crate::copy::{self, SLACK};
use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};
use crate::scratch::{MAX_LITERALS, Scratch};

/// Decodes `block` into `output` from `at` to `end`. Fast copies may write between `end` and the
/// end of `output`.
pub(super) fn decode(
    block: &[u8],
    offset: u64,
    header: &Compressed,
    output: &mut [u8],
    at: usize,
    end: usize,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let structure = header.version.structure();
    header
        .frequencies(block, &mut scratch.frequencies)
        .and_then(|()| tables(header, scratch))
        .ok_or(Error::new(ErrorKind::BadFrequencies, structure, offset))?;

    let literals_end = header.header_len.saturating_add(header.literal_bytes);
    debug_assert!(literals_end <= block.len(), "the sizes were added up");
    literals(
        block.get(..literals_end).unwrap_or_default(),
        header,
        scratch,
    )
    .map_err(|kind| {
        Error::new(
            kind,
            Structure::LzfseLiterals,
            offset_add(offset, header.header_len),
        )
    })?;
    let made = matches(block, literals_end, header, output, at, scratch);
    let error = |kind| {
        Error::new(
            kind,
            Structure::LzfseMatches,
            offset_add(offset, literals_end),
        )
    };
    match made.map_err(error)?.cmp(&end) {
        core::cmp::Ordering::Less => Err(error(ErrorKind::OutputUnderrun)),
        core::cmp::Ordering::Equal => Ok(()),
        core::cmp::Ordering::Greater => Err(error(ErrorKind::OutputOverrun)),
    }
}

/// Builds the four decoder tables from the frequencies.
fn tables(header: &Compressed, scratch: &mut Scratch) -> Option<()> {
    let (l, rest) = scratch.frequencies.split_first_chunk::<20>()?;
    let (m, rest) = rest.split_first_chunk::<20>()?;
    let (d, rest) = rest.split_first_chunk::<64>()?;
    let literals = rest.first_chunk()?;
    let used = header.matches != 0;
    fse::value_table(l, fse::l_extra, used, &mut scratch.l_table)?;
    fse::value_table(m, fse::m_extra, used, &mut scratch.m_table)?;
    fse::value_table(d, fse::d_extra, used, &mut scratch.d_table)?;
    fse::literal_table(literals, header.literals != 0, &mut scratch.literal_table)
}

/// Decodes the literals: four coders take turns on one bit stream.
fn literals(bytes: &[u8], header: &Compressed, scratch: &mut Scratch) -> Result<(), ErrorKind> {
    let mut bits = Bits::new(bytes, header.literal_spare).ok_or(ErrorKind::BadBitStream)?;
    let table = &scratch.literal_table;
    let [mut a, mut b, mut c, mut d] = header.literal_states;
    // The four shifts of a group depend on the states alone, not on each other's results: that
    // keeps the chain short.
    let look = |state: u32| table.get(index(state) & 1023).copied().unwrap_or(0);
    let out = scratch
        .literals
        .get_mut(..header.literals)
        .ok_or(ErrorKind::BadHeaderField)?;
    for four in out.chunks_exact_mut(4) {
        bits.refill().ok_or(ErrorKind::BadBitStream)?;
        let entries = [look(a), look(b), look(c), look(d)];
        let [ea, eb, ec, ed] = entries;
        let to_b = ea & 0xff;
        let to_c = to_b.wrapping_add(eb & 0xff);
        let to_d = to_c.wrapping_add(ec & 0xff);
        let all = to_d.wrapping_add(ed & 0xff);
        a = (ea >> 16).wrapping_add(bits.peek(0, ea));
        b = (eb >> 16).wrapping_add(bits.peek(to_b, eb));
        c = (ec >> 16).wrapping_add(bits.peek(to_c, ec));
        d = (ed >> 16).wrapping_add(bits.peek(to_d, ed));
        bits.skip(all);
        let symbols = entries.map(|entry| {
            let [_, symbol, _, _] = entry.to_le_bytes();
            symbol
        });
        four.copy_from_slice(&symbols);
    }
    if !bits.finish(header.header_len) {
        return Err(ErrorKind::BadBitStream);
    }
    if a | b | c | d != 0 {
        return Err(ErrorKind::BadFinalState);
    }
    Ok(())
}

/// Decodes and executes the matches; returns where the output ends.
fn matches(
    bytes: &[u8],
    start: usize,
    header: &Compressed,
    output: &mut [u8],
    at: usize,
    scratch: &Scratch,
) -> Result<usize, ErrorKind> {
    let mut bits = Bits::new(bytes, header.match_spare).ok_or(ErrorKind::BadBitStream)?;
    let mut lengths = Values {
        table: &scratch.l_table,
        state: header.l_state,
    };
    let mut match_lengths = Values {
        table: &scratch.m_table,
        state: header.m_state,
    };
    let mut distances = Values {
        table: &scratch.d_table,
        state: header.d_state,
    };
    let literals = &scratch.literals;
    let mut at = at;
    let mut literal_at = 0usize;
    let mut distance = 0usize;
    for _ in 0..header.matches {
        bits.refill().ok_or(ErrorKind::BadBitStream)?;
        let (entry_l, entry_m, entry_d) =
            (lengths.entry(), match_lengths.entry(), distances.entry());
        let to_m = fse::low(entry_l) & 0xff;
        let to_d = to_m.wrapping_add(fse::low(entry_m) & 0xff);
        let all = to_d.wrapping_add(fse::low(entry_d) & 0xff);
        let l = index(lengths.value(entry_l, &bits, 0));
        let m = index(match_lengths.value(entry_m, &bits, to_m));
        // A distance of 0 repeats the one before.
        let d = index(distances.value(entry_d, &bits, to_d));
        bits.skip(all);
        distance = if d == 0 { distance } else { d };

        // All of these are far below usize::MAX: 315 literals and 2359 bytes of match at most.
        let match_at = at.wrapping_add(l);
        let next = match_at.wrapping_add(m);
        let literal_next = literal_at.wrapping_add(l);
        let sound = (literal_next <= header.literals)
            & (distance.wrapping_sub(1) < match_at)
            & (next.wrapping_add(SLACK) <= output.len());
        debug_assert!(literal_at <= literals.len(), "more of them were refused");
        let rest = literals.get(literal_at..).unwrap_or_default();
        if sound {
            copy::wild_literals(output, at, rest, l);
            copy::wild_match(output, match_at, distance, m);
        } else {
            exact(
                output,
                at,
                rest,
                header.literals,
                literal_next,
                l,
                m,
                distance,
            )?;
        }
        at = next;
        literal_at = literal_next;
    }
    // Encoders put eight zero bytes before the stream, so that decoders can load words (lzfse
    // `lzfse_encode_base.c:320`).
    let padding = bytes
        .get(start..)
        .is_some_and(|payload| payload.starts_with(&[0; 8]));
    let padded = padding && bits.finish(start.saturating_add(8));
    if !padded && !bits.finish(start) {
        return Err(ErrorKind::BadBitStream);
    }
    if lengths.state | match_lengths.state | distances.state != 0 {
        return Err(ErrorKind::BadFinalState);
    }
    // Up to three literals round the count up to a multiple of four.
    if header.literals.saturating_sub(literal_at) > 3 {
        return Err(ErrorKind::BadLiteralCount);
    }
    Ok(at)
}

/// One match without room to spare, or a bad one.
#[cold]
#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "the cold half of one loop")]
fn exact(
    output: &mut [u8],
    at: usize,
    literals: &[u8],
    literal_count: usize,
    literal_next: usize,
    l: usize,
    m: usize,
    distance: usize,
) -> Result<(), ErrorKind> {
    if literal_next > literal_count {
        return Err(ErrorKind::BadLiteralCount);
    }
    let match_at = at.wrapping_add(l);
    let (Some(from), Some(to)) = (literals.get(..l), output.get_mut(at..match_at)) else {
        return Err(ErrorKind::OutputOverrun);
    };
    to.copy_from_slice(from);
    if distance == 0 || distance > match_at {
        return Err(ErrorKind::BadDistance);
    }
    copy::exact_match(output, match_at, distance, m).ok_or(ErrorKind::OutputOverrun)
}

const _: () = assert!(MAX_LITERALS % 4 == 0);
