//! `Symbol`, and the iterator over symbols.
use pyo3::prelude::*;

use crate::owned::Walk;
use crate::text;

/// A symbol of an image.
#[pyclass(frozen, eq, hash, module = "kernelcache")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Symbol {
    /// The name as it stands in the file, with its underscore.
    #[pyo3(get)]
    name: String,
    /// Its value: of a defined symbol the unslid address.
    #[pyo3(get)]
    address: u64,
    /// "undefined", "absolute", "section", "indirect" or "prebound".
    #[pyo3(get)]
    kind: &'static str,
    /// Whether other images may refer to it.
    #[pyo3(get)]
    external: bool,
    /// The id of its image; None of the outer one.
    #[pyo3(get)]
    image: Option<String>,
}

impl Symbol {
    pub(crate) fn new(symbol: &macho_core::Symbol<'_>, image: Option<String>) -> Self {
        let name = symbol.name();
        Self {
            name: name.map_or_else(|_| String::new(), |name| text::name(name.as_bytes())),
            address: symbol.value(),
            kind: kind(symbol.kind()),
            external: symbol.is_external(),
            image,
        }
    }
}

fn kind(kind: macho_core::SymbolType) -> &'static str {
    use macho_core::SymbolType;
    match kind {
        SymbolType::N_UNDF => "undefined",
        SymbolType::N_ABS => "absolute",
        SymbolType::N_SECT => "section",
        SymbolType::N_INDR => "indirect",
        SymbolType::N_PBUD => "prebound",
        _ => "unknown",
    }
}

#[pymethods]
impl Symbol {
    fn __repr__(&self) -> String {
        format!("<Symbol {} {:#x} {}>", self.name, self.address, self.kind)
    }
}

/// A C++ or Rust name without its mangling; as it is if it has none.
#[pyfunction]
pub(crate) fn demangle(name: &str) -> String {
    // Mach-O puts an underscore before every name.
    let plain = name.strip_prefix('_').unwrap_or(name);
    if let Ok(rust) = rustc_demangle::try_demangle(plain) {
        return format!("{rust:#}");
    }
    if plain.starts_with("_Z") {
        let symbol = cpp_demangle::Symbol::new(plain).ok();
        if let Some(text) = symbol.and_then(|symbol| symbol.demangle().ok()) {
            return text;
        }
    }
    name.to_owned()
}

/// An iterator of [`Symbol`].
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Symbols(pub(crate) Walk<Symbol>);

#[pymethods]
impl Symbols {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__(&self) -> Option<Symbol> {
        self.0.next()
    }
}
