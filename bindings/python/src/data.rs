//! The bytes that everything borrows from.
use std::fs::File;
use std::ops::Deref;

use memmap2::Mmap;
use pyo3::pybacked::PyBackedBytes;

/// The bytes of one file. They never move and never change while the value lives.
pub(crate) enum Data {
    /// A `bytes` object of Python, not copied; or the copy of a `bytearray`.
    Python(PyBackedBytes),
    /// A mapped file.
    File(Mmap),
    /// What was decompressed, or copied from another buffer.
    Owned(Box<[u8]>),
}

impl Data {
    /// Maps a file. The operating system's rule holds: who shortens the file while it is mapped
    /// ends the process.
    pub(crate) fn map(file: &File) -> std::io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Ok(Self::Owned(Box::default()));
        }
        // SAFETY: the mapping is private and only read. Another process may still change the file;
        // no value is read twice where that would matter to memory safety, because all offsets are
        // checked against the slice's length, which stays.
        let map = unsafe { Mmap::map(file)? };
        Ok(Self::File(map))
    }
}

impl Deref for Data {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Python(bytes) => bytes,
            Self::File(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}
