//! Apple's structures as they lie in the file: Apple's names, Apple's field order, no logic.
//!
//! Every structure is `#[repr(C)]` with fields of alignment 1, so that a reference to one may point
//! anywhere into the caller's buffer. Numbers are little-endian but where a structure says
//! otherwise. A field read costs more than a native one on a target with strict alignment: the
//! views of this crate convert once. The values that fields hold, such as
//! [`CpuType`](crate::CpuType), are at the root of the crate, because the views speak of them too.
//!
//! Sources: the headers of XNU (`EXTERNAL_HEADERS/mach-o/`, `osfmk/`), by file and C name.
pub(crate) mod codesign;
pub(crate) mod dyld_info;
pub(crate) mod fat;
pub(crate) mod fixup;
pub(crate) mod header;
pub(crate) mod linkedit;
pub(crate) mod load_command;
pub(crate) mod segment;
pub(crate) mod symbol;
pub(crate) mod thread;

// The start of a file: of an image, and of a fat file.
pub use fat::{FAT_MAGIC, FAT_MAGIC_64, FatArch, FatArch64, FatHeader};
pub use header::{MH_CIGAM, MH_CIGAM_64, MH_MAGIC, MH_MAGIC_64, MachHeader64};

// Load commands, segments and the states of a thread command.
pub use load_command::{
    BuildToolVersion, BuildVersionCommand, DYLIB_USE_MARKER, DyldInfoCommand, DylibCommand,
    DylibUseCommand, DylinkerCommand, DysymtabCommand, EncryptionInfoCommand,
    EncryptionInfoCommand64, EntryPointCommand, FilesetEntryCommand, FvmfileCommand, FvmlibCommand,
    IdentCommand, LinkeditDataCommand, LinkerOptionCommand, LoadCommand, NoteCommand,
    PrebindCksumCommand, PreboundDylibCommand, RoutinesCommand, RoutinesCommand64, RpathCommand,
    SourceVersionCommand, SubClientCommand, SubFrameworkCommand, SubLibraryCommand,
    SubUmbrellaCommand, SymsegCommand, SymtabCommand, TargetTripleCommand, ThreadCommand,
    TwolevelHintsCommand, UuidCommand, VersionMinCommand,
};
pub use segment::{Section64, SegmentCommand, SegmentCommand64};
pub use thread::{ARM_THREAD_STATE64_COUNT, ArmThreadState64, ThreadStateHeader};

// The tables of `__LINKEDIT`: symbols, relocations, data in code.
pub use linkedit::{DataInCodeEntry, RelocationInfo};
pub use symbol::{
    INDIRECT_SYMBOL_ABS, INDIRECT_SYMBOL_LOCAL, N_EXT, N_PEXT, N_STAB, N_TYPE, Nlist64,
};

// Fixups: opcodes of `LC_DYLD_INFO`, and chains.
pub use dyld_info::{
    BIND_SPECIAL_DYLIB_WEAK_LOOKUP, BIND_SUBOPCODE_THREADED_APPLY,
    BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB, BIND_SYMBOL_FLAGS_WEAK_IMPORT,
    IMMEDIATE_MASK, TYPE_POINTER,
};
pub use fixup::{
    DYLD_CHAINED_PTR_START_LAST, DYLD_CHAINED_PTR_START_MULTI, DYLD_CHAINED_PTR_START_NONE,
    DYLD_CHAINED_STARTS_USE_FILE_OFFSET, DYLD_CHAINED_STARTS_USE_VM_OFFSET,
    DyldChainedFixupsHeader, DyldChainedImport, DyldChainedImportAddend, DyldChainedImportAddend64,
    DyldChainedStartsInImage, DyldChainedStartsInSegment,
};

// Code signatures, whose numbers are big-endian.
pub use codesign::{
    BlobIndex, CS_SUPPORTSCODELIMIT64, CS_SUPPORTSEXECSEG, CS_SUPPORTSLINKAGE, CS_SUPPORTSRUNTIME,
    CS_SUPPORTSSCATTER, CS_SUPPORTSTEAMID, CodeDirectory, CodeDirectoryTail, GenericBlob,
    SuperBlob,
};
