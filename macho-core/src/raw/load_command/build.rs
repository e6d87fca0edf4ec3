//! Load commands about how an image was made (`mach-o/loader.h`): identity, versions, tools, notes.
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::open_enum;

/// `struct uuid_command` (`mach-o/loader.h`): the identity of the image.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct UuidCommand {
    /// `LC_UUID`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// The 128-bit UUID.
    pub uuid: [u8; 16],
}

/// `struct version_min_command` (`mach-o/loader.h`): the oldest system that the image runs on.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct VersionMinCommand {
    /// A [`LoadCommandKind`](super::LoadCommandKind) of this structure.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Oldest system version.
    pub version: U32,
    /// Version of the SDK.
    pub sdk: U32,
}

/// `struct build_version_command` (`mach-o/loader.h`): platform, oldest system and tools of the
/// build.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BuildVersionCommand {
    /// `LC_BUILD_VERSION`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// A [`Platform`].
    pub platform: U32,
    /// Oldest system version.
    pub minos: U32,
    /// Version of the SDK.
    pub sdk: U32,
    /// Number of [`BuildToolVersion`] that follow.
    pub ntools: U32,
}

/// `struct linker_option_command` (`mach-o/loader.h`): options for the linker, in object files.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct LinkerOptionCommand {
    /// `LC_LINKER_OPTION`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Number of strings that follow.
    pub count: U32,
}

/// `struct ident_command` (`mach-o/loader.h`): identification strings that follow (obsolete).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct IdentCommand {
    /// `LC_IDENT`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
}

/// `struct source_version_command` (`mach-o/loader.h`): the version of the sources.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct SourceVersionCommand {
    /// `LC_SOURCE_VERSION`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// A.B.C.D.E in 24, 10, 10, 10 and 10 bits.
    pub version: U64,
}

/// `struct note_command` (`mach-o/loader.h`): a range of bytes for a named owner.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct NoteCommand {
    /// `LC_NOTE`.
    pub cmd: U32,
    /// Bytes of this structure.
    pub cmdsize: U32,
    /// Name of the owner, padded with NUL.
    pub data_owner: [u8; 16],
    /// Offset of the bytes.
    pub offset: U64,
    /// Number of bytes.
    pub size: U64,
}

/// `struct target_triple_command` (`mach-o/loader.h`): the target triple of the compilation
/// (Xcode's header; the string as in `rpath_command`).
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct TargetTripleCommand {
    /// `LC_TARGET_TRIPLE`.
    pub cmd: U32,
    /// Bytes of this structure and what follows it.
    pub cmdsize: U32,
    /// Offset of the string from the start of the command.
    pub triple: U32,
}

/// `struct build_tool_version` (`mach-o/loader.h`): follows [`BuildVersionCommand`].
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BuildToolVersion {
    /// A [`Tool`].
    pub tool: U32,
    /// Version of the tool.
    pub version: U32,
}

open_enum! {
    /// `platform` of [`BuildVersionCommand`].
    pub struct Platform(u32);
    PLATFORM_UNKNOWN = 0;
    PLATFORM_MACOS = 1;
    PLATFORM_IOS = 2;
    PLATFORM_TVOS = 3;
    PLATFORM_WATCHOS = 4;
    PLATFORM_BRIDGEOS = 5;
    PLATFORM_MACCATALYST = 6;
    PLATFORM_IOSSIMULATOR = 7;
    PLATFORM_TVOSSIMULATOR = 8;
    PLATFORM_WATCHOSSIMULATOR = 9;
    PLATFORM_DRIVERKIT = 10;
    PLATFORM_VISIONOS = 11;
    PLATFORM_VISIONOSSIMULATOR = 12;
    PLATFORM_FIRMWARE = 13;
    PLATFORM_SEPOS = 14;
}

open_enum! {
    /// `tool` of [`BuildToolVersion`].
    pub struct Tool(u32);
    TOOL_CLANG = 1;
    TOOL_SWIFT = 2;
    TOOL_LD = 3;
    TOOL_LLD = 4;
    TOOL_METAL = 1024;
    TOOL_AIRLLD = 1025;
    TOOL_AIRNT = 1026;
    TOOL_AIRNT_PLUGIN = 1027;
    TOOL_AIRPACK = 1028;
    TOOL_GPUARCHIVER = 1031;
    TOOL_METAL_FRAMEWORK = 1032;
}
