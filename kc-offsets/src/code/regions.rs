//! Which bytes of an image are code.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{
    FileOffset, MachO, Section, SectionAttributes, Sections, Segment, Segments, VmAddr, VmProt,
};

/// Some bytes of an image, as its file has them.
#[derive(Clone, Copy)]
#[non_exhaustive]
#[must_use]
pub struct Region<'a> {
    /// Unslid address of the first byte.
    pub vmaddr: VmAddr,
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The bytes in the file.
    pub bytes: &'a [u8],
}

impl fmt::Debug for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Region")
            .field("vmaddr", &self.vmaddr)
            .field("file_offset", &self.file_offset)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl<'a> Region<'a> {
    /// Bytes at an address: code from elsewhere than a file's segments.
    pub const fn new(vmaddr: VmAddr, file_offset: FileOffset, bytes: &'a [u8]) -> Self {
        Self {
            vmaddr,
            file_offset,
            bytes,
        }
    }

    /// The bytes of the whole segment that the file backs; no more than it has in memory.
    pub(super) fn backed(segment: &Segment<'a>) -> Self {
        let whole = Self::of_segment(segment);
        let most = usize::try_from(segment.filesize()).unwrap_or(usize::MAX);
        Self {
            bytes: whole.bytes.get(..most).unwrap_or(whole.bytes),
            ..whole
        }
    }

    /// The bytes of the whole segment, of a mapped image those that were zero at first too; no more than it has in memory.
    pub(super) fn of_segment(segment: &Segment<'a>) -> Self {
        let data = segment.data();
        let most = usize::try_from(segment.vmsize()).unwrap_or(usize::MAX);
        Self {
            vmaddr: segment.vmaddr(),
            file_offset: segment.file_offset(),
            bytes: data.get(..most).unwrap_or(data),
        }
    }

    /// Those of the bytes that lie in `size` bytes from `vmaddr`. `None` where there are none.
    pub(super) fn part(&self, vmaddr: VmAddr, size: u64) -> Option<Self> {
        let into = vmaddr.checked_distance_from(self.vmaddr)?;
        let rest = self.bytes.get(usize::try_from(into).ok()?..)?;
        let most = usize::try_from(size).unwrap_or(usize::MAX);
        let bytes = rest.get(..most).unwrap_or(rest);
        (!bytes.is_empty()).then_some(Self {
            vmaddr,
            file_offset: self.file_offset.checked_add(into)?,
            bytes,
        })
    }

    /// From the first vmaddr that is a multiple of 4 on.
    pub(super) fn aligned(&self) -> Self {
        let skip = usize::try_from(self.vmaddr.get().wrapping_neg() & 3).unwrap_or(0);
        let (vmaddr, file_offset) = self.place(skip);
        Self {
            vmaddr,
            file_offset,
            bytes: self.bytes.get(skip..).unwrap_or_default(),
        }
    }

    /// The vmaddr and the file offset of the byte at `offset`; the file offset saturates where no file could have it.
    pub(super) fn place(&self, offset: usize) -> (VmAddr, FileOffset) {
        let bytes = u64::try_from(offset).unwrap_or(u64::MAX);
        let vmaddr = VmAddr::new(self.vmaddr.get().wrapping_add(bytes));
        let file_offset = self.file_offset.get().saturating_add(bytes);
        (vmaddr, FileOffset::new(file_offset))
    }

    /// The word at a vmaddr, which need not be aligned.
    pub(super) fn word(&self, vmaddr: VmAddr) -> Option<u32> {
        let into = vmaddr.checked_distance_from(self.vmaddr)?;
        let rest = self.bytes.get(usize::try_from(into).ok()?..)?;
        Some(u32::from_le_bytes(*rest.first_chunk()?))
    }
}

/// The code of an image: of each executable segment the sections that have instructions
/// (`S_ATTR_PURE_INSTRUCTIONS`, `S_ATTR_SOME_INSTRUCTIONS`), or all of it where no section says so, as in the outer image of a collection.
///
/// Costs one step for each load command and section. What the file does not back is left out.
#[derive(Clone, Debug)]
#[must_use]
pub struct CodeRegions<'a> {
    segments: Segments<'a>,
    current: Option<(Region<'a>, Sections<'a>)>,
}

/// The code of `image`.
pub fn code_regions<'a>(image: &MachO<'a>) -> CodeRegions<'a> {
    CodeRegions {
        segments: image.segments(),
        current: None,
    }
}

fn has_instructions(section: &Section<'_>) -> bool {
    section.attributes().intersects(
        SectionAttributes::S_ATTR_PURE_INSTRUCTIONS | SectionAttributes::S_ATTR_SOME_INSTRUCTIONS,
    )
}

impl<'a> Iterator for CodeRegions<'a> {
    type Item = Region<'a>;

    fn next(&mut self) -> Option<Region<'a>> {
        loop {
            if let Some((whole, sections)) = &mut self.current {
                let part = sections
                    .filter(has_instructions)
                    .find_map(|section| whole.part(section.vmaddr(), section.size()));
                if part.is_some() {
                    return part;
                }
                self.current = None;
            }
            let segment = self
                .segments
                .find(|segment| segment.initprot().contains(VmProt::VM_PROT_EXECUTE))?;
            let whole = Region::backed(&segment);
            if segment.sections().any(|section| has_instructions(&section)) {
                self.current = Some((whole, segment.sections()));
            } else if !whole.bytes.is_empty() {
                return Some(whole);
            }
        }
    }
}

impl FusedIterator for CodeRegions<'_> {}
