//! From a path or bytes to a [`Kernelcache`].
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use macho_core::{CpuSubtype, CpuType, FatFile, FileOffset, MachO, Mode, Pointers, Slide};
use pyo3::prelude::*;

use crate::container;
use crate::data::Data;
use crate::error::Failure;
use crate::kernelcache::Kernelcache;
use crate::owned::Opened;
use crate::text;

/// The most bytes that a payload may have, unless the caller says another number.
const MAX_SIZE: u64 = 1 << 30;

/// The Mach-O in a file: of a fat file the slice that `arch` names, or the best arm64 one.
fn choose<'a>(file: &'a [u8], arch: Option<&str>, mode: Mode) -> Result<MachO<'a>, Failure> {
    if !FatFile::is_fat(file) {
        return Ok(MachO::parse_with(file, FileOffset::new(0), mode)?);
    }
    let fat = FatFile::parse(file)?;
    let slice = match arch {
        None => fat.arm64(),
        Some(arch) => fat.arches().find(|slice| {
            let name = match (slice.cputype(), slice.cpusubtype()) {
                (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64E) => "arm64e",
                (CpuType::CPU_TYPE_ARM64, _) => "arm64",
                (CpuType::CPU_TYPE_X86_64, _) => "x86_64",
                _ => return false,
            };
            name == arch
        }),
    };
    let wanted = arch.unwrap_or("arm64");
    let slice = slice.ok_or_else(|| {
        Failure::new(
            "NoSuchSlice",
            format!("the fat file has no slice for {wanted}"),
        )
    })?;
    Ok(slice.parse(mode)?)
}

struct Wanted {
    arch: Option<String>,
    max_size: u64,
    strict: bool,
}

fn opened(py: Python<'_>, data: Data, wanted: &Wanted) -> PyResult<Kernelcache> {
    let mode = if wanted.strict {
        Mode::Strict
    } else {
        Mode::Tolerant
    };
    let arch = wanted.arch.as_deref();
    let (opened, payload) = py.detach(|| -> Result<_, Failure> {
        let Some((payload, bytes, start)) = container::unwrap(&data, wanted.max_size)? else {
            let opened = Opened::new(Arc::new(data), |file| choose(file, arch, mode))?;
            return Ok((opened, None));
        };
        let (data, range) = match bytes {
            Some(bytes) => {
                let len = bytes.len();
                (Data::Owned(bytes.into_boxed_slice()), 0..len)
            }
            None => (data, start..start.saturating_add(payload.size())),
        };
        let opened = Opened::new(Arc::new(data), |file| {
            choose(file.get(range).unwrap_or_default(), arch, mode)
        })?;
        Ok((opened, Some(payload)))
    })?;
    Ok(Kernelcache {
        opened: Arc::new(opened),
        payload: payload.map(|payload| Py::new(py, payload)).transpose()?,
    })
}

/// Opens a file: a Mach-O, a fat file, an IMG4 or IM4P, or a compressed stream. The file is mapped,
/// not read: nobody may shorten it while the object lives.
///
/// `arch` chooses the slice of a fat file: "arm64e", "arm64" or "x86_64". `strict` refuses what the
/// format forbids even if it can be read. A payload above `max_size` bytes is refused.
#[pyfunction]
#[pyo3(signature = (path, *, arch = None, strict = false, max_size = MAX_SIZE))]
pub(crate) fn open(
    py: Python<'_>,
    path: PathBuf,
    arch: Option<String>,
    strict: bool,
    max_size: u64,
) -> PyResult<Kernelcache> {
    let data = Data::map(&File::open(&path)?)?;
    let wanted = Wanted {
        arch,
        max_size,
        strict,
    };
    opened(py, data, &wanted)
}

/// As `open`, of bytes in memory. A `bytes` object is used as it is; any other buffer is copied,
/// because it may change.
#[pyfunction]
#[pyo3(signature = (data, /, *, arch = None, strict = false, max_size = MAX_SIZE))]
pub(crate) fn parse(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    arch: Option<String>,
    strict: bool,
    max_size: u64,
) -> PyResult<Kernelcache> {
    let data = text::data(data)?;
    let wanted = Wanted {
        arch,
        max_size,
        strict,
    };
    opened(py, data, &wanted)
}

/// Opens memory into which a loader has put a kernelcache, such as a dump, with its header `header`
/// bytes after the start. `slide` is how far the pointers in it were moved; offsets that are
/// answered are offsets of the memory.
#[pyfunction]
#[pyo3(signature = (memory, /, *, header = 0, slide = 0, va_bits = 47, fixups_applied = true))]
pub(crate) fn parse_mapped(
    memory: &Bound<'_, PyAny>,
    header: u64,
    slide: u64,
    va_bits: u32,
    fixups_applied: bool,
) -> PyResult<Kernelcache> {
    let pointers = if fixups_applied {
        Pointers::Applied {
            slide: Slide::new(slide),
            va_bits,
        }
    } else {
        Pointers::Unapplied
    };
    let opened = Opened::new(Arc::new(text::data(memory)?), |memory| {
        MachO::parse_mapped(memory, FileOffset::new(header), pointers, Mode::Tolerant)
    });
    Ok(Kernelcache {
        opened: Arc::new(opened.map_err(Failure::from)?),
        payload: None,
    })
}
