//! Code signatures (`osfmk/kern/cs_blobs.h`): big-endian on every machine.
use zerocopy::byteorder::big_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

/// `CS_GenericBlob` (`kern/cs_blobs.h`): the start of each blob.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct GenericBlob {
    /// A [`BlobMagic`].
    pub magic: U32,
    /// Bytes of the whole blob.
    pub length: U32,
}

/// `CS_SuperBlob` (`kern/cs_blobs.h`), followed by `count` [`BlobIndex`].
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SuperBlob {
    /// `CSMAGIC_EMBEDDED_SIGNATURE`.
    pub magic: U32,
    /// Bytes of the whole super blob.
    pub length: U32,
    /// Number of index entries that follow.
    pub count: U32,
}

/// `CS_BlobIndex` (`kern/cs_blobs.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BlobIndex {
    /// A [`BlobSlot`].
    pub r#type: U32,
    /// Offset of the blob from the start of the super blob.
    pub offset: U32,
}

/// `CS_CodeDirectory` (`kern/cs_blobs.h`) as far as every version has it.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
#[expect(non_snake_case, reason = "Apple's field names")]
pub struct CodeDirectory {
    /// `CSMAGIC_CODEDIRECTORY`.
    pub magic: U32,
    /// Bytes of the whole blob.
    pub length: U32,
    /// Which of the `CodeDirectory2xx00` structures follow.
    pub version: U32,
    /// [`CodeSignatureFlags`].
    pub flags: U32,
    /// Offset of the hash of page 0; special slots lie before it.
    pub hashOffset: U32,
    /// Offset of the identifier, a C string.
    pub identOffset: U32,
    /// Number of special slots.
    pub nSpecialSlots: U32,
    /// Number of page hashes.
    pub nCodeSlots: U32,
    /// Bytes of the file that the pages cover.
    pub codeLimit: U32,
    /// Bytes of one hash.
    pub hashSize: u8,
    /// A [`HashType`].
    pub hashType: u8,
    /// Platform identifier, or 0.
    pub platform: u8,
    /// Page size as a power of two; 0 is one page for all.
    pub pageSize: u8,
    /// Not used.
    pub spare2: U32,
}

/// `CS_CodeDirectory` from version 0x20100: scatter.
pub const CS_SUPPORTSSCATTER: u32 = 0x2_0100;
/// `CS_CodeDirectory` from version 0x20200: team identifier.
pub const CS_SUPPORTSTEAMID: u32 = 0x2_0200;
/// `CS_CodeDirectory` from version 0x20300: 64-bit code limit.
pub const CS_SUPPORTSCODELIMIT64: u32 = 0x2_0300;
/// `CS_CodeDirectory` from version 0x20400: executable segment.
pub const CS_SUPPORTSEXECSEG: u32 = 0x2_0400;
/// `CS_CodeDirectory` from version 0x20500: runtime version.
pub const CS_SUPPORTSRUNTIME: u32 = 0x2_0500;
/// `CS_CodeDirectory` from version 0x20600: linkage.
pub const CS_SUPPORTSLINKAGE: u32 = 0x2_0600;

/// What follows [`CodeDirectory`], as far as its version says.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
#[expect(non_snake_case, reason = "Apple's field names")]
pub struct CodeDirectoryTail {
    /// Offset of the scatter vector, or 0 (0x20100).
    pub scatterOffset: U32,
    /// Offset of the team identifier, a C string, or 0 (0x20200).
    pub teamOffset: U32,
    /// Not used (0x20300).
    pub spare3: U32,
    /// 64-bit code limit, or 0 (0x20300).
    pub codeLimit64: U64,
    /// Offset of the executable segment (0x20400).
    pub execSegBase: U64,
    /// Bytes of the executable segment (0x20400).
    pub execSegLimit: U64,
    /// [`ExecSegFlags`] (0x20400).
    pub execSegFlags: U64,
    /// Version of the hardened runtime (0x20500).
    pub runtime: U32,
    /// Offset of the hashes before encryption, or 0 (0x20500).
    pub preEncryptOffset: U32,
    /// Hash type of the linkage (0x20600).
    pub linkageHashType: u8,
    /// Application type of the linkage (0x20600).
    pub linkageApplicationType: u8,
    /// Application sub-type of the linkage (0x20600).
    pub linkageApplicationSubType: U16,
    /// Offset of the linkage (0x20600).
    pub linkageOffset: U32,
    /// Bytes of the linkage (0x20600).
    pub linkageSize: U32,
}

open_enum! {
    /// `magic` of a blob.
    pub struct BlobMagic(u32);
    CSMAGIC_REQUIREMENT = 0xfade_0c00;
    CSMAGIC_REQUIREMENTS = 0xfade_0c01;
    CSMAGIC_CODEDIRECTORY = 0xfade_0c02;
    CSMAGIC_EMBEDDED_SIGNATURE = 0xfade_0cc0;
    CSMAGIC_EMBEDDED_SIGNATURE_OLD = 0xfade_0b02;
    CSMAGIC_EMBEDDED_ENTITLEMENTS = 0xfade_7171;
    CSMAGIC_EMBEDDED_DER_ENTITLEMENTS = 0xfade_7172;
    CSMAGIC_DETACHED_SIGNATURE = 0xfade_0cc1;
    CSMAGIC_BLOBWRAPPER = 0xfade_0b01;
    CSMAGIC_EMBEDDED_LAUNCH_CONSTRAINT = 0xfade_8181;
}

open_enum! {
    /// `type` of a [`BlobIndex`].
    pub struct BlobSlot(u32);
    CSSLOT_CODEDIRECTORY = 0;
    CSSLOT_INFOSLOT = 1;
    CSSLOT_REQUIREMENTS = 2;
    CSSLOT_RESOURCEDIR = 3;
    CSSLOT_APPLICATION = 4;
    CSSLOT_ENTITLEMENTS = 5;
    CSSLOT_DER_ENTITLEMENTS = 7;
    CSSLOT_LAUNCH_CONSTRAINT_SELF = 8;
    CSSLOT_LAUNCH_CONSTRAINT_PARENT = 9;
    CSSLOT_LAUNCH_CONSTRAINT_RESPONSIBLE = 10;
    CSSLOT_LIBRARY_CONSTRAINT = 11;
    CSSLOT_ALTERNATE_CODEDIRECTORIES = 0x1000;
    CSSLOT_SIGNATURESLOT = 0x1_0000;
    CSSLOT_IDENTIFICATIONSLOT = 0x1_0001;
    CSSLOT_TICKETSLOT = 0x1_0002;
}

open_enum! {
    /// `hashType` of a [`CodeDirectory`].
    pub struct HashType(u8);
    CS_HASHTYPE_SHA1 = 1;
    CS_HASHTYPE_SHA256 = 2;
    CS_HASHTYPE_SHA256_TRUNCATED = 3;
    CS_HASHTYPE_SHA384 = 4;
}

bit_flags! {
    /// `flags` of a [`CodeDirectory`].
    pub struct CodeSignatureFlags: u32 {
        CS_VALID = 0x1;
        CS_ADHOC = 0x2;
        CS_GET_TASK_ALLOW = 0x4;
        CS_INSTALLER = 0x8;
        CS_FORCED_LV = 0x10;
        CS_INVALID_ALLOWED = 0x20;
        CS_HARD = 0x100;
        CS_KILL = 0x200;
        CS_CHECK_EXPIRATION = 0x400;
        CS_RESTRICT = 0x800;
        CS_ENFORCEMENT = 0x1000;
        CS_REQUIRE_LV = 0x2000;
        CS_ENTITLEMENTS_VALIDATED = 0x4000;
        CS_NVRAM_UNRESTRICTED = 0x8000;
        CS_RUNTIME = 0x1_0000;
        CS_LINKER_SIGNED = 0x2_0000;
    }
}

bit_flags! {
    /// `execSegFlags` of a [`CodeDirectoryTail`].
    pub struct ExecSegFlags: u64 {
        CS_EXECSEG_MAIN_BINARY = 0x1;
        CS_EXECSEG_ALLOW_UNSIGNED = 0x10;
        CS_EXECSEG_DEBUGGER = 0x20;
        CS_EXECSEG_JIT = 0x40;
        CS_EXECSEG_SKIP_LV = 0x80;
        CS_EXECSEG_CAN_LOAD_CDHASH = 0x100;
        CS_EXECSEG_CAN_EXEC_CDHASH = 0x200;
    }
}
