//! The kernelcache: one image, and the images inside it.
use core::iter::FusedIterator;

use macho_core::{
    FileOffset, FileType, FilesetEntries, LoadCommandKind, MachO, Mode, Name, Pointers, Section,
    Segment, Symbol, VmAddr,
};

use crate::collection::{self, CollectionKind};
use crate::entry::{EntryPoint, entry_point};
use crate::error::Error;
use crate::image_fixups::CollectionFixups;
use crate::kext::{Kmods, PrelinkInfo};
use crate::map::{AddressMap, MapCell};

/// What shape of kernelcache an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `MH_FILESET` with entries: kernel and kexts are nested images.
    Fileset,
    /// `MH_FILESET` without entries, as m1n1.macho: segments and an entry point, no more.
    EmptyFileset,
    /// A static kernel with kexts linked in: it has bytes in `__PRELINK_TEXT`, or a
    /// `__PRELINK_INFO` or `__kmod_info` section that is not empty.
    Prelinked,
    /// An executable that starts by its thread state and asks for no dynamic linker.
    BareKernel,
    /// Any other Mach-O image: an executable, a library, an object file.
    Plain,
}

impl Shape {
    /// A short name, as the command line prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fileset => "fileset",
            Self::EmptyFileset => "fileset without entries",
            Self::Prelinked => "prelinked kernel",
            Self::BareKernel => "bare kernel",
            Self::Plain => "plain image",
        }
    }

    fn of(image: &MachO<'_>) -> Self {
        let filetype = image.header().filetype;
        if filetype == FileType::MH_FILESET {
            return if has(image, LoadCommandKind::LC_FILESET_ENTRY) {
                Self::Fileset
            } else {
                Self::EmptyFileset
            };
        }
        // Position-independent kernels have the thread state too; only dyld's images have these.
        let starts_itself = has(image, LoadCommandKind::LC_UNIXTHREAD)
            && !has(image, LoadCommandKind::LC_LOAD_DYLINKER)
            && !has(image, LoadCommandKind::LC_MAIN);
        if filetype != FileType::MH_EXECUTE || !starts_itself {
            return Self::Plain;
        }
        // Every kernel has these segments; before the kexts are linked in they are empty.
        let prelinked = image
            .segments()
            .any(|segment| segment.name() == "__PRELINK_TEXT" && segment.filesize() != 0)
            || image.sections().any(|section| {
                let holds_kexts =
                    section.segment_name() == "__PRELINK_INFO" || section.name() == "__kmod_info";
                holds_kexts && section.size() != 0
            });
        if prelinked {
            Self::Prelinked
        } else {
            Self::BareKernel
        }
    }
}

fn has(image: &MachO<'_>, kind: LoadCommandKind) -> bool {
    image.find_command(kind).is_some()
}

/// A kernelcache, or any other Mach-O image that is asked the same questions.
///
/// A `Copy` view of the caller's bytes. [`KernelCache::parse`] proves the skeleton of the outer
/// image; the nested ones are proved one by one when asked for.
#[derive(Clone, Copy, Debug)]
pub struct KernelCache<'a> {
    image: MachO<'a>,
    shape: Shape,
}

impl<'a> KernelCache<'a> {
    /// Reads the collection or kernel at the start of `file`, strictly.
    ///
    /// # Errors
    /// As [`MachO::parse_with`].
    pub fn parse(file: &'a [u8]) -> Result<Self, Error> {
        Self::parse_with(file, Mode::Strict)
    }

    /// Reads the collection or kernel at the start of `file`. m1n1-style files, which claim more
    /// bytes than they have, need [`Mode::Tolerant`].
    ///
    /// # Errors
    /// As [`MachO::parse_with`].
    pub fn parse_with(file: &'a [u8], mode: Mode) -> Result<Self, Error> {
        Ok(Self::new(MachO::parse_with(
            file,
            FileOffset::new(0),
            mode,
        )?))
    }

    /// Reads the collection or kernel that a loader has put into `memory`, with its header at
    /// `header` of it; every byte lies as far from there as its vmaddr says. File offsets are then
    /// offsets of `memory`.
    ///
    /// ```no_run
    /// # fn ask(plan: kc_offsets::LoadPlan<'_>, memory: &[u8]) -> Result<(), kc_offsets::Error> {
    /// use kc_offsets::KernelCache;
    /// use macho_core::{Mode, Pointers};
    ///
    /// let slide = plan.slide();
    /// let pointers = Pointers::Applied { slide, va_bits: 47 };
    /// let header = plan.header().unwrap_or_default();
    /// let cache = KernelCache::parse_mapped(memory, header, pointers, Mode::Strict)?;
    /// # let _ =
    /// cache.entry_point()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`MachO::parse_mapped`].
    pub fn parse_mapped(
        memory: &'a [u8],
        header: FileOffset,
        pointers: Pointers,
        mode: Mode,
    ) -> Result<Self, Error> {
        let image = MachO::parse_mapped(memory, header, pointers, mode)?;
        Ok(Self::new(image))
    }

    /// The same questions for an image that is parsed already: a fat file's slice, say.
    pub fn new(image: MachO<'a>) -> Self {
        Self {
            image,
            shape: Shape::of(&image),
        }
    }

    /// The outer image.
    pub const fn image(&self) -> MachO<'a> {
        self.image
    }

    /// What shape the kernelcache has.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// vmaddr <-> file offset over the outer image's segments. In a collection they span every
    /// nested image.
    pub fn address_map(&self) -> AddressMap<'a> {
        AddressMap::new(&self.image)
    }

    /// [`address_map`](Self::address_map), sorted in the caller's memory.
    ///
    /// # Errors
    /// As [`AddressMap::sorted_in`].
    pub fn address_map_in(&self, memory: &'a mut [MapCell]) -> Result<AddressMap<'a>, Error> {
        self.address_map().sorted_in(memory)
    }

    /// The `len` bytes from `vmaddr` on, where they lie in one run of the file, or of the memory of
    /// a mapped image; `None` otherwise.
    ///
    /// Makes an address map. Who reads often keeps one, for [`AddressMap::translate_block`] and
    /// [`MachO::slice`].
    pub fn bytes_at(&self, vmaddr: VmAddr, len: u64) -> Option<&'a [u8]> {
        let start = self.address_map().translate_block(vmaddr, len)?;
        self.image.slice(start, len)
    }

    /// The segment with this place in load-command order, as translations name it.
    pub fn segment_at(&self, index: u32) -> Option<Segment<'a>> {
        self.image.segments().nth(usize::try_from(index).ok()?)
    }

    /// The first segment of the outer image with that name: `segment("__TEXT_EXEC")`.
    pub fn segment(&self, name: &str) -> Option<Segment<'a>> {
        self.image.segment(name)
    }

    /// The first section of the outer image with these names; the sections of a collection are its
    /// images'.
    pub fn section(&self, segment: &str, section: &str) -> Option<Section<'a>> {
        self.image.section(segment, section)
    }

    /// The symbol of the outer image with that name; [`Lookup::named`](crate::Lookup::named) asks
    /// all images.
    ///
    /// # Errors
    /// As [`MachO::symbol`].
    pub fn symbol(&self, name: &str) -> Result<Option<Symbol<'a>>, Error> {
        Ok(self.image.symbol(name)?)
    }

    /// The C string at `vmaddr`, without its NUL; `None` if the file does not back the byte there,
    /// or if no NUL follows before what the file has of the segment ends.
    ///
    /// Builds an address map on every call; if you read often, keep one and reuse it. Costs the
    /// length of the string.
    pub fn c_string_at(&self, vmaddr: VmAddr) -> Option<Name<'a>> {
        let run = self
            .address_map()
            .translate_range(vmaddr, u64::MAX)
            .next()?;
        let bytes = self.image.slice(run.outcome.file_offset()?, run.len)?;
        let end = bytes.iter().position(|byte| *byte == 0)?;
        bytes.get(..end).map(Name::new)
    }

    /// Where the kernelcache starts to run; `None` where no load command says so.
    ///
    /// # Errors
    /// A damaged thread state or `LC_MAIN`; for `LC_MAIN`, no segment that maps the header.
    pub fn entry_point(&self) -> Result<Option<EntryPoint<'a>>, Error> {
        entry_point(&self.image, &self.address_map())
    }

    /// The nested images of a fileset, in load-command order; none for other shapes.
    pub fn entries(&self) -> Entries<'a> {
        Entries {
            entries: self.image.fileset_entries(),
        }
    }

    /// Which collection a fileset is, where it tells: a primary one starts to run by itself; the
    /// property list of an auxiliary one names the pageable collection that it was linked against
    /// (`_PageableKCID`), that of a pageable one the primary (`_BootKCID`; XNU
    /// `libkern/libkern/prelink.h`). Costs up to two passes over that list.
    ///
    /// # Errors
    /// As [`prelink_info`](Self::prelink_info).
    pub fn collection_kind(&self) -> Result<Option<CollectionKind>, Error> {
        if self.shape != Shape::Fileset {
            return Ok(None);
        }
        collection::kind(&self.image)
    }

    /// The fixups of the outer image, and of a collection that has no kernel those of the kexts
    /// that have some of their own.
    pub fn fixups(&self) -> CollectionFixups<'a> {
        CollectionFixups::new(&self.image)
    }

    /// The property list of the kexts, in `__PRELINK_INFO,__info`; `None` without that section.
    ///
    /// # Errors
    /// The section reaches past the end of the file.
    pub fn prelink_info(&self) -> Result<Option<PrelinkInfo<'a>>, Error> {
        collection::prelink_info(&self.image)
    }

    /// The kexts in the arrays `__kmod_info` and `__kmod_start`; none without them.
    ///
    /// # Errors
    /// An array reaches past the end of the file.
    pub fn kmods(&self) -> Result<Kmods<'a>, Error> {
        Kmods::new(&self.image)
    }

    /// The image whose header lies at `vmaddr`, as a kext's load address says.
    ///
    /// The file offsets of a collection's images count from the start of the collection. Kexts of a
    /// prelinked kernel are whole files in `__PRELINK_TEXT` instead, and theirs count from their
    /// own header: the segment at the header tells which, by `fileoff` 0.
    ///
    /// # Errors
    /// `ImageNotMapped`; as [`MachO::parse_with`].
    pub fn image_at(&self, vmaddr: VmAddr) -> Result<MachO<'a>, Error> {
        // One pass: a list of kexts may ask a hundred thousand times.
        let into = |segment: &Segment<'a>| vmaddr.checked_distance_from(segment.vmaddr());
        let offset = self
            .image
            .segments()
            .find(|segment| into(segment).is_some_and(|delta| delta < segment.vmsize()))
            .and_then(|segment| {
                let delta = into(&segment).filter(|delta| *delta < segment.data_size())?;
                segment.file_offset().checked_add(delta)
            });
        let Some(offset) = offset else {
            return Err(Error::image_not_mapped(vmaddr));
        };
        let shared = self.image.nested_at(offset);
        let counts_from_header = shared.as_ref().map_or(true, |image| {
            let first = image.segments().find(|segment| segment.vmaddr() == vmaddr);
            first.is_some_and(|segment| segment.fileoff() == 0)
        });
        if counts_from_header {
            Ok(self.image.embedded_at(offset)?)
        } else {
            Ok(shared?)
        }
    }
}

/// One nested image of a collection.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Entry<'a> {
    /// Entry id, as `com.apple.kernel`.
    pub id: Name<'a>,
    /// Unslid address of the nested header.
    pub vmaddr: VmAddr,
    /// Where the nested header lies in the outermost file.
    pub file_offset: FileOffset,
    command: macho_core::FilesetEntry<'a>,
}

impl<'a> Entry<'a> {
    /// The nested image. Its file offsets count from the start of the outermost file.
    ///
    /// # Errors
    /// As [`MachO::parse_with`].
    pub fn image(&self) -> Result<MachO<'a>, Error> {
        Ok(self.command.parse()?)
    }

    /// The load command's view.
    pub const fn fileset_entry(&self) -> macho_core::FilesetEntry<'a> {
        self.command
    }
}

/// Iterator over the nested images. A damaged entry is an error, and the walk goes on after it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Entries<'a> {
    entries: FilesetEntries<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = match self.entries.next()? {
            Ok(entry) => entry,
            Err(error) => return Some(Err(error.into())),
        };
        Some(match entry.id() {
            Ok(id) => Ok(Entry {
                id,
                vmaddr: entry.vmaddr(),
                file_offset: entry.file_offset(),
                command: entry,
            }),
            Err(error) => Err(error.into()),
        })
    }
}

impl FusedIterator for Entries<'_> {}
