//! What is wrong, in which structure of the specification, and at which byte of the outermost file.
use core::fmt;

use crate::addr::FileOffset;

/// Why a structure was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum ErrorKind {
    /// The magic number is none that is accepted here.
    BadMagic,
    /// A 32-bit Mach-O (`MH_MAGIC`): this crate reads 64-bit ones.
    Unsupported32Bit,
    /// A big-endian Mach-O (`MH_CIGAM_64`): this crate reads little-endian ones.
    UnsupportedBigEndian,
    /// The structure does not fit in the bytes that are left of the file.
    Truncated,
    /// Offset plus size exceeds 2^64.
    OffsetOverflow,
    /// `sizeofcmds` reaches past the end of the file.
    SizeofcmdsTooLarge,
    /// `ncmds` commands do not fit in `sizeofcmds` bytes.
    NcmdsTooLarge,
    /// `sizeofcmds` holds bytes after the last of `ncmds` commands.
    TrailingBytes,
    /// `cmdsize` is smaller than the structure that it measures.
    CommandTooSmall,
    /// `cmdsize` is not a multiple of 8.
    Misaligned,
    /// `cmdsize` reaches past the end of `sizeofcmds`.
    CommandTooLarge,
    /// `cmdsize` is not the one size that this command has.
    BadCommandSize,
    /// `nsects` sections do not fit in `cmdsize`.
    NsectsTooLarge,
    /// A count says there are more items than the structure has room for.
    CountTooLarge,
    /// `filesize` is larger than `vmsize`.
    FileSizeTooLarge,
    /// vmaddr plus vmsize exceeds 2^64.
    AddressOverflow,
    /// A string's offset lies outside the structure or table that holds it.
    StringOutOfBounds,
    /// A string runs to the end of its structure without a NUL byte.
    StringUnterminated,
    /// The thread state's count is not the count of its flavor.
    BadThreadCount,
    /// A table's offset or index lies outside the table.
    IndexOutOfBounds,
    /// A ULEB128 number runs past the end of its table.
    UlebTruncated,
    /// A ULEB128 number exceeds 64 bits.
    UlebOverflow,
    /// The structure has a version or format that this crate does not know.
    UnknownFormat,
    /// A walk met a node, page or slot for the second time, or stopped advancing.
    Cycle,
    /// A walk is deeper than its fixed stack.
    TooDeep,
    /// An alignment exponent is out of range.
    BadAlignment,
    /// Two ranges that must be disjoint share bytes.
    Overlap,
    /// `segment_offset` does not lead from the image's base to the segment.
    SegmentOffsetMismatch,
    /// A chain of fixups starts outside its page or leaves it.
    ChainLeavesPage,
    /// A slot is not among the segment's bytes in the file.
    SlotOutsideSegment,
    /// A table leads to and fro between segments more often than the file's size allows.
    TooMuchWork,
    /// Of an image in memory: no segment maps the header, so that nothing says which address it
    /// has.
    HeaderNotMapped,
    /// Of an image in memory: a file offset that leads to no byte of `__LINKEDIT`.
    OffsetNotMapped,
    /// The fixups of an image in memory have been applied: what they were is gone.
    FixupsApplied,
    /// A section's addresses or bytes are not all inside of its segment's.
    SectionOutsideSegment,
    /// A load command of which an image has one, or a processor of which a fat file has one slice,
    /// is there a second time.
    Duplicate,
    /// A load command is missing that the file's type, or this command, needs.
    CommandMissing,
    /// A load command that files of this type do not have.
    CommandMisplaced,
    /// A slice of a fat file is of another processor family than its entry of the table.
    CpuTypeMismatch,
}

/// The structure of the specification that an [`Error`] is about, by its C name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Structure {
    /// `struct mach_header_64`
    MachHeader64,
    /// `struct load_command`
    LoadCommand,
    /// `struct segment_command_64`
    SegmentCommand64,
    /// `struct section_64`
    Section64,
    /// `struct thread_command`
    ThreadCommand,
    /// `struct fvmlib_command`
    FvmlibCommand,
    /// `struct dylib_command`
    DylibCommand,
    /// `struct sub_framework_command`
    SubFrameworkCommand,
    /// `struct sub_client_command`
    SubClientCommand,
    /// `struct sub_umbrella_command`
    SubUmbrellaCommand,
    /// `struct sub_library_command`
    SubLibraryCommand,
    /// `struct prebound_dylib_command`
    PreboundDylibCommand,
    /// `struct dylinker_command`
    DylinkerCommand,
    /// `struct routines_command`
    RoutinesCommand,
    /// `struct routines_command_64`
    RoutinesCommand64,
    /// `struct symtab_command`
    SymtabCommand,
    /// `struct dysymtab_command`
    DysymtabCommand,
    /// `struct twolevel_hints_command`
    TwolevelHintsCommand,
    /// `struct prebind_cksum_command`
    PrebindCksumCommand,
    /// `struct uuid_command`
    UuidCommand,
    /// `struct rpath_command`
    RpathCommand,
    /// `struct linkedit_data_command`
    LinkeditDataCommand,
    /// `struct fileset_entry_command`
    FilesetEntryCommand,
    /// `struct encryption_info_command`
    EncryptionInfoCommand,
    /// `struct encryption_info_command_64`
    EncryptionInfoCommand64,
    /// `struct version_min_command`
    VersionMinCommand,
    /// `struct build_version_command`
    BuildVersionCommand,
    /// `struct dyld_info_command`
    DyldInfoCommand,
    /// `struct linker_option_command`
    LinkerOptionCommand,
    /// `struct symseg_command`
    SymsegCommand,
    /// `struct ident_command`
    IdentCommand,
    /// `struct fvmfile_command`
    FvmfileCommand,
    /// `struct entry_point_command`
    EntryPointCommand,
    /// `struct source_version_command`
    SourceVersionCommand,
    /// `struct note_command`
    NoteCommand,
    /// `struct target_triple_command`
    TargetTripleCommand,
    /// `struct segment_command`
    SegmentCommand,
    /// `struct nlist_64`
    Nlist64,
    /// String table of `LC_SYMTAB`
    StringTable,
    /// Indirect symbol table of `LC_DYSYMTAB`
    IndirectSymbols,
    /// Data of `LC_FUNCTION_STARTS`
    FunctionStarts,
    /// `struct data_in_code_entry`
    DataInCodeEntry,
    /// Exports trie
    ExportsTrie,
    /// `struct fat_header`
    FatHeader,
    /// `struct fat_arch`
    FatArch,
    /// `struct fat_arch_64`
    FatArch64,
    /// `CS_SuperBlob`
    SuperBlob,
    /// `CS_BlobIndex`
    BlobIndex,
    /// `CS_GenericBlob`
    GenericBlob,
    /// `CS_CodeDirectory`
    CodeDirectory,
    /// `struct dyld_chained_fixups_header`
    DyldChainedFixupsHeader,
    /// `struct dyld_chained_starts_in_image`
    DyldChainedStartsInImage,
    /// `struct dyld_chained_starts_in_segment`
    DyldChainedStartsInSegment,
    /// `struct dyld_chained_import`
    DyldChainedImport,
    /// A slot of a chain, `dyld_chained_ptr_*`
    DyldChainedPtr,
    /// `struct relocation_info`
    RelocationInfo,
    /// Rebase opcodes of `LC_DYLD_INFO`
    RebaseOpcodes,
    /// Bind opcodes of `LC_DYLD_INFO`
    BindOpcodes,
    /// Weak bind opcodes of `LC_DYLD_INFO`
    WeakBindOpcodes,
    /// Lazy bind opcodes of `LC_DYLD_INFO`
    LazyBindOpcodes,
    /// Section `__TEXT,__thread_starts`
    ThreadStarts,
    /// `struct dyld_chained_starts_offsets`
    DyldChainedStartsOffsets,
    /// Section `__TEXT,__rebase_info`
    RebaseInfo,
}

impl Structure {
    /// The C name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MachHeader64 => "mach_header_64",
            Self::LoadCommand => "load_command",
            Self::SegmentCommand64 => "segment_command_64",
            Self::Section64 => "section_64",
            Self::ThreadCommand => "thread_command",
            Self::FvmlibCommand => "fvmlib_command",
            Self::DylibCommand => "dylib_command",
            Self::SubFrameworkCommand => "sub_framework_command",
            Self::SubClientCommand => "sub_client_command",
            Self::SubUmbrellaCommand => "sub_umbrella_command",
            Self::SubLibraryCommand => "sub_library_command",
            Self::PreboundDylibCommand => "prebound_dylib_command",
            Self::DylinkerCommand => "dylinker_command",
            Self::RoutinesCommand => "routines_command",
            Self::RoutinesCommand64 => "routines_command_64",
            Self::SymtabCommand => "symtab_command",
            Self::DysymtabCommand => "dysymtab_command",
            Self::TwolevelHintsCommand => "twolevel_hints_command",
            Self::PrebindCksumCommand => "prebind_cksum_command",
            Self::UuidCommand => "uuid_command",
            Self::RpathCommand => "rpath_command",
            Self::LinkeditDataCommand => "linkedit_data_command",
            Self::FilesetEntryCommand => "fileset_entry_command",
            Self::EncryptionInfoCommand => "encryption_info_command",
            Self::EncryptionInfoCommand64 => "encryption_info_command_64",
            Self::VersionMinCommand => "version_min_command",
            Self::BuildVersionCommand => "build_version_command",
            Self::DyldInfoCommand => "dyld_info_command",
            Self::LinkerOptionCommand => "linker_option_command",
            Self::SymsegCommand => "symseg_command",
            Self::IdentCommand => "ident_command",
            Self::FvmfileCommand => "fvmfile_command",
            Self::EntryPointCommand => "entry_point_command",
            Self::SourceVersionCommand => "source_version_command",
            Self::NoteCommand => "note_command",
            Self::TargetTripleCommand => "target_triple_command",
            Self::SegmentCommand => "segment_command",
            Self::Nlist64 => "nlist_64",
            Self::StringTable => "string table",
            Self::IndirectSymbols => "indirect symbol table",
            Self::FunctionStarts => "function starts",
            Self::DataInCodeEntry => "data_in_code_entry",
            Self::ExportsTrie => "exports trie",
            Self::FatHeader => "fat_header",
            Self::FatArch => "fat_arch",
            Self::FatArch64 => "fat_arch_64",
            Self::SuperBlob => "CS_SuperBlob",
            Self::BlobIndex => "CS_BlobIndex",
            Self::GenericBlob => "CS_GenericBlob",
            Self::CodeDirectory => "CS_CodeDirectory",
            Self::DyldChainedFixupsHeader => "dyld_chained_fixups_header",
            Self::DyldChainedStartsInImage => "dyld_chained_starts_in_image",
            Self::DyldChainedStartsInSegment => "dyld_chained_starts_in_segment",
            Self::DyldChainedImport => "dyld_chained_import",
            Self::DyldChainedPtr => "dyld_chained_ptr",
            Self::RelocationInfo => "relocation_info",
            Self::RebaseOpcodes => "rebase opcodes",
            Self::BindOpcodes => "bind opcodes",
            Self::WeakBindOpcodes => "weak bind opcodes",
            Self::LazyBindOpcodes => "lazy bind opcodes",
            Self::ThreadStarts => "__thread_starts",
            Self::DyldChainedStartsOffsets => "dyld_chained_starts_offsets",
            Self::RebaseInfo => "__rebase_info",
        }
    }
}

impl ErrorKind {
    /// A short English reason, without the structure and the offset.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadMagic => "bad magic",
            Self::Unsupported32Bit => "32-bit Mach-O is not supported",
            Self::UnsupportedBigEndian => "big-endian Mach-O is not supported",
            Self::Truncated => "reaches past the end of the file",
            Self::OffsetOverflow => "offset plus size overflows",
            Self::SizeofcmdsTooLarge => "sizeofcmds reaches past the end of the file",
            Self::NcmdsTooLarge => "ncmds commands do not fit in sizeofcmds",
            Self::TrailingBytes => "sizeofcmds holds bytes after the last command",
            Self::CommandTooSmall => "cmdsize too small",
            Self::Misaligned => "cmdsize is not a multiple of 8",
            Self::CommandTooLarge => "cmdsize reaches past sizeofcmds",
            Self::BadCommandSize => "cmdsize is not the size of this command",
            Self::NsectsTooLarge => "nsects sections do not fit in cmdsize",
            Self::CountTooLarge => "count too large",
            Self::FileSizeTooLarge => "filesize is larger than vmsize",
            Self::AddressOverflow => "vmaddr plus vmsize overflows",
            Self::StringOutOfBounds => "string offset out of bounds",
            Self::StringUnterminated => "string is not terminated",
            Self::BadThreadCount => "thread state count does not match its flavor",
            Self::IndexOutOfBounds => "index out of bounds",
            Self::UlebTruncated => "ULEB128 is truncated",
            Self::UlebOverflow => "ULEB128 exceeds 64 bits",
            Self::UnknownFormat => "unknown format",
            Self::Cycle => "cycle",
            Self::TooDeep => "nested too deeply",
            Self::BadAlignment => "bad alignment",
            Self::Overlap => "overlaps another range",
            Self::SegmentOffsetMismatch => "segment_offset does not lead to the segment",
            Self::ChainLeavesPage => "chain leaves its page",
            Self::SlotOutsideSegment => "slot outside its segment's bytes",
            Self::TooMuchWork => "more look-ups than the file's size allows",
            Self::HeaderNotMapped => "no segment maps the header",
            Self::OffsetNotMapped => "file offset is not in the mapped __LINKEDIT",
            Self::FixupsApplied => "fixups have been applied, their slots hold addresses",
            Self::SectionOutsideSegment => "section outside its segment",
            Self::Duplicate => "a second one of a kind that is there once",
            Self::CommandMissing => "a load command that it needs is missing",
            Self::CommandMisplaced => "command does not belong in a file of this type",
            Self::CpuTypeMismatch => "cputype is not the one of the slice's header",
        }
    }
}

/// Why, where in the specification, and at which byte.
///
/// 16 bytes and `Copy`: it can be returned from the innermost loop, stored and compared.
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

    /// Why the structure was refused.
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The structure that was refused.
    pub const fn structure(self) -> Structure {
        self.structure
    }

    /// Where the damage lies, from the start of the outermost file: the structure that is refused,
    /// or the field that points where it must not. Never past the end of the file, but for a parse
    /// that was itself asked to start there.
    pub const fn offset(self) -> FileOffset {
        FileOffset::new(self.offset)
    }

    /// The same error, for a buffer that itself starts at `base` of a larger file.
    #[must_use]
    pub const fn rebased(self, base: FileOffset) -> Self {
        Self {
            offset: self.offset.saturating_add(base.get()),
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.structure.name())?;
        f.write_str(": ")?;
        f.write_str(self.kind.reason())?;
        write!(f, " at file offset {:#x}", self.offset)
    }
}

impl core::error::Error for Error {}
