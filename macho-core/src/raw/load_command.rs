//! The structures of the load commands (`mach-o/loader.h`): the kinds, and the commands that describe what an image has.
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::open_enum;

mod build;
mod dylib;

pub use build::{
    BuildToolVersion, BuildVersionCommand, IdentCommand, LinkerOptionCommand, NoteCommand,
    Platform, SourceVersionCommand, TargetTripleCommand, Tool, UuidCommand, VersionMinCommand,
};
pub use dylib::{
    DYLIB_USE_MARKER, DylibCommand, DylibUseCommand, DylibUseFlags, DylinkerCommand,
    FvmfileCommand, FvmlibCommand, PrebindCksumCommand, PreboundDylibCommand, RoutinesCommand,
    RoutinesCommand64, RpathCommand, SubClientCommand, SubFrameworkCommand, SubLibraryCommand,
    SubUmbrellaCommand, TwolevelHintsCommand,
};

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
