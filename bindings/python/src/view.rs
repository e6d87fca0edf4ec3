//! Views: `memoryview` of a file's bytes without a copy, headers and load commands.
use std::ffi::{c_int, c_void};
use std::sync::Arc;

use macho_core::{FileOffset, MachO};
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

use crate::owned::Opened;

/// Some of a file's bytes, which `memoryview` shows without a copy. They are read-only.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct View {
    owner: Arc<Opened>,
    offset: FileOffset,
    size: u64,
}

impl View {
    /// A memoryview of `size` bytes from a file offset on; of none if the file has not so many.
    pub(crate) fn memory<'py>(
        py: Python<'py>,
        owner: &Arc<Opened>,
        offset: FileOffset,
        size: u64,
    ) -> PyResult<Bound<'py, PyMemoryView>> {
        let view = Self {
            owner: Arc::clone(owner),
            offset,
            size,
        };
        PyMemoryView::from(Bound::new(py, view)?.as_any())
    }
}

#[pymethods]
impl View {
    fn __len__(&self) -> usize {
        self.bytes().len()
    }

    /// Python's buffer protocol.
    ///
    /// # Safety
    /// `buffer` is what CPython hands over: null, or a buffer to fill.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        buffer: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if buffer.is_null() {
            return Err(PyBufferError::new_err("no buffer to fill"));
        }
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("the bytes are read-only"));
        }
        let bytes = slf.get().bytes();
        let len = ffi::Py_ssize_t::try_from(bytes.len())
            .map_err(|_| PyBufferError::new_err("too large"))?;
        let data = bytes.as_ptr().cast_mut().cast::<c_void>();
        // SAFETY: the bytes live as long as the object, which the buffer keeps a reference to, and
        // nobody writes to a read-only buffer.
        let status = unsafe { ffi::PyBuffer_FillInfo(buffer, slf.as_ptr(), data, len, 1, flags) };
        if status == 0 {
            Ok(())
        } else {
            Err(PyErr::fetch(slf.py()))
        }
    }
}

impl View {
    fn bytes(&self) -> &[u8] {
        let image = self.owner.image();
        image.slice(self.offset, self.size).unwrap_or_default()
    }
}

/// A load command.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct LoadCommand {
    /// The number, such as 0x19.
    #[pyo3(get)]
    kind: u32,
    /// Apple's name, such as "LC_SEGMENT_64"; None of an unknown one.
    #[pyo3(get)]
    name: Option<String>,
    /// Where it lies, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
    bytes: Vec<u8>,
}

#[pymethods]
impl LoadCommand {
    /// All of its bytes, `cmd` and `cmdsize` too.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.bytes)
    }

    fn __repr__(&self) -> String {
        let name = self.name.as_deref().unwrap_or("unknown");
        format!("<LoadCommand {name} {:#x}>", self.kind)
    }
}

/// The load commands of an image, in the order of the file.
pub(crate) fn load_commands(image: &MachO<'_>) -> Vec<LoadCommand> {
    let commands = image.load_commands();
    commands
        .map(|command| LoadCommand {
            kind: command.kind().0,
            name: command.kind().name().map(str::to_owned),
            file_offset: command.file_offset().get(),
            bytes: command.bytes().to_vec(),
        })
        .collect()
}

/// The header of an image.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Header {
    /// The processor family: 0x100000c of arm64.
    #[pyo3(get)]
    cputype: u32,
    /// The processor, capability bits included: 2 of arm64e.
    #[pyo3(get)]
    cpusubtype: u32,
    /// What kind of image it is: 12 of a fileset.
    #[pyo3(get)]
    filetype: u32,
    /// Number of load commands.
    #[pyo3(get)]
    ncmds: u32,
    /// Bytes of all load commands together.
    #[pyo3(get)]
    sizeofcmds: u32,
    /// Flags.
    #[pyo3(get)]
    flags: u32,
}

impl Header {
    pub(crate) fn new(image: &MachO<'_>) -> Self {
        let header = image.header();
        Self {
            cputype: header.cputype.0,
            cpusubtype: header.cpusubtype.0 | header.capabilities,
            filetype: header.filetype.0,
            ncmds: header.ncmds,
            sizeofcmds: header.sizeofcmds,
            flags: header.flags.bits(),
        }
    }
}

#[pymethods]
impl Header {
    fn __repr__(&self) -> String {
        format!(
            "<Header cputype={:#x} filetype={} ncmds={}>",
            self.cputype, self.filetype, self.ncmds
        )
    }
}
