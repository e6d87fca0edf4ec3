//! C strings, and the code that refers to them.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{FileOffset, MachO, Section, SectionType, Sections, Segments, VmAddr};

use super::regions::{CodeRegions, Region};
use super::xref::{AddressRange, CodeXrefs, Wanted};
use crate::error::{Error, Structure};
use crate::sort::sort_by_key;

/// A C string.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct CString<'a> {
    /// Unslid address of the first byte.
    pub vmaddr: VmAddr,
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// The bytes before its NUL, at least one. They need not be UTF-8.
    pub bytes: &'a [u8],
}

impl fmt::Debug for CString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CString")
            .field("vmaddr", &self.vmaddr)
            .field("file_offset", &self.file_offset)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl CString<'_> {
    /// Whether `needle` is a part of it. Every string contains the empty one.
    #[must_use]
    pub fn contains(&self, needle: &[u8]) -> bool {
        let mut rest = self.bytes;
        loop {
            if rest.starts_with(needle) {
                return true;
            }
            let Some((_, tail)) = rest.split_first() else {
                return false;
            };
            rest = tail;
        }
    }

    /// Its addresses, without the NUL: a reference into it counts too, since linkers share the ends of strings.
    pub fn range(&self) -> AddressRange {
        AddressRange::new(
            self.vmaddr,
            u64::try_from(self.bytes.len()).unwrap_or(u64::MAX),
        )
    }
}

/// Whether a section holds C strings: by its type, or by a name that kernels use.
#[must_use]
pub fn holds_strings(section: &Section<'_>) -> bool {
    section.kind() == SectionType::S_CSTRING_LITERALS
        || section.name() == "__cstring"
        || section.name() == "__os_log"
}

/// The C strings of an image, in the order of its sections, without empty ones. Costs one pass over the bytes of the sections that
/// [`holds_strings`] tells.
///
/// The bytes behind the last NUL of a section are a string too.
#[derive(Clone, Debug)]
#[must_use]
pub struct CStrings<'a> {
    segments: Segments<'a>,
    current: Option<(Region<'a>, Sections<'a>)>,
    rest: Region<'a>,
}

/// The C strings of `image`.
pub fn c_strings<'a>(image: &MachO<'a>) -> CStrings<'a> {
    CStrings {
        segments: image.segments(),
        current: None,
        rest: Region {
            vmaddr: VmAddr::new(0),
            file_offset: FileOffset::new(0),
            bytes: &[],
        },
    }
}

impl<'a> CStrings<'a> {
    /// The next string of the section, if it has one more.
    fn next_here(&mut self) -> Option<CString<'a>> {
        let start = self.rest.bytes.iter().position(|byte| *byte != 0)?;
        let (vmaddr, file_offset) = self.rest.place(start);
        let tail = self.rest.bytes.get(start..)?;
        let end = tail.iter().position(|byte| *byte == 0);
        let end = end.unwrap_or(tail.len());
        let (bytes, rest) = tail.split_at_checked(end)?;
        let (after, after_offset) = self.rest.place(start.saturating_add(end));
        self.rest = Region {
            vmaddr: after,
            file_offset: after_offset,
            bytes: rest,
        };
        Some(CString {
            vmaddr,
            file_offset,
            bytes,
        })
    }
}

impl<'a> Iterator for CStrings<'a> {
    type Item = CString<'a>;

    fn next(&mut self) -> Option<CString<'a>> {
        loop {
            let found = self.next_here();
            if found.is_some() {
                return found;
            }
            if let Some((whole, sections)) = &mut self.current {
                let part = sections
                    .filter(holds_strings)
                    .find_map(|section| whole.part(section.vmaddr(), section.size()));
                if let Some(part) = part {
                    self.rest = part;
                    continue;
                }
            }
            self.rest.bytes = &[];
            let segment = self.segments.next()?;
            self.current = Some((Region::backed(&segment), segment.sections()));
        }
    }
}

impl FusedIterator for CStrings<'_> {}

/// The code that refers to one of the strings, in one pass over the code.
///
/// ```no_run
/// # fn print(image: macho_core::MachO<'_>) -> Result<(), kc_offsets::Error> {
/// use kc_offsets::code::{AddressRange, c_strings, code_regions, string_xrefs};
///
/// let mut memory = [AddressRange::default(); 16];
/// let strings = c_strings(&image).filter(|string| string.contains(b"boot-args"));
/// for xref in string_xrefs(code_regions(&image), strings, &mut memory)? {
///     # let _ =
///     (xref.vmaddr, xref.target);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `BufferTooSmall` if there are more strings than `memory` has cells.
pub fn string_xrefs<'a, 's>(
    regions: CodeRegions<'a>,
    strings: impl Iterator<Item = CString<'s>>,
    memory: &'a mut [AddressRange],
) -> Result<CodeXrefs<'a>, Error> {
    let mut needed = 0_usize;
    for string in strings {
        if let Some(cell) = memory.get_mut(needed) {
            *cell = string.range();
        }
        needed = needed.saturating_add(1);
    }
    let Some(ranges) = memory.get_mut(..needed) else {
        return Err(Error::too_small(Structure::Strings, needed));
    };
    sort_by_key(ranges, |range| range.first);
    Ok(match Wanted::any(ranges) {
        Some(wanted) => CodeXrefs::new(regions, wanted),
        None => CodeXrefs::none(regions),
    })
}
