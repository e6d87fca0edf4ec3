//! Finite-state entropy: bit streams read from their end, and decoder tables.
//!
//! A symbol with frequency f owns f of the coder's states. From one of them the decoder reads k or k - 1 bits and adds them to
//! a base, which is the next state. Source: lzfse/lzfse `src/lzfse_fse.h`, `src/lzfse_fse.c` (`fse_init_decoder_table`,
//! `fse_init_value_decoder_table`).

/// Reads a bit stream backwards: the first bits are the highest of the last byte.
///
/// The slice reaches below the stream, into its block's header, so that eight bytes can always be loaded. A damaged stream
/// may read those bytes as bits; [`finish`](Self::finish) finds that out.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, left-justified.
    window: u64,
    /// Bits of the last eight bytes of `rest` that are shifted out of the window.
    used: u32,
}

impl<'a> Bits<'a> {
    /// `bytes` ends with the stream, whose last byte has `spare` unused high bits, which must be zero.
    pub(super) fn new(bytes: &'a [u8], spare: u32) -> Option<Self> {
        let last = *bytes.last()?;
        if u32::from(last) >> (8u32.wrapping_sub(spare) & 15) != 0 {
            return None;
        }
        Some(Self {
            rest: bytes,
            window: 0,
            used: spare,
        })
    }

    /// Makes at least 57 bits available.
    #[inline]
    pub(super) fn refill(&mut self) -> Option<()> {
        let len = self.rest.len().wrapping_sub(index(self.used >> 3));
        self.rest = self.rest.get(..len)?;
        self.used &= 7;
        self.window = u64::from_le_bytes(*self.rest.last_chunk()?).wrapping_shl(self.used);
        Some(())
    }

    /// The bits of `entry` (its low byte says how many), `from` bits into the window; nothing is taken.
    #[inline]
    pub(super) fn peek(&self, from: u32, entry: u32) -> u32 {
        // In two shifts, for a count of 0 must give 0 and a shift of 64 is none.
        low((self.window.wrapping_shl(from) >> 1).wrapping_shr(!entry))
    }

    /// Takes `count` bits that were peeked at; the next call must be [`refill`](Self::refill).
    #[inline]
    pub(super) fn skip(&mut self, count: u32) {
        self.used = self.used.wrapping_add(count);
    }

    /// Whether exactly the bits down to byte `start` were taken.
    pub(super) fn finish(&self, start: usize) -> bool {
        let left = self.rest.len().saturating_sub(start).checked_mul(8);
        left == Some(index(self.used)) && self.rest.len() >= start
    }
}

#[expect(
    clippy::as_conversions,
    reason = "32 bits fit usize on every target with an address space worth decompressing into"
)]
#[inline]
pub(super) const fn index(value: u32) -> usize {
    value as usize
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the low half is what is asked for"
)]
#[inline]
pub(super) const fn low(value: u64) -> u32 {
    value as u32
}

/// The states of one symbol: for each, the bits to read and the base to add them to.
///
/// The first `short` states read `bits`, the others `bits - 1`.
struct States {
    frequency: u32,
    total: u32,
    bits: u32,
    short: u32,
}

impl States {
    /// `frequency` is 1 to `states`, a power of two.
    fn new(frequency: u32, states: u32) -> Self {
        let bits = frequency
            .leading_zeros()
            .wrapping_sub(states.leading_zeros());
        let short = states
            .wrapping_mul(2)
            .wrapping_shr(bits)
            .wrapping_sub(frequency);
        Self {
            frequency,
            total: states,
            bits,
            short,
        }
    }

    fn state(&self, j: u32) -> (u32, u32) {
        if j < self.short {
            let base = self.frequency.wrapping_add(j).wrapping_shl(self.bits);
            (self.bits, base.wrapping_sub(self.total))
        } else {
            let bits = self.bits.wrapping_sub(1);
            (bits, j.wrapping_sub(self.short).wrapping_shl(bits))
        }
    }
}

/// Whether the frequencies sum to the number of states, or to 0 where nothing is coded.
fn sum_is(frequencies: &[u16], states: u32, used: bool) -> Option<bool> {
    // 256 numbers of 16 bits do not wrap.
    let sum = frequencies
        .iter()
        .fold(0u32, |sum, &f| sum.wrapping_add(f.into()));
    match sum {
        0 if !used => Some(false),
        sum if sum == states => Some(true),
        _ => None,
    }
}

/// Fills the table of the literals' coder. `used`: the block has literals.
///
/// ```text
/// 31..16  15..8    7..0
/// base    symbol   bits
/// ```
pub(super) fn literal_table(
    frequencies: &[u16; 256],
    used: bool,
    table: &mut [u32; 1024],
) -> Option<()> {
    if !sum_is(frequencies, 1024, used)? {
        return Some(());
    }
    let mut slots = table.iter_mut();
    for (symbol, &frequency) in (0..u32::MAX).zip(frequencies) {
        if frequency == 0 {
            continue;
        }
        let states = States::new(frequency.into(), 1024);
        for (j, slot) in (0..frequency.into()).zip(&mut slots) {
            let (bits, base) = states.state(j);
            *slot = base << 16 | symbol << 8 | bits;
        }
    }
    Some(())
}

/// Extra bits of the L and M symbols 16 to 19; the sixteen before them have none.
/// Source: lzfse/lzfse `src/lzfse_encode_tables.h`, `l_extra_bits`, `m_extra_bits`, `d_extra_bits`.
const L_EXTRA: [u32; 4] = [2, 3, 5, 8];
const M_EXTRA: [u32; 4] = [3, 5, 8, 11];

/// Extra bits of literal-length symbol `symbol`.
pub(super) fn l_extra(symbol: u32) -> u32 {
    L_EXTRA
        .get(index(symbol).wrapping_sub(16))
        .copied()
        .unwrap_or(0)
}

/// Extra bits of match-length symbol `symbol`.
pub(super) fn m_extra(symbol: u32) -> u32 {
    M_EXTRA
        .get(index(symbol).wrapping_sub(16))
        .copied()
        .unwrap_or(0)
}

/// Extra bits of distance symbol `symbol`: four symbols of each width.
pub(super) fn d_extra(symbol: u32) -> u32 {
    symbol >> 2
}

/// Fills the table of a coder whose symbols stand for ranges of values. `used`: the block has matches.
///
/// A symbol's range starts where the one before ends and is as long as its extra bits count.
///
/// ```text
/// 63..32   31..16      15..8        7..0
/// value    next state  extra bits   state bits + extra bits
/// ```
pub(super) fn value_table<const N: usize>(
    frequencies: &[u16],
    extra: fn(u32) -> u32,
    used: bool,
    table: &mut [u64; N],
) -> Option<()> {
    let count = u32::try_from(N).ok()?;
    if !sum_is(frequencies, count, used)? {
        return Some(());
    }
    let mut slots = table.iter_mut();
    let mut value = 0u32;
    for (symbol, &frequency) in (0..u32::MAX).zip(frequencies) {
        let extra = extra(symbol);
        if frequency != 0 {
            let states = States::new(frequency.into(), count);
            for (j, slot) in (0..frequency.into()).zip(&mut slots) {
                let (bits, base) = states.state(j);
                let low = base << 16 | extra << 8 | bits.wrapping_add(extra);
                *slot = u64::from(value) << 32 | u64::from(low);
            }
        }
        value = value.wrapping_add(1u32.wrapping_shl(extra));
    }
    Some(())
}

/// A coder of values: its table and where it stands.
pub(super) struct Values<'a, const N: usize> {
    pub(super) table: &'a [u64; N],
    pub(super) state: u32,
}

impl<const N: usize> Values<'_, N> {
    /// The entry of the present state. N is a power of two.
    #[inline]
    pub(super) fn entry(&self) -> u64 {
        debug_assert!(N.is_power_of_two(), "the mask leaves every index");
        let at = index(self.state) & N.wrapping_sub(1);
        self.table.get(at).copied().unwrap_or(0)
    }

    /// Decodes the value of `entry`, whose bits are `from` bits into the window, and goes to the next state.
    #[inline]
    pub(super) fn value(&mut self, entry: u64, bits: &Bits<'_>, from: u32) -> u32 {
        let packed = low(entry);
        // The shift looks at the low five bits alone, which are the extra bits.
        let extra = packed >> 8;
        let taken = bits.peek(from, packed);
        self.state = (packed >> 16).wrapping_add(taken.wrapping_shr(extra));
        let mask = 1u32.wrapping_shl(extra).wrapping_sub(1);
        low(entry >> 32).wrapping_add(taken & mask)
    }
}
