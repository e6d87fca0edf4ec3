//! `mach_header_64` (`mach-o/loader.h`) and its constants (`mach/machine.h`).
use zerocopy::byteorder::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::{bit_flags, open_enum};

/// `MH_MAGIC_64`: a 64-bit Mach-O of this byte order.
pub const MH_MAGIC_64: u32 = 0xfeed_facf;
/// `MH_CIGAM_64`: a 64-bit Mach-O of the other byte order.
pub const MH_CIGAM_64: u32 = 0xcffa_edfe;
/// `MH_MAGIC`: a 32-bit Mach-O of this byte order.
pub const MH_MAGIC: u32 = 0xfeed_face;
/// `MH_CIGAM`: a 32-bit Mach-O of the other byte order.
pub const MH_CIGAM: u32 = 0xcefa_edfe;

/// `struct mach_header_64` (`mach-o/loader.h`): the first 32 bytes of an image.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct MachHeader64 {
    /// [`MH_MAGIC_64`].
    pub magic: U32,
    /// A [`CpuType`].
    pub cputype: U32,
    /// A [`CpuSubtype`] with capability bits on top.
    pub cpusubtype: U32,
    /// A [`FileType`].
    pub filetype: U32,
    /// Number of load commands.
    pub ncmds: U32,
    /// Bytes of all load commands together.
    pub sizeofcmds: U32,
    /// [`HeaderFlags`].
    pub flags: U32,
    /// Not used.
    pub reserved: U32,
}

open_enum! {
    /// `cpu_type_t` (`mach/machine.h`).
    pub struct CpuType(u32);
    CPU_TYPE_X86 = 7;
    CPU_TYPE_X86_64 = 0x0100_0007;
    CPU_TYPE_ARM = 12;
    CPU_TYPE_ARM64 = 0x0100_000c;
    CPU_TYPE_ARM64_32 = 0x0200_000c;
    CPU_TYPE_POWERPC = 18;
    CPU_TYPE_POWERPC64 = 0x0100_0012;
}

open_enum! {
    /// `cpu_subtype_t` of [`CpuType::CPU_TYPE_ARM64`] without its capability bits.
    pub struct CpuSubtype(u32);
    CPU_SUBTYPE_ARM64_ALL = 0;
    CPU_SUBTYPE_ARM64_V8 = 1;
    CPU_SUBTYPE_ARM64E = 2;
    CPU_SUBTYPE_ARM64_X1 = 3;
    CPU_SUBTYPE_ARM64E_X1 = 12;
}

impl CpuSubtype {
    /// `CPU_SUBTYPE_MASK`: the capability bits on top of a subtype.
    pub const CPU_SUBTYPE_MASK: u32 = 0xff00_0000;
    /// `CPU_SUBTYPE_ARM64_PTR_AUTH_MASK`: bits 24 to 27, the pointer-authentication ABI version.
    pub const CPU_SUBTYPE_ARM64_PTR_AUTH_MASK: u32 = 0x0f00_0000;
    /// `CPU_SUBTYPE_PTRAUTH_ABI`, bit 31: the version in bits 24 to 27 counts.
    pub const CPU_SUBTYPE_PTRAUTH_ABI: u32 = 0x8000_0000;
    /// Bit 30: the pointer-authentication ABI is the kernel's.
    pub const CPU_SUBTYPE_ARM64E_KERNEL_PTRAUTH_ABI: u32 = 0x4000_0000;
}

open_enum! {
    /// `filetype` of [`MachHeader64`].
    pub struct FileType(u32);
    MH_OBJECT = 0x1;
    MH_EXECUTE = 0x2;
    MH_FVMLIB = 0x3;
    MH_CORE = 0x4;
    MH_PRELOAD = 0x5;
    MH_DYLIB = 0x6;
    MH_DYLINKER = 0x7;
    MH_BUNDLE = 0x8;
    MH_DYLIB_STUB = 0x9;
    MH_DSYM = 0xa;
    MH_KEXT_BUNDLE = 0xb;
    MH_FILESET = 0xc;
    MH_GPU_EXECUTE = 0xd;
    MH_GPU_DYLIB = 0xe;
}

bit_flags! {
    /// `flags` of [`MachHeader64`].
    pub struct HeaderFlags: u32 {
        MH_NOUNDEFS = 0x1;
        MH_INCRLINK = 0x2;
        MH_DYLDLINK = 0x4;
        MH_BINDATLOAD = 0x8;
        MH_PREBOUND = 0x10;
        MH_SPLIT_SEGS = 0x20;
        MH_LAZY_INIT = 0x40;
        MH_TWOLEVEL = 0x80;
        MH_FORCE_FLAT = 0x100;
        MH_NOMULTIDEFS = 0x200;
        MH_NOFIXPREBINDING = 0x400;
        MH_PREBINDABLE = 0x800;
        MH_ALLMODSBOUND = 0x1000;
        MH_SUBSECTIONS_VIA_SYMBOLS = 0x2000;
        MH_CANONICAL = 0x4000;
        MH_WEAK_DEFINES = 0x8000;
        MH_BINDS_TO_WEAK = 0x1_0000;
        MH_ALLOW_STACK_EXECUTION = 0x2_0000;
        MH_ROOT_SAFE = 0x4_0000;
        MH_SETUID_SAFE = 0x8_0000;
        MH_NO_REEXPORTED_DYLIBS = 0x10_0000;
        MH_PIE = 0x20_0000;
        MH_DEAD_STRIPPABLE_DYLIB = 0x40_0000;
        MH_HAS_TLV_DESCRIPTORS = 0x80_0000;
        MH_NO_HEAP_EXECUTION = 0x100_0000;
        MH_APP_EXTENSION_SAFE = 0x200_0000;
        MH_NLIST_OUTOFSYNC_WITH_DYLDINFO = 0x400_0000;
        MH_SIM_SUPPORT = 0x800_0000;
        MH_IMPLICIT_PAGEZERO = 0x1000_0000;
        MH_DYLIB_IN_CACHE = 0x8000_0000;
    }
}
