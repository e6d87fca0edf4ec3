//! The index of a code signature (`LC_CODE_SIGNATURE`). Nothing here verifies a signature.
use core::iter::FusedIterator;

use zerocopy::big_endian::{U32, U64};

use crate::addr::FileOffset;
use crate::bytes::Bytes;
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::linkedit::LinkeditData;
use crate::name::Name;
use crate::raw::codesign as raw;
use crate::raw::codesign::{BlobMagic, BlobSlot, CodeSignatureFlags, ExecSegFlags, HashType};

/// `sizeof(CS_SuperBlob)` without its index.
const SUPER_BLOB_SIZE: u64 = 12;
/// `sizeof(CS_CodeDirectory)` up to `end_earliest`.
const DIRECTORY_SIZE: u64 = 44;

/// A super blob: its index fits, its blobs are looked at when they are asked for.
#[derive(Clone, Copy)]
pub struct CodeSignature<'a> {
    bytes: Bytes<'a>,
    index: &'a [raw::BlobIndex],
}

debug_view!(CodeSignature<'_>, |signature| {
    file_offset: signature.file_offset(),
    len: signature.bytes.len(),
    blobs: signature.index.len(),
});

impl<'a> CodeSignature<'a> {
    pub(crate) fn new(range: LinkeditData<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::SuperBlob;
        let bytes = range.bytes(WHAT)?;
        let header: &raw::SuperBlob = bytes.raw(0, WHAT)?;
        if header.magic.get() != BlobMagic::CSMAGIC_EMBEDDED_SIGNATURE.0 {
            return Err(bytes.error(ErrorKind::BadMagic, WHAT, 0));
        }
        // The command's range is padded; the blob says its own size.
        let Some(bytes) = bytes.get(0, u64::from(header.length.get())) else {
            return Err(bytes.error(ErrorKind::Truncated, WHAT, 4));
        };
        let count = u64::from(header.count.get());
        let Some(index) = bytes.get_array(SUPER_BLOB_SIZE, count) else {
            return Err(bytes.error(ErrorKind::CountTooLarge, WHAT, 8));
        };
        Ok(Self { bytes, index })
    }

    /// The whole super blob.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// Where the super blob lies, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.bytes.file_offset(0)
    }

    /// The blobs, in the order of the index.
    pub fn blobs(&self) -> Blobs<'a> {
        Blobs {
            bytes: self.bytes,
            rest: self.index.iter(),
            position: SUPER_BLOB_SIZE,
        }
    }

    /// The first code directory.
    ///
    /// # Errors
    /// A blob before it or the directory itself reaches outside the super blob.
    pub fn code_directory(&self) -> Result<Option<CodeDirectory<'a>>, Error> {
        for blob in self.blobs() {
            let blob = blob?;
            if blob.slot == BlobSlot::CSSLOT_CODEDIRECTORY {
                return CodeDirectory::new(&blob).map(Some);
            }
        }
        Ok(None)
    }
}

/// One blob of a code signature.
#[derive(Clone, Copy)]
pub struct Blob<'a> {
    /// What the index says the blob is for.
    pub slot: BlobSlot,
    /// What the blob says it is.
    pub magic: BlobMagic,
    bytes: Bytes<'a>,
}

debug_view!(Blob<'_>, |blob| {
    slot: blob.slot,
    magic: blob.magic,
    file_offset: blob.file_offset(),
    len: blob.bytes.len(),
});

impl<'a> Blob<'a> {
    /// The whole blob, its magic and length included.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// Where the blob lies, from the start of the outermost file.
    pub const fn file_offset(&self) -> FileOffset {
        self.bytes.file_offset(0)
    }
}

/// The blobs of a code signature, in the order of the index.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Blobs<'a> {
    bytes: Bytes<'a>,
    rest: core::slice::Iter<'a, raw::BlobIndex>,
    /// Where the entry lies in the super blob.
    position: u64,
}

debug_view!(Blobs<'_>, |blobs| {
    left: blobs.rest.len(),
});

impl<'a> Iterator for Blobs<'a> {
    type Item = Result<Blob<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.rest.next()?;
        let at = self.position;
        self.position = at.saturating_add(8);
        let offset = u64::from(entry.offset.get());
        let Some(header) = self.bytes.get_raw::<raw::GenericBlob>(offset) else {
            let what = Structure::BlobIndex;
            return Some(Err(self.bytes.error(ErrorKind::IndexOutOfBounds, what, at)));
        };
        let length = u64::from(header.length.get());
        let bytes = match self.bytes.get(offset, length) {
            Some(bytes) if length >= 8 => bytes,
            _ => {
                let what = Structure::GenericBlob;
                return Some(Err(self.bytes.error(ErrorKind::Truncated, what, offset)));
            }
        };
        Some(Ok(Blob {
            slot: BlobSlot(entry.r#type.get()),
            magic: BlobMagic(header.magic.get()),
            bytes,
        }))
    }
}

impl FusedIterator for Blobs<'_> {}

/// The header of a code directory, in native numbers.
#[derive(Clone, Copy, Debug)]
pub struct CodeDirectory<'a> {
    /// Version of the structure, as 0x20400.
    pub version: u32,
    /// Flags.
    pub flags: CodeSignatureFlags,
    /// Number of special slots.
    pub special_slots: u32,
    /// Number of page hashes.
    pub code_slots: u32,
    /// Bytes of the file that the pages cover.
    pub code_limit: u64,
    /// Bytes of one hash.
    pub hash_size: u8,
    /// Which hash.
    pub hash_type: HashType,
    /// Platform identifier, or 0.
    pub platform: u8,
    /// Page size as a power of two; 0 is one page for all.
    pub page_shift: u8,
    /// Base, bytes and flags of the executable segment (from version 0x20400).
    pub exec_segment: Option<(u64, u64, ExecSegFlags)>,
    hash_offset: u32,
    ident_offset: u32,
    team_offset: u32,
    bytes: Bytes<'a>,
}

impl<'a> CodeDirectory<'a> {
    fn new(blob: &Blob<'a>) -> Result<Self, Error> {
        const WHAT: Structure = Structure::CodeDirectory;
        let bytes = blob.bytes;
        if blob.magic != BlobMagic::CSMAGIC_CODEDIRECTORY {
            return Err(bytes.error(ErrorKind::BadMagic, WHAT, 0));
        }
        let raw: &raw::CodeDirectory = bytes.raw(0, WHAT)?;
        let version = raw.version.get();
        // What the version promises must be there; fields it does not have are other bytes.
        let promised = match version {
            raw::CS_SUPPORTSLINKAGE.. => 64,
            raw::CS_SUPPORTSRUNTIME.. => 52,
            raw::CS_SUPPORTSEXECSEG.. => 44,
            raw::CS_SUPPORTSCODELIMIT64.. => 20,
            raw::CS_SUPPORTSTEAMID.. => 8,
            raw::CS_SUPPORTSSCATTER.. => 4,
            _ => 0,
        };
        let tail = bytes.slice(DIRECTORY_SIZE, promised, WHAT, bytes.file_offset(8))?;
        let word = |offset| tail.get_raw(offset).map(|raw: &U32| raw.get());
        let long = |offset| tail.get_raw(offset).map(|raw: &U64| raw.get());
        let limit = match long(12) {
            Some(limit) if limit != 0 => limit,
            _ => u64::from(raw.codeLimit.get()),
        };
        let exec_segment = match (long(20), long(28), long(36)) {
            (Some(base), Some(size), Some(bits)) => {
                Some((base, size, ExecSegFlags::from_bits_retain(bits)))
            }
            _ => None,
        };
        Ok(Self {
            version,
            flags: CodeSignatureFlags::from_bits_retain(raw.flags.get()),
            special_slots: raw.nSpecialSlots.get(),
            code_slots: raw.nCodeSlots.get(),
            code_limit: limit,
            hash_size: raw.hashSize,
            hash_type: HashType(raw.hashType),
            platform: raw.platform,
            page_shift: raw.pageSize,
            exec_segment,
            hash_offset: raw.hashOffset.get(),
            ident_offset: raw.identOffset.get(),
            team_offset: word(4).unwrap_or(0),
            bytes,
        })
    }

    /// The whole blob: what its hash, the cdhash, is taken over.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes.data()
    }

    /// The identifier.
    ///
    /// # Errors
    /// `StringOutOfBounds` or `StringUnterminated`.
    pub fn identifier(&self) -> Result<Name<'a>, Error> {
        self.string(self.ident_offset, 20)
    }

    /// The team identifier; `None` without one.
    ///
    /// # Errors
    /// `StringOutOfBounds` or `StringUnterminated`.
    pub fn team(&self) -> Result<Option<Name<'a>>, Error> {
        if self.team_offset == 0 {
            return Ok(None);
        }
        self.string(self.team_offset, 48).map(Some)
    }

    /// The hash of a page, counted from 0; `None` past the last.
    ///
    /// # Errors
    /// `IndexOutOfBounds` at the field `hashOffset`, where the hash lies outside the blob.
    pub fn page_hash(&self, page: u32) -> Result<Option<&'a [u8]>, Error> {
        if page >= self.code_slots {
            return Ok(None);
        }
        let size = u64::from(self.hash_size);
        let offset =
            u64::from(self.hash_offset).saturating_add(u64::from(page).saturating_mul(size));
        let hash = self.bytes.get(offset, size).ok_or_else(|| {
            self.bytes.error(
                ErrorKind::IndexOutOfBounds,
                Structure::CodeDirectory,
                offset,
            )
        })?;
        Ok(Some(hash.data()))
    }

    /// The string at `offset`, which the field at `field` gives.
    fn string(&self, offset: u32, field: u64) -> Result<Name<'a>, Error> {
        let blame = self.bytes.file_offset(field);
        self.bytes
            .c_string(u64::from(offset), Structure::CodeDirectory, blame)
            .map(Name::new)
    }
}
