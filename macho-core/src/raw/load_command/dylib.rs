//! Load commands about libraries (`mach-o/loader.h`): dylibs and what came before them, the dynamic linker, prebinding.
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::bit_flags;

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
    /// A [`LoadCommandKind`](super::LoadCommandKind) of this structure.
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
