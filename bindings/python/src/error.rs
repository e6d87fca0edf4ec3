//! From the libraries' errors to Python's.
use std::fmt;

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    kernelcache,
    KernelcacheError,
    PyValueError,
    "The input is damaged, or not what was asked for.\n\n\
     `kind` names what is wrong (str), `structure` the structure it is wrong in (str or None), and\n\
     `offset` is the byte of the outermost file, payload or line of assembly where (int or None)."
);

/// What a [`KernelcacheError`] says.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    kind: String,
    structure: Option<String>,
    offset: Option<u64>,
}

impl Failure {
    /// A refusal that no structure of a file is to blame for.
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: kind.to_owned(),
            structure: None,
            offset: None,
        }
    }
}

impl Failure {
    /// The same, said of a line of text.
    pub(crate) fn of(self, line: &str) -> Self {
        Self {
            message: format!("{}: {}", crate::text::quoted(line), self.message),
            ..self
        }
    }
}

/// The name of a variant, without what it holds.
fn variant(kind: &impl fmt::Debug) -> String {
    let text = format!("{kind:?}");
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    text[..end].to_owned()
}

impl From<macho_core::Error> for Failure {
    fn from(error: macho_core::Error) -> Self {
        Self {
            message: error.to_string(),
            kind: variant(&error.kind()),
            structure: Some(error.structure().name().to_owned()),
            offset: Some(error.offset().get()),
        }
    }
}

impl From<kc_offsets::Error> for Failure {
    fn from(error: kc_offsets::Error) -> Self {
        let kind = match error.kind() {
            kc_offsets::ErrorKind::MachO(kind) => variant(&kind),
            kind => variant(&kind),
        };
        Self {
            message: error.to_string(),
            kind,
            structure: Some(error.structure().name().to_owned()),
            offset: error.offset().map(macho_core::FileOffset::get),
        }
    }
}

impl From<img4::Error> for Failure {
    fn from(error: img4::Error) -> Self {
        Self {
            message: error.to_string(),
            kind: variant(&error.kind()),
            structure: Some(error.structure().name().to_owned()),
            offset: Some(error.offset()),
        }
    }
}

impl From<aarch64_decode::AsmError> for Failure {
    fn from(error: aarch64_decode::AsmError) -> Self {
        Self {
            message: error.to_string(),
            kind: variant(&error.kind()),
            structure: None,
            offset: Some(u64::from(error.column())),
        }
    }
}

impl From<kc_offsets::code::PatchError> for Failure {
    fn from(error: kc_offsets::code::PatchError) -> Self {
        Self::new(&variant(&error.kind()), error.to_string())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| {
            let error = KernelcacheError::new_err(failure.message);
            let value = error.value(py);
            let set = value
                .setattr("kind", failure.kind)
                .and_then(|()| value.setattr("structure", failure.structure))
                .and_then(|()| value.setattr("offset", failure.offset));
            set.err().unwrap_or(error)
        })
    }
}
