//! The structures of the load commands (`mach-o/loader.h`).
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

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

/// `struct fvmlib_command` (`mach-o/loader.h`): a fixed virtual memory library (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FvmlibCommand {
    /// `LC_LOADFVMLIB` or `LC_IDFVMLIB`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub name: U32,
    /// Minor version of the library.
    pub minor_version: U32,
    /// Address of the library's header.
    pub header_addr: U32,
}

/// `struct dylib_command` (`mach-o/loader.h`): a dynamic library, as one is needed or as this one
/// is called.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DylibCommand {
    /// A [`LoadCommandKind`] of this structure.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub name: U32,
    /// Build time in seconds since 1970, or the marker of `dylib_use_command`.
    pub timestamp: U32,
    /// Version of the library.
    pub current_version: U32,
    /// Oldest version that may stand in for it.
    pub compatibility_version: U32,
}

/// `struct sub_framework_command` (`mach-o/loader.h`): the umbrella framework of a sub-framework.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SubFrameworkCommand {
    /// `LC_SUB_FRAMEWORK`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub umbrella: U32,
}

/// `struct sub_client_command` (`mach-o/loader.h`): a client that may link a sub-framework.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SubClientCommand {
    /// `LC_SUB_CLIENT`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub client: U32,
}

/// `struct sub_umbrella_command` (`mach-o/loader.h`): a sub-umbrella framework.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SubUmbrellaCommand {
    /// `LC_SUB_UMBRELLA`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub sub_umbrella: U32,
}

/// `struct sub_library_command` (`mach-o/loader.h`): a sub-library.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SubLibraryCommand {
    /// `LC_SUB_LIBRARY`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub sub_library: U32,
}

/// `struct prebound_dylib_command` (`mach-o/loader.h`): a library that an executable was prebound
/// to (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct PreboundDylibCommand {
    /// `LC_PREBOUND_DYLIB`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub name: U32,
    /// Number of modules in the library.
    pub nmodules: U32,
    /// Offset of the bit vector of linked modules from the start of the command.
    pub linked_modules: U32,
}

/// `struct dylinker_command` (`mach-o/loader.h`): a dynamic linker or one of its environment
/// variables.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DylinkerCommand {
    /// `LC_ID_DYLINKER` or `LC_LOAD_DYLINKER` or `LC_DYLD_ENVIRONMENT`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub name: U32,
}

/// `struct routines_command` (`mach-o/loader.h`): the initialization routine of a 32-bit library.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RoutinesCommand {
    /// `LC_ROUTINES`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Address of the routine.
    pub init_address: U32,
    /// Index of the module that defines it.
    pub init_module: U32,
    /// Not used.
    pub reserved1: U32,
    /// Not used.
    pub reserved2: U32,
    /// Not used.
    pub reserved3: U32,
    /// Not used.
    pub reserved4: U32,
    /// Not used.
    pub reserved5: U32,
    /// Not used.
    pub reserved6: U32,
}

/// `struct routines_command_64` (`mach-o/loader.h`): the initialization routine of a library.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RoutinesCommand64 {
    /// `LC_ROUTINES_64`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Address of the routine.
    pub init_address: U64,
    /// Index of the module that defines it.
    pub init_module: U64,
    /// Not used.
    pub reserved1: U64,
    /// Not used.
    pub reserved2: U64,
    /// Not used.
    pub reserved3: U64,
    /// Not used.
    pub reserved4: U64,
    /// Not used.
    pub reserved5: U64,
    /// Not used.
    pub reserved6: U64,
}

/// `struct symtab_command` (`mach-o/loader.h`): the symbol and string tables.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SymtabCommand {
    /// `LC_SYMTAB`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the symbol table.
    pub symoff: U32,
    /// Number of symbols.
    pub nsyms: U32,
    /// Offset of the string table.
    pub stroff: U32,
    /// Bytes of the string table.
    pub strsize: U32,
}

/// `struct dysymtab_command` (`mach-o/loader.h`): the groups of the symbol table and the tables
/// of dynamic linking.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DysymtabCommand {
    /// `LC_DYSYMTAB`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// First local symbol.
    pub ilocalsym: U32,
    /// Number of local symbols.
    pub nlocalsym: U32,
    /// First defined external symbol.
    pub iextdefsym: U32,
    /// Number of defined external symbols.
    pub nextdefsym: U32,
    /// First undefined symbol.
    pub iundefsym: U32,
    /// Number of undefined symbols.
    pub nundefsym: U32,
    /// Offset of the table of contents.
    pub tocoff: U32,
    /// Entries of the table of contents.
    pub ntoc: U32,
    /// Offset of the module table.
    pub modtaboff: U32,
    /// Entries of the module table.
    pub nmodtab: U32,
    /// Offset of the referenced symbol table.
    pub extrefsymoff: U32,
    /// Entries of the referenced symbol table.
    pub nextrefsyms: U32,
    /// Offset of the indirect symbol table.
    pub indirectsymoff: U32,
    /// Entries of the indirect symbol table.
    pub nindirectsyms: U32,
    /// Offset of the external relocation entries.
    pub extreloff: U32,
    /// Number of external relocation entries.
    pub nextrel: U32,
    /// Offset of the local relocation entries.
    pub locreloff: U32,
    /// Number of local relocation entries.
    pub nlocrel: U32,
}

/// `struct twolevel_hints_command` (`mach-o/loader.h`): the two-level namespace hints (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct TwolevelHintsCommand {
    /// `LC_TWOLEVEL_HINTS`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the hints.
    pub offset: U32,
    /// Number of hints.
    pub nhints: U32,
}

/// `struct prebind_cksum_command` (`mach-o/loader.h`): the check sum of a prebound file
/// (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct PrebindCksumCommand {
    /// `LC_PREBIND_CKSUM`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// The check sum, or 0.
    pub cksum: U32,
}

/// `struct uuid_command` (`mach-o/loader.h`): the identity of the image.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct UuidCommand {
    /// `LC_UUID`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// The 128-bit UUID.
    pub uuid: [u8; 16],
}

/// `struct rpath_command` (`mach-o/loader.h`): a run path.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RpathCommand {
    /// `LC_RPATH`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub path: U32,
}

/// `struct linkedit_data_command` (`mach-o/loader.h`): a range of bytes in `__LINKEDIT`.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct LinkeditDataCommand {
    /// A [`LoadCommandKind`] of this structure.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the bytes.
    pub dataoff: U32,
    /// Number of bytes.
    pub datasize: U32,
}

/// `struct fileset_entry_command` (`mach-o/loader.h`): a nested image of a collection.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FilesetEntryCommand {
    /// `LC_FILESET_ENTRY`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Unslid address of the nested header.
    pub vmaddr: U64,
    /// Offset of the nested header from the start of the collection.
    pub fileoff: U64,
    /// Offset of the string from the start of the command.
    pub entry_id: U32,
    /// Not used.
    pub reserved: U32,
}

/// `struct encryption_info_command` (`mach-o/loader.h`): the encrypted range of a 32-bit image.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct EncryptionInfoCommand {
    /// `LC_ENCRYPTION_INFO`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the encrypted range.
    pub cryptoff: U32,
    /// Bytes of the encrypted range.
    pub cryptsize: U32,
    /// Which encryption; 0 is none yet.
    pub cryptid: U32,
}

/// `struct encryption_info_command_64` (`mach-o/loader.h`): the encrypted range of an image.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct EncryptionInfoCommand64 {
    /// `LC_ENCRYPTION_INFO_64`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the encrypted range.
    pub cryptoff: U32,
    /// Bytes of the encrypted range.
    pub cryptsize: U32,
    /// Which encryption; 0 is none yet.
    pub cryptid: U32,
    /// Not used.
    pub pad: U32,
}

/// `struct version_min_command` (`mach-o/loader.h`): the oldest system that the image runs on.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct VersionMinCommand {
    /// A [`LoadCommandKind`] of this structure.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Oldest system version.
    pub version: U32,
    /// Version of the SDK.
    pub sdk: U32,
}

/// `struct build_version_command` (`mach-o/loader.h`): platform, oldest system and tools of the
/// build.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BuildVersionCommand {
    /// `LC_BUILD_VERSION`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// A [`Platform`].
    pub platform: U32,
    /// Oldest system version.
    pub minos: U32,
    /// Version of the SDK.
    pub sdk: U32,
    /// Number of [`BuildToolVersion`] that follow.
    pub ntools: U32,
}

/// `struct dyld_info_command` (`mach-o/loader.h`): the opcode streams of the dynamic linker.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldInfoCommand {
    /// `LC_DYLD_INFO` or `LC_DYLD_INFO_ONLY`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the rebase opcodes.
    pub rebase_off: U32,
    /// Bytes of the rebase opcodes.
    pub rebase_size: U32,
    /// Offset of the bind opcodes.
    pub bind_off: U32,
    /// Bytes of the bind opcodes.
    pub bind_size: U32,
    /// Offset of the weak bind opcodes.
    pub weak_bind_off: U32,
    /// Bytes of the weak bind opcodes.
    pub weak_bind_size: U32,
    /// Offset of the lazy bind opcodes.
    pub lazy_bind_off: U32,
    /// Bytes of the lazy bind opcodes.
    pub lazy_bind_size: U32,
    /// Offset of the exports trie.
    pub export_off: U32,
    /// Bytes of the exports trie.
    pub export_size: U32,
}

/// `struct linker_option_command` (`mach-o/loader.h`): options for the linker, in object files.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct LinkerOptionCommand {
    /// `LC_LINKER_OPTION`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Number of strings that follow.
    pub count: U32,
}

/// `struct symseg_command` (`mach-o/loader.h`): the symbol segment (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SymsegCommand {
    /// `LC_SYMSEG`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the symbol segment.
    pub offset: U32,
    /// Bytes of the symbol segment.
    pub size: U32,
}

/// `struct ident_command` (`mach-o/loader.h`): identification strings that follow (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct IdentCommand {
    /// `LC_IDENT`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
}

/// `struct fvmfile_command` (`mach-o/loader.h`): a file mapped at a fixed address (internal use).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FvmfileCommand {
    /// `LC_FVMFILE`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub name: U32,
    /// Address of the file.
    pub header_addr: U32,
}

/// `struct entry_point_command` (`mach-o/loader.h`): the entry point of a main executable.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct EntryPointCommand {
    /// `LC_MAIN`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Offset of the entry point from the start of the file: of `__TEXT`.
    pub entryoff: U64,
    /// Initial stack size in bytes, if not 0.
    pub stacksize: U64,
}

/// `struct source_version_command` (`mach-o/loader.h`): the version of the sources.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SourceVersionCommand {
    /// `LC_SOURCE_VERSION`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// A.B.C.D.E in 24, 10, 10, 10 and 10 bits.
    pub version: U64,
}

/// `struct note_command` (`mach-o/loader.h`): a range of bytes for a named owner.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct NoteCommand {
    /// `LC_NOTE`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Name of the owner, padded with NUL.
    pub data_owner: [u8; 16],
    /// Offset of the bytes.
    pub offset: U64,
    /// Number of bytes.
    pub size: U64,
}

/// `struct target_triple_command` (`mach-o/loader.h`): the target triple of the compilation
/// (Xcode's header; the string as in `rpath_command`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct TargetTripleCommand {
    /// `LC_TARGET_TRIPLE`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub triple: U32,
}

/// `struct thread_command` (`mach-o/loader.h`), followed by states, each a
/// [`ThreadStateHeader`](super::thread::ThreadStateHeader) and its words.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct ThreadCommand {
    /// `LC_THREAD` or `LC_UNIXTHREAD`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
}

/// `struct build_tool_version` (`mach-o/loader.h`): follows [`BuildVersionCommand`].
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BuildToolVersion {
    /// A [`Tool`].
    pub tool: U32,
    /// Version of the tool.
    pub version: U32,
}

/// `struct dylib_use_command` (Xcode's `mach-o/loader.h`): the form of `dylib_command` whose
/// `marker` is [`DYLIB_USE_MARKER`], with flags behind the fields they share.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DylibUseCommand {
    /// `LC_LOAD_DYLIB` or `LC_LOAD_WEAK_DYLIB`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command: 28.
    pub nameoff: U32,
    /// [`DYLIB_USE_MARKER`].
    pub marker: U32,
    /// Version of the library.
    pub current_version: U32,
    /// Version 1.0.0, not used.
    pub compat_version: U32,
    /// [`DylibUseFlags`].
    pub flags: U32,
}

/// `DYLIB_USE_MARKER`: the `timestamp` of a `dylib_use_command`.
pub const DYLIB_USE_MARKER: u32 = 0x1a74_1800;

bit_flags! {
    /// `flags` of [`DylibUseCommand`].
    pub struct DylibUseFlags: u32 {
        DYLIB_USE_WEAK_LINK = 0x1;
        DYLIB_USE_REEXPORT = 0x2;
        DYLIB_USE_UPWARD = 0x4;
        DYLIB_USE_DELAYED_INIT = 0x8;
    }
}

open_enum! {
    /// `platform` of [`BuildVersionCommand`].
    pub struct Platform(u32);
    PLATFORM_UNKNOWN = 0;
    PLATFORM_MACOS = 1;
    PLATFORM_IOS = 2;
    PLATFORM_TVOS = 3;
    PLATFORM_WATCHOS = 4;
    PLATFORM_BRIDGEOS = 5;
    PLATFORM_MACCATALYST = 6;
    PLATFORM_IOSSIMULATOR = 7;
    PLATFORM_TVOSSIMULATOR = 8;
    PLATFORM_WATCHOSSIMULATOR = 9;
    PLATFORM_DRIVERKIT = 10;
    PLATFORM_VISIONOS = 11;
    PLATFORM_VISIONOSSIMULATOR = 12;
    PLATFORM_FIRMWARE = 13;
    PLATFORM_SEPOS = 14;
}

open_enum! {
    /// `tool` of [`BuildToolVersion`].
    pub struct Tool(u32);
    TOOL_CLANG = 1;
    TOOL_SWIFT = 2;
    TOOL_LD = 3;
    TOOL_LLD = 4;
    TOOL_METAL = 1024;
    TOOL_AIRLLD = 1025;
    TOOL_AIRNT = 1026;
    TOOL_AIRNT_PLUGIN = 1027;
    TOOL_AIRPACK = 1028;
    TOOL_GPUARCHIVER = 1031;
    TOOL_METAL_FRAMEWORK = 1032;
}
