// Written by a64gen from spec/*.isa; do not edit. `cargo run -p a64gen` writes it again.
//! Names of values: system registers, barriers, operations.

/// First entry of each table, and the end of the last.
pub(crate) static STARTS: [u16; 1] = [
    0x0,
];

/// Values, sorted within a table.
pub(crate) static KEYS: [u16; 0] = [
];

/// Index into ENTRY_NAMES_AT.
pub(crate) static ENTRY_NAMES: [u16; 0] = [
];

/// Readable 1, writable 2, with register 4, without register 8.
pub(crate) static FLAGS: [u8; 0] = [
];

/// Start of each name, and the end of the last.
pub(crate) static ENTRY_NAMES_AT: [u16; 1] = [
    0x0,
];

/// The names, one behind the other.
pub(crate) static ENTRY_NAMES_TEXT: [u8; 16] = *b"\
................\
";

/// Numbers of the tables.
#[allow(dead_code, reason = "not every table is named by the code")]
pub(crate) mod table {
}
