//! JSON shapes: addresses and offsets are hexadecimal strings, because JSON's numbers are doubles
//! in most readers; counts and sizes are numbers.
use std::io::Write;

use serde_json::Value;

use crate::failure::Failure;

/// An address, an offset or a word of flags.
pub(crate) fn hex(value: impl Into<u64>) -> Value {
    Value::String(format!("{:#x}", value.into()))
}

/// An address or offset that may not exist.
pub(crate) fn hex_or_null(value: Option<u64>) -> Value {
    value.map_or(Value::Null, hex)
}

/// A name that need not be UTF-8.
pub(crate) fn text(name: macho_core::Name<'_>) -> Value {
    Value::String(plain(name))
}

/// A name as text: as it is where it is UTF-8, else with its bytes escaped.
pub(crate) fn plain(name: macho_core::Name<'_>) -> String {
    match name.as_str() {
        Some(text) => text.to_owned(),
        None => name.to_string(),
    }
}

/// Writes one document, indented, with a newline.
pub(crate) fn write(out: &mut dyn Write, value: &Value) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}
