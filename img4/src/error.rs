//! The crate's one error: why, in which structure, at which byte.

use core::fmt;

/// Why an input was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the structure does.
    Truncated,
    /// A DER tag is not well formed, or its number does not fit 32 bits.
    BadTag,
    /// A DER length is indefinite, not in its shortest form, or longer than 4 bytes.
    BadLength,
    /// A well-formed DER element, but not the one the structure has here.
    UnexpectedTag,
    /// The four-character name at the front is not the structure's.
    BadMagic,
    /// None of IMG4, IM4P, IM4M and IM4R.
    NotImg4,
    /// The structure ends before a field it must have.
    MissingField,
    /// Bytes follow the last field of a structure that has no room for more.
    TrailingBytes,
    /// A four-character code is not four bytes.
    BadFourCc,
    /// An INTEGER does not fit 64 bits, or has no bytes.
    BadInteger,
    /// A property's tag and the name inside it differ.
    NameMismatch,
    /// A structure version other than the known one.
    UnknownVersion,
    /// The payload is encrypted, and no key is at hand.
    Encrypted,
    /// The payload names a compression algorithm nobody documented.
    UnknownAlgorithm,
    /// The payload declares one codec, and its bytes are of another.
    CodecMismatch,
    /// The codec was left out of this build by a feature.
    UnsupportedCodec,
    /// The declared size exceeds what the caller allows.
    SizeTooLarge,
    /// The declared size exceeds what so few compressed bytes can expand to.
    RatioTooLarge,
    /// Two places give the decompressed size, and they differ.
    SizeMismatch,
    /// The caller's buffer is shorter than the declared size, which
    /// [`Plan::size`](crate::Plan::size) gives.
    BufferTooSmall,
    /// The stream holds more than the declared size.
    OutputOverrun,
    /// The stream ends before the declared size is reached.
    OutputUnderrun,
    /// The stream is decoded, and compressed bytes are left inside its bounds.
    InputLeft,
    /// A block starts with none of bvx2, bvx1, bvxn, bvx- and bvx$.
    BadBlockMagic,
    /// A header field is outside the range its codec allows.
    BadHeaderField,
    /// Symbol frequencies do not sum to the number of states.
    BadFrequencies,
    /// A bit stream does not start, or does not end, where its header says.
    BadBitStream,
    /// An entropy coder did not return to its initial state.
    BadFinalState,
    /// A match reaches before the first byte of output, or has distance 0.
    BadDistance,
    /// A match copies more literals than the block holds, or leaves some.
    BadLiteralCount,
    /// An LZVN opcode without a meaning.
    BadOpcode,
    /// The adler32 of the output is not the declared one.
    ChecksumMismatch,
}

impl ErrorKind {
    /// A short English reason, without the structure and the offset.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::BadTag => "malformed DER tag",
            Self::BadLength => "malformed DER length",
            Self::UnexpectedTag => "unexpected DER tag",
            Self::BadMagic => "wrong magic",
            Self::NotImg4 => "not an IMG4, IM4P, IM4M or IM4R",
            Self::MissingField => "missing field",
            Self::TrailingBytes => "trailing bytes",
            Self::BadFourCc => "four-character code is not four bytes",
            Self::BadInteger => "integer out of range",
            Self::NameMismatch => "tag and name differ",
            Self::UnknownVersion => "unknown version",
            Self::Encrypted => "encrypted",
            Self::UnknownAlgorithm => "unknown compression algorithm",
            Self::CodecMismatch => "bytes are not of the declared codec",
            Self::UnsupportedCodec => "codec not compiled in",
            Self::SizeTooLarge => "declared size over the limit",
            Self::RatioTooLarge => "declared size impossible for so few bytes",
            Self::SizeMismatch => "sizes differ",
            Self::BufferTooSmall => "output buffer too small",
            Self::OutputOverrun => "more output than declared",
            Self::OutputUnderrun => "less output than declared",
            Self::InputLeft => "compressed bytes left over",
            Self::BadBlockMagic => "unknown block magic",
            Self::BadHeaderField => "header field out of range",
            Self::BadFrequencies => "bad symbol frequencies",
            Self::BadBitStream => "bad bit stream",
            Self::BadFinalState => "bad final state",
            Self::BadDistance => "bad match distance",
            Self::BadLiteralCount => "bad literal count",
            Self::BadOpcode => "undefined opcode",
            Self::ChecksumMismatch => "checksum mismatch",
        }
    }
}

/// The structure an [`Error`] was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Structure {
    /// The outermost container.
    Img4,
    /// The payload container.
    Im4p,
    /// The manifest container.
    Im4m,
    /// The restore-info container.
    Im4r,
    /// `KBAG` of an IM4P.
    Keybag,
    /// The algorithm and size at the end of an IM4P.
    CompressionInfo,
    /// `PAYP` of an IM4P.
    PayloadProperties,
    /// The `MANB` body of an IM4M.
    ManifestBody,
    /// One object (or `MANP`) inside `MANB`.
    ManifestObject,
    /// One named property.
    Property,
    /// The 384-byte header of complzss and complzvn.
    CompHeader,
    /// An LZSS stream.
    Lzss,
    /// An LZVN stream.
    Lzvn,
    /// An LZFSE stream, between its blocks.
    Lzfse,
    /// A `bvx2` block's header.
    Bvx2Header,
    /// A `bvx1` block's header.
    Bvx1Header,
    /// The literals of a `bvx2` or `bvx1` block.
    LzfseLiterals,
    /// The matches of a `bvx2` or `bvx1` block.
    LzfseMatches,
    /// A `bvxn` block.
    BvxnBlock,
    /// A `bvx-` block.
    RawBlock,
    /// A payload stored without compression.
    Stored,
}

impl Structure {
    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Img4 => "IMG4",
            Self::Im4p => "IM4P",
            Self::Im4m => "IM4M",
            Self::Im4r => "IM4R",
            Self::Keybag => "KBAG",
            Self::CompressionInfo => "IM4P compression info",
            Self::PayloadProperties => "PAYP",
            Self::ManifestBody => "MANB",
            Self::ManifestObject => "manifest object",
            Self::Property => "property",
            Self::CompHeader => "comp header",
            Self::Lzss => "LZSS stream",
            Self::Lzvn => "LZVN stream",
            Self::Lzfse => "LZFSE stream",
            Self::Bvx2Header => "bvx2 header",
            Self::Bvx1Header => "bvx1 header",
            Self::LzfseLiterals => "LZFSE literals",
            Self::LzfseMatches => "LZFSE matches",
            Self::BvxnBlock => "bvxn block",
            Self::RawBlock => "bvx- block",
            Self::Stored => "stored payload",
        }
    }
}

/// An input refused: why, in which structure, at which byte of the outermost input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    kind: ErrorKind,
    structure: Structure,
    offset: u64,
}

impl Error {
    #[cold]
    pub(crate) const fn new(kind: ErrorKind, structure: Structure, offset: u64) -> Self {
        Self {
            kind,
            structure,
            offset,
        }
    }

    /// Why.
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// In which structure.
    pub const fn structure(self) -> Structure {
        self.structure
    }

    /// At which byte, counted from the start of the bytes given to
    /// [`Img4::parse`](crate::Img4::parse).
    pub const fn offset(self) -> u64 {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} at file offset {:#x}",
            self.structure.name(),
            self.kind.reason(),
            self.offset
        )
    }
}

impl core::error::Error for Error {}

// 16 bytes, or 12 where a u64 is aligned to 4.
const _: () = assert!(size_of::<Error>() <= 16);
