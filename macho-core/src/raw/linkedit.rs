//! Tables in `__LINKEDIT`: data in code, the exports trie's flags, relocation entries
//! (`mach-o/loader.h`, `mach-o/reloc.h`).
use zerocopy::byteorder::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

/// `struct data_in_code_entry` (`mach-o/loader.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct DataInCodeEntry {
    /// Offset of the range from the image's header.
    pub offset: U32,
    /// Bytes of the range.
    pub length: U16,
    /// A [`DataInCodeKind`].
    pub kind: U16,
}

open_enum! {
    /// `kind` of [`DataInCodeEntry`].
    pub struct DataInCodeKind(u16);
    DICE_KIND_DATA = 1;
    DICE_KIND_JUMP_TABLE8 = 2;
    DICE_KIND_JUMP_TABLE16 = 3;
    DICE_KIND_JUMP_TABLE32 = 4;
    DICE_KIND_ABS_JUMP_TABLE32 = 5;
}

open_enum! {
    /// `EXPORT_SYMBOL_FLAGS_KIND_MASK` bits of an export's flags.
    pub struct ExportKind(u8);
    EXPORT_SYMBOL_FLAGS_KIND_REGULAR = 0;
    EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL = 1;
    EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE = 2;
}

bit_flags! {
    /// Flags of an export above its kind.
    pub struct ExportFlags: u64 {
        EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION = 0x04;
        EXPORT_SYMBOL_FLAGS_REEXPORT = 0x08;
        EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER = 0x10;
        EXPORT_SYMBOL_FLAGS_STATIC_RESOLVER = 0x20;
        EXPORT_SYMBOL_FLAGS_FUNCTION_VARIANT = 0x40;
    }
}

/// `struct relocation_info` (`mach-o/reloc.h`).
///
/// ```text
/// r_info  31..28 r_type   27 r_extern   26..25 r_length   24 r_pcrel   23..0 r_symbolnum
/// ```
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RelocationInfo {
    /// Offset in the section of what is relocated.
    pub r_address: U32,
    /// The bit fields of the ruler above.
    pub r_info: U32,
}
