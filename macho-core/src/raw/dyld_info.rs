//! The opcodes of `LC_DYLD_INFO` (`mach-o/loader.h`): the high half of a byte is the opcode, the low
//! half its immediate; some have ULEB128 numbers or a C string behind them.

use crate::open_enum::open_enum;

/// The immediate of an opcode.
pub const IMMEDIATE_MASK: u8 = 0x0f;

open_enum! {
    /// `REBASE_OPCODE_*`.
    pub struct RebaseOpcode(u8);
    REBASE_OPCODE_DONE = 0x00;
    REBASE_OPCODE_SET_TYPE_IMM = 0x10;
    REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x20;
    REBASE_OPCODE_ADD_ADDR_ULEB = 0x30;
    REBASE_OPCODE_ADD_ADDR_IMM_SCALED = 0x40;
    REBASE_OPCODE_DO_REBASE_IMM_TIMES = 0x50;
    REBASE_OPCODE_DO_REBASE_ULEB_TIMES = 0x60;
    REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB = 0x70;
    REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB = 0x80;
}

open_enum! {
    /// `BIND_OPCODE_*`.
    pub struct BindOpcode(u8);
    BIND_OPCODE_DONE = 0x00;
    BIND_OPCODE_SET_DYLIB_ORDINAL_IMM = 0x10;
    BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB = 0x20;
    BIND_OPCODE_SET_DYLIB_SPECIAL_IMM = 0x30;
    BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM = 0x40;
    BIND_OPCODE_SET_TYPE_IMM = 0x50;
    BIND_OPCODE_SET_ADDEND_SLEB = 0x60;
    BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x70;
    BIND_OPCODE_ADD_ADDR_ULEB = 0x80;
    BIND_OPCODE_DO_BIND = 0x90;
    BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB = 0xa0;
    BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED = 0xb0;
    BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB = 0xc0;
    BIND_OPCODE_THREADED = 0xd0;
}

/// `REBASE_TYPE_POINTER` and `BIND_TYPE_POINTER`, the one type of 64-bit images.
pub const TYPE_POINTER: u8 = 1;
/// `BIND_SYMBOL_FLAGS_WEAK_IMPORT`: the symbol may be missing.
pub const BIND_SYMBOL_FLAGS_WEAK_IMPORT: u8 = 0x1;
/// `BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB`: binds that follow are targets of threads.
pub const BIND_SUBOPCODE_THREADED_SET_BIND_ORDINAL_TABLE_SIZE_ULEB: u8 = 0x00;
/// `BIND_SUBOPCODE_THREADED_APPLY`: a thread of slots starts here.
pub const BIND_SUBOPCODE_THREADED_APPLY: u8 = 0x01;
/// `BIND_SPECIAL_DYLIB_WEAK_LOOKUP`: the library ordinal of weak binds.
pub const BIND_SPECIAL_DYLIB_WEAK_LOOKUP: i32 = -3;
