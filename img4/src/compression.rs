//! Which codec a payload's data is of, how large it becomes, and the call that decompresses it.

use crate::comp_header::CompHeader;
use crate::debug::debug_view;
use crate::der::offset_add;
use crate::error::{Error, ErrorKind, Structure};
use crate::lzfse::{self, lzvn};
use crate::lzss;
use crate::scratch::Scratch;

/// How a payload's data is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// Not compressed.
    Stored,
    /// A series of LZFSE blocks.
    Lzfse,
    /// LZSS behind a 384-byte header.
    CompLzss,
    /// LZVN behind a 384-byte header.
    CompLzvn,
    /// Encrypted, and the container does not say.
    Unknown,
}

/// Where a planned size comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SizeSource {
    /// The data's own length.
    Data,
    /// The size in the IM4P, which the block headers confirm.
    CompressionInfo,
    /// The sum over the block headers alone.
    Blocks,
    /// The header of complzss or complzvn.
    CompHeader,
    /// Nowhere: the payload is encrypted.
    Unknown,
}

/// What decompressing a payload will take. Made by [`Payload::plan`](crate::Payload::plan).
#[derive(Clone, Copy)]
#[must_use]
pub struct Plan<'a> {
    codec: Codec,
    size: Option<u64>,
    size_source: SizeSource,
    encrypted: bool,
    header: Option<CompHeader<'a>>,
    stream: &'a [u8],
    stream_offset: u64,
    extra: &'a [u8],
}

debug_view!(Plan<'_>, |plan| {
    codec: plan.codec,
    size: plan.size,
    size_source: plan.size_source,
    encrypted: plan.encrypted,
    header: plan.header,
    stream_offset: plan.stream_offset,
    stream_len: plan.stream.len(),
    extra_len: plan.extra.len(),
});

/// What a decompression did.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decompressed<'a> {
    /// Bytes written to the front of the output.
    pub written: usize,
    /// Bytes of the payload's data that were used, headers included.
    pub consumed: usize,
    /// Bytes of the payload's data after the compressed stream.
    pub extra: &'a [u8],
    /// Whether a checksum of the output was there, and matched.
    pub verified: bool,
}

debug_view!(Decompressed<'_>, |done| {
    written: done.written,
    consumed: done.consumed,
    extra_len: done.extra.len(),
    verified: done.verified,
});

impl<'a> Plan<'a> {
    /// The plan of data that stands without a container: a complzss, complzvn or LZFSE stream, as
    /// some files and slices of fat files are; other data counts as stored.
    ///
    /// # Errors
    /// As [`Payload::plan`](crate::Payload::plan).
    pub fn of_data(data: &'a [u8]) -> Result<Self, Error> {
        plan(data, 0, None, false)
    }

    /// The codec.
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Bytes after decompression; `None` only if the payload is encrypted and declares nothing.
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Where [`size`](Self::size) comes from.
    pub const fn size_source(&self) -> SizeSource {
        self.size_source
    }

    /// Whether the data is encrypted, so that decompression will refuse it.
    pub const fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The header of complzss and complzvn.
    pub const fn comp_header(&self) -> Option<CompHeader<'a>> {
        self.header
    }

    /// Bytes of the data after the compressed stream, such as an appended monitor image.
    pub const fn extra(&self) -> &'a [u8] {
        self.extra
    }

    /// The size as a buffer length, if it is at most `maximum`.
    ///
    /// # Errors
    /// `Encrypted`; `SizeTooLarge` if the size is above `maximum` or does not fit `usize`.
    pub fn size_within(&self, maximum: u64) -> Result<usize, Error> {
        if self.encrypted {
            return Err(self.error(ErrorKind::Encrypted, Structure::Im4p));
        }
        self.size
            .filter(|&size| size <= maximum)
            .and_then(|size| usize::try_from(size).ok())
            .ok_or(self.error(ErrorKind::SizeTooLarge, self.structure()))
    }

    /// Decompresses; see [`Payload::decompress_into`](crate::Payload::decompress_into).
    ///
    /// # Errors
    /// As there.
    pub fn decompress_into(
        &self,
        output: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<Decompressed<'a>, Error> {
        let size = self.size_within(u64::MAX)?;
        let Some((output, _)) = output.split_at_mut_checked(size) else {
            return Err(self.error(ErrorKind::BufferTooSmall, self.structure()));
        };
        match self.codec {
            // A slice copy panics when the lengths differ; nobody but the plan knows that they do
            // not.
            Codec::Stored if output.len() != self.stream.len() => {
                return Err(self.error(ErrorKind::SizeMismatch, Structure::Stored));
            }
            Codec::Stored => output.copy_from_slice(self.stream),
            Codec::Lzfse => lzfse::decompress(self.stream, self.stream_offset, output, scratch)?,
            Codec::CompLzss => lzss::decompress(self.stream, self.stream_offset, output)?,
            Codec::CompLzvn => lzvn::decompress(self.stream, self.stream_offset, output)?,
            Codec::Unknown => return Err(self.error(ErrorKind::Encrypted, Structure::Im4p)),
        }
        let mut consumed = self.stream.len();
        if let Some(header) = self.header {
            header.check(output)?;
            consumed = consumed.saturating_add(CompHeader::SIZE);
        }
        Ok(Decompressed {
            written: size,
            consumed,
            extra: self.extra,
            verified: self.header.is_some(),
        })
    }

    const fn structure(&self) -> Structure {
        match self.codec {
            Codec::Stored => Structure::Stored,
            Codec::Lzfse => Structure::Lzfse,
            Codec::CompLzss | Codec::CompLzvn => Structure::CompHeader,
            Codec::Unknown => Structure::Im4p,
        }
    }

    fn error(&self, kind: ErrorKind, what: Structure) -> Error {
        let header = self.header.map(|header| header.offset());
        Error::new(kind, what, header.unwrap_or(self.stream_offset))
    }
}

/// The algorithm and size that an IM4P declares for its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressionInfo {
    pub(crate) algorithm: u64,
    pub(crate) uncompressed_size: u64,
    pub(crate) offset: u64,
}

impl CompressionInfo {
    /// 1 for LZFSE; blacktop/ipsw writes 0 for LZSS.
    pub const fn algorithm(&self) -> u64 {
        self.algorithm
    }

    /// Bytes after decompression, as declared.
    pub const fn uncompressed_size(&self) -> u64 {
        self.uncompressed_size
    }
}

/// Algorithm numbers of the compression info.
const LZSS: u64 = 0;
const LZFSE: u64 = 1;

/// The most bytes one compressed byte can become, rounded up.
///
/// LZFSE: 2359 bytes of match for 11 extra bits, 1716; with the block header's share the worst
/// measured is below 1800. LZSS: 8 matches of 18 bytes from 17. LZVN: a long match of 271 bytes
/// from 2.
const LZFSE_RATIO: (u64, u64) = (1800, 1);
const LZSS_RATIO: (u64, u64) = (17, 2);
const LZVN_RATIO: (u64, u64) = (136, 1);

pub(crate) fn plan(
    data: &[u8],
    offset: u64,
    info: Option<CompressionInfo>,
    encrypted: bool,
) -> Result<Plan<'_>, Error> {
    let stored = Plan {
        codec: Codec::Stored,
        size: Some(offset_add(0, data.len())),
        size_source: SizeSource::Data,
        encrypted,
        header: None,
        stream: data,
        stream_offset: offset,
        extra: &[],
    };
    let declared = match info {
        None => None,
        Some(info) => match info.algorithm {
            LZSS => Some(Codec::CompLzss),
            LZFSE => Some(Codec::Lzfse),
            _ => {
                return Err(Error::new(
                    ErrorKind::UnknownAlgorithm,
                    Structure::CompressionInfo,
                    info.offset,
                ));
            }
        },
    };
    if encrypted {
        // Ciphertext says nothing about its contents.
        return Ok(Plan {
            codec: declared.unwrap_or(Codec::Unknown),
            size: info.map(|info| info.uncompressed_size),
            size_source: info.map_or(SizeSource::Unknown, |_| SizeSource::CompressionInfo),
            ..stored
        });
    }
    let codec = sniff(data);
    if let (Some(declared), Some(info)) = (declared, info) {
        if declared != codec {
            return Err(Error::new(
                ErrorKind::CodecMismatch,
                Structure::CompressionInfo,
                info.offset,
            ));
        }
    }
    let plan = match codec {
        Codec::Lzfse => {
            let sizes = lzfse::walk(data, offset)?;
            let (stream, extra) = data.split_at_checked(sizes.consumed).ok_or(Error::new(
                ErrorKind::Truncated,
                Structure::Lzfse,
                offset,
            ))?;
            check_ratio(sizes.size, stream, LZFSE_RATIO, Structure::Lzfse, offset)?;
            Plan {
                codec,
                size: Some(sizes.size),
                size_source: info.map_or(SizeSource::Blocks, |_| SizeSource::CompressionInfo),
                stream,
                extra,
                ..stored
            }
        }
        Codec::CompLzss | Codec::CompLzvn => {
            let (header, rest) = CompHeader::parse(data, offset)?;
            let at = offset_add(offset, CompHeader::SIZE);
            let (stream, extra) = usize::try_from(header.compressed_size())
                .ok()
                .and_then(|len| rest.split_at_checked(len))
                .ok_or(Error::new(
                    ErrorKind::Truncated,
                    Structure::CompHeader,
                    offset,
                ))?;
            let size = u64::from(header.uncompressed_size());
            let ratio = if codec == Codec::CompLzss {
                LZSS_RATIO
            } else {
                LZVN_RATIO
            };
            check_ratio(size, stream, ratio, Structure::CompHeader, offset)?;
            Plan {
                codec,
                size: Some(size),
                size_source: SizeSource::CompHeader,
                header: Some(header),
                stream,
                stream_offset: at,
                extra,
                ..stored
            }
        }
        Codec::Stored | Codec::Unknown => stored,
    };
    if let Some(info) = info {
        if plan.size != Some(info.uncompressed_size) {
            return Err(Error::new(
                ErrorKind::SizeMismatch,
                Structure::CompressionInfo,
                info.offset,
            ));
        }
    }
    Ok(plan)
}

/// The codec that the first bytes show.
fn sniff(data: &[u8]) -> Codec {
    match data.first_chunk() {
        Some(b"complzss") => return Codec::CompLzss,
        Some(b"complzvn") => return Codec::CompLzvn,
        Some(_) | None => {}
    }
    match data.first_chunk() {
        Some(b"bvx2" | b"bvx1" | b"bvxn" | b"bvx-" | b"bvx$") => Codec::Lzfse,
        Some(_) | None => Codec::Stored,
    }
}

fn check_ratio(
    size: u64,
    stream: &[u8],
    (numerator, denominator): (u64, u64),
    what: Structure,
    offset: u64,
) -> Result<(), Error> {
    let most = offset_add(0, stream.len())
        .saturating_mul(numerator)
        .div_ceil(denominator);
    if size > most {
        return Err(Error::new(ErrorKind::RatioTooLarge, what, offset));
    }
    Ok(())
}
