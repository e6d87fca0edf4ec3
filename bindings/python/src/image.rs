//! `Image`, `Segment`, `Section`: one Mach-O and its parts.
use std::sync::Arc;

use macho_core::{MachO, VmProt};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

use crate::error::Failure;
use crate::owned::{Opened, Walk};
use crate::symbol::{Symbol, Symbols};
use crate::text;
use crate::view::{self, Header, LoadCommand, View};

/// `r-x` of a protection.
fn protection(prot: VmProt) -> String {
    let letters = [
        (VmProt::VM_PROT_READ, 'r'),
        (VmProt::VM_PROT_WRITE, 'w'),
        (VmProt::VM_PROT_EXECUTE, 'x'),
    ];
    let letters = letters.map(|(bit, letter)| if prot.contains(bit) { letter } else { '-' });
    letters.iter().collect()
}

/// A segment: a range of memory, and the bytes of the file for its start.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Segment {
    owner: Arc<Opened>,
    number: usize,
    /// The name, such as "__TEXT_EXEC".
    #[pyo3(get)]
    name: String,
    /// Unslid address of the first byte.
    #[pyo3(get)]
    address: u64,
    /// Bytes of memory.
    #[pyo3(get)]
    size: u64,
    /// Where its bytes start, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
    /// How many bytes the file has.
    #[pyo3(get)]
    file_size: u64,
    /// The protection at the start, as "r-x".
    #[pyo3(get)]
    protection: String,
    /// The most that the protection may become.
    #[pyo3(get)]
    max_protection: String,
}

#[pymethods]
impl Segment {
    /// The bytes that the file has, copied.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let segment = self.owner.image().segments().nth(self.number);
        PyBytes::new(py, segment.map_or(&[], |segment| segment.data()))
    }

    /// The bytes that the file has, without a copy.
    #[getter]
    fn view<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyMemoryView>> {
        let segment = self.owner.image().segments().nth(self.number);
        let (offset, size) = segment.map_or_else(Default::default, |segment| {
            (segment.file_offset(), segment.data_size())
        });
        View::memory(py, &self.owner, offset, size)
    }

    /// Its sections.
    #[getter]
    fn sections(&self) -> Vec<Section> {
        let segment = self.owner.image().segments().nth(self.number);
        let sections = segment.into_iter().flat_map(|segment| segment.sections());
        sections
            .map(|section| Section::new(&self.owner, &section))
            .collect()
    }

    fn __contains__(&self, address: u64) -> bool {
        address.wrapping_sub(self.address) < self.size
    }

    fn __repr__(&self) -> String {
        format!(
            "<Segment {} {:#x}..{:#x} {}>",
            self.name,
            self.address,
            u128::from(self.address) + u128::from(self.size),
            self.protection
        )
    }
}

/// A section of a segment.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Section {
    owner: Arc<Opened>,
    /// The name, such as "__text".
    #[pyo3(get)]
    name: String,
    /// The name of its segment.
    #[pyo3(get)]
    segment: String,
    /// Unslid address of the first byte.
    #[pyo3(get)]
    address: u64,
    /// Bytes of memory.
    #[pyo3(get)]
    size: u64,
    /// Where its bytes start; None if the file has none of them.
    #[pyo3(get)]
    file_offset: Option<u64>,
    /// The alignment as a power of two: 2 is 4 bytes.
    #[pyo3(get)]
    align: u32,
}

impl Section {
    fn new(owner: &Arc<Opened>, section: &macho_core::Section<'_>) -> Self {
        Self {
            owner: Arc::clone(owner),
            name: text::name(section.name().as_bytes()),
            segment: text::name(section.segment_name().as_bytes()),
            address: section.vmaddr().get(),
            size: section.size(),
            file_offset: section.file_offset().map(macho_core::FileOffset::get),
            align: section.align(),
        }
    }
}

#[pymethods]
impl Section {
    /// The bytes that the file has, copied; empty of a section that is zero at the start.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let image = self.owner.image();
        let section = image.sections().find(|section| {
            section.vmaddr().get() == self.address
                && text::name(section.name().as_bytes()) == self.name
                && text::name(section.segment_name().as_bytes()) == self.segment
        });
        let data = match section {
            Some(section) => section.data().map_err(Failure::from)?,
            None => &[],
        };
        Ok(PyBytes::new(py, data))
    }

    fn __contains__(&self, address: u64) -> bool {
        address.wrapping_sub(self.address) < self.size
    }

    fn __repr__(&self) -> String {
        format!(
            "<Section {},{} {:#x} {:#x} bytes>",
            self.segment, self.name, self.address, self.size
        )
    }
}

impl Segment {
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }
}

/// The segments of an image.
pub(crate) fn segments(owner: &Arc<Opened>) -> Vec<Segment> {
    let all = owner.image().segments().enumerate();
    all.map(|(number, segment)| Segment {
        owner: Arc::clone(owner),
        number,
        name: text::name(segment.name().as_bytes()),
        address: segment.vmaddr().get(),
        size: segment.vmsize(),
        file_offset: segment.file_offset().get(),
        file_size: segment.filesize(),
        protection: protection(segment.initprot()),
        max_protection: protection(segment.maxprot()),
    })
    .collect()
}

/// `uuid.UUID` of an image.
pub(crate) fn uuid_object<'py>(
    py: Python<'py>,
    image: &MachO<'_>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(uuid) = image.uuid().map_err(Failure::from)? else {
        return Ok(None);
    };
    let class = py.import("uuid")?.getattr("UUID")?;
    let arguments = pyo3::types::PyDict::new(py);
    arguments.set_item("bytes", PyBytes::new(py, &uuid.0))?;
    Ok(Some(class.call((), Some(&arguments))?))
}

/// The symbols of an image.
pub(crate) fn symbols(
    owner: &Arc<Opened>,
    image: Option<String>,
    (defined, stabs): (bool, bool),
) -> Result<Symbols, Failure> {
    Ok(Symbols(Walk::new(owner, |opened| {
        let table = opened.image().symbol_table()?;
        let symbols = table.iter().filter(move |symbol| {
            (stabs || symbol.stab().is_none()) && !(defined && symbol.is_undefined())
        });
        let items = symbols.map(move |symbol| Symbol::new(&symbol, image.clone()));
        Ok::<_, Failure>(Box::new(items))
    })?))
}

/// A Mach-O inside: the kernel of a collection, a kext, or the outer image itself.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Image {
    /// The image as a file of its own, which shares the bytes; `None` of a kext without code.
    opened: Option<Arc<Opened>>,
    /// The id, such as "com.apple.kernel"; None of the outer image.
    #[pyo3(get)]
    name: Option<String>,
    /// The version that the property list gives.
    #[pyo3(get)]
    version: Option<String>,
    /// Unslid address of the header; None of a kext without code.
    #[pyo3(get)]
    address: Option<u64>,
    /// Where the header lies, from the start of the outermost Mach-O; None if nowhere.
    #[pyo3(get)]
    file_offset: Option<u64>,
    /// What is damaged, as text; None if nothing is.
    #[pyo3(get)]
    damage: Option<String>,
}

impl Image {
    pub(crate) fn new(owner: &Arc<Opened>, number: usize) -> Result<Option<Self>, Failure> {
        let images = owner.images()?;
        let Some(image) = images.get(number) else {
            return Ok(None);
        };
        let opened = if number == 0 {
            Some(Arc::clone(owner))
        } else {
            owner.inside(images.first(number)).map(Arc::new)
        };
        Ok(Some(Self {
            opened,
            name: image.id.map(|id| id.to_string()),
            version: image.version.map(|version| version.to_string()),
            address: image.vmaddr.map(macho_core::VmAddr::get),
            file_offset: image.file_offset.map(macho_core::FileOffset::get),
            damage: image.damage.map(|damage| damage.to_string()),
        }))
    }

    /// The image as a file of its own; `None` of a kext without code.
    pub(crate) fn into_opened(self) -> Option<Arc<Opened>> {
        self.opened
    }

    fn opened(&self) -> Result<&Arc<Opened>, Failure> {
        let name = self.name.as_deref().unwrap_or("the image");
        self.opened
            .as_ref()
            .ok_or_else(|| Failure::new("NoCode", format!("{name} has no code in this file")))
    }
}

#[pymethods]
impl Image {
    /// The UUID; None without one.
    #[getter]
    fn uuid<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(opened) = &self.opened else {
            return Ok(None);
        };
        uuid_object(py, &opened.image())
    }

    /// The header.
    #[getter]
    fn header(&self) -> PyResult<Header> {
        Ok(Header::new(&self.opened()?.image()))
    }

    /// The load commands, in the order of the file.
    #[getter]
    fn load_commands(&self) -> PyResult<Vec<LoadCommand>> {
        Ok(view::load_commands(&self.opened()?.image()))
    }

    /// The segments, in the order of their load commands.
    #[getter]
    fn segments(&self) -> PyResult<Vec<Segment>> {
        Ok(segments(self.opened()?))
    }

    /// The segment with that name.
    ///
    /// Raises KeyError without one.
    fn segment(&self, name: &str) -> PyResult<Segment> {
        let segments = segments(self.opened()?);
        let found = segments.into_iter().find(|segment| segment.name == name);
        found.ok_or_else(|| unknown("segment", name))
    }

    /// The symbols of this image's own table; without the undefined ones unless `defined` is False,
    /// and without those for debuggers unless `stabs` is True.
    #[pyo3(signature = (*, defined = true, stabs = false))]
    fn symbols(&self, defined: bool, stabs: bool) -> PyResult<Symbols> {
        Ok(symbols(
            self.opened()?,
            self.name.clone(),
            (defined, stabs),
        )?)
    }

    /// The symbol with that name, in this image alone.
    ///
    /// Raises KeyError without one.
    fn symbol(&self, name: &str) -> PyResult<Symbol> {
        let opened = self.opened()?;
        let found = opened.image().symbol(name).map_err(Failure::from)?;
        let found = found.map(|symbol| Symbol::new(&symbol, self.name.clone()));
        found.ok_or_else(|| unknown("symbol", name))
    }

    fn __repr__(&self) -> String {
        let name = self.name.as_deref().unwrap_or("(outer)");
        match self.address {
            Some(address) => format!("<Image {name} at {address:#x}>"),
            None => format!("<Image {name} without code>"),
        }
    }
}

/// A KeyError.
pub(crate) fn unknown(what: &str, name: &str) -> PyErr {
    pyo3::exceptions::PyKeyError::new_err(format!("no {what} is called {}", text::quoted(name)))
}
