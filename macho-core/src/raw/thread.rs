//! Thread states of `LC_UNIXTHREAD` and `LC_THREAD` (`mach/thread_status.h`,
//! `mach/arm/_structs.h`).
use zerocopy::byteorder::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::open_enum::open_enum;

/// What stands before each state in a `thread_command` (`mach-o/loader.h`): flavor and count,
/// then `count` words of 4 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct ThreadStateHeader {
    /// A [`ThreadFlavor`].
    pub flavor: U32,
    /// Size of the state in words of 4 bytes.
    pub count: U32,
}

/// `_STRUCT_ARM_THREAD_STATE64` (`mach/arm/_structs.h`): 272 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct ArmThreadState64 {
    /// x0 to x28.
    pub x: [U64; 29],
    /// Frame pointer, x29.
    pub fp: U64,
    /// Link register, x30.
    pub lr: U64,
    /// Stack pointer.
    pub sp: U64,
    /// Program counter.
    pub pc: U64,
    /// Current program status.
    pub cpsr: U32,
    /// Pointer-authentication flags (`pad` without authentication).
    pub flags: U32,
}

/// `ARM_THREAD_STATE64_COUNT`: words of 4 bytes in [`ArmThreadState64`].
pub const ARM_THREAD_STATE64_COUNT: u32 = 68;

open_enum! {
    /// `thread_state_flavor_t` of 64-bit ARM (`mach/arm/thread_status.h`).
    pub struct ThreadFlavor(u32);
    ARM_THREAD_STATE = 1;
    ARM_VFP_STATE = 2;
    ARM_EXCEPTION_STATE = 3;
    ARM_DEBUG_STATE = 4;
    THREAD_STATE_NONE = 5;
    ARM_THREAD_STATE64 = 6;
    ARM_EXCEPTION_STATE64 = 7;
    ARM_THREAD_STATE32 = 9;
    ARM_EXCEPTION_STATE64_V2 = 10;
    ARM_DEBUG_STATE32 = 14;
    ARM_DEBUG_STATE64 = 15;
    ARM_NEON_STATE = 16;
    ARM_NEON_STATE64 = 17;
    ARM_CPMU_STATE64 = 18;
    ARM_PAGEIN_STATE = 27;
}

impl ThreadFlavor {
    /// The name of the flavor on `x86_64`, whose numbers mean other states
    /// (`mach/i386/thread_status.h`).
    pub const fn x86_name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "x86_THREAD_STATE32",
            2 => "x86_FLOAT_STATE32",
            3 => "x86_EXCEPTION_STATE32",
            4 => "x86_THREAD_STATE64",
            5 => "x86_FLOAT_STATE64",
            6 => "x86_EXCEPTION_STATE64",
            7 => "x86_THREAD_STATE",
            8 => "x86_FLOAT_STATE",
            9 => "x86_EXCEPTION_STATE",
            10 => "x86_DEBUG_STATE32",
            11 => "x86_DEBUG_STATE64",
            12 => "x86_DEBUG_STATE",
            13 => "THREAD_STATE_NONE",
            16 => "x86_AVX_STATE32",
            17 => "x86_AVX_STATE64",
            18 => "x86_AVX_STATE",
            _ => return None,
        })
    }
}
