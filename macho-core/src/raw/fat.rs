//! Fat files (`mach-o/fat.h`): big-endian on every machine.
use zerocopy::byteorder::big_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// `FAT_MAGIC`: [`FatArch`] follow.
pub const FAT_MAGIC: u32 = 0xcafe_babe;
/// `FAT_MAGIC_64`: [`FatArch64`] follow.
pub const FAT_MAGIC_64: u32 = 0xcafe_babf;

/// `struct fat_header` (`mach-o/fat.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FatHeader {
    /// [`FAT_MAGIC`] or [`FAT_MAGIC_64`].
    pub magic: U32,
    /// Number of slices.
    pub nfat_arch: U32,
}

/// `struct fat_arch` (`mach-o/fat.h`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FatArch {
    /// A [`CpuType`](super::header::CpuType).
    pub cputype: U32,
    /// A [`CpuSubtype`](super::header::CpuSubtype) with capability bits on top.
    pub cpusubtype: U32,
    /// Offset of the slice.
    pub offset: U32,
    /// Bytes of the slice.
    pub size: U32,
    /// Alignment of the slice as a power of two.
    pub align: U32,
}

/// `struct fat_arch_64` (`mach-o/fat.h` of Xcode).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct FatArch64 {
    /// A [`CpuType`](super::header::CpuType).
    pub cputype: U32,
    /// A [`CpuSubtype`](super::header::CpuSubtype) with capability bits on top.
    pub cpusubtype: U32,
    /// Offset of the slice.
    pub offset: U64,
    /// Bytes of the slice.
    pub size: U64,
    /// Alignment of the slice as a power of two.
    pub align: U32,
    /// Not used.
    pub reserved: U32,
}
