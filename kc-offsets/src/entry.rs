//! Where an image starts to run.
use macho_core::{FileOffset, LoadCommandKind, MachO, Segment, VmAddr};

use crate::error::{Error, Fault};
use crate::map::{AddressMap, Outcome};

/// Which load command named the entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntrySource {
    /// pc of `LC_UNIXTHREAD` (or `LC_THREAD`): kernels and static executables.
    ThreadState,
    /// `entryoff` of `LC_MAIN`: executables that dyld starts.
    Main,
}

/// The first instruction of an image.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct EntryPoint<'a> {
    /// Its unslid address.
    pub vmaddr: VmAddr,
    /// Its byte in the file, found through the segment that holds it; `None` where no byte of
    /// the file backs it.
    pub file_offset: Option<FileOffset>,
    /// What lies at the entry point.
    pub outcome: Outcome,
    /// The segment that holds it, which need not be `__TEXT`.
    pub segment: Option<Segment<'a>>,
    /// Which load command names it.
    pub source: EntrySource,
}

/// The entry point by `LC_UNIXTHREAD`, or else by `LC_MAIN`.
pub(crate) fn entry_point<'a>(
    image: &MachO<'a>,
    map: &AddressMap<'a>,
) -> Result<Option<EntryPoint<'a>>, Error> {
    let (vmaddr, source) = if let Some(start) = image.start_address()? {
        (start, EntrySource::ThreadState)
    } else if let Some(entry) = image.main_command()? {
        (main_vmaddr(image, entry.entryoff)?, EntrySource::Main)
    } else {
        return Ok(None);
    };
    let found = map.translate(vmaddr);
    Ok(Some(EntryPoint {
        vmaddr,
        file_offset: found.outcome.file_offset(),
        outcome: found.outcome,
        segment: found
            .segment
            .and_then(|index| image.segments().nth(usize::try_from(index).ok()?)),
        source,
    }))
}

/// dyld takes `entryoff` from the header as it is mapped, so it counts in memory.
fn main_vmaddr(image: &MachO<'_>, entryoff: u64) -> Result<VmAddr, Error> {
    let header = image.file_offset();
    let base = image
        .base()
        .ok_or(Error::at(Fault::HeaderNotMapped, header))?;
    base.checked_add(entryoff).ok_or_else(|| {
        let command = image.find_command(LoadCommandKind::LC_MAIN);
        let offset = command.map_or(header, |command| command.file_offset());
        Error::at(Fault::EntryOverflow, offset)
    })
}
