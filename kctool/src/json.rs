//! JSON shapes: addresses and offsets are hexadecimal strings, because JSON's numbers are doubles
//! in most readers; counts and sizes are numbers.
//!
//! Strings have the escapes that text has (`printable`), and what is written is ASCII: any other
//! character that is printed as itself is a `\u` of JSON. So no document can drive a terminal.
use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::printable::Printable;

/// An address, an offset or a word of flags.
pub(crate) fn hex(value: impl Into<u64>) -> Value {
    Value::String(format!("{:#x}", value.into()))
}

/// An address or offset that may not exist.
pub(crate) fn hex_or_null(value: Option<u64>) -> Value {
    value.map_or(Value::Null, hex)
}

/// A name, escaped as in text.
pub(crate) fn text(name: macho_core::Name<'_>) -> Value {
    Value::String(plain(name))
}

/// A name as it is printed, in text and in JSON.
pub(crate) fn plain(name: macho_core::Name<'_>) -> String {
    Printable(name.as_bytes()).to_string()
}

/// A field's value as a line of text has it: sizes are hexadecimal, counts decimal.
pub(crate) fn shown(name: &str, value: &Value) -> String {
    let is_size = name.ends_with("size") || name.starts_with("sizeof");
    match (value, value.as_u64()) {
        (_, Some(size)) if is_size => format!("{size:#x}"),
        (Value::String(text), _) => text.clone(),
        (Value::Array(items), _) => {
            let items: Vec<String> = items.iter().map(|item| shown(name, item)).collect();
            items.join(" ")
        }
        (Value::Null, _) => "-".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// Appends a value in one line.
pub(crate) fn compact(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, Ascii(CompactFormatter));
    Ok(value.serialize(&mut serializer)?)
}

/// A row that is written field by field, for lists of a million rows.
pub(crate) struct Row<'o> {
    out: &'o mut Vec<u8>,
    gap: &'static [u8],
}

impl<'o> Row<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, gap: b"\"" }
    }

    /// Starts a field, whose name needs no escape.
    fn start(&mut self, name: &str) -> &mut Vec<u8> {
        self.out.extend_from_slice(self.gap);
        self.gap = b",\"";
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(crate) fn text(&mut self, name: &str, text: Option<&str>) -> io::Result<&mut Self> {
        let out = self.start(name);
        match text {
            None => out.extend_from_slice(b"null"),
            Some(text) if text.bytes().all(is_plain) => {
                out.push(b'"');
                out.extend_from_slice(text.as_bytes());
                out.push(b'"');
            }
            Some(text) => compact(out, &text.into())?,
        }
        Ok(self)
    }

    pub(crate) fn hex(&mut self, name: &str, value: Option<u64>) -> io::Result<&mut Self> {
        let out = self.start(name);
        match value {
            None => out.extend_from_slice(b"null"),
            Some(value) => write!(out, "\"{value:#x}\"")?,
        }
        Ok(self)
    }

    pub(crate) fn number(&mut self, name: &str, value: Option<u64>) -> io::Result<&mut Self> {
        let out = self.start(name);
        match value {
            None => out.extend_from_slice(b"null"),
            Some(value) => write!(out, "{value}")?,
        }
        Ok(self)
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) -> io::Result<&mut Self> {
        let out = self.start(name);
        write!(out, "{value}")?;
        Ok(self)
    }

    pub(crate) fn end(&mut self, damage: &Value) -> io::Result<()> {
        let out = self.start("damage");
        compact(out, damage)?;
        out.push(b'}');
        Ok(())
    }
}

/// Whether a byte stands for itself in a string of JSON.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~')
}

/// Appends a value in one line, with a newline.
pub(crate) fn line(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    compact(out, value)?;
    out.push(b'\n');
    Ok(())
}

/// Appends a value that is a field of a document, indented.
pub(crate) fn pretty(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    let indented = Indented(out);
    let mut serializer = Serializer::with_formatter(indented, Ascii(PrettyFormatter::new()));
    Ok(value.serialize(&mut serializer)?)
}

/// Puts two spaces more before each line. No string has a line break that is not escaped.
struct Indented<'o>(&'o mut Vec<u8>);

impl Write for Indented<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            self.0.push(byte);
            if byte == b'\n' {
                self.0.extend_from_slice(b"  ");
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes strings in ASCII, and all else as the formatter inside does.
struct Ascii<F>(F);

/// Passes the named calls on.
macro_rules! pass_on {
    ($($call:ident($($argument:ident: $kind:ty),*);)*) => {$(
        fn $call<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.0.$call(writer $(, $argument)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Ascii<F> {
    pass_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        for character in fragment.chars() {
            if character < '\u{7f}' {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{compact, pretty};

    #[test]
    fn rows_by_fields_are_rows() {
        let mut out = Vec::new();
        let mut row = super::Row::new(&mut out);
        row.text("a", Some("b\"\\é")).unwrap();
        row.text("c", Some("d")).unwrap().text("e", None).unwrap();
        row.hex("f", Some(16))
            .unwrap()
            .number("g", Some(7))
            .unwrap();
        row.end(&Value::Null).unwrap();
        let expected = json!({
            "a": "b\"\\é", "c": "d", "e": null, "f": "0x10", "g": 7, "damage": null,
        });
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
    }

    #[test]
    fn documents_are_ascii_and_mean_the_same() {
        let value = json!({ "é\u{202e}": ["\u{7f}\u{9b}\u{2028}", "🦀\n\"\\", null, {}, [], 1] });
        for write in [compact, pretty] {
            let mut out = Vec::new();
            write(&mut out, &value).unwrap();
            let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
            assert!(out.iter().all(is_plain), "{}", out.escape_ascii());
            assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), value);
        }
    }
}
