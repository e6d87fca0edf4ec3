//! `nlist_64` (`mach-o/nlist.h`), stabs (`mach-o/stab.h`) and the indirect symbol table.
use zerocopy::byteorder::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

/// `struct nlist_64` (`mach-o/nlist.h`): one symbol.
///
/// ```text
/// n_type  7..5 N_STAB   4 N_PEXT   3..1 N_TYPE   0 N_EXT
/// ```
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Nlist64 {
    /// Offset of the name in the string table; 0 is no name.
    pub n_strx: U32,
    /// The bits of the ruler above; with any of `N_STAB` set, a whole [`StabKind`].
    pub n_type: u8,
    /// Section number from 1, or 0 (`NO_SECT`).
    pub n_sect: u8,
    /// [`SymbolDesc`] and, on top, the library ordinal of an undefined symbol.
    pub n_desc: U16,
    /// Unslid address, or size of a common symbol, or what the stab says.
    pub n_value: U64,
}

/// `N_STAB`: any of these bits makes the symbol a stab.
pub const N_STAB: u8 = 0xe0;
/// `N_PEXT`: private external.
pub const N_PEXT: u8 = 0x10;
/// `N_TYPE`: mask of the [`SymbolType`].
pub const N_TYPE: u8 = 0x0e;
/// `N_EXT`: external.
pub const N_EXT: u8 = 0x01;

open_enum! {
    /// `N_TYPE` bits of `n_type`.
    pub struct SymbolType(u8);
    N_UNDF = 0x0;
    N_ABS = 0x2;
    N_INDR = 0xa;
    N_PBUD = 0xc;
    N_SECT = 0xe;
}

open_enum! {
    /// `n_type` of a stab.
    pub struct StabKind(u8);
    N_GSYM = 0x20;
    N_FNAME = 0x22;
    N_FUN = 0x24;
    N_STSYM = 0x26;
    N_LCSYM = 0x28;
    N_BNSYM = 0x2e;
    N_PC = 0x30;
    N_AST = 0x32;
    N_OPT = 0x3c;
    N_RSYM = 0x40;
    N_SLINE = 0x44;
    N_ENSYM = 0x4e;
    N_SSYM = 0x60;
    N_SO = 0x64;
    N_OSO = 0x66;
    N_LIB = 0x68;
    N_LSYM = 0x80;
    N_BINCL = 0x82;
    N_SOL = 0x84;
    N_PARAMS = 0x86;
    N_VERSION = 0x88;
    N_OLEVEL = 0x8a;
    N_PSYM = 0xa0;
    N_EINCL = 0xa2;
    N_ENTRY = 0xa4;
    N_LBRAC = 0xc0;
    N_EXCL = 0xc2;
    N_RBRAC = 0xe0;
    N_BCOMM = 0xe2;
    N_ECOMM = 0xe4;
    N_ECOML = 0xe8;
    N_LENG = 0xfe;
}

open_enum! {
    /// `REFERENCE_TYPE` bits of an undefined symbol's `n_desc`.
    pub struct ReferenceType(u8);
    REFERENCE_FLAG_UNDEFINED_NON_LAZY = 0;
    REFERENCE_FLAG_UNDEFINED_LAZY = 1;
    REFERENCE_FLAG_DEFINED = 2;
    REFERENCE_FLAG_PRIVATE_DEFINED = 3;
    REFERENCE_FLAG_PRIVATE_UNDEFINED_NON_LAZY = 4;
    REFERENCE_FLAG_PRIVATE_UNDEFINED_LAZY = 5;
}

bit_flags! {
    /// Flag bits of `n_desc`. Bits 0 to 2 are the [`ReferenceType`]. In an undefined symbol of a
    /// two-level namespace bits 8 to 15 are the library ordinal, in a common symbol bits 8 to 11
    /// its alignment; `N_WEAK_DEF` there is `N_REF_TO_WEAK`.
    pub struct SymbolDesc: u16 {
        N_ARM_THUMB_DEF = 0x0008;
        REFERENCED_DYNAMICALLY = 0x0010;
        N_NO_DEAD_STRIP = 0x0020;
        N_WEAK_REF = 0x0040;
        N_WEAK_DEF = 0x0080;
        N_SYMBOL_RESOLVER = 0x0100;
        N_ALT_ENTRY = 0x0200;
        N_COLD_FUNC = 0x0400;
    }
}

/// `INDIRECT_SYMBOL_LOCAL`: the pointer is to a local symbol that has been stripped.
pub const INDIRECT_SYMBOL_LOCAL: u32 = 0x8000_0000;
/// `INDIRECT_SYMBOL_ABS`: the stripped symbol was absolute.
pub const INDIRECT_SYMBOL_ABS: u32 = 0x4000_0000;
