//! Chained fixups (`mach-o/fixup-chains.h`): what `LC_DYLD_CHAINED_FIXUPS` points at.
use zerocopy::byteorder::little_endian::{I32, I64, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::open_enum;

/// `struct dyld_chained_fixups_header` (`mach-o/fixup-chains.h`). Offsets count from here.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedFixupsHeader {
    /// 0.
    pub fixups_version: U32,
    /// Offset of [`DyldChainedStartsInImage`].
    pub starts_offset: U32,
    /// Offset of the imports.
    pub imports_offset: U32,
    /// Offset of the imports' names.
    pub symbols_offset: U32,
    /// Number of imports.
    pub imports_count: U32,
    /// An [`ImportsFormat`].
    pub imports_format: U32,
    /// 0 for plain names, 1 for names compressed by zlib.
    pub symbols_format: U32,
}

/// `struct dyld_chained_starts_in_image` (`mach-o/fixup-chains.h`), followed by `seg_count`
/// offsets, 0 for a segment without fixups. Offsets count from here.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedStartsInImage {
    /// Number of offsets that follow; may be smaller than the number of segments.
    pub seg_count: U32,
}

/// `struct dyld_chained_starts_in_segment` (`mach-o/fixup-chains.h`), followed by `page_count`
/// starts of 2 bytes, and after those by the starts of pages that have several.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedStartsInSegment {
    /// Bytes of this structure and its starts.
    pub size: U32,
    /// Bytes of a page: 0x1000 or 0x4000.
    pub page_size: U16,
    /// A [`PointerFormat`].
    pub pointer_format: U16,
    /// Offset of the segment in memory from the header. Wraps in an auxiliary collection, whose
    /// data lies below its header.
    pub segment_offset: U64,
    /// For 32-bit formats: larger values are no pointers.
    pub max_valid_pointer: U32,
    /// Number of pages.
    pub page_count: U16,
}

/// `struct dyld_chained_import` (`mach-o/fixup-chains.h`).
/// ```text
///  31            9 8            7            0
/// [name_offset:23 |weak_import:1|lib_ordinal:8]
/// ```
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedImport {
    /// The fields above.
    pub bits: U32,
}

/// `struct dyld_chained_import_addend` (`mach-o/fixup-chains.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedImportAddend {
    /// As in [`DyldChainedImport`].
    pub bits: U32,
    /// Bytes to add to the symbol's address.
    pub addend: I32,
}

/// `struct dyld_chained_import_addend64` (`mach-o/fixup-chains.h`).
/// ```text
///  63            32 31       17 16            15            0
/// [name_offset:32  |reserved:15|weak_import:1|lib_ordinal:16]
/// ```
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DyldChainedImportAddend64 {
    /// The fields above.
    pub bits: U64,
    /// Bytes to add to the symbol's address; `uint64_t` there, and a difference in fact.
    pub addend: I64,
}

/// `DYLD_CHAINED_PTR_START_NONE`: the start of a page without fixups.
pub const DYLD_CHAINED_PTR_START_NONE: u16 = 0xffff;
/// `DYLD_CHAINED_PTR_START_MULTI`: the rest of the start is an index of the page's own list.
pub const DYLD_CHAINED_PTR_START_MULTI: u16 = 0x8000;
/// `DYLD_CHAINED_PTR_START_LAST`: the last start of a page's own list.
pub const DYLD_CHAINED_PTR_START_LAST: u16 = 0x8000;

/// `DYLD_CHAINED_STARTS_USE_FILE_OFFSET`, `reserved1` of section `__chain_starts`: its starts are
/// file offsets.
pub const DYLD_CHAINED_STARTS_USE_FILE_OFFSET: u32 = 1;
/// `DYLD_CHAINED_STARTS_USE_VM_OFFSET`, `reserved1` of section `__chain_starts`: its starts count
/// in memory from the header.
pub const DYLD_CHAINED_STARTS_USE_VM_OFFSET: u32 = 2;

open_enum! {
    /// `pointer_format` of [`DyldChainedStartsInSegment`].
    pub struct PointerFormat(u16);
    DYLD_CHAINED_PTR_ARM64E = 1;
    DYLD_CHAINED_PTR_64 = 2;
    DYLD_CHAINED_PTR_32 = 3;
    DYLD_CHAINED_PTR_32_CACHE = 4;
    DYLD_CHAINED_PTR_32_FIRMWARE = 5;
    DYLD_CHAINED_PTR_64_OFFSET = 6;
    DYLD_CHAINED_PTR_ARM64E_KERNEL = 7;
    DYLD_CHAINED_PTR_64_KERNEL_CACHE = 8;
    DYLD_CHAINED_PTR_ARM64E_USERLAND = 9;
    DYLD_CHAINED_PTR_ARM64E_FIRMWARE = 10;
    DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE = 11;
    DYLD_CHAINED_PTR_ARM64E_USERLAND24 = 12;
    DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE = 13;
    DYLD_CHAINED_PTR_ARM64E_SEGMENTED = 14;
}

open_enum! {
    /// `imports_format` of [`DyldChainedFixupsHeader`].
    pub struct ImportsFormat(u32);
    DYLD_CHAINED_IMPORT = 1;
    DYLD_CHAINED_IMPORT_ADDEND = 2;
    DYLD_CHAINED_IMPORT_ADDEND64 = 3;
}
