//! Names and buffers between Python and the libraries.
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes};

use crate::data::Data;

/// A name of a file as text: bytes that are not UTF-8 become `\xNN`.
pub(crate) fn name(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let digits = format!("\\x{byte:02x}");
            text.push_str(&digits);
        }
    }
    text
}

/// The bytes of a buffer: those of a `bytes` object as they are, those of any other copied, because
/// it may change.
pub(crate) fn data(object: &Bound<'_, PyAny>) -> PyResult<Data> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Data::Python(PyBackedBytes::from(bytes.clone())));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Ok(Data::Python(PyBackedBytes::from(bytes.clone())));
    }
    let Ok(buffer) = PyBuffer::<u8>::get(object) else {
        let what = object.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a bytes-like object is required, not '{what}'"
        )));
    };
    Ok(Data::Owned(buffer.to_vec(object.py())?.into_boxed_slice()))
}

/// `text` in quotation marks, with escapes: for messages.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", name(text.as_bytes()))
}
