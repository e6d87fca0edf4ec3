//! `segment_command_64` and `section_64` (`mach-o/loader.h`).
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

/// `struct segment_command_64` (`mach-o/loader.h`), followed by `nsects` [`Section64`].
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SegmentCommand64 {
    /// `LC_SEGMENT_64`.
    pub cmd: U32,
    /// Bytes of this structure and its sections.
    pub cmdsize: U32,
    /// Name, padded with NUL; a name of 16 bytes has none.
    pub segname: [u8; 16],
    /// Unslid address of the segment in memory.
    pub vmaddr: U64,
    /// Bytes of the segment in memory.
    pub vmsize: U64,
    /// Offset of the segment's bytes: in a nested image from the start of the collection.
    pub fileoff: U64,
    /// Bytes that come from the file; the rest of `vmsize` is zero.
    pub filesize: U64,
    /// Most that [`VmProt`] may become.
    pub maxprot: U32,
    /// [`VmProt`] at load.
    pub initprot: U32,
    /// Number of sections that follow.
    pub nsects: U32,
    /// [`SegmentFlags`].
    pub flags: U32,
}

/// `struct segment_command` (`mach-o/loader.h`): the 32-bit form, only ever kept raw here.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SegmentCommand {
    /// `LC_SEGMENT`.
    pub cmd: U32,
    /// Bytes of this structure and its sections.
    pub cmdsize: U32,
    /// Name, padded with NUL.
    pub segname: [u8; 16],
    /// Unslid address of the segment in memory.
    pub vmaddr: U32,
    /// Bytes of the segment in memory.
    pub vmsize: U32,
    /// Offset of the segment's bytes.
    pub fileoff: U32,
    /// Bytes that come from the file.
    pub filesize: U32,
    /// Most that [`VmProt`] may become.
    pub maxprot: U32,
    /// [`VmProt`] at load.
    pub initprot: U32,
    /// Number of sections that follow.
    pub nsects: U32,
    /// [`SegmentFlags`].
    pub flags: U32,
}

/// `struct section_64` (`mach-o/loader.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Section64 {
    /// Name, padded with NUL; a name of 16 bytes has none.
    pub sectname: [u8; 16],
    /// Name of the segment it is in, padded with NUL.
    pub segname: [u8; 16],
    /// Unslid address of the section in memory.
    pub addr: U64,
    /// Bytes of the section in memory, and in the file but for zero-fill sections.
    pub size: U64,
    /// Offset of the section's bytes, counted as `fileoff` of its segment.
    pub offset: U32,
    /// Alignment as a power of two.
    pub align: U32,
    /// Offset of the relocation entries.
    pub reloff: U32,
    /// Number of relocation entries.
    pub nreloc: U32,
    /// [`SectionType`] in the low 8 bits, [`SectionAttributes`] above.
    pub flags: U32,
    /// First indirect symbol of stub and pointer sections.
    pub reserved1: U32,
    /// Bytes of one stub of stub sections.
    pub reserved2: U32,
    /// Not used.
    pub reserved3: U32,
}

bit_flags! {
    /// `flags` of [`SegmentCommand64`].
    pub struct SegmentFlags: u32 {
        SG_HIGHVM = 0x1;
        SG_FVMLIB = 0x2;
        SG_NORELOC = 0x4;
        SG_PROTECTED_VERSION_1 = 0x8;
        SG_READ_ONLY = 0x10;
    }
}

bit_flags! {
    /// `vm_prot_t` (`mach/vm_prot.h`).
    pub struct VmProt: u32 {
        VM_PROT_READ = 0x1;
        VM_PROT_WRITE = 0x2;
        VM_PROT_EXECUTE = 0x4;
    }
}

open_enum! {
    /// `SECTION_TYPE` bits of a section's `flags`.
    pub struct SectionType(u8);
    S_REGULAR = 0x0;
    S_ZEROFILL = 0x1;
    S_CSTRING_LITERALS = 0x2;
    S_4BYTE_LITERALS = 0x3;
    S_8BYTE_LITERALS = 0x4;
    S_LITERAL_POINTERS = 0x5;
    S_NON_LAZY_SYMBOL_POINTERS = 0x6;
    S_LAZY_SYMBOL_POINTERS = 0x7;
    S_SYMBOL_STUBS = 0x8;
    S_MOD_INIT_FUNC_POINTERS = 0x9;
    S_MOD_TERM_FUNC_POINTERS = 0xa;
    S_COALESCED = 0xb;
    S_GB_ZEROFILL = 0xc;
    S_INTERPOSING = 0xd;
    S_16BYTE_LITERALS = 0xe;
    S_DTRACE_DOF = 0xf;
    S_LAZY_DYLIB_SYMBOL_POINTERS = 0x10;
    S_THREAD_LOCAL_REGULAR = 0x11;
    S_THREAD_LOCAL_ZEROFILL = 0x12;
    S_THREAD_LOCAL_VARIABLES = 0x13;
    S_THREAD_LOCAL_VARIABLE_POINTERS = 0x14;
    S_THREAD_LOCAL_INIT_FUNCTION_POINTERS = 0x15;
    S_INIT_FUNC_OFFSETS = 0x16;
}

impl SectionType {
    /// Whether no byte of the file backs a section of this type.
    pub const fn is_zero_fill(self) -> bool {
        matches!(
            self,
            Self::S_ZEROFILL | Self::S_GB_ZEROFILL | Self::S_THREAD_LOCAL_ZEROFILL
        )
    }
}

bit_flags! {
    /// `SECTION_ATTRIBUTES` bits of a section's `flags`.
    pub struct SectionAttributes: u32 {
        S_ATTR_PURE_INSTRUCTIONS = 0x8000_0000;
        S_ATTR_NO_TOC = 0x4000_0000;
        S_ATTR_STRIP_STATIC_SYMS = 0x2000_0000;
        S_ATTR_NO_DEAD_STRIP = 0x1000_0000;
        S_ATTR_LIVE_SUPPORT = 0x0800_0000;
        S_ATTR_SELF_MODIFYING_CODE = 0x0400_0000;
        S_ATTR_DEBUG = 0x0200_0000;
        S_ATTR_SOME_INSTRUCTIONS = 0x0000_0400;
        S_ATTR_EXT_RELOC = 0x0000_0200;
        S_ATTR_LOC_RELOC = 0x0000_0100;
    }
}
