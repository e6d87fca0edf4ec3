//! The structures of the load commands (`mach-o/loader.h`).
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::open_enum;

open_enum! {
    /// `cmd` of a load command.
    pub struct LoadCommandKind(u32);
    LC_SEGMENT = 0x1;
    LC_SYMTAB = 0x2;
    LC_SYMSEG = 0x3;
    LC_THREAD = 0x4;
    LC_UNIXTHREAD = 0x5;
    LC_LOADFVMLIB = 0x6;
    LC_IDFVMLIB = 0x7;
    LC_IDENT = 0x8;
    LC_FVMFILE = 0x9;
    LC_PREPAGE = 0xa;
    LC_DYSYMTAB = 0xb;
    LC_LOAD_DYLIB = 0xc;
    LC_ID_DYLIB = 0xd;
    LC_LOAD_DYLINKER = 0xe;
    LC_ID_DYLINKER = 0xf;
    LC_PREBOUND_DYLIB = 0x10;
    LC_ROUTINES = 0x11;
    LC_SUB_FRAMEWORK = 0x12;
    LC_SUB_UMBRELLA = 0x13;
    LC_SUB_CLIENT = 0x14;
    LC_SUB_LIBRARY = 0x15;
    LC_TWOLEVEL_HINTS = 0x16;
    LC_PREBIND_CKSUM = 0x17;
    LC_LOAD_WEAK_DYLIB = 0x8000_0018;
    LC_SEGMENT_64 = 0x19;
    LC_ROUTINES_64 = 0x1a;
    LC_UUID = 0x1b;
    LC_RPATH = 0x8000_001c;
    LC_CODE_SIGNATURE = 0x1d;
    LC_SEGMENT_SPLIT_INFO = 0x1e;
    LC_REEXPORT_DYLIB = 0x8000_001f;
    LC_LAZY_LOAD_DYLIB = 0x20;
    LC_ENCRYPTION_INFO = 0x21;
    LC_DYLD_INFO = 0x22;
    LC_DYLD_INFO_ONLY = 0x8000_0022;
    LC_LOAD_UPWARD_DYLIB = 0x8000_0023;
    LC_VERSION_MIN_MACOSX = 0x24;
    LC_VERSION_MIN_IPHONEOS = 0x25;
    LC_FUNCTION_STARTS = 0x26;
    LC_DYLD_ENVIRONMENT = 0x27;
    LC_MAIN = 0x8000_0028;
    LC_DATA_IN_CODE = 0x29;
    LC_SOURCE_VERSION = 0x2a;
    LC_DYLIB_CODE_SIGN_DRS = 0x2b;
    LC_ENCRYPTION_INFO_64 = 0x2c;
    LC_LINKER_OPTION = 0x2d;
    LC_LINKER_OPTIMIZATION_HINT = 0x2e;
    LC_VERSION_MIN_TVOS = 0x2f;
    LC_VERSION_MIN_WATCHOS = 0x30;
    LC_NOTE = 0x31;
    LC_BUILD_VERSION = 0x32;
    LC_DYLD_EXPORTS_TRIE = 0x8000_0033;
    LC_DYLD_CHAINED_FIXUPS = 0x8000_0034;
    LC_FILESET_ENTRY = 0x8000_0035;
    LC_ATOM_INFO = 0x36;
    LC_FUNCTION_VARIANTS = 0x37;
    LC_FUNCTION_VARIANT_FIXUPS = 0x38;
    LC_TARGET_TRIPLE = 0x39;
}

impl LoadCommandKind {
    /// `LC_REQ_DYLD`: dyld refuses an image whose command with this bit it does not know.
    pub const LC_REQ_DYLD: u32 = 0x8000_0000;
}

/// `struct load_command` (`mach-o/loader.h`): the start of each load command.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct LoadCommand {
    /// A [`LoadCommandKind`].
    pub cmd: U32,
    /// Bytes of the whole command.
    pub cmdsize: U32,
}

/// `struct uuid_command` (`mach-o/loader.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct UuidCommand {
    /// `LC_UUID`.
    pub cmd: U32,
    /// 24.
    pub cmdsize: U32,
    /// The 128-bit UUID.
    pub uuid: [u8; 16],
}

/// `struct fileset_entry_command` (`mach-o/loader.h`), followed by the entry id.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FilesetEntryCommand {
    /// `LC_FILESET_ENTRY`.
    pub cmd: U32,
    /// Bytes of this structure and the entry id, padded to 8.
    pub cmdsize: U32,
    /// Unslid address of the entry's header.
    pub vmaddr: U64,
    /// Offset of the entry's header from the start of the collection.
    pub fileoff: U64,
    /// Offset of the entry id from the start of this command.
    pub entry_id: U32,
    /// Not used.
    pub reserved: U32,
}
