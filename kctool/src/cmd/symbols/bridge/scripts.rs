//! Scripts in Python that give names to addresses.
//!
//! Each starts with a function that names one address, by calls of the tool's documented interface,
//! and goes on with a call of it for each symbol. The names were escaped for terminals before.
use std::fmt;
use std::io::{self, Write as _};

/// The start of a script.
macro_rules! script {
    ($how:literal, $imports:literal, $body:literal) => {
        concat!(
            "# Names of kc symbols: ",
            $how,
            "\n",
            $imports,
            "\n# Run-time address minus vmaddr, if the database is not at the file's addresses.\n",
            "SLIDE = 0\n\n\ndef name(address, text, is_function):\n    place = address + SLIDE\n",
            $body,
            "\n"
        )
    };
}

/// IDA's Python: `ida_funcs.get_func`, `add_func`, `ida_name.set_name`.
pub(super) const IDA: &str = script!(
    "for IDA, File > Script file.",
    "import ida_funcs\nimport ida_name\n",
    "    \
    if is_function and ida_funcs.get_func(place) is None:
        ida_funcs.add_func(place)
    flags = ida_name.SN_NOCHECK | ida_name.SN_NOWARN | ida_name.SN_FORCE
    ida_name.set_name(place, text, flags)
"
);

/// Ghidra's `FlatProgramAPI`: `toAddr`, `getFunctionAt`, `createFunction`, `createLabel`. The
/// address is text: as a number it would not fit into Java's long. Names have no blanks there.
pub(super) const GHIDRA: &str = script!(
    "for Ghidra, Window > Script Manager.",
    "from ghidra.program.model.symbol import SourceType\n",
    "    \
    place = toAddr(\"%x\" % place)
    text = text.replace(\" \", \"_\")
    if is_function and getFunctionAt(place) is None:
        createFunction(place, text)
    createLabel(place, text, True, SourceType.IMPORTED)
"
);

/// Binary Ninja's `BinaryView`: `get_function_at`, `create_user_function`, `define_user_symbol`.
pub(super) const BINJA: &str = script!(
    "for Binary Ninja, File > Run Script.",
    "from binaryninja import Symbol, SymbolType\n",
    "    \
    if is_function and bv.get_function_at(place) is None:
        bv.create_user_function(place)
    kind = SymbolType.FunctionSymbol if is_function else SymbolType.DataSymbol
    bv.define_user_symbol(Symbol(kind, place, text))
"
);

/// A name as a literal of Python, in ASCII. The `u` is for Python 2, which Ghidra's Jython is.
struct Literal<'n>(&'n str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("u\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                ' '..='~' => write!(f, "{character}")?,
                other => write!(f, "\\U{:08x}", u32::from(other))?,
            }
        }
        f.write_str("\"")
    }
}

/// A call of the function that names one address.
pub(super) fn call(
    out: &mut Vec<u8>,
    is_first: bool,
    vmaddr: u64,
    name: &str,
    is_function: bool,
) -> io::Result<()> {
    if is_first {
        out.push(b'\n');
    }
    let truth = if is_function { "True" } else { "False" };
    writeln!(out, "name({vmaddr:#x}, {}, {truth})", Literal(name))
}

#[cfg(test)]
mod tests {
    use super::Literal;

    #[test]
    fn names_stay_in_their_literal() {
        let text = Literal("a\"\\\n\u{e9}\u{1f980}").to_string();
        assert_eq!(text, "u\"a\\\"\\\\\\U0000000a\\U000000e9\\U0001f980\"");
    }
}
