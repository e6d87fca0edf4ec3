//! The payload container.
//!
//! IM4P = SEQUENCE { IA5 "IM4P", IA5 type(4), IA5 description, OCTET STRING data, OCTET STRING KBAG optional,
//! SEQUENCE { INTEGER algorithm, INTEGER uncompressed size } optional, \[0\]{ SEQUENCE { IA5 "PAYP", SET } } optional }.
//! Source: xerub/img4lib `vfs_img4.c:146-154`, m1stadev/PyIMG4 `parser.py` (class `IM4P`).

use crate::compression::{self, CompressionInfo, Decompressed, Plan};
use crate::debug::debug_view;
use crate::der::{Reader, Tag, Tlv};
use crate::error::{Error, ErrorKind, Structure};
use crate::fourcc::FourCc;
use crate::keybag::Keybags;
use crate::property::Properties;
use crate::scratch::Scratch;

/// A parsed IM4P.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    tlv: Tlv<'a>,
    fourcc: FourCc,
    description: &'a [u8],
    data: Tlv<'a>,
    encrypted: bool,
    keybags: Reader<'a>,
    compression: Option<CompressionInfo>,
    properties: Reader<'a>,
    unknown: &'a [u8],
}

debug_view!(Payload<'_>, |payload| {
    fourcc: payload.fourcc,
    offset: payload.tlv.offset(),
    description_len: payload.description.len(),
    data_offset: payload.data_offset(),
    data_len: payload.data().len(),
    encrypted: payload.encrypted,
    compression: payload.compression,
    properties: payload.properties().count(),
    unknown_len: payload.unknown.len(),
});

impl<'a> Payload<'a> {
    pub(crate) fn from_tlv(tlv: Tlv<'a>) -> Result<Self, Error> {
        let what = Structure::Im4p;
        let mut fields = tlv.reader(what);
        fields.magic(*b"IM4P")?;
        let name = fields.expect(Tag::IA5_STRING)?;
        let fourcc = FourCc::from_slice(name.value()).ok_or(Error::new(
            ErrorKind::BadFourCc,
            what,
            name.offset(),
        ))?;
        let description = fields.expect(Tag::IA5_STRING)?.value();
        let data = fields.expect(Tag::OCTET_STRING)?;

        let mut encrypted = false;
        let mut keybags = Keybags::NONE;
        if let Some(octets) = fields.optional(Tag::OCTET_STRING)? {
            // An empty string holds no bag: some writers put it there as a filler.
            if !octets.value().is_empty() {
                encrypted = true;
                keybags = Keybags::check(&octets)?;
            }
        }
        let mut compression = None;
        if let Some(sequence) = fields.optional(Tag::SEQUENCE)? {
            let what = Structure::CompressionInfo;
            let mut inside = sequence.reader(what);
            compression = Some(CompressionInfo {
                algorithm: inside.expect(Tag::INTEGER)?.unsigned(what)?,
                uncompressed_size: inside.expect(Tag::INTEGER)?.unsigned(what)?,
                offset: sequence.offset(),
            });
            inside.finish()?;
        }
        let mut properties = Properties::NONE;
        if let Some(wrapped) = fields.optional(Tag::context(0))? {
            let what = Structure::PayloadProperties;
            let mut inside = wrapped.reader(what);
            let sequence = inside.expect(Tag::SEQUENCE)?;
            inside.finish()?;
            let mut payp = sequence.reader(what);
            payp.magic(*b"PAYP")?;
            properties = Properties::check(&payp.expect(Tag::SET)?)?;
            payp.finish()?;
        }
        let unknown = fields.rest();
        while fields.next()?.is_some() {}
        Ok(Self {
            tlv,
            fourcc,
            description,
            data,
            encrypted,
            keybags,
            compression,
            properties,
            unknown,
        })
    }

    /// The whole IM4P as it stands in the input: the bytes that a manifest's `DGST` covers.
    pub const fn tlv(&self) -> Tlv<'a> {
        self.tlv
    }

    /// What the payload is: `krnl`, `ibot`, `dtre` and so on.
    pub const fn fourcc(&self) -> FourCc {
        self.fourcc
    }

    /// The description's bytes, ASCII in honest files; may be empty.
    pub const fn description(&self) -> &'a [u8] {
        self.description
    }

    /// The data as stored: compressed, encrypted or neither.
    pub const fn data(&self) -> &'a [u8] {
        self.data.value()
    }

    /// File offset of the first byte of [`data`](Self::data).
    pub const fn data_offset(&self) -> u64 {
        self.data.value_offset()
    }

    /// Whether the data is encrypted: a KBAG is there.
    pub const fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The key bags; none if the data is not encrypted.
    pub const fn keybags(&self) -> Keybags<'a> {
        Keybags::new(self.keybags)
    }

    /// Algorithm and size, where declared.
    pub const fn compression(&self) -> Option<CompressionInfo> {
        self.compression
    }

    /// The payload's properties (`PAYP`).
    pub const fn properties(&self) -> Properties<'a> {
        Properties::new(self.properties)
    }

    /// Elements after the known ones.
    pub const fn unknown(&self) -> &'a [u8] {
        self.unknown
    }

    /// Looks at headers, not at compressed bytes, and says what decompression will take: codec, size, and what is left over.
    ///
    /// For LZFSE the block headers are walked, which costs at most one step per 4 bytes of data.
    ///
    /// # Errors
    /// If the data is not of the declared codec, if sizes contradict each other, if a size is impossible for so few
    /// bytes, or if a header is damaged.
    pub fn plan(&self) -> Result<Plan<'a>, Error> {
        compression::plan(
            self.data(),
            self.data_offset(),
            self.compression,
            self.encrypted,
        )
    }

    /// Decompresses into the front of `output` and checks every size and checksum there is.
    ///
    /// `output` must hold the planned size; bytes after it stay untouched. On an error the contents of `output`
    /// are unspecified and must not be used.
    ///
    /// # Errors
    /// `Encrypted` for a payload with a KBAG; `BufferTooSmall`; whatever [`plan`](Self::plan) says; damage inside the
    /// compressed stream; a wrong checksum.
    pub fn decompress_into(
        &self,
        output: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<Decompressed<'a>, Error> {
        self.plan()?.decompress_into(output, scratch)
    }
}
