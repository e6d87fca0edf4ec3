//! Block headers.
//!
//! Source: lzfse/lzfse `src/lzfse_internal.h:285-384` (`uncompressed_block_header`, `lzfse_compressed_block_header_v1` and `_v2`,
//! `lzvn_compressed_block_header`); the code of `freq[]` from `src/lzfse_decode_base.c` (`lzfse_decode_v1_freq_value`).

use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};

/// What a block is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `bvx$`
    End,
    /// `bvx-`
    Raw,
    /// `bvxn`
    Lzvn,
    /// `bvx1` and `bvx2`
    Compressed(Compressed),
}

/// A block: what it is, what it makes, how long it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// Bytes after decompression.
    pub(super) raw_bytes: u32,
    /// Compressed bytes, header included; present in the input.
    pub(super) len: usize,
}

/// The fields of a `bvx1` or `bvx2` header but for the frequencies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compressed {
    pub(super) version: Version,
    pub(super) header_len: usize,
    pub(super) literals: usize,
    pub(super) matches: usize,
    pub(super) literal_bytes: usize,
    pub(super) match_bytes: usize,
    /// Unused high bits in the last byte of each bit stream, 0 to 7.
    pub(super) literal_spare: u32,
    pub(super) match_spare: u32,
    pub(super) literal_states: [u32; 4],
    pub(super) l_state: u32,
    pub(super) m_state: u32,
    pub(super) d_state: u32,
}

/// How the frequencies are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// As 360 16-bit numbers.
    One,
    /// In a variable-length code.
    Two,
}

impl Version {
    pub(super) const fn structure(self) -> Structure {
        match self {
            Self::One => Structure::Bvx1Header,
            Self::Two => Structure::Bvx2Header,
        }
    }
}

/// Bytes of a `bvx1` header: 770 and two of padding, as the C struct has it.
const V1_LEN: usize = 772;
/// Bytes of a `bvx2` header before the frequencies.
const V2_LEN: usize = 32;

impl Block {
    /// Reads the header at the front of `data` and checks that the block fits.
    pub(super) fn parse(data: &[u8], offset: u64) -> Result<Self, Error> {
        let mut fields = Fields(data);
        let Some(magic) = fields.bytes::<4>() else {
            return Err(Error::new(ErrorKind::Truncated, Structure::Lzfse, offset));
        };
        let (what, header_len) = match &magic {
            b"bvx$" => {
                return Ok(Self {
                    kind: Kind::End,
                    raw_bytes: 0,
                    len: 4,
                });
            }
            b"bvx-" => (Structure::RawBlock, 8),
            b"bvxn" => (Structure::BvxnBlock, 12),
            b"bvx1" => (Structure::Bvx1Header, V1_LEN),
            b"bvx2" => (Structure::Bvx2Header, V2_LEN),
            _ => {
                return Err(Error::new(
                    ErrorKind::BadBlockMagic,
                    Structure::Lzfse,
                    offset,
                ));
            }
        };
        let truncated = Error::new(ErrorKind::Truncated, what, offset);
        if data.len() < header_len {
            return Err(truncated);
        }
        let raw_bytes = fields.u32();
        let (kind, len) = match what {
            Structure::RawBlock => (Kind::Raw, offset_add(8, 0).saturating_add(raw_bytes.into())),
            Structure::BvxnBlock => {
                let payload = u64::from(fields.u32());
                (Kind::Lzvn, payload.saturating_add(12))
            }
            _ => {
                let header = if what == Structure::Bvx1Header {
                    Compressed::v1(&mut fields)
                } else {
                    Compressed::v2(&mut fields)
                }
                .filter(Compressed::is_sound)
                .ok_or(Error::new(ErrorKind::BadHeaderField, what, offset))?;
                let len = offset_add(0, header.header_len)
                    .saturating_add(offset_add(0, header.literal_bytes))
                    .saturating_add(offset_add(0, header.match_bytes));
                (Kind::Compressed(header), len)
            }
        };
        let len = usize::try_from(len)
            .ok()
            .filter(|&len| len <= data.len())
            .ok_or(truncated)?;
        Ok(Self {
            kind,
            raw_bytes,
            len,
        })
    }
}

impl Compressed {
    /// After magic and raw bytes: eleven 32-bit and seven 16-bit fields, then the frequencies.
    fn v1(fields: &mut Fields<'_>) -> Option<Self> {
        let payload = fields.u32();
        let literals = fields.size();
        let matches = fields.size();
        let literal_bytes = fields.u32();
        let match_bytes = fields.u32();
        let literal_spare = fields.u32().wrapping_neg();
        let literal_states = [
            fields.state(),
            fields.state(),
            fields.state(),
            fields.state(),
        ];
        let match_spare = fields.u32().wrapping_neg();
        if literal_bytes.checked_add(match_bytes) != Some(payload) {
            return None;
        }
        Some(Self {
            version: Version::One,
            header_len: V1_LEN,
            literals,
            matches,
            literal_bytes: usize::try_from(literal_bytes).ok()?,
            match_bytes: usize::try_from(match_bytes).ok()?,
            literal_spare,
            match_spare,
            literal_states,
            l_state: fields.state(),
            m_state: fields.state(),
            d_state: fields.state(),
        })
    }

    /// After magic and raw bytes: three 64-bit words of packed fields.
    ///
    /// ```text
    /// word 0   63  62..60         59..40    39..20          19..0
    ///          0   literal_bits   matches   literal_bytes   literals
    /// word 1   63  62..60         59..40        39..30  29..20  19..10  9..0
    ///          0   match_bits     match_bytes   state3  state2  state1  state0
    /// word 2   63..62  61..52  51..42  41..32  31..0
    ///          0       D state M state L state header size
    /// ```
    fn v2(fields: &mut Fields<'_>) -> Option<Self> {
        let a = fields.u64();
        let b = fields.u64();
        let c = fields.u64();
        if a >> 63 != 0 || b >> 63 != 0 || c >> 62 != 0 {
            return None;
        }
        Some(Self {
            version: Version::Two,
            header_len: usize::try_from(c & 0xffff_ffff).ok()?,
            literals: usize::try_from(cut(a, 0, 20)).ok()?,
            matches: usize::try_from(cut(a, 40, 20)).ok()?,
            literal_bytes: usize::try_from(cut(a, 20, 20)).ok()?,
            match_bytes: usize::try_from(cut(b, 40, 20)).ok()?,
            // Stored as 7 minus the spare bits.
            literal_spare: cut(a, 60, 3) ^ 7,
            match_spare: cut(b, 60, 3) ^ 7,
            literal_states: [
                cut(b, 0, 10),
                cut(b, 10, 10),
                cut(b, 20, 10),
                cut(b, 30, 10),
            ],
            l_state: cut(c, 32, 10),
            m_state: cut(c, 42, 10),
            d_state: cut(c, 52, 10),
        })
    }

    /// The ranges of lzfse's `lzfse_check_block_header_v1`, and that literals come in fours.
    fn is_sound(&self) -> bool {
        (self.version == Version::One || self.header_len >= V2_LEN)
            && self.literals <= crate::scratch::MAX_LITERALS
            && self.literals % 4 == 0
            && self.matches <= 10_000
            && self.literal_spare <= 7
            && self.match_spare <= 7
            && self.literal_states.iter().all(|&state| state < 1024)
            && self.l_state < 64
            && self.m_state < 64
            && self.d_state < 256
    }

    /// Reads the frequencies of the block that starts at `block`.
    pub(super) fn frequencies(&self, block: &[u8], out: &mut [u16; 360]) -> Option<()> {
        if self.version == Version::One {
            // 50 bytes of fields come first; the header was checked to be there.
            let pairs = block.get(50..V1_LEN)?.chunks_exact(2);
            for (out, pair) in out.iter_mut().zip(pairs) {
                *out = u16::from_le_bytes(pair.try_into().ok()?);
            }
            return Some(());
        }
        let mut bytes = block.get(V2_LEN..self.header_len)?.iter();
        let (mut bits, mut count) = (0u32, 0u32);
        for out in out.iter_mut() {
            while count <= 24 {
                let Some(&byte) = bytes.next() else { break };
                bits |= u32::from(byte).wrapping_shl(count);
                count = count.wrapping_add(8);
            }
            let (value, used) = frequency(bits);
            count = count.checked_sub(used)?;
            bits >>= used;
            *out = value;
        }
        // The code ends in the last byte, and its unused bits are zero.
        (count < 8 && bits == 0 && bytes.next().is_none()).then_some(())
    }
}

/// One frequency and the bits it takes, from the low end of `bits`.
///
/// ```text
///           00  0          10  1         x01  2 + x
///        xx011  4 + xx    xxxx0111  8 + xxxx     xxxxxxxxxx1111  24 + xxxxxxxxxx
/// ```
fn frequency(bits: u32) -> (u16, u32) {
    let (base, skip, used): (u16, u32, u32) = match (bits & 3, bits & 4, bits & 8) {
        (0, _, _) => (0, 2, 2),
        (2, _, _) => (1, 2, 2),
        (1, _, _) => (2, 2, 3),
        (_, 0, _) => (4, 3, 5),
        (_, _, 0) => (8, 4, 8),
        _ => (24, 4, 14),
    };
    let value = cut(bits.into(), skip, used.wrapping_sub(skip));
    let value = u16::try_from(value).unwrap_or(u16::MAX);
    (value.saturating_add(base), used)
}

/// `width` bits of `word` from bit `shift` up; at most 20.
fn cut(word: u64, shift: u32, width: u32) -> u32 {
    debug_assert!(width <= 20, "fields are not wider");
    let mask = 1u64.wrapping_shl(width).wrapping_sub(1);
    u32::try_from(word.wrapping_shr(shift) & mask).unwrap_or(u32::MAX)
}

/// Takes little-endian fields off the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// The bytes of a field, of which the caller has checked that it is there.
    fn field<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.bytes();
        debug_assert!(bytes.is_some(), "the caller has checked the length");
        bytes.unwrap_or([0; N])
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.field())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.field())
    }

    fn state(&mut self) -> u32 {
        u16::from_le_bytes(self.field()).into()
    }

    /// A count; what does not fit is out of range anyway.
    fn size(&mut self) -> usize {
        usize::try_from(self.u32()).unwrap_or(usize::MAX)
    }
}
