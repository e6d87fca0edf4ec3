//! `Kernelcache`: the file, and every question about it.
use std::sync::Arc;

use kc_offsets::code::{Patch, PatchPlace, PlacedPatch, apply_patches};
use kc_offsets::{Images, PhysicalWindow, Shape, rebase};
use macho_core::{FileOffset, PhysAddr, Slide, VmAddr};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

use crate::all_symbols::AllSymbols;
use crate::container::Payload;
use crate::error::Failure;
use crate::fixup::Fixups;
use crate::image::{self, Image, Segment, unknown};
use crate::insn::{self, Disassembly};
use crate::listing::{CStrings, Function, Functions, Matches, Xrefs, patterns};
use crate::load::{self, Loaded};
use crate::owned::Opened;
use crate::text;
use crate::view::{self, Header, LoadCommand, View};

/// A kernelcache, or any other 64-bit little-endian Mach-O file.
///
/// All addresses are unslid, as they stand in the file, unless a name says otherwise.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Kernelcache {
    pub(crate) opened: Arc<Opened>,
    pub(crate) payload: Option<Py<Payload>>,
}

/// What contains an address.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Owner {
    /// The id of the image; None of the outer one.
    #[pyo3(get)]
    image: Option<String>,
    /// The segment.
    #[pyo3(get)]
    segment: String,
    /// The section; None between sections.
    #[pyo3(get)]
    section: Option<String>,
    /// The start of the function that contains the address; None without one.
    #[pyo3(get)]
    function: Option<u64>,
    /// What names the address; None if nothing does.
    #[pyo3(get)]
    name: Option<String>,
    /// Bytes from the start of the name to the address.
    #[pyo3(get)]
    offset: u64,
}

#[pymethods]
impl Owner {
    fn __repr__(&self) -> String {
        let image = self.image.as_deref().unwrap_or("(outer)");
        let section = self.section.as_ref();
        let section = section.map_or_else(String::new, |section| format!(",{section}"));
        let name = self.name.as_ref();
        let name = name.map_or_else(String::new, |name| format!(" {name}+{:#x}", self.offset));
        format!("<Owner {image} {}{section}{name}>", self.segment)
    }
}

/// A place that is given as an address or as a name.
#[derive(FromPyObject)]
pub(crate) enum Place {
    Address(u64),
    Name(String),
}

impl Kernelcache {
    fn number(&self, name: &str) -> PyResult<usize> {
        let images = self.opened.images().map_err(Failure::from)?;
        match images.named(name) {
            Ok(number) => Ok(number),
            Err(kc_offsets::ImageNameError::Ambiguous(first, second)) => {
                let id = |number| {
                    let image: Option<&kc_offsets::Image<'_>> = images.get(number);
                    image
                        .and_then(|image| image.id)
                        .map_or_else(String::new, |id| id.to_string())
                };
                Err(PyKeyError::new_err(format!(
                    "{} is the end of several ids: {}, {}",
                    text::quoted(name),
                    id(first),
                    id(second)
                )))
            }
            Err(_) => Err(unknown("image", name)),
        }
    }

    fn wanted(&self, name: Option<&str>) -> PyResult<Option<usize>> {
        name.map(|name| self.number(name)).transpose()
    }

    fn place(&self, place: &Place) -> PyResult<u64> {
        match place {
            Place::Address(address) => Ok(*address),
            Place::Name(name) => self.named(name),
        }
    }

    fn named(&self, name: &str) -> PyResult<u64> {
        let lookup = self.opened.lookup().map_err(Failure::from)?;
        let (image, symbol) = split_name(lookup.images(), name);
        let mut found = lookup.named(symbol.as_bytes());
        let found = found.find(|found| image.is_none_or(|image| image == found.image));
        Ok(found.ok_or_else(|| unknown("symbol", name))?.vmaddr.get())
    }
}

/// `com.apple.kernel:_panic` as image and symbol; a symbol alone belongs to any image.
fn split_name<'n>(images: Images<'_, '_>, name: &'n str) -> (Option<usize>, &'n str) {
    let parts = name.split_once(':');
    let parts = parts.and_then(|(image, symbol)| Some((images.named(image).ok()?, symbol)));
    parts.map_or((None, name), |(image, symbol)| (Some(image), symbol))
}

fn not_mapped(address: u64, size: u64) -> Failure {
    let message = format!("the file has no {size:#x} bytes in one piece at address {address:#x}");
    Failure::new("NotMapped", message)
}

#[pymethods]
impl Kernelcache {
    /// "fileset", "fileset without entries", "prelinked kernel", "bare kernel" or "plain image".
    #[getter]
    fn kind(&self) -> &'static str {
        Shape::name(self.opened.cache().shape())
    }

    /// What the container around the Mach-O says; None without one.
    #[getter]
    fn payload(&self, py: Python<'_>) -> Option<Py<Payload>> {
        self.payload.as_ref().map(|payload| payload.clone_ref(py))
    }

    /// The bytes of the Mach-O file, decompressed, copied.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.opened.image().file())
    }

    /// Unslid address of the first instruction; None if no load command says.
    #[getter]
    fn entry(&self) -> PyResult<Option<u64>> {
        let entry = self.opened.cache().entry_point().map_err(Failure::from)?;
        Ok(entry.map(|entry| entry.vmaddr.get()))
    }

    /// The lowest address of a segment.
    #[getter]
    fn vmin(&self) -> u64 {
        let segments = self.opened.image().segments();
        let lowest = segments.map(|segment| segment.vmaddr().get()).min();
        lowest.unwrap_or(0)
    }

    /// The first byte after the highest segment.
    #[getter]
    fn vmax(&self) -> u64 {
        let segments = self.opened.image().segments();
        let ends = segments.map(|segment| segment.vmaddr().get().saturating_add(segment.vmsize()));
        ends.max().unwrap_or(0)
    }

    /// The UUID of the outer image; None without one.
    #[getter]
    fn uuid<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        image::uuid_object(py, &self.opened.image())
    }

    /// The kernel's version string, "Darwin Kernel Version ..."; None if there is none.
    #[getter]
    fn version(&self, py: Python<'_>) -> Option<String> {
        py.detach(|| {
            let version = self.opened.cache().darwin_version()?;
            Some(text::name(version.text.as_bytes()))
        })
    }

    /// The segments of the outer image, in the order of their load commands.
    #[getter]
    fn segments(&self) -> Vec<Segment> {
        image::segments(&self.opened)
    }

    /// The segment of the outer image with that name.
    ///
    /// Raises KeyError without one.
    fn segment(&self, name: &str) -> PyResult<Segment> {
        let mut segments = image::segments(&self.opened).into_iter();
        let found = segments.find(|segment| segment.is_called(name));
        found.ok_or_else(|| unknown("segment", name))
    }

    /// All images, the outer one first: kernel and kexts, in the order of the file.
    #[getter]
    fn images(&self) -> PyResult<Vec<Image>> {
        let count = self.opened.images().map_err(Failure::from)?.len();
        let images = (0..count).map(|number| Image::new(&self.opened, number));
        let images = images.filter_map(Result::transpose);
        Ok(images.collect::<Result<_, Failure>>()?)
    }

    /// The image with that id, or the only one whose id ends in it.
    ///
    /// Raises KeyError without one.
    fn image(&self, name: &str) -> PyResult<Image> {
        let image = Image::new(&self.opened, self.number(name)?)?;
        image.ok_or_else(|| unknown("image", name))
    }

    /// The symbols of all images, or of one; without the undefined ones unless `defined` is False,
    /// and without those for debuggers unless `stabs` is True.
    #[pyo3(signature = (image = None, *, defined = true, stabs = false))]
    fn symbols(&self, image: Option<&str>, defined: bool, stabs: bool) -> PyResult<AllSymbols> {
        let wanted = self.wanted(image)?;
        Ok(AllSymbols {
            opened: Arc::clone(&self.opened),
            next: wanted.unwrap_or(0),
            last: wanted,
            current: None,
            kinds: (defined, stabs),
        })
    }

    /// The address of a symbol, a stub or a bound slot with that name, in any image:
    /// "_panic", or "com.apple.kernel:_panic" of one image.
    ///
    /// Raises KeyError without one.
    fn symbol(&self, py: Python<'_>, name: &str) -> PyResult<u64> {
        py.detach(|| self.named(name))
    }

    /// What contains the address: image, segment, section, function and name; None if no segment
    /// does. The first call builds an index.
    fn owner(&self, py: Python<'_>, address: u64) -> PyResult<Option<Owner>> {
        py.detach(|| -> Result<_, Failure> {
            let lookup = self.opened.lookup()?;
            let Some(location) = lookup.location(VmAddr::new(address)) else {
                return Ok(None);
            };
            let image = lookup.images().get(location.image);
            let name = location.name.and_then(|named| named.name.name());
            Ok(Some(Owner {
                image: image.and_then(|image| image.id).map(|id| id.to_string()),
                segment: text::name(location.segment.name().as_bytes()),
                section: location
                    .section
                    .map(|section| text::name(section.name().as_bytes())),
                function: location.function.map(|function| function.start.get()),
                offset: name.map_or(0, |_| location.offset),
                name: name.map(|name| text::name(name.as_bytes())),
            }))
        })
        .map_err(PyErr::from)
    }

    /// The file offset of an address; None if the file has no byte for it.
    fn offset(&self, address: u64) -> Option<u64> {
        let map = self.opened.cache().address_map();
        Some(map.file_offset_of(VmAddr::new(address))?.get())
    }

    /// The address of a byte of the file; None if no segment maps it.
    fn address(&self, offset: u64) -> Option<u64> {
        let map = self.opened.cache().address_map();
        Some(map.vmaddr_of(FileOffset::new(offset))?.get())
    }

    /// The physical address of an unslid address, if the first byte of the image lies at
    /// `phys_base`; None below the image.
    #[pyo3(signature = (address, phys_base, *, slide = 0))]
    fn physical(&self, address: u64, phys_base: u64, slide: u64) -> Option<u64> {
        let slide = Slide::new(slide);
        let window = PhysicalWindow {
            virt_base: slide.apply(VmAddr::new(self.vmin())),
            phys_base: PhysAddr::new(phys_base),
        };
        if address >= self.vmax() {
            return None;
        }
        Some(window.phys_of_vmaddr(VmAddr::new(address), slide)?.get())
    }

    /// `size` bytes from an address on, copied; they must lie in one piece of the file.
    ///
    /// Raises KernelcacheError if they do not.
    fn read<'py>(&self, py: Python<'py>, address: u64, size: u64) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.opened.cache().bytes_at(VmAddr::new(address), size);
        let bytes = bytes.ok_or_else(|| not_mapped(address, size))?;
        Ok(PyBytes::new(py, bytes))
    }

    /// As `read`, without a copy.
    fn view<'py>(
        &self,
        py: Python<'py>,
        address: u64,
        size: u64,
    ) -> PyResult<Bound<'py, PyMemoryView>> {
        let map = self.opened.cache().address_map();
        let start = map.translate_block(VmAddr::new(address), size);
        let start = start.ok_or_else(|| not_mapped(address, size))?;
        View::memory(py, &self.opened, start, size)
    }

    /// The header of the outer image.
    #[getter]
    fn header(&self) -> Header {
        Header::new(&self.opened.image())
    }

    /// The load commands of the outer image, in the order of the file.
    #[getter]
    fn load_commands(&self) -> Vec<LoadCommand> {
        view::load_commands(&self.opened.image())
    }

    /// The C string at an address, without its NUL, as bytes; None if there is none.
    fn c_string<'py>(&self, py: Python<'py>, address: u64) -> Option<Bound<'py, PyBytes>> {
        let name = self.opened.cache().c_string_at(VmAddr::new(address))?;
        Some(PyBytes::new(py, name.as_bytes()))
    }

    /// The words that a loader rewrites, one by one.
    fn fixups(&self) -> PyResult<Fixups> {
        Ok(Fixups::new(&self.opened)?)
    }

    /// The functions of all images, or of one, by ascending address.
    #[pyo3(signature = (image = None))]
    fn functions(&self, image: Option<&str>) -> PyResult<Functions> {
        Ok(Functions::new(&self.opened, self.wanted(image)?)?)
    }

    /// The function that contains an address; None without one.
    fn function(&self, address: u64) -> PyResult<Option<Function>> {
        let lookup = self.opened.lookup().map_err(Failure::from)?;
        let function = lookup.function_at(VmAddr::new(address));
        Ok(function.map(|function| Function::new(&lookup, function)))
    }

    /// The C strings of all images, or of one, with at least `min` bytes.
    #[pyo3(signature = (image = None, *, min = 4))]
    fn strings(&self, image: Option<&str>, min: usize) -> PyResult<CStrings> {
        Ok(CStrings::new(&self.opened, self.wanted(image)?, min)?)
    }

    /// What refers to one of `size` bytes from a place on: code of all images, then pointers.
    #[pyo3(signature = (to, *, size = 1))]
    fn xrefs(&self, to: Place, size: u64) -> PyResult<Xrefs> {
        Ok(Xrefs::new(&self.opened, self.place(&to)?, size)?)
    }

    /// Where a pattern matches in the code of all images: words of eight hexadecimal digits with
    /// `?` for any, or lines of assembly with `_` for any operand, separated by `;`.
    fn find(&self, pattern: &str) -> PyResult<Matches> {
        Ok(Matches::new(&self.opened, &patterns(pattern)?)?)
    }

    /// Instructions from a place on; from the entry point if none is given.
    #[pyo3(signature = (at = None, count = 64, *, syntax = "llvm"))]
    fn disasm(&self, at: Option<Place>, count: usize, syntax: &str) -> PyResult<Disassembly> {
        let syntax = insn::syntax(syntax)?;
        let at = match at {
            Some(at) => self.place(&at)?,
            None => self
                .entry()?
                .ok_or_else(|| PyValueError::new_err("the file has no entry point: say where"))?,
        };
        let cache = self.opened.cache();
        let run = cache
            .address_map()
            .translate_range(VmAddr::new(at), u64::MAX)
            .next();
        let run = run.and_then(|run| Some((run.outcome.file_offset()?, run.len)));
        let (start, len) = run.ok_or_else(|| {
            Failure::new(
                "NotMapped",
                format!("the file has no byte at address {at:#x}"),
            )
        })?;
        let len = len.min(u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(4));
        Ok(Disassembly::of_file(&self.opened, (start, len), at, syntax))
    }

    /// Loads the image as a loader does, its first byte at `phys_base`, into a new bytearray.
    ///
    /// `rewrite(address, word)` is called for each 32-bit word of the segments that `segments`
    /// names, and gives the word to load. Pointers stay as the file has them, because the kernel
    /// fixes itself up; `fixups=True` applies them.
    #[pyo3(signature = (phys_base, *, slide = 0, fixups = false, rewrite = None, segments = None))]
    fn load(
        &self,
        py: Python<'_>,
        phys_base: u64,
        slide: u64,
        fixups: bool,
        rewrite: Option<Bound<'_, PyAny>>,
        segments: Option<Vec<String>>,
    ) -> PyResult<Loaded> {
        let how = load::How {
            phys_base: PhysAddr::new(phys_base),
            slide: Slide::new(slide),
            fixups,
            rewrite,
            segments: segments.unwrap_or_else(|| vec!["__TEXT_EXEC".to_owned()]),
        };
        load::load(py, &self.opened, how)
    }

    /// The Mach-O file moved by `slide` bytes, its pointers, symbols and load commands with it.
    fn rebase<'py>(&self, py: Python<'py>, slide: u64) -> PyResult<Bound<'py, PyBytes>> {
        let mut copy = self.opened.image().file().to_vec();
        py.detach(|| rebase(&self.opened.cache(), &mut copy, Slide::new(slide)).map(|_| ()))
            .map_err(Failure::from)?;
        Ok(PyBytes::new(py, &copy))
    }

    /// The Mach-O file with patches, each a triple: a place, the bytes expected there, and the
    /// bytes that replace them. All are made or none.
    ///
    /// Raises KernelcacheError if other bytes are there, or if two patches overlap.
    fn patch<'py>(
        &self,
        py: Python<'py>,
        patches: Vec<(Place, Vec<u8>, Vec<u8>)>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut placed = Vec::with_capacity(patches.len());
        for (place, expected, replacement) in &patches {
            let at = PatchPlace::VmAddr(VmAddr::new(self.place(place)?));
            placed.push(Patch::new(at, expected, replacement));
        }
        let mut file = self.opened.image().file().to_vec();
        let mut memory = vec![PlacedPatch::default(); placed.len()];
        let map = self.opened.cache().address_map();
        apply_patches(&placed, &map, &mut file, &mut memory).map_err(Failure::from)?;
        Ok(PyBytes::new(py, &file))
    }

    /// Whether a segment maps the address.
    fn __contains__(&self, address: u64) -> bool {
        let mut segments = self.opened.image().segments();
        segments.any(|segment| address.wrapping_sub(segment.vmaddr().get()) < segment.vmsize())
    }

    fn __repr__(&self) -> String {
        let entry = self.entry().ok().flatten();
        let entry = entry.map_or_else(String::new, |entry| format!(" entry={entry:#x}"));
        let images = self.opened.images().map_or(0, |images| images.len());
        format!("<Kernelcache {} {images} images{entry}>", self.kind())
    }
}
