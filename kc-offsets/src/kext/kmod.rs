//! The arrays of a static kernel: `__kmod_info` has a pointer to each kext's `kmod_info_64`,
//! `__kmod_start` one to its header.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{FileOffset, MachO, Name, PointerFormat, VmAddr};

use crate::error::{Error, Fault};
use crate::map::AddressMap;
use crate::pointer::{Words, unslid};

/// `sizeof(kmod_info_64_v1_t)`, which is packed to 4 bytes (XNU `osfmk/mach/kmod.h`).
const KMOD_INFO_SIZE: u64 = 196;

/// A `kmod_info_64`, in native numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Kmod<'a> {
    /// Where the structure lies in memory, as `__kmod_info` has it.
    pub vmaddr: VmAddr,
    /// Where it lies in the file.
    pub file_offset: FileOffset,
    /// `name`: the bundle id.
    pub name: Name<'a>,
    /// `version`.
    pub version: Name<'a>,
    /// `address`: unslid address of the kext's header; in many static kernels 0, as the kernel
    /// fills it in.
    pub address: VmAddr,
    /// `size` of the kext in memory, in bytes; 0 where `address` is.
    pub size: u64,
    /// `start`: what the kernel calls to start it.
    pub start: VmAddr,
    /// `stop`: what it calls to stop it.
    pub stop: VmAddr,
    /// The header's address as `__kmod_start` has it; `None` where that array is shorter.
    pub header: Option<VmAddr>,
}

impl<'a> Kmod<'a> {
    /// By the offsets of `kmod_info_64`: name at 16, version at 80, address at 156, size at 164,
    /// start at 180, stop at 188.
    fn new(
        bytes: &'a [u8],
        vmaddr: VmAddr,
        file_offset: FileOffset,
        resolve: impl Fn(u64) -> VmAddr,
    ) -> Option<Self> {
        let pointer = |at| word(bytes, at).map(&resolve);
        Some(Self {
            vmaddr,
            file_offset,
            name: name(bytes, 16)?,
            version: name(bytes, 80)?,
            address: pointer(156)?,
            size: word(bytes, 164)?,
            start: pointer(180)?,
            stop: pointer(188)?,
            header: None,
        })
    }
}

/// The 64 bytes at `at`, up to the first NUL.
fn name(bytes: &[u8], at: usize) -> Option<Name<'_>> {
    let field: &[u8; 64] = bytes.get(at..)?.first_chunk()?;
    field.split(|byte| *byte == 0).next().map(Name::new)
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Iterator over the kexts of the arrays, in order. A pointer to no bytes of the file is an error,
/// and the walk goes on after it.
///
/// A pointer is read as the words of its segment are written, in chains or in threads, signed or
/// not; where that leads to no byte of the file, and where the fixups are damaged, as a plain
/// vmaddr, or as [`unslid`] has it.
#[derive(Clone)]
#[must_use]
pub struct Kmods<'a> {
    image: MachO<'a>,
    map: AddressMap<'a>,
    words: Words<'a>,
    infos: Array<'a>,
    starts: Array<'a>,
}

/// What is left of an array of pointers.
#[derive(Clone, Copy, Default)]
struct Array<'a> {
    bytes: &'a [u8],
    /// Where they lie.
    at: FileOffset,
    format: Option<PointerFormat>,
}

impl Array<'_> {
    /// The next pointer as it stands, and where.
    fn next(&mut self) -> Option<(u64, FileOffset)> {
        let (pointer, rest) = self.bytes.split_first_chunk()?;
        let at = self.at;
        self.bytes = rest;
        self.at = at.checked_add(8)?;
        Some((u64::from_le_bytes(*pointer), at))
    }
}

impl fmt::Debug for Kmods<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kmods")
            .field("infos", &self.infos.at)
            .field("infos_left", &self.infos.bytes.len())
            .field("starts", &self.starts.at)
            .field("starts_left", &self.starts.bytes.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Kmods<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Result<Self, Error> {
        let words = Words::new(image).unwrap_or_else(|_| Words::plain(image));
        let mut kmods = Self {
            image: *image,
            map: AddressMap::new(image),
            words,
            infos: Array::default(),
            starts: Array::default(),
        };
        kmods.infos = kmods.array("__kmod_info")?;
        kmods.starts = kmods.array("__kmod_start")?;
        Ok(kmods)
    }

    fn array(&self, name: &str) -> Result<Array<'a>, Error> {
        let mut sections = self.image.sections();
        let Some(section) = sections.find(|section| section.name() == name) else {
            return Ok(Array::default());
        };
        Ok(Array {
            bytes: section.data()?,
            at: section.file_offset().unwrap_or_default(),
            format: self.format(section.vmaddr()),
        })
    }

    /// How pointers at this address are written.
    fn format(&self, vmaddr: VmAddr) -> Option<PointerFormat> {
        if self.words.are_plain() {
            // Most static kernels: no need to look for the segment.
            return None;
        }
        let segment = self.map.translate(vmaddr).segment?;
        self.words.format(segment).unwrap_or(None)
    }

    fn resolve(&self, format: Option<PointerFormat>, raw: u64) -> VmAddr {
        let target = format.filter(|_| raw != 0).and_then(|_| {
            let fixup = self.words.fixup(format, raw);
            self.words.target(format, fixup)
        });
        target
            .filter(|target| self.map.file_offset_of(*target).is_some())
            .unwrap_or(unslid(self.image.layout(), raw))
    }

    fn kmod(&self, vmaddr: VmAddr) -> Option<Kmod<'a>> {
        let file_offset = self.map.translate_block(vmaddr, KMOD_INFO_SIZE)?;
        let bytes = self.image.slice(file_offset, KMOD_INFO_SIZE)?;
        let format = self.format(vmaddr);
        Kmod::new(bytes, vmaddr, file_offset, |raw| self.resolve(format, raw))
    }
}

impl<'a> Kmods<'a> {
    /// How many are left.
    pub(crate) const fn len(&self) -> usize {
        self.infos.bytes.len() / 8
    }

    /// The next kext, and its header's address as `__kmod_start` has it, which may be known
    /// although the kext is damaged.
    pub(crate) fn step(&mut self) -> Option<(Option<VmAddr>, Result<Kmod<'a>, Error>)> {
        let (info, entry) = self.infos.next()?;
        let header = self.starts.next();
        let header = header.map(|(header, _)| self.resolve(self.starts.format, header));
        let kmod = self.kmod(self.resolve(self.infos.format, info));
        let kmod = kmod
            .map(|kmod| Kmod { header, ..kmod })
            .ok_or_else(|| Error::at(Fault::KmodNotMapped, entry));
        Some((header, kmod))
    }
}

impl<'a> Iterator for Kmods<'a> {
    type Item = Result<Kmod<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().map(|(_, kmod)| kmod)
    }
}

impl FusedIterator for Kmods<'_> {}
