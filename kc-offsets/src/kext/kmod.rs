//! The arrays of a static kernel: `__kmod_info` has a pointer to each kext's `kmod_info_64`,
//! `__kmod_start` one to its header.
use core::iter::FusedIterator;

use macho_core::{FileOffset, Layout, MachO, Name, Section, VmAddr};

use crate::error::Error;
use crate::map::AddressMap;
use crate::pointer::unslid;

/// `sizeof(kmod_info_64_v1_t)`, which is packed to 4 bytes (XNU `osfmk/mach/kmod.h`).
const KMOD_INFO_SIZE: u64 = 196;

/// A `kmod_info_64`, in native numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kmod<'a> {
    /// Where the structure lies in memory, as `__kmod_info` has it.
    pub vmaddr: VmAddr,
    /// Where it lies in the file.
    pub file_offset: FileOffset,
    /// `name`: the bundle id.
    pub name: Name<'a>,
    /// `version`.
    pub version: Name<'a>,
    /// `address`: unslid address of the kext's header; in many static kernels 0, as the kernel fills it in.
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
    /// By the offsets of `kmod_info_64`: name at 16, version at 80, address at 156, size at 164, start at 180,
    /// stop at 188.
    fn new(
        bytes: &'a [u8],
        vmaddr: VmAddr,
        file_offset: FileOffset,
        layout: Layout,
    ) -> Option<Self> {
        let pointer = |at| word(bytes, at).map(|pointer| unslid(layout, pointer));
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

/// Iterator over the kexts of the arrays, in order. A pointer to no bytes of the file is an error, and the
/// walk goes on after it. Pointers are read as plain vmaddrs, or as [`unslid`] has them.
#[derive(Clone, Debug)]
pub struct Kmods<'a> {
    image: MachO<'a>,
    map: AddressMap<'a>,
    infos: &'a [u8],
    starts: &'a [u8],
    /// Where the next pointer of `infos` lies.
    next: FileOffset,
}

impl<'a> Kmods<'a> {
    pub(crate) fn new(image: &MachO<'a>) -> Result<Self, Error> {
        let section = |name: &str| image.sections().find(|section| section.name() == name);
        let bytes = |section: &Option<Section<'a>>| {
            section.map_or(Ok::<&[u8], Error>(&[]), |section| Ok(section.data()?))
        };
        let infos = section("__kmod_info");
        Ok(Self {
            image: *image,
            map: AddressMap::new(image),
            infos: bytes(&infos)?,
            starts: bytes(&section("__kmod_start"))?,
            next: infos
                .and_then(|section| section.file_offset())
                .unwrap_or_default(),
        })
    }

    fn kmod(&self, vmaddr: VmAddr) -> Option<Kmod<'a>> {
        let file_offset = self.map.translate_block(vmaddr, KMOD_INFO_SIZE)?;
        let bytes = self.image.slice(file_offset, KMOD_INFO_SIZE)?;
        Kmod::new(bytes, vmaddr, file_offset, self.image.layout())
    }
}

impl<'a> Iterator for Kmods<'a> {
    type Item = Result<Kmod<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (pointer, infos) = self.infos.split_first_chunk()?;
        self.infos = infos;
        let entry = self.next;
        self.next = entry.checked_add(8)?;
        let layout = self.image.layout();
        let header = self.starts.split_first_chunk().map(|(header, starts)| {
            self.starts = starts;
            unslid(layout, u64::from_le_bytes(*header))
        });
        Some(
            self.kmod(unslid(layout, u64::from_le_bytes(*pointer)))
                .map(|kmod| Kmod { header, ..kmod })
                .ok_or(Error::KmodNotMapped { entry }),
        )
    }
}

impl FusedIterator for Kmods<'_> {}
